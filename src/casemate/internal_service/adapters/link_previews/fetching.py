"""Asks the internet for the page behind a link, as somebody who must not be led anywhere else.

Every address is looked up here, checked, and then connected to itself: no name is asked twice, so that no second answer
can lead elsewhere. Redirects are followed by hand, each under the same rules. Nothing goes with the request that tells
who asks, and no more is read than is looked at.
"""

import asyncio
import ipaddress
import socket
import zlib
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult
from yarl import URL

from casemate.internal_service.adapters.link_previews.public_addresses import is_public
from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.limits import KIB, MIB
from casemate.protocol.server_addresses import IpAddress
from casemate.runtime.own_addresses import all_own_addresses

FETCH_SECONDS: Final = 5.0
PAGE_BYTES: Final = MIB
"""Also of what is packed, once it is unpacked."""
REDIRECTS: Final = 4
_PIECE_BYTES: Final = 16 * KIB
_HEADERS: Final = {
    "Accept": "text/html,application/xhtml+xml",
    "Accept-Encoding": "identity",
    "User-Agent": "Mozilla/5.0 (compatible; Casemate link preview)",
}
"""The same for everybody. No cookies, no referrer, no language."""
_CHARSETS: Final = frozenset(
    (
        "utf-8 utf8 us-ascii ascii utf-16 utf-16le utf-16be gbk gb2312 gb18030 big5 euc-jp iso-2022-jp shift_jis"
        " euc-kr koi8-r koi8-u macintosh " + " ".join(f"windows-125{number}" for number in range(9))
    ).split()
) | {f"iso-8859-{number}" for number in range(1, 12)}
"""What pages are written in. Python knows more, of which some take a time that grows with the square of the page."""
_PAGES: Final = ("text/html", "application/xhtml+xml")

LookUp = Callable[[str, int], Awaitable[list[IpAddress]]]


async def look_up(host: str, port: int) -> list[IpAddress]:
    """Raises OSError."""
    found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [ipaddress.ip_address(address[0]) for *_, address in found]


def may_be_asked(ip: IpAddress) -> bool:
    return is_public(ip, all_own_addresses())


@dataclass(frozen=True, slots=True)
class Internet:
    """Where pages are asked for. Tests have one of their own."""

    look_up: LookUp = look_up
    may_be_asked: Callable[[IpAddress], bool] = may_be_asked
    ports: Mapping[str, int] = field(default_factory=lambda: {"http": 80, "https": 443})
    """By scheme: no other is asked."""


@dataclass(frozen=True, slots=True)
class Page:
    url: URL
    """Where it was, after all redirects."""
    html: str


async def fetch_page(address: str, internet: Internet) -> Page:
    """Raises Refused."""
    try:
        async with asyncio.timeout(FETCH_SECONDS):
            return await _fetch(_url(address, internet), internet)
    except (TimeoutError, OSError, aiohttp.ClientError, ValueError, zlib.error):
        raise refuse("preview_unreachable") from None


async def _fetch(url: URL, internet: Internet) -> Page:
    for _ in range(REDIRECTS + 1):
        answer = await _ask(url, internet)
        if isinstance(answer, Page):
            return answer
        url = _url(str(url.join(answer)), internet)
    raise refuse("preview_unreachable")


async def _ask(url: URL, internet: Internet) -> Page | URL:
    """The page, or where it is instead."""
    resolver = _Checked(internet)
    await resolver.check(url)
    connector = aiohttp.TCPConnector(resolver=resolver, use_dns_cache=False, force_close=True)
    async with (
        aiohttp.ClientSession(
            connector=connector, cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False, trust_env=False
        ) as session,
        session.get(url, headers=_HEADERS, allow_redirects=False) as answer,
    ):
        if answer.status in (301, 302, 303, 307, 308):
            return URL(answer.headers.get("Location", ""))
        if answer.status != 200 or answer.content_type not in _PAGES:
            raise refuse("preview_nothing")
        body = await _body(answer)
        return Page(url, _decoded(body, answer.charset))


class _Checked(AbstractResolver):
    """The addresses of one name that may be asked, looked up once."""

    def __init__(self, internet: Internet) -> None:
        self._internet = internet
        self._host = ""
        self._found: list[IpAddress] = []

    async def check(self, url: URL) -> None:
        """All of its addresses may be asked: a name that has others as well is not what it seems. Raises Refused."""
        self._host = url.raw_host or ""
        self._found = await self._internet.look_up(self._host, url.port or 0)
        if not self._found or not all(map(self._internet.may_be_asked, self._found)):
            raise refuse("preview_not_public")

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_UNSPEC
    ) -> list[ResolveResult]:
        if host != self._host:
            raise OSError("a name that was not checked")
        return [
            ResolveResult(
                hostname=host,
                host=str(ip),
                port=port,
                family=socket.AF_INET if ip.version == 4 else socket.AF_INET6,
                proto=0,
                flags=socket.AI_NUMERICHOST,
            )
            for ip in self._found
        ]

    async def close(self) -> None:
        """There is nothing to close."""


def _url(address: str, internet: Internet) -> URL:
    """Raises Refused, and ValueError for what is no address at all."""
    url = URL(address).with_fragment(None)
    if url.scheme not in internet.ports or not url.raw_host or url.port != internet.ports[url.scheme]:
        raise refuse("preview_not_public")
    if url.user is not None or url.password is not None:
        raise refuse("preview_not_public")
    return url


async def _body(answer: aiohttp.ClientResponse) -> bytes:
    """As much of it as is looked at."""
    packed = answer.headers.get("Content-Encoding", "identity").lower()
    if packed not in ("identity", "gzip", "deflate"):
        raise refuse("preview_nothing")
    unpack = None if packed == "identity" else zlib.decompressobj(wbits=47 if packed == "gzip" else 15)
    body = bytearray()
    read = 0
    async for piece in answer.content.iter_chunked(_PIECE_BYTES):
        read += len(piece)
        body += piece if unpack is None else unpack.decompress(piece, PAGE_BYTES - len(body))
        if max(read, len(body)) >= PAGE_BYTES:
            break
    return bytes(body[:PAGE_BYTES])


def _decoded(body: bytes, charset: str | None) -> str:
    """By what the answer says, else what the page says at its beginning, else UTF-8."""
    named = next((name for name in (charset, _named_in(body)) if name and name.lower() in _CHARSETS), "utf-8")
    return body.decode(named, "replace")


def _named_in(body: bytes) -> str | None:
    """As browsers look for it: in the first kilobyte."""
    beginning = body[:1024].decode("ascii", "replace").lower()
    _, found, after = beginning.partition("charset=")
    name = after.lstrip("\"' ")[:40]
    end = next((place for place, char in enumerate(name) if not (char.isalnum() or char in "-_")), len(name))
    return name[:end] if found else None
