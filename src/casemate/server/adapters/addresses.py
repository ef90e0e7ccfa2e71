"""The addresses at which others find this server: what its person stated, then what its network interfaces say."""

import asyncio
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final, NoReturn

from casemate.protocol.server_addresses import SERVER_ADDRESSES, ip_of, is_on_this_computer, read_server_address
from casemate.runtime.errors import CannotStart
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.listen import ListenAddress
from casemate.runtime.own_addresses import own_addresses
from casemate.server.core.events import AddressesFound

LOOK_SECONDS: Final = 30.0
"""A computer that is carried into another network is found there by whoever links after that."""


@dataclass(frozen=True, slots=True)
class ServerPlace:
    listen: ListenAddress
    """With the port that it really has."""
    stated: tuple[str, ...] = ()
    behind_proxy: bool = False
    """What is listened on speaks plain HTTP to a proxy: only stated addresses lead here."""

    def addresses(self) -> tuple[str, ...]:
        """At most `SERVER_ADDRESSES`; none that was found leads to loopback."""
        found = () if self.behind_proxy else _found(self.listen)
        return tuple(dict.fromkeys((*self.stated, *found)))[:SERVER_ADDRESSES]

    async def watch(self, events: EventQueue, told: tuple[str, ...]) -> NoReturn:
        """Tell the core what changed since `told`."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            addresses = await asyncio.to_thread(self.addresses)
            if addresses != told:
                events.post(AddressesFound(addresses))
                told = addresses


def stated_addresses(texts: Iterable[str]) -> tuple[str, ...]:
    """What was given with --address. Raises CannotStart."""
    try:
        addresses = tuple(dict.fromkeys(read_server_address(text) for text in texts))
    except ValueError as error:
        raise CannotStart(f"{error} (--address).") from error
    if len(addresses) > SERVER_ADDRESSES:
        raise CannotStart(f"A server tells at most {SERVER_ADDRESSES} addresses, not {len(addresses)} (--address).")
    return addresses


def _found(listen: ListenAddress) -> tuple[str, ...]:
    ip = ip_of(listen.host)
    if ip is None or not ip.is_unspecified:
        return () if is_on_this_computer(str(listen)) else (str(listen),)
    own = [ip for ip in own_addresses() if ip.version == 4 or listen.host == "::"]
    return tuple(str(ListenAddress(str(ip), listen.port)) for ip in own)
