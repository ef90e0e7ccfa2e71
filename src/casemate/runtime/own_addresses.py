"""The addresses of this computer at which others could reach it, the most promising one first."""

import ipaddress
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import ifaddr

from casemate.protocol.server_addresses import IpAddress

_INSIDE: Final = re.compile(r"(docker|br-|virbr|veth|lxcbr|lxdbr|cni|podman|vboxnet|vmnet|flannel|cali|vEthernet).*")
"""Bridges to containers and virtual machines: nobody outside of this computer is at their other end."""
_FLAGS_FILE: Final = Path("/proc/net/if_inet6")
_SHORT_LIVED: Final = 0x01 | 0x08 | 0x20 | 0x40
"""Temporary, refused as a duplicate, deprecated, not checked yet: such an address is gone when somebody uses it."""


@dataclass(frozen=True, slots=True)
class InterfaceAddress:
    interface: str
    ip: IpAddress
    short_lived: bool = False


def own_addresses() -> list[IpAddress]:
    """Never one of loopback. Reads the interfaces anew each time (about a millisecond)."""
    return ranked(_read_interfaces())


def all_own_addresses() -> frozenset[IpAddress]:
    """Every one, loopback and short-lived ones as well."""
    return frozenset(address.ip for address in _read_interfaces())


def ranked(addresses: Iterable[InterfaceAddress]) -> list[IpAddress]:
    """Those that others can use: at which everybody may reach us first, then those of this network.

    One that is link-local counts only while there is nothing else, and only of IPv4: in IPv6 it needs an interface at
    the other end. A temporary address of IPv6 is for going out, so that it cannot be followed; it is gone tomorrow.
    """
    usable = [
        address.ip
        for address in addresses
        if not (_INSIDE.fullmatch(address.interface) or address.short_lived or _leads_nowhere(address.ip))
    ]
    lasting = [ip for ip in usable if not ip.is_link_local]
    return sorted(set(lasting or usable), key=lambda ip: (not ip.is_global, ip.version, ip))


def _leads_nowhere(ip: IpAddress) -> bool:
    return ip.is_loopback or ip.is_unspecified or ip.is_multicast or (ip.version == 6 and ip.is_link_local)


def _read_interfaces() -> list[InterfaceAddress]:
    short_lived = _short_lived()
    return [
        InterfaceAddress(adapter.name, ip, str(ip) in short_lived)
        for adapter in ifaddr.get_adapters()
        for ip in (_address(own) for own in adapter.ips)
    ]


def _address(own: ifaddr.IP) -> IpAddress:
    host = own.ip if isinstance(own.ip, str) else own.ip[0]
    return ipaddress.ip_address(host.partition("%")[0])


def _short_lived() -> frozenset[str]:
    """Only Linux tells; elsewhere all count as lasting."""
    try:
        lines = _FLAGS_FILE.read_text("ascii").splitlines()
    except OSError:
        return frozenset()
    fields = [line.split() for line in lines]
    return frozenset(
        str(ipaddress.IPv6Address(bytes.fromhex(row[0]))) for row in fields if int(row[4], 16) & _SHORT_LIVED
    )
