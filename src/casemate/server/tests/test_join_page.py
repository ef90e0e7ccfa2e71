"""The page at an invitation's address: plain, small, the same for everybody, and in nobody's way."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from casemate.server.adapters.join_page import join_page
from casemate.server.adapters.plain_http import REQUEST_BYTES, PlainHttp
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import new_person
from casemate.server.tests.process import ServerProcess

PAGE = join_page("uvx casemate join")
GET = b"GET /join HTTP/1.1\r\nHost: office\r\n\r\n"


def test_a_request_is_answered_when_it_is_whole() -> None:
    http = PlainHttp(PAGE)
    for end in range(len(GET)):
        assert http.answer(GET[:end]) is None
    answer = http.answer(GET)
    assert answer is not None
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200 OK\r\n")
    assert body == PAGE.html
    assert http.answer(GET.replace(b"GET", b"HEAD")) == head + b"\r\n\r\n"


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET / HTTP/1.1\r\n\r\n", b"404"),
        (b"GET /link HTTP/1.1\r\nUpgrade: websocket\r\n\r\n", b"404"),
        (b"GET /join/../link HTTP/1.1\r\n\r\n", b"404"),
        (b"POST /join HTTP/1.1\r\n\r\n", b"400"),
        (b"GET\r\n\r\n", b"400"),
        (b"A" * REQUEST_BYTES, b"400"),
    ],
)
def test_nothing_else_is_there(request_: bytes, status: bytes) -> None:
    answer = PlainHttp(PAGE).answer(request_)
    assert answer is not None
    assert answer.split(b" ")[1] == status
    assert PAGE.html not in answer


def test_the_page_has_no_script_and_the_line_is_text() -> None:
    page = join_page("<script>alert(1)</script>")
    assert b"<script" not in page.html
    assert b"&lt;script&gt;" in page.html
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert b"casemate join" in join_page("").html


def test_the_two_ways_on_are_told_apart_and_a_long_line_is_not_cut_off() -> None:
    """They are no steps after one another; a line that scrolls sideways would be out of reach of a keyboard."""
    page = join_page("uvx casemate join").html.decode()
    assert [heading.split("</h2>")[0] for heading in page.split("<h2>")[1:]] == [
        "If Casemate is on your computer",
        "If it is not there yet",
    ]
    assert "<ol" not in page
    assert page.count("<main>") == 1
    assert "overflow-wrap: anywhere" in page
    assert "overflow-x" not in page


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with await ServerProcess.start(tmp_path) as server:
        yield server


async def ask(url: str, request: bytes) -> bytes:
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(request)
    try:
        return await reader.read()
    finally:
        writer.close()


@pytest.mark.processes
async def test_the_port_of_the_link_answers_a_browser_without_tls(server: ServerProcess) -> None:
    plain = server.url.replace("https:", "http:")
    async with aiohttp.ClientSession() as http, http.get(f"{plain}join?tracked=no#secret") as response:
        assert response.status == 200
        assert response.content_type == "text/html"
        assert await response.read() == join_page("").html
        assert "Set-Cookie" not in response.headers
    # With TLS it is the same page, for whoever goes on in spite of the certificate.
    async with aiohttp.ClientSession() as http, http.get(f"{server.url}join", ssl=False) as response:
        assert await response.read() == join_page("").html
        assert response.headers["Content-Security-Policy"].startswith("default-src 'none'; style-src")
    assert (await ask(plain, b"GET /link HTTP/1.1\r\n\r\n")).startswith(b"HTTP/1.1 404")


@pytest.mark.processes
async def test_ten_thousand_who_ask_for_the_page_keep_nobody_out(server: ServerProcess) -> None:
    gate = asyncio.Semaphore(200)

    async def visit() -> int:
        async with gate:
            return len(await ask(server.url, GET))

    visits = asyncio.gather(*(visit() for _ in range(10_000)))
    async with await LinkClient.create_account(server.url, new_person("alice")):
        pass
    assert not visits.done(), "she came while they were there"
    assert min(await visits) > len(PAGE.html) // 2


@pytest.mark.processes
async def test_who_begins_a_request_and_never_ends_it_is_cut_off(server: ServerProcess) -> None:
    address = urlsplit(server.url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(b"GET /jo")
    async with asyncio.timeout(30):
        assert await reader.read() == b""
    writer.close()
