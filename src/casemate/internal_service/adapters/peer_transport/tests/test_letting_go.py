"""What was closed holds no socket any more, and does not wait for the garbage collector to notice."""

import asyncio
import gc
from collections.abc import Iterator

import psutil
import pytest

from casemate.internal_service.adapters.peer_transport.tests.two import two_connected
from casemate.runtime import quic
from casemate.runtime.quic import DialFailed, QuicEndpoint
from casemate.runtime.tasks import let_go
from tests.support.own_network import WHY_NOT, in_own_network

pytestmark = pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)

ALPN = b"test/1"
GONE_SECONDS = 30


@pytest.fixture
def sockets_before() -> Iterator[int]:
    """How many UDP sockets this process has, while no cycle of objects is looked for."""
    gc.collect()
    gc.disable()
    yield udp_sockets()
    gc.enable()


def udp_sockets() -> int:
    return len(psutil.Process().net_connections("udp"))


async def gone_down_to(before: int) -> None:
    async with asyncio.timeout(GONE_SECONDS):
        while udp_sockets() > before:
            await asyncio.sleep(0.05)


async def test_endpoints_and_their_connections(sockets_before: int) -> None:
    for _ in range(3):
        async with two_connected():
            assert udp_sockets() > sockets_before
    await gone_down_to(sockets_before)


async def test_dials_that_were_given_up_at_any_moment(sockets_before: int) -> None:
    far = await QuicEndpoint.bind(key=None, alpns=(ALPN,), sockets=quic.LOOPBACK)
    greeting = asyncio.create_task(greet(far))
    greeting.add_done_callback(let_go)  # a task that was cancelled holds what its frames held
    await asyncio.gather(*(dial_and_give_up(far, after_seconds=0.0007 * number) for number in range(20)))
    greeting.cancel()
    await far.close()
    await gone_down_to(sockets_before)


async def test_a_dial_that_failed(sockets_before: int) -> None:
    far = await QuicEndpoint.bind(key=None, alpns=(ALPN,), sockets=quic.LOOPBACK)
    refusing = asyncio.create_task(refuse(far))
    near = await QuicEndpoint.bind(key=None, alpns=(ALPN,), sockets=quic.LOOPBACK)
    with pytest.raises(DialFailed):
        await near.dial(far.key, ALPN, addresses=far.addresses())
    await near.close()
    await far.close()
    await refusing
    await gone_down_to(sockets_before)


async def refuse(far: QuicEndpoint) -> None:
    while (incoming := await far.accept()) is not None:
        await incoming.refuse()


async def greet(far: QuicEndpoint) -> None:
    """Let everybody in, and let go of them at once."""
    while (incoming := await far.accept()) is not None:
        await asyncio.gather(incoming.accept(), return_exceptions=True)


async def dial_and_give_up(far: QuicEndpoint, *, after_seconds: float) -> None:
    near = await QuicEndpoint.bind(key=None, alpns=(ALPN,), sockets=quic.LOOPBACK)
    dials = [asyncio.create_task(near.dial(far.key, ALPN, addresses=far.addresses())) for _ in range(3)]
    await asyncio.sleep(after_seconds)
    for dial in dials:
        dial.cancel()
    await asyncio.gather(*dials, return_exceptions=True)
    await near.close()
