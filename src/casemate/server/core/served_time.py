"""How long this server has run, in all its runs together: what ages here ages by that.

A clock that jumps, a computer that sleeps and a server that is away take nothing out of the mailbox: nobody had the
time to come for it.
"""

from casemate.node import Instant
from casemate.server.core.ports import ServedTimeStore

MOST_BETWEEN_SWEEPS_SECONDS = 120.0
"""What one pause between two sweeps counts at most: twice what it is meant to be."""


class ServedTime:
    def __init__(self, store: ServedTimeStore) -> None:
        self._store = store
        self._counted: float | None = None
        """What the store has; None when it has to be read."""
        self._since = 0.0
        """The moment (monotonic) up to which that counts. An undone sweep leaves it ahead: that time is not counted."""

    def begin(self, now: Instant) -> None:
        """A run begins: whatever passed since the last one ended does not count."""
        self._since = now.monotonic

    def at(self, now: Instant) -> float:
        """Seconds; never fewer than before."""
        if self._counted is None:
            self._counted = self._store.seconds()
        return self._counted + max(0.0, min(now.monotonic - self._since, MOST_BETWEEN_SWEEPS_SECONDS))

    def count(self, now: Instant) -> float:
        """Write down what has passed; returns `at(now)`."""
        served = self.at(now)
        self._store.set_seconds(served)
        self._counted, self._since = served, now.monotonic
        return served

    def forget(self) -> None:
        """An event was undone, and with it perhaps what it wrote down."""
        self._counted = None
