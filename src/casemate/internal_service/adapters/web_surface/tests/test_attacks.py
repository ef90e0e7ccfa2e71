"""What a hostile page, program or neighbour may try at the door, over real sockets."""

import asyncio
import json
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest
import structlog
from aiohttp import web

from casemate.internal_service.adapters.web_surface import Site
from casemate.internal_service.adapters.web_surface.credentials import (
    LAUNCH_SECONDS,
    Credentials,
    load_or_make_token,
)
from casemate.internal_service.adapters.web_surface.files import UiFiles
from casemate.internal_service.adapters.web_surface.gate import Doors, Gate
from casemate.internal_service.core.events import SocketOpened
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue

TOKEN = "the-token-of-this-service-0123456789abcdef"
FRIEND = "http://localhost:5173"


@dataclass
class Door:
    """A service's surface on a real port, and a browser that we steer."""

    port: int
    credentials: Credentials
    events: EventQueue
    http: aiohttp.ClientSession
    wall: list[float]
    files: Path
    opened: list[aiohttp.ClientWebSocketResponse] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def cookie(self) -> dict[str, str]:
        return {"Cookie": f"casemate_{self.port}={self.credentials.new_cookie()}"}

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {TOKEN}"}

    async def get(self, path: str = "/", **headers: str) -> aiohttp.ClientResponse:
        response = await self.http.get(f"{self.url}{path}", headers=headers, allow_redirects=False)
        await response.read()
        return response

    async def post(self, path: str, **headers: str) -> aiohttp.ClientResponse:
        response = await self.http.post(f"{self.url}{path}", headers=headers)
        await response.read()
        return response

    async def socket_status(self, path: str = "/", **headers: str) -> int:
        """101 when the WebSocket was opened, else the refusal's status."""
        try:
            socket = await self.http.ws_connect(f"{self.url}{path}", headers=headers)
        except aiohttp.WSServerHandshakeError as error:
            return error.status
        self.opened.append(socket)
        return 101


@pytest.fixture
async def door(tmp_path: Path) -> AsyncIterator[Door]:
    files = tmp_path / "ui"
    (files / "assets").mkdir(parents=True)
    (files / "index.html").write_text("<!doctype html><title>UI</title>" + " " * 2_000)
    (files / "assets/app-123.js").write_text("export {};" + " " * 2_000)
    (files / "icon.svg").write_text("<svg/>")
    (tmp_path / "secret.txt").write_text("not for browsers")
    wall = [1_000_000.0]
    credentials = Credentials(TOKEN, lambda: wall[0])
    events = EventQueue(SystemClock())
    sites: list[Site] = []

    async def late(request: web.Request) -> web.StreamResponse:
        return await sites[0].answer(request)

    application = web.Application()
    application.router.add_route("*", "/{path:.*}", late)
    running = web.AppRunner(application, access_log=None)
    await running.setup()
    site = web.TCPSite(running, "127.0.0.1", 0)
    await site.start()
    port = running.addresses[0][1]
    gate = Gate(Doors.of("127.0.0.1", port, ["casemate.test"], [FRIEND]), credentials, f"casemate_{port}")
    sites.append(
        Site(
            gate,
            credentials,
            UiFiles(files),
            events,
            base_url=f"http://127.0.0.1:{port}/",
            cookie_name=f"casemate_{port}",
        )
    )
    async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar()) as http:
        made = Door(port, credentials, events, http, wall, files)
        yield made
        for socket in made.opened:
            await socket.close()
    await running.cleanup()


def own(door: Door) -> str:
    return f"http://127.0.0.1:{door.port}"


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
    good = door.credentials.new_cookie()
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
    assert not Credentials("another token", lambda: 0.0).is_cookie(door.credentials.new_cookie())


async def test_guessing_is_slow_and_does_not_slow_down_who_has_the_key(door: Door) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    guesses = [asyncio.create_task(door.get("/", Authorization=f"Bearer {number}")) for number in range(40)]
    await asyncio.sleep(0.05)
    asked = loop.time()
    assert (await door.get("/", **door.bearer)).status == 200
    assert loop.time() - asked < 0.09
    statuses = [(await guess).status for guess in guesses]
    assert loop.time() - began > 0.1
    assert set(statuses) == {401, 429}, "beyond some at once, guesses are turned away"
    assert (await door.get("/", **door.bearer)).status == 200


# --- the launch token


async def test_a_launch_token_works_once_and_leaves_the_address(door: Door) -> None:
    url = json.loads(await (await door.post("/launch", **door.bearer)).text())["url"]
    assert url.startswith(f"{door.url}/?launch=")
    path = url.removeprefix(door.url)
    response = await door.get(path)
    assert response.status == 303
    assert response.headers["Location"] == "/"
    cookie = response.headers["Set-Cookie"]
    assert re.search(r"; HttpOnly", cookie)
    assert re.search(r"; SameSite=Strict", cookie)
    assert re.search(r"; Path=/", cookie)
    value = cookie.split(";")[0]
    assert (await door.get("/", Cookie=value)).status == 200
    assert await door.socket_status(Cookie=value, Origin=own(door)) == 101
    again = await door.get(path, Accept="text/html")
    assert again.status == 401
    assert "has been used" in await again.text()
    assert "Set-Cookie" not in again.headers


