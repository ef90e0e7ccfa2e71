"""Two people in one network whose server is gone: they find each other, talk, and nothing is lost or doubled."""

import asyncio
import contextlib
import getpass
import socket
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import pytest

from tests.support.deployment import InternalServiceProcess
from tests.support.processes import ServiceProcess
from tests.support.two_hosts import Host, connect, disconnect, two_hosts, why_no_two_hosts
from tests.support.view import View

pytestmark = [
    pytest.mark.own_network,
    pytest.mark.skipif(why_no_two_hosts() is not None, reason=why_no_two_hosts() or ""),
]

PATIENCE_SECONDS: Final = 60.0
SERVER_PORT: Final = 12349
RELAY_PORT: Final = 12350
MDNS_PORT: Final = 5353
LAN_OFF: Final = {"CASEMATE_INTERNAL_SERVICE_LAN_DISCOVERY": "false"}


@dataclass
class Person:
    """Somebody at one of the computers, with one account and one peer."""

    name: str
    host: Host
    service: InternalServiceProcess
    view: View
    cid: int
    peer_cid: int = 0
    written: list[str] = field(default_factory=list)
    ids: list[str] = field(default_factory=list)

    @property
    def link(self) -> str:
        return str(self.view.accounts[self.cid].account["link"]["state"])

    @property
    def path(self) -> tuple[str, str | None]:
        """How messages to the peer travel, and the code of the reason why not better."""
        path = self.view.accounts[self.cid].peers[self.peer_cid]["path"]
        return path["kind"], path["reason"] and path["reason"]["code"]

    async def until_path(self, kind: str, reason: str | None = None) -> None:
        await self.view.until(lambda: self.path == (kind, reason), seconds=PATIENCE_SECONDS)

    async def until_linked(self) -> None:
        await self.view.until(lambda: self.link == "online", seconds=PATIENCE_SECONDS)

    async def set(self, **settings: bool) -> None:
        await self.view.expect("Done", "SetSettings", cid=self.cid, **settings)

    async def write(self, count: int) -> None:
        for _ in range(count):
            text = f"{self.name} writes {len(self.written)}"
            self.written.append(text)
            self.ids.append(await self.view.send_chat(self.cid, self.peer_cid, text))

    async def until_all_delivered(self) -> None:
        await self.read()  # a view that was opened again knows no messages yet
        for message_id in self.ids:
            await self.view.until_status(self.cid, message_id, "delivered", "read", seconds=PATIENCE_SECONDS)

    async def read(self) -> list[str]:
        """What the timeline holds of the peer, as shown."""
        timeline = await self.view.load_timeline(self.cid, self.peer_cid)
        return [message["text"] for message in timeline if not message["mine"]]

    async def leave(self) -> None:
        await self.view.close()

    async def stop(self) -> None:
        self.service.kill()
        await self.leave()

    async def start(self, **environment: str) -> None:
        """Again, and open the UI again."""
        await asyncio.to_thread(self.service.start, environment=environment)
        self.view = await View.open_view(self.service.socket_url, self.service.token, self.host.connector())
        await self.view.subscribe(self.cid)


@dataclass
class Household:
    """Made by `household`: both are connected with each other, and their way is a direct one."""

    server: ServiceProcess
    alice: Person
    bob: Person

    @property
    def people(self) -> tuple[Person, Person]:
        return self.alice, self.bob

    async def lose_the_server_and_start_again(self, **environment: str) -> None:
        """Nobody remembers anything but what is on the disk."""
        self.server.kill()
        for person in self.people:
            await person.stop()
        for person in self.people:
            await person.start(**environment)

    async def until_path(self, kind: str, reason: str | None = None) -> None:
        for person in self.people:
            await person.until_path(kind, reason)

    async def check(self) -> None:
        """Everything that was written is there exactly once and in order, and its writer knows."""
        for writer, reader in ((self.alice, self.bob), (self.bob, self.alice)):
            await writer.until_all_delivered()
            assert await reader.read() == writer.written


@contextlib.asynccontextmanager
async def household(directory: Path) -> AsyncIterator[Household]:
    """The server runs on the first computer; nothing but the cable between them leads anywhere."""
    with two_hosts() as hosts, contextlib.ExitStack() as processes:
        server = ServiceProcess(
            ["server"], directory / "server", directory / "logs" / "server",
            host=hosts[0].v4, port=SERVER_PORT, within=hosts[0].inside,
            environment={"CASEMATE_SERVER_RELAY_LISTEN": f"{hosts[0].v4}:{RELAY_PORT}"},
        )  # fmt: skip
        processes.callback(server.stop_if_running)
        await asyncio.to_thread(server.start)
        people = []
        async with AsyncExitStack() as views:
            for name, host in zip(("anneliese", "bartholomew"), hosts, strict=True):
                service = InternalServiceProcess(
                    ["internal-service"], directory / name, directory / "logs" / name, within=host.inside,
                    environment={"CASEMATE_INTERNAL_SERVICE_PEER_PATHS": "true"},
                )  # fmt: skip
                processes.callback(service.stop_if_running)
                await asyncio.to_thread(service.start)
                view = await View.open_view(service.socket_url, service.token, host.connector())
                cid = await view.register(f"{hosts[0].v4}:{SERVER_PORT}", name, f"{name} surname")
                await view.subscribe(cid)
                people.append(Person(name, host, service, view, cid))
            alice, bob = people
            for person in people:
                views.push_async_callback(person.leave)
            alice.peer_cid, bob.peer_cid = bob.cid, alice.cid
            await alice.view.make_friends(alice.cid, bob.view, bob.cid)
            made = Household(server, alice, bob)
            try:
                await made.until_path("direct")
                yield made
            except BaseException as error:
                error.add_note("\n".join(process.tail() for process in (server, alice.service, bob.service)))
                raise


