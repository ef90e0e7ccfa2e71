"""Where the server of `casemate up` listens: as stated, until somebody chooses."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from casemate.cli.reach import FrontDoor, ReachDesk, keep_reach, kept_reach, listen_for, reach_of, relay_port_of
from casemate.protocol.client.views import Reach
from casemate.runtime.listen import ListenAddress

EVERYWHERE = {"0.0.0.0", "::"}  # noqa: S104  (recognised, not listened on)


@pytest.mark.parametrize(
    ("host", "reach"),
    [
        ("127.0.0.1", "this-computer"),
        ("::1", "this-computer"),
        ("localhost", "this-computer"),
        ("0.0.0.0", "network"),  # noqa: S104
        ("::", "network"),
        ("192.168.1.5", "network"),
    ],
)
def test_what_is_listened_on_says_who_can_come(host: str, reach: Reach) -> None:
    stated = ListenAddress(host, 7000)
    assert reach_of(stated) == reach
    assert listen_for(None, stated) == stated
    assert listen_for(reach, stated) == stated, "what was stated fits already"


def test_a_choice_goes_before_what_was_stated_and_the_port_stays() -> None:
    here, there = ListenAddress("127.0.0.1", 7000), ListenAddress("192.168.1.5", 7000)
    assert listen_for("this-computer", there) == here
    chosen = listen_for("network", here)
    assert (chosen.host in EVERYWHERE, chosen.port) == (True, 7000)


@dataclass
class Moving:
    """A server that goes where it is sent."""

    listen: ListenAddress

    async def move(self, listen: ListenAddress) -> None:
        self.listen = listen


async def test_the_host_that_was_stated_is_found_again_after_this_computer(tmp_path: Path) -> None:
    server = Moving(ListenAddress("192.168.1.5", 7000))
    desk = ReachDesk(tmp_path, server, (), None, ListenAddress("192.168.1.5", 0), FrontDoor(None, brings_others=False))  # type: ignore[arg-type]
    assert await desk._move("this-computer")
    assert server.listen == ListenAddress("127.0.0.1", 7000)
    assert await desk._move("network")
    assert server.listen == ListenAddress("192.168.1.5", 7000)


HERE, NETWORK = ListenAddress("127.0.0.1", 7000), ListenAddress("0.0.0.0", 7000)  # noqa: S104
BY_INVITATION = ["--registration", "invite", "--open-to-this-computer"]


@pytest.mark.parametrize(
    ("door", "here", "on_the_network"),
    [
        (FrontDoor(None, brings_others=False), ["--registration", "open"], BY_INVITATION),
        (FrontDoor("open", brings_others=False), ["--registration", "open"], ["--registration", "open"]),
        (FrontDoor("invite", brings_others=False), BY_INVITATION, BY_INVITATION),
        (FrontDoor("closed", brings_others=False), ["--registration", "closed"], ["--registration", "closed"]),
        (FrontDoor(None, brings_others=True), ["--registration", "open"], ["--registration", "open"]),
        (FrontDoor("invite", brings_others=True), ["--registration", "invite"], ["--registration", "invite"]),
    ],
)
def test_once_others_can_come_they_need_an_invitation_unless_it_was_stated(
    door: FrontDoor, here: list[str], on_the_network: list[str]
) -> None:
    assert (door.options_at(HERE), door.options_at(NETWORK)) == (here, on_the_network)
    assert door.mode_on_network == on_the_network[1], "the screen says it before"


def test_a_choice_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "not there yet"
    assert kept_reach(folder) is None
    keep_reach(folder, "network")
    assert kept_reach(folder) == "network"
    (folder / "reach").write_bytes(b"\xff everybody")
    assert kept_reach(folder) is None


def test_the_ports_of_the_relay_are_known_unless_the_system_chose_them() -> None:
    server = ListenAddress("127.0.0.1", 12349)
    assert relay_port_of(None, server) == 12350
    assert relay_port_of(ListenAddress("127.0.0.1", 5), server) == 5
    assert relay_port_of("off", server) is None
    assert relay_port_of(None, ListenAddress("127.0.0.1", 0)) is None
