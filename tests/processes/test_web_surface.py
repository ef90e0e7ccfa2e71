"""Who gets in at a running internal service: the launch link, the token, and pages from elsewhere."""

import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import pytest

from casemate.cli.open import launch_url
from tests.support.deployment import InternalServiceProcess

pytestmark = pytest.mark.processes

FRIEND = "http://localhost:5173"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[InternalServiceProcess]:
    command = ["internal-service", "--allow-origin", FRIEND, "--allow-host", "casemate.test"]
    process = InternalServiceProcess(command, tmp_path / "data", tmp_path / "logs")
    process.start()
    yield process
    process.stop_if_running()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        yield session


async def socket_status(http: aiohttp.ClientSession, url: str, **headers: str) -> int:
    try:
        async with http.ws_connect(url, headers=headers) as socket:
            assert "ServiceConnectionAccepted" in await socket.receive_str(timeout=10)
            return 101
    except aiohttp.WSServerHandshakeError as error:
        return error.status


async def test_the_opened_url_signs_a_browser_in_once(
    service: InternalServiceProcess, http: aiohttp.ClientSession
) -> None:
    url = launch_url(service.data_dir)
    async with http.get(url) as page:
        assert page.status == 200
        assert "launch" not in str(page.url)
        assert page.content_type == "text/html"
    origin = service.web_url.rstrip("/")
    assert await socket_status(http, service.web_url, Origin=origin) == 101
    assert await socket_status(http, service.web_url) == 401, "the cookie alone is not enough"
    async with aiohttp.ClientSession() as stranger, stranger.get(url) as refused:
        assert refused.status == 401
    service.kill()
    service.start()
    assert await socket_status(http, service.web_url, Origin=origin) == 101, "it stays signed in over a restart"


async def test_an_existing_client_in_a_page_of_another_origin_needs_the_list_and_the_token(
    service: InternalServiceProcess, http: aiohttp.ClientSession
) -> None:
    with_token = f"{service.web_url}?token={service.token}"
    assert await socket_status(http, with_token, Origin=FRIEND) == 101
    assert await socket_status(http, with_token) == 101
    assert await socket_status(http, service.web_url, Origin=FRIEND) == 401
    assert await socket_status(http, with_token, Origin="https://evil.example") == 403


async def test_only_listed_names_are_served(service: InternalServiceProcess, http: aiohttp.ClientSession) -> None:
    port = urlsplit(service.web_url).port
    with_token = f"{service.web_url}?token={service.token}"
    assert await socket_status(http, with_token, Host=f"casemate.test:{port}") == 101
    assert await socket_status(http, with_token, Host=f"evil.example:{port}") == 421


async def test_the_token_is_for_its_owner_and_in_no_log(
    service: InternalServiceProcess, http: aiohttp.ClientSession
) -> None:
    assert stat.S_IMODE((service.data_dir / "token").stat().st_mode) == 0o600
    url = launch_url(service.data_dir)
    async with http.get(url):
        pass
    await socket_status(http, f"{service.web_url}?token={service.token}")
    await socket_status(http, f"{service.web_url}?token={service.token}x", Origin=FRIEND)
    cookie = next(iter(http.cookie_jar)).value
    service.terminate()
    logs = service.all_logs()
    for secret in (service.token, url.partition("launch=")[2], cookie):
        assert secret not in logs