async def test_people_who_know_each_other_meet_without_a_server(tmp_path: Path) -> None:
    async with household(tmp_path) as home:
        for person in home.people:
            await person.write(3)
        await home.check()
        await home.lose_the_server_and_start_again()
        await home.until_path("direct")
        assert [person.link for person in home.people] != ["online", "online"]
        for person in home.people:
            assert person.link != "online"
            await person.write(20)
        await home.check()

        await asyncio.to_thread(home.server.start)
        for person in home.people:
            await person.write(5)
            await person.until_linked()
            await person.write(5)
        await home.until_path("direct")
        await home.check()
        # What went over the cable is not delivered again from the mailbox.
        for person in home.people:
            await person.stop()
            await person.start()
            await person.until_linked()
        await home.until_path("direct")
        await home.check()


async def test_what_is_written_to_somebody_away_arrives_when_their_service_is_back(tmp_path: Path) -> None:
    async with household(tmp_path) as home:
        home.server.kill()
        for _ in range(2):  # the second time, a connection with an earlier life of Bob's service still lingers
            await home.bob.stop()
            await home.alice.until_path("mailbox", "server_away")
            await home.alice.write(5)
            await home.bob.start()
            await home.until_path("direct")
            await home.check()


async def test_a_cable_that_is_pulled_and_put_back_needs_no_server(tmp_path: Path) -> None:
    async with household(tmp_path) as home:
        await home.lose_the_server_and_start_again()
        await home.until_path("direct")
        disconnect(home.bob.host)
        await home.alice.until_path("mailbox", "server_away")
        for person in home.people:
            await person.write(3)
        connect(home.bob.host)
        await home.until_path("direct")
        await home.check()


async def test_with_the_setting_off_nobody_is_found_and_no_socket_is_open(tmp_path: Path) -> None:
    async with household(tmp_path) as home:
        await home.alice.set(lan_discovery=False)
        await home.lose_the_server_and_start_again()
        await home.until_path("mailbox", "server_away")
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not home.bob.host.has_udp_port(MDNS_PORT):
                await asyncio.sleep(0.05)
        await asyncio.sleep(3)  # Bob announces meanwhile
        assert home.alice.path == ("mailbox", "server_away")
        assert not home.alice.host.has_udp_port(MDNS_PORT)
        await home.alice.set(lan_discovery=True)
        await home.until_path("direct")
        assert home.alice.host.has_udp_port(MDNS_PORT)


async def test_a_service_without_discovery_sends_nothing_of_it(tmp_path: Path) -> None:
    async with household(tmp_path) as home:
        for person in home.people:
            await person.stop()
        with contextlib.closing(home.alice.host.packet_socket()) as cable:
            for person in home.people:
                await person.start(**LAN_OFF)
            await home.until_path("direct")
            assert not [packet for packet in packets_on(cable) if is_multicast_dns(packet)]
        for person in home.people:
            assert not person.host.has_udp_port(MDNS_PORT)
        await home.lose_the_server_and_start_again(**LAN_OFF)
        await home.until_path("mailbox", "server_away")


async def test_what_neighbours_could_record_names_nobody(tmp_path: Path) -> None:
    """From the first packet of two services that start without a server until they talked."""
    async with household(tmp_path) as home:
        with contextlib.closing(home.alice.host.packet_socket()) as cable:
            await home.lose_the_server_and_start_again()
            await home.until_path("direct")
            for person in home.people:
                await person.write(3)
            await home.check()
            packets = packets_on(cable)
        assert [packet for packet in packets if is_multicast_dns(packet)]
        recorded = b"".join(packets)
        names = {getpass.getuser(), socket.gethostname(), *(name for p in home.people for name in names_of(p))}
        for name in names:
            # Shorter ones are found in whatever is encrypted, by chance.
            assert len(name) < 5 or name.encode() not in recorded
        for person in home.people:
            for order in ("big", "little"):
                assert person.cid.to_bytes(8, order) not in recorded


def names_of(person: Person) -> set[str]:
    return {person.name, person.name.capitalize(), "surname", " writes ", str(person.cid), f"{person.cid:x}"}


def packets_on(cable: socket.socket) -> list[bytes]:
    """All since the last look."""
    packets = []
    with contextlib.suppress(BlockingIOError):
        while True:
            packets.append(cable.recv(2**16))
    return packets


def is_multicast_dns(packet: bytes) -> bool:
    """An IPv4 or IPv6 frame with UDP to the port of multicast DNS."""
    kind, ip = packet[12:14], packet[14:]
    if kind == b"\x08\x00":
        udp = ip[(ip[0] & 15) * 4 :] if ip[9] == socket.IPPROTO_UDP else b""
    else:
        udp = ip[40:] if kind == b"\x86\xdd" and ip[6] == socket.IPPROTO_UDP else b""
    return int.from_bytes(udp[2:4], "big") == MDNS_PORT
