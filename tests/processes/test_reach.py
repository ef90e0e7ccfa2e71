"""`casemate up` on the network: one question of the UI, a server that listens elsewhere, and nothing lost."""

import fcntl
import os
import signal
import socket
import struct
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from casemate.protocol.link import ServerHello
from casemate.server.tests.link_client import LinkClient, LinkRefused
from casemate.server.tests.people import new_person
from tests.support.own_network import service_environment
from tests.support.processes import CASEMATE, ServiceProcess
from tests.support.view import View

pytestmark = [pytest.mark.processes, pytest.mark.own_network]

ADDRESS: Final = "10.9.8.7"
ANOTHER: Final = "10.9.8.6"
"""Of the same network, which this computer has as a whole: who calls from there looks like another computer."""
SIOCSIFADDR: Final = 0x8916
SECONDS: Final = 60.0


@pytest.fixture(autouse=True)
def address_for_others() -> None:
    """This network has loopback only: one more address on it, which others could use."""
    if os.geteuid() != 0 or os.environ.get("CASEMATE_TEST_NETWORK") != "own":
        pytest.skip("needs root in a network of its own")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        place = struct.pack("HH4s8x", socket.AF_INET, 0, socket.inet_aton(ADDRESS))
        fcntl.ioctl(any_socket, SIOCSIFADDR, struct.pack("16s16s8x", b"lo:1", place))


