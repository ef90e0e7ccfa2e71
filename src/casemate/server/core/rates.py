"""How much one link may ask: a little too much is refused, far too much breaks the protocol."""

from dataclasses import dataclass, field
from typing import Final

from casemate.node import Monotonic
from casemate.protocol.limits import REQUEST_RATE_PER_SECOND
from casemate.protocol.link import LinkFrame, ListAccounts, PublishDeviceList, SetBlock, SetVisibility

SIGNS_PER_SECOND: Final = 2_000
"""One-way frames that are neither deposit nor receipt: typing, signals taken."""
BURST_SECONDS: Final = 2
ROWS_PER_TOKEN: Final = 100
"""Of a directory page."""
COSTS: Final[dict[type[LinkFrame], int]] = {
    ListAccounts: 5,
    SetVisibility: 20,
    SetBlock: 5,
    PublishDeviceList: 20,
}
"""Requests that look at everybody, or tell everybody, count as so many others."""
REFUSALS_BEFORE_BREAK: Final = 1_000
"""Whoever goes on for so many refused requests in a row does not listen."""


@dataclass(slots=True)
class TokenBucket:
    """Allows `rate` per second on average and `BURST_SECONDS` of it at once."""

    rate: float
    _tokens: float = field(init=False)
    _filled_at: Monotonic = 0.0

    def __post_init__(self) -> None:
        self._tokens = self.rate * BURST_SECONDS

    def take(self, now: Monotonic, cost: int = 1) -> bool:
        """False when too much was taken."""
        full = self.rate * BURST_SECONDS
        self._tokens = min(full, self._tokens + (now - self._filled_at) * self.rate)
        self._filled_at = now
        if self._tokens < cost:
            return False
        self._tokens -= cost
        return True


@dataclass(slots=True)
class LinkRates:
    requests: TokenBucket = field(default_factory=lambda: TokenBucket(REQUEST_RATE_PER_SECOND))
    signs: TokenBucket = field(default_factory=lambda: TokenBucket(SIGNS_PER_SECOND))
    refused: int = 0
    """Requests refused for their rate since the last that was not."""

    def allows(self, request: LinkFrame, now: Monotonic) -> bool:
        if self.requests.take(now, _cost(request)):
            self.refused = 0
            return True
        self.refused += 1
        return False


def _cost(request: LinkFrame) -> int:
    rows = request.limit if isinstance(request, ListAccounts) else 0
    return COSTS.get(type(request), 1) + rows // ROWS_PER_TOKEN
