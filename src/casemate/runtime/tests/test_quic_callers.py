"""Calls that nobody means keep nobody out: first packets made by hand, at a real endpoint."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from casemate.runtime.quic import LOOPBACK, Incoming, QuicConnection, QuicEndpoint, QuicError, split_address
from casemate.runtime.quic_callers import Callers, CallLimits
from tests.support.own_network import WHY_NOT, in_own_network
from tests.support.quic_initials import flood

pytestmark = pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)

ALPN = b"test/1"
SECONDS = 30.0


class Door:
    """An endpoint that takes its calls through `Callers`."""

    def __init__(self, quic: QuicEndpoint, limits: CallLimits) -> None:
        self.quic = quic
        self.callers = Callers(limits, self._answer)
        self.connected: asyncio.Queue[QuicConnection] = asyncio.Queue()
        self.begun = 0
        """Calls on which a handshake was begun."""
        self._accepting = asyncio.create_task(self._accept())

    @property
    def port(self) -> int:
        return split_address(self.quic.sockets()[0])[1]

    async def half_open(self, calls: int) -> None:
        async with asyncio.timeout(SECONDS):
            while self.begun < calls:
                await asyncio.sleep(0.01)

    async def close(self) -> None:
        for task in [self._accepting, *self.callers.tasks]:
            task.cancel()
        await self.quic.close()

    async def _accept(self) -> None:
        while (incoming := await self.quic.accept()) is not None:
            self.callers.called(incoming)

    async def _answer(self, incoming: Incoming, _: str | None) -> None:
        self.begun += 1
        try:
            self.connected.put_nowait(await incoming.accept())
        except QuicError:
            return


@pytest.fixture
async def caller() -> AsyncIterator[QuicEndpoint]:
    endpoint = await QuicEndpoint.bind(key=b"c" * 32, alpns=[ALPN], sockets=LOOPBACK)
    yield endpoint
    await endpoint.close()


async def door_with(limits: CallLimits) -> Door:
    return Door(await QuicEndpoint.bind(key=b"d" * 32, alpns=[ALPN], sockets=LOOPBACK), limits)


async def call(caller: QuicEndpoint, door: Door) -> QuicConnection:
    async with asyncio.timeout(SECONDS):
        return await caller.dial(door.quic.key, ALPN, addresses=[f"127.0.0.1:{door.port}"])


async def test_a_few_calls_are_believed_and_the_others_have_to_show_their_address(caller: QuicEndpoint) -> None:
    door = await door_with(CallLimits(in_all=8, per_network=8, believed=3))
    flood(door.port, 40)
    await door.half_open(3)
    connection = await call(caller, door)
    assert (await door.connected.get()).key == caller.key
    assert door.begun == 4, "of the flood three handshakes were begun, and no more"
    connection.close("bye")
    await door.close()


async def test_the_oldest_call_of_a_network_makes_room(caller: QuicEndpoint) -> None:
    door = await door_with(CallLimits(in_all=100, per_network=2, believed=100))
    flood(door.port, 20)
    await door.half_open(20)
    assert len(door.callers._calls) == 2
    connection = await call(caller, door)
    assert (await door.connected.get()).key == caller.key
    connection.close("bye")
    await door.close()


async def test_nothing_is_left_of_calls_that_are_over(caller: QuicEndpoint) -> None:
    door = await door_with(CallLimits(in_all=4, per_network=4, believed=2))
    for _ in range(5):
        connection = await call(caller, door)
        await door.connected.get()
        connection.close("bye")
    async with asyncio.timeout(SECONDS):
        while door.callers.tasks:
            await asyncio.sleep(0.01)
    assert door.callers._believed == 0
    assert door.callers._by_network == {}
    await door.close()
