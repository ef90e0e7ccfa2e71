"""A link over real TLS: opened, carried in order, closed; what is not a server's frame ends it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from aiohttp import WSMsgType, web

from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.adapters import server_link
from casemate.internal_service.adapters.server_link import ServerLinks
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkFrameArrived,
    LinkOpened,
    OpenLink,
    SendOnLink,
)
from casemate.node import Event
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.link import Closing, Deposited, ReceiptTaken
from casemate.protocol.link_codec import decode_client_frame, encode
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context

ALICE = AccountId(b"a" * 32)
DEVICE = DeviceId(b"d" * 16)

Serve = Callable[[web.WebSocketResponse], Awaitable[None]]


@dataclass
class Far:
    """The other end: a TLS server that does what the test says."""

    address: str
    public_key: bytes
    queue: EventQueue
    links: ServerLinks
    serve: list[Serve] = field(default_factory=list)

    async def event(self) -> Event:
        """A Wakeup if nothing comes in time."""
        until = SystemClock().now().monotonic + 10
        return (await asyncio.to_thread(self.queue.take, 1, until))[0]


@pytest.fixture
async def far(tmp_path: Path) -> AsyncIterator[Far]:
    _, public = load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=True)
    made: list[Far] = []

    async def answer(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await made[0].serve[0](socket)
        return socket

    application = web.Application()
    application.router.add_get("/link", answer)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls_context(tmp_path))
    await site.start()
    queue = EventQueue(SystemClock())
    made.append(Far(f"127.0.0.1:{runner.addresses[0][1]}", bytes(public), queue, ServerLinks(queue)))
    yield made[0]
    await made[0].links.close()
    await runner.cleanup()


async def echo_three(socket: web.WebSocketResponse) -> None:
    """Answer each frame with one that names its mark."""
    async for message in socket:
        assert message.type is WSMsgType.BINARY
        frame = decode_client_frame(message.data)
        assert isinstance(frame, ReceiptTaken)
        await socket.send_bytes(encode(Deposited(frame.sender_device, frame.mark, frame.mark)))


async def test_frames_travel_in_order_and_the_key_of_the_certificate_is_told(far: Far) -> None:
    far.serve.append(echo_three)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    for mark in range(100):  # queued while dialling
        far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, mark)))
    assert await far.event() == LinkOpened(ALICE, 1, far.public_key)
    for mark in range(100):
        assert await far.event() == LinkFrameArrived(ALICE, 1, Deposited(DEVICE, mark, mark))


async def test_nothing_is_heard_of_a_link_that_was_closed_and_its_name_can_be_used_again(far: Far) -> None:
    far.serve.append(echo_three)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, 1)))
    far.links.perform(CloseLink(ALICE, 1))
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, 2)))
    assert await far.event() == LinkFrameArrived(ALICE, 1, Deposited(DEVICE, 2, 2))
    await asyncio.sleep(0.1)
    assert len(far.queue) == 0


async def test_what_is_sent_before_a_close_arrives(far: Far) -> None:
    heard: list[bytes] = []

    async def listen(socket: web.WebSocketResponse) -> None:
        heard.extend([message.data async for message in socket])

    far.serve.append(listen)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, 5)))
    far.links.perform(CloseLink(ALICE, 1))
    await far.links.close()
    assert heard == [encode(ReceiptTaken(DEVICE, 5))]


async def test_nobody_there_is_a_link_that_closed(far: Far) -> None:
    far.links.perform(OpenLink(ALICE, 7, "127.0.0.1:1"))
    closed = await far.event()
    assert isinstance(closed, LinkClosed)
    assert closed.generation == 7
    far.links.perform(SendOnLink(ALICE, 7, ReceiptTaken(DEVICE, 1)))
    far.links.perform(CloseLink(ALICE, 7))


@pytest.mark.parametrize("address", ["", "not an address", "127.0.0.1:99999", "[::1", "wss://"])
async def test_an_address_that_is_none_is_a_link_that_closed(far: Far, address: str) -> None:
    far.links.perform(OpenLink(ALICE, 1, address))
    assert isinstance(await far.event(), LinkClosed)


@pytest.mark.parametrize("text", [True, False])
async def test_what_is_no_frame_ends_the_link(far: Far, text: bool) -> None:
    async def nonsense(socket: web.WebSocketResponse) -> None:
        await (socket.send_str("hello") if text else socket.send_bytes(b"\xff\xff"))
        await socket.receive()

    far.serve.append(nonsense)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    assert isinstance(await far.event(), LinkClosed)


async def test_the_last_frame_before_the_server_closes_is_heard(far: Far) -> None:
    async def goodbye(socket: web.WebSocketResponse) -> None:
        await socket.send_bytes(encode(Closing("shutdown", 1.0)))
        await socket.close(code=1001)

    far.serve.append(goodbye)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    assert await far.event() == LinkFrameArrived(ALICE, 1, Closing("shutdown", 1.0))
    assert isinstance(await far.event(), LinkClosed)


async def test_a_server_that_says_nothing_to_pings_is_gone_soon(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_link, "HEARTBEAT_SECONDS", 0.1)

    async def dead(socket: web.WebSocketResponse) -> None:
        await asyncio.sleep(5)

    far.serve.append(dead)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    assert isinstance(await far.event(), LinkOpened)
    assert isinstance(await far.event(), LinkClosed)


async def test_a_server_that_does_not_read_is_let_go(far: Far, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_link, "SEND_QUEUE_BYTES", 100)
    far.serve.append(echo_three)
    far.links.perform(OpenLink(ALICE, 1, far.address))
    for mark in range(50):
        far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, mark)))
    while not isinstance(event := await far.event(), LinkClosed):
        assert isinstance(event, LinkOpened)


async def test_a_public_address_needs_a_certificate_that_the_system_trusts(far: Far) -> None:
    far.links.perform(OpenLink(ALICE, 1, f"wss://{far.address}"))
    closed = await far.event()
    assert isinstance(closed, LinkClosed)
    assert "Certificate" in closed.detail
    assert ssl.HAS_TLSv1_3


async def test_a_name_that_a_server_told_does_not_lead_to_this_computer(far: Far) -> None:
    far.serve = [echo_three]
    name = far.address.replace("127.0.0.1", "localhost")
    far.links.perform(OpenLink(ALICE, 1, name, elsewhere=True))
    assert isinstance(await far.event(), LinkClosed)
    far.links.perform(OpenLink(ALICE, 2, name))
    assert isinstance(await far.event(), LinkOpened)
