"""One UDP port for both address families, so that an address of ours is any IP and this port."""

import socket
from typing import Final

_EVERYWHERE: Final = ("0.0.0.0", "::")  # noqa: S104  (peers dial us)
_LOOPBACK: Final = ("127.0.0.1", "::1")


_ATTEMPTS: Final = 8


def free_sockets(*, relay_only: bool) -> tuple[str, ...]:
    """Addresses to bind that were free a moment ago; only the IPv4 one where the system has no IPv6."""
    v4, v6 = _LOOPBACK if relay_only else _EVERYWHERE
    port = _free_v4(v4)
    for _ in range(_ATTEMPTS):
        if _is_free_v6(v6, port):
            return (f"{v4}:{port}", f"[{v6}]:{port}")
        port = _free_v4(v4)
    return (f"{v4}:{port}",)


def _free_v4(host: str) -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as trial:
        trial.bind((host, 0))
        port: int = trial.getsockname()[1]
        return port


def _is_free_v6(host: str, port: int) -> bool:
    try:
        with socket.socket(socket.AF_INET6, socket.SOCK_DGRAM) as trial:
            trial.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
            trial.bind((host, port))
    except OSError:
        return False
    return True
