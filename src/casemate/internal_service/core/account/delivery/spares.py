"""Spare one-time bundles: each side hands the other a few, sealed, so that a new session needs none of the server's.

The server cannot see which one a session began with, cannot use them up, and cannot make anybody use the bundle that
it holds for as long as there is one.
"""

from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import Kind
from casemate.crypto.prekeys import BundleId, PrekeyBundle, verify_bundle
from casemate.internal_service.core.account.contents import HandedSpares, decode_spares, encode
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import DAY_SECONDS, SPARES

SPARE_SECONDS: Final = 30 * DAY_SECONDS
"""How long they may be used. Who talks gets new ones after half of that, who does not has the server's bundle."""
SUPERSEDED_KEPT: Final = 2 * SPARES
"""Private halves for one device that are kept because something may be under way that needs them."""


class Spares:
    def __init__(self, context: Context, outbox: Outbox) -> None:
        self._context = context
        self._outbox = outbox

    def refill(self, peer: Peer, device: DeviceId, session_id: bytes, now: Instant) -> None:
        """What this device used up, or has had for long, is replaced.

        It has just answered in that session. Nothing is handed out in one of which we do not know that it has it.
        """
        store = self._context.store
        channel, sending = store.channel(device), store.sending_ratchet(device)
        if channel is None or sending is None or sending.session.session_id != session_id:
            return
        if peer.blocked or peer.identity_changed or device not in self._context.devices_of(peer):
            return
        left = channel.spares_renew_at - self._context.key_time.at(now)
        too_old = not 0 < left <= SPARE_SECONDS / 2
        if channel.spares_given >= SPARES and not too_old:
            return
        try:
            with self._context.savepoint():
                self._hand_out(peer, device, now, anew=too_old)
        except Refused:
            pass  # the queue is full: one of the next receipts finds room

    def forget(self, device: DeviceId) -> None:
        """Our data, or theirs, is older than it was: which ones are used up is not known any more. Begin again.

        The session that follows takes the server's bundle, and both conversations say why.
        """
        self._context.store.keep_spare_bundles(device, ())
        self._supersede(device)

    def _supersede(self, device: DeviceId) -> None:
        channel = self._context.store.channel(device)
        if channel is not None and channel.spares_given:
            self._context.store.supersede_spares(device, SUPERSEDED_KEPT)
            self._context.store.put_channel(replace(channel, spares_given=0))

    def taken(self, peer: Peer, device: DeviceId, body: bytes, now: Instant) -> None:
        """They handed out some. Raises MalformedFrame, or PeerBrokeProtocol for what is no spare bundle of theirs."""
        handed = decode_spares(body)
        bundles = [(self._verified(peer, device, data), data) for data in handed.bundles]
        store = self._context.store
        store.keep_spare_bundles(device, handed.kept)
        expires_at = self._context.key_time.at(now) + SPARE_SECONDS
        for bundle, data in bundles:
            store.put_spare_bundle(device, bundle.bundle_id, data, expires_at)

    def _verified(self, peer: Peer, device: DeviceId, data: bytes) -> PrekeyBundle:
        # By whose clock it would be too old is not asked: it came just now, and its age is counted here.
        bundle = verify_bundle(data, self._context.device_list(peer), now_seconds=None)
        if bundle.device_id != device or bundle.last_resort:
            raise PeerBrokeProtocol("a spare bundle of another device, or for more than one use")
        return bundle

    def _hand_out(self, peer: Peer, device: DeviceId, now: Instant, *, anew: bool) -> None:
        store, key_time = self._context.store, self._context.key_time.at(now)
        if anew:
            self._supersede(device)
        kept = store.spares_given(device)[:SPARES]
        bundles = [
            self._context.one_time_bundle(SPARE_SECONDS, now, spare_for=device) for _ in range(SPARES - len(kept))
        ]
        channel = store.channel(device)
        assert channel is not None, "it was looked at before"
        renew_at = channel.spares_renew_at if kept else key_time + SPARE_SECONDS / 2
        store.put_channel(replace(channel, spares_given=SPARES, spares_renew_at=renew_at))
        handed = HandedSpares(tuple(map(BundleId, kept)), tuple(bundles))
        self._outbox.write(peer, Kind.SPARES, encode(handed), now, to=device)
