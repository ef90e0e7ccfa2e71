"""What browsers are told with every page, and which files they get."""

import asyncio
from collections.abc import Awaitable, Callable
from html import escape

import aiohttp
import pytest

from casemate.internal_service.adapters.web_surface.tests.door import JOIN_COMMAND, OPEN_COMMAND, Door

PAGES: list[Callable[[Door], Awaitable[aiohttp.ClientResponse]]] = [
    lambda door: door.get("/", **door.cookie),
    lambda door: door.get("/a/123/c/456", **door.cookie),
    lambda door: door.get("/assets/app-B1jhIG0_.js", **door.cookie),
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
    workers = policy["worker-src"].split()
    assert workers == ["'none'"] or all(source.endswith("/shell-worker.js") for source in workers)
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
    assert f"<code>{escape(OPEN_COMMAND)}</code>" in text
    assert "<script" not in text
    program = await door.get("/")
    assert program.content_type == "text/plain"


@pytest.mark.parametrize("credential", [{}, {"Cookie": "casemate_{port}=of-somebody"}])
async def test_a_link_that_is_opened_where_nobody_is_signed_in_leaves_the_address(
    door: Door, credential: dict[str, str]
) -> None:
    """Without a script: what a browser keeps to itself is replaced by the fragment of where it is sent to."""
    headers = {name: value.format(port=door.port) for name, value in credential.items()}
    sent_on = await door.get("/join", Accept="text/html", **headers)
    assert sent_on.status == 303
    address = sent_on.headers["Location"]
    assert address == "/join?signed-out#signed-out", "without a fragment the browser would keep the link's"
    page = await door.get(address.partition("#")[0], Accept="text/html", **headers)
    assert page.status == 401
    text = await page.text()
    assert f"<code>{escape(JOIN_COMMAND)}</code>" in text, "where this one is installed, as the other command"
    assert f"<code>{escape(OPEN_COMMAND)}</code>" in text
    assert "<script" not in text
    program = await door.get("/join", **headers)
    assert (program.status, program.content_type) == (401, "text/plain")
    signed_in = await door.get("/join", Accept="text/html", **door.cookie)
    assert signed_in.status == 200


FROM_ELSEWHERE = {"Accept": "text/html", "Sec-Fetch-Site": "cross-site"}


async def test_a_browser_that_is_sent_here_from_elsewhere_asks_again_before_it_counts_as_not_signed_in(
    door: Door,
) -> None:
    """It keeps its cookie back. What stands behind the # of a link goes on by a script alone."""
    page = await door.get("//a/1?x", **FROM_ELSEWHERE)
    assert (page.status, 'content="0; url=/a/1?x"' in await page.text()) == (200, True)
    join = await door.get("/join", **FROM_ELSEWHERE)
    assert join.status == 200
    text = await join.text()
    assert '<script src="/again.js"></script>' in text
    assert 'url=/join?signed-out#signed-out"></noscript>' in text
    script = await door.get("/again.js")
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert (await door.get("/join", **FROM_ELSEWHERE, **door.cookie)).status == 200
    refused = await door.get("/a/1", **{**FROM_ELSEWHERE, "Sec-Fetch-Site": "same-origin"})
    assert refused.status == 401, "once only"
    guessed = await door.get("/a/1", **FROM_ELSEWHERE, Cookie=f"casemate_{door.port}=of-somebody")
    assert guessed.status == 401
    program = await door.get("/a/1", **{"Sec-Fetch-Site": "cross-site"})
    assert program.status == 401


async def test_where_we_are_installed_is_not_told_to_pages_from_elsewhere(door: Door) -> None:
    """A page of another name that was rebound to this computer reads its refusal."""
    for headers in ({"Host": "evil.example"}, {"Origin": "https://evil.example"}):
        refused = await door.get("/", Accept="text/html", **headers)
        assert refused.status in (421, 403)
        assert "/opt/" not in await refused.text()


async def test_routes_of_the_ui_get_its_page_and_hashed_files_are_kept(door: Door) -> None:
    page = await door.get("/a/123/settings", **door.cookie)
    assert (page.status, page.content_type) == (200, "text/html")
    assert page.headers["Cache-Control"] == "private, no-cache"
    script = await door.get("/assets/app-B1jhIG0_.js", **door.cookie)
    assert (script.status, script.content_type) == (200, "text/javascript")
    assert "immutable" in script.headers["Cache-Control"]
    assert script.headers["Content-Encoding"] == "gzip"
    plain = await door.get("/assets/plain.js", **door.cookie)
    assert plain.headers["Cache-Control"] == "private, no-cache", "it has this name after the next build as well"
    missing = await door.get("/assets/app-B1jhIG99.js", **door.cookie)
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
