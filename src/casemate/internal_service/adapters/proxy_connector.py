"""The HTTP library's connections, through a proxy: the one place that replaces how it connects."""

import asyncio
import socket
from typing import Any

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from aiohttp.client_proto import ResponseHandler

from casemate.internal_service.adapters.proxies import Proxy
from casemate.internal_service.adapters.proxy_tunnel import open_tunnel


class TunnelConnector(aiohttp.TCPConnector):
    """TLS begins behind the proxy. Raises `ProxyFailed` out of every request."""

    def __init__(self, proxy: Proxy) -> None:
        super().__init__(limit=0, force_close=True, resolver=_LeftToTheProxy(), use_dns_cache=False)
        self._proxy = proxy

    async def _wrap_create_connection(
        self,
        *args: Any,
        addr_infos: Any,
        req: aiohttp.ClientRequest,
        timeout: Any,  # noqa: ASYNC109  (the library's)
        client_error: Any = None,
        **tls: Any,
    ) -> tuple[asyncio.Transport, ResponseHandler]:
        host, port = req.url.raw_host, req.port
        assert host is not None, "a link has a host"
        assert port is not None, "and a port, at least its scheme's"
        tunnel = await open_tunnel(self._proxy, host, port)
        try:
            return await self._loop.create_connection(*args, **tls, sock=tunnel)
        except BaseException:
            tunnel.close()
            raise


class _LeftToTheProxy(AbstractResolver):
    """Names are not asked for here: who watches this network's name server would learn them."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        return [ResolveResult(hostname=host, host=host, port=port, family=family, proto=0, flags=0)]

    async def close(self) -> None:
        pass
