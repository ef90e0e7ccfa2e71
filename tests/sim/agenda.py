"""Virtual time: what happens next, in order, without waiting."""

import heapq
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(order=True)
class Entry:
    at: float
    sequence: int
    action: Callable[[], None] | None = field(compare=False)

    def cancel(self) -> None:
        self.action = None


class Agenda:
    """Actions by virtual second; those of the same second in the order in which they were entered."""

    def __init__(self) -> None:
        self.now = 0.0
        self._entries: list[Entry] = []
        self._entered = 0

    def at(self, seconds: float, action: Callable[[], None]) -> Entry:
        """Do it then, or at once if that is past."""
        self._entered += 1
        entry = Entry(max(seconds, self.now), self._entered, action)
        heapq.heappush(self._entries, entry)
        return entry

    def after(self, seconds: float, action: Callable[[], None]) -> Entry:
        return self.at(self.now + seconds, action)

    def run_until(self, seconds: float) -> None:
        """Everything up to and including that second."""
        while self._entries and self._entries[0].at <= seconds:
            self._step()
        self.now = seconds

    def _step(self) -> None:
        entry = heapq.heappop(self._entries)
        action = entry.action
        if action is not None:
            self.now = entry.at
            action()
