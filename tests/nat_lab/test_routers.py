"""The routers of the laboratory do what their names promise, seen with plain UDP."""

import contextlib
import socket
from collections.abc import Iterator

import pytest

from tests.nat_lab.lab import FIRST_HOST, Lab, laboratory
from tests.nat_lab.routers import ROUTERS
from tests.nat_lab.sites import SERVER_V4
from tests.nat_lab.sockets import SocketMaker

V4_ROUTERS = sorted(name for name, router in ROUTERS.items() if router.has_v4 and router.lets_udp_out)
LOST_SECONDS = 0.3
"""What should be dropped and is not takes a millisecond."""
PATIENCE_SECONDS = 30.0
"""What should arrive may take its time on a busy machine."""


class Ends:
    """UDP sockets in the laboratory, closed with it."""

    def __init__(self, lab: Lab, stack: contextlib.ExitStack) -> None:
        self._lab = lab
        self._stack = stack

    def at(self, part: str, address: str = "", port: int = 0) -> socket.socket:
        maker = SocketMaker(self._lab.namespace(part))
        self._stack.callback(maker.close)
        return self._stack.enter_context(contextlib.closing(maker.udp(address, port)))


@contextlib.contextmanager
def ends_behind(router: str) -> Iterator[tuple[Lab, Ends]]:
    with laboratory(router, "public") as lab, contextlib.ExitStack() as stack:
        yield lab, Ends(lab, stack)


def send(
    sender: socket.socket, receiver: socket.socket, where: tuple[str, int], *, should_arrive: bool = True
) -> tuple[str, int] | None:
    """From where the receiver sees it come; None when it was lost."""
    sender.sendto(b"hello", where)
    receiver.settimeout(PATIENCE_SECONDS if should_arrive else LOST_SECONDS)
    try:
        _, (address, port) = receiver.recvfrom(100)
    except TimeoutError:
        return None
    return address, port


@pytest.mark.parametrize("name", V4_ROUTERS)
def test_a_router_maps_as_it_says(name: str) -> None:
    with ends_behind(name) as (lab, ends):
        host = ends.at("host-a", port=4433)
        seen = [send(host, ends.at("server", SERVER_V4, port), (SERVER_V4, port)) for port in (7001, 7002)]
        match ROUTERS[name].mapping:
            case "none":
                assert seen == [(lab.sites["a"].lan_v4(FIRST_HOST), 4433)] * 2
            case "steady":
                assert seen == [(lab.sites["a"].wan_v4, 4433)] * 2
            case "changing":
                assert len({port for _, port in seen if seen}) == 2  # type: ignore[misc]


@pytest.mark.parametrize("name", V4_ROUTERS)
def test_a_router_filters_as_it_says(name: str) -> None:
    with ends_behind(name) as (_, ends):
        host, spoken_to, other_port = ends.at("host-a"), ends.at("server", SERVER_V4), ends.at("server", SERVER_V4)
        stranger = ends.at("host-b")
        outside = send(host, spoken_to, spoken_to.getsockname())
        assert outside is not None
        assert send(spoken_to, host, outside) is not None
        lets_in = {"none": (True, True), "address": (True, False), "port": (False, False)}[ROUTERS[name].filtering]
        for sender, is_let_in in zip((other_port, stranger), lets_in, strict=True):
            assert (send(sender, host, outside, should_arrive=is_let_in) is not None) == is_let_in


def test_blocked_udp_leaves_neither_by_nature_nor_in_an_outage() -> None:
    with ends_behind("UDP blocked") as (_, ends):
        server = ends.at("server", SERVER_V4)
        assert send(ends.at("host-a"), server, server.getsockname(), should_arrive=False) is None
    with ends_behind("port cone") as (lab, ends):
        host, server = ends.at("host-a"), ends.at("server", SERVER_V4)
        lab.block_udp("a")
        assert send(host, server, server.getsockname(), should_arrive=False) is None
        lab.unblock_udp("a")
        assert send(host, server, server.getsockname()) is not None
