"""Real services that reach their server through a proxy only; on its own, the server's name leads nowhere."""

import asyncio
import ssl
import subprocess
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Final

import psutil
import pytest

from casemate.crypto.testing import repeatable_entropy
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context
from tests.support.deployment import Deployment, deployment_in
from tests.support.processes import CASEMATE
from tests.support.small_proxies import HttpProxy, SmallProxy, SocksProxy, join
from tests.support.view import View

pytestmark = pytest.mark.processes

NAME: Final = "server.invalid:12349"
PASSWORD: Final = "canary-of-the-proxy"
LOGIN: Final = ("me", PASSWORD)
SECONDS: Final = 60.0


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as deployment:
        deployment.server.start()
        yield deployment


@asynccontextmanager
async def running(proxy: SmallProxy) -> AsyncIterator[int]:
    yield await proxy.start()
    await proxy.stop()


def where(deployment: Deployment) -> dict[str, tuple[str, int]]:
    host, port = deployment.server.address.rsplit(":", 1)
    return {NAME: (host, int(port))}


async def start_again(deployment: Deployment) -> None:
    """The server, so that everybody dials anew."""
    deployment.server.kill()
    await asyncio.to_thread(deployment.server.start)


def link(view: View, cid: int) -> tuple[str, str | None]:
    told: dict[str, Any] = view.accounts[cid].account["link"]
    return told["state"], told["reason"] and told["reason"]["code"]


@pytest.mark.parametrize(("kind", "scheme"), [(HttpProxy, "http"), (SocksProxy, "socks5h")])
async def test_an_account_is_made_through_a_proxy_and_its_password_is_written_nowhere(
    deployment: Deployment, kind: type[SmallProxy], scheme: str
) -> None:
    proxy = kind(where(deployment), LOGIN)
    service = deployment.service()
    async with running(proxy) as port:
        environment = {"ALL_PROXY": f"{scheme}://me:{PASSWORD}@127.0.0.1:{port}", "NO_PROXY": "other.invalid"}
        await asyncio.to_thread(
            service.start, environment={**environment, "CASEMATE_INTERNAL_SERVICE_LOG_LEVEL": "debug"}
        )
        async with await service.view() as view:
            cid = await view.register(NAME, "user-one", "User One")
            await view.subscribe(cid)
            assert link(view, cid) == ("online", None)
            assert set(proxy.asked) == {NAME}

            proxy.login = ("me", "another one now")
            await start_again(deployment)
            await view.until(lambda: link(view, cid) == ("away", "proxy_login"), seconds=SECONDS)
            proxy.login = LOGIN
            await view.until(lambda: link(view, cid) == ("online", None), seconds=SECONDS)
            arguments = [process.cmdline() for process in psutil.Process().children(recursive=True)]
            assert PASSWORD not in str(arguments)
    service.kill()
    written = [file for file in deployment.directory.rglob("*") if file.is_file()]
    assert [file for file in written if PASSWORD.encode() in file.read_bytes()] == []


async def test_a_proxy_that_goes_is_named_and_what_comes_back_is_used(deployment: Deployment) -> None:
    proxy = HttpProxy(where(deployment))
    service = deployment.service()
    async with running(proxy) as port:
        await asyncio.to_thread(
            service.start, environment={"CASEMATE_INTERNAL_SERVICE_PROXY": f"http://127.0.0.1:{port}"}
        )
        async with await service.view() as view:
            cid = await view.register(NAME, "user-one", "User One")
            await view.subscribe(cid)

            async def hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
                await reader.read()

            proxy.behave = hangs
            await start_again(deployment)
            await view.until(lambda: link(view, cid) == ("away", "proxy_silent"), seconds=SECONDS)
            proxy.behave = None
            await view.until(lambda: link(view, cid) == ("online", None), seconds=SECONDS)


async def test_a_proxy_that_puts_its_own_tls_in_between_gets_nothing(deployment: Deployment, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    load_or_make_identity(tmp_path / "other", repeatable_entropy(b"in between"), is_new=True)
    own = tls_context(tmp_path / "other")
    blind = ssl.create_default_context()
    blind.check_hostname, blind.verify_mode = False, ssl.CERT_NONE
    proxy = HttpProxy(where(deployment))
    read_along: list[bytes] = []

    async def in_between(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await writer.start_tls(own)
        far = await asyncio.open_connection(*where(deployment)[NAME], ssl=blind)
        await join((reader, writer), far, read_along.append)

    async with running(proxy) as port:
        service = deployment.service()
        await asyncio.to_thread(
            service.start, environment={"CASEMATE_INTERNAL_SERVICE_PROXY": f"http://127.0.0.1:{port}"}
        )
        async with await service.view() as view:
            cid = await view.register(NAME, "user-one", "User One")
            await view.subscribe(cid)
            proxy.behave = in_between
            await start_again(deployment)
            await view.until(lambda: link(view, cid) == ("away", "server_identity_changed"), seconds=SECONDS)
            probe = await view.request("ProbeServer", server_addr=NAME)
            assert probe["reason"]["code"] == "server_identity_changed"
    assert read_along, "it was in between"
    assert b"user-one" not in b"".join(read_along)


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--proxy", "http://me:secret@p:1"], "--proxy takes no login"),
        (["--proxy", "https://p:1"], "http://HOST:PORT or socks5h://HOST:PORT"),
    ],
)
def test_what_cannot_be_a_proxy_is_said_at_the_start(tmp_path: Path, options: list[str], sentence: str) -> None:
    done = subprocess.run(
        [*CASEMATE, "internal-service", "--data-dir", str(tmp_path / "d"), "--listen", "127.0.0.1:0", *options],
        check=False,
        capture_output=True,
        text=True,
        timeout=SECONDS,
    )
    assert done.returncode == 1
    assert sentence in done.stderr
    assert "secret" not in done.stderr
