"""Who was heard on the local network: bounded in number and in how often accounts hear of it."""

from dataclasses import dataclass, field
from typing import Final

from casemate.internal_service.adapters.lan.announcement import Announcement
from casemate.protocol.limits import PEER_ADDRESSES

MAX_NEIGHBOURS: Final = 256
KEPT_SECONDS: Final = 1_800
"""No announcement is good for longer: tags are recognised in three slots at most."""
TELL_SECONDS: Final = 5
"""News of one neighbour is told this often at most; what came in between is told together."""
NEW_AT_ONCE: Final = 64
NEW_PER_SECOND: Final = 8
"""Strangers can make up neighbours, and each costs every account a look."""


@dataclass(slots=True)
class Neighbour:
    announcement: Announcement
    addresses: tuple[str, ...] = ()
    """Where it may be reached, latest first: IP:PORT, [IPv6]:PORT."""
    heard_at: float = 0.0
    told_at: float = field(default=float("-inf"))
    has_news: bool = True


class Neighbours:
    """Times are seconds of a monotonic clock."""

    def __init__(self) -> None:
        self._known: dict[str, Neighbour] = {}
        self._new_left: float = NEW_AT_ONCE
        self._counted_at = 0.0

    @property
    def all(self) -> tuple[Neighbour, ...]:
        """Ordered by when they were heard last."""
        return tuple(self._known.values())

    def heard(self, announcement: Announcement, addresses: tuple[str, ...], now: float) -> None:
        """One that is in several of our networks is heard in each, with its addresses there."""
        self._forget_the_old(now)
        known = self._known.pop(announcement.label, None)
        if known is None:
            if not self._may_be_new(now):
                return
            known = Neighbour(announcement)
        merged = tuple(dict.fromkeys((*addresses, *known.addresses)))[:PEER_ADDRESSES]
        known.has_news |= announcement != known.announcement or set(merged) != set(known.addresses)
        known.announcement, known.addresses, known.heard_at = announcement, merged, now
        self._known[announcement.label] = known

    def gone(self, label: str) -> None:
        self._known.pop(label, None)

    def take_news(self, now: float) -> tuple[Neighbour, ...]:
        """Those of whom there is something to tell now."""
        due = [one for one in self._known.values() if one.has_news and now - one.told_at >= TELL_SECONDS]
        for one in due:
            one.has_news, one.told_at = False, now
        return tuple(due)

    def _may_be_new(self, now: float) -> bool:
        self._new_left = min(NEW_AT_ONCE, self._new_left + (now - self._counted_at) * NEW_PER_SECOND)
        self._counted_at = now
        if self._new_left < 1:
            return False
        self._new_left -= 1
        if len(self._known) >= MAX_NEIGHBOURS:
            self._drop_oldest()
        return True

    def _forget_the_old(self, now: float) -> None:
        while self._known and now - next(iter(self._known.values())).heard_at > KEPT_SECONDS:
            self._drop_oldest()

    def _drop_oldest(self) -> None:
        del self._known[next(iter(self._known))]
