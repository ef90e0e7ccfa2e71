"""By what keys age: the time that has passed for this account, as far as our clock can be believed.

While the account is open it is the time that it has run. What passed while it was closed only the clock can say, which
may have jumped: so much counts at most that no key goes at once, and never less than nothing.
"""

from typing import Final

from casemate.internal_service.core.account.ports import KeyTimeStore
from casemate.internal_service.core.ground.undo import Memory, Undo
from casemate.node import Instant
from casemate.protocol.limits import DAY_SECONDS, HOUR_SECONDS

TIDY_SECONDS: Final = 6 * HOUR_SECONDS
"""The pause between two times that it is counted, and that what is too old goes."""
MOST_BETWEEN_SECONDS: Final = 2 * TIDY_SECONDS
"""What one such pause counts at most: a computer may have slept."""
MOST_CLOSED_SECONDS: Final = 5 * DAY_SECONDS
"""What the time for which the account was closed counts at most."""


class KeyTime(Memory):
    def __init__(self, store: KeyTimeStore, undo: Undo) -> None:
        super().__init__(undo)
        self._store = store
        self._counted: float | None = None
        """What the store has; None before it was looked at."""
        self._since = 0.0
        """The moment (monotonic) up to which that counts."""

    def begin(self, now: Instant) -> float:
        """The account is opened. Returns `at(now)`."""
        seconds, wall = self._store.key_time() or (now.wall, now.wall)
        return self._write(seconds + _between(now.wall - wall, MOST_CLOSED_SECONDS), now)

    def at(self, now: Instant) -> float:
        """Seconds. The first ever are those of the clock."""
        if self._counted is None:
            seconds, _ = self._store.key_time() or (now.wall, now.wall)
            self._counted, self._since = seconds, now.monotonic
        return self._counted + _between(now.monotonic - self._since, MOST_BETWEEN_SECONDS)

    def count(self, now: Instant) -> float:
        """Write down what has passed; returns `at(now)`."""
        return self._write(self.at(now), now)

    def _write(self, seconds: float, now: Instant) -> float:
        self._store.set_key_time(seconds, now.wall)
        self._counted, self._since = seconds, now.monotonic
        return seconds


def _between(seconds: float, most: float) -> float:
    return max(0.0, min(seconds, most))
