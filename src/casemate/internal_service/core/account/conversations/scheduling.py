"""Messages that are sent later: at a time that somebody chose, or a few seconds on, so that they can be taken back.

Until then a message is nobody's: it has no number and no place, and whoever cancels it leaves no trace. The time is
that of the clock on the wall. What came due while this account was closed goes when it is opened, and a line says so.
"""

from typing import Final

from msgspec.structs import replace

from casemate.internal_service.core.account.changes import Target
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.change_contents import decode_preview, encode_preview
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.messages import Messages, check_may_write
from casemate.internal_service.core.account.delivery.notes import Note, write_note
from casemate.internal_service.core.account.rows import Scheduled
from casemate.internal_service.core.ground.notices import ScheduledChanged
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.texts import storable
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant, Monotonic, WritesRefused
from casemate.protocol.client.views import MessageReference, ScheduledView
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import SCHEDULED_AHEAD_SECONDS, SCHEDULED_BYTES, SCHEDULED_MESSAGES
from casemate.protocol.link_previews import LinkPreview

LOOK_SECONDS: Final = 30.0
"""The clock on the wall may be set: so often it is looked at. What was refused is tried again as often."""
HELD_BACK: Final = "held_back"
"""The code of what waits for a person to decide."""
LATE_SECONDS: Final = 120.0
"""Whatever goes later than this after its time is said to be late."""


