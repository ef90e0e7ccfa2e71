"""Both ends of a connection between peers: our transport near, and one far away that may do what ours never would."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from casemate.crypto.keys import Ed25519Public, EndpointPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.adapters.peer_transport import endpoint
from casemate.internal_service.adapters.peer_transport.framing import Unframer, framed
from casemate.internal_service.adapters.peer_transport.transport import PeerTransport
from casemate.internal_service.core.ground.path_io import (
    ClosePeer,
    DialPeer,
    EndpointChanged,
    EndpointOpened,
    OpenEndpoint,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
    SendToPeer,
)
from casemate.node import Event, Wakeup
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import PEER_ALPN, Control, PathPing, PeerFrame, decode_peer_frame, encode_peer_frame
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.quic import QuicConnection, QuicEndpoint, ReceiveStream, SendStream
from casemate.runtime.tasks import let_go
from tests.contracts.connections import Heard

ALICE = AccountId(b"a" * 32)
ALICE_KEY = EndpointPrivate(b"1" * 32)
NOBODY = ed25519_public(EndpointPrivate(b"9" * 32))
NUMBER = 2


class Near:
    """Our side: a transport, what it is told, and what it tells."""

    def __init__(self) -> None:
        self.queue = EventQueue(SystemClock())
        self.transport = PeerTransport(self.queue)

    async def open(self, generation: int = 1) -> int:
        """The port."""
        self.transport.perform(OpenEndpoint(ALICE, generation, ALICE_KEY, None, None, relay_only=False))
        while not isinstance(event := await self.event(), EndpointOpened):
            assert isinstance(event, EndpointChanged)
        return event.port

    def dial(self, key: bytes, addresses: Sequence[str], generation: int = 1, number: int = NUMBER) -> None:
        self.transport.perform(DialPeer(ALICE, generation, number, Ed25519Public(key), tuple(addresses)))

    def send(self, frame: PeerFrame, number: int = NUMBER) -> None:
        self.transport.perform(SendToPeer(ALICE, 1, number, frame))

    def close(self, code: str = "bye", number: int = NUMBER) -> None:
        self.transport.perform(ClosePeer(ALICE, 1, number, code))

    async def event(self, seconds: float = 10) -> Event | None:
        """The next one but for news of the endpoint and of routes; None if none comes in time."""
        until = SystemClock().now().monotonic + seconds
        while True:
            event = (await asyncio.to_thread(self.queue.take, 1, until))[0]
            if isinstance(event, Wakeup):
                return None
            if not isinstance(event, EndpointChanged | PeerRouteSeen):
                return event

    async def connected(self) -> int:
        event = await self.event()
        assert isinstance(event, PeerConnected)
        return event.connection

    async def closed(self) -> str:
        event = await self.event()
        assert isinstance(event, PeerClosed), event
        return event.code


class Far:
    """The other side, which may do what our own never would."""

    def __init__(self, endpoint: QuicEndpoint) -> None:
        self.endpoint = endpoint
        self.connection: QuicConnection
        self.send: SendStream
        self.receive: ReceiveStream
        self._unframer = Unframer()
        self._frames: list[PeerFrame] = []

    async def accept(self) -> None:
        async with asyncio.timeout(10):
            incoming = await self.endpoint.accept()
            assert incoming is not None
            self.connection = await incoming.accept()
            self.send, self.receive = await self.connection.accept_stream()

    async def dial(self, port: int) -> None:
        self.connection = await self.endpoint.dial(
            ed25519_public(ALICE_KEY), PEER_ALPN, addresses=(f"127.0.0.1:{port}",)
        )
        self.send, self.receive = await self.connection.open_stream()

    async def say(self, *frames: PeerFrame) -> None:
        await self.send.write(b"".join(framed(encode_peer_frame(frame)) for frame in frames))

    async def hear(self) -> PeerFrame:
        async with asyncio.timeout(10):
            while not self._frames:
                piece = await self.receive.read(65_536)
                self._frames += [decode_peer_frame(body) for body in self._unframer.feed(piece)]
        return self._frames.pop(0)

    async def ended(self) -> str:
        async with asyncio.timeout(10):
            return (await self.connection.ended()).code


MakeFar = Callable[[], Awaitable[Far]]


class PeerLine:
    seconds_until_given_up = endpoint.DIAL_SECONDS + 1

    def __init__(self, near: Near, far: Far) -> None:
        self._near = near
        self._far = far
        self._accepting = asyncio.create_task(far.accept())
        self._accepting.add_done_callback(let_go)  # a test in which nobody dials does not wait for it

    def dial(self) -> None:
        self._near.dial(self._far.endpoint.key, self._far.endpoint.addresses())

    def dial_nobody(self) -> None:
        self._near.dial(NOBODY, ["127.0.0.1:9"])

    def send(self, mark: int) -> None:
        self._near.send(PathPing(mark))

    def send_much(self) -> None:
        for _ in range(100):
            self._near.send(Control(b"x" * 8_000))

    def close(self) -> None:
        self._near.close()

    async def heard(self, seconds: float = 10) -> Heard | None:
        match await self._near.event(seconds):
            case PeerConnected():
                return "opened"
            case PeerFrameArrived(frame=PathPing(mark)):
                return mark
            case PeerClosed():
                return "closed"
            case other:
                assert other is None
                return None

    async def far_heard(self) -> int:
        await self._accepting
        frame = await self._far.hear()
        assert isinstance(frame, PathPing)
        return frame.count

    async def far_says(self, mark: int) -> None:
        await self._far.say(PathPing(mark))

    async def far_says_garbage(self) -> None:
        await self._far.send.write(framed(b"\xff\xff"))

    async def far_closes(self) -> None:
        self._far.connection.close("bye")
