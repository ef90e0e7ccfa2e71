"""How often a network may do what costs us, or what others pay for: some at once, and then one in a while."""

import math
from typing import Final

from casemate.node import Monotonic
from casemate.server.core.refusals import Refusal

NETWORKS_REMEMBERED: Final = 10_000
"""The one that took something longest ago is forgotten first: it has the most left again."""


class Allowances:
    """In memory alone. What is undone counts as well: that is rare, and heals by itself.

    `code` is what a refusal says, with the `seconds` until there is one more.
    """

    def __init__(self, at_once: int, seconds_for_one: float, code: str) -> None:
        self._at_once = at_once
        self._seconds_for_one = seconds_for_one
        self._code = code
        self._left: dict[str, tuple[float, Monotonic]] = {}
        """How many a network has left, and when that was so."""

    def check(self, network: str, now: Monotonic) -> None:
        """Raises RequestRefused when it has none left."""
        left = self._left_now(network, now)
        if left < 1:
            seconds = math.ceil((1 - left) * self._seconds_for_one)
            raise Refusal(self._code, seconds=str(seconds))

    def take(self, network: str, now: Monotonic) -> None:
        """Raises RequestRefused when it has none left."""
        self.check(network, now)
        left = self._left_now(network, now)
        self._left.pop(network, None)
        self._left[network] = (left - 1, now)
        if len(self._left) > NETWORKS_REMEMBERED:
            del self._left[next(iter(self._left))]

    def _left_now(self, network: str, now: Monotonic) -> float:
        left, since = self._left.get(network, (float(self._at_once), now))
        return min(float(self._at_once), left + (now - since) / self._seconds_for_one)
