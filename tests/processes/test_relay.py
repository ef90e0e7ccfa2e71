"""A real server's relay and observer: where devices find them, whom they serve, and how a server runs without them."""

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil
import pytest

from casemate.crypto.observer_doors import observer_door
from casemate.crypto.primitives import ed25519_public
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    DeleteAccount,
    PathOffer,
    RequestDone,
    SetBlock,
    SetVisibility,
    Welcome,
)
from casemate.protocol.observing import OBSERVE_ALPN, SEEN_BYTES
from casemate.runtime.quic import LOOPBACK, ConnectionEnded, QuicEndpoint
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.tests.house import Endpoint
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import Person, new_person
from tests.support.processes import DidNotStart, ServiceProcess

SECONDS = 30.0
FLOOD_BYTES = 100_000_000
FLOOD_FRAME_BYTES = 50_000
binds_endpoints = pytest.mark.own_network


@contextmanager
def server_with(directory: Path, *options: str) -> Iterator[ServiceProcess]:
    server = ServiceProcess(["server", *options], directory / "server", directory / "logs")
    server.start()
    try:
        yield server
    finally:
        server.stop_if_running()


@dataclass
class Member:
    """Somebody with a link to the server and an endpoint at its relay."""

    person: Person
    link: LinkClient
    endpoint: Endpoint

    @property
    def paths(self) -> PathOffer:
        paths = paths_told(self.link)
        assert paths is not None
        return paths


def paths_told(link: LinkClient) -> PathOffer | None:
    [welcome] = [frame for frame in link.heard if isinstance(frame, Welcome)]
    return welcome.paths


@asynccontextmanager
async def members(server: ServiceProcess, *names: str) -> AsyncIterator[list[Member]]:
    """They are registered on the server, and the first one's friends are all the others."""
    async with AsyncExitStack() as stack:
        session = await stack.enter_async_context(aiohttp.ClientSession())
        made = []
        for name in names:
            person = new_person(name)
            link = await stack.enter_async_context(await LinkClient.create_account(server.url, person))
            paths = paths_told(link)
            assert paths is not None
            endpoint = Endpoint(name, person.device.endpoint.secret)
            await endpoint.dial_url(session, f"http://127.0.0.1:{paths.relay_port}/")
            await endpoint.prove()
            assert await endpoint.hear() == frames.confirmed_frame()
            made.append(Member(person, link, endpoint))
        first, *others = made
        for other in others:
            asked = await first.link.ask(first.person, AskRegistration, other.person.account_id, b"card")
            answer = (AnswerRegistration, first.person.account_id, True, b"card")
            answered = await other.link.ask(other.person, *answer)
            assert isinstance(asked, RequestDone)
            assert isinstance(answered, RequestDone)
        yield made


async def reaches(sender: Member, recipient: Member) -> bool:
    await sender.endpoint.send(recipient.endpoint, b"hello")
    listening = [asyncio.ensure_future(each.endpoint.hear()) for each in (sender, recipient)]
    done, waiting = await asyncio.wait(listening, timeout=SECONDS, return_when=asyncio.FIRST_COMPLETED)
    for task in waiting:
        task.cancel()
    await asyncio.wait(waiting)
    assert done, "nobody heard anything"
    frame = done.pop().result()
    assert frame[0] in {frames.DATAGRAM_FROM, frames.ENDPOINT_GONE}
    return frame[0] == frames.DATAGRAM_FROM


@binds_endpoints
async def test_devices_learn_where_relay_and_observer_are(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "127.0.0.1:0") as server:
        async with members(server, "alice") as [alice]:
            assert alice.paths.relay_url == ""
            assert alice.paths.relay_port != 0
            assert len(alice.paths.observer_key) == 32
            first, second = alice.paths.observer_ports
            assert first == alice.paths.relay_port
            assert second > first


async def test_a_server_runs_without_a_relay(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "off") as server:
        async with await LinkClient.create_account(server.url, new_person("alice")) as link:
            assert paths_told(link) is None


@binds_endpoints
async def test_devices_are_told_the_relays_url_as_it_was_given(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "127.0.0.1:0", "--relay-url", "https://relay.example/") as server:
        async with members(server, "alice") as [alice]:
            assert alice.paths.relay_url == "https://relay.example/"


@pytest.mark.parametrize("url", ["relay.example", "ftp://relay.example/", "http://relay.example/path", "http://:80/"])
def test_a_relay_url_that_is_none_is_named(tmp_path: Path, url: str) -> None:
    with (
        pytest.raises(DidNotStart, match="--relay-url"),
        server_with(tmp_path, "--relay-listen", "127.0.0.1:0", "--relay-url", url),
    ):
        pass


