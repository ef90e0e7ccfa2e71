"""When to be on which interface: what fails is tried again, what changes is noticed, a sleep is slept off."""

import asyncio
import ipaddress
import time
from collections.abc import AsyncIterator, Callable

import pytest

from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.adapters.lan import LocalNetwork, local_network
from casemate.internal_service.adapters.lan.announcement import Announcement
from casemate.internal_service.adapters.lan.interfaces import Interface
from casemate.internal_service.adapters.lan.segment import Gone, Heard
from casemate.internal_service.core.ground.path_io import AnnounceOnLan, LanNeighbourSeen, LeaveLan
from casemate.protocol.ids import AccountId
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue

ANN, BOB = AccountId(b"a" * 32), AccountId(b"b" * 32)
TAGS = (b"8 bytes.",)


def interface(index: int, address: str) -> Interface:
    return Interface(index, (ipaddress.ip_interface(address),))


WIFI, CABLE = interface(1, "10.1.0.1/24"), interface(2, "10.2.0.1/24")
STRANGER = Announcement("0123456789abcdef", 4000, (b"stranger",))


class Air:
    """The segments that were made, and what goes wrong with the next ones."""

    def __init__(self) -> None:
        self.open: list[Quiet] = []
        self.opened = 0
        self.failures = 0
        self.here: tuple[Interface, ...] = (WIFI,)

    def on(self, *interfaces: Interface) -> Callable[[], bool]:
        return lambda: sorted(one.interface.index for one in self.open) == [one.index for one in interfaces]


class Quiet:
    """A segment without a network."""

    air: Air

    def __init__(self, where: Interface, heard: Heard, gone: Gone) -> None:
        self.interface, self.heard, self.gone = where, heard, gone
        self.shown: set[Announcement] = set()
        self.is_broken = False

    async def open(self) -> None:
        if self.air.failures:
            self.air.failures -= 1
            raise OSError("the port is taken")
        self.air.open.append(self)
        self.air.opened += 1

    async def mend(self) -> None:
        await asyncio.sleep(0)

    async def show(self, announcements: set[Announcement]) -> None:
        if self.is_broken:
            raise OSError("no such device")
        self.shown = set(announcements)

    async def close(self) -> None:
        if self in self.air.open:
            self.air.open.remove(self)


