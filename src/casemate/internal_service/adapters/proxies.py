"""Which proxy leads to a server: the one that was set, else the environment's, never one to this computer itself."""

import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from casemate.protocol.server_addresses import host_and_port, ip_of, is_on_this_computer

Kind = Literal["http", "socks"]

_KINDS: Final[Mapping[str, tuple[Kind, int]]] = {
    "http": ("http", 80),
    "socks5": ("socks", 1080),
    "socks5h": ("socks", 1080),
}
"""By scheme, with the usual port. Names are the proxy's to resolve with both spellings of SOCKS."""
_MOST_LOGIN_BYTES: Final = 255
"""What SOCKS has room for."""


class UnusableProxy(Exception):
    """The sentence says why, and nothing secret."""


@dataclass(frozen=True, slots=True)
class Login:
    user: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Proxy:
    kind: Kind
    host: str
    port: int
    login: Login | None = field(default=None, repr=False)

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True)
class Proxies:
    """`chosen` goes before the environment; "off" is none at all."""

    environment: Mapping[str, str] = field(default_factory=dict, repr=False)
    chosen: Proxy | Literal["off"] | None = None

    def to(self, address: str) -> Proxy | None:
        """For a server at this address; None: dial it directly. Raises `UnusableProxy`."""
        if self.chosen == "off" or is_on_this_computer(address):
            return None
        if self.chosen is not None:
            return self.chosen
        host, port = host_and_port(address)
        url = self._variable("https_proxy") or self._variable("all_proxy")
        if not url or _is_excepted(host, port, self._variable("no_proxy")):
            return None
        return read_proxy(url)

    def is_direct(self, host: str) -> bool:
        """Whether this program itself may reach a host of the internet; a proxy that cannot be used is one all the
        same."""
        try:
            return self.to(f"[{host}]:443" if ":" in host else f"{host}:443") is None
        except UnusableProxy:
            return False

    def _variable(self, name: str) -> str:
        """The small spelling counts first, as everywhere."""
        return (self.environment.get(name) or self.environment.get(name.upper()) or "").strip()


def read_proxy(url: str, login: Login | None = None) -> Proxy:
    """http://, socks5:// or socks5h://[USER:PASSWORD@]HOST[:PORT], or HOST:PORT for HTTP. Raises `UnusableProxy`."""
    try:
        parts = urlsplit(url if "://" in url else f"http://{url}")
        kind, usual_port = _KINDS[parts.scheme.lower()]
        host, port = parts.hostname, parts.port or usual_port
        if not host or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError
        host.encode("ascii")
    except KeyError:
        raise UnusableProxy("a proxy is http://HOST:PORT or socks5h://HOST:PORT; other kinds are not spoken") from None
    except ValueError:
        raise UnusableProxy("a proxy is http://HOST:PORT or socks5h://HOST:PORT") from None
    if login is None and parts.username:
        login = Login(unquote(parts.username), unquote(parts.password or ""))
    if login is not None:
        _check_login(login, kind)
    return Proxy(kind, host, port, login)


def read_login(line: str) -> Login:
    """USER:PASSWORD. Raises `UnusableProxy`."""
    user, colon, password = line.partition(":")
    if not colon or not user:
        raise UnusableProxy("a login is USER:PASSWORD")
    return Login(user, password)


def _check_login(login: Login, kind: Kind) -> None:
    lengths = (len(login.user.encode()), len(login.password.encode()))
    if max(lengths) > _MOST_LOGIN_BYTES or (kind == "socks" and 0 in lengths):
        raise UnusableProxy(f"user and password of a proxy have 1 to {_MOST_LOGIN_BYTES} bytes each")
    if kind == "http" and ":" in login.user:
        raise UnusableProxy("the user of an HTTP proxy has no colon")


def _is_excepted(host: str, port: int, no_proxy: str) -> bool:
    """NO_PROXY: names with all below them, addresses, each with or without a port, and networks; * is everything."""
    return any(_fits(host, port, entry.strip().lower()) for entry in no_proxy.split(",") if entry.strip())


def _fits(host: str, port: int, entry: str) -> bool:
    if entry == "*":
        return True
    ip = ip_of(host)
    if ip is not None:
        try:
            return ip in ipaddress.ip_network(entry.removeprefix("[").removesuffix("]"), strict=False)
        except ValueError:
            pass  # it has a port, or is a name
    name, colon, own_port = entry.rpartition(":")
    if colon and own_port.isdecimal():
        if int(own_port) != port:
            return False
        entry = name.removeprefix("[").removesuffix("]")
    if ip is not None:
        return ip_of(entry) == ip
    entry = entry.removeprefix("*").removeprefix(".")
    return host == entry or host.endswith(f".{entry}")