class Up:
    """`casemate up`, on ports that the system chooses at its first start."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.process: subprocess.Popen[str] | None = None

    def start(self, *options: str, server_host: str = "127.0.0.1", server_port: int = 0) -> str:
        """The address of its server, as it says."""
        server = f"{server_host}:{server_port}"
        listen = ["--listen", "127.0.0.1:0", "--server-listen", server, "--relay-listen", "off"]
        self.process = subprocess.Popen(
            [*CASEMATE, "up", "--no-browser", "--data-dir", str(self.folder), *listen, *options],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            text=True,
            env={**os.environ, **service_environment()},
            start_new_session=True,
        )
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith("The server is "):
                return line.removeprefix("The server is ").split()[0].rstrip(".")
        raise AssertionError("it did not start")

    def end(self) -> None:
        if self.process is not None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(SECONDS)
            assert self.process.stdout is not None
            self.process.stdout.close()
            self.process = None

    async def view(self) -> View:
        folder = self.folder / "internal-service"
        url = (folder / "url").read_text().strip()
        return await View.open_view(url.replace("http:", "ws:"), (folder / "token").read_text().strip())


@pytest.fixture
def up(tmp_path: Path) -> Iterator[Up]:
    up = Up(tmp_path / "up")
    yield up
    up.end()


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


def accepts(address: str, port: int) -> bool:
    with socket.socket() as caller:
        return caller.connect_ex((address, port)) == 0


async def told(view: View, name: str, cid: int, **fields: Any) -> dict[str, Any]:
    answer = await view.answer_to(await view.begin(name, cid=cid, **fields), seconds=SECONDS)
    assert answer.name == "ReachTold", answer
    reach: dict[str, Any] = answer["view"]
    return reach


async def until_online(view: View, cid: int) -> None:
    await view.until(lambda: view.accounts[cid].account["link"]["state"] == "online", seconds=SECONDS)


async def test_the_server_comes_to_the_network_and_back_and_the_choice_is_kept(up: Up) -> None:
    server = up.start()
    port = port_of(server)
    async with await up.view() as view:
        cid = await view.register(server, "alice", "Alice")
        await view.subscribe(cid)
        nobody = {
            "reach": "this-computer",
            "addresses": [],
            "ports": [f"TCP {port}"],
            "failed": False,
            "registration": "invite",
            "open_to_this_computer": True,
        }
        assert await told(view, "GetReach", cid) == nobody
        assert not accepts(ADDRESS, port)
        others = {
            **nobody,
            "reach": "network",
            "addresses": [{"address": f"{ADDRESS}:{port}", "who": "network"}],
        }
        assert await told(view, "SetReach", cid, reach="network") == others
        assert accepts(ADDRESS, port)
        await until_online(view, cid)
        await view.until(lambda: len(view.accounts[cid].account["server_addresses"]) == 2)
        assert view.accounts[cid].account["server_addresses"][1]["address"] == f"{ADDRESS}:{port}"
    up.end()
    assert port_of(up.start(server_port=port)) == port
    async with await up.view() as view:
        await view.subscribe(cid)
        assert await told(view, "GetReach", cid) == others, "it is kept"
        assert await told(view, "SetReach", cid, reach="this-computer") == nobody
        assert not accepts(ADDRESS, port)
        await until_online(view, cid)


async def test_where_somebody_else_listens_all_stays_as_it_is(up: Up) -> None:
    server = up.start()
    port = port_of(server)
    async with await up.view() as view:
        cid = await view.register(server, "alice", "Alice")
        await view.subscribe(cid)
        with socket.create_server((ADDRESS, port)):
            answer = await told(view, "SetReach", cid, reach="network")
            assert (answer["reach"], answer["failed"]) == ("this-computer", True)
            await until_online(view, cid)
    assert not (up.folder / "reach").exists()


async def test_an_address_that_was_stated_is_tried_and_not_guessed(up: Up, tmp_path: Path) -> None:
    """At one of them another server answers."""
    other = ServiceProcess(["server", "--relay-listen", "off"], tmp_path / "other", tmp_path / "logs", host=ADDRESS)
    other.start()
    try:
        server = up.start("--reach", "network", "--address", other.address, "--address", "127.0.0.1:7")
        async with await up.view() as view:
            cid = await view.register(server, "alice", "Alice")
            answer = await told(view, "GetReach", cid)
    finally:
        other.stop_if_running()
    here = {"address": f"{ADDRESS}:{port_of(server)}", "who": "network"}
    assert answer["addresses"] == [{"address": other.address, "who": "unknown"}, here]


def test_another_word_is_refused(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "casemate", "up", "--data-dir", str(tmp_path), "--reach", "everybody"],
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 2
    assert "this-computer" in ended.stderr


async def test_on_the_network_others_need_an_invitation_and_this_computer_none(up: Up) -> None:
    port = port_of(up.start("--reach", "network"))
    async with await up.view() as view:
        for number, host in enumerate(("127.0.0.1", "localhost", ADDRESS)):
            assert await view.register(f"{host}:{port}", f"alice{number}", "Alice")
    url = f"https://{ADDRESS}:{port}/"
    async with await LinkClient.dial(url, source=ANOTHER) as other:
        await other.greet(new_person("mallory"))
        [hello] = other.heard
        assert isinstance(hello, ServerHello)
        assert hello.registration == "invite"
    with pytest.raises(LinkRefused, match="invite_needed"):
        await LinkClient.create_account(url, new_person("mallory"), source=ANOTHER)


@pytest.mark.skipif(not socket.has_dualstack_ipv6(), reason="this computer has no IPv6")
async def test_on_the_network_this_computer_needs_no_invitation_over_ipv6_either(up: Up) -> None:
    port = port_of(up.start("--reach", "network"))
    async with await up.view() as view:
        assert await view.register(f"[::1]:{port}", "alice", "Alice")


async def test_a_server_at_one_address_of_this_computer_takes_its_person_without_an_invitation(up: Up) -> None:
    server = up.start(server_host=ADDRESS)
    assert server.startswith(f"{ADDRESS}:")
    async with await up.view() as view:
        assert await view.register(server, "alice", "Alice")


async def test_what_brings_others_to_this_computer_alone_lets_them_all_in_and_that_is_said(up: Up) -> None:
    """A tunnel ends here: its people are not told apart."""
    server = up.start("--address", "chat.example.org:12349")
    async with await up.view() as view:
        cid = await view.register(server, "alice", "Alice")
        answer = await told(view, "GetReach", cid)
    assert (answer["reach"], answer["registration"]) == ("this-computer", "open")
    assert answer["addresses"] == [{"address": "chat.example.org:12349", "who": "unknown"}]


async def test_who_states_open_registration_has_it_on_the_network_too(up: Up) -> None:
    server = up.start("--reach", "network", "--registration", "open")
    async with await up.view() as view:
        await view.register(f"{ADDRESS}:{port_of(server)}", "bob", "Bob")
