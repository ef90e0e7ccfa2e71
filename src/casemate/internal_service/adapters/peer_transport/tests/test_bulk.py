"""Large transfers: whole, given up by either side, slowed down by a slow reader, and never in the way of frames."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from casemate.internal_service.adapters.peer_transport import bulk
from casemate.internal_service.adapters.peer_transport.bulk import BulkEnded, BulkReader, TooManyTransfers
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.tests.two import ALICE, BOB, two_connected
from casemate.internal_service.core.ground.path_io import ClosePeer, PeerFrameArrived, SendToPeer
from casemate.protocol.bulk import BulkHeader, TransferId
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import MIB
from casemate.protocol.peer import PathPing
from tests.support.own_network import WHY_NOT, in_own_network

HEADER = BulkHeader(7, TransferId(bytes(range(16))))

needs_own_network = pytest.mark.skipif(not in_own_network(), reason=WHY_NOT)


class Receiver:
    """Does with a transfer what the test says, and keeps what came of it."""

    def __init__(self, treat: Callable[[BulkReader], Awaitable[object]]) -> None:
        self._treat = treat
        self.names: list[ConnectionName] = []
        self.headers: list[BulkHeader] = []
        self.outcomes: asyncio.Queue[object] = asyncio.Queue()

    async def __call__(self, name: ConnectionName, reader: BulkReader) -> None:
        self.names.append(name)
        self.headers.append(reader.header)
        try:
            self.outcomes.put_nowait(await self._treat(reader))
        except BulkEnded as error:
            self.outcomes.put_nowait(type(error))
            raise

    async def outcome(self) -> object:
        async with asyncio.timeout(10):
            return await self.outcomes.get()


async def read_all(reader: BulkReader) -> bytes:
    content = bytearray()
    while piece := await reader.read():
        content += piece
    return bytes(content)


async def read_nothing(reader: BulkReader) -> None:
    await asyncio.Event().wait()


@needs_own_network
async def test_a_transfer_arrives_whole_with_its_header_and_connection() -> None:
    receiver = Receiver(read_all)
    content = bytes(range(256)) * (12 * MIB // 256)
    async with two_connected(receiver) as two:
        async with await two.transport.open_bulk(two.alice, HEADER) as writer:
            await writer.write(content)
            await writer.write(b"")
            await writer.write(b"the end")
            await writer.finish()
        assert await receiver.outcome() == content + b"the end"
        assert (receiver.names, receiver.headers) == ([two.bob], [HEADER])


@needs_own_network
async def test_both_sides_of_a_connection_can_begin_one() -> None:
    receiver = Receiver(read_all)
    async with two_connected(receiver) as two:
        async with await two.transport.open_bulk(two.bob, HEADER) as writer:
            await writer.write(b"from Bob")
            await writer.finish()
        assert await receiver.outcome() == b"from Bob"
        assert receiver.names == [two.alice]


@needs_own_network
async def test_frames_pass_while_a_transfer_waits_for_its_reader() -> None:
    async with two_connected(Receiver(read_nothing)) as two:
        writers = [await two.transport.open_bulk(two.alice, HEADER) for _ in range(bulk.AT_ONCE)]
        filling = [asyncio.create_task(writer.write(bytes(64 * MIB))) for writer in writers]
        await asyncio.sleep(0.5)
        assert not any(task.done() for task in filling)
        for count in range(1, 100):
            two.transport.perform(SendToPeer(*two.alice, PathPing(count)))
        while (await two.event(PeerFrameArrived, BOB)).frame != PathPing(99):
            pass
        two.transport.perform(SendToPeer(*two.bob, PathPing(5)))
        assert (await two.event(PeerFrameArrived, ALICE)).frame == PathPing(5)
        for task in filling:
            task.cancel()


@needs_own_network
async def test_a_reader_learns_that_the_writer_gave_up() -> None:
    receiver = Receiver(read_all)
    async with two_connected(receiver) as two:
        async with await two.transport.open_bulk(two.alice, HEADER) as writer:
            await writer.write(b"half of it")
            while not receiver.headers:
                await asyncio.sleep(0.01)
        assert await receiver.outcome() is BulkEnded


@needs_own_network
async def test_a_writer_learns_that_the_reader_wants_no_more() -> None:
    async def read_a_piece(reader: BulkReader) -> int:
        return len(await reader.read())

    async with two_connected(Receiver(read_a_piece)) as two:
        writer = await two.transport.open_bulk(two.alice, HEADER)
        with pytest.raises(BulkEnded):
            while True:
                await writer.write(bytes(MIB))
        await writer.cancel()


@needs_own_network
async def test_transfers_are_refused_where_nobody_takes_them() -> None:
    async with two_connected(None) as two:
        writer = await two.transport.open_bulk(two.alice, HEADER)
        with pytest.raises(BulkEnded):
            while True:
                await writer.write(b"x")
                await asyncio.sleep(0.01)


@needs_own_network
async def test_only_so_many_at_once_and_then_others() -> None:
    async with two_connected(Receiver(read_all)) as two:
        writers = [await two.transport.open_bulk(two.alice, HEADER) for _ in range(bulk.AT_ONCE)]
        with pytest.raises(TooManyTransfers):
            await two.transport.open_bulk(two.alice, HEADER)
        await writers[0].cancel()
        await writers[0].cancel()
        await writers[1].finish()
        for _ in range(2):
            await two.transport.open_bulk(two.alice, HEADER)
        with pytest.raises(TooManyTransfers):
            await two.transport.open_bulk(two.alice, HEADER)


@needs_own_network
async def test_the_end_of_the_connection_ends_its_transfers() -> None:
    receiver = Receiver(read_all)
    async with two_connected(receiver) as two:
        writer = await two.transport.open_bulk(two.alice, HEADER)
        await writer.write(b"half of it")
        while not receiver.headers:
            await asyncio.sleep(0.01)
        two.transport.perform(ClosePeer(*two.alice, "bye"))
        assert await receiver.outcome() is BulkEnded
        with pytest.raises(BulkEnded):
            await writer.write(b"x" * MIB)
        with pytest.raises(BulkEnded):
            await two.transport.open_bulk(two.alice, HEADER)
        with pytest.raises(BulkEnded):
            await two.transport.open_bulk(two.alice._replace(generation=9), HEADER)


def test_a_header_is_seventeen_bytes() -> None:
    assert BulkHeader.decoded(HEADER.encoded()) == HEADER
    assert len(HEADER.encoded()) == 17
    for wrong in (b"", HEADER.encoded()[:-1], HEADER.encoded() + b"x"):
        with pytest.raises(MalformedFrame):
            BulkHeader.decoded(wrong)


@needs_own_network
async def test_whoever_finished_one_can_begin_the_next_at_once() -> None:
    async with two_connected(Receiver(read_all)) as two:
        for _ in range(30):
            writers = [await two.transport.open_bulk(two.alice, HEADER) for _ in range(bulk.AT_ONCE)]
            await asyncio.gather(*(writer.write(bytes(100_000)) for writer in writers))
            await asyncio.gather(*(writer.finish() for writer in writers))
