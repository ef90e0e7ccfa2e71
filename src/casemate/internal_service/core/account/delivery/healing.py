"""What leads two devices together again when what one of them knows is not what the other one knows."""

from typing import Final

from msgspec.structs import replace

from casemate.internal_service.core.account.contents import Rekey, encode
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.notes import Note, write_once
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.node import Instant
from casemate.protocol.ids import DeviceId

REKEY_PAUSE_SECONDS: Final = 60.0
NUMBER_JUMP: Final = 2**12
"""The most that a word without proof may push our numbering ahead: each number skipped has to be filled."""


class Healing:
    def __init__(self, context: Context, ratchets: Ratchets, outbox: Outbox, spares: Spares) -> None:
        self._context = context
        self._ratchets = ratchets
        self._outbox = outbox
        self._spares = spares

    def rekey(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """Begin a new session with this device; the peer answers by sealing anew what we could not read."""
        channel = self._ratchets.channel(peer, device)
        if 0 <= now.wall - channel.rekey_at < REKEY_PAUSE_SECONDS:
            return []
        return self._begin_anew(peer, device, now) + write_once(self._context, peer, Note.REKEYED, now)

    def start_over(self, peer: Peer, channel: Channel, used_up_to: int, now: Instant) -> Outcome:
        """Our data is not all that was sent from this device: all under way goes again, above what was used."""
        if channel.device not in self._context.devices_of(peer):
            return []
        outcome = self._outbox.start_over(channel, used_up_to)
        self._spares.forget(channel.device)
        current = self._ratchets.channel(peer, channel.device)
        self._context.store.put_channel(replace(current, asked_back=True))
        body = encode(Rekey(restored=True, delivered_up_to=channel.delivered_up_to))
        outcome += self._begin_anew(peer, channel.device, now, body)
        return outcome + write_once(self._context, peer, Note.RESTORED, now)

    def believe(self, peer: Peer, channel: Channel, used_up_to: int, now: Instant) -> Outcome:
        """Somebody who may be wrong says how far we once were: where it was more, receipts tell."""
        return self.start_over(peer, channel, min(used_up_to, channel.next_number + NUMBER_JUMP), now)

    def start_over_with_all(self, now: Instant) -> Outcome:
        """Before anybody has told how far we were: they will, before anything is sealed."""
        outcome: Outcome = []
        for channel in self._context.store.channels():
            peer = self._context.store.peer(channel.account_id)
            if peer is not None and peer.relation == "registered":
                outcome += self.start_over(peer, channel, 0, now)
        return outcome

    def _begin_anew(self, peer: Peer, device: DeviceId, now: Instant, body: bytes = b"") -> Outcome:
        channel = self._ratchets.channel(peer, device)
        self._context.store.put_channel(replace(channel, rekey_at=now.wall))
        return self._outbox.begin_anew(peer, device, now, body)
