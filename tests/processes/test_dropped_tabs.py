"""A tab that is closed, reloaded or cut off in any moment is nobody's error: the log does not speak of one."""

import asyncio
import json
import socket
import struct
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.deployment import InternalServiceProcess

pytestmark = pytest.mark.processes

TABS = 12
PAGE = b"GET / HTTP/1.1\r\nHost: %s\r\n\r\n"
SOCKET = (
    b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    b"Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nAuthorization: Bearer TOKEN\r\n\r\n"
)


@pytest.fixture
def service(tmp_path: Path) -> Iterator[InternalServiceProcess]:
    process = InternalServiceProcess(["internal-service"], tmp_path / "data", tmp_path / "logs")
    process.start()
    yield process
    process.stop_if_running()


async def test_tabs_that_drop_in_any_moment_are_no_errors(service: InternalServiceProcess) -> None:
    host, _, port = service.address.rpartition(":")
    asks = [PAGE, SOCKET, b"GET / HTTP/1.1\r\nHost: "]
    for number in range(TABS):
        request = asks[number % len(asks)].replace(b"%s", service.address.encode())
        reset_after(host, int(port), request.replace(b"TOKEN", service.token.encode()), answers=number % 2)
    for number in range(TABS):
        view = await service.view()
        connection = view._socket._response.connection
        assert connection is not None
        assert isinstance(connection.transport, asyncio.Transport)
        connection.transport.write(b"\x81" if number % 2 else b"")
        reset(connection.transport.get_extra_info("socket"))
        connection.transport.abort()
        await view.close()
    assert await service_answers(service)
    service.terminate()
    lines = [json.loads(line) for line in service.all_logs().splitlines() if line.startswith("{")]
    assert [line for line in lines if line["level"] != "info"] == []


async def service_answers(service: InternalServiceProcess) -> bool:
    """It has seen the end of every tab before: its answer comes after them in the queue."""
    async with await service.view():
        await asyncio.sleep(0)
        return True


def reset_after(host: str, port: int, request: bytes, *, answers: int) -> None:
    """Ask, read so many beginnings of answers, and break the connection."""
    with socket.create_connection((host, port), timeout=10) as connection:
        connection.sendall(request)
        for _ in range(answers if request.endswith(b"\r\n\r\n") else 0):
            connection.recv(16)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def reset(connection: socket.socket) -> None:
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
