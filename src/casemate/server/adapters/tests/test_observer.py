"""The observer: how far it reaches, and that nobody keeps it busy. What it says: tests/processes/test_relay.py."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from casemate.crypto.keys import Ed25519Public, ServerPrivate
from casemate.crypto.observer_doors import observer_door
from casemate.crypto.primitives import ed25519_public
from casemate.protocol.ids import AccountId
from casemate.protocol.observing import OBSERVE_ALPN
from casemate.runtime.quic import LOOPBACK, QuicConnection, QuicEndpoint, split_address
from casemate.runtime.quic_callers import CallLimits
from casemate.server.adapters import observer as module
from casemate.server.adapters.observer import Observer
from casemate.server.adapters.relay.tests.house import Core
from casemate.server.adapters.relay.verdicts import Verdicts
from tests.support.quic_initials import flood

pytestmark = [pytest.mark.own_network, pytest.mark.slow]

SECONDS = 10.0
PRIVATE = ServerPrivate(b"the server's own private key....")

Dial = Callable[[], "asyncio.Future[QuicConnection]"]


def free_port() -> int:
    with socket.socket(type=socket.SOCK_DGRAM) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def observer_at(host: str) -> AsyncIterator[tuple[Observer, Core]]:
    verdicts = Verdicts()
    core = Core(verdicts)
    verdicts.attach(core)  # type: ignore[arg-type]
    observer = await Observer.open(PRIVATE, host, free_port(), verdicts)
    assert observer is not None
    observer.start()
    try:
        yield observer, core
    finally:
        await observer.close()


@asynccontextmanager
async def callers(observer: Observer, core: Core, number: int) -> AsyncIterator[list[Dial]]:
    """So many certified endpoints, each with a way to call the first door."""
    async with AsyncExitStack() as stack:
        dials: list[Dial] = []
        for index in range(number):
            endpoint = await QuicEndpoint.bind(key=bytes((index + 1,)) * 32, alpns=[OBSERVE_ALPN], sockets=LOOPBACK)
            stack.push_async_callback(endpoint.close)
            core.accounts[endpoint.key] = AccountId(endpoint.key)
            dials.append(dialling(endpoint, observer))
        yield dials


def dialling(endpoint: QuicEndpoint, observer: Observer) -> Dial:
    port = observer.ports[0]
    door: Ed25519Public = ed25519_public(observer_door(observer.key, port, is_ipv6=False))
    addresses = [f"127.0.0.1:{port}"]
    return lambda: asyncio.ensure_future(endpoint.dial(door, OBSERVE_ALPN, addresses=addresses))


@pytest.mark.parametrize(
    ("host", "reached"),
    [
        ("127.0.0.1", {"127.0.0.1", "::1"}),
        ("::1", {"127.0.0.1", "::1"}),
        ("0.0.0.0", {"0.0.0.0", "::"}),  # noqa: S104
        ("::", {"0.0.0.0", "::"}),  # noqa: S104
    ],
)
async def test_it_reaches_as_far_as_the_relay(host: str, reached: set[str]) -> None:
    async with observer_at(host) as (observer, _):
        sockets = [split_address(each) for door in observer._doors for each in door.sockets()]
        for port in observer.ports:
            assert {str(address) for address, bound in sockets if bound == port} == reached


async def test_a_caller_who_stays_is_hung_up_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "ANSWER_SECONDS", 0.2)
    async with observer_at("127.0.0.1") as (observer, core), callers(observer, core, 1) as [dial]:
        connection = await asyncio.wait_for(dial(), SECONDS)
        assert (await asyncio.wait_for(connection.ended(), SECONDS)).code == "bye"


async def test_one_address_does_not_take_every_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "CALLS", CallLimits(in_all=4, per_network=1, believed=4))
    async with observer_at("127.0.0.1") as (observer, core), callers(observer, core, 2) as [first, second]:
        staying = await asyncio.wait_for(first(), SECONDS)
        await asyncio.wait_for(staying.accept_one_way(), SECONDS)
        later = await asyncio.wait_for(second(), SECONDS)
        assert (await asyncio.wait_for(staying.ended(), SECONDS)).code == "bye", "the older call makes room"
        later.close("bye")


async def test_calls_that_nobody_means_do_not_keep_it_from_answering() -> None:
    async with observer_at("127.0.0.1") as (observer, core), callers(observer, core, 1) as [dial]:
        for _ in range(10):
            flood(observer.ports[0], 116)
            await asyncio.sleep(0)
        connection = await asyncio.wait_for(dial(), SECONDS)
        stream = await asyncio.wait_for(connection.accept_one_way(), SECONDS)
        assert (await asyncio.wait_for(stream.read(100), SECONDS)).startswith(b"127.0.0.1:")
        connection.close("bye")
