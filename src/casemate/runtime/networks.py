"""What counts as one caller."""

import ipaddress


def network_of(address: str) -> str:
    """An IPv4 address, or an IPv6 /64, of which one customer has 2^64 addresses. Anything else is itself."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.IPv6Network((parsed, 64), strict=False))
