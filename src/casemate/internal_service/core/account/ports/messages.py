"""What an account needs of its database: conversations, their messages, and what becomes of these."""

from collections.abc import Collection, Sequence
from typing import Protocol

from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.lives import Clocks, Life
from casemate.internal_service.core.account.rows import (
    Delivery,
    DisplayOrder,
    FoundPage,
    LaterContent,
    MessageRow,
    Pin,
    Place,
)
from casemate.internal_service.core.account.wanted import WantedMessages
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId


class ConversationStore(Protocol):
    def open_conversation(self, conversation: ConversationId, peer: AccountId) -> None:
        """Of two. Nothing, when it is here."""
        ...

    def is_open(self, conversation: ConversationId) -> bool: ...

    def conversations(self) -> list[ConversationId]:
        """Those in which there is a line."""
        ...

    def counter(self, conversation: ConversationId) -> int:
        """The highest Lamport counter that was seen in it."""
        ...

    def set_counter(self, conversation: ConversationId, counter: int) -> None: ...

    def unread(self, conversation: ConversationId | None = None) -> int:
        """Of this one; without one, of all that are not muted and whose other side is not blocked."""
        ...

    def first_unread(self, conversation: ConversationId) -> DisplayOrder | None: ...

    def highest_seen(self, conversation: ConversationId) -> DisplayOrder | None:
        """The last message of others, in display order, that was seen: what sorts before it arrives late.

        Lines about the conversation, which have no author, are none of theirs.
        """
        ...

    def last_message(self, conversation: ConversationId) -> MessageId | None:
        """The last line, in display order."""
        ...


