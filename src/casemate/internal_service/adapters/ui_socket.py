"""The WebSocket of one client: requests in, responses out, neither faster than the other end can take."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Callable
from typing import Final

import msgspec
import structlog
from aiohttp import WSCloseCode, WSMsgType, web

from casemate.internal_service.core.ground.effects import SendResponse
from casemate.internal_service.core.ground.events import (
    BadRequestArrived,
    MessagesTaken,
    RequestArrived,
    SocketClosed,
    SocketOpened,
)
from casemate.node import Event
from casemate.protocol.client.codec import ClientResponse, MalformedRequest, decode_request, encode_response
from casemate.protocol.client.extensions import ViewEvents
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import SocketId
from casemate.protocol.limits import CLIENT_FRAME_BYTES, CLIENT_REQUESTS_PER_SECOND, MIB
from casemate.runtime.event_queue import EventQueue

HEARTBEAT_SECONDS: Final = 20.0
CLOSE_SECONDS: Final = 2.0
SEND_QUEUE_RESPONSES: Final = 20_000
SEND_QUEUE_BYTES: Final = 128 * MIB
"""A client that reads so much slower than it is told things is cut off: a view comes back with Subscribe, a plain
client is owed its messages until it has taken them."""
TAKEN_PAUSE_SECONDS: Final = 0.02
"""The least time between two pings: what was taken meanwhile is written down at once, with one commit."""
_BURST: Final = CLIENT_REQUESTS_PER_SECOND

log = structlog.get_logger("casemate.ui_socket")


class UiSocket:
    def __init__(
        self,
        number: SocketId,
        connection_id: Uuid,
        socket: web.WebSocketResponse,
        events: EventQueue,
        spoke: Callable[[SocketId], None] = lambda _: None,
    ) -> None:
        """`spoke` is called with the first frame."""
        self._number = number
        self._connection_id = connection_id
        self._socket = socket
        self._events = events
        self._spoke: Callable[[SocketId], None] | None = spoke
        self._outgoing: deque[SendResponse] = deque()
        self._outgoing_bytes = 0
        self._changed = asyncio.Event()
        self._close_code: int | None = None
        self._ended = False
        self._mark_sent = 0
        self._mark_pinged = 0
        self._mark_taken = 0
        self._ping_at = 0.0
        """When the next one may go."""
        self._ping_waits = False
        self._allowance = float(_BURST)
        self._allowance_at = asyncio.get_running_loop().time()

    async def serve(self) -> None:
        """Until either side ends the connection. The core hears of its beginning and end, whatever happens between."""
        if not await self._events.put(SocketOpened(self._number, self._connection_id)):
            return
        writer = asyncio.create_task(self._write())
        try:
            await self._read()
        finally:
            self._ended = True
            self._events.post(SocketClosed(self._number))
            self._changed.set()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(CLOSE_SECONDS):
                    await writer

    def send(self, effect: SendResponse) -> None:
        """Queue a response; a client that does not read is cut off."""
        if self._ended or self._close_code is not None:
            return
        self._outgoing.append(effect)
        self._outgoing_bytes += _estimated_bytes(effect.response)
        if len(self._outgoing) > SEND_QUEUE_RESPONSES or self._outgoing_bytes > SEND_QUEUE_BYTES:
            log.warning("client reads too slowly", socket=self._number)
            self._outgoing.clear()
            self._close_code = WSCloseCode.TRY_AGAIN_LATER
        self._changed.set()

    def close(self, code: int) -> None:
        """End the connection when everything queued is sent."""
        if self._close_code is None:
            self._close_code = code
            self._changed.set()

    # --- reading

    async def _read(self) -> None:
        while not self._socket.closed:
            message = await self._socket.receive()
            match message.type:
                case WSMsgType.TEXT | WSMsgType.BINARY:
                    if self._spoke is not None:
                        self._spoke(self._number)
                        self._spoke = None
                    await self._slow_down()
                    if not await self._events.put(self._event(message.data), len(message.data)):
                        return
                case WSMsgType.PONG:
                    await self._taken(message.data)
                case WSMsgType.PING:
                    with contextlib.suppress(ConnectionError):
                        await self._socket.pong(message.data)
                case _:
                    return

    def _event(self, frame: str | bytes) -> Event:
        try:
            return RequestArrived(self._number, decode_request(frame))
        except MalformedRequest as error:
            log.warning("malformed request", socket=self._number, request=error.name, frame_bytes=len(frame))
            request_id = None if error.request_id is None else Uuid(error.request_id)
            return BadRequestArrived(self._number, error.name, request_id, error.cid, error.peer_cid)

    async def _slow_down(self) -> None:
        """More requests than allowed wait in the socket, and TCP slows the client down; nothing is dropped."""
        now = asyncio.get_running_loop().time()
        earned = (now - self._allowance_at) * CLIENT_REQUESTS_PER_SECOND
        self._allowance = min(float(_BURST), self._allowance + earned) - 1.0
        self._allowance_at = now
        if self._allowance < 0:
            await asyncio.sleep(-self._allowance / CLIENT_REQUESTS_PER_SECOND)

    async def _taken(self, payload: bytes) -> None:
        mark = _mark_of(payload)
        if mark is not None and self._mark_taken < mark <= self._mark_pinged:
            self._mark_taken = mark
            await self._events.put(MessagesTaken(self._number, mark))
            self._changed.set()

    # --- writing

    async def _write(self) -> None:
        try:
            while True:
                while self._outgoing:
                    await self._send_next()
                await self._ping_if_owed()
                if self._close_code is not None:
                    await self._socket.close(code=self._close_code)
                    return
                if self._ended:
                    return
                self._changed.clear()
                await self._changed.wait()
        except (ConnectionError, RuntimeError, TimeoutError):
            self._ended = True  # the other end is gone; the reader sees it, too

    async def _send_next(self) -> None:
        effect = self._outgoing.popleft()
        self._outgoing_bytes -= _estimated_bytes(effect.response)
        response = effect.response
        while isinstance(response, ViewEvents) and self._outgoing and _continues(response, self._outgoing[0].response):
            following = self._outgoing.popleft().response
            self._outgoing_bytes -= _estimated_bytes(following)
            response = _joined(response, following)
        try:
            text = encode_response(response)
        except ValueError as error:
            # It would kill a strict client: leave out this one frame and say so.
            log.error("response not sent", response=type(response).__name__, error=str(error))
            return
        await self._socket.send_str(text.decode("utf-8"))
        self._mark_sent = max(self._mark_sent, effect.mark)

    async def _ping_if_owed(self) -> None:
        """One ping at a time tells how much has been taken; its answer starts the next, but not too soon."""
        if self._mark_sent == self._mark_pinged or self._mark_pinged != self._mark_taken:
            return
        loop = asyncio.get_running_loop()
        if loop.time() < self._ping_at:
            if not self._ping_waits:
                self._ping_waits = True
                loop.call_at(self._ping_at, self._ping_may_go)
            return
        self._mark_pinged = self._mark_sent
        self._ping_at = loop.time() + TAKEN_PAUSE_SECONDS
        await self._socket.ping(b"taken %d" % self._mark_pinged)

    def _ping_may_go(self) -> None:
        self._ping_waits = False
        self._changed.set()


def new_socket() -> web.WebSocketResponse:
    """With our limits. Pings are answered by us: their answers tell which messages were taken."""
    return web.WebSocketResponse(
        autoping=False,
        heartbeat=HEARTBEAT_SECONDS,
        timeout=CLOSE_SECONDS,
        max_msg_size=CLIENT_FRAME_BYTES,
        compress=False,
    )


def _mark_of(payload: bytes) -> int | None:
    word, _, digits = bytes(payload).partition(b" ")
    return int(digits) if word == b"taken" and digits.isdigit() and len(digits) < 20 else None


def _continues(events: ViewEvents, response: ClientResponse) -> bool:
    return (
        isinstance(response, ViewEvents)
        and response.cid == events.cid
        and response.position.epoch == events.position.epoch
        and response.first_sequence == events.position.sequence + 1
    )


def _joined(events: ViewEvents, following: ClientResponse) -> ViewEvents:
    assert isinstance(following, ViewEvents)
    return msgspec.structs.replace(events, position=following.position, events=[*events.events, *following.events])


def _estimated_bytes(response: ClientResponse) -> int:
    """What a queued response holds in memory, roughly: only bodies are large."""
    if isinstance(response, ViewEvents):
        return 500 * len(response.events)
    message = getattr(response, "message", None) or getattr(response, "value", None)
    return 500 + (len(message) if isinstance(message, bytes | str) else 0)
