"""The WebSocket of one device: frames in, frames out, neither faster than the other end can take."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Coroutine
from typing import Any, Final

from aiohttp import WebSocketError, WSCloseCode, WSMsgType

from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import LINK_FRAME_BYTES, MIB
from casemate.protocol.link import Closing
from casemate.protocol.link_codec import ClientFrame, ServerFrame, decode_client_frame, encode
from casemate.runtime.event_queue import EventQueue
from casemate.server.adapters.patient_socket import PatientSocket
from casemate.server.core.events import (
    Barrier,
    Caller,
    Connected,
    ConnectionId,
    Disconnected,
    FrameArrived,
    FrameGarbled,
    Written,
)
from casemate.server.core.pushes import PUSH_CREDIT_BYTES

HEARTBEAT_SECONDS: Final = 4.5
"""A ping this often; without a sign of life for half as long after it, twice in a row, the link is dead. A
little longer than the devices': they ask first."""
BUSY_SIGN_SECONDS: Final = 1.0
CLOSE_SECONDS: Final = 2.0
SEND_QUEUE_BYTES: Final = 16 * MIB
"""A device that reads so much slower than it asks is disconnected; its mailbox is on the disk."""
FRAMES_PER_MARK: Final = 64
BYTES_PER_MARK: Final = 1 * MIB
MARKS_AHEAD: Final = 2
"""So many marks may be unanswered: what one device sends fills the queue of all by this much at most."""
CREDIT_STEP: Final = PUSH_CREDIT_BYTES // 4

_CLOSE_CODES: Final = {"shutdown": WSCloseCode.GOING_AWAY, "broke_protocol": WSCloseCode.POLICY_VIOLATION}


class DeviceSocket:
    def __init__(
        self,
        connection: ConnectionId,
        socket: PatientSocket,
        transport: asyncio.Transport | None,
        events: EventQueue,
        caller: Caller,
    ) -> None:
        self._connection = connection
        self._caller = caller
        self._socket = socket
        self._transport = transport
        self._events = events
        self._marks_ahead = 0
        self._mark_answered = asyncio.Event()
        self._outgoing: deque[tuple[bytes, int]] = deque()
        self._outgoing_bytes = 0
        self._bytes_sent = 0
        self._credit = 0
        self._is_paused = False
        self._farewell_sent = asyncio.Event()
        self._writer: asyncio.Task[None] | None = None
        self._close_code: int | None = None
        """Set when nothing more is to be sent after what is queued."""
        socket.is_paused = lambda: self._is_paused
        socket.bytes_sent = lambda: self._bytes_sent

    async def read(self) -> None:
        """Until either side ends the connection. The core hears of its beginning and end whatever happens between."""
        if not await self._events.put(Connected(self._connection, self._caller)):
            return
        try:
            if not await self._read_frames():
                await self._events.put(FrameGarbled(self._connection))
                await self._wait_for_farewell()
        finally:
            self._events.post(Disconnected(self._connection))
            self._outgoing.clear()
            if self._writer is not None:
                await asyncio.wait([self._writer], timeout=CLOSE_SECONDS)

    def send(self, frame: ServerFrame, credit: int) -> None:
        """Queue a frame; a device that does not read is cut off."""
        if self._close_code is not None:
            return
        data = encode(frame)
        self._outgoing_bytes += len(data)
        if self._outgoing_bytes > SEND_QUEUE_BYTES:
            self.abort()
            return
        self._outgoing.append((data, credit))
        if isinstance(frame, Closing):
            self._close(_CLOSE_CODES.get(frame.code, WSCloseCode.OK))
        self._wake_writer()

    def close(self) -> None:
        """End the connection when everything queued is sent."""
        self._close(WSCloseCode.OK)
        self._wake_writer()

    def abort(self) -> None:
        """End the connection now."""
        self._close(WSCloseCode.OK)
        self._outgoing.clear()
        if self._transport is not None:
            self._transport.abort()

    def mark_answered(self) -> None:
        """The core has handled what was read up to the oldest unanswered mark."""
        self._marks_ahead -= 1
        self._mark_answered.set()

    async def _read_frames(self) -> bool:
        """False when something came that is no frame."""
        frames = size = 0
        async for message in self._socket:
            if message.type is WSMsgType.ERROR and not isinstance(message.data, WebSocketError):
                return True  # the network's doing, not the device's
            if message.type is not WSMsgType.BINARY:
                return False
            try:
                frame = decode_client_frame(message.data)
            except MalformedFrame:
                return False
            if not await self._put(frame, len(message.data)):
                return True
            frames, size = frames + 1, size + len(message.data)
            del message, frame  # the next may be long in coming, and this one be 4 MiB
            if frames >= FRAMES_PER_MARK or size >= BYTES_PER_MARK:
                frames = size = 0
                await self._keep_pace()
        return True

    async def _wait_for_farewell(self) -> None:
        """The core says why it ends the link; read no more until that is sent."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._farewell_sent.wait()

    async def _put(self, frame: ClientFrame, size: int) -> bool:
        """False when no more events are taken."""
        arrived = FrameArrived(self._connection, frame)
        if self._events.offer(arrived, size):
            return True
        return await self._busy(self._events.put(arrived, size))

    async def _keep_pace(self) -> None:
        self._marks_ahead += 1
        self._events.post(Barrier(self._connection))
        if self._marks_ahead > MARKS_AHEAD:
            await self._busy(self._wait_for_mark())

    async def _wait_for_mark(self) -> bool:
        while self._marks_ahead > MARKS_AHEAD and self._close_code is None:
            self._mark_answered.clear()
            await self._mark_answered.wait()
        return True

    async def _busy(self, work: Coroutine[Any, Any, bool]) -> bool:
        """While nothing is read no ping is answered: say now and then that we are busy, not gone."""
        task = asyncio.ensure_future(work)
        self._is_paused = True
        try:
            while not (await asyncio.wait({task}, timeout=BUSY_SIGN_SECONDS))[0]:
                with contextlib.suppress(ConnectionError, RuntimeError):
                    await self._socket.pong()
            return task.result()
        finally:
            self._is_paused = False
            task.cancel()

    def _close(self, code: int) -> None:
        if self._close_code is None:
            self._close_code = code
        self._mark_answered.set()

    def _wake_writer(self) -> None:
        # A writer lives only while there is something to write: most of the connections are idle most of the time.
        if self._writer is None:
            self._writer = asyncio.create_task(self._write())

    async def _write(self) -> None:
        try:
            while self._outgoing:
                data, credit = self._outgoing.popleft()
                self._bytes_sent += len(data)
                await self._socket.send_bytes(data)
                self._outgoing_bytes -= len(data)
                self._give_back(credit)
            if self._close_code is not None:
                await self._socket.close(code=self._close_code)
                self._farewell_sent.set()
        except (ConnectionError, RuntimeError, TimeoutError):
            self._outgoing.clear()  # the other end is gone; the reader sees it, too
        finally:
            self._writer = None

    def _give_back(self, credit: int) -> None:
        self._credit += credit
        if self._credit >= CREDIT_STEP:
            self._events.post(Written(self._connection, self._credit))
            self._credit = 0


def new_socket() -> PatientSocket:
    """With our limits; compression would tell an eavesdropper about the content and cost memory per connection."""
    return PatientSocket(
        heartbeat=HEARTBEAT_SECONDS, timeout=CLOSE_SECONDS, max_msg_size=LINK_FRAME_BYTES, compress=False
    )
