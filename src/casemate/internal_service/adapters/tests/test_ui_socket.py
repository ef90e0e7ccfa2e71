"""One client's WebSocket: joined events, marks that pings release, clients that ask too much or read too little."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass

import aiohttp
import pytest
from aiohttp import web

from casemate.internal_service.adapters import ui_socket
from casemate.internal_service.adapters.ui_socket import TAKEN_PAUSE_SECONDS, UiSocket, new_socket
from casemate.internal_service.core.ground.effects import SendResponse
from casemate.internal_service.core.ground.events import (
    BadRequestArrived,
    MessagesTaken,
    RequestArrived,
    SocketClosed,
    SocketOpened,
)
from casemate.node import Event
from casemate.protocol.client.extensions import ViewEvents, ViewPosition
from casemate.protocol.client.requests import GetSessions
from casemate.protocol.client.responses import ConnectSuccess, MessageNotification
from casemate.protocol.client.types import Octets, Uuid
from casemate.protocol.client.views import TypingChanged
from casemate.protocol.ids import Cid, SocketId
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue

NUMBER = SocketId(5)
AN_ID = Uuid("237e2ecf-91b0-4110-83d0-f91ed2507948")
REQUEST = json.dumps({"Request": {"GetSessions": {"request_id": AN_ID}}})


@dataclass
class Line:
    """Both ends of one WebSocket."""

    server: UiSocket
    client: aiohttp.ClientWebSocketResponse
    queue: EventQueue

    async def event(self) -> Event:
        """A Wakeup if nothing comes in time."""
        until = SystemClock().now().monotonic + 5
        return (await asyncio.to_thread(self.queue.take, 1, until))[0]

    def say(self, *responses: SendResponse) -> None:
        for response in responses:
            self.server.send(response)

    async def hear(self) -> tuple[str, dict[str, object]]:
        ((name, fields),) = json.loads(await self.client.receive_str(timeout=5))["Response"].items()
        return name, fields


@pytest.fixture
async def line() -> AsyncIterator[Line]:
    queue = EventQueue(SystemClock())
    made: asyncio.Future[UiSocket] = asyncio.get_running_loop().create_future()

    async def serve(request: web.Request) -> web.WebSocketResponse:
        response = new_socket()
        await response.prepare(request)
        socket = UiSocket(NUMBER, AN_ID, response, queue)
        made.set_result(socket)
        await socket.serve()
        return response

    application = web.Application()
    application.router.add_get("/", serve)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    async with aiohttp.ClientSession() as http:
        port = runner.addresses[0][1]
        client = await http.ws_connect(f"http://127.0.0.1:{port}/", autoping=False, max_msg_size=0)
        both = Line(await made, client, queue)
        assert await both.event() == SocketOpened(NUMBER, AN_ID)
        yield both
        await client.close()
    await runner.cleanup()


def success(cid: int) -> SendResponse:
    return SendResponse(NUMBER, ConnectSuccess(cid=Cid(cid)))


def message(mark: int) -> SendResponse:
    return SendResponse(NUMBER, MessageNotification(cid=Cid(1), peer_cid=Cid(2), message=Octets(b"x")), mark)


def view_events(sequence: int, *, cid: int = 1, epoch: str = "e") -> SendResponse:
    position = ViewPosition(epoch=epoch, sequence=sequence)
    event = TypingChanged(conversation=f"{sequence:032x}", typing=False)
    return SendResponse(
        NUMBER,
        ViewEvents(cid=Cid(cid), request_id=None, position=position, first_sequence=sequence, events=[event]),
    )


async def test_text_and_utf8_in_binary_frames_are_requests(line: Line) -> None:
    await line.client.send_str(REQUEST)
    await line.client.send_bytes(REQUEST.encode())
    for _ in range(2):
        assert await line.event() == RequestArrived(NUMBER, GetSessions(request_id=AN_ID))


async def test_a_broken_frame_is_told_with_what_could_be_read(line: Line) -> None:
    await line.client.send_str(json.dumps({"Request": {"Disconnect": {"request_id": AN_ID, "cid": "5"}}}))
    await line.client.send_str("nonsense")
    await line.client.send_bytes(b"\xff")
    assert await line.event() == BadRequestArrived(NUMBER, "Disconnect", AN_ID, None, None)
    for _ in range(2):
        assert await line.event() == BadRequestArrived(NUMBER, "", None, None, None)


async def test_responses_go_out_in_order(line: Line) -> None:
    line.say(*(success(number) for number in range(50)))
    assert [(await line.hear())[1]["cid"] for _ in range(50)] == list(range(50))


async def test_consecutive_events_of_one_account_are_joined_and_others_are_not(line: Line) -> None:
    line.say(view_events(1), view_events(2), view_events(3), view_events(1, cid=2), view_events(4), view_events(6))
    line.say(view_events(7, epoch="f"))
    heard = [(await line.hear())[1] for _ in range(5)]
    numbers = [(fields["cid"], fields["first_sequence"], len(fields["events"])) for fields in heard]  # type: ignore[arg-type]
    assert numbers == [(1, 1, 3), (2, 1, 1), (1, 4, 1), (1, 6, 1), (1, 7, 1)]
    assert heard[0]["position"] == {"epoch": "e", "sequence": 3}


async def test_messages_are_taken_when_a_ping_behind_them_is_answered(line: Line) -> None:
    line.say(message(1), message(2))
    for _ in range(2):
        await line.hear()
    ping = await line.client.receive(timeout=5)
    assert ping.type is aiohttp.WSMsgType.PING
    line.say(message(3))
    await line.hear()
    await asyncio.sleep(0.05)
    assert len(line.queue) == 0, "not answered yet"
    await line.client.pong(ping.data)
    assert await line.event() == MessagesTaken(NUMBER, 2)
    ping = await line.client.receive(timeout=5)
    await line.client.pong(ping.data)
    assert await line.event() == MessagesTaken(NUMBER, 3)


async def test_what_is_taken_in_quick_succession_is_told_together(line: Line) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    said, marks = 0, [0]
    while loop.time() < began + 5 * TAKEN_PAUSE_SECONDS or marks[-1] < said:
        if loop.time() < began + 5 * TAKEN_PAUSE_SECONDS:
            said += 1
            line.say(message(said))
        frame = await line.client.receive(timeout=5)
        if frame.type is aiohttp.WSMsgType.PING:
            await line.client.pong(frame.data)
            event = await line.event()
            assert isinstance(event, MessagesTaken)
            marks.append(event.mark)
    assert said > 20, "so many that each could have been told by itself"
    assert marks == sorted(set(marks))
    assert len(marks) - 1 <= 1 + (loop.time() - began) / TAKEN_PAUSE_SECONDS


@pytest.mark.parametrize("payload", [b"", b"taken 9", b"taken -1", b"taken " + b"9" * 50, b"\xff", b"taken 0"])
async def test_a_pong_that_answers_no_ping_of_ours_takes_nothing(line: Line, payload: bytes) -> None:
    line.say(message(1))
    await line.client.pong(payload)
    await line.client.send_str(REQUEST)
    assert isinstance(await line.event(), RequestArrived)


async def test_pings_of_the_client_are_answered(line: Line) -> None:
    await line.client.ping(b"there?")
    pong = await line.client.receive(timeout=5)
    assert (pong.type, bytes(pong.data)) == (aiohttp.WSMsgType.PONG, b"there?")


async def test_a_number_that_would_kill_the_client_is_left_out(line: Line) -> None:
    line.say(success(2**64), success(7))
    assert (await line.hear())[1]["cid"] == 7


async def test_who_asks_too_fast_is_read_more_slowly_and_loses_nothing(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ui_socket, "CLIENT_REQUESTS_PER_SECOND", 100)
    line.server._allowance = 10.0
    began = asyncio.get_running_loop().time()
    for _ in range(30):
        await line.client.send_str(REQUEST)
    for _ in range(30):
        await line.event()
    assert asyncio.get_running_loop().time() - began > 0.1


async def test_who_does_not_read_is_cut_off(line: Line, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ui_socket, "SEND_QUEUE_RESPONSES", 5)
    line.say(*(success(number) for number in range(7)))
    closed = await line.client.receive(timeout=5)
    while closed.type is aiohttp.WSMsgType.TEXT:
        closed = await line.client.receive(timeout=5)
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1013)
    await line.client.close()
    assert await line.event() == SocketClosed(NUMBER)


async def test_a_planned_close_comes_after_what_is_queued(line: Line) -> None:
    line.say(success(1))
    line.server.close(1001)
    assert (await line.hear())[1]["cid"] == 1
    closed = await line.client.receive(timeout=5)
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1001)


async def test_the_core_hears_of_the_end_once(line: Line) -> None:
    await line.client.close()
    assert await line.event() == SocketClosed(NUMBER)
    await asyncio.sleep(0.05)
    assert len(line.queue) == 0
