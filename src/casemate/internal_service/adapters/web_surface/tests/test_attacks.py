"""What a hostile page, program or neighbour may try at the door, over real sockets."""

import asyncio
import json
from pathlib import Path

import pytest
import structlog

from casemate.internal_service.adapters.web_surface.credentials import Credentials, load_or_make_token
from casemate.internal_service.adapters.web_surface.gate import Doors
from casemate.internal_service.adapters.web_surface.tests.door import FRIEND, TOKEN, Door, own
from casemate.internal_service.core.ground.events import SocketOpened

# --- who gets in


async def test_a_program_with_the_token_gets_in_without_an_origin(door: Door) -> None:
    assert await door.socket_status(**door.bearer) == 101
    assert await door.socket_status(f"/?token={TOKEN}") == 101
    assert await door.socket_status(f"/any/path?token={TOKEN}") == 101
    [event] = door.events.take(1, None)
    assert isinstance(event, SocketOpened)


async def test_our_own_page_gets_in_with_its_cookie(door: Door) -> None:
    assert await door.socket_status(**door.cookie, Origin=own(door)) == 101


async def test_a_listed_page_gets_in_with_a_token(door: Door) -> None:
    assert await door.socket_status(f"/?token={TOKEN}", Origin=FRIEND) == 101


async def test_a_listed_page_without_any_credential_does_not(door: Door) -> None:
    assert await door.socket_status(Origin=FRIEND) == 401


# --- cross-site WebSocket


@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://127.0.0.1:1",
        "http://localhost",
        "http://127.0.0.1.evil.example:{port}",
        "http://evil.example/?http://127.0.0.1:{port}",
        "file://",
        "",
    ],
)
async def test_a_page_from_elsewhere_is_refused_whatever_it_brings(door: Door, origin: str) -> None:
    origin = origin.format(port=door.port)
    assert await door.socket_status(f"/?token={TOKEN}", **door.cookie, Origin=origin) == 403
    assert (await door.get("/", **door.cookie, Origin=origin)).status == 403
    assert (await door.post("/launch", **door.bearer, Origin=origin)).status == 403


async def test_the_cookie_does_not_count_without_an_origin(door: Door) -> None:
    assert await door.socket_status(**door.cookie) == 401


async def test_two_origins_are_none(door: Door) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    writer.write(
        f"GET /?token={TOKEN} HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nOrigin: {own(door)}\r\n"
        "Origin: https://evil.example\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
    )
    assert b" 403 " in await reader.readline()
    writer.close()


# --- DNS rebinding


@pytest.mark.parametrize("host", ["evil.example", "evil.example:{port}", "127.0.0.1", "127.0.0.1:1", "", "[::1]:1"])
async def test_a_name_that_is_not_on_the_list_is_not_served(door: Door, host: str) -> None:
    headers = {"Host": host.format(port=door.port)}
    page = await door.get("/", **headers, **door.cookie, Accept="text/html")
    assert page.status == 421
    assert await door.socket_status(f"/?token={TOKEN}", **headers) == 421


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "casemate.test:{port}"])
async def test_names_on_the_list_are_served(door: Door, host: str) -> None:
    assert (await door.get("/", Host=host.format(port=door.port), **door.cookie)).status == 200


# --- wrong keys


async def test_wrong_missing_and_forged_credentials_are_refused(door: Door) -> None:
    good = door.cookie["Cookie"].partition("=")[2]
    expires, random, signature = good.split(".")
    name = f"casemate_{door.port}"
    forged = [f"{int(expires) + 1}.{random}.{signature}", f"{expires}.{random}.", good[:-1], "", ".", ".."]
    for cookie in forged:
        assert await door.socket_status(Cookie=f"{name}={cookie}", Origin=own(door)) == 401, cookie
    for token in ("", "x", TOKEN[:-1], TOKEN + "x", "%00"):
        assert await door.socket_status(f"/?token={token}") == 401, token
    assert await door.socket_status(Authorization="Bearer") == 401
    assert await door.socket_status(Authorization=f"Basic {TOKEN}") == 401
    assert (await door.get(f"/?token={TOKEN}")).status == 401, "a token in the address opens no page"


async def test_a_cookie_ends_with_its_time_and_with_the_token(door: Door) -> None:
    cookie = door.cookie
    assert (await door.get("/", **cookie)).status == 200
    door.wall[0] += 31 * 86_400
    assert (await door.get("/", **cookie)).status == 401
    browsers = door.credentials.browsers
    good = door.credentials.new_cookie(browsers.sign_in("test"))
    assert door.credentials.browser_of(good) is not None
    assert Credentials("another token", lambda: 0.0, browsers).browser_of(good) is None


async def test_guessing_is_slow_and_does_not_slow_down_who_has_the_key(door: Door) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    guesses = [asyncio.create_task(door.get("/", Authorization=f"Bearer {number}")) for number in range(40)]
    await asyncio.wait(guesses, return_when=asyncio.FIRST_COMPLETED)  # one is turned away: as many wait as may
    assert (await door.get("/", **door.bearer)).status == 200
    assert not all(guess.done() for guess in guesses), "who has the key does not wait for them"
    statuses = [(await guess).status for guess in guesses]
    assert loop.time() - began > 0.1
    assert set(statuses) == {401, 429}, "beyond some at once, guesses are turned away"
    assert (await door.get("/", **door.bearer)).status == 200


# --- CSRF and methods


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_no_other_method_does_anything(door: Door, method: str) -> None:
    response = await door.http.request(method, f"{door.url}/", headers=door.cookie | {"Origin": own(door)})
    assert response.status == 405
    assert "Access-Control-Allow-Origin" not in response.headers


# --- what is written down


async def test_no_log_line_holds_a_token_cookie_or_launch(door: Door) -> None:
    launch = door.credentials.new_launch()
    cookie = door.cookie
    with structlog.testing.capture_logs() as lines:
        await door.socket_status(f"/?token={TOKEN}x")
        await door.socket_status(**cookie)
        await door.get(f"/?launch={launch}")
        await door.get(f"/?launch={launch}")
        await door.get("/", Authorization="Bearer guess-guess-guess")
    written = json.dumps(lines)
    assert lines
    for secret in (TOKEN, launch, cookie["Cookie"].split("=")[1], "guess-guess-guess"):
        assert secret not in written


def test_the_token_file_is_for_its_owner_alone_and_stays_the_same(tmp_path: Path) -> None:
    token = load_or_make_token(tmp_path)
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    (tmp_path / "token").chmod(0o644)
    assert load_or_make_token(tmp_path) == token
    assert (tmp_path / "token").stat().st_mode & 0o777 == 0o600
    (tmp_path / "token").write_text("short")
    assert len(load_or_make_token(tmp_path)) >= 32


@pytest.mark.parametrize("origin", ["localhost", "*", ""])
def test_an_allowed_origin_has_to_be_one(origin: str) -> None:
    with pytest.raises(ValueError, match="is not an origin"):
        Doors.of("127.0.0.1", 1, [], [origin])
