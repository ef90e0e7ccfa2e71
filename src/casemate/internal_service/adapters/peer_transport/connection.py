"""One connection to a peer's device: frames in order, from the first step of a dial to the one word of its end."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

import structlog

from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.adapters.peer_transport.bulk import BulkEnded, BulkHandler, BulkStreams, BulkWriter
from casemate.internal_service.adapters.peer_transport.framing import Unframer, framed
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.route import RouteWatch
from casemate.internal_service.core.ground.path_io import PeerClosed, PeerConnected, PeerFrameArrived, PeerRouteSeen
from casemate.protocol.bulk import BulkHeader
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import KIB, MIB
from casemate.protocol.peer import PeerFrame, decode_peer_frame, encode_peer_frame
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.quic import ConnectionEnded, DialFailed, QuicConnection, ReceiveStream, SendStream
from casemate.runtime.tasks import let_go

SEND_QUEUE_BYTES: Final = 32 * MIB
"""A peer that reads so much slower than we send is let go; the outbox is on the disk."""
WRITE_BYTES: Final = 256 * KIB
"""A write costs the same for one frame as for many: what waits is joined up to this."""
READ_BYTES: Final = 128 * KIB
FRAMES_PRIORITY: Final = 10
"""Above every other stream of the connection."""
ENDING_SECONDS: Final = 1.0
"""A stream that fails does so because the connection ends, which then says why; or the peer ended the stream alone."""

WORDS_OF_PEERS: Final = frozenset(
    {"replaced", "refused", "no_answer", "broke_protocol", "version", "bye", "malformed", "lost"}
)

log = structlog.get_logger("casemate.peer")


@dataclass(frozen=True, slots=True)
class Opened:
    quic: QuicConnection
    send: SendStream
    receive: ReceiveStream


class PeerConnection:
    """Begins at once. `finished` ends when it does; then `why_closed` is known, and was told unless we closed it."""

    def __init__(
        self,
        name: ConnectionName,
        opening: Callable[[], Awaitable[Opened]],
        events: EventQueue,
        on_relay: Callable[[], None],
        bulk_handler: BulkHandler | None,
        *,
        dialled: bool,
    ) -> None:
        self._name = name
        self._opening = opening
        self._events = events
        self._on_relay = on_relay
        self._bulk_handler = bulk_handler
        self._dialled = dialled
        self._route: RouteWatch | None = None
        self._was_direct: bool | None = None
        self._bulk: BulkStreams | None = None
        self._outgoing: deque[bytes] = deque()
        self._queued_bytes = 0
        self._queued = asyncio.Event()
        self._last_word = "lost"
        self._is_told = True
        self._why_closed = "lost"
        self.finished = asyncio.create_task(self._run())
        self.finished.add_done_callback(self._tell_closed)

    @property
    def is_relayed(self) -> bool:
        return self._route is not None and self._route.direct is False

    def send(self, frame: PeerFrame) -> None:
        if self.finished.done() or not self._is_told:
            return
        framed_bytes = framed(encode_peer_frame(frame))
        self._outgoing.append(framed_bytes)
        self._queued_bytes += len(framed_bytes)
        self._queued.set()
        if self._queued_bytes > SEND_QUEUE_BYTES:
            log.warning("peer reads too slowly", connection=self._name.connection)
            self._outgoing.clear()
            self.finished.cancel()

    async def open_bulk(self, header: BulkHeader) -> BulkWriter:
        """Begin a large transfer. Raises BulkEnded, TooManyTransfers."""
        if self._bulk is None or self.finished.done():
            raise BulkEnded
        return await self._bulk.open(header)

    def close(self, code: str) -> None:
        """At once. Nothing more is told of it."""
        self._is_told = False
        self._last_word = code
        self.finished.cancel()

    async def _run(self) -> None:
        try:
            opened = await self._opening()
        except (DialFailed, ConnectionEnded, TimeoutError):
            self._why_closed = "unreachable"
            return
        try:
            await self._live(opened)
        finally:
            opened.quic.close(self._last_word)

    async def _live(self, opened: Opened) -> None:
        """Until the connection ends by itself."""
        await self._events.put(PeerConnected(*self._name, Ed25519Public(opened.quic.key), self._dialled))
        self._route = RouteWatch(opened.quic, self._tell_route)
        self._bulk = BulkStreams(opened.quic, self._name, self._bulk_handler)
        others = [
            asyncio.create_task(self._route.run()),
            asyncio.create_task(self._bulk.run()),
            asyncio.create_task(self._write(opened)),
            asyncio.create_task(self._allow_no_one_way_stream(opened.quic)),
        ]
        try:
            await self._read(opened.receive)
        except MalformedFrame:
            log.warning("malformed frame", connection=self._name.connection)
            self._why_closed = self._last_word = "malformed"
        except ConnectionEnded:
            self._why_closed = await _why_ended(opened.quic)
        finally:
            for task in others:
                task.cancel()
            await asyncio.gather(*others, return_exceptions=True)
            self._route = self._bulk = None  # which call back, and hold on to the library's connection

    async def _read(self, receive: ReceiveStream) -> None:
        unframer = Unframer()
        while piece := await receive.read(READ_BYTES):
            for body in unframer.feed(piece):
                await self._events.put(PeerFrameArrived(*self._name, decode_peer_frame(body)), len(body))

    async def _write(self, opened: Opened) -> None:
        try:
            await opened.send.set_priority(FRAMES_PRIORITY)
            while True:
                await self._queued.wait()
                while self._outgoing:
                    joined = self._join()
                    await opened.send.write(joined)
                    self._queued_bytes -= len(joined)
                self._queued.clear()
        except ConnectionEnded:
            opened.quic.close(self._last_word)  # the peer wants no more of the stream; the reader sees it, too

    def _join(self) -> bytes:
        frames = [self._outgoing.popleft()]
        size = len(frames[0])
        while self._outgoing and size + len(self._outgoing[0]) <= WRITE_BYTES:
            frames.append(self._outgoing.popleft())
            size += len(frames[-1])
        return b"".join(frames)

    async def _allow_no_one_way_stream(self, quic: QuicConnection) -> None:
        """Bytes that nobody reads would stay in memory."""
        with contextlib.suppress(ConnectionEnded):
            await quic.accept_one_way()
            self._last_word = "broke_protocol"
            quic.close(self._last_word)

    def _tell_route(self, direct: bool, rtt_ms: float) -> None:
        if direct is not self._was_direct and self._bulk is not None:
            self._was_direct = direct
            self._bulk.way_changed()
        if self._is_told and not self.finished.done():
            self._events.post(PeerRouteSeen(*self._name, direct, rtt_ms))
            if not direct:
                self._on_relay()

    def _tell_closed(self, finished: asyncio.Task[None]) -> None:
        # Here and not in the task: one that is cancelled before its first step runs none of its code.
        let_go(finished)
        if not finished.cancelled() and (error := finished.exception()) is not None:
            log.error("connection failed", connection=self._name.connection, error=type(error).__name__)
        if self._is_told:
            self._events.post(PeerClosed(*self._name, self._why_closed))


async def _why_ended(quic: QuicConnection) -> str:
    try:
        async with asyncio.timeout(ENDING_SECONDS):
            ending = await quic.ended()
    except TimeoutError:
        return "lost"
    if ending.timed_out:
        return "timed_out"
    return ending.code if ending.code in WORDS_OF_PEERS else "lost"
