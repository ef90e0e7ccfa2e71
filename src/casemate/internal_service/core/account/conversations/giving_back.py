"""Messages that their writer's data has lost: whoever has them gives them back, and the writer is shown them as such.

They come back as lines of the conversation, not as messages of ours: that we wrote them is only the other side's word.
"""

import contextlib
from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.contents import (
    GIVE_AGAIN_SECONDS,
    Returned,
    ReturnedMessage,
    decode_returned,
    encode,
)
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.chat_form import said
from casemate.internal_service.core.account.delivery.notes import Note, write_note
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import Refused
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import KIB, RETURNED_MESSAGES

RETURNED_BYTES: Final = 256 * KIB


class GivingBack(Memory):
    def __init__(self, context: Context, outbox: Outbox) -> None:
        super().__init__(context.undo)
        self._context = context
        self._outbox = outbox
        self._given_at: UndoDict[DeviceId, float] = UndoDict(context.undo)

    def give(self, peer: Peer, device: DeviceId, after: int, now: Instant) -> None:
        """This device was restored and knows that its numbers up to `after` arrived: give back what came after them."""
        given_at = self._given_at.get(device)
        if given_at is not None and now.monotonic < given_at + GIVE_AGAIN_SECONDS:
            return
        conversation = self._context.conversation_with(peer.account_id)
        rows, there_are = self._context.store.theirs_after(conversation, device, after, RETURNED_MESSAGES)
        messages: list[ReturnedMessage] = []
        size = 0
        for row in rows:
            size += len(row.body)
            if size > RETURNED_BYTES:
                break
            messages.append(
                ReturnedMessage(row.message_id, row.counter, milliseconds(row.written_at), row.kind, row.body)
            )
        if not there_are:
            return
        self._given_at[device] = now.monotonic
        returned = Returned(tuple(messages), there_are - len(messages))
        # Where the queue is full, their conversation says that something may be missing.
        with contextlib.suppress(Refused):
            self._outbox.write(peer, Kind.RETURNED, encode(returned), now, to=device)

    def taken(self, peer: Peer, device: DeviceId, body: bytes, now: Instant) -> Outcome:
        """What we asked for, once. Of it is shown what is not here. Raises MalformedFrame."""
        returned = decode_returned(body)
        store = self._context.store
        channel = store.channel(device)
        if channel is None or not channel.asked_back:
            return []
        store.put_channel(replace(channel, asked_back=False))
        conversation = self._context.conversation_with(peer.account_id)
        outcome: Outcome = []
        for message in reversed(returned.messages):
            message_id = MessageId(message.message_id)
            text = said(message.kind, message.body)
            if text is not None and store.message(conversation, message_id) is None:
                at = message.written_at_ms
                outcome += write_note(
                    self._context, peer, Note.RETURNED, text, now, message_id=message_id, written_at_ms=at
                )
        if returned.left_out:
            outcome += write_note(self._context, peer, Note.MISSING, str(returned.left_out), now)
        return outcome
