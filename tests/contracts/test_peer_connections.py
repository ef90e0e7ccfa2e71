"""Connections to peers keep the contract of connections; what only they promise is tested below."""

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator

import pytest

from casemate.crypto.keys import EndpointPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.adapters.peer_transport import connection, endpoint
from casemate.internal_service.adapters.peer_transport.framing import framed
from casemate.internal_service.adapters.peer_transport.transport import PeerTransport
from casemate.internal_service.core.ground.path_io import (
    CloseEndpoint,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
    SendToPeer,
)
from casemate.protocol.limits import PEER_FRAME_BYTES
from casemate.protocol.peer import PEER_ALPN, Envelopes, PathPing, PeerFrame, encode_peer_frame
from casemate.runtime import quic
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.quic import QuicEndpoint
from casemate.runtime.quic_callers import CallLimits
from tests.contracts.connections import ConnectionContract
from tests.contracts.two_ends import ALICE, ALICE_KEY, NOBODY, NUMBER, Far, MakeFar, Near, PeerLine
from tests.support.own_network import WHY_NOT, in_own_network
from tests.support.quic_initials import flood

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)]


@pytest.fixture
async def near() -> AsyncIterator[Near]:
    near = Near()
    yield near
    await near.transport.close()


@pytest.fixture
async def make_far() -> AsyncIterator[MakeFar]:
    made: list[QuicEndpoint] = []

    async def make() -> Far:
        made.append(await QuicEndpoint.bind(key=None, alpns=[PEER_ALPN], sockets=quic.LOOPBACK))
        return Far(made[-1])

    yield make
    for each in made:
        await each.close()


class TestPeerConnection(ConnectionContract):
    @pytest.fixture
    async def line(self, near: Near, make_far: MakeFar, monkeypatch: pytest.MonkeyPatch) -> PeerLine:
        monkeypatch.setattr(connection, "SEND_QUEUE_BYTES", 500_000)
        await near.open()
        return PeerLine(near, await make_far())


async def test_who_dials_us_is_told_with_an_odd_number_and_the_key_that_was_proven(
    near: Near, make_far: MakeFar
) -> None:
    port = await near.open()
    numbers = set()
    for far in [await make_far(), await make_far()]:
        await far.dial(port)
        await far.say(PathPing(1))
        event = await near.event()
        assert isinstance(event, PeerConnected)
        assert event.endpoint_key == far.endpoint.key
        assert not event.dialled
        assert await near.event() == PeerFrameArrived(ALICE, 1, event.connection, PathPing(1))
        near.send(PathPing(2), event.connection)
        assert await far.hear() == PathPing(2)
        numbers.add(event.connection)
        far.connection.close("bye")
        assert await near.closed() == "bye"
    assert len(numbers) == 2
    assert all(number % 2 for number in numbers)


async def test_large_frames_arrive_whole_between_small_ones(near: Near, make_far: MakeFar) -> None:
    far = await make_far()
    await near.open()
    near.dial(far.endpoint.key, far.endpoint.addresses())
    large = Envelopes([(1, bytes(range(256)) * 4_096), (2, b"y" * 1_200_000), (3, b"z" * 1_200_000)])
    sent: list[PeerFrame] = [PathPing(1), large, PathPing(2), large, PathPing(3)]
    for frame in sent:
        near.send(frame)
    await far.accept()
    assert isinstance(await near.event(), PeerConnected)
    assert [await far.hear() for _ in sent] == sent
    await far.say(*sent)
    for frame in sent:
        assert await near.event() == PeerFrameArrived(ALICE, 1, NUMBER, frame)


@pytest.mark.parametrize("code", ["replaced", "refused", "no_answer", "broke_protocol", "version"])
async def test_the_code_of_a_close_is_told_to_the_other_side(near: Near, make_far: MakeFar, code: str) -> None:
    port = await near.open()
    ours, theirs = await make_far(), await make_far()
    await ours.dial(port)
    await ours.say(PathPing(1))
    number = await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    near.close(code, number)
    assert await ours.ended() == code

    await theirs.dial(port)
    await theirs.say(PathPing(1))
    await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    theirs.connection.close(code)
    assert await near.closed() == code


@pytest.mark.parametrize("code", ["timed_out", "unreachable", "whatever_they_say", "", "LOST"])
async def test_a_word_that_is_not_a_peers_to_say_is_not_passed_on(near: Near, make_far: MakeFar, code: str) -> None:
    far = await make_far()
    await far.dial(await near.open())
    await far.say(PathPing(1))
    await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    far.connection.close(code)
    assert await near.closed() == "lost"


@pytest.mark.parametrize(
    "garbage",
    [
        (PEER_FRAME_BYTES + 1).to_bytes(4, "big"),
        b"\xff\xff\xff\xff",
        framed(b""),
        framed(b"\x00" * 100),
        framed(encode_peer_frame(PathPing(1))[:-1]),
        framed(encode_peer_frame(PathPing(1)) + b"\x00"),
    ],
)
async def test_what_is_no_frame_ends_the_connection_and_both_sides_know_why(
    near: Near, make_far: MakeFar, garbage: bytes
) -> None:
    far = await make_far()
    await far.dial(await near.open())
    await far.say(PathPing(1))
    await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    await far.send.write(garbage)
    assert await near.closed() == "malformed"
    assert await far.ended() == "malformed"


async def test_a_stream_in_one_direction_ends_the_connection(near: Near, make_far: MakeFar) -> None:
    far = await make_far()
    await far.dial(await near.open())
    await far.say(PathPing(1))
    await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    more = await far.connection.open_one_way()
    await more.write(b"x")
    assert await near.closed() == "lost"
    assert await far.ended() == "broke_protocol"


