"""Links to workspace servers: dialled when the core says so, never retried here."""

import asyncio
import contextlib
import socket
import ssl
from collections import deque
from collections.abc import Callable
from functools import cache
from typing import Final

import aiohttp
import structlog
from aiohttp.abc import AbstractResolver, ResolveResult

from casemate.internal_service.adapters.proxies import Proxies, Proxy, UnusableProxy
from casemate.internal_service.adapters.proxy_connector import TunnelConnector
from casemate.internal_service.adapters.proxy_tunnel import ProxyFailed, ServerNotReached
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkFrameArrived,
    LinkOpened,
    OpenLink,
    SendOnLink,
)
from casemate.internal_service.core.ground.refusals import UPDATES, reason
from casemate.protocol.client.views import Reason
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import LINK_FRAME_BYTES, MIB
from casemate.protocol.link import OpeningRefused
from casemate.protocol.link_codec import decode_server_frame, encode
from casemate.protocol.server_addresses import has_public_certificate, is_on_this_computer, link_url
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.listen import ListenAddress
from casemate.runtime.patience import Patience

DIAL_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 4.0
"""A ping this often; without a sign of life for half as long after it, the link is dead (see `Patience`)."""
CLOSE_SECONDS: Final = 1.0
SEND_QUEUE_BYTES: Final = 32 * MIB
"""A server that reads so much slower than we send is let go; the outbox is on the disk."""
_SAID: Final = 64

log = structlog.get_logger("casemate.link")

_Key = tuple[AccountId, int]


class _PatientSocket(Patience, aiohttp.ClientWebSocketResponse):
    """A large message over a slow uplink keeps pings waiting; that is no reason to begin it again on a new link."""

    def transport_now(self) -> asyncio.WriteTransport | None:
        return self._conn.transport if self._conn is not None else None


class ServerLinks:
    """All links of this service. Lives on the event loop; `perform` never blocks."""

    def __init__(self, events: EventQueue, proxies: Proxies | None = None) -> None:
        self._events = events
        self._proxies = proxies or Proxies()
        self._links: dict[_Key, _Link] = {}
        self._closing: set[_Link] = set()
        self._http = _session(_connector(aiohttp.ThreadedResolver()))
        self._http_elsewhere = _session(_connector(_Elsewhere()))
        self._through: dict[Proxy, aiohttp.ClientSession] = {}
        self._said_too_old: set[tuple[str, str]] = set()

    def perform(self, effect: OpenLink | SendOnLink | CloseLink) -> None:
        key = (effect.account_id, effect.generation)
        match effect:
            case OpenLink(address=address, elsewhere=elsewhere):
                way = self._way_to(address, elsewhere)
                link = self._links[key] = _Link(key, address, way, self._events, self._say_too_old)
                link.finished.add_done_callback(lambda _: self._gone(key, link))
            case SendOnLink(frame=frame):
                if key in self._links:
                    self._links[key].send(encode(frame))
            case CloseLink():
                # Nothing more is heard of it: a later sign-in may use the same generation again.
                closing = self._links.pop(key, None)
                if closing is not None:
                    closing.close()
                    self._closing.add(closing)

    def _gone(self, key: _Key, link: "_Link") -> None:
        # Here and not in the task: one that is cancelled before its first step runs none of its code.
        self._closing.discard(link)
        if self._links.get(key) is link:
            del self._links[key]
            self._events.post(LinkClosed(*key, link.why_closed, link.why_not))

    def _say_too_old(self, address: str, code: str) -> None:
        """Once, and not with every attempt."""
        if (address, code) in self._said_too_old:
            return
        if len(self._said_too_old) >= _SAID:
            self._said_too_old.clear()
        self._said_too_old.add((address, code))
        if code == "update_server":
            log.warning("server too old", server=address)
        else:
            log.warning("program too old", server=address)

    def _way_to(self, address: str, elsewhere: bool) -> "aiohttp.ClientSession | Reason":
        """What it is dialled with, or why it cannot be."""
        try:
            proxy = self._proxies.to(address)
        except UnusableProxy as error:
            log.warning("proxy not usable", why=str(error))
            return reason("proxy_unusable")
        if proxy is None:
            return self._http_elsewhere if elsewhere else self._http
        if proxy not in self._through:
            self._through[proxy] = _session(TunnelConnector(proxy))
        return self._through[proxy]

    async def close(self) -> None:
        """End all links and wait until they are gone."""
        links = [*self._links.values(), *self._closing]
        for link in links:
            link.close()
        if links:
            await asyncio.wait([link.finished for link in links], timeout=2 * CLOSE_SECONDS)
        for http in (self._http, self._http_elsewhere, *self._through.values()):
            await http.close()


