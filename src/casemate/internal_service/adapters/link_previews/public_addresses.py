"""Which addresses of the internet may be asked for a page: public ones, and none that leads back to this computer."""

import ipaddress
from collections.abc import Collection
from typing import Final

from casemate.protocol.server_addresses import IpAddress

_NOT_PUBLIC_V4: Final = tuple(
    ipaddress.IPv4Network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # behind a provider's NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local: also where clouds tell their secrets
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",  # multicast, and what is reserved
    )
)
"""IANA's registry of special addresses, said here: Python's own judgement differs between its versions."""
_PUBLIC_V6: Final = ipaddress.IPv6Network("2000::/3")
_NOT_PUBLIC_V6: Final = tuple(
    ipaddress.IPv6Network(network) for network in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")
)
"""Of those: tunnels that carry another address, and what is for documents."""
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")
"""An IPv4 address in its last four bytes, for networks that speak IPv6 alone."""


def is_public(ip: IpAddress, own: Collection[IpAddress] = ()) -> bool:
    """`own` are the addresses of this computer, of which some may be public."""
    if ip in own:
        return False
    if isinstance(ip, ipaddress.IPv4Address):
        return not any(ip in network for network in _NOT_PUBLIC_V4)
    if ip.scope_id is not None:
        return False
    inner = ip.ipv4_mapped or (ipaddress.IPv4Address(ip.packed[-4:]) if ip in _NAT64 else None)
    if inner is not None:
        return is_public(inner, own)
    return ip in _PUBLIC_V6 and not any(ip in network for network in _NOT_PUBLIC_V6)