async def test_a_used_launch_link_opened_again_by_the_same_browser_goes_on(door: Door) -> None:
    launch = door.credentials.new_launch()
    await door.get(f"/a/5?launch={launch}")
    again = await door.get(f"/a/5?launch={launch}", **door.cookie)
    assert (again.status, again.headers["Location"]) == (303, "/a/5")


async def test_a_launch_token_is_short_lived(door: Door) -> None:
    launch = door.credentials.new_launch()
    door.wall[0] += LAUNCH_SECONDS + 1
    assert (await door.get(f"/?launch={launch}")).status == 401


async def test_looking_ahead_does_not_use_a_launch_token_up(door: Door) -> None:
    launch = door.credentials.new_launch()
    await door.get(f"/?launch={launch}", **{"Sec-Purpose": "prefetch;prerender"})
    await door.http.head(f"{door.url}/?launch={launch}")
    assert (await door.get(f"/?launch={launch}")).status == 303


async def test_launch_tokens_are_given_to_programs_with_the_token_only(door: Door) -> None:
    assert (await door.post("/launch")).status == 401
    assert (await door.post("/launch", **door.cookie, Origin=own(door))).status == 401
    assert (await door.post(f"/launch?token={TOKEN}")).status == 401
    assert (await door.get("/launch", **door.bearer)).status == 200, "a GET gives the page, and no token"
    assert "launch=" not in await (await door.get("/launch", **door.bearer)).text()


async def test_a_launch_redirect_cannot_be_turned_to_another_site(door: Door) -> None:
    response = await door.get(f"//evil.example/?launch={door.credentials.new_launch()}")
    location = response.headers.get("Location", "/")
    assert urlsplit(location).netloc == ""
    assert not location.startswith("//")


# --- CSRF and methods


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_no_other_method_does_anything(door: Door, method: str) -> None:
    response = await door.http.request(method, f"{door.url}/", headers=door.cookie | {"Origin": own(door)})
    assert response.status == 405
    assert "Access-Control-Allow-Origin" not in response.headers


# --- what browsers are told


PAGES: list[Callable[[Door], Awaitable[aiohttp.ClientResponse]]] = [
    lambda door: door.get("/", **door.cookie),
    lambda door: door.get("/a/123/c/456", **door.cookie),
    lambda door: door.get("/assets/app-123.js", **door.cookie),
    lambda door: door.get("/assets/none.js", **door.cookie),
    lambda door: door.get("/", Accept="text/html"),
    lambda door: door.get("/", Host="evil.example"),
    lambda door: door.post("/launch", **door.bearer),
    lambda door: door.post("/", **door.bearer),
    lambda door: door.get(f"/?launch={door.credentials.new_launch()}"),
]


@pytest.mark.parametrize("ask", PAGES)
async def test_every_response_forbids_framing_sniffing_scripts_from_elsewhere_and_referrers(
    door: Door, ask: Callable[[Door], Awaitable[aiohttp.ClientResponse]]
) -> None:
    headers = (await ask(door)).headers
    policy = dict(part.strip().split(" ", 1) for part in headers["Content-Security-Policy"].split(";"))
    assert policy["default-src"] == "'none'"
    assert policy["script-src"] == "'self'"
    assert policy["frame-ancestors"] == "'none'"
    assert policy["base-uri"] == "'none'"
    assert policy["form-action"] == "'none'"
    assert "evil" not in headers["Content-Security-Policy"]
    assert headers["X-Frame-Options"] == "DENY"
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "no-referrer"
    assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "Cache-Control" in headers


async def test_a_browser_that_is_not_signed_in_gets_a_page_that_says_what_to_do(door: Door) -> None:
    page = await door.get("/a/1", Accept="text/html")
    assert page.status == 401
    text = await page.text()
    assert "casemate open" in text
    assert "<script" not in text
    program = await door.get("/")
    assert program.content_type == "text/plain"


# --- files


async def test_routes_of_the_ui_get_its_page_and_hashed_files_are_kept(door: Door) -> None:
    page = await door.get("/a/123/settings", **door.cookie)
    assert (page.status, page.content_type) == (200, "text/html")
    assert page.headers["Cache-Control"] == "private, no-cache"
    script = await door.get("/assets/app-123.js", **door.cookie)
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert script.headers["Content-Encoding"] == "gzip"
    missing = await door.get("/assets/app-999.js", **door.cookie)
    assert missing.status == 404


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/assets/..%2f..%2fsecret.txt",
        "/..%5csecret.txt",
        "/assets/%00.js",
        "//etc/passwd.txt",
    ],
)
async def test_nothing_outside_the_folder_is_served(door: Door, path: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", door.port)
    cookie = door.cookie["Cookie"]
    writer.write(
        f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{door.port}\r\nCookie: {cookie}\r\nConnection: close\r\n\r\n".encode()
    )
    answer = await reader.read()
    writer.close()
    assert b"not for browsers" not in answer
    assert b" 404 " in answer.split(b"\r\n")[0] or b" 400 " in answer.split(b"\r\n")[0]


async def test_an_installation_without_its_ui_says_so(door: Door) -> None:
    (door.files / "index.html").unlink()
    page = await door.get("/", **door.cookie)
    assert page.status == 503
    assert "not built" in await page.text()


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
