"""Pages behind links, from real sockets of this computer: a test says which names and addresses are its internet."""

import asyncio
import gzip
import ipaddress
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress

import pytest

from casemate.internal_service.adapters.link_previews import LinkPreviews
from casemate.internal_service.adapters.link_previews import fetching as fetching_module
from casemate.internal_service.adapters.link_previews.fetching import Internet, may_be_asked
from casemate.internal_service.core.ground.effects import FetchLinkPreview
from casemate.internal_service.core.ground.events import LinkPreviewFetched
from casemate.node import Event
from casemate.protocol.link_previews import LinkPreview
from casemate.protocol.server_addresses import IpAddress

HOME = ipaddress.ip_address("127.0.0.1")
PUBLIC = ipaddress.ip_address("93.184.216.34")
PAGE = b"<title>Soup</title><meta name=description content='For \xe2\x80\xae two'>"

Answer = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


def page(body: bytes = PAGE, *headers: str, status: str = "200 OK") -> Answer:
    async def answer(_request: bytes, writer: asyncio.StreamWriter) -> None:
        lines = [f"HTTP/1.1 {status}", "Connection: close", *(headers or ("Content-Type: text/html",)), "", ""]
        writer.write("\r\n".join(lines).encode() + body)
        await writer.drain()

    return answer


def leads_to(address: str) -> Answer:
    return page(b"", f"Location: {address}", status="302 Found")


class Web:
    """One server, whatever it is called; what it was asked, word for word."""

    def __init__(self) -> None:
        self.port = 0
        self.answers: dict[bytes, Answer] = {b"/": page()}
        self.asked: list[bytes] = []
        self.known: dict[str, list[list[IpAddress]]] = {"site.test": [[HOME]], "www.site.test": [[HOME]]}
        """What a name is said to be, each time that it is looked up; the last one stays."""
        self.looked_up: list[str] = []
        self.is_direct = True
        self.serving: set[asyncio.Task[None]] = set()

    def url(self, path: str = "/", host: str = "site.test") -> str:
        return f"http://{host}:{self.port}{path}"

    async def look_up(self, host: str, port: int) -> list[IpAddress]:
        self.looked_up.append(host)
        if host not in self.known:
            return await fetching_module.look_up(host, port)
        found = self.known[host]
        return found.pop(0) if len(found) > 1 else found[0]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.serving.add(task)
        with suppress(OSError, asyncio.IncompleteReadError):
            request = await reader.readuntil(b"\r\n\r\n")
            self.asked.append(request)
            try:
                await self.answers[request.split(b" ")[1]](request, writer)
            finally:
                writer.close()
                await writer.wait_closed()

    async def preview(self, url: str, may: Callable[[IpAddress], bool] | None = None) -> LinkPreview | str:
        """What came of it, or the code of why nothing did."""
        internet = Internet(self.look_up, may or (lambda ip: ip == HOME), {"http": self.port, "https": self.port})
        heard: asyncio.Queue[Event] = asyncio.Queue()
        previews = LinkPreviews(heard.put_nowait, lambda _host: self.is_direct, internet)
        previews.perform(FetchLinkPreview(7, url))
        fetched = await heard.get()
        await previews.close()
        assert isinstance(fetched, LinkPreviewFetched)
        assert fetched.token == 7
        return fetched.preview or (fetched.refused.code if fetched.refused else "")


@asynccontextmanager
async def running() -> AsyncIterator[Web]:
    web = Web()
    server = await asyncio.start_server(web.serve, "127.0.0.1", 0)
    web.port = server.sockets[0].getsockname()[1]
    try:
        yield web
    finally:
        server.close()
        for task in web.serving:
            task.cancel()
        await asyncio.gather(*web.serving, return_exceptions=True)


async def test_a_page_is_asked_once_and_told_nothing_of_who_asks() -> None:
    async with running() as web:
        preview = await web.preview(web.url())
        assert preview == LinkPreview(web.url(), "Soup", "", "For two")
        [request] = web.asked
        names = {line.split(b":")[0].lower() for line in request.split(b"\r\n")[1:] if line}
        assert request.startswith(b"GET / HTTP/1.1\r\n")
        assert names == {b"host", b"accept", b"accept-encoding", b"user-agent", b"connection"}


async def test_a_redirect_within_the_site_is_followed_and_one_to_another_is_said() -> None:
    async with running() as web:
        web.known["other.test"] = [[HOME]]
        web.answers |= {
            b"/old": leads_to(web.url("/", "www.site.test")),
            b"/away": leads_to(web.url("/", "other.test")),
        }
        assert await web.preview(web.url("/old")) == LinkPreview(web.url("/old"), "Soup", "", "For two")
        assert await web.preview(web.url("/away")) == "preview_elsewhere"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0.0.0.0", "127.1"])  # noqa: S104  (asked, not listened on)
