"""Where a server is: HOST:PORT for TLS pinned to its identity, or wss://HOST[:PORT] for a public certificate."""

import ipaddress
import re
from collections.abc import Sequence
from typing import Final

DEFAULT_SERVER_PORT: Final = 12349
DEFAULT_RELAY_PORT: Final = 12350
SERVER_ADDRESSES: Final = 8
"""That a server tells, and that an account keeps."""
SERVER_ADDRESS_CHARACTERS: Final = 255

_LOOKED_AT: Final = 4 * SERVER_ADDRESSES
"""Of a server that tells more."""
_WEB: Final = "wss://"
_WEB_PORT: Final = 443
_FIRST_FREE_PORT: Final = 1024
_HOST: Final = r"(?:\[[0-9a-fA-F:.]+\]|[^\s:/\[\]@?#]+)"
_ADDRESS: Final = re.compile(rf"(?P<web>{_WEB})?(?P<host>{_HOST})(?::(?P<port>[0-9]{{1,5}}))?/?")
_NUMBER: Final = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)")
"""As the last part of a name, resolvers take the whole of it for an IPv4 address in another spelling."""

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address


def read_server_address(text: str) -> str:
    """What a person wrote, in the one form in which addresses are compared. Raises `ValueError` with a sentence."""
    match = _ADDRESS.fullmatch(text.strip())
    if match is None or len(text) > SERVER_ADDRESS_CHARACTERS:
        raise ValueError(f"{text[:80]!r} is not HOST:PORT, such as chat.example.org:{DEFAULT_SERVER_PORT}")
    host, port = match["host"].lower(), match["port"]
    if port is not None and not 0 < int(port) < 65536:
        raise ValueError(f"{port} is not a port: they go from 1 to 65535")
    if match["web"]:
        return f"{_WEB}{host}" + (f":{int(port)}" if port else "")
    return f"{host}:{int(port) if port else DEFAULT_SERVER_PORT}"


def host_and_port(address: str) -> tuple[str, int]:
    """Of an address in that form; IPv6 without brackets."""
    host, colon, port = address.removeprefix(_WEB).rpartition(":")
    if not colon or "]" in port:  # a public one without a port
        host, port = address.removeprefix(_WEB), str(_WEB_PORT)
    return host.removeprefix("[").removesuffix("]"), int(port)


def has_public_certificate(address: str) -> bool:
    """Of an address in that form: a proxy stands there, whose certificate says nothing about the server's identity."""
    return address.startswith(_WEB)


def link_url(address: str) -> str:
    """Of an address in that form: where internal services keep their links (docs/protocol/link.md)."""
    return f"{_WEB}{address.removeprefix(_WEB)}/link"


def join_page_url(address: str) -> str:
    """Of an address in that form: where the server itself says how to join (docs/protocol/invites.md)."""
    scheme = "https" if has_public_certificate(address) else "http"
    return f"{scheme}://{address.removeprefix(_WEB)}/join"


def is_on_this_computer(address: str) -> bool:
    host, _ = host_and_port(address)
    ip = ip_of(host)
    return host == "localhost" or host.endswith(".localhost") if ip is None else ip.is_loopback or ip.is_unspecified


def believable(told: Sequence[str], *, on_this_computer: bool) -> list[str]:
    """Of the addresses that a server told, those at which we would look for it, in its order.

    Nobody shall make us knock at services that are none of ours: on this computer, unless that is where we reached the
    server, at everybody in a network at once, or at the ports of well-known services.
    """
    found: dict[str, None] = {}
    for text in told[:_LOOKED_AT]:
        try:
            address = read_server_address(text)
        except ValueError:
            continue
        if _may_be_a_server(address) and (on_this_computer or not is_on_this_computer(address)):
            found[address] = None
    return list(found)[:SERVER_ADDRESSES]


def ip_of(host: str) -> IpAddress | None:
    """An IPv4 address inside of IPv6 is itself. None for a name."""
    try:
        ip = ipaddress.ip_address(host)
    except ValueError:
        return None
    return ip.ipv4_mapped or ip if isinstance(ip, ipaddress.IPv6Address) else ip


def _may_be_a_server(address: str) -> bool:
    host, port = host_and_port(address)
    if port != _WEB_PORT and port < _FIRST_FREE_PORT:
        return False
    ip = ip_of(host)
    if ip is None:
        return _NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]) is None
    # What is link-local in IPv6 means something only together with an interface.
    return not (ip.is_unspecified or ip.is_multicast or (ip.version == 6 and ip.is_link_local))
