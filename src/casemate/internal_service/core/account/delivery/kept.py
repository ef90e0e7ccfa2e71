"""How long the server keeps what it has of ours: after that *sent* is no longer so."""

from collections.abc import Callable, Iterable
from math import inf
from typing import Final

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.deposits import Deposits
from casemate.internal_service.core.account.ports import Line
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import DAY_SECONDS, MAILBOX_SECONDS
from casemate.protocol.link import Deposited

LOOK_SECONDS: Final = 60.0
"""By the clock on the wall, which may jump: no timer can wait for it."""
AT_ONCE: Final = 1_000
MOMENT_SECONDS: Final = 0.05
MOST_KEPT_SECONDS: Final = 3_650 * DAY_SECONDS


class Kept(Memory):
    def __init__(self, context: Context, deposits: Deposits, flush_later: Callable[[DeviceId], None]) -> None:
        super().__init__(context.undo)
        self._context = context
        self._deposits = deposits
        self._flush_later = flush_later
        self._look_at: float | None = 0.0
        """When (monotonic) to look for what is kept no longer; 0 after a start, None: nothing is."""

    def deposited(self, frame: Deposited, now: Instant) -> float:
        """Until when (wall) the server keeps this: an older one does not say, a strange one says anything."""
        self._look_at = min(inf if self._look_at is None else self._look_at, now.monotonic + LOOK_SECONDS)
        says = min(frame.kept_seconds, MOST_KEPT_SECONDS) if frame.kept_seconds > 0 else MAILBOX_SECONDS
        return now.wall + says

    def expire(self, device: DeviceId, first: int, last: int) -> Outcome:
        """What is sent of these numbers is kept no longer; where they are here, it goes again at once."""
        expired = changed(self._context.store.expire(device, first, last))
        channel = self._context.store.channel(device)
        if channel is None:
            return []
        presence = self._context.store.presence(channel.account_id)
        return expired + (self.revive(device) if presence is not None and presence.online else [])

    def revive(self, device: DeviceId) -> Outcome:
        """They are back: what they did not come for in time is deposited again."""
        revived = self._context.store.revive(device)
        if revived is None:
            return []
        first, lines = revived
        self._deposits.begin_again(device, first)
        self._flush_later(device)
        return changed(lines)

    def revive_who_is_here(self, peers: Iterable[Peer]) -> Outcome:
        outcome: Outcome = []
        for peer in peers:
            presence = self._context.store.presence(peer.account_id)
            if presence is not None and presence.online:
                for device in self._context.devices_of(peer):
                    outcome += self.revive(device)
        return outcome

    def next_wakeup(self) -> float | None:
        return self._look_at

    def wakeup(self, now: Instant) -> Outcome:
        """By our own clock, since the server may be away."""
        if self._look_at is None or self._look_at > now.monotonic:
            return []
        outcome: Outcome = []
        overdue = self._context.store.overdue(now.wall, AT_ONCE)
        for device, number in overdue:
            outcome += self.expire(device, number, number)
        self._look_at = None
        if self._context.store.next_overdue() is not None:
            self._look_at = now.monotonic + (MOMENT_SECONDS if len(overdue) == AT_ONCE else LOOK_SECONDS)
        return outcome


def changed(lines: Iterable[Line]) -> Outcome:
    """They look different now."""
    return [MessageChanged(conversation, message_id) for conversation, message_id in lines]
