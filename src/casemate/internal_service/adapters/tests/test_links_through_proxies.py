"""Links through proxies, honest ones and others: what travels, what is leaked to nobody, what is said of a failure."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack

import pytest

from casemate.internal_service.adapters import proxy_tunnel
from casemate.internal_service.adapters.proxies import Login, Proxies, read_proxy
from casemate.internal_service.adapters.server_link import ServerLinks
from casemate.internal_service.adapters.tests.test_server_link import (
    ALICE,
    DEVICE,
    Far,
    echo_three,
    far,  # noqa: F401  (a fixture)
)
from casemate.internal_service.core.ground.link_io import LinkClosed, LinkFrameArrived, LinkOpened, OpenLink, SendOnLink
from casemate.protocol.link import Deposited, ReceiptTaken
from tests.support.small_proxies import HttpProxy, SmallProxy, SocksProxy

NAME = "server.invalid:12349"
"""No name server knows it, and none must be asked."""
LOGIN = ("me", "a secret: ünï")

Behaviour = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]
Through = Callable[..., Awaitable[SmallProxy]]


@pytest.fixture
async def through(far: Far) -> AsyncIterator[Through]:  # noqa: F811
    """Makes a proxy of that kind and has all links of the far server's tests go through it."""

    async with AsyncExitStack() as stack:

        async def make(
            kind: type[SmallProxy],
            *,
            wants: tuple[str, str] | None = None,
            login: tuple[str, str] | None = None,
            behave: Behaviour | None = None,
        ) -> SmallProxy:
            host, port = far.address.rsplit(":", 1)
            proxy = kind({NAME: (host, int(port))}, wants, behave=behave)
            scheme = "socks5h" if kind is SocksProxy else "http"
            url = f"{scheme}://127.0.0.1:{await proxy.start()}"
            stack.push_async_callback(proxy.stop)
            await far.links.close()
            far.links = ServerLinks(
                far.queue, Proxies(chosen=read_proxy(url, None if login is None else Login(*login)))
            )
            return proxy

        yield make


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("login", [None, LOGIN])
async def test_a_link_goes_through_a_proxy_which_finds_the_server_itself(
    far: Far,  # noqa: F811
    through: Through,
    kind: type[SmallProxy],
    login: tuple[str, str] | None,
) -> None:
    far.serve.append(echo_three)
    proxy = await through(kind, wants=login, login=login)
    far.links.perform(OpenLink(ALICE, 1, NAME))
    assert await far.event() == LinkOpened(ALICE, 1, far.public_key), "TLS reaches the server itself"
    for count in range(3):
        far.links.perform(SendOnLink(ALICE, 1, ReceiptTaken(DEVICE, count)))
    for count in range(3):
        assert await far.event() == LinkFrameArrived(ALICE, 1, Deposited(DEVICE, count, count))
    assert proxy.asked == [NAME]


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
@pytest.mark.parametrize("login", [None, ("me", "wrong")])
async def test_a_proxy_that_wants_another_login_says_so(
    far: Far,  # noqa: F811
    through: Through,
    kind: type[SmallProxy],
    login: tuple[str, str] | None,
) -> None:
    await through(kind, wants=LOGIN, login=login)
    assert await _why(far) == "proxy_login"


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
async def test_a_server_that_the_proxy_does_not_reach_is_not_the_proxys_fault(
    far: Far,  # noqa: F811
    through: Through,
    kind: type[SmallProxy],
) -> None:
    await through(kind)
    assert await _why(far, "other.invalid:1") is None


@pytest.mark.parametrize("kind", [HttpProxy, SocksProxy])
async def test_a_proxy_that_is_not_there_says_so(far: Far, through: Through, kind: type[SmallProxy]) -> None:  # noqa: F811
    await (await through(kind)).stop()
    assert await _why(far) == "proxy_unreachable"


def _answers(*parts: bytes) -> Behaviour:
    async def behave(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        for part in parts:
            await reader.read(1000)
            writer.write(part)
            await writer.drain()

    return behave


async def _hangs(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while await reader.read(1000):
        pass


async def _never_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\n")
    while True:
        writer.write(b"X-More: of the same\r\n" * 1000)
        await writer.drain()


@pytest.mark.parametrize(
    ("kind", "behave", "code"),
    [
        (HttpProxy, _answers(b"HTTP/1.1 403 No\r\n\r\n"), "proxy_refused"),
        (HttpProxy, _answers(b"HTTP/1.1 200 OK\r\n\r\nand more"), "proxy_broke"),
        (HttpProxy, _answers(b"220 mail.example ESMTP\r\n\r\n"), "proxy_broke"),
        (HttpProxy, _answers(b"HTTP/1.1 200 OK\r\n"), "proxy_broke"),
        (HttpProxy, _answers(b""), "proxy_broke"),
        (HttpProxy, _answers(bytes(50_000)), "proxy_broke"),
        (HttpProxy, _never_ends, "proxy_broke"),
        (HttpProxy, _hangs, "proxy_silent"),
        (SocksProxy, _answers(b"\x05\x00", b"\x05\x02\x00\x01"), "proxy_refused"),
        (SocksProxy, _answers(b"\x05\x00", b"\x05\x00\x00\x07"), "proxy_broke"),
        (SocksProxy, _answers(b"\x05\x00", b"\x04\x00\x00\x01"), "proxy_broke"),
        (SocksProxy, _answers(b"\x05\x02"), "proxy_broke"),
        (SocksProxy, _answers(b"\x05"), "proxy_broke"),
        (SocksProxy, _answers(b"HTTP/1.1 400 What\r\n\r\n"), "proxy_broke"),
        (SocksProxy, _hangs, "proxy_silent"),
    ],
)
async def test_what_a_bad_proxy_does_is_said_as_it_is(
    far: Far,  # noqa: F811
    through: Through,
    monkeypatch: pytest.MonkeyPatch,
    kind: type[SmallProxy],
    behave: Behaviour,
    code: str,
) -> None:
    monkeypatch.setattr(proxy_tunnel, "TUNNEL_SECONDS", 0.5 if code == "proxy_silent" else 4.0)
    await through(kind, behave=behave)
    assert await _why(far) == code


async def test_a_proxy_in_the_environment_that_is_none_of_ours_is_not_gone_around(far: Far) -> None:  # noqa: F811
    await far.links.close()
    far.links = ServerLinks(far.queue, Proxies({"ALL_PROXY": "https://p.example:1"}))
    assert await _why(far) == "proxy_unusable"


async def _why(far: Far, address: str = NAME) -> str | None:  # noqa: F811
    far.links.perform(OpenLink(ALICE, 1, address))
    event = await far.event()
    assert isinstance(event, LinkClosed), event
    return None if event.why is None else event.why.code
