"""An account's endpoint with a relay and an observer: what it finds out and tells about itself."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from casemate.crypto.keys import EndpointPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.adapters.peer_transport import addresses, endpoint, observing
from casemate.internal_service.adapters.peer_transport.transport import PeerTransport
from casemate.internal_service.core.ground.path_io import (
    CloseEndpoint,
    DialPeer,
    EndpointChanged,
    EndpointClosed,
    EndpointOpened,
    ObserveAgain,
    OpenEndpoint,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
    SendToPeer,
)
from casemate.node import Event, Wakeup
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import Network, PathPing
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from tests.support.open_relay import OpenRelay, open_relay
from tests.support.own_network import WHY_NOT, in_own_network

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)]

ALICE, BOB = AccountId(b"a" * 32), AccountId(b"b" * 32)
ALICE_KEY, BOB_KEY = EndpointPrivate(b"1" * 32), EndpointPrivate(b"2" * 32)


class Service:
    def __init__(self) -> None:
        self.queue = EventQueue(SystemClock())
        self.transport = PeerTransport(self.queue)
        self.told: list[Event] = []

    def open(self, relay: OpenRelay | None, *, relay_only: bool = False, account_id: AccountId = ALICE) -> None:
        key = ALICE_KEY if account_id == ALICE else BOB_KEY
        url, observer = (None, None) if relay is None else (relay.url, relay.observer)
        self.transport.perform(OpenEndpoint(account_id, 1, key, url, observer, relay_only))

    async def event(self, seconds: float = 10) -> Event | None:
        until = SystemClock().now().monotonic + seconds
        event = (await asyncio.to_thread(self.queue.take, 1, until))[0]
        self.told.append(event)
        return None if isinstance(event, Wakeup) else event

    async def changed_to(
        self, *, relay_connected: bool | None = None, network: Network | None = None, seconds: float = 10
    ) -> EndpointChanged:
        """Wait until this is told."""
        while (event := await self.event(seconds)) is not None:
            if (
                isinstance(event, EndpointChanged)
                and relay_connected in (None, event.relay_connected)
                and network in (None, event.network)
            ):
                return event
        raise AssertionError(f"never told; but {self.told}")


@pytest.fixture
async def service() -> AsyncIterator[Service]:
    service = Service()
    yield service
    await service.transport.close()


async def test_one_port_for_both_families_is_told_first(service: Service) -> None:
    service.open(None)
    opened = await service.event()
    assert isinstance(opened, EndpointOpened)
    changed = await service.event()
    assert isinstance(changed, EndpointChanged)
    assert changed == EndpointChanged(ALICE, 1, False, Network(), changed.addresses)
    assert {int(address.rpartition(":")[2]) for address in changed.addresses} == {opened.port}


async def test_relay_and_network_are_told_as_they_become_known(service: Service) -> None:
    async with open_relay() as relay:
        service.open(relay)
        told = await service.changed_to(relay_connected=True, network=Network("open", "none"))
        assert told.addresses


async def test_a_relay_that_goes_and_comes_is_told(service: Service) -> None:
    async with open_relay() as relay:
        service.open(relay)
        await service.changed_to(relay_connected=True)
    await service.changed_to(relay_connected=False)
    async with open_relay(int(relay.url.rstrip("/").rpartition(":")[2])):
        await service.changed_to(relay_connected=True, seconds=30)


async def test_a_relay_that_was_not_there_yet_is_found_soon(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "TRY_RELAY_SECONDS", 0.5)
    async with open_relay() as relay:
        pass
    service.open(relay)
    assert isinstance(await service.event(), EndpointOpened)
    await service.changed_to(relay_connected=False)
    await asyncio.sleep(1)
    async with open_relay(int(relay.url.rstrip("/").rpartition(":")[2])):
        await service.changed_to(relay_connected=True, seconds=5)


async def test_silence_of_the_observer_means_udp_is_blocked_only_while_the_server_is_there(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(observing, "OBSERVE_SECONDS", 0.5)
    monkeypatch.setattr(addresses, "PAUSE_SECONDS", 0.1)
    async with open_relay() as relay:
        assert relay.observer is not None
        relay.observer = replace(relay.observer, ports=(9, 10))
        service.open(relay)
        await service.changed_to(network=Network("blocked", "unknown"))
    await service.changed_to(relay_connected=False)
    service.transport.perform(ObserveAgain(ALICE, 1))
    await service.changed_to(network=Network("unknown", "unknown"))


async def test_relay_only_tells_no_address_and_never_asks_for_one(service: Service) -> None:
    async with open_relay() as relay:
        service.open(relay, relay_only=True)
        told = await service.changed_to(relay_connected=True)
    assert told.network == Network(relay_only=True)
    assert all(not event.addresses for event in service.told if isinstance(event, EndpointChanged))


async def test_a_relay_that_is_none_ends_the_endpoint_and_what_was_dialled_on_it(service: Service) -> None:
    service.transport.perform(OpenEndpoint(ALICE, 1, ALICE_KEY, "no url", None, relay_only=False))
    service.transport.perform(DialPeer(ALICE, 1, 2, ed25519_public(BOB_KEY), ()))
    told = [await service.event(), await service.event()]
    closed = [event for event in told if isinstance(event, EndpointClosed)]
    assert len(closed) == 1
    assert closed[0].detail
    assert [getattr(event, "code", None) for event in told if event not in closed] == ["unreachable"]


async def test_two_accounts_of_one_service_reach_each_other_by_key_and_relay_alone(service: Service) -> None:
    async with open_relay() as relay:
        service.open(relay)
        service.open(relay, account_id=BOB)
        service.transport.perform(DialPeer(ALICE, 1, 2, ed25519_public(BOB_KEY), ()))
        service.transport.perform(SendToPeer(ALICE, 1, 2, PathPing(5)))
        seen: dict[type[Event], list[Event]] = {}
        while (event := await service.event()) != PeerFrameArrived(BOB, 1, 1, PathPing(5)):
            assert event is not None, service.told
            seen.setdefault(type(event), []).append(event)
        assert PeerConnected(ALICE, 1, 2, ed25519_public(BOB_KEY), dialled=True) in seen[PeerConnected]
        assert PeerConnected(BOB, 1, 1, ed25519_public(ALICE_KEY), dialled=False) in seen[PeerConnected]
        while not (isinstance(event := await service.event(), PeerRouteSeen) and event.direct):
            assert event is not None, service.told


async def test_an_endpoint_is_opened_again_once_the_one_before_it_is_gone(service: Service) -> None:
    async with open_relay() as relay:
        service.open(relay)
        await service.changed_to(relay_connected=True)
        service.transport.perform(CloseEndpoint(ALICE, 1))
        assert relay.observer is not None
        service.transport.perform(OpenEndpoint(ALICE, 2, ALICE_KEY, relay.url, relay.observer, relay_only=False))
        opened = await service.event()
        assert isinstance(opened, EndpointOpened)
        assert opened.generation == 2
        await service.changed_to(relay_connected=True)


async def test_a_fault_of_our_own_ends_the_endpoint_and_is_told(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def faulty(*_: object) -> observing.Seen:
        raise ZeroDivisionError

    monkeypatch.setattr(addresses, "observe", faulty)
    async with open_relay() as relay:
        service.open(relay)
        while not isinstance(told := await service.event(), EndpointClosed):
            assert told is not None
    assert told.detail == "ZeroDivisionError"
