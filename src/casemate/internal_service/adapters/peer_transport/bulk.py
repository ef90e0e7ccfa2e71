"""Large transfers beside the frames of a connection: a stream for each, which gives way to frames."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Final, Self

import structlog

from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.pacing import PIECE_BYTES, Pacer
from casemate.protocol.bulk import ANSWER_BYTES, HEADER_BYTES, BulkHeader
from casemate.protocol.errors import MalformedFrame
from casemate.runtime.quic import ConnectionEnded, QuicConnection, ReceiveStream, SendStream

BULK_PRIORITY: Final = -10
"""Below frames: the network gets them first, and these share what is left."""
ANSWER_PRIORITY: Final = 5
AT_ONCE: Final = 4
"""In each direction."""
HEADER_SECONDS: Final = 10.0

log = structlog.get_logger("casemate.bulk")


class BulkEnded(Exception):
    """The other side wants no more of this transfer, gave it up, or is gone."""


class TooManyTransfers(Exception):
    """As many as may be on a connection at once are on their way; wait for one of them."""


class BulkWriter:
    """One transfer on its way out. Leaving the `async with` before `finish` gives it up."""

    def __init__(self, send: SendStream, answers: ReceiveStream, pacer: Pacer, left: Callable[[], None]) -> None:
        self._send = send
        self._pacer = pacer
        self._left = left
        self._under_way: deque[tuple[int, float]] = deque()
        """Pieces that the reader has not confirmed, and when each was written."""
        self._is_finishing = False
        self._is_taken = False
        self._is_over = False
        self._hearing = asyncio.create_task(self._hear(answers))

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.cancel()

    async def write(self, data: bytes) -> None:
        """Wait until all of it may be under way, which is as fast as the other side reads. Raises BulkEnded."""
        start = 0
        while start < len(data):
            size = min(self._pacer.piece_bytes, len(data) - start)
            piece = data if size == len(data) else data[start : start + size]
            await self._pacer.enter(size)
            if self._is_over:
                self._pacer.leave(size)
                raise BulkEnded
            self._under_way.append((size, asyncio.get_running_loop().time()))
            try:
                await self._send.write(piece)
            except ConnectionEnded as error:
                self._leave()
                raise BulkEnded from error
            start += size

    async def finish(self) -> None:
        """That was all; wait until the other side has taken it. Raises BulkEnded when it did not want it to the end."""
        self._is_finishing = True
        try:
            await self._send.finish()
            await asyncio.wait((self._hearing,))
        except ConnectionEnded as error:
            raise BulkEnded from error
        finally:
            self._leave()
        if not self._is_taken:
            raise BulkEnded

    async def cancel(self) -> None:
        """Give it up; the other side learns that this was not all. Harmless after the end."""
        if not self._is_over:
            self._leave()
            with contextlib.suppress(ConnectionEnded):
                await self._send.reset()

    async def _hear(self, answers: ReceiveStream) -> None:
        """Until the reader has nothing more to say: it has taken everything, or wants no more."""
        partial = b""
        with contextlib.suppress(ConnectionEnded):
            while news := await answers.read(ANSWER_BYTES * 64):
                partial += news
                while len(partial) >= ANSWER_BYTES:
                    self._confirm(int.from_bytes(partial[:ANSWER_BYTES], "big"))
                    partial = partial[ANSWER_BYTES:]
            self._is_taken = self._is_finishing and not self._under_way
        self._leave()

    def _confirm(self, size: int) -> None:
        now = asyncio.get_running_loop().time()
        while size > 0 and self._under_way:
            piece, written_at = self._under_way.popleft()
            if piece > size:
                self._under_way.appendleft((piece - size, written_at))
                self._pacer.leave(size)
                return
            self._pacer.arrived(piece, now - written_at, now)
            size -= piece

    def _leave(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._hearing.cancel()
            while self._under_way:
                self._pacer.leave(self._under_way.popleft()[0])
            self._left()


class BulkReader:
    """One transfer on its way in. What is not read slows the writer down."""

    def __init__(self, header: BulkHeader, receive: ReceiveStream, answers: SendStream) -> None:
        self.header = header
        self._receive = receive
        self._answers = answers

    async def read(self) -> bytes:
        """The next piece; empty once that was all. Raises BulkEnded when the writer gave it up."""
        try:
            piece = await self._receive.read(PIECE_BYTES[1])
            if piece:
                await self._answers.write(len(piece).to_bytes(ANSWER_BYTES, "big"))
        except ConnectionEnded as error:
            raise BulkEnded from error
        return piece


BulkHandler = Callable[[ConnectionName, BulkReader], Awaitable[None]]
"""Takes a transfer that a peer begins. What it leaves unread when it returns is refused."""


class BulkStreams:
    """The transfers of one connection."""

    def __init__(self, quic: QuicConnection, name: ConnectionName, handler: BulkHandler | None) -> None:
        self._quic = quic
        self._name = name
        self._handler = handler
        self._pacer = Pacer()
        self._outgoing = 0
        self._incoming: set[asyncio.Task[None]] = set()

    async def open(self, header: BulkHeader) -> BulkWriter:
        """Raises BulkEnded, TooManyTransfers."""
        if self._outgoing >= AT_ONCE:
            raise TooManyTransfers
        self._outgoing += 1
        try:
            send, answers = await self._quic.open_stream()
            await send.set_priority(BULK_PRIORITY)
            await send.write(header.encoded())
        except ConnectionEnded as error:
            self._left()
            raise BulkEnded from error
        except BaseException:
            self._left()
            raise
        return BulkWriter(send, answers, self._pacer, self._left)

    def way_changed(self) -> None:
        """From the relay to a direct path, or back."""
        self._pacer.forget_fastest()

    async def run(self) -> None:
        """Take what the peer begins, until the connection ends or this is cancelled."""
        try:
            while True:
                answers, receive = await self._quic.accept_stream()
                if self._handler is None or len(self._incoming) >= AT_ONCE:
                    await _refuse(receive, answers)
                    continue
                self._incoming.add(asyncio.create_task(self._take(receive, answers, self._handler)))
        except ConnectionEnded:
            return
        finally:
            for task in list(self._incoming):
                task.cancel()

    async def _take(self, receive: ReceiveStream, answers: SendStream, handler: BulkHandler) -> None:
        task = asyncio.current_task()
        assert task is not None
        try:
            async with asyncio.timeout(HEADER_SECONDS):
                header = await _read_header(receive)
            await answers.set_priority(ANSWER_PRIORITY)
            await handler(self._name, BulkReader(header, receive, answers))
        except (ConnectionEnded, MalformedFrame, BulkEnded, TimeoutError) as error:
            log.info("transfer ended", connection=self._name.connection, error=type(error).__name__)
        finally:
            # Before the writer hears that this one is over, and begins another.
            self._incoming.discard(task)
            await _refuse(receive, answers)

    def _left(self) -> None:
        self._outgoing -= 1


async def _refuse(receive: ReceiveStream, answers: SendStream) -> None:
    """Want no more of it. Harmless after its end."""
    with contextlib.suppress(ConnectionEnded):
        await receive.stop()
    with contextlib.suppress(ConnectionEnded):
        await answers.finish()


async def _read_header(receive: ReceiveStream) -> BulkHeader:
    header = b""
    while len(header) < HEADER_BYTES:
        piece = await receive.read(HEADER_BYTES - len(header))
        if not piece:
            raise MalformedFrame("a transfer without a header")
        header += piece
    return BulkHeader.decoded(header)
