"""What every adapter promises that carries frames between this service and another: implementations' tests subclass it.

A `Line` is one connection with its two ends: ours, driven by effects and heard by events, and a far one that the test
plays. Frames are told apart by a number, the mark.
"""

from collections.abc import AsyncIterator
from typing import Literal, Protocol

import pytest

Heard = Literal["opened", "closed"] | int
"""What an event of ours says: a mark, or that the connection opened or closed."""

MARKS = 500


class Line(Protocol):
    seconds_until_given_up: float
    """A dial that nobody answers is over by then."""

    def dial(self) -> None: ...

    def dial_nobody(self) -> None: ...

    def send(self, mark: int) -> None: ...

    def send_much(self) -> None:
        """More than may wait to be sent."""

    def close(self) -> None: ...

    async def heard(self, seconds: float = 10) -> Heard | None:
        """Our next event; None if none comes in time."""

    async def far_heard(self) -> int: ...

    async def far_says(self, mark: int) -> None: ...

    async def far_says_garbage(self) -> None:
        """Bytes that are no frame."""

    async def far_closes(self) -> None: ...


class ConnectionContract:
    @pytest.fixture
    def line(self) -> AsyncIterator[Line]:
        raise NotImplementedError

    async def test_frames_arrive_whole_and_in_order_both_ways(self, line: Line) -> None:
        line.dial()
        assert await line.heard() == "opened"
        for mark in range(MARKS):
            line.send(mark)
        for mark in range(MARKS):
            assert await line.far_heard() == mark
        for mark in range(MARKS):
            await line.far_says(mark)
        for mark in range(MARKS):
            assert await line.heard() == mark

    async def test_what_is_sent_while_it_opens_arrives(self, line: Line) -> None:
        line.dial()
        line.send(1)
        line.send(2)
        assert await line.heard() == "opened"
        assert [await line.far_heard(), await line.far_heard()] == [1, 2]

    async def test_nothing_is_told_after_we_closed_it(self, line: Line) -> None:
        line.dial()
        assert await line.heard() == "opened"
        line.send(1)
        assert await line.far_heard() == 1
        await line.far_says(2)
        line.close()
        line.send(3)
        line.close()
        # What was in the queue before is the core's to ignore.
        assert await line.heard(0.5) in (2, None)
        assert await line.heard(0.5) is None

    async def test_nothing_is_told_of_a_dial_that_we_took_back(self, line: Line) -> None:
        line.dial()
        line.close()
        line.dial_nobody()
        line.close()
        assert await line.heard(1) is None

    async def test_the_end_is_told_once_when_the_far_end_closes(self, line: Line) -> None:
        line.dial()
        assert await line.heard() == "opened"
        line.send(1)
        assert await line.far_heard() == 1
        await line.far_closes()
        assert await line.heard() == "closed"
        line.send(2)
        line.close()
        assert await line.heard(0.5) is None

    async def test_nobody_there_is_an_end_too(self, line: Line) -> None:
        line.dial_nobody()
        assert await line.heard(line.seconds_until_given_up) == "closed"
        assert await line.heard(0.5) is None

    async def test_garbage_ends_it(self, line: Line) -> None:
        line.dial()
        assert await line.heard() == "opened"
        line.send(1)
        assert await line.far_heard() == 1
        await line.far_says_garbage()
        assert await line.heard() == "closed"
        assert await line.heard(0.5) is None

    async def test_no_more_waits_to_be_sent_than_may(self, line: Line) -> None:
        line.dial()
        assert await line.heard() == "opened"
        line.send_much()
        assert await line.heard() == "closed"
        assert await line.heard(0.5) is None