@pytest.mark.parametrize("ending", ["finish", "reset", "stop"])
async def test_the_end_of_the_stream_is_the_end_of_the_connection(near: Near, make_far: MakeFar, ending: str) -> None:
    far = await make_far()
    await far.dial(await near.open())
    await far.say(PathPing(1))
    number = await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    await getattr(far.receive if ending == "stop" else far.send, ending)()
    near.send(PathPing(2), number)
    await asyncio.sleep(0.1)
    near.send(PathPing(3), number)
    assert await near.closed() == "lost"


async def test_whoever_opens_no_stream_is_never_told_and_holds_no_place_for_long(
    near: Near, make_far: MakeFar, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoint, "HALF_OPEN", CallLimits(in_all=3, per_network=3, believed=3))
    monkeypatch.setattr(endpoint, "HALF_OPEN_SECONDS", 3.0)
    port = await near.open()
    silent = await make_far()
    address = (f"127.0.0.1:{port}",)
    key = ed25519_public(ALICE_KEY)
    held = [await silent.endpoint.dial(key, PEER_ALPN, addresses=address) for _ in range(4)]
    async with asyncio.timeout(30):
        for connection in held:
            assert (await connection.ended()).code == "lost", "the first one made room, the others took too long"
    welcome = await make_far()
    await welcome.dial(port)
    await welcome.say(PathPing(1))
    await near.connected()
    assert await near.event() == PeerFrameArrived(ALICE, 1, 1, PathPing(1))


async def test_calls_that_nobody_means_keep_no_peer_out(near: Near, make_far: MakeFar) -> None:
    port = await near.open()
    for _ in range(10):
        flood(port, 12)
        await asyncio.sleep(0)
    far = await make_far()
    await far.dial(port)
    await far.say(PathPing(1))
    await near.connected()
    assert await near.event(10) == PeerFrameArrived(ALICE, 1, 1, PathPing(1))


async def test_a_dial_that_nobody_answers_ends_after_its_own_time(near: Near, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(endpoint, "DIAL_SECONDS", 0.2)
    await near.open()
    near.dial(NOBODY, ["127.0.0.1:9"])
    assert await near.closed() == "unreachable"
    near.dial(NOBODY, [])
    assert await near.closed() == "unreachable"
    near.dial(NOBODY, ["garbage", "[fe80::1%eth0]:7", "1.2.3.4:0"])
    assert await near.closed() == "unreachable"


async def test_what_is_meant_for_an_endpoint_that_was_closed_does_nothing(near: Near, make_far: MakeFar) -> None:
    far = await make_far()
    await near.open(1)
    near.dial(far.endpoint.key, far.endpoint.addresses())
    near.send(PathPing(1))
    await far.accept()
    assert isinstance(await near.event(), PeerConnected)
    near.transport.perform(CloseEndpoint(ALICE, 1))
    await near.open(2)
    near.dial(far.endpoint.key, far.endpoint.addresses(), generation=1, number=4)
    near.send(PathPing(1))
    near.close()
    near.transport.perform(CloseEndpoint(ALICE, 1))
    assert await near.event(0.5) is None
    near.dial(far.endpoint.key, far.endpoint.addresses(), generation=2, number=6)
    near.transport.perform(SendToPeer(ALICE, 2, 6, PathPing(1)))
    await far.accept()
    event = await near.event()
    assert isinstance(event, PeerConnected)
    assert (event.generation, event.connection) == (2, 6)


async def test_peers_hear_a_goodbye_when_an_endpoint_closes(near: Near, make_far: MakeFar) -> None:
    far = await make_far()
    await far.dial(await near.open())
    await far.say(PathPing(1))
    await near.connected()
    assert isinstance(await near.event(), PeerFrameArrived)
    await near.transport.close()
    assert await far.ended() == "bye"
    assert await near.event(0.2) is None


async def test_a_service_that_is_slow_slows_the_peer_down(make_far: MakeFar) -> None:
    near = Near()
    near.queue = EventQueue(SystemClock(), max_bytes=1_000_000)
    near.transport = PeerTransport(near.queue)
    far = await make_far()
    await far.dial(await near.open())
    frame = Envelopes([(1, b"x" * 100_000)])
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(1):
            while True:
                await far.say(frame)
    await near.connected()
    before = len(near.queue)
    assert before <= 10
    for _ in range(15):
        assert await near.event() == PeerFrameArrived(ALICE, 1, 1, frame)
    await near.transport.close()


FAR_PROCESS = """
import asyncio, sys
from casemate.protocol.peer import PEER_ALPN
from casemate.runtime import quic

async def main():
    endpoint = await quic.QuicEndpoint.bind(key=b"7" * 32, alpns=[PEER_ALPN], sockets=quic.LOOPBACK)
    print(*endpoint.addresses(), flush=True)
    incoming = await endpoint.accept()
    connection = await incoming.accept()
    await connection.ended()

asyncio.run(main())
"""


@pytest.mark.slow
async def test_a_peer_whose_process_is_killed_is_noticed_even_without_a_heartbeat(near: Near) -> None:
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", FAR_PROCESS, stdout=subprocess.PIPE)
    assert process.stdout is not None
    addresses = (await process.stdout.readline()).decode().split()
    await near.open()
    near.dial(ed25519_public(EndpointPrivate(b"7" * 32)), addresses)
    assert isinstance(await near.event(), PeerConnected)
    process.kill()
    await process.wait()
    assert await near.event(60) == PeerClosed(ALICE, 1, NUMBER, "timed_out")
    assert await near.event(0.5) is None
