"""Which path every pair of routers ends on: the law that tests assert and docs/nat-lab.md shows."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

DIRECT: Final = "direct"
RELAYED: Final = "relayed"


@dataclass(frozen=True, slots=True)
class Pair:
    """The routers of two people; one LAN means that both are behind the first."""

    a: str
    b: str
    one_lan: bool = False

    def __str__(self) -> str:
        return f"{self.a}, one LAN" if self.one_lan else f"{self.a} × {self.b}"

    @property
    def test_id(self) -> str:
        """Can be given to `-k`."""
        return str(self).replace(" × ", "-").replace(", ", "-").replace(" ", "_")


@dataclass(frozen=True, slots=True)
class Expected:
    """What both are shown, and to each of them why it is not better."""

    kind: str
    reason_a: str | None = None
    reason_b: str | None = None


GRID: Final = ("public", "full cone", "address cone", "port cone", "symmetric", "UDP blocked")
"""Every pair of these is tried, both ways round."""

_direct: Final = Expected(DIRECT)
_ports_change: Final = Expected(RELAYED, "nats_change_ports", "nats_change_ports")
_no_route: Final = Expected(RELAYED, "no_direct_route", "no_direct_route")

OTHER_PAIRS: Final[Mapping[Pair, Expected]] = {
    Pair("port cone", "port cone", one_lan=True): _direct,
    Pair("symmetric", "symmetric", one_lan=True): _direct,
    Pair("UDP blocked", "UDP blocked", one_lan=True): _direct,
    Pair("firewall", "firewall"): _direct,
    Pair("firewall", "symmetric"): _ports_change,
    Pair("IPv6 only", "IPv6 only"): _direct,
    Pair("IPv6 only", "symmetric and IPv6"): _direct,
    Pair("symmetric and IPv6", "symmetric and IPv6"): _direct,
    Pair("symmetric and IPv6", "port cone"): _ports_change,
    Pair("IPv6 only", "port cone"): _no_route,
    Pair("answering port cone", "answering port cone"): _no_route,
}

IN_EVERY_TEST_RUN: Final = frozenset(
    {
        Pair("port cone", "port cone"),
        Pair("symmetric", "port cone"),
        Pair("public", "UDP blocked"),
        Pair("port cone", "port cone", one_lan=True),
        Pair("symmetric and IPv6", "symmetric and IPv6"),
        Pair("IPv6 only", "port cone"),
    }
)
"""One of each kind; all others take `make nat-lab`."""


def expected(pair: Pair) -> Expected:
    return OTHER_PAIRS.get(pair) or _in_grid(pair.a, pair.b)


def all_pairs() -> Iterator[Pair]:
    yield from (Pair(a, b) for a in GRID for b in GRID)
    yield from OTHER_PAIRS


def _in_grid(a: str, b: str) -> Expected:
    if "UDP blocked" in (a, b):
        here, there = ("udp_blocked_here", "udp_blocked_there")
        return Expected(RELAYED, here if a == "UDP blocked" else there, here if b == "UDP blocked" else there)
    # A hole needs one side whose port is known, at the other side whose filter does not ask for it.
    if {a, b} <= {"port cone", "symmetric"} and "symmetric" in (a, b):
        return _ports_change
    return _direct