def test_a_taken_port_of_the_relay_is_named_with_its_option(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        with (
            pytest.raises(DidNotStart, match="--relay-listen") as error,
            server_with(tmp_path, "--relay-listen", address),
        ):
            pass
    assert address in str(error.value)
    assert "Traceback" not in str(error.value)


@binds_endpoints
async def test_a_relay_goes_on_where_udp_cannot_be_had(tmp_path: Path) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as v4, socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as v6:
        v4.bind(("127.0.0.1", 0))
        port = v4.getsockname()[1]
        v6.bind(("::1", port))
        with server_with(tmp_path, "--relay-listen", f"127.0.0.1:{port}") as server:
            async with members(server, "alice", "bob") as [alice, bob]:
                assert (alice.paths.observer_key, alice.paths.observer_ports) == (b"", [])
                assert await reaches(alice, bob)
            assert "no observer" in server.stderr.read_text()


@binds_endpoints
async def test_only_people_who_agreed_to_talk_reach_each_other_and_only_as_long_as_both_want(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "127.0.0.1:0") as server:
        async with members(server, "alice", "bob", "carol") as [alice, bob, carol]:
            assert await reaches(alice, bob)
            assert await reaches(carol, alice)
            assert not await reaches(bob, carol)
            await alice.link.ask(alice.person, SetBlock, bob.person.account_id, True)
            assert not await reaches(bob, alice)
            assert not await reaches(alice, bob)
            assert await reaches(alice, carol)
            await alice.link.ask(alice.person, SetBlock, bob.person.account_id, False)
            assert await reaches(bob, alice)
            await alice.link.ask(alice.person, SetVisibility, True)
            assert not await reaches(bob, alice)
            await alice.link.ask(alice.person, SetVisibility, False)
            assert await reaches(bob, alice)
            await alice.link.ask(alice.person, DeleteAccount)
            assert await alice.endpoint.ended() == aiohttp.WSCloseCode.POLICY_VIOLATION
            await bob.endpoint.send(alice.endpoint, b"still there?")
            assert await bob.endpoint.hear() == frames.endpoint_gone_frame(alice.endpoint.key)


@binds_endpoints
async def test_a_flood_to_one_who_does_not_read_takes_no_memory(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "127.0.0.1:0", "--relay-megabytes-per-second", "1000") as server:
        async with members(server, "alice", "bob", "carol") as [alice, bob, carol]:
            assert await reaches(alice, bob)
            assert await reaches(alice, carol)
            bob.endpoint.stop_reading()
            before = psutil.Process(server.pid).memory_info().rss
            for _ in range(FLOOD_BYTES // FLOOD_FRAME_BYTES):
                await alice.endpoint.send(bob.endpoint, bytes(FLOOD_FRAME_BYTES))
            assert await reaches(alice, carol), "everybody else is served"
            grown = psutil.Process(server.pid).memory_info().rss - before
            assert grown < FLOOD_BYTES / 4
            bob.endpoint.vanish()


@binds_endpoints
async def test_the_observer_tells_members_of_the_server_where_they_are_seen(tmp_path: Path) -> None:
    with server_with(tmp_path, "--relay-listen", "127.0.0.1:0") as server:
        async with members(server, "alice") as [alice]:
            async with endpoint_of(alice.person.device.endpoint.secret) as certified:
                seen = await answers_of_the_observer(alice.paths, certified)
                assert sorted(seen) == sorted(2 * certified.sockets()), "the same from both ports: there is no NAT here"
            async with endpoint_of(bytes(32)) as unknown:
                assert await answers_of_the_observer(alice.paths, unknown) == 4 * ["refused"]
            key, ports = alice.paths.observer_key, alice.paths.observer_ports
        server.terminate()
        server.start()
        async with await LinkClient.authenticate(server.url, new_person("alice")) as link:
            again = paths_told(link)
            assert again is not None
            assert again.observer_key == key
            assert len(again.observer_ports) == len(ports)


@asynccontextmanager
async def endpoint_of(secret: bytes) -> AsyncIterator[QuicEndpoint]:
    endpoint = await QuicEndpoint.bind(key=secret, alpns=[OBSERVE_ALPN], sockets=LOOPBACK)
    try:
        yield endpoint
    finally:
        await endpoint.close()


async def answers_of_the_observer(paths: PathOffer, endpoint: QuicEndpoint) -> list[str]:
    """What each door says; the word with which it hangs up when it says nothing."""
    answers = []
    for port in paths.observer_ports:
        for is_ipv6, host in ((False, "127.0.0.1"), (True, "[::1]")):
            door = ed25519_public(observer_door(paths.observer_key, port, is_ipv6=is_ipv6))
            async with asyncio.timeout(SECONDS):
                connection = await endpoint.dial(door, OBSERVE_ALPN, addresses=[f"{host}:{port}"])
                try:
                    stream = await connection.accept_one_way()
                    answers.append((await stream.read(SEEN_BYTES)).decode())
                    connection.close("bye")
                except ConnectionEnded:
                    answers.append((await connection.ended()).code)
    return answers
