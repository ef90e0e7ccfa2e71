"""Announces the accounts of this service on the local network, and tells them who else announces."""

import asyncio
import contextlib
import logging
import time
from typing import Final

import structlog
import zeroconf

from casemate.crypto.keys import Entropy
from casemate.internal_service.adapters.lan.announcement import Announcement, new_announcement
from casemate.internal_service.adapters.lan.interfaces import Interface, interfaces_here, reachable_at
from casemate.internal_service.adapters.lan.neighbours import Neighbour, Neighbours
from casemate.internal_service.adapters.lan.segment import Segment
from casemate.internal_service.core.ground.path_io import AnnounceOnLan, LanNeighbourSeen, LeaveLan
from casemate.protocol.ids import AccountId
from casemate.runtime.event_queue import EventQueue

LOOK_SECONDS: Final = 3.0
"""How soon a change of networks is noticed."""
ASLEEP_SECONDS: Final = 20.0
"""More than this missing between two looks: the computer slept, and nobody remembers it."""
RETRY_SECONDS: Final = 10.0
"""For an interface that could not be used."""
CLOSE_SECONDS: Final = 2.0

log = structlog.get_logger("casemate.lan")

# Its warnings quote what strangers say.
logging.getLogger("zeroconf").setLevel(logging.ERROR)


class LocalNetwork:
    """Lives on the event loop; `perform` never blocks. No socket is open while no account announces."""

    def __init__(self, events: EventQueue, entropy: Entropy) -> None:
        self._events = events
        self._entropy = entropy
        self._announced: dict[AccountId, Announcement] = {}
        self._neighbours = Neighbours()
        self._here: tuple[Interface, ...] = ()
        self._segments: dict[Interface, Segment] = {}
        self._not_before: dict[Interface, float] = {}
        self._clocks_apart = _clocks_apart()
        self._changed = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def perform(self, effect: AnnounceOnLan | LeaveLan) -> None:
        match effect:
            case AnnounceOnLan(account_id=account_id, tags=tags, port=port):
                before = self._announced.get(account_id)
                if before is None or (before.tags, before.port) != (tags, port):
                    self._announced[account_id] = new_announcement(tags, port, self._entropy)
                for neighbour in self._neighbours.all:
                    self._tell(account_id, neighbour)
            case LeaveLan(account_id=account_id):
                self._announced.pop(account_id, None)
        self._changed.set()
        if self._task is None and self._announced:
            self._task = asyncio.create_task(self._live())

    async def close(self) -> None:
        """Say goodbye and wait for it."""
        self._announced.clear()
        self._changed.set()
        if (living := self._task) is not None:
            await asyncio.wait([living], timeout=CLOSE_SECONDS)
            living.cancel()

    async def _live(self) -> None:
        """From the first announcement to the last goodbye."""
        self._clocks_apart = _clocks_apart()
        try:
            while self._announced:
                while self._announced:
                    await self._look()
                await self._close_segments(set(self._segments))
        finally:
            self._task = None
            self._neighbours = Neighbours()

    async def _look(self) -> None:
        """Be and announce where we should; return when that may have changed."""
        self._changed.clear()
        try:
            await self._go_where_we_are()
            wanted = set(self._announced.values())
            await asyncio.gather(*(segment.show(wanted) for segment in self._segments.values()))
        except Exception as error:  # noqa: BLE001  (networks change under the libraries' feet; nobody else begins anew)
            log.warning("starting anew on the local network", error=type(error).__name__)
            await self._close_segments(set(self._segments))
        await self._until_changed()
        if self._has_slept():
            log.info("awake again on the local network")
            await self._close_segments(set(self._segments))
        self._tell_news()

    async def _go_where_we_are(self) -> None:
        """Open a segment on each interface that is new or has other addresses; leave those that are gone."""
        self._here = interfaces_here()
        now = asyncio.get_running_loop().time()
        await self._close_segments(set(self._segments) - set(self._here))
        for segment in self._segments.values():
            await segment.mend()
        self._not_before = {interface: at for interface, at in self._not_before.items() if interface in self._here}
        for interface in self._here:
            if interface not in self._segments and now >= self._not_before.get(interface, now):
                await self._open(interface)

    async def _open(self, interface: Interface) -> None:
        try:
            segment = self._segments[interface] = Segment(interface, self._heard, self._neighbours.gone)
            await segment.open()
        except (OSError, RuntimeError, zeroconf.Error) as error:
            log.info("no multicast on an interface", interface=interface.index, error=type(error).__name__)
            self._not_before[interface] = asyncio.get_running_loop().time() + RETRY_SECONDS
            await self._close_segments({interface} & set(self._segments))
            return
        log.info("on a local network", interface=interface.index)

    async def _close_segments(self, gone: set[Interface]) -> None:
        closing = [self._segments.pop(interface) for interface in gone]
        await asyncio.gather(*(segment.close() for segment in closing), return_exceptions=True)

    async def _until_changed(self) -> None:
        """Or until the next look is due."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(LOOK_SECONDS):
                await self._changed.wait()

    def _has_slept(self) -> bool:
        """Whether the computer slept since this was last asked: while we waited, or while we looked around."""
        before, self._clocks_apart = self._clocks_apart, _clocks_apart()
        return abs(self._clocks_apart - before) > ASLEEP_SECONDS

    def _heard(self, announcement: Announcement, addresses: tuple[str, ...]) -> None:
        reachable = [reachable_at(address, announcement.port, self._here) for address in addresses]
        known = tuple(address for address in reachable if address is not None)
        if known:
            self._neighbours.heard(announcement, known, asyncio.get_running_loop().time())
            self._tell_news()

    def _tell_news(self) -> None:
        for neighbour in self._neighbours.take_news(asyncio.get_running_loop().time()):
            for account_id in self._announced:
                self._tell(account_id, neighbour)

    def _tell(self, account_id: AccountId, neighbour: Neighbour) -> None:
        """A full queue loses it: neighbours announce again."""
        announcement = neighbour.announcement
        if announcement != self._announced.get(account_id):
            self._events.offer(LanNeighbourSeen(account_id, announcement.tags, neighbour.addresses))


def _clocks_apart() -> float:
    """Seconds from the monotonic clock, which stands still while the computer sleeps, to that of the wall."""
    return time.time() - time.monotonic()
