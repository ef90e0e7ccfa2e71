"""What has been pushed on one link and what may be pushed next."""

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
    under_way: set[int] = field(default_factory=set)
    """Pushed and not yet taken."""
    more_stored: bool = False
    """The mailbox may hold numbers above `pushed_up_to`."""
    _highest: int = 0
    """Of all that was ever under way."""

    @property
    def room(self) -> int:
        return DELIVERIES_UNTAKEN - len(self.under_way)

    @property
    def lowest_under_way(self) -> int:
        """What is missing below it is needed before anything that is under way can be taken."""
        return min(self.under_way, default=0)

    def pushed(self, numbers: list[int]) -> None:
        """These, ascending, are under way now."""
        self.under_way.update(numbers)
        self._highest = max(self._highest, numbers[-1])
        self.pushed_up_to = max(self.pushed_up_to, numbers[-1])

    def taken(self, up_to: int) -> None:
        """The recipient has all up to this number, whether they were pushed here or came another way."""
        self.under_way = set() if up_to >= self._highest else {n for n in self.under_way if n > up_to}
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
