"""Whom to dial, where, and when again."""

from typing import Final

from casemate.internal_service.core.account.contents import PathNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import DIAL_SECONDS, GIVE_WAY_SECONDS, PeerPath, dialable
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import PathChanged
from casemate.internal_service.core.ground.path_io import DialPeer
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import PEER_ADDRESSES

LAN_SECONDS: Final = 1_800.0
"""How long somebody who was seen on the local network is dialled there."""


class Dialling(Memory):
    def __init__(self, context: Context, link: Link, endpoint: Endpoint, paths: Paths) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._endpoint = endpoint
        self._paths = paths
        self._last_dialled = 0
        self._looked_at: object = None
        """Link, endpoint and settings as they were when everybody's path was last looked at."""

    # ------------------------------------------------------------------------------------------------- who needs one

    def review(self, now: Instant) -> Outcome:
        """Look at the peers whose rows changed, or at all of them when the link or the endpoint changed."""
        outcome = self._endpoint.review(now)
        if outcome:
            outcome += self._paths.all_gone(now)
        peers = [self._context.store.peer(account_id) for account_id in sorted(self._context.changed_peers)]
        self._context.changed_peers.clear()
        situation = self._situation()
        if situation != self._looked_at:
            self._looked_at = situation
            peers = list(self._context.store.peers())
        for peer in peers:
            if peer is not None:
                outcome += self.look_at(peer, now)
        return outcome

    def look_at(self, peer: Peer, now: Instant) -> Outcome:
        """Dial this peer if there should be a path and is none; end what should not be."""
        outcome: Outcome = []
        devices = self._context.devices_of(peer)
        for other in self._paths.of_account(peer.account_id):
            if other.device not in devices or not self._paths.may_connect(peer):
                outcome += self._paths.end(other, "bye")  # as when we leave: whom we block shall not learn it
        if peer.connection != "connected" or not self._paths.may_connect(peer):
            return outcome
        for device in devices:
            outcome += self._dial_if_due(peer, self._paths.want(device, peer.account_id, now), now)
        return outcome

    # ---------------------------------------------------------------------------------------------- where they may be

    def near_again(self, account_id: AccountId, now: Instant) -> Outcome:
        """They came online, or moved: do not wait for the next attempt."""
        peer = self._context.store.peer(account_id)
        if peer is None:
            return []
        for path in self._paths.of_account(account_id):
            path.attempt, path.retry_at, path.gave_way = 0, 0.0, False
        return self.look_at(peer, now)

    def seen_at(self, device: DeviceId, addresses: tuple[str, ...], now: Instant, *, on_lan: bool) -> Outcome:
        """Where a peer's device says it is, or where it was seen on the local network."""
        path = self._paths.path_of(device)
        if path is None:
            return []
        is_news = not set(addresses) <= set(path.addresses) or (on_lan and path.on_lan_until <= now.monotonic)
        # What was told before is kept behind it: whoever repeats another's tags cannot make us forget where they are.
        path.addresses = tuple(dict.fromkeys(addresses + path.addresses))[:PEER_ADDRESSES]
        if on_lan:
            path.on_lan_until = now.monotonic + LAN_SECONDS
        return self.near_again(path.account_id, now) if is_news else []

    def noted(self, device: DeviceId, note: PathNote, now: Instant) -> Outcome:
        """A peer's device says where it may be reached now."""
        again = self._endpoint.observe_again(now) if note.again else []
        return again + self.seen_at(device, dialable(note.addresses), now, on_lan=False)

    # --------------------------------------------------------------------------------------------------- in vain, lost

    def attempt_failed(self, number: int, now: Instant) -> Outcome:
        for path in self._paths.all():
            if path.dialling == number:
                path.dialling = None
                self.rest(path, now)
                return self._paths.tell(path, now)
        return []

    def rest(self, path: PeerPath, now: Instant) -> None:
        """Wait before the next attempt."""
        path.failed(now.monotonic, int.from_bytes(self._context.entropy(4), "big") / 2**32)

    # ---------------------------------------------------------------------------------------------------------- time

    def next_wakeup(self) -> float | None:
        if self._context.changed_peers or self._situation() != self._looked_at:
            return 0.0
        return min((due for due in map(self._due, self._paths.all()) if due is not None), default=None)

    def wakeup(self, now: Instant) -> Outcome:
        outcome = self.review(now)
        for path in list(self._paths.all()):
            if path.live is None:
                outcome += self._time_passed(path, now)
        return outcome

    def _due(self, path: PeerPath) -> float | None:
        if path.live is not None:
            return None
        if path.dialling is not None:
            return path.dial_until
        return path.retry_at if path.retry_at > 0.0 and self._endpoint.is_open else None

    def _time_passed(self, path: PeerPath, now: Instant) -> Outcome:
        if path.dialling is not None:
            if path.dial_until > now.monotonic:
                return []
            return [self._paths.close(path.dialling, "no_answer"), *self.attempt_failed(path.dialling, now)]
        peer = self._context.store.peer(path.account_id)
        if peer is None or not 0.0 < path.retry_at <= now.monotonic:
            return []
        outcome = self.look_at(peer, now)
        if path.retry_at <= now.monotonic:
            path.retry_at = 0.0  # nobody is near: whatever changes that looks again
        return outcome

    # ------------------------------------------------------------------------------------------------------- helpers

    def _situation(self) -> object:
        profile = self._context.profile
        terms = (profile.paths, profile.relay_only, profile.appear_offline, profile.enrolled)
        return (self._link.stage, terms, self._endpoint.is_open, self._endpoint.generation)

    def _dial_if_due(self, peer: Peer, path: PeerPath, now: Instant) -> Outcome:
        busy = path.connections or path.dialling is not None
        if busy or not self._endpoint.is_open or not self._is_near(path, now) or path.retry_at > now.monotonic:
            return []
        if not path.gave_way and self._context.device.device_id > path.device:
            path.gave_way = True
            path.retry_at = now.monotonic + GIVE_WAY_SECONDS
            return []
        self._last_dialled += 2
        path.dialling, path.dial_until, path.retry_at = self._last_dialled, now.monotonic + DIAL_SECONDS, 0.0
        key = self._context.device_list(peer).device(path.device).endpoint_key
        addresses = () if self._endpoint.relay_only else path.addresses
        where = (self._context.account_id, self._endpoint.generation, path.dialling)
        return [DialPeer(*where, key, addresses), PathChanged(peer.cid)]

    def _is_near(self, path: PeerPath, now: Instant) -> bool:
        """Whether there is reason to believe that somebody answers."""
        presence = self._context.store.presence(path.account_id)
        online = presence is not None and presence.online
        seen = path.on_lan_until > now.monotonic
        return online or seen or (self._link.stage == "away" and bool(path.addresses))
