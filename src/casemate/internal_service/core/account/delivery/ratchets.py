"""Sessions with peers' devices: start one, answer one, choose which one sends, and begin anew."""

from collections.abc import Iterator, Sequence
from typing import Final

from msgspec.structs import replace

from casemate.crypto.envelope import EnvelopeHeader
from casemate.crypto.errors import HandshakeRefused
from casemate.crypto.handshake import read_initial_header, replay_token
from casemate.crypto.prekeys import verify_bundle
from casemate.crypto.primitives import Aead
from casemate.crypto.session import Session, answer_session, start_session
from casemate.internal_service.core.account.context import LAST_RESORT_KEPT_SECONDS, Context, prekey_from_bytes
from casemate.internal_service.core.account.rows import Channel, Peer, RatchetRow, UsedPrekey
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import DAY_SECONDS
from casemate.protocol.versions import NoCommonVersion

RETIRED_SECONDS: Final = 7 * DAY_SECONDS
"""How long a session that no longer sends still opens what was under way."""


class Ratchets:
    def __init__(self, context: Context) -> None:
        self._context = context

    def channel(self, peer: Peer, device: DeviceId) -> Channel:
        return self._context.store.channel(device) or Channel(device, peer.account_id)

    def sending(self, peer: Peer, device: DeviceId, number: int, now: Instant) -> RatchetRow | None:
        """The session that seals `number` for this device, started from a bundle of theirs if need be; None without
        a bundle."""
        return self._context.store.sending_ratchet(device) or self._start(peer, device, number, now)

    def known(self, session_id: bytes, device: DeviceId) -> RatchetRow | None:
        """The stored session of this id, if it is one with this device."""
        row = self._context.store.ratchet(session_id)
        return None if row is None or row.device != device else row

    def answer(self, peer: Peer, header: EnvelopeHeader, now: Instant) -> RatchetRow:
        """The session that an initial header asks for; stored by the caller only once its envelope opened.

        Raises HandshakeRefused and the other errors of a handshake that does not fit.
        """
        if header.initial_header is None:
            raise HandshakeRefused("an unknown session")
        store = self._context.store
        bundle_id = read_initial_header(header.initial_header).bundle_id
        secret = store.prekey(bundle_id)
        if secret is None:
            raise HandshakeRefused("an unknown or used prekey")
        prekey = prekey_from_bytes(secret)
        forgotten_at = self._context.key_time.at(now) + LAST_RESORT_KEPT_SECONDS
        if store.initial_seen_before(replay_token(header.initial_header), forgotten_at):
            raise HandshakeRefused("a repeated initial message")
        session = answer_session(
            self._context.device, self._context.device_list(peer), prekey, header.initial_header, self._context.kem
        )
        self._note_use(store.use_prekey(bundle_id), header.sender)
        return RatchetRow(header.sender, session, False, True, now.wall, None)

    def _note_use(self, prekey: UsedPrekey, device: DeviceId) -> None:
        if prekey.spare_for is None:
            return
        if prekey.spare_for != device:
            raise HandshakeRefused("a bundle that another device has")
        channel = self._context.store.channel(device)
        if channel is not None and not prekey.superseded:
            self._context.store.put_channel(replace(channel, spares_given=max(0, channel.spares_given - 1)))

    def adopt(self, peer: Peer, row: RatchetRow, now: Instant) -> None:
        """Keep a session that the peer began, and let it send unless ours wins.

        When both began at the same time, the session of the smaller account id sends; the other still opens what
        was sealed in it for seven days.
        """
        store = self._context.store
        current = store.sending_ratchet(row.device)
        crossed = current is not None and not current.confirmed and current.session.initiator
        retire_at = self._retire_at(now)
        if crossed and self._context.account_id < peer.account_id:
            store.put_ratchet(replace(row, retire_at=retire_at))
            return
        store.stop_sending(row.device, retire_at)
        store.put_ratchet(replace(row, sends=True))

    def prefer(self, row: RatchetRow, now: Instant) -> None:
        """The peer says that it cannot use any other session: this one sends from now on."""
        self._context.store.stop_sending(row.device, self._retire_at(now))
        self._context.store.put_ratchet(replace(row, sends=True, retire_at=None))

    def used(self, row: RatchetRow, now: Instant) -> None:
        """They still send in it: one that was to go stays as long as it is in use."""
        retire_at = None if row.retire_at is None else self._retire_at(now)
        self._context.store.put_ratchet(replace(row, confirmed=True, retire_at=retire_at))

    def stop_sending(self, device: DeviceId, now: Instant) -> None:
        """The next message starts a new session."""
        self._context.store.stop_sending(device, self._retire_at(now))

    def give_up_on_trial(self, channel: Channel, lost: Sequence[int], now: Instant) -> None:
        """They could not open these. If they do not know the session that sends, because it began with a spare bundle
        whose private half is gone, the next message starts another one."""
        sending = self._context.store.sending_ratchet(channel.device)
        if channel.on_trial and sending is not None and not sending.confirmed and max(lost) >= channel.on_trial:
            self.stop_sending(channel.device, now)

    def _retire_at(self, now: Instant) -> float:
        return self._context.key_time.at(now) + RETIRED_SECONDS

    def _start(self, peer: Peer, device: DeviceId, number: int, now: Instant) -> RatchetRow | None:
        """From the first of their bundles that fits: it is used up whether it did or not."""
        for data, is_spare in self._bundles(device):
            session = self._initiate(peer, device, data, None if is_spare else int(now.wall))
            if session is not None:
                row = RatchetRow(device, session, True, False, now.wall, None)
                self._context.store.put_ratchet(row)
                channel = self.channel(peer, device)
                self._context.store.put_channel(replace(channel, on_trial=number if is_spare else 0))
                return row
        return None

    def _bundles(self, device: DeviceId) -> Iterator[tuple[bytes, bool]]:
        """What we hold for a session with this device, and whether it is a spare one that travelled sealed."""
        store = self._context.store
        while (spare := store.take_spare_bundle(device)) is not None:
            yield spare, True
        bundle = store.take_peer_bundle(device)
        if bundle is not None:
            yield bundle, False

    def _initiate(self, peer: Peer, device: DeviceId, data: bytes, now_seconds: int | None) -> Session | None:
        context = self._context
        device_list = context.device_list(peer)
        account = context.secrets.account
        try:
            bundle = verify_bundle(data, device_list, now_seconds=now_seconds)
            if bundle.device_id != device:
                return None
            return start_session(
                context.device,
                account.account_id,
                account.keys.current,
                device_list,
                bundle,
                chosen_aead(peer.connect_settings),
                context.entropy,
                context.kem,
            )
        except (PeerBrokeProtocol, NoCommonVersion):
            return None


def chosen_aead(settings: bytes) -> Aead:
    """What the session security settings (JSON of the client API) ask for; AES-256-GCM where nothing is said."""
    return Aead.CHACHA20_POLY1305 if b"ChaCha20Poly_1305" in settings else Aead.AES_256_GCM
