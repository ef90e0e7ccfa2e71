"""Small proxies in the test's own process: HTTP CONNECT and SOCKS5, honest or not, that know where names lead."""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field

Streams = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@dataclass
class SmallProxy:
    """`names` is where it finds HOST:PORT; `login` what it wants to hear. `asked` is what it was asked for."""

    names: Mapping[str, tuple[str, int]]
    login: tuple[str, str] | None = None
    asked: list[str] = field(default_factory=list)
    behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]] | None = None
    """Instead of what a proxy does."""
    _server: asyncio.Server | None = None
    _serving: set[asyncio.Task[None]] = field(default_factory=set)

    async def start(self) -> int:
        """Its port on 127.0.0.1."""
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def stop(self) -> None:
        """Whoever is connected is cut off."""
        if self._server is not None:
            self._server.close()
        for task in self._serving:
            task.cancel()
        if self._serving:
            await asyncio.wait(self._serving)

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._serving.add(task)
        task.add_done_callback(self._serving.discard)
        try:
            await self._answer(reader, writer)
        finally:
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            if self.behave is not None:
                await self.behave(reader, writer)
            elif (far := await self.greet(reader, writer)) is not None:
                await join((reader, writer), far)

    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        """The connection to the server, or None: it was refused."""
        raise NotImplementedError

    async def _dial(self, where: str) -> Streams | None:
        self.asked.append(where)
        there = self.names.get(where)
        return None if there is None else await asyncio.open_connection(*there)


class HttpProxy(SmallProxy):
    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        request, *fields = head.split("\r\n")
        if self.login is not None:
            told = base64.b64encode(":".join(self.login).encode()).decode()
            if f"Proxy-Authorization: Basic {told}" not in fields:
                writer.write(b"HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\n\r\n")
                return None
        far = await self._dial(request.split()[1])
        answer = b"HTTP/1.1 502 Bad Gateway\r\n\r\n" if far is None else b"HTTP/1.1 200 OK\r\nVia: here\r\n\r\n"
        for part in (answer[:5], answer[5:]):  # in pieces, as networks do
            writer.write(part)
            await writer.drain()
        return far


class SocksProxy(SmallProxy):
    async def greet(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Streams | None:
        _, count = await reader.readexactly(2)
        methods = await reader.readexactly(count)
        wanted = 0 if self.login is None else 2
        if wanted not in methods:
            writer.write(b"\x05\xff")
            return None
        writer.write(bytes([5, wanted]))
        if self.login is not None:
            told = [(await reader.readexactly((await reader.readexactly(size))[-1])).decode() for size in (2, 1)]
            fits = tuple(told) == self.login
            writer.write(b"\x01\x00" if fits else b"\x01\x01")
            if not fits:
                return None
        _, _, _, kind = await reader.readexactly(4)
        assert kind == 3, "names are left to the proxy"
        name = (await reader.readexactly((await reader.readexactly(1))[0])).decode()
        port = int.from_bytes(await reader.readexactly(2), "big")
        far = await self._dial(f"{name}:{port}")
        writer.write(bytes([5, 4 if far is None else 0, 0, 1, 0, 0, 0, 0, 0, 0]))
        return far


async def join(one: Streams, other: Streams, look: Callable[[bytes], None] = lambda _: None) -> None:
    """Until either end is reached; everything is shown to `look`."""

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(OSError):
            while data := await reader.read(65_536):
                look(data)
                writer.write(data)
                await writer.drain()

    ways = [asyncio.create_task(carry(one[0], other[1])), asyncio.create_task(carry(other[0], one[1]))]
    try:
        await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for way in ways:
            way.cancel()
        other[1].close()
