"""TLS with one buffer for all: what goes through, how it ends, and what a hostile other end gets."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import pytest

from casemate.runtime.entropy import system_entropy
from casemate.server.adapters import tls_transport
from casemate.server.adapters.identity_file import load_or_make_identity, tls_context
from casemate.server.adapters.tls_transport import RECORD_BYTES, TlsListener

TEST_SECONDS = 20.0


class Above(asyncio.Protocol):
    """Keeps what comes; answers it when told to."""

    def __init__(self, house: "House") -> None:
        self.house = house
        self.came = bytearray()
        self.ended = self.lost = self.is_full = False
        house.made.append(self)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)
        self.house.tell()

    def data_received(self, data: bytes) -> None:
        assert not self.lost
        assert not self.ended
        self.came += data
        self.house.on_data(self, data)
        self.house.tell()

    def eof_received(self) -> None:
        self.ended = True

    def pause_writing(self) -> None:
        self.is_full = True
        self.house.tell()

    def connection_lost(self, exc: Exception | None) -> None:
        assert not self.lost
        self.lost = True
        self.house.tell()


@dataclass
class House:
    """A listener, and the protocols above TLS that it made."""

    port: int = 0
    made: list[Above] = field(default_factory=list)
    on_data: Callable[[Above, bytes], None] = lambda above, data: None
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self) -> None:
        self._changed.set()

    async def until(self, holds: Callable[[], bool]) -> None:
        async with asyncio.timeout(TEST_SECONDS):
            while not holds():
                self._changed.clear()
                await self._changed.wait()

    async def dial(self, **settings: Any) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
        for name, value in settings.items():
            setattr(context, name, value)
        return await asyncio.open_connection("127.0.0.1", self.port, ssl=context, limit=2**23)

    async def dial_tcp(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    load_or_make_identity(tmp_path, system_entropy, is_new=True)
    house = House()
    listener = TlsListener(tls_context(tmp_path), lambda: Above(house))
    server = await asyncio.get_running_loop().create_server(listener, "127.0.0.1", 0)
    house.port = server.sockets[0].getsockname()[1]
    yield house
    server.close()
    for above in house.made:
        above.transport.abort()


async def ended(reader: asyncio.StreamReader) -> bytes:
    """What still came before the end."""
    rest = b""
    async with asyncio.timeout(TEST_SECONDS):
        with contextlib.suppress(ConnectionError, ssl.SSLError):
            while data := await reader.read(2**16):
                rest += data
    return rest


def echo(above: Above, data: bytes) -> None:
    above.transport.write(data)


@pytest.mark.parametrize("size", [1, RECORD_BYTES, RECORD_BYTES + 1, 3_000_000])
async def test_bytes_go_through_both_ways(house: House, size: int) -> None:
    house.on_data = echo
    said = bytes(range(251)) * (size // 251 + 1)
    reader, writer = await house.dial()
    writer.write(said)
    assert await asyncio.wait_for(reader.readexactly(len(said)), TEST_SECONDS) == said
    writer.close()


async def test_what_one_connection_says_never_reaches_another(house: House) -> None:
    links = [await house.dial() for _ in range(20)]
    for number, (_, writer) in enumerate(links):
        writer.write(bytes([number]) * 50_000)
    await house.until(lambda: sum(len(above.came) for above in house.made) == 20 * 50_000)
    assert sorted(set(above.came) for above in house.made) == [{number} for number in range(20)]
    for _, writer in links:
        writer.close()


async def test_a_goodbye_is_heard_and_said(house: House) -> None:
    reader, writer = await house.dial()
    writer.write(b"last words")
    writer.close()
    await house.until(lambda: bool(house.made) and house.made[0].lost)
    assert (bytes(house.made[0].came), house.made[0].ended) == (b"last words", True)
    reader, writer = await house.dial()
    await house.until(lambda: len(house.made) == 2)
    house.made[1].transport.write(b"closing")
    house.made[1].transport.close()
    house.made[1].transport.write(b"too late")
    async with asyncio.timeout(TEST_SECONDS):
        assert await reader.read() == b"closing"  # and no error: the end was said, not cut
    writer.close()
    await house.until(lambda: house.made[1].lost)


async def test_tcp_that_ends_without_a_goodbye_is_an_end(house: House) -> None:
    _, writer = await house.dial()
    await house.until(lambda: len(house.made) == 1)
    writer.transport.abort()
    await house.until(lambda: house.made[0].lost)


async def test_what_is_not_wanted_stays_where_it_is(house: House) -> None:
    house.on_data = lambda above, data: above.transport.pause_reading()
    said = bytes(range(256)) * 40_000
    _, writer = await house.dial()
    writer.write(said)
    writer.close()
    await house.until(lambda: bool(house.made) and bool(house.made[0].came))
    above = house.made[0]
    assert len(above.came) <= RECORD_BYTES
    while len(above.came) < len(said):
        seen = len(above.came)
        above.transport.resume_reading()
        await house.until(lambda seen=seen: len(above.came) > seen)  # type: ignore[misc]
        assert len(above.came) <= seen + RECORD_BYTES
    assert bytes(above.came) == said
    above.transport.resume_reading()
    await house.until(lambda: above.lost)


async def test_who_does_not_read_is_told_of_and_cut_off_in_the_end(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls_transport, "CLOSING_SECONDS", 0.05)
    _, writer = await house.dial()
    cast("asyncio.Transport", writer.transport).pause_reading()
    await house.until(lambda: len(house.made) == 1)
    above = house.made[0]
    while not above.is_full:
        above.transport.write(bytes(1_000_000))
    assert above.transport.get_write_buffer_size() > 0
    above.transport.close()
    assert above.transport.is_closing()
    await house.until(lambda: above.lost)
    writer.transport.abort()


async def test_a_connection_without_tls_is_ended_in_time(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_transport, "HANDSHAKE_SECONDS", 0.05)
    reader, writer = await house.dial_tcp()
    writer.write(b"\x16\x03\x01")
    assert await ended(reader) == b""
    assert house.made == []
    writer.close()


async def test_what_is_no_tls_ends_its_connection_alone(house: House) -> None:
    reader, writer = await house.dial_tcp()
    writer.write(b"GET / HTTP/1.1\r\n\r\n")
    await ended(reader)
    assert house.made == []
    writer.close()
    house.on_data = echo
    reader, writer = await house.dial()
    writer.write(b"still here")
    assert await reader.readexactly(10) == b"still here"
    writer.close()


async def test_garbage_within_tls_ends_the_connection(house: House) -> None:
    reader, writer = await house.dial()
    await house.until(lambda: len(house.made) == 1)
    raw = writer.transport.get_extra_info("socket").dup()
    raw.setblocking(True)
    raw.sendall(b"\x17\x03\x03\x00\x20" + bytes(32))
    await house.until(lambda: house.made[0].lost)
    assert bytes(house.made[0].came) == b""
    await ended(reader)
    raw.close()
    writer.transport.abort()


async def test_older_tls_is_refused(house: House) -> None:
    with pytest.raises((ssl.SSLError, ConnectionError)):
        await house.dial(maximum_version=ssl.TLSVersion.TLSv1_2)
    assert house.made == []


async def test_an_end_in_the_middle_of_reading_is_the_end(house: House) -> None:
    house.on_data = lambda above, data: above.transport.abort()
    reader, writer = await house.dial()
    writer.write(bytes(100_000))
    await ended(reader)
    await house.until(lambda: house.made[0].lost)
    assert len(house.made[0].came) <= RECORD_BYTES
    writer.transport.abort()
