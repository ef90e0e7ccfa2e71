"""A network that carries little at a time: a TCP proxy in front of a server."""

import asyncio
import contextlib
import math
import socket
from collections.abc import AsyncIterator
from typing import Final

CHUNK_BYTES: Final = 16 * 1024


@contextlib.asynccontextmanager
async def slow_network(
    url: str, *, down_bytes_per_second: float = math.inf, up_bytes_per_second: float = math.inf
) -> AsyncIterator[str]:
    """The URL under which the server is reached; what it sends goes down, what is sent to it goes up."""
    host, _, port = url.removeprefix("https://").rstrip("/").rpartition(":")
    carrying: set[asyncio.Task[None]] = set()

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        upstream = socket.socket()
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * CHUNK_BYTES)
        upstream.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * CHUNK_BYTES)
        upstream.setblocking(False)
        await asyncio.get_running_loop().sock_connect(upstream, (host, int(port)))
        from_server, to_server = await asyncio.open_connection(sock=upstream, limit=CHUNK_BYTES)
        carrying.add(asyncio.create_task(_carry(reader, to_server, CHUNK_BYTES / up_bytes_per_second)))
        carrying.add(asyncio.create_task(_carry(from_server, writer, CHUNK_BYTES / down_bytes_per_second)))

    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 * CHUNK_BYTES)  # inherited by what it accepts
    listener.bind(("127.0.0.1", 0))
    proxy = await asyncio.start_server(connected, sock=listener, limit=CHUNK_BYTES)
    async with proxy:
        yield f"https://127.0.0.1:{proxy.sockets[0].getsockname()[1]}/"
        for task in carrying:
            task.cancel()
        await asyncio.gather(*carrying, return_exceptions=True)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter, pause_seconds: float) -> None:
    try:
        while chunk := await source.read(CHUNK_BYTES):
            await asyncio.sleep(pause_seconds)
            sink.write(chunk)
            await sink.drain()
    except ConnectionError:
        pass
    finally:
        sink.close()
