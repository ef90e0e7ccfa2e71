"""Where a service listens: HOST:PORT read, opened, and told as a URL."""

import socket
from dataclasses import dataclass

from casemate.runtime.errors import PortTaken

BACKLOG = 1024


@dataclass(frozen=True, slots=True)
class ListenAddress:
    host: str
    """A name or address; IPv6 without brackets."""
    port: int
    """0 lets the system choose."""

    @classmethod
    def parse(cls, text: str) -> "ListenAddress":
        """Read HOST:PORT or [IPv6]:PORT. Raises `ValueError` with a sentence."""
        host, colon, port = text.strip().rpartition(":")
        bracketed = host.startswith("[") and host.endswith("]")
        host = host[1:-1] if bracketed else host
        if not colon or not host or (":" in host) != bracketed or not (port.isascii() and port.isdigit()):
            raise ValueError(f"{text!r} is not HOST:PORT, such as 127.0.0.1:12345")
        if int(port) > 65535:
            raise ValueError(f"{port} is not a port: ports end at 65535")
        return cls(host, int(port))

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def open_listener(listen: ListenAddress) -> socket.socket:
    """A listening socket that child processes do not inherit; on `::`, IPv4 comes in, too. Raises `PortTaken`."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            listen.host, listen.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise PortTaken(str(listen), error) from error
    try:
        # A port whose last owner was killed can be taken at once; one that is listened on cannot.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            listener.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0 if listen.host == "::" else 1)
        listener.bind(address)
        listener.listen(BACKLOG)
        listener.setblocking(False)
    except OSError as error:
        listener.close()
        raise PortTaken(str(listen), error) from error
    return listener


def url_of(listener: socket.socket, scheme: str) -> str:
    """The base URL of a listening socket, with the port that it really has."""
    host, port = listener.getsockname()[:2]
    return f"{scheme}://{ListenAddress(host, port)}/"
