"""Another user of the same computer, with everything that a browser or a program of ours could have lost to them."""

from collections.abc import Iterator
from http.cookies import Morsel
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from casemate.cli.open import launch_url
from tests.support.deployment import InternalServiceProcess
from tests.support.other_user import needs_other_user, other_user

pytestmark = [pytest.mark.processes, needs_other_user]

ASK = """
address, port, method, path, *headers = sys.argv[1:]
connection = http.client.HTTPConnection(address, int(port), timeout=30)
connection.request(method, path, headers=dict(header.split(": ", 1) for header in headers))
print(connection.getresponse().status)
"""
SQUAT = """
class Squatter(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(self.headers["Cookie"], flush=True)
        self.send_response(426)
        self.end_headers()
    def log_message(self, *_):
        pass
server = http.server.HTTPServer(("127.0.0.1", int(sys.argv[1])), Squatter)
print("listening", flush=True)
server.handle_request()
"""
UPGRADE = (
    "Connection: Upgrade",
    "Upgrade: websocket",
    "Sec-WebSocket-Version: 13",
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
)


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[InternalServiceProcess]:
    options = getattr(request, "param", [])
    process = InternalServiceProcess(["internal-service", *options], tmp_path / "data", tmp_path / "logs")
    process.start()
    yield process
    process.stop_if_running()


def asked_by_somebody(service: InternalServiceProcess, method: str, path: str, *headers: str) -> int:
    address, _, port = service.address.rpartition(":")
    with other_user(ASK, address, port, method, path, *headers) as somebody:
        return int(somebody.says())


async def cookie_of_ours(service: InternalServiceProcess) -> "Morsel[str]":
    """What our own browser got."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http, http.get(launch_url(service.data_dir)) as page:
        assert page.status == 200
    [cookie] = jar
    return cookie


async def test_whatever_they_bring_they_are_refused(service: InternalServiceProcess) -> None:
    origin = f"Origin: {service.web_url.rstrip('/')}"
    ours_has = await cookie_of_ours(service)
    assert ours_has["max-age"]
    cookie = f"Cookie: {ours_has.key}={ours_has.value}"
    bearer = f"Authorization: Bearer {service.token}"
    url = launch_url(service.data_dir)
    launch = url.removeprefix(service.web_url.rstrip("/"))
    assert asked_by_somebody(service, "GET", "/", cookie) == 403
    assert asked_by_somebody(service, "GET", "/", cookie, origin, *UPGRADE) == 403
    assert asked_by_somebody(service, "GET", f"/?token={service.token}", *UPGRADE) == 403
    assert asked_by_somebody(service, "POST", "/launch", bearer) == 403
    assert asked_by_somebody(service, "GET", launch) == 403
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as ours, ours.get(url) as page:
        assert page.status == 200, "they have not used our link up"


async def test_who_takes_our_port_gets_a_cookie_that_opens_nothing(service: InternalServiceProcess) -> None:
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as browser:
        async with browser.get(launch_url(service.data_dir)) as page:
            assert page.status == 200
        service.kill()
        with other_user(SQUAT, str(urlsplit(service.web_url).port)) as squatter:
            assert squatter.says() == "listening"
            async with browser.get(service.web_url) as answer:  # a tab that comes back by itself
                assert answer.status == 426
            caught = squatter.says()
        assert caught.startswith("casemate_")
        service.start()
        origin = f"Origin: {service.web_url.rstrip('/')}"
        assert asked_by_somebody(service, "GET", "/", f"Cookie: {caught}", origin, *UPGRADE) == 403
        headers = {"Origin": service.web_url.rstrip("/")}
        async with browser.ws_connect(service.web_url, headers=headers) as ours:
            assert "ServiceConnectionAccepted" in await ours.receive_str(timeout=30), "the browser itself goes on"


@pytest.mark.parametrize("service", [["--trust-other-users"]], indirect=True)
async def test_behind_a_proxy_they_may_be_let_in(service: InternalServiceProcess) -> None:
    cookie = await cookie_of_ours(service)
    assert asked_by_somebody(service, "GET", "/", f"Cookie: {cookie.key}={cookie.value}") == 200
    assert asked_by_somebody(service, "GET", "/") == 401, "a key is needed all the same"
    assert not cookie["max-age"], "what anybody here could be handed lasts no longer than the browser"
