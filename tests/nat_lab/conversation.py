"""Numbered messages that flow both ways all the time, and what has to be true of them afterwards."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import Final

from tests.nat_lab.team import Person, Team

PAUSE_SECONDS: Final = 0.1
ARRIVAL_SECONDS: Final = 60.0


class Stream:
    """What one person writes to the other."""

    def __init__(self, writer: Person, reader: Person) -> None:
        self.writer = writer
        self.reader = reader
        self.written: list[str] = []
        self.written_at: list[float] = []
        self._ids: list[str] = []

    async def write_one(self) -> None:
        text = self._text(len(self.written) + 1)
        self.written.append(text)
        self.written_at.append(time.monotonic())
        self._ids.append(await self.writer.view.send_chat(self.writer.cid, self.writer.peer_cid, text))

    async def write_until(self, enough: asyncio.Event) -> None:
        while not enough.is_set():
            await self.write_one()
            await asyncio.sleep(PAUSE_SECONDS)

    async def until_all_arrived(self, seconds: float = ARRIVAL_SECONDS) -> None:
        await self.reader.view.until(lambda: len(self.reader.view.arrivals) >= len(self.written), seconds=seconds)

    async def until_heard_again(self, seconds: float = ARRIVAL_SECONDS) -> None:
        """Until something that is written from now on is shown to the reader."""
        next_text = self._text(len(self.written) + 1)
        await self.reader.view.until(lambda: next_text in self.reader.view.arrivals, seconds=seconds)

    async def until_all_delivered(self, seconds: float = ARRIVAL_SECONDS) -> None:
        # A view that was opened meanwhile was only told of what changed since.
        await self.writer.view.load_timeline(self.writer.cid, self.writer.peer_cid)
        for message_id in self._ids:
            await self.writer.view.until_status(self.writer.cid, message_id, "delivered", "read", seconds=seconds)

    async def read(self) -> list[str]:
        """What the reader's timeline holds of the writer, in the order in which it is shown."""
        timeline = await self.reader.view.load_timeline(self.reader.cid, self.reader.peer_cid)
        return [message["text"] for message in timeline if not message["mine"]]

    def longest_delay(self) -> float:
        """From writing to being shown, in seconds."""
        arrivals = self.reader.view.arrivals
        return max(arrivals[text] - at for text, at in zip(self.written, self.written_at, strict=True))

    def _text(self, number: int) -> str:
        return f"{self.writer.name} {number}"


class Conversation:
    """Both streams of a team."""

    def __init__(self, team: Team) -> None:
        self.streams = (Stream(team.a, team.b), Stream(team.b, team.a))
        self.undone_at: float | None = None

    def undone(self) -> None:
        """What happened to the network has an end now; for the figures."""
        self.undone_at = time.monotonic()

    async def say_one_each(self) -> None:
        for stream in self.streams:
            await stream.write_one()

    async def until_all_arrived(self, seconds: float = ARRIVAL_SECONDS) -> None:
        for stream in self.streams:
            await stream.until_all_arrived(seconds)

    async def until_heard_again(self) -> None:
        for stream in self.streams:
            await stream.until_heard_again()

    async def check(self) -> None:
        """Everything that was written is there exactly once and in order, and its writer knows."""
        for stream in self.streams:
            await stream.until_all_delivered()
            assert await stream.read() == stream.written

    @contextlib.asynccontextmanager
    async def flowing(self) -> AsyncIterator[None]:
        """Both write during the block; at its end everything is checked."""
        enough = asyncio.Event()
        async with asyncio.TaskGroup() as group:
            for stream in self.streams:
                group.create_task(stream.write_until(enough))
            yield
            enough.set()
        await self.check()
        for stream in self.streams:
            print(
                f"{stream.writer.name}: {len(stream.written)} messages, the slowest took {stream.longest_delay():.2f} s"
            )
