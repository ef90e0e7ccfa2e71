"""Asks the server's observer at which address our packets arrive, over the very socket that talks to peers."""

import asyncio
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from casemate.crypto.observer_doors import observer_door
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.core.ground.path_io import ObserverAddress
from casemate.protocol.observing import OBSERVE_ALPN, SEEN_BYTES
from casemate.protocol.peer import Nat
from casemate.runtime.quic import QuicEndpoint, QuicError, split_address

OBSERVE_SECONDS: Final = 3.0
LATER_SECONDS: Final = 0.25
"""As much later than the first door, beside the time that one took, may another answer."""


@dataclass(frozen=True, slots=True)
class Door:
    """One port of the observer at one of its addresses."""

    ip: str
    port: int
    is_ipv6: bool

    def __str__(self) -> str:
        return f"[{self.ip}]:{self.port}" if self.is_ipv6 else f"{self.ip}:{self.port}"


Seen = dict[Door, str]
"""The address that a door saw us at, for each door that answered."""


async def observe(quic: QuicEndpoint, observer: ObserverAddress) -> Seen:
    """Ask at all doors at once, for 3 s at most, and hardly longer than the first answer takes."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    deadline = began + OBSERVE_SECONDS
    seen: Seen = {}
    asking: dict[asyncio.Task[str | None], Door] = {}
    try:
        async with asyncio.timeout_at(deadline):
            asking = {asyncio.create_task(_ask(quic, observer, door)): door for door in await _doors(observer)}
        while asking and (left_seconds := deadline - loop.time()) > 0:
            done, _ = await asyncio.wait(asking, timeout=left_seconds, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                door, address = asking.pop(task), task.result()
                if address is None:
                    continue
                if not seen:  # the doors are of one host: those of a family that we lack never answer
                    deadline = min(deadline, 2 * loop.time() - began + LATER_SECONDS)
                seen[door] = address
    except TimeoutError:
        pass  # its name was not found in time
    finally:
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)
    return seen


def nat_of(seen: Seen, own: Sequence[str]) -> Nat:
    """What stands between us and the internet; on IPv4 when that works at all, since it is the worse of the two."""
    for is_ipv6 in (False, True):
        addresses = [address for door, address in seen.items() if door.is_ipv6 is is_ipv6]
        if any(address in own for address in addresses):
            return "none"
        if len(addresses) > 1:
            return "steady" if len(set(addresses)) == 1 else "changing"
        if addresses:
            return "unknown"
    return "unknown"


async def _doors(observer: ObserverAddress) -> list[Door]:
    """One address of each family: two would be the same host again."""
    try:
        found = await asyncio.get_running_loop().getaddrinfo(observer.host, None, type=socket.SOCK_DGRAM)
    except OSError:
        return []
    ips = {family: address[0] for family, _, _, _, address in reversed(found)}
    return [
        Door(str(ips[family]), port, is_ipv6)
        for family, is_ipv6 in ((socket.AF_INET, False), (socket.AF_INET6, True))
        if family in ips
        for port in observer.ports
    ]


async def _ask(quic: QuicEndpoint, observer: ObserverAddress, door: Door) -> str | None:
    """None when the door does not answer, or what it says is no address."""
    key = ed25519_public(observer_door(observer.key, door.port, is_ipv6=door.is_ipv6))
    try:
        connection = await quic.dial(key, OBSERVE_ALPN, addresses=(str(door),))
        try:
            answer = await connection.accept_one_way()
            said = b""
            while len(said) <= SEEN_BYTES and (piece := await answer.read(SEEN_BYTES)):
                said += piece
        finally:
            connection.close("bye")
        address = said.decode("ascii")
        ip, _ = split_address(address)
    except (QuicError, ValueError):  # not ASCII is a ValueError, too
        return None
    return address if (ip.version == 6) is door.is_ipv6 else None
