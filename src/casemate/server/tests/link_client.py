"""A device on a real socket: TLS pinned to the server's key, real proofs, real frames."""

import asyncio
import ssl
import struct
from collections.abc import Callable
from socket import SO_LINGER, SOL_SOCKET
from typing import Any, Final, Self, TypeVar

import aiohttp
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from casemate.crypto.link_proof import Greeting
from casemate.protocol.limits import LINK_FRAME_BYTES
from casemate.protocol.link import Deliver, OpeningRefused, Receipt, ServerHello, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame, decode_server_frame, encode
from casemate.server.tests.people import Person, check_greeting

F = TypeVar("F")
ANSWER_SECONDS: Final = 15.0


class LinkEnded(Exception):
    """The server ended the link; `code` is the WebSocket's."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class LinkRefused(LinkEnded):
    """The server said no, with one of its own codes."""


class LinkClient:
    """Everything that arrives is kept in `heard`; `expect` waits for the next frame that matches."""

    def __init__(self, link: aiohttp.ClientWebSocketResponse, session: aiohttp.ClientSession) -> None:
        self.heard: list[ServerFrame] = []
        self.certificate_key: bytes | None = None
        self.on_frame: Callable[[ServerFrame], None] = lambda _: None
        self._socket = link
        self._session = session
        self._looked_at = 0
        self._something_came = asyncio.Event()
        self._ended = False
        self._reader = asyncio.create_task(self._read())

    @classmethod
    async def dial(cls, url: str, heartbeat_seconds: float | None = None, *, source: str = "") -> Self:
        """`url` as the server prints it; `source` is the address to come from."""
        session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(local_addr=(source, 0) if source else None))
        try:
            link = await session.ws_connect(
                f"{url}link",
                ssl=_any_certificate(),
                max_msg_size=LINK_FRAME_BYTES,
                compress=0,
                heartbeat=heartbeat_seconds,
            )
        except BaseException:
            await session.close()
            raise
        client = cls(link, session)
        client.certificate_key = _key_of(link)
        return client

    @classmethod
    async def create_account(cls, url: str, person: Person, *, source: str = "") -> Self:
        """Raises LinkEnded with the code of a refusal."""
        client = await cls.dial(url, source=source)
        return await client._open(person, person.create_account)

    @classmethod
    async def authenticate(cls, url: str, person: Person, heartbeat_seconds: float | None = None) -> Self:
        """Raises LinkEnded with the code of a refusal."""
        client = await cls.dial(url, heartbeat_seconds)
        return await client._open(person, person.authenticate)

    async def greet(self, person: Person) -> Greeting:
        hello = person.hello()
        await self.say(hello)
        greeting = check_greeting(hello, await self.expect(ServerHello))
        assert self.certificate_key in {None, greeting.server_key}
        return greeting

    async def say(self, frame: ClientFrame) -> None:
        await self._socket.send_bytes(encode(frame))

    async def say_bytes(self, data: bytes) -> None:
        await self._socket.send_bytes(data)

    async def ask(self, person: Person, kind: Callable[..., ClientFrame], *fields: Any) -> Any:
        """A request with the next id; its answer."""
        request_id = next(person.request_ids)
        await self.say(kind(request_id, *fields))
        return await self.expect(object, lambda frame: getattr(frame, "request_id", None) == request_id)

    async def expect(self, kind: type[F], matches: Callable[[Any], bool] = lambda _: True) -> F:
        """The next frame of a kind; frames before it are passed over. Raises LinkEnded."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while True:
                while self._looked_at < len(self.heard):
                    frame = self.heard[self._looked_at]
                    self._looked_at += 1
                    if isinstance(frame, kind) and matches(frame):
                        return frame
                    if isinstance(frame, OpeningRefused):
                        raise LinkRefused(frame.code)
                if self._ended:
                    raise LinkEnded(str(self._socket.close_code))
                self._something_came.clear()
                await self._something_came.wait()

    async def take(self, delivery: Deliver, sealed: bytes = b"sealed") -> None:
        """Acknowledge everything in it."""
        await self.say(Receipt(delivery.sender_device, delivery.items[-1][0], sealed))

    async def ended(self) -> int | None:
        """Wait until the server ended the link; the WebSocket's close code."""
        await asyncio.wait_for(asyncio.shield(self._reader), ANSWER_SECONDS)
        return self._socket.close_code

    def stop_reading(self) -> None:
        """As a device that hangs, or sits behind a network that lets nothing through."""
        self._transport().pause_reading()

    def reset(self, last_words: bytes) -> None:
        """The connection breaks while these bytes are on their way, which begin a message and do not end it."""
        transport = self._transport()
        transport.write(last_words)
        transport.get_extra_info("socket").setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()

    async def abandon(self) -> None:
        """The connection is gone, without a word."""
        self._transport().abort()
        await self.close()

    async def close(self) -> None:
        connection = self._socket._response.connection
        try:
            await self._socket.close()
            await self._reader
        finally:
            await self._session.close()
            if connection is not None and connection.transport is not None:
                # It would say goodbye in its own time, which the end of a test does not wait for.
                connection.transport.abort()
                await asyncio.sleep(0)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    def _transport(self) -> asyncio.Transport:
        connection = self._socket._response.connection
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        return connection.transport

    async def _open(self, person: Person, proof: Callable[[Greeting], ClientFrame]) -> Self:
        try:
            await self.say(proof(await self.greet(person)))
            await self.expect(Welcome)
        except BaseException:
            await self.close()
            raise
        return self

    async def _read(self) -> None:
        try:
            async for message in self._socket:
                frame = decode_server_frame(message.data)
                self.heard.append(frame)
                self.on_frame(frame)
                self._something_came.set()
        finally:
            self._ended = True
            self._something_came.set()


def _any_certificate() -> ssl.SSLContext:
    """The key is compared with the identity that the server proves inside the link."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    return context


def _key_of(link: aiohttp.ClientWebSocketResponse) -> bytes | None:
    ssl_object = link.get_extra_info("ssl_object")
    if ssl_object is None:
        return None
    key = x509.load_der_x509_certificate(ssl_object.getpeercert(binary_form=True)).public_key()
    assert isinstance(key, Ed25519PublicKey)
    return key.public_bytes_raw()
