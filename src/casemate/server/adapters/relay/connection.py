"""One endpoint's WebSocket at the relay: what fits its queue is written at once, the rest is dropped."""

import asyncio
from typing import Final

from aiohttp import WSCloseCode

from casemate.crypto.keys import Ed25519Public
from casemate.server.adapters.patient_socket import PatientSocket
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.limits import CLOSE_SECONDS, IDLE_PING_SECONDS, SHORTEST_QUEUE_BYTES, Allowance

_CLOSE_FRAME: Final = b"\x88\x02"


class RelayConnection:
    """Its holder has proven `key`."""

    def __init__(self, key: Ed25519Public, socket: PatientSocket, transport: asyncio.Transport) -> None:
        self.key = key
        self.version = socket.ws_protocol or ""
        self.prefixes = frames.sender_prefixes(key)
        self.queue_bytes = SHORTEST_QUEUE_BYTES
        """So much may wait to be sent."""
        self.is_served = False
        """False before it is let in, and once another connection of its key took its place."""
        self.held: dict[Ed25519Public, list[bytes]] = {}
        """By destination: datagrams that wait for the core's word about it."""
        self.held_frames = 0
        self.held_bytes = 0
        self._socket = socket
        self._transport = transport
        self._bytes_sent = 0
        self._is_paused = False
        self._is_ending = False
        socket.bytes_sent = lambda: self._bytes_sent
        socket.is_paused = lambda: self._is_paused

    def send(self, frame: bytes) -> bool:
        """False when the queue has no room for it."""
        return self.pass_on(b"", frame)

    def pass_on(self, prefix: bytes, rest: bytes | memoryview) -> bool:
        """Write a frame of two parts, neither of which is copied. False when the queue has no room for it."""
        size = len(prefix) + len(rest)
        transport = self._transport
        if transport.get_write_buffer_size() + size > self.queue_bytes or transport.is_closing():
            return False
        # Written past the library, which would copy it, and wait where a reader is slow.
        transport.writelines((frames.websocket_header(size), prefix, rest))
        self._bytes_sent += size
        return True

    def end(self, code: WSCloseCode) -> None:
        """Say so; who does not close after that is cut off."""
        if self._is_ending:
            return
        self._is_ending = True
        self.queue_bytes = 0
        self._transport.write(_CLOSE_FRAME + code.to_bytes(2, "big"))
        asyncio.get_running_loop().call_later(CLOSE_SECONDS, self._transport.abort)

    def take_held(self, destination: Ed25519Public) -> list[bytes]:
        """What waited for this destination."""
        waited = self.held.pop(destination, [])
        self.held_frames -= len(waited)
        self.held_bytes -= sum(map(len, waited))
        return waited

    async def wait_for(self, *allowances: Allowance) -> None:
        """Read no further until there is something left of each: TCP slows the sender down."""
        loop = asyncio.get_running_loop()
        self._is_paused = True
        try:
            # What other connections of the account spend meanwhile is waited for in its next turn.
            seconds = [allowance.wait_seconds(loop.time()) for allowance in allowances]
            await asyncio.sleep(max(seconds))
        finally:
            self._is_paused = False


def new_socket() -> PatientSocket:
    """Compression would cost memory and gain nothing: what passes here is encrypted."""
    return PatientSocket(
        heartbeat=IDLE_PING_SECONDS,
        timeout=CLOSE_SECONDS,
        max_msg_size=frames.MAX_FRAME_BYTES + 1,
        compress=False,
        protocols=frames.VERSIONS,
    )
