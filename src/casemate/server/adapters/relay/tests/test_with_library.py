"""The relay and the pinned library that dials it understand each other: a contract that its next version may break."""

import asyncio
import shutil
import subprocess
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from importlib.metadata import version
from typing import Final

import pytest
from aiohttp import WSMsgType, web

from casemate.runtime.quic import LOOPBACK, ConnectionEnded, QuicConnection, QuicEndpoint, split_address
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.connection import new_socket
from casemate.server.adapters.relay.tests.house import Endpoint, House, relay_house

pytestmark = [pytest.mark.own_network, pytest.mark.slow]

ALPN: Final = b"test/1"
SECONDS: Final = 20.0
QUIET_SECONDS: Final = 1.5
"""Long enough for what passes on loopback in milliseconds; nothing here waits for it to prove that something works."""


@asynccontextmanager
async def library(house: House, name: str, *, is_certified: bool = True) -> AsyncIterator[QuicEndpoint]:
    """A real endpoint with this person's key."""
    person = Endpoint(name)
    if is_certified:
        house.core.accounts[person.key] = person.account_id
    key = person.private.private_bytes_raw()
    endpoint = await QuicEndpoint.bind(key=key, alpns=[ALPN], sockets=LOOPBACK, relay_url=house.url)
    try:
        yield endpoint
    finally:
        await endpoint.close()


@asynccontextmanager
async def friends_online(house: House) -> AsyncIterator[tuple[QuicEndpoint, QuicEndpoint]]:
    """Two endpoints between which no UDP packet passes."""
    async with library(house, "alice") as alice, library(house, "bob") as bob:
        house.core.befriend(Endpoint("alice"), Endpoint("bob"))
        with no_udp_between(alice, bob):
            async with asyncio.timeout(SECONDS):
                await asyncio.gather(alice.online(), bob.online())
            yield alice, bob


@contextmanager
def no_udp_between(*endpoints: QuicEndpoint) -> Iterator[None]:
    """Drop what is sent to their sockets; others' tests in this network go on."""
    if shutil.which("nft") is None:
        pytest.skip("needs nft, to keep endpoints from finding the direct way")
    ports = ", ".join(str(split_address(socket)[1]) for endpoint in endpoints for socket in endpoint.sockets())
    table = f"relay_test_{time.monotonic_ns()}"
    rules = f"""
        table inet {table} {{
            chain input {{
                type filter hook input priority 0;
                udp dport {{ {ports} }} drop
            }}
        }}
    """
    if subprocess.run(["nft", "-f", "-"], input=rules.encode(), capture_output=True).returncode:
        pytest.skip("needs the right to filter packets in its own network")
    try:
        yield
    finally:
        subprocess.run(["nft", "delete", "table", "inet", table], check=True)


async def connect(
    house: House, dialling: QuicEndpoint, listening: QuicEndpoint
) -> tuple[QuicConnection, QuicConnection]:
    """Known to each other by key and relay alone."""

    async def accept() -> QuicConnection:
        incoming = await listening.accept()
        assert incoming is not None
        return await incoming.accept()

    async with asyncio.timeout(SECONDS):
        return await asyncio.gather(dialling.dial(listening.key, ALPN, relay_url=house.url), accept())


async def exchange(one: QuicConnection, other: QuicConnection, size: int = 10) -> None:
    """So many bytes reach the other end, unharmed."""

    async def send() -> None:
        stream = await one.open_one_way()
        await stream.write(content)
        await stream.finish()

    async def receive() -> bytes:
        stream = await other.accept_one_way()
        received = b""
        while data := await stream.read(1 << 20):
            received += data
        return received

    content = bytes(index % 251 for index in range(size))
    async with asyncio.timeout(SECONDS):
        _, received = await asyncio.gather(send(), receive())
    assert received == content


async def test_what_the_library_says_first_is_what_we_expect() -> None:
    assert version("iroh") == "1.2.0", "another library: read its relay protocol, then change this line"
    offered: list[str] = []
    proofs: asyncio.Queue[bytes] = asyncio.Queue()

    async def relay(request: web.Request) -> web.StreamResponse:
        offered.append(request.headers["Sec-WebSocket-Protocol"])
        socket = new_socket()
        await socket.prepare(request)
        await socket.send_bytes(frames.challenge_frame(bytes(16)))
        message = await socket.receive()
        if message.type is WSMsgType.BINARY:
            proofs.put_nowait(message.data)
        return socket

    async def probe(_request: web.Request) -> web.Response:
        return web.Response()

    app = web.Application()
    app.router.add_get("/relay", relay)
    app.router.add_get("/ping", probe)  # asked before a relay is chosen
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/"
    endpoint = await QuicEndpoint.bind(key=bytes(32), alpns=[ALPN], sockets=LOOPBACK, relay_url=url)
    try:
        proof = frames.read_client_auth(await asyncio.wait_for(proofs.get(), SECONDS))
        assert proof.key == endpoint.key
        assert frames.is_proven(proof, bytes(16))
        assert [name.strip() for name in offered[0].split(",")] == list(frames.VERSIONS)
    finally:
        await endpoint.close()
        await runner.cleanup()


