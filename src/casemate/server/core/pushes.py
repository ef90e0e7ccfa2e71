"""What has been pushed on one link and what may be pushed next."""

from bisect import bisect_left, bisect_right
from dataclasses import dataclass, field
from typing import Final

from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import DELIVERIES_UNTAKEN, MIB

PUSH_CREDIT_BYTES: Final = 2 * MIB
"""So much of what is pushed may be on its way into one connection; more waits on the disk."""


@dataclass(slots=True)
class Window:
    """Envelopes of one sender device on one link."""

    pair_id: int
    sender: AccountId
    pushed_up_to: int
    """Every envelope in the mailbox up to this number was pushed."""
    under_way: list[int] = field(default_factory=list)
    """Pushed and not yet taken, ascending: what is taken goes from its front, however much lies behind."""
    more_stored: bool = False
    """The mailbox may hold numbers above `pushed_up_to`."""

    @property
    def room(self) -> int:
        return DELIVERIES_UNTAKEN - len(self.under_way)

    @property
    def lowest_under_way(self) -> int:
        """What is missing below it is needed before anything that is under way can be taken."""
        return self.under_way[0] if self.under_way else 0

    def is_under_way(self, number: int) -> bool:
        place = bisect_left(self.under_way, number)
        return place < len(self.under_way) and self.under_way[place] == number

    def pushed(self, numbers: list[int]) -> None:
        """These, ascending and not under way yet, are from now on."""
        fills_gap = bool(self.under_way) and numbers[0] < self.under_way[-1]
        self.under_way += numbers
        if fills_gap:
            self.under_way.sort()
        self.pushed_up_to = max(self.pushed_up_to, numbers[-1])

    def taken(self, up_to: int) -> None:
        """The recipient has all up to this number, whether they were pushed here or came another way."""
        del self.under_way[: bisect_right(self.under_way, up_to)]
        self.pushed_up_to = max(self.pushed_up_to, up_to)


@dataclass(slots=True)
class Pushes:
    credit: int = PUSH_CREDIT_BYTES
    """Bytes that may still be pushed before the network has taken some."""
    known: bool = False
    """False until what is stored for the device was looked up; then the fields below are true."""
    signals_up_to: int = 0
    more_signals: bool = True
    windows: dict[DeviceId, Window] = field(default_factory=dict)
    """By sender device."""
    ready: dict[DeviceId, None] = field(default_factory=dict)
    """Senders of whom something stored may be pushed now; an ordered set, served in turn."""
    receipts: dict[int, None] = field(default_factory=dict)
    """Pairs whose stored receipt has not been pushed on this link; an ordered set."""