class _Link:
    def __init__(
        self,
        key: _Key,
        address: str,
        way: aiohttp.ClientSession | Reason,
        events: EventQueue,
        say_too_old: Callable[[str, str], None],
    ) -> None:
        self._account_id, self._generation = key
        self._address = address
        self._way = way
        self._events = events
        self._say_too_old = say_too_old
        self._outgoing: deque[bytes] = deque()
        self._outgoing_bytes = 0
        self._sent_bytes = 0
        self._is_paused = False
        self._closing = False
        self._changed = asyncio.Event()
        self._opened = False
        self.why_closed = "let go"
        self.why_not: Reason | None = None
        """Why it could not be dialled, where that is known to be something on the way."""
        self.finished = asyncio.create_task(self._run())

    def send(self, frame: bytes) -> None:
        if self._closing:
            return
        self._outgoing.append(frame)
        self._outgoing_bytes += len(frame)
        self._changed.set()
        if self._outgoing_bytes > SEND_QUEUE_BYTES:
            log.warning("server reads too slowly", account=self._account_id.hex()[:16])
            self._closing = True
            self._outgoing.clear()
            self.finished.cancel()

    def close(self) -> None:
        """After what is queued; nothing that still arrives is told."""
        self._closing = True
        self._changed.set()
        if not self._opened:
            self.finished.cancel()

    async def _run(self) -> None:
        try:
            self.why_closed = await self._live()
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError, ServerNotReached) as error:
            self.why_closed = type(error).__name__
        except ProxyFailed as error:
            self.why_closed, self.why_not = error.code, reason(error.code, **error.params)

    async def _live(self) -> str:
        """From dialling to the end; why it ended."""
        if isinstance(self._way, Reason):
            self.why_not = self._way
            return self._way.code
        public = has_public_certificate(self._address)
        async with asyncio.timeout(DIAL_SECONDS):
            socket = await self._way.ws_connect(
                link_url(self._address),
                ssl=_as_the_public_does() if public else _pinned_later(),
                heartbeat=HEARTBEAT_SECONDS,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
                max_msg_size=LINK_FRAME_BYTES,
                compress=0,
            )
        self._opened = True
        assert isinstance(socket, _PatientSocket)
        socket.bytes_sent, socket.is_paused = lambda: self._sent_bytes, lambda: self._is_paused
        async with socket:
            certificate_key = None if public else _certificate_key(socket)
            await self._tell(LinkOpened(self._account_id, self._generation, certificate_key))
            writer = asyncio.create_task(self._write(socket))
            try:
                return await self._read(socket)
            finally:
                writer.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await writer

    async def _read(self, socket: aiohttp.ClientWebSocketResponse) -> str:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.ERROR:
                return f"broken ({type(message.data).__name__})"
            if message.type is not aiohttp.WSMsgType.BINARY:
                return "not a binary message"
            try:
                frame = decode_server_frame(message.data)
            except MalformedFrame:
                log.warning("malformed frame", account=self._account_id.hex()[:16])
                return "malformed frame"
            if isinstance(frame, OpeningRefused) and frame.code in UPDATES:
                self._say_too_old(self._address, frame.code)
            event = LinkFrameArrived(self._account_id, self._generation, frame)
            await self._tell(event, len(message.data))
        return f"closed ({socket.close_code})"

    async def _tell(self, event: LinkOpened | LinkFrameArrived, size_bytes: int = 0) -> None:
        if not self._closing:
            self._is_paused = True
            try:
                await self._events.put(event, size_bytes)
            finally:
                self._is_paused = False

    async def _write(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            while True:
                while self._outgoing:
                    frame = self._outgoing.popleft()
                    self._outgoing_bytes -= len(frame)
                    self._sent_bytes += len(frame)
                    await socket.send_bytes(frame)
                if self._closing:
                    break
                self._changed.clear()
                await self._changed.wait()
        except (aiohttp.ClientError, OSError):
            pass  # the other end is gone; the close below lets the reader see it, too
        await socket.close()


class _Elsewhere(aiohttp.ThreadedResolver):
    """No name leads to this computer: what listens here alone is not for a server to point at."""

    async def resolve(
        self, host: str, port: int = 0, family: socket.AddressFamily = socket.AF_INET
    ) -> list[ResolveResult]:
        found = await super().resolve(host, port, family)
        elsewhere = [each for each in found if not is_on_this_computer(str(ListenAddress(each["host"], port)))]
        if not elsewhere:
            raise OSError(f"{host} is this computer")
        return elsewhere


def _connector(resolver: AbstractResolver) -> aiohttp.TCPConnector:
    return aiohttp.TCPConnector(limit=0, force_close=True, resolver=resolver)


def _session(connector: aiohttp.TCPConnector) -> aiohttp.ClientSession:
    return aiohttp.ClientSession(
        connector=connector,
        cookie_jar=aiohttp.DummyCookieJar(),
        timeout=aiohttp.ClientTimeout(total=None),
        ws_response_class=_PatientSocket,
    )


@cache
def _as_the_public_does() -> ssl.SSLContext:
    """TLS with this computer's authorities. Reading them holds the event loop up for some 60 ms, once."""
    context = ssl.create_default_context()
    context.set_alpn_protocols(("http/1.1",))
    return context


def _pinned_later() -> ssl.SSLContext:
    """TLS without an authority: the core compares the certificate's key with the server's identity."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _certificate_key(socket: aiohttp.ClientWebSocketResponse) -> bytes:
    """The certificate's Ed25519 key; empty, which is nobody's identity, for any other certificate."""
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    tls = socket.get_extra_info("ssl_object")
    certificate = None if tls is None else tls.getpeercert(binary_form=True)
    if certificate is None:
        return b""
    key = x509.load_der_x509_certificate(certificate).public_key()
    return key.public_bytes_raw() if isinstance(key, Ed25519PublicKey) else b""
