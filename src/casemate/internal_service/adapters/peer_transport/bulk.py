"""Large transfers beside the frames of a connection: a stream in one direction for each, which gives way to frames."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from typing import Final, Self

import structlog

from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.protocol.bulk import HEADER_BYTES, BulkHeader
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import KIB
from casemate.runtime.quic import ConnectionEnded, QuicConnection, ReceiveStream, SendStream

BULK_PRIORITY: Final = -10
"""Below frames: the network gets them first, and these share what is left."""
PIECE_BYTES: Final = 256 * KIB
"""Of a write and a read: larger ones are no faster, and keep the event loop from others for longer."""
AT_ONCE: Final = 4
"""In each direction. What is written and not acknowledged is bounded for each stream and for the connection; with more
streams, frames could find the connection's part taken."""
HEADER_SECONDS: Final = 10.0

log = structlog.get_logger("casemate.bulk")


class BulkEnded(Exception):
    """The other side wants no more of this transfer, gave it up, or is gone."""


class TooManyTransfers(Exception):
    """As many as may be on a connection at once are on their way; wait for one of them."""


class BulkWriter:
    """One transfer on its way out. Leaving the `async with` before `finish` gives it up."""

    def __init__(self, stream: SendStream, left: Callable[[], None]) -> None:
        self._stream = stream
        self._left = left
        self._is_over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cancel()

    async def write(self, data: bytes) -> None:
        """Wait until the connection has taken it, which is as fast as the other side reads. Raises BulkEnded."""
        try:
            for start in range(0, len(data), PIECE_BYTES):
                piece = data if len(data) <= PIECE_BYTES else data[start : start + PIECE_BYTES]
                await self._stream.write(piece)
        except ConnectionEnded as error:
            raise BulkEnded from error

    async def finish(self) -> None:
        """That was all; wait until it is at the other side. Raises BulkEnded when it was not wanted to the end."""
        try:
            await self._stream.finish()
            if not await self._stream.wait_taken():
                raise BulkEnded
        except ConnectionEnded as error:
            raise BulkEnded from error
        finally:
            self._leave()

    async def cancel(self) -> None:
        """Give it up; the other side learns that this was not all. Harmless after the end."""
        if not self._is_over:
            self._leave()
            with contextlib.suppress(ConnectionEnded):
                await self._stream.reset()

    def _leave(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._left()


class BulkReader:
    """One transfer on its way in. What is not read slows the writer down."""

    def __init__(self, header: BulkHeader, stream: ReceiveStream) -> None:
        self.header = header
        self._stream = stream

    async def read(self) -> bytes:
        """The next piece; empty once that was all. Raises BulkEnded when the writer gave it up."""
        try:
            return await self._stream.read(PIECE_BYTES)
        except ConnectionEnded as error:
            raise BulkEnded from error

    async def cancel(self) -> None:
        """Want no more. Harmless after the end."""
        with contextlib.suppress(ConnectionEnded):
            await self._stream.stop()


BulkHandler = Callable[[ConnectionName, BulkReader], Awaitable[None]]
"""Takes a transfer that a peer begins. What it leaves unread when it returns is refused."""


class BulkStreams:
    """The transfers of one connection."""

    def __init__(self, quic: QuicConnection, name: ConnectionName, handler: BulkHandler | None) -> None:
        self._quic = quic
        self._name = name
        self._handler = handler
        self._outgoing = 0
        self._incoming: set[asyncio.Task[None]] = set()

    async def open(self, header: BulkHeader) -> BulkWriter:
        """Raises BulkEnded, TooManyTransfers."""
        if self._outgoing >= AT_ONCE:
            raise TooManyTransfers
        self._outgoing += 1
        try:
            stream = await self._quic.open_one_way()
            await stream.set_priority(BULK_PRIORITY)
            await stream.write(header.encoded())
        except ConnectionEnded as error:
            self._left()
            raise BulkEnded from error
        except BaseException:
            self._left()
            raise
        return BulkWriter(stream, self._left)

    async def run(self) -> None:
        """Take what the peer begins, until the connection ends or this is cancelled."""
        try:
            while True:
                stream = await self._quic.accept_one_way()
                if self._handler is None or len(self._incoming) >= AT_ONCE:
                    await stream.stop()
                    continue
                task = asyncio.create_task(self._take(stream, self._handler))
                self._incoming.add(task)
                task.add_done_callback(self._incoming.discard)
        except ConnectionEnded:
            return
        finally:
            for task in self._incoming:
                task.cancel()

    async def _take(self, stream: ReceiveStream, handler: BulkHandler) -> None:
        try:
            async with asyncio.timeout(HEADER_SECONDS):
                header = await _read_header(stream)
            await handler(self._name, BulkReader(header, stream))
        except (ConnectionEnded, MalformedFrame, BulkEnded, TimeoutError) as error:
            log.info("transfer ended", connection=self._name.connection, error=type(error).__name__)
        finally:
            with contextlib.suppress(ConnectionEnded):
                await stream.stop()

    def _left(self) -> None:
        self._outgoing -= 1


async def _read_header(stream: ReceiveStream) -> BulkHeader:
    header = b""
    while len(header) < HEADER_BYTES:
        piece = await stream.read(HEADER_BYTES - len(header))
        if not piece:
            raise MalformedFrame("a transfer without a header")
        header += piece
    return BulkHeader.decoded(header)
