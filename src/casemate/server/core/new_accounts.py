"""How many accounts one network may make: a thousand throw-away names shall cost more than a second."""

import math
from typing import Final

from casemate.node import Monotonic
from casemate.protocol.limits import NEW_ACCOUNT_SECONDS
from casemate.server.core.refusals import RequestRefused

NETWORKS_REMEMBERED: Final = 10_000
"""The one that made an account longest ago is forgotten first: it has the most left again."""


class NewAccounts:
    """In memory alone. An account whose making is undone counts as well: that is rare, and heals in a minute."""

    def __init__(self, at_once: int) -> None:
        self._at_once = at_once
        self._left: dict[str, tuple[float, Monotonic]] = {}
        """How many accounts a network may make, and when that was so."""

    def count(self, caller: str, now: Monotonic) -> None:
        """One more account of this network. Raises RequestRefused: too_many_accounts."""
        left, since = self._left.get(caller, (float(self._at_once), now))
        left = min(float(self._at_once), left + (now - since) / NEW_ACCOUNT_SECONDS)
        if left < 1:
            seconds = math.ceil((1 - left) * NEW_ACCOUNT_SECONDS)
            raise RequestRefused("too_many_accounts", seconds=str(seconds))
        self._left.pop(caller, None)
        self._left[caller] = (left - 1, now)
        if len(self._left) > NETWORKS_REMEMBERED:
            del self._left[next(iter(self._left))]
