"""The local network: be found by registered peers there, and find them, also while the server is away."""

from collections.abc import Iterable
from typing import Final

from casemate.crypto.beacon import MAX_TAGS, Beacons, slot_ends_at
from casemate.crypto.identity import DeviceEntry
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.ground.path_io import AnnounceOnLan, LanNeighbourSeen, LeaveLan
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.limits import PEER_ADDRESSES

SPREAD_SECONDS: Final = 5.0
"""Slots end everywhere at once; announcements of a whole network need not."""


class Lan(Memory):
    def __init__(self, context: Context, endpoint: Endpoint, paths: Paths, dialling: Dialling) -> None:
        super().__init__(context.undo)
        self._context = context
        self._endpoint = endpoint
        self._paths = paths
        self._dialling = dialling
        self._beacons = Beacons(context.device)
        self._announced: object = None
        """What the announcement stands for; None while there is none."""
        self._due: float | None = None

    def abandon(self) -> Outcome:
        """Leave, whatever was wanted."""
        announced, self._announced, self._due = self._announced, None, None
        return [] if announced is None else [LeaveLan(self._context.account_id)]

    def review(self, now: Instant) -> Outcome:
        """Announce, announce anew, or leave."""
        wanted = self._wanted()
        if wanted is None:
            return self.abandon()
        due = self._due is not None and self._due <= now.monotonic
        if wanted == self._announced and not due:
            return []
        self._announced = wanted
        late = self._context.device.device_id[0] / 256 * SPREAD_SECONDS
        self._due = now.monotonic + max(1.0, slot_ends_at(now.wall) - now.wall) + late
        port = self._endpoint.port
        assert port is not None, "wanted only while the endpoint is open"
        tags = self._beacons.tags(self._peers(), now.wall, self._context.entropy)
        return [AnnounceOnLan(self._context.account_id, tags, port)]

    def wakeup(self, now: Instant) -> Outcome:
        return self.review(now)

    def next_wakeup(self) -> float | None:
        return 0.0 if self._wanted() != self._announced else self._due

    def seen(self, event: LanNeighbourSeen, now: Instant) -> Outcome:
        """Whoever repeats another's tags only makes us dial somebody who cannot prove their key."""
        if self._announced is None:
            return []
        outcome: Outcome = []
        addresses = event.addresses[:PEER_ADDRESSES]
        for device in self._beacons.recognise(self._peers(), event.tags, now.wall):
            outcome += self._dialling.seen_at(device.device_id, addresses, now, on_lan=True)
        return outcome

    def _wanted(self) -> object:
        profile = self._context.profile
        if not self._endpoint.is_open or self._endpoint.relay_only or not profile.lan_discovery:
            return None
        devices = tuple(path.device for path in self._paths.all())[:MAX_TAGS]
        return (self._endpoint.port, devices) if devices else None

    def _peers(self) -> Iterable[DeviceEntry]:
        for path in list(self._paths.all()):
            peer = self._context.store.peer(path.account_id)
            if peer is not None:
                yield self._context.device_list(peer).device(path.device)
