"""However many sockets a program opens, a window of the user's finds a place."""

import asyncio
import contextlib
import gc
import json
import resource
from collections.abc import Iterator

import aiohttp
import pytest

from casemate.internal_service.adapters.web_surface import seats
from casemate.internal_service.adapters.web_surface.seats import Seats
from casemate.internal_service.adapters.web_surface.tests.door import Door, own
from casemate.runtime.open_files import files_left, files_open


@pytest.fixture(autouse=True)
def few_seats(door: Door) -> None:
    door.site._seats = Seats(in_all=6, per_holder=4)


async def window(door: Door) -> int:
    return await door.socket_status(**door.cookie, Origin=own(door))


async def program(door: Door) -> int:
    return await door.socket_status(**door.bearer)


async def say_something(door: Door) -> None:
    """On the newest socket; over when the service has read it."""
    await door.opened[-1].send_str(json.dumps({"Request": {"GetSessions": {"request_id": "none"}}}))
    await door.opened[-1].ping()
    async with asyncio.timeout(30):
        while door.site._seats._silent["program"] | door.site._seats._silent["browser"]:
            await asyncio.sleep(0)


async def test_idle_sockets_of_programs_keep_no_window_out_and_make_room_for_others(door: Door) -> None:
    for _ in range(20):
        assert await program(door) == 101
    for _ in range(4):
        assert await window(door) == 101
        await say_something_as_window(door)
    assert len(door.site._seats._taken) <= 6
    first = door.opened[0]
    message = await first.receive()
    assert (message.type, message.data) == (aiohttp.WSMsgType.CLOSE, 1013), "the one that was silent for longest"


async def say_something_as_window(door: Door) -> None:
    await door.opened[-1].send_str("{}")
    async with asyncio.timeout(30):
        while door.site._seats._silent["browser"]:
            await asyncio.sleep(0)


async def test_sockets_in_use_keep_their_places_and_the_next_one_is_told_why(door: Door) -> None:
    for _ in range(4):
        assert await program(door) == 101
        await say_something(door)
    assert await program(door) == 503
    for _ in range(2):
        assert await window(door) == 101, "there are places that programs cannot take"
        await say_something_as_window(door)
    assert await window(door) == 503
    page = await door.http.get(
        f"{door.url}/", headers={**door.cookie, "Upgrade": "websocket", "Accept": "text/html", "Origin": own(door)}
    )
    assert "Too many windows and programs are connected" in await page.text()
    await door.opened[0].close()
    async with asyncio.timeout(30):
        while len(door.site._seats._taken) == 6:
            await asyncio.sleep(0)
    assert await window(door) == 101


@pytest.fixture
def few_files(door: Door) -> Iterator[None]:
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    gc.collect()  # what tests before this one left open would be closed at any moment
    resource.setrlimit(resource.RLIMIT_NOFILE, (files_open() + seats.FILES_KEPT + 20, before[1]))
    yield
    resource.setrlimit(resource.RLIMIT_NOFILE, before)


@pytest.mark.usefixtures("few_files")
async def test_where_few_files_may_be_open_the_last_ones_are_kept(door: Door) -> None:
    door.site._seats = Seats()
    for _ in range(25):
        assert await program(door) == 101
        for closed in [socket for socket in door.opened[:-3] if not socket.closed]:
            with contextlib.suppress(TimeoutError):
                await closed.receive(timeout=0.02)  # a client that was sent away lets go of its file, too
    assert len(door.site._seats._taken) < 25
    assert files_left() > 0
    assert await window(door) == 101


def test_neither_programs_nor_browsers_can_take_all() -> None:
    assert seats.SOCKETS_PER_HOLDER < seats.SOCKETS_AT_ONCE
