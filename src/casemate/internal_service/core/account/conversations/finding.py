"""Messages found by what they say; and the index of their words, which is written behind them."""

import re
from collections.abc import Iterator, Sequence
from typing import Final, cast

from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.chat_form import said
from casemate.internal_service.core.account.rows import FoundMessage, Place, Way
from casemate.internal_service.core.account.wanted import Matcher, WantedMessages
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant, Monotonic, WritesRefused
from casemate.protocol.client.finding_extensions import FoundMessageView, FoundPiece
from casemate.protocol.client.views import MessageOrder
from casemate.protocol.ids import ConversationId
from casemate.protocol.limits import FOUND_PAGE_BYTES, FOUND_PAGE_ROWS

BEHIND_SECONDS: Final = 1.5
"""How long words of a message may wait for others to go with them into the index. What waits is found as well."""
_FOLDED_AT_ONCE: Final = 400
"""Some milliseconds, in which nothing else is done."""
_PAUSE_SECONDS: Final = 0.03
"""Between those, so that a long history is no more than a part of the work."""
_FULL_SECONDS: Final = 600.0
"""Where nothing can be written, this waits: it is for speed alone."""
_CURSOR: Final = re.compile(r"(words|inside)-([0-9]{1,19})")
_HIGHEST_ARRIVAL: Final = 2**63 - 1


class Finding(Memory):
    def __init__(self, context: Context) -> None:
        super().__init__(context.undo)
        self._context = context
        self._due: Monotonic | None = None

    # ------------------------------------------------------------------------------------------------------- the index

    @property
    def wants_batch_end(self) -> bool:
        """Words have begun to wait, and nobody has said until when."""
        return self._due is None and self._context.store.has_unfolded

    def batch_end(self, now: Instant) -> None:
        if self.wants_batch_end:
            self._due = now.monotonic + BEHIND_SECONDS

    def next_wakeup(self) -> Monotonic | None:
        return self._due

    def wakeup(self, now: Instant) -> Outcome:
        if self._due is not None and self._due <= now.monotonic:
            try:
                with self._context.savepoint():
                    more = self._context.store.fold_words(_FOLDED_AT_ONCE)
                self._due = now.monotonic + _PAUSE_SECONDS if more else None
            except WritesRefused:
                self._due = now.monotonic + _FULL_SECONDS
        return []

    # ---------------------------------------------------------------------------------------------------------- a look

    def find(self, wanted: WantedMessages, cursor: str | None) -> tuple[list[FoundMessageView], str | None]:
        """A page of what is found, and where to look on. Raises Refused."""
        if wanted.is_empty:
            raise refuse("malformed", what="words")
        found = self._context.store.find(wanted, None if cursor is None else _place(cursor), FOUND_PAGE_ROWS)
        shown = list(_that_fit(found.messages))
        later = found.later
        if len(shown) < len(found.messages):
            later = Place(shown[-1].way, shown[-1].row.arrival)
        matcher = Matcher(wanted)
        views = [self._view(each, matcher) for each in shown]
        return views, None if later is None else f"{later.way}-{later.below}"

    def first_from(self, conversation: ConversationId, wall: float) -> str | None:
        """The id of the line at which a time begins."""
        found = self._context.store.first_line_from(conversation, wall)
        return None if found is None else found.hex()

    def _view(self, found: FoundMessage, matcher: Matcher) -> FoundMessageView:
        row = found.row
        excerpt = matcher.excerpt(said(row.kind, row.body) or "", found.way)
        return FoundMessageView(
            conversation=row.conversation.hex(),
            id=row.message_id.hex(),
            author="" if row.author is None else row.author.hex(),
            mine=row.author == self._context.account_id,
            order=MessageOrder(row.counter, row.device.hex(), row.message_id.hex()),
            shown_at=milliseconds(row.shown_at),
            pieces=[FoundPiece(text=text, found=is_found) for text, is_found in excerpt.pieces],
            cut_before=excerpt.cut_before,
            cut_after=excerpt.cut_after,
        )


def _place(cursor: str) -> Place:
    match = _CURSOR.fullmatch(cursor)
    if match is None or int(match[2]) > _HIGHEST_ARRIVAL:
        raise refuse("malformed", what="cursor")
    return Place(cast("Way", match[1]), int(match[2]))


def _that_fit(found: Sequence[FoundMessage]) -> Iterator[FoundMessage]:
    """As many as are read in a moment, but always one: the length of messages does not decide how long that is."""
    size = 0
    for count, each in enumerate(found):
        size += len(each.row.body)
        if size > FOUND_PAGE_BYTES and count:
            return
        yield each
