"""What many waiting requests have in common: how many are a socket's, and which is due first, without a look at all."""

import heapq
from collections.abc import Callable
from typing import Final

from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.node import Monotonic
from casemate.protocol.ids import SocketId

_TIDY_FROM: Final = 1_024
"""Entries, open or not; then those that are over are dropped, wherever they are."""


class Shares:
    """How many of each socket's requests wait."""

    def __init__(self, undo: Undo) -> None:
        self._counts: UndoDict[SocketId, int] = UndoDict(undo)

    def of(self, socket: SocketId) -> int:
        return self._counts.get(socket, 0)

    def more(self, socket: SocketId) -> None:
        self._counts[socket] = self.of(socket) + 1

    def less(self, socket: SocketId) -> None:
        left = self.of(socket) - 1
        if left > 0:
            self._counts[socket] = left
        else:
            self._counts.pop(socket)


class Deadlines:
    """When numbered things are due. Those that are no longer open are passed over, and forgotten between events."""

    def __init__(self, is_open: Callable[[int], bool], undo: Undo) -> None:
        self._is_open = is_open
        self._undo = undo
        self._heap: list[tuple[Monotonic, int]] = []
        self._tidy_at = _TIDY_FROM

    def add(self, number: int, due: Monotonic) -> None:
        entry = (due, number)
        heapq.heappush(self._heap, entry)
        self._undo.add(lambda: self._take_back(entry))

    def next(self) -> Monotonic | None:
        """Called between events, when nothing can be undone any more."""
        if len(self._heap) > self._tidy_at:
            self._heap = [entry for entry in self._heap if self._is_open(entry[1])]
            heapq.heapify(self._heap)
            self._tidy_at = max(_TIDY_FROM, 2 * len(self._heap))
        while self._heap and not self._is_open(self._heap[0][1]):
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def _take_back(self, entry: tuple[Monotonic, int]) -> None:
        """Its number is given out again."""
        self._heap.remove(entry)
        heapq.heapify(self._heap)

    def reached(self, now: Monotonic) -> list[int]:
        """The open ones that are due, the first first."""
        if not self._heap or self._heap[0][0] > now:
            return []
        return [number for due, number in sorted(self._heap) if due <= now and self._is_open(number)]
