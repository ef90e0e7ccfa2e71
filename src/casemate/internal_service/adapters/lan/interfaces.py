"""The networks this computer is in, as its interfaces say."""

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import ifaddr

MAX_INTERFACES: Final = 8
MAX_ADDRESSES: Final = 8

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
AddressInNetwork = ipaddress.IPv4Interface | ipaddress.IPv6Interface


@dataclass(frozen=True, slots=True)
class Interface:
    """A network interface with its addresses, sorted: equal as long as nothing changed."""

    index: int
    addresses: tuple[AddressInNetwork, ...]

    @property
    def is_loopback(self) -> bool:
        return all(address.is_loopback for address in self.addresses)

    @property
    def v4(self) -> str | None:
        """An IPv4 address to send multicast from."""
        return next((str(address.ip) for address in self.addresses if address.version == 4), None)

    @property
    def has_v6(self) -> bool:
        return any(address.version == 6 for address in self.addresses)


def interfaces_here() -> tuple[Interface, ...]:
    """Those that lead to others; loopback when there is none, so that services of one computer find each other."""
    every = [_interface(adapter) for adapter in ifaddr.get_adapters()]
    with_addresses = [interface for interface in every if interface.addresses]
    outward = [interface for interface in with_addresses if not interface.is_loopback]
    return tuple((outward or with_addresses)[:MAX_INTERFACES])


def reachable_at(address: str, port: int, here: Iterable[Interface]) -> str | None:
    """ADDRESS:PORT, if a neighbour in one of these networks may have this address; None for every other address.

    Multicast DNS does not leave a network, so whoever is announced with a foreign address is no neighbour: nobody shall
    make us send anything to the far end of the internet.
    """
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return None
    if not _is_in(parsed, here):
        return None
    return f"{parsed}:{port}" if parsed.version == 4 else f"[{parsed}]:{port}"


def _is_in(address: Address, here: Iterable[Interface]) -> bool:
    networks = (own.network for interface in here for own in interface.addresses)
    return any(address in network and not _is_broadcast(address, network) for network in networks)


def _is_broadcast(address: Address, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    return address.version == 4 and address == network.broadcast_address and network.num_addresses > 2


def _interface(adapter: ifaddr.Adapter) -> Interface:
    addresses = set()
    for ip in adapter.ips:
        host = ip.ip if isinstance(ip.ip, str) else ip.ip[0]
        address = ipaddress.ip_interface(f"{host.partition('%')[0]}/{ip.network_prefix}")
        # What is link-local in IPv6 our QUIC library cannot dial.
        if not (address.version == 6 and address.is_link_local):
            addresses.add(address)
    ordered = sorted(addresses, key=lambda address: (address.version, address))
    return Interface(adapter.index or 0, tuple(ordered[:MAX_ADDRESSES]))
