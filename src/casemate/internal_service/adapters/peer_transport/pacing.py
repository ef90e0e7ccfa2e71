"""How much of large transfers may be under way on a connection: as much as adds no more than a few milliseconds to it.

Frames overtake what has not left yet, but not what is in the network already, and a network takes in seconds' worth if
it is let. So the window follows the delay: it grows while a piece takes no longer than the fastest of late, and shrinks
when pieces queue somewhere on the way, at whoever's hand.
"""

import asyncio
from typing import Final

from casemate.protocol.limits import KIB, MIB

QUEUE_SECONDS: Final = 0.005
QUEUE_PART: Final = 0.5
"""So much longer, and by this part longer, than the fastest may a piece take: a long way is never quite steady."""
WINDOW_BYTES: Final = (128 * KIB, 8 * MIB)
FIRST_WINDOW_BYTES: Final = 256 * KIB
PIECE_BYTES: Final = (32 * KIB, 256 * KIB)
PIECES: Final = 2
"""In a window. Larger pieces cost less, smaller ones tell earlier."""
FASTEST_SECONDS: Final = 10.0
"""The fastest of the last one or two periods of this length: the way may be another by then."""


class Pacer:
    """Of one connection; its transfers share the window."""

    def __init__(self) -> None:
        self._window = float(FIRST_WINDOW_BYTES)
        self._under_way = 0
        self._room = asyncio.Event()
        self._fastest = self._fastest_before = float("inf")
        self._period_began = 0.0

    @property
    def piece_bytes(self) -> int:
        low, high = PIECE_BYTES
        return min(high, max(low, int(self._window) // PIECES))

    async def enter(self, size: int) -> None:
        """Wait until this much more may be under way."""
        while self._under_way and self._under_way + size > self._window:
            self._room.clear()
            await self._room.wait()
        self._under_way += size

    def arrived(self, size: int, seconds: float, now: float) -> None:
        """A piece was read at the other side, so long after it was written."""
        self.leave(size)
        if now - self._period_began > FASTEST_SECONDS:
            self._period_began = now
            self._fastest_before, self._fastest = self._fastest, seconds
        self._fastest = min(self._fastest, seconds)
        fastest = min(self._fastest, self._fastest_before)
        queued = (seconds - fastest) / (QUEUE_SECONDS + QUEUE_PART * fastest)
        low, high = WINDOW_BYTES
        change = size * max(-1.0, 1.0 - queued)
        self._window = min(high, max(low, self._window + change))

    def forget_fastest(self) -> None:
        """The way is another from now on."""
        self._fastest = self._fastest_before = float("inf")

    def leave(self, size: int) -> None:
        """It is no longer under way."""
        self._under_way -= size
        self._room.set()
