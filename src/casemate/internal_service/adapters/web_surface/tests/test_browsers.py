"""Browsers that are signed in: each is listed, each can be signed out, and stays so."""

import stat
from pathlib import Path

import aiohttp
import pytest

from casemate.internal_service.adapters.web_surface.browsers import (
    BROWSERS_KEPT,
    FILE_NAME,
    NOTED_SECONDS,
    UNUSED_SECONDS,
    Browsers,
    browser_name,
)
from casemate.internal_service.adapters.web_surface.tests.door import Door, own
from casemate.internal_service.core.ground.effects import AskBrowsers
from casemate.internal_service.core.ground.events import BrowsersTold, SocketOpened
from casemate.protocol.client.views import BrowserView
from casemate.protocol.ids import SocketId

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0"
NOBODY = SocketId(0)


async def launched(door: Door, user_agent: str) -> dict[str, str]:
    """A browser that opened a fresh link; its cookie."""
    response = await door.get(f"/?launch={door.credentials.new_launch()}", **{"User-Agent": user_agent})
    return {"Cookie": response.headers["Set-Cookie"].split(";")[0]}


async def told(door: Door, socket: SocketId = NOBODY, sign_out: str | None = None) -> list[BrowserView]:
    door.site.perform(AskBrowsers(1, socket, sign_out))
    while True:
        for event in await door.next_events():
            if isinstance(event, BrowsersTold):
                assert event.browsers is not None
                return event.browsers


async def test_each_browser_is_listed_with_its_name_and_times(door: Door) -> None:
    first = await launched(door, FIREFOX)
    door.wall[0] += NOTED_SECONDS + 5
    await launched(door, "curl/8")
    [newest, oldest] = await told(door)
    assert (newest.name, newest.signed_in_at, newest.last_used_at) == ("A browser", 1_003_605_000, 1_003_605_000)
    assert (oldest.name, oldest.signed_in_at, oldest.last_used_at) == ("Firefox on Linux", 1_000_000_000, 1_000_000_000)
    door.wall[0] += 1
    assert (await door.get("/", **first)).status == 200
    assert (await told(door))[0].last_used_at == 1_003_606_000
    door.wall[0] += NOTED_SECONDS - 1
    assert (await door.get("/", **first)).status == 200
    assert (await told(door))[0].last_used_at == 1_003_606_000, "noted once an hour"


async def test_a_browser_that_is_signed_out_gets_no_page_and_its_tabs_are_cut_off(door: Door) -> None:
    mine, other = await launched(door, FIREFOX), await launched(door, FIREFOX)
    assert await door.socket_status(**mine, Origin=own(door)) == 101
    assert await door.socket_status(**other, Origin=own(door)) == 101
    sockets = [event.socket for event in await door.next_events() if isinstance(event, SocketOpened)]
    while len(sockets) < 2:
        sockets += [event.socket for event in await door.next_events() if isinstance(event, SocketOpened)]
    listed = await told(door, sockets[0])
    [signed_out] = [browser.id for browser in listed if not browser.this_one]
    assert signed_out == other["Cookie"].split(".")[1]
    left = await told(door, sockets[0], signed_out)
    assert [browser.this_one for browser in left] == [True]
    closed = await door.opened[1].receive(timeout=30)
    assert (closed.type, closed.data) == (aiohttp.WSMsgType.CLOSE, 1008)
    assert not door.opened[0].closed
    assert (await door.get("/", **other)).status == 401
    assert await door.socket_status(**other, Origin=own(door)) == 401
    assert (await door.get("/", **mine)).status == 200
    assert await told(door, sockets[0], signed_out) == left, "again is fine"
    again = Browsers(door.files.parent, lambda: door.wall[0])
    assert [browser.id for browser in again.all()] == [left[0].id], "over a restart, too"


async def test_the_list_is_for_its_owner_alone_and_holds_no_cookie(door: Door) -> None:
    cookie = (await launched(door, FIREFOX))["Cookie"]
    file = door.files.parent / FILE_NAME
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert cookie.rpartition(".")[2] not in file.read_text(), "the signature"


@pytest.mark.parametrize("content", [b"", b"{}", b"[1]", b'[{"id": 5}]', b"\xff" * 100])
def test_a_damaged_list_signs_everybody_out_and_nothing_else(tmp_path: Path, content: bytes) -> None:
    (tmp_path / FILE_NAME).write_bytes(content)
    assert Browsers(tmp_path, lambda: 0.0).all() == []


def test_a_browser_that_is_not_used_goes_by_itself(tmp_path: Path) -> None:
    wall = [0.0]
    browsers = Browsers(tmp_path, lambda: wall[0])
    first = browsers.sign_in(FIREFOX)
    wall[0] = UNUSED_SECONDS - 1.0
    assert browsers.is_signed_in(first)
    wall[0] += 1
    assert not browsers.is_signed_in(first)
    for _ in range(BROWSERS_KEPT):
        browsers.sign_in(FIREFOX)
    assert len(browsers.all()) == BROWSERS_KEPT
    assert first not in {browser.id for browser in browsers.all()}


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (FIREFOX, "Firefox on Linux"),
        ("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/141.0.0.0 Safari/537.36 Edg/141.0.0.0", "Edge on Windows"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) Version/18.0 Safari/605.1.15", "Safari on macOS"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) CriOS/141.0 Safari/604.1", "Chrome on iOS"),
        ("Mozilla/5.0 (Linux; Android 15) Chrome/141.0.0.0 Mobile Safari/537.36", "Chrome on Android"),
        ("<script>", "A browser"),
        ("", "A browser"),
    ],
)
def test_browsers_are_named_in_words_of_ours(user_agent: str, name: str) -> None:
    assert browser_name(user_agent) == name