class Scheduling(Memory):
    def __init__(self, context: Context, conversations: Conversations, messages: Messages, changing: Changing) -> None:
        super().__init__(context.undo)
        self._context = context
        self._conversations = conversations
        self._messages = messages
        self._changing = changing
        self._look_at: Monotonic | None = 0.0
        """When to look for what is due; 0 after a start, None: nothing waits."""

    # ----------------------------------------------------------------------------------------------------- by a person

    def add(
        self,
        conversation: ConversationId,
        message_id: MessageId,
        text: str,
        reply_to: Target | None,
        due_at: float,
        now: Instant,
        preview: LinkPreview | None = None,
    ) -> Outcome:
        """Keep a text to be sent at `due_at`; the same message id again changes nothing. Raises Refused."""
        store = self._context.store
        if store.scheduled(message_id) is not None:
            return [ScheduledChanged(message_id)]
        text = storable(text)
        check_may_write(self._conversations.who_is_in(conversation), text.encode())
        if store.messages_with_id(message_id):
            raise refuse("malformed", what="message_id")
        count, size = store.scheduled_size()
        if count >= SCHEDULED_MESSAGES or size + len(text.encode()) > SCHEDULED_BYTES:
            raise refuse("too_many_scheduled")
        kept = Scheduled(
            message_id, conversation, text, reply_to, now.wall, _due(due_at, now), preview=encode_preview(preview)
        )
        return self._keep(kept, now)

    def change(self, message_id: MessageId, text: str | None, due_at: float | None, now: Instant) -> Outcome:
        """Another text, or another time: one that has passed sends it now. Raises Refused."""
        kept = self._scheduled(message_id)
        if text is not None:
            text = storable(text)
            check_may_write(self._conversations.who_is_in(kept.conversation), text.encode())
            _, size = self._context.store.scheduled_size()
            if size - len(kept.text.encode()) + len(text.encode()) > SCHEDULED_BYTES:
                raise refuse("too_many_scheduled")
            kept = replace(kept, text=text)
        if due_at is not None:
            kept = replace(kept, due_at=_due(due_at, now), refused="")
        return self._keep(kept, now)

    def cancel(self, message_id: MessageId, now: Instant) -> Outcome:
        """It is not sent, also if a page that heard nothing of this asks once more, and no word of it stays. Raises
        Refused."""
        self._context.store.cancel_scheduled(self._scheduled(message_id).message_id, now.wall)
        return [ScheduledChanged(message_id)]

    def was_cancelled(self, message_id: MessageId) -> bool:
        return self._context.store.was_cancelled(message_id)

    def hold_back(self) -> None:
        """This data is older than it was: what waits in it may have been sent or cancelled since. A person decides."""
        self._context.store.refuse_scheduled(HELD_BACK)

    def view(self, message_id: MessageId) -> ScheduledView | None:
        kept = self._context.store.scheduled(message_id)
        return None if kept is None else _view(kept)

    def views(self) -> list[ScheduledView]:
        """What is due first comes first."""
        return [_view(kept) for kept in self._context.store.all_scheduled()]

    # -------------------------------------------------------------------------------------------------------- by time

    def next_wakeup(self) -> Monotonic | None:
        return self._look_at

    def wakeup(self, now: Instant) -> Outcome:
        if self._look_at is None or self._look_at > now.monotonic:
            return []
        self._look_at = None
        outcome: Outcome = []
        held_up: set[ConversationId] = set()
        try:
            for kept in self._context.store.scheduled_due(now.wall):
                # What is to come after one that cannot go does not overtake it.
                if kept.conversation not in held_up and kept.refused != HELD_BACK:
                    outcome += self._send(kept, now)
                    if self._context.store.scheduled(kept.message_id) is not None:
                        held_up.add(kept.conversation)
        except WritesRefused:
            self._look_again(LOOK_SECONDS, now)
            return outcome
        next_due = self._context.store.scheduled_next()
        if next_due is not None:
            self._look_again(LOOK_SECONDS if next_due <= now.wall else next_due - now.wall, now)
        return outcome

    def _send(self, kept: Scheduled, now: Instant) -> Outcome:
        try:
            with self._context.savepoint():
                peer = self._conversations.who_is_in(kept.conversation)
                sent = self._messages.send_chat(peer, kept.message_id, kept.text, kept.reply_to, now)
                preview = decode_preview(kept.preview)
                if preview is not None:
                    sent += self._changing.preview(kept.conversation, kept.message_id, preview, now)
                if now.wall - kept.due_at > LATE_SECONDS:
                    due_at_ms = str(milliseconds(kept.due_at))
                    sent += write_note(self._context, peer, Note.SENT_LATE, due_at_ms, now)
        except Refused as refused:
            code = refused.reason.code
            if code != kept.refused:
                self._context.store.put_scheduled(replace(kept, refused=code))
            return [ScheduledChanged(kept.message_id)] if code != kept.refused else []
        self._context.store.drop_scheduled(kept.message_id)
        return [*sent, ScheduledChanged(kept.message_id)]

    def _look_again(self, in_seconds: float, now: Instant) -> None:
        at = now.monotonic + max(0.0, min(LOOK_SECONDS, in_seconds))
        self._look_at = at if self._look_at is None else min(self._look_at, at)

    # --------------------------------------------------------------------------------------------------------- inside

    def _keep(self, kept: Scheduled, now: Instant) -> Outcome:
        self._context.store.put_scheduled(kept)
        self._look_again(kept.due_at - now.wall, now)
        return [ScheduledChanged(kept.message_id)]

    def _scheduled(self, message_id: MessageId) -> Scheduled:
        kept = self._context.store.scheduled(message_id)
        if kept is None:
            raise refuse("already_sent" if self._context.store.messages_with_id(message_id) else "message_gone")
        return kept


def _view(kept: Scheduled) -> ScheduledView:
    return ScheduledView(
        id=kept.message_id.hex(),
        conversation=kept.conversation.hex(),
        text=kept.text,
        reply_to=None if kept.reply_to is None else _reference(kept.reply_to),
        written_at=milliseconds(kept.written_at),
        due_at=milliseconds(kept.due_at),
        refused=reason(kept.refused) if kept.refused else None,
    )


def _reference(target: Target) -> MessageReference:
    author, message_id = target
    return MessageReference(author=author.hex(), id=message_id.hex())


def _due(due_at: float, now: Instant) -> float:
    """Raises Refused."""
    if due_at > now.wall + SCHEDULED_AHEAD_SECONDS:
        raise refuse("malformed", what="due_at")
    return max(due_at, now.wall)