@pytest.fixture
def air(monkeypatch: pytest.MonkeyPatch) -> Air:
    made = Quiet.air = Air()
    monkeypatch.setattr(local_network, "Segment", Quiet)
    monkeypatch.setattr(local_network, "interfaces_here", lambda: made.here)
    monkeypatch.setattr(local_network, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(local_network, "RETRY_SECONDS", 0.01)
    return made


@pytest.fixture
def queue() -> EventQueue:
    return EventQueue(SystemClock())


@pytest.fixture
async def network(queue: EventQueue) -> AsyncIterator[LocalNetwork]:
    made = LocalNetwork(queue, repeatable_entropy(b"lan"))
    yield made
    await made.close()


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(10):
        while not condition():
            await asyncio.sleep(0.005)


def told(queue: EventQueue) -> list[LanNeighbourSeen]:
    events = queue.take(100, 0.0)
    return [event for event in events if isinstance(event, LanNeighbourSeen)]


async def test_it_is_where_the_computer_is(air: Air, network: LocalNetwork) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    air.here = (WIFI, CABLE)
    await until(air.on(WIFI, CABLE))
    air.here = (CABLE,)
    await until(air.on(CABLE))
    air.here = ()
    await until(air.on())


async def test_another_address_is_another_segment(air: Air, network: LocalNetwork) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    (before,) = air.open
    air.here = (interface(1, "10.1.0.77/24"),)
    await until(lambda: air.open != [before] and len(air.open) == 1)
    assert air.open[0].shown == before.shown


async def test_an_interface_that_cannot_be_used_is_tried_again(air: Air, network: LocalNetwork) -> None:
    air.failures = 3
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    assert air.failures == 0


async def test_one_interface_that_cannot_be_used_leaves_the_others(air: Air, network: LocalNetwork) -> None:
    air.failures, air.here = 1, (WIFI, CABLE)
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(lambda: len(air.open) > 0 and len(air.open[-1].shown) == 1)


async def test_what_breaks_is_begun_anew(air: Air, network: LocalNetwork) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    (broken,) = air.open
    broken.is_broken = True
    await until(lambda: air.on(WIFI)() and air.open != [broken])


async def test_after_a_sleep_everything_is_begun_anew(
    air: Air, network: LocalNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    wall = time.time
    monkeypatch.setattr(time, "time", lambda: wall() + 3600)
    await until(lambda: air.opened == 2)
    await until(air.on(WIFI))


async def test_a_sleep_while_looking_around_is_noticed_as_well(
    air: Air, network: LocalNetwork, monkeypatch: pytest.MonkeyPatch
) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    wall = time.time

    async def sleep_meanwhile(_: Quiet) -> None:
        monkeypatch.setattr(time, "time", lambda: wall() + 3600)

    monkeypatch.setattr(Quiet, "mend", sleep_meanwhile)
    await until(lambda: air.opened == 2)
    await until(air.on(WIFI))


async def test_the_same_announcement_keeps_its_name(air: Air, network: LocalNetwork) -> None:
    for _ in range(2):
        network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(lambda: bool(air.open) and bool(air.open[0].shown))
    (before,) = air.open[0].shown
    network.perform(AnnounceOnLan(ANN, TAGS, 4001))
    await until(lambda: {one.port for one in air.open[0].shown} == {4001})
    (after,) = air.open[0].shown
    assert before.label != after.label


async def test_each_account_is_told_and_an_own_announcement_is_news_to_the_others(
    air: Air, network: LocalNetwork, queue: EventQueue
) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    network.perform(AnnounceOnLan(BOB, TAGS, 4001))
    await until(lambda: bool(air.open) and len(air.open[0].shown) == 2)
    segment = air.open[0]
    segment.heard(STRANGER, ("10.1.0.9", "8.8.8.8"))
    seen = told(queue)
    assert {(event.account_id, event.addresses) for event in seen} == {
        (ANN, ("10.1.0.9:4000",)),
        (BOB, ("10.1.0.9:4000",)),
    }
    (bobs,) = (one for one in segment.shown if one.port == 4001)
    segment.heard(bobs, ("10.1.0.1",))
    assert [event.account_id for event in told(queue)] == [ANN]


async def test_who_left_is_told_nothing_and_who_comes_hears_who_is_there(
    air: Air, network: LocalNetwork, queue: EventQueue
) -> None:
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    network.perform(AnnounceOnLan(BOB, TAGS, 4001))
    network.perform(LeaveLan(ANN))
    air.open[0].heard(STRANGER, ("10.1.0.9",))
    assert [event.account_id for event in told(queue)] == [BOB]
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    assert [event.account_id for event in told(queue)] == [ANN]
    air.open[0].gone(STRANGER.label)
    network.perform(LeaveLan(ANN))
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    assert told(queue) == []


async def test_nobody_left_means_nothing_open_and_nothing_remembered(
    air: Air, network: LocalNetwork, queue: EventQueue
) -> None:
    network.perform(LeaveLan(ANN))
    assert air.opened == 0
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    air.open[0].heard(STRANGER, ("10.1.0.9",))
    network.perform(LeaveLan(ANN))
    await until(air.on())
    await asyncio.sleep(0.05)
    told(queue)
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI))
    assert told(queue) == []


async def test_closing_closes_everything(air: Air, network: LocalNetwork) -> None:
    air.here = (WIFI, CABLE)
    network.perform(AnnounceOnLan(ANN, TAGS, 4000))
    await until(air.on(WIFI, CABLE))
    await network.close()
    assert air.open == []
    network.perform(LeaveLan(ANN))
    assert air.opened == 2
