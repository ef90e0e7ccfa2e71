"""How much the relay does for one account, one connection and everybody together."""

from dataclasses import dataclass
from typing import Final

from casemate.protocol.limits import MIB

MEGABYTES_PER_SECOND: Final = 32.0
FRAMES_PER_SECOND: Final = 20_000.0
"""Of one account, however small they are."""
QUESTIONS_PER_SECOND: Final = 50.0
"""Of one account to the core: about endpoints that it has not reached so far."""
BURST_SECONDS: Final = 0.5
"""So much of each rate may come at once; after a pause twice as much, since time is looked at only when it is spent."""

SEND_QUEUE_BYTES: Final = 1 * MIB
"""Waiting for one endpoint; what does not fit is dropped, as a network would do."""
SEND_QUEUES_BYTES: Final = 256 * MIB
"""Of all together: with many connections each has a shorter queue."""
SHORTEST_QUEUE_BYTES: Final = 128 * 1024
HELD_DATAGRAMS: Final = 32
"""Of one connection, while the core decides whether their destination may be reached."""
HELD_BYTES: Final = 128 * 1024
PEERS_REMEMBERED: Final = 4_096
"""Accounts that one account is known to be allowed to reach."""
CONNECTIONS: Final = 10_000

IDLE_PING_SECONDS: Final = 10.0
"""Without a sign of life for half as long after it, twice in a row, the connection is dead: 20 s in all."""
CLOSE_SECONDS: Final = 2.0


@dataclass(slots=True)
class Allowance:
    """A rate that may be overdrawn by one item, which is then waited for."""

    per_second: float
    left: float
    _filled_at: float

    @classmethod
    def full(cls, per_second: float, now: float) -> "Allowance":
        return cls(per_second, per_second * BURST_SECONDS, now)

    def wait_seconds(self, now: float) -> float:
        """Fill up what time has brought; how long until there is something left again, 0 if there is."""
        self.left = min(self.per_second * BURST_SECONDS, self.left + (now - self._filled_at) * self.per_second)
        self._filled_at = now
        return 0.0 if self.left > 0 else -self.left / self.per_second + 0.001


def queue_bytes(connections: int) -> int:
    """How long one endpoint's queue may get while so many are connected: halved in steps, so that it changes rarely."""
    size = SEND_QUEUE_BYTES
    while size > SHORTEST_QUEUE_BYTES and size * connections > SEND_QUEUES_BYTES:
        size //= 2
    return size
