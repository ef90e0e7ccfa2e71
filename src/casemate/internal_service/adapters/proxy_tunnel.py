"""A connection through a proxy: HTTP CONNECT (RFC 9110) or SOCKS5 with a login (RFC 1928, 1929).

The proxy resolves the server's name. Whatever it answers is hostile until read: of a fixed size, or cut at a limit.
"""

import asyncio
import base64
import contextlib
import re
import socket
from typing import Final

from casemate.internal_service.adapters.proxies import Login, Proxy
from casemate.protocol.server_addresses import ip_of

TUNNEL_SECONDS: Final = 4.0
"""Less than a link has for its dialling: then it is known what kept it."""
HEAD_BYTES: Final = 16 * 1024

_STATUS: Final = re.compile(rb"HTTP/1\.[01] ([0-9]{3})(?: [^\r\n]*)?\r\n")
_LOGIN_WANTED: Final = 407
_SERVER_NOT_REACHED: Final = frozenset({502, 503, 504})
_SOCKS: Final = 5
_NO_LOGIN, _WITH_LOGIN, _NONE_WILL_DO = 0, 2, 255
_LOGIN_VERSION: Final = 1
_CONNECT: Final = 1
_IPV4, _NAME, _IPV6 = 1, 3, 4
_SOCKS_NOT_REACHED: Final = frozenset({3, 4, 5, 6})
"""The network, the host, the port, or in time."""


class ProxyFailed(Exception):
    """`code` and `params` are a reason of the catalogue."""

    def __init__(self, code: str, **params: str) -> None:
        super().__init__(code)
        self.code = code
        self.params = params


class ServerNotReached(Exception):
    """The proxy tried, it says."""


async def open_tunnel(proxy: Proxy, host: str, port: int) -> socket.socket:
    """A connected socket whose other end is the server's, if the proxy is honest. Raises `ProxyFailed`
    or `ServerNotReached`."""
    with contextlib.ExitStack() as stack:
        try:
            async with asyncio.timeout(TUNNEL_SECONDS):
                connection = await _dialled(proxy)
                stack.push(lambda *_: connection.close())
                wire = _Wire(connection)
                await (_http(wire, proxy, host, port) if proxy.kind == "http" else _socks(wire, proxy, host, port))
        except TimeoutError:
            raise ProxyFailed("proxy_silent", proxy=str(proxy)) from None
        except OSError:
            raise ProxyFailed("proxy_broke", proxy=str(proxy)) from None
        stack.pop_all()
        return connection


async def _dialled(proxy: Proxy) -> socket.socket:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    except OSError:
        found = []
    for family, kind, protocol, _, address in found:
        connection = socket.socket(family, kind, protocol)
        connection.setblocking(False)
        try:
            await loop.sock_connect(connection, address)
        except OSError:
            connection.close()
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise ProxyFailed("proxy_unreachable", proxy=str(proxy))


class _Wire:
    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._loop = asyncio.get_running_loop()

    async def send(self, data: bytes) -> None:
        await self._loop.sock_sendall(self._connection, data)

    async def take(self, up_to: int) -> bytes:
        """Raises `OSError` at the end."""
        data = await self._loop.sock_recv(self._connection, up_to)
        if not data:
            raise ConnectionResetError
        return data

    async def exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            data += await self.take(size - len(data))
        return data


async def _http(wire: _Wire, proxy: Proxy, host: str, port: int) -> None:
    where = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
    login = "" if proxy.login is None else f"Proxy-Authorization: Basic {_basic(proxy.login)}\r\n"
    await wire.send(f"CONNECT {where} HTTP/1.1\r\nHost: {where}\r\n{login}\r\n".encode("ascii"))
    head = b""
    while b"\r\n\r\n" not in head:
        head += await wire.take(HEAD_BYTES + 1 - len(head))
        if len(head) > HEAD_BYTES:
            raise ProxyFailed("proxy_broke", proxy=str(proxy))
    status = _STATUS.match(head)
    code = 0 if status is None else int(status[1])
    if 200 <= code < 300:
        if not head.endswith(b"\r\n\r\n") or head.count(b"\r\n\r\n") != 1:
            raise ProxyFailed("proxy_broke", proxy=str(proxy))  # a server's TLS never speaks first
        return
    if code == _LOGIN_WANTED:
        raise ProxyFailed("proxy_login", proxy=str(proxy))
    if code in _SERVER_NOT_REACHED:
        raise ServerNotReached
    raise ProxyFailed("proxy_refused" if code else "proxy_broke", proxy=str(proxy))


def _basic(login: Login) -> str:
    return base64.b64encode(f"{login.user}:{login.password}".encode()).decode()


async def _socks(wire: _Wire, proxy: Proxy, host: str, port: int) -> None:
    methods = bytes([_NO_LOGIN] if proxy.login is None else [_NO_LOGIN, _WITH_LOGIN])
    await wire.send(bytes([_SOCKS, len(methods), *methods]))
    version, method = await wire.exactly(2)
    if version != _SOCKS or method not in (*methods, _NONE_WILL_DO):
        raise ProxyFailed("proxy_broke", proxy=str(proxy))
    if method == _NONE_WILL_DO:
        raise ProxyFailed("proxy_login", proxy=str(proxy))
    if method == _WITH_LOGIN and proxy.login is not None:
        await wire.send(bytes([_LOGIN_VERSION]) + _counted(proxy.login.user) + _counted(proxy.login.password))
        if (await wire.exactly(2))[1] != 0:
            raise ProxyFailed("proxy_login", proxy=str(proxy))
    await wire.send(bytes([_SOCKS, _CONNECT, 0]) + _place(host) + port.to_bytes(2, "big"))
    version, answer, _, kind = await wire.exactly(4)
    if version != _SOCKS:
        raise ProxyFailed("proxy_broke", proxy=str(proxy))
    if answer in _SOCKS_NOT_REACHED:
        raise ServerNotReached
    if answer != 0:
        raise ProxyFailed("proxy_refused", proxy=str(proxy))
    # From where it dialled, which is nothing to us.
    sizes = {_IPV4: 4, _IPV6: 16}
    size = (await wire.exactly(1))[0] if kind == _NAME else sizes.get(kind)
    if size is None:
        raise ProxyFailed("proxy_broke", proxy=str(proxy))
    await wire.exactly(size + 2)


def _place(host: str) -> bytes:
    ip = ip_of(host)
    if ip is None:
        return bytes([_NAME]) + _counted(host)
    return bytes([_IPV4 if ip.version == 4 else _IPV6]) + ip.packed


def _counted(text: str) -> bytes:
    data = text.encode()
    return bytes([len(data)]) + data
