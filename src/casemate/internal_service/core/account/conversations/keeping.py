"""What of conversations stays on this computer: how much it is, how long it stays, and emptying one.

Nobody else hears of it. What is erased here is gone from this computer alone.
"""

from typing import Final

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.living import Living
from casemate.internal_service.core.account.rows import DisplayOrder, MessageRow, Size
from casemate.internal_service.core.ground.notices import ConversationChanged, MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant, Monotonic, WritesRefused
from casemate.protocol.ids import ConversationId, DeviceId, MessageId
from casemate.protocol.limits import DAY_SECONDS, HOUR_SECONDS, KEEP_LEAST_DAYS, KEEP_MOST_DAYS

LOOK_SECONDS: Final = 1.0 * HOUR_SECONDS
"""So often it is looked for what has become old."""
UNSURE_SECONDS: Final = 60.0
"""So often while the server's clock is not known."""
MOMENT_SECONDS: Final = 0.05
AT_ONCE: Final = 200
_BEFORE_ALL: Final = (-1, DeviceId(b""), MessageId(b""))


class Keeping(Memory):
    def __init__(self, context: Context, conversations: Conversations, changing: Changing, living: Living) -> None:
        super().__init__(context.undo)
        self._context = context
        self._conversations = conversations
        self._changing = changing
        self._living = living
        self._look_at: Monotonic | None = 0.0
        """When to look for what has become old; 0 after a start, None: everything stays."""
        self._looked: UndoDict[ConversationId, DisplayOrder | None] = UndoDict(context.undo)
        """How far this look has come, in the conversations that it still has to go through."""

    @property
    def days(self) -> int | None:
        return self._context.store.keep_days()

    def size_of(self, conversation: ConversationId) -> Size:
        """Raises Refused."""
        self._conversations.who_is_in(conversation, "unknown_peer")
        return self._context.store.size_of(conversation)

    # ----------------------------------------------------------------------------------------------------- by a person

    def set_days(self, days: int | None, now: Instant) -> None:
        """None: everything stays. Nothing goes within `LOOK_SECONDS`: whoever slipped can set it back. Raises
        Refused."""
        if days is not None and not KEEP_LEAST_DAYS <= days <= KEEP_MOST_DAYS:
            raise refuse("malformed", what="days")
        if days != self.days:
            self._context.store.set_keep_days(days)
            self._look_at = now.monotonic + LOOK_SECONDS
            self._looked.clear()

    def empty(
        self, conversation: ConversationId, after: DisplayOrder | None, up_to: int
    ) -> tuple[Outcome, DisplayOrder | None]:
        """Erase the next `AT_ONCE` lines here, of those that arrived up to `up_to`; what is on its way to somebody
        stays. Returns where to go on; None: that was all. Raises Refused."""
        peer = self._conversations.who_is_in(conversation, "unknown_peer")
        if after is None:
            self._context.store.later_drop(peer.account_id)
        page = self._page(conversation, after)
        # What is hidden would come back when a clock is set.
        hidden = self._context.store.hidden_lines(conversation) if after is None else []
        outcome = self._erase(conversation, [row for row in (*hidden, *page) if row.arrival <= up_to])
        return outcome, page[-1].order if len(page) == AT_ONCE else None

    # -------------------------------------------------------------------------------------------------------- by time

    def next_wakeup(self) -> Monotonic | None:
        return self._look_at

    def wakeup(self, now: Instant) -> Outcome:
        if self._look_at is None or self._look_at > now.monotonic:
            return []
        if self.days is None:
            self._look_at = None
            return []
        time = self._living.time_for_sure(now)
        if time is None:
            self._look_at = now.monotonic + UNSURE_SECONDS
            return []
        try:
            with self._context.savepoint():
                outcome = self._look(time - self.days * DAY_SECONDS)
        except WritesRefused:
            self._look_at = now.monotonic + UNSURE_SECONDS
            return []
        self._look_at = now.monotonic + (MOMENT_SECONDS if self._looked else LOOK_SECONDS)
        return outcome

    def _look(self, before: float) -> Outcome:
        """At the next page of one conversation."""
        if not self._looked:
            notes = self._context.conversation_with(self._context.account_id)
            for conversation in self._context.store.conversations():
                if conversation != notes:  # nobody else has them
                    self._looked[conversation] = None
        if not self._looked:
            return []
        conversation, after = next(iter(self._looked.items()))
        page = self._page(conversation, after)
        if len(page) == AT_ONCE and page[-1].shown_at < before:
            self._looked[conversation] = page[-1].order
        else:
            del self._looked[conversation]
        pinned = {pin.target for pin in self._context.store.pins(conversation)}
        old = [row for row in page if _is_older(row, before) and (row.author, row.message_id) not in pinned]
        return self._erase(conversation, [row for row in old if self._is_ours(row) or _was_read(row)])

    # --------------------------------------------------------------------------------------------------------- inside

    def _page(self, conversation: ConversationId, after: DisplayOrder | None) -> list[MessageRow]:
        begin = after or _BEFORE_ALL
        return self._context.store.timeline_page(conversation, before=None, after=begin, limit=AT_ONCE)

    def _erase(self, conversation: ConversationId, rows: list[MessageRow]) -> Outcome:
        gone = [row.message_id for row in rows if not (self._is_ours(row) and self._changing.is_under_way(row))]
        changed = self._context.store.delete_here(conversation, gone) if gone else []
        if not changed:
            return []
        return [*(MessageChanged(conversation, each) for each in changed), ConversationChanged(conversation)]

    def _is_ours(self, row: MessageRow) -> bool:
        return row.author == self._context.account_id


def _was_read(row: MessageRow) -> bool:
    """Whoever was away for long finds what they have not read. What other apps get is on no screen of ours."""
    return row.painted or (row.seen and row.kind == Kind.OPAQUE)


def _is_older(row: MessageRow, before: float) -> bool:
    """Also what was written long ago is new when it came late."""
    return row.shown_at < before and row.arrived_at < before
