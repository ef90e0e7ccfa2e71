"""The observer: tells each device the address that its packets come from, as seen from outside its network."""

import asyncio
import contextlib
import ipaddress
import socket
from collections.abc import Coroutine
from typing import Any, Final, Self

import structlog

from casemate.crypto import labels
from casemate.crypto.kdf import hkdf
from casemate.crypto.keys import KEY_BYTES, Ed25519Public, ServerPrivate
from casemate.crypto.observer_doors import observer_door
from casemate.protocol.observing import OBSERVE_ALPN
from casemate.runtime.quic import BindFailed, Incoming, QuicConnection, QuicEndpoint, QuicError
from casemate.runtime.quic_callers import Callers, CallLimits
from casemate.server.adapters.relay.verdicts import Verdicts

ANSWER_SECONDS: Final = 5.0
"""A call is over by then, whatever the caller does."""
CALLS: Final = CallLimits(in_all=512, per_network=64, believed=64)
"""A whole office may come from one address."""
SECOND_PORTS: Final = 16
"""So many ports after the first one are tried for the second."""

log = structlog.get_logger("casemate.observer")


class Observer:
    """A door for each port and family: whoever is seen at two addresses of one family is behind a NAT of that kind."""

    def __init__(self, key: bytes, doors: list[QuicEndpoint], ports: tuple[int, ...], verdicts: Verdicts) -> None:
        self.key = key
        """Told to devices, who compute from it the keys of all doors."""
        self.ports = ports
        self._doors = doors
        self._verdicts = verdicts
        self._callers = Callers(CALLS, self._call)
        self._tasks: set[asyncio.Task[None]] = set()

    @classmethod
    async def open(cls, private_key: ServerPrivate, host: str, port: int, verdicts: Verdicts) -> Self | None:
        """On this UDP port and the next free one. None when UDP cannot be had: direct paths are then fewer."""
        # The same after every start: devices learn it once per link.
        key = hkdf(b"", private_key.secret, labels.OBSERVER_KEY, KEY_BYTES)
        doors = await _open_doors(key, host, port)
        if not doors:
            log.warning("no observer: the relay's port cannot be had for UDP, so fewer paths will be direct", port=port)
            return None
        ports = [port]
        for next_port in range(port + 1, min(port + 1 + SECOND_PORTS, 0x10000)):
            if more := await _open_doors(key, host, next_port):
                doors += more
                ports.append(next_port)
                break
        return cls(key, doors, tuple(ports), verdicts)

    def start(self) -> None:
        """Answer from now on."""
        for door in self._doors:
            self._spawn(self._accept(door))

    async def close(self) -> None:
        for task in [*self._tasks, *self._callers.tasks]:
            task.cancel()
        for door in self._doors:
            with contextlib.suppress(QuicError):
                await door.close()

    async def _accept(self, door: QuicEndpoint) -> None:
        while (incoming := await door.accept()) is not None:
            self._callers.called(incoming)

    async def _call(self, incoming: Incoming, address: str | None) -> None:
        with contextlib.suppress(QuicError, TimeoutError):
            if address is None:
                await incoming.refuse()
                return
            async with asyncio.timeout(ANSWER_SECONDS):
                await self._answer(await incoming.accept(), address)

    async def _answer(self, connection: QuicConnection, address: str) -> None:
        code = "refused"
        try:
            connection.limit_incoming_streams(both_ways=0, one_way=0)
            if await self._verdicts.account_of(Ed25519Public(connection.key)) is not None:
                code = "bye"
                stream = await connection.open_one_way()
                await stream.write(address.encode())
                await stream.finish()
                await connection.ended()
        finally:
            connection.close(code)

    def _spawn(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


async def _open_doors(key: bytes, host: str, port: int) -> list[QuicEndpoint]:
    """One for each family that this machine has."""
    doors = []
    v4, v6 = _addresses(host)
    for is_ipv6, sockets in (
        (False, (f"{v4}:{port}", "[::1]:0")),
        (True, ("127.0.0.1:0", f"[{v6}]:{port}")),
    ):
        with contextlib.suppress(BindFailed):
            private = observer_door(key, port, is_ipv6=is_ipv6).secret
            doors.append(await QuicEndpoint.bind(key=private, alpns=[OBSERVE_ALPN], sockets=sockets))
    return doors


def _addresses(host: str) -> tuple[str, str]:
    """For a relay that listens there: its own address, and of the other family one that reaches as far."""
    found = socket.getaddrinfo(host, None, type=socket.SOCK_DGRAM, flags=socket.AI_PASSIVE)[0][4][0]
    address = ipaddress.ip_address(found)
    v4, v6 = ("0.0.0.0", "::") if address.is_unspecified else ("127.0.0.1", "::1")  # noqa: S104
    return (str(address), v6) if address.version == 4 else (v4, str(address))