async def test_this_computer_is_not_asked_by_a_link_nor_by_a_redirect(host: str) -> None:
    async with running() as web:
        web.answers[b"/home"] = leads_to(web.url("/", host))
        assert await web.preview(web.url("/", host), may_be_asked) in ("preview_not_public", "preview_unreachable")
        assert web.asked == []

        def first_alone(ip: IpAddress) -> bool:
            """The site itself, which a test has nowhere else, and nothing after it."""
            return not web.asked or may_be_asked(ip)

        assert await web.preview(web.url("/home"), first_alone) in ("preview_not_public", "preview_unreachable")
        assert len(web.asked) == 1


async def test_a_name_that_is_something_else_when_it_is_asked_again_is_not_asked_again() -> None:
    """What was checked is what is connected to (DNS rebinding): here nothing of the first answer listens."""
    async with running() as web:
        web.known["site.test"] = [[PUBLIC], [HOME]]
        assert await web.preview(web.url(), lambda ip: ip == PUBLIC) == "preview_unreachable"
        assert (web.looked_up, web.asked) == (["site.test"], [])


async def test_a_name_with_one_address_inside_is_not_asked() -> None:
    async with running() as web:
        web.known["site.test"] = [[PUBLIC, HOME]]
        assert await web.preview(web.url(), lambda ip: ip == PUBLIC) == "preview_not_public"


@pytest.mark.parametrize(
    "url", ["ftp://site.test/", "http://site.test:1/", "http://a:b@site.test/", "file:///etc/passwd"]
)
async def test_other_schemes_ports_and_logins_are_not_asked(url: str) -> None:
    async with running() as web:
        assert await web.preview(url) == "preview_not_public"
        web.answers[b"/on"] = leads_to(url)
        assert await web.preview(web.url("/on")) == "preview_not_public"
        assert web.looked_up == ["site.test"]


async def test_a_circle_of_redirects_ends() -> None:
    async with running() as web:
        web.answers[b"/round"] = leads_to("/round")
        assert await web.preview(web.url("/round")) == "preview_unreachable"
        assert len(web.asked) == 1 + fetching_module.REDIRECTS


@pytest.mark.parametrize(
    ("headers", "body"),
    [
        (("Content-Type: image/png",), PAGE),
        (("Content-Type: text/html", "Content-Encoding: br"), PAGE),
        (("Content-Type: text/html",), b"<p>no title"),
        (("X-Nothing: at all",), PAGE),
    ],
)
async def test_what_is_no_page_or_says_nothing_has_no_preview(headers: tuple[str, ...], body: bytes) -> None:
    async with running() as web:
        web.answers[b"/"] = page(body, *headers)
        assert await web.preview(web.url()) == "preview_nothing"


async def test_what_is_packed_is_read_as_far_as_is_looked_at() -> None:
    async with running() as web:
        bomb = gzip.compress(PAGE + b"x" * 200 * fetching_module.PAGE_BYTES)
        web.answers[b"/"] = page(bomb, "Content-Type: text/html", "Content-Encoding: gzip")
        assert await web.preview(web.url()) == LinkPreview(web.url(), "Soup", "", "For two")


async def test_a_page_without_an_end_is_left_after_its_beginning() -> None:
    sent = 0

    async def endless(request: bytes, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        await page()(request, writer)
        while True:
            writer.write(b"x" * 65_536)
            await writer.drain()
            sent += 65_536

    async with running() as web:
        web.answers[b"/"] = endless
        assert await web.preview(web.url()) == LinkPreview(web.url(), "Soup", "", "For two")
        # What lies in buffers on the way was sent as well.
        assert sent < 16 * fetching_module.PAGE_BYTES


async def test_a_page_that_drips_is_waited_for_no_longer_than_any(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetching_module, "FETCH_SECONDS", 0.3)

    async def drips(request: bytes, writer: asyncio.StreamWriter) -> None:
        await page()(request, writer)
        while True:
            writer.write(b"x")
            await writer.drain()
            await asyncio.sleep(0.05)

    async with running() as web:
        web.answers[b"/"] = drips
        assert await web.preview(web.url()) == "preview_unreachable"


async def test_a_page_is_read_in_its_own_letters() -> None:
    async with running() as web:
        named = "<meta charset='koi8-r'><title>Суп</title>".encode("koi8-r")
        said = ("Content-Type: text/html; charset=windows-1252",)
        web.answers |= {
            b"/named": page(named),
            b"/said": page("<title>Crème</title>".encode("cp1252"), *said),
            b"/slow": page(b"<title>Soup</title>", "Content-Type: text/html; charset=punycode"),
        }
        titles = [await web.preview(web.url(path)) for path in ("/named", "/said", "/slow")]
        assert [each.title for each in titles if isinstance(each, LinkPreview)] == ["Суп", "Crème", "Soup"]


async def test_nothing_goes_around_a_proxy() -> None:
    async with running() as web:
        web.is_direct = False
        assert await web.preview(web.url()) == "preview_proxy"
        assert web.looked_up == []