async def test_two_endpoints_without_udp_talk_through_the_relay(house: House) -> None:
    async with friends_online(house) as (alice, bob):
        at_alice, at_bob = await connect(house, alice, bob)
        await exchange(at_alice, at_bob, size=4_000_000)
        await exchange(at_bob, at_alice, size=4_000_000)
        assert not any(path.direct and path.chosen for path in at_alice.paths())
        metrics = await house.metrics()
        assert metrics["bytes_total"] > 8_000_000
        assert metrics["held_total"] > 0, "the first packet waits for the verdict; it is not lost"
        at_alice.close("bye")


async def test_a_key_that_nobody_lists_does_not_get_online(house: House) -> None:
    async with library(house, "mallory", is_certified=False) as mallory:
        await house.until('refused_total{reason="unknown"}', 2)
        assert not await mallory.is_online()


async def test_strangers_do_not_reach_each_other(house: House) -> None:
    async with friends_online(house) as (alice, bob):
        house.core.friends.clear()
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(QUIET_SECONDS):
                await alice.dial(bob.key, ALPN, relay_url=house.url)
        assert (await house.metrics())["gone_total"] > 0
        assert (await house.metrics())["frames_total"] == 0


async def test_a_block_in_the_middle_stops_the_conversation_and_its_end_brings_it_back(house: House) -> None:
    async with friends_online(house) as (alice, bob):
        at_alice, at_bob = await connect(house, alice, bob)
        await exchange(at_alice, at_bob)
        house.core.friends.clear()
        house.relay.account_changed(Endpoint("bob").account_id)
        stream = await at_alice.open_one_way()
        await stream.write(b"while blocked")
        arriving = asyncio.ensure_future(at_bob.accept_one_way())
        done, _ = await asyncio.wait([arriving], timeout=QUIET_SECONDS)
        assert not done
        house.core.befriend(Endpoint("alice"), Endpoint("bob"))
        received = await asyncio.wait_for(arriving, SECONDS)
        assert await asyncio.wait_for(received.read(100), SECONDS) == b"while blocked"


async def test_an_endpoint_that_is_bound_anew_takes_its_place_again(house: House) -> None:
    async with library(house, "alice") as first:
        await asyncio.wait_for(first.online(), SECONDS)
        async with friends_online(house) as (alice, bob):
            await exchange(*await connect(house, bob, alice))
            assert (await house.metrics())["connections"] == 2


async def test_both_come_back_when_the_relay_does() -> None:
    async with relay_house() as house, library(house, "alice") as alice, library(house, "bob") as bob:
        with no_udp_between(alice, bob):
            await asyncio.wait_for(asyncio.gather(alice.online(), bob.online()), SECONDS)
            await house.shut()
            async with relay_house(port=house.port) as again:
                again.core.accounts = house.core.accounts
                again.core.befriend(Endpoint("alice"), Endpoint("bob"))
                await again.until("connections", 2)
                await exchange(*await connect(again, alice, bob))


async def test_an_idle_library_answers_the_relays_pings(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casemate.server.adapters.relay.connection.IDLE_PING_SECONDS", 0.3)
    async with library(house, "alice") as alice:
        await asyncio.wait_for(alice.online(), SECONDS)
        await asyncio.sleep(QUIET_SECONDS)
        assert (await house.metrics())["connections"] == 1
        assert sum(1 for _ in house.core.asked) == 1, "it never had to come back"


async def test_one_whose_key_is_listed_no_more_is_out(house: House) -> None:
    async with friends_online(house) as (alice, bob):
        at_alice, at_bob = await connect(house, alice, bob)
        del house.core.accounts[Endpoint("bob").key]
        house.core.friends.clear()
        house.relay.account_changed(Endpoint("bob").account_id)
        await house.until('refused_total{reason="uncertified"}', 1)
        await house.until('refused_total{reason="unknown"}', 1)
        at_alice.close("bye")
        with pytest.raises((TimeoutError, ConnectionEnded)):
            async with asyncio.timeout(QUIET_SECONDS):
                await at_bob.accept_one_way()