class MessageStore(Protocol):
    def messages_add(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        """A run of one conversation, as it is kept. Lines among them have ids that are new in it.

        `row.arrival` and `row.shown_at` are ignored: the one is counted up here, the other fixed by `shown_time`.
        """
        ...

    def message(self, conversation: ConversationId, message_id: MessageId) -> MessageRow | None:
        """The line of this id."""
        ...

    def lines(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageRow]:
        """The lines of these ids that there are, in no order."""
        ...

    def messages_with_id(self, message_id: MessageId) -> list[MessageRow]:
        """In all conversations, lines and others: two people may use one id."""
        ...

    def message_at(self, arrival: int) -> MessageRow: ...

    def timeline_page(
        self, conversation: ConversationId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[MessageRow]:
        """Lines in display order: the last `limit` before `before`, the first after `after`, or the last of all."""
        ...

    def see(self, conversation: ConversationId, up_to_arrival: int) -> list[MessageId]:
        """Messages that arrived up to here are seen; returns those that were not."""
        ...

    def see_one(self, message: MessageRow) -> None: ...

    def unsee(
        self, conversation: ConversationId, author: AccountId, first: DisplayOrder, limit: int
    ) -> list[MessageId]:
        """What this author said from there on is unread once more, the newest `limit` of it. Returns what changed."""
        ...

    def paint(self, conversation: ConversationId, message_ids: Sequence[MessageId], *, told: bool) -> list[MessageRow]:
        """These of others were on a screen, and are seen; returns those that had not been. Others are passed over.

        Unless that is to be told to their writers, it never is."""
        ...

    def renumber(self, conversation: ConversationId, message_id: MessageId, number: int) -> None:
        """A message of theirs came again, in the envelope with this number."""
        ...

    def untold_around(self, device: DeviceId, number: int) -> tuple[int | None, int | None]:
        """The highest number below, and the lowest above, of a message of this device of which nobody is told that it
        was on a screen."""
        ...

    def theirs_after(
        self, conversation: ConversationId, device: DeviceId, number: int, limit: int
    ) -> tuple[list[MessageRow], int]:
        """Messages that came from this device under higher numbers and are still there, the newest first, and how many
        there are. Those that disappear are only counted."""
        ...


class ChangeStore(Protocol):
    """What became of messages that are here, and changes of those that are not. Says which lines look different."""

    def change_add(
        self, conversation: ConversationId, target: Target, change: Change, arrived_at: float
    ) -> list[MessageId]:
        """Again, too late, or by somebody who may not: nothing. Of a message that is not here it waits, in bounds."""
        ...

    def changes_of(self, conversation: ConversationId, target: Target) -> list[Change]:
        """The lowest first; of an edited message with what it said first."""
        ...

    def pins(self, conversation: ConversationId) -> list[Pin]:
        """Of messages that are here, the newest first, and at most so many as count."""
        ...

    def previews(self, rows: Sequence[MessageRow]) -> dict[int, bytes]:
        """By the `arrival` of these messages of one conversation: where a link in it leads, as it was sealed."""
        ...

    def changes_under_way(self, rows: Sequence[MessageRow]) -> dict[int, list[Delivery]]:
        """By the `arrival` of the message: the deliveries of changes of ours that some device does not have."""
        ...

    def said_under_way(self, message: MessageRow) -> list[MessageRow]:
        """Contents of ours, besides this message of ours, that say what it says or is to say and that some device does
        not have: edits of it, and what a plain client sent again."""
        ...

    def delete_here(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageId]:
        """Lines that are on no page from now on, and do not come again."""
        ...

    def changes_expire(self, wall: float) -> None:
        """What has waited too long goes."""
        ...


class LaterStore(Protocol):
    """What only a later program of this account understands."""

    def kinds_known(self) -> frozenset[str]:
        """Those that the last program knew which wrote it down."""
        ...

    def set_kinds_known(self, kinds: Collection[str]) -> None: ...

    def lines_of_kinds(self, kinds: Collection[str], after: int, limit: int) -> list[MessageRow]:
        """Those with a higher `arrival`, in that order. Looks at all messages."""
        ...

    def later_add(self, later: LaterContent) -> None:
        """The oldest of that account go where there are too many."""
        ...

    def later_take(self, kinds: Collection[str], limit: int) -> list[LaterContent]:
        """The first that arrived. They are here no more."""
        ...

    def later_drop(self, account_id: AccountId) -> None: ...

    def later_expire(self, wall: float) -> None:
        """What has been here too long goes."""
        ...


class LivesStore(Protocol):
    """Messages that disappear. Hidden ones are in the file, and on no page."""

    def lives_wait(self, messages: Sequence[int]) -> None:
        """Messages of ours whose life is to begin once they are sent or delivered."""
        ...

    def lives_to_begin(self) -> list[MessageRow]:
        """Those of them that are, by now."""
        ...

    def lives_begin(self, lives: Sequence[Life]) -> None:
        """In the place of what was written down of them before. They are shown."""
        ...

    def lives_due(self, now: Clocks, limit: int) -> list[Life]:
        """Some of those, at most so many, that are not as `fate_of` says."""
        ...

    def lives_next(self) -> tuple[float | None, float | None]:
        """When the next one ends: of those that are shown by the wall clock, of all by running."""
        ...

    def lives_heard_server(self, server: float, running: float) -> None:
        """Whose end by the server's clock is not known: counted from now."""
        ...

    def ends_of(self, messages: Sequence[int]) -> dict[int, float]:
        """By the wall clock, of those that have begun."""
        ...

    def life_hide(self, message: MessageRow, hidden_at: float) -> list[MessageId]:
        """Returns the lines that look different, as the next two do."""
        ...

    def life_show(self, message: MessageRow) -> list[MessageId]:
        """Once more; it is unread if it was."""
        ...

    def life_erase(self, message: MessageRow) -> list[MessageId]:
        """Nothing of what it said stays."""
        ...

    def running(self) -> float:
        """Seconds for which this account has been open in all, as far as that is written down."""
        ...

    def set_running(self, seconds: float) -> None: ...

    def disappearing(self, conversation: ConversationId) -> int | None:
        """For how many seconds what is written there lives; None: it stays."""
        ...

    def set_disappearing(self, conversation: ConversationId, place: DisplayOrder, lives_for: int | None) -> bool:
        """The line at this place says so. Whether it is in force: none with a higher place was."""
        ...


class FindingStore(Protocol):
    """Messages by what they say. What says something no more is found by it no more, from the same commit on."""

    @property
    def has_unfolded(self) -> bool:
        """Whether there may be messages that are not in the index; they are found nevertheless, but slower."""
        ...

    def fold_words(self, limit: int) -> bool:
        """Bring at most so many into the index, the newest first; whether there may be more."""
        ...

    def find(self, wanted: WantedMessages, place: Place | None, limit: int) -> FoundPage:
        """Lines that people wrote, from a place on. Does so much work and no more, so that there may be fewer than
        asked for, or none, although there is a place to look on from."""
        ...

    def first_line_from(self, conversation: ConversationId, wall: float) -> MessageId | None:
        """The first line that is shown at this time or later, else the last one; None: there is none."""
        ...
