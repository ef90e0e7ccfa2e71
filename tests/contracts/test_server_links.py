"""Links to the server keep the contract of connections."""

import asyncio
from collections.abc import AsyncIterator
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
from casemate.node import Wakeup
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.link import Deposited, ReceiptTaken
from casemate.protocol.link_codec import decode_client_frame, encode
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context
from tests.contracts.connections import ConnectionContract, Heard

ALICE = AccountId(b"a" * 32)
DEVICE = DeviceId(b"d" * 16)


class LinkLine:
    seconds_until_given_up = server_link.DIAL_SECONDS + 1

    def __init__(self) -> None:
        self.queue = EventQueue(SystemClock())
        self.links = ServerLinks(self.queue)
        self.address = ""
        self._heard_there: asyncio.Queue[int] = asyncio.Queue()
        self._socket: asyncio.Future[web.WebSocketResponse] = asyncio.get_running_loop().create_future()

    async def serve(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._socket.set_result(socket)
        async for message in socket:
            assert message.type is WSMsgType.BINARY
            frame = decode_client_frame(message.data)
            assert isinstance(frame, ReceiptTaken)
            self._heard_there.put_nowait(frame.mark)
        return socket

    def dial(self) -> None:
        self.links.perform(OpenLink(ALICE, 1, self.address))

    def dial_nobody(self) -> None:
        self.links.perform(OpenLink(ALICE, 1, "127.0.0.1:1"))

    def send(self, mark: int) -> None:
        self.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, mark)))

    def send_much(self) -> None:
        for mark in range(10_000):
            self.send(mark)

    def close(self) -> None:
        self.links.perform(CloseLink(ALICE, 1))

    async def heard(self, seconds: float = 10) -> Heard | None:
        until = SystemClock().now().monotonic + seconds
        match (await asyncio.to_thread(self.queue.take, 1, until))[0]:
            case LinkOpened():
                return "opened"
            case LinkFrameArrived(frame=Deposited(_, _, mark)):
                return mark
            case LinkClosed():
                return "closed"
            case other:
                assert isinstance(other, Wakeup)
                return None

    async def far_heard(self) -> int:
        async with asyncio.timeout(10):
            return await self._heard_there.get()

    async def far_says(self, mark: int) -> None:
        await (await self._socket).send_bytes(encode(Deposited(DEVICE, mark, mark)))

    async def far_says_garbage(self) -> None:
        await (await self._socket).send_bytes(b"\xff\xff")

    async def far_closes(self) -> None:
        await (await self._socket).close()


class TestServerLink(ConnectionContract):
    @pytest.fixture
    async def line(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[LinkLine]:
        monkeypatch.setattr(server_link, "SEND_QUEUE_BYTES", 50_000)
        line = LinkLine()
        load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=True)
        application = web.Application()
        application.router.add_get("/link", line.serve)
        runner = web.AppRunner(application, shutdown_timeout=1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls_context(tmp_path)).start()
        line.address = f"127.0.0.1:{runner.addresses[0][1]}"
        yield line
        await line.links.close()
        await runner.cleanup()
