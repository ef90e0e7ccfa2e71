"""Endpoints and connections as the product sees them; no type and no exception of the library comes through."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

import pytest

from casemate.runtime import quic
from casemate.runtime.quic import BindFailed, ConnectionEnded, DialFailed, Path, QuicConnection, QuicEndpoint
from tests.support.own_network import WHY_NOT, in_own_network

ALPN = b"test/1"

needs_own_network = pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)

Bind = Callable[..., Awaitable[QuicEndpoint]]


@pytest.fixture
async def bind() -> AsyncIterator[Bind]:
    endpoints: list[QuicEndpoint] = []

    async def make(key: bytes | None = None, alpns: tuple[bytes, ...] = (ALPN,), **more: object) -> QuicEndpoint:
        more.setdefault("sockets", quic.LOOPBACK)
        endpoints.append(await QuicEndpoint.bind(key=key, alpns=alpns, **more))  # type: ignore[arg-type]
        return endpoints[-1]

    yield make
    for endpoint in endpoints:
        await endpoint.close()


async def connect(far: QuicEndpoint, near: QuicEndpoint) -> tuple[QuicConnection, QuicConnection]:
    """A connection, as both ends see it; the near one dials."""

    async def accept() -> QuicConnection:
        incoming = await far.accept()
        assert incoming is not None
        return await incoming.accept()

    dial = near.dial(far.key, ALPN, addresses=far.addresses())
    async with asyncio.timeout(30):
        return await asyncio.gather(accept(), dial)


@needs_own_network
async def test_both_ends_know_each_others_key_and_bytes_travel_both_ways(bind: Bind) -> None:
    alice, bob = await bind(key=b"a" * 32), await bind(key=b"b" * 32)
    at_alice, at_bob = await connect(alice, bob)
    assert at_alice.key == bob.key
    assert at_bob.key == alice.key
    send, receive = await at_bob.open_stream()
    await send.write(b"question")
    back, question = await at_alice.accept_stream()
    assert await question.read(100) == b"question"
    await back.write(b"answer")
    await back.finish()
    assert await receive.read(100) == b"answer"
    assert await receive.read(100) == b""


@needs_own_network
async def test_a_stream_in_one_direction_ends_when_everything_was_taken(bind: Bind) -> None:
    at_alice, at_bob = await connect(await bind(), await bind())
    send = await at_bob.open_one_way()
    await send.set_priority(-1)
    await send.write(b"x" * 100_000)
    await send.finish()
    receive = await at_alice.accept_one_way()
    arrived = bytearray()
    while piece := await receive.read(65_536):
        arrived += piece
    assert arrived == b"x" * 100_000
    assert await send.wait_taken()


@needs_own_network
async def test_a_read_that_was_cancelled_takes_nothing(bind: Bind) -> None:
    at_alice, at_bob = await connect(await bind(), await bind())
    send, _ = await at_bob.open_stream()
    await send.write(b"1")
    _, receive = await at_alice.accept_stream()
    assert await receive.read(10) == b"1"
    waiting = asyncio.create_task(receive.read(10))
    await asyncio.sleep(0.01)
    waiting.cancel()
    await send.write(b"2")
    assert await receive.read(10) == b"2"


@needs_own_network
async def test_the_code_of_a_close_is_told_to_the_other_end(bind: Bind) -> None:
    at_alice, at_bob = await connect(await bind(), await bind())
    at_alice.close("refused")
    ending = await at_bob.ended()
    assert ending.code == "refused"
    assert not ending.timed_out
    with pytest.raises(ConnectionEnded):
        await at_bob.open_stream()
    with pytest.raises(ConnectionEnded):
        await at_alice.accept_stream()


@needs_own_network
@pytest.mark.parametrize("code", ["", "REFUSED", "é", "x" * 33, "two words", "a) (code 1"])
async def test_a_code_that_is_no_word_is_none(bind: Bind, code: str) -> None:
    at_alice, at_bob = await connect(await bind(), await bind())
    at_alice.close(code)
    assert (await at_bob.ended()).code == ""


@needs_own_network
async def test_an_endpoint_that_closes_ends_its_connections(bind: Bind) -> None:
    alice = await bind()
    _, at_bob = await connect(alice, await bind())
    await alice.close()
    async with asyncio.timeout(30):
        assert (await at_bob.ended()).code == ""
    assert await alice.accept() is None


@needs_own_network
async def test_a_dial_without_a_way_there_fails_at_once(bind: Bind) -> None:
    alice, bob = await bind(), await bind()
    with pytest.raises(DialFailed):
        await bob.dial(alice.key, ALPN)
    with pytest.raises(DialFailed):
        await bob.dial(b"short", ALPN, addresses=alice.addresses())
    with pytest.raises(DialFailed):
        await bob.dial(alice.key, ALPN, addresses=("not an address",))


@needs_own_network
async def test_who_has_another_key_or_speaks_another_protocol_does_not_answer(bind: Bind) -> None:
    alice, bob, carol = await bind(), await bind(), await bind()

    async def accept() -> None:
        while (incoming := await alice.accept()) is not None:
            with pytest.raises(ConnectionEnded):
                await incoming.accept()

    accepting = asyncio.create_task(accept())
    async with asyncio.timeout(30):
        with pytest.raises(DialFailed):
            await bob.dial(carol.key, ALPN, addresses=alice.addresses())
        with pytest.raises(DialFailed):
            await bob.dial(alice.key, b"other/1", addresses=alice.addresses())
        await alice.close()
        await accepting


@needs_own_network
async def test_who_dials_has_an_address(bind: Bind) -> None:
    alice, bob = await bind(), await bind()

    async def accept() -> str | None:
        incoming = await alice.accept()
        assert incoming is not None
        address = await incoming.address()
        await incoming.refuse()
        return address

    seen = asyncio.create_task(accept())
    with pytest.raises(DialFailed):
        await bob.dial(alice.key, ALPN, addresses=alice.addresses())
    assert await seen in bob.addresses()


@needs_own_network
async def test_bound_to_loopback_means_both_families(bind: Bind) -> None:
    endpoint = await bind(sockets=quic.LOOPBACK)
    hosts = {str(quic.split_address(socket)[0]) for socket in endpoint.sockets()}
    assert hosts == {"127.0.0.1", "::1"}


@needs_own_network
async def test_a_port_that_is_taken_or_a_relay_that_is_none_fails_the_bind(bind: Bind) -> None:
    endpoint = await bind()
    with pytest.raises(BindFailed):
        await bind(sockets=endpoint.sockets())
    with pytest.raises(BindFailed):
        await bind(relay_url="no url")
    with pytest.raises(BindFailed):
        await bind(key=b"short")


@needs_own_network
async def test_what_is_announced_is_an_address_until_it_is_taken_back(bind: Bind) -> None:
    endpoint = await bind()
    changes = 0

    def changed() -> None:
        nonlocal changes
        changes += 1

    endpoint.watch(changed)
    await endpoint.announce("192.0.2.1:7")
    await asyncio.sleep(0.1)
    assert "192.0.2.1:7" in endpoint.addresses()
    told = changes
    await endpoint.retract("192.0.2.1:7")
    await asyncio.sleep(0.1)
    assert "192.0.2.1:7" not in endpoint.addresses()
    assert changes > told > 0
    assert not await endpoint.is_online()


@needs_own_network
async def test_the_chosen_path_is_told_at_once(bind: Bind) -> None:
    _, at_bob = await connect(await bind(), await bind())
    told: asyncio.Queue[tuple[Path, ...]] = asyncio.Queue()
    at_bob.watch_paths(told.put_nowait)
    async with asyncio.timeout(30):
        (chosen,) = [path for path in await told.get() if path.chosen]
    assert chosen.direct
    assert chosen.address in {path.address for path in at_bob.paths()}
    await at_bob.stop_watching()


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [("127.0.0.1:0", "127.0.0.1", 0), ("[::1]:65535", "::1", 65535), ("[fe80::1%eth0]:1", "fe80::1%eth0", 1)],
)
def test_an_address_is_an_ip_and_a_port(text: str, host: str, port: int) -> None:
    ip, number = quic.split_address(text)
    assert (str(ip), number) == (host, port)


@pytest.mark.parametrize(
    "text", ["", "1.2.3.4", "1.2.3.4:", "::1:5", "[::1]", "[1.2.3.4]:5", "host:5", "1.2.3.4:65536"]
)
def test_what_is_no_address_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".+"):
        quic.split_address(text)
