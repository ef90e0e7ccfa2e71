"""Time and randomness as they are handed in: no core reads a clock or draws entropy by itself."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol, TypeAlias

Monotonic: TypeAlias = float
"""Seconds since some fixed moment of this process; never goes back. Timers use it and are rebuilt at start."""

Entropy: TypeAlias = Callable[[int], bytes]
"""Draws that many unpredictable bytes."""


@dataclass(frozen=True, slots=True)
class Instant:
    """One moment on both clocks, the same for all events of a batch."""

    monotonic: Monotonic
    wall: float
    """Seconds since 1970 UTC. For people to read: it may jump either way, so no timer trusts it."""


class Clock(Protocol):
    """Where the runner learns the time."""

    def now(self) -> Instant: ...
