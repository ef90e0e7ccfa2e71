"""How many connections are let in, in all and from one network, so that nobody takes the places of everybody."""

from dataclasses import dataclass
from typing import Final

from aiohttp import web

from casemate.runtime.networks import network_of

PROVE_SECONDS: Final = 10.0
"""A connection on which no device has proven itself by then is ended."""
REQUEST_SECONDS: Final = 30.0
"""A connection on which nothing is asked for so long is ended."""
CONNECTIONS_PER_ADDRESS: Final = 10_000
"""Large: a whole office may come from one address."""


@dataclass(frozen=True, slots=True)
class AdmissionLimits:
    in_all: int = 50_000
    per_address: int = CONNECTIONS_PER_ADDRESS
    unproven: int = 2_048
    """On which no device has proven itself yet. Each may make us keep a frame of 4 MiB, for `PROVE_SECONDS`."""
    unproven_per_address: int = 1_024
    """An office that comes back after an outage is let in at once: a refusal costs as much as a welcome."""


class Places:
    """Taken places, in all and by network, without adding them up each time."""

    def __init__(self) -> None:
        self.in_all = 0
        self._by_network: dict[str, int] = {}

    def of(self, network: str) -> int:
        return self._by_network.get(network, 0)

    def take(self, network: str) -> None:
        self.in_all += 1
        self._by_network[network] = self.of(network) + 1

    def leave(self, network: str) -> None:
        self.in_all -= 1
        left = self._by_network.pop(network) - 1
        if left:
            self._by_network[network] = left


class ConnectionLimiter:
    def __init__(self, limits: AdmissionLimits) -> None:
        self._limits = limits
        self._admitted = Places()
        self._unproven = Places()

    def admit(self, network: str) -> "Ticket | None":
        """None when there is no room."""
        limits = self._limits
        is_full = self._admitted.in_all >= limits.in_all or self._unproven.in_all >= limits.unproven
        is_greedy = (
            self._admitted.of(network) >= limits.per_address
            or self._unproven.of(network) >= limits.unproven_per_address
        )
        return None if is_full or is_greedy else Ticket(network, self._admitted, self._unproven)


def web_runner(application: web.Application, shutdown_seconds: float) -> web.AppRunner:
    """Serves a site; left alone, the library keeps a connection without a request for an hour."""
    return web.AppRunner(
        application, access_log=None, shutdown_timeout=shutdown_seconds, keepalive_timeout=REQUEST_SECONDS
    )


def caller_network(request: web.Request, *, behind_proxy: bool) -> str:
    """Whom a connection counts for."""
    # Only a proxy's own word counts: it appends the address it saw, whatever the client wrote before that.
    forwarded = request.headers.get("X-Forwarded-For", "") if behind_proxy else ""
    return network_of(forwarded.rpartition(",")[2].strip() or request.remote or "unknown")


class Ticket:
    """The place of one connection."""

    def __init__(self, network: str, admitted: Places, unproven: Places) -> None:
        self.proven = False
        self._network = network
        self._admitted = admitted
        self._unproven = unproven
        admitted.take(network)
        unproven.take(network)

    def prove(self) -> None:
        """A device has proven itself. Harmless to repeat."""
        if not self.proven:
            self.proven = True
            self._unproven.leave(self._network)

    def leave(self) -> None:
        """The connection is gone; called once."""
        self.prove()
        self._admitted.leave(self._network)
