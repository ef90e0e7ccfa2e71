"""Invitations on their way from `casemate join` to the page that opens: each for one browser, once."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

WAITING_SECONDS: Final = 60.0
"""The page asks with its first script."""
WAITING_KEPT: Final = 32


@dataclass(frozen=True, slots=True)
class _Waiting:
    until: float
    invitation: str = field(repr=False)


class WaitingInvitations:
    """In memory alone. An address would stand in the browser's files for good."""

    def __init__(self, wall_clock: Callable[[], float]) -> None:
        self._wall_clock = wall_clock
        self._waiting: dict[str, _Waiting] = {}

    def keep(self, browser: str, invitation: str) -> None:
        """In the place of another for this browser."""
        self._forget_old()
        self._waiting.pop(browser, None)
        while len(self._waiting) >= WAITING_KEPT:
            self._waiting.pop(next(iter(self._waiting)))
        self._waiting[browser] = _Waiting(self._wall_clock() + WAITING_SECONDS, invitation)

    def take(self, browser: str) -> str:
        """Empty: none waits, or no longer."""
        self._forget_old()
        waiting = self._waiting.pop(browser, None)
        return "" if waiting is None else waiting.invitation

    def _forget_old(self) -> None:
        now = self._wall_clock()
        self._waiting = {browser: waiting for browser, waiting in self._waiting.items() if now < waiting.until}
