"""Lines about a conversation itself, written by this computer for its own person alone."""

from enum import StrEnum
from typing import Final

from casemate.crypto.content import Shows
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.node import Instant
from casemate.protocol.ids import DEVICE_ID_BYTES, MESSAGE_ID_BYTES, DeviceId, MessageId

NOTE_PREFIX: Final = "note_"


class Note(StrEnum):
    """The kinds of such lines; each begins with `note_`. What its text holds stands beside it."""

    NAMES_CHANGED = "note_names_changed"
    """Full name before, line break, full name now."""
    NAMESAKE = "note_namesake"
    """The username of the other account that had this one's name, or one that looks like it."""
    REKEYED = "note_rekeyed"
    """One side could not read what the other had sealed; no text."""
    RESTORED = "note_restored"
    """Our data is older than what was sent from this device, or a copy of it was at work; no text."""
    RESTORED_THERE = "note_restored_there"
    """The same of theirs; no text."""
    RETURNED = "note_returned"
    """What we wrote, says their device, and what is not here: the text of that."""
    MISSING = "note_missing"
    """How many more of those there are, which did not come back."""
    DISCONNECTED = "note_disconnected"
    """We ended being connected; no text."""
    DISCONNECTED_THERE = "note_disconnected_there"
    """They did; no text."""
    CONNECTED = "note_connected"
    """We asked to be connected after that, and are; no text."""
    CONNECTED_THERE = "note_connected_there"
    """They asked; no text."""
    SENT_LATE = "note_sent_late"
    """The message before it was to be sent at this time (Unix milliseconds), and this computer was not at work then."""


ORDER_DEVICE: Final = DeviceId(bytes(DEVICE_ID_BYTES))
"""Before every other in the display order: nothing that is written at the same time is late because of a line."""


def write_once(context: Context, peer: Peer, note: Note, now: Instant) -> Outcome:
    """A line without text, unless it is the last one of the conversation already."""
    conversation = context.conversation_with(peer.account_id)
    last_id = context.store.last_message(conversation)
    last = None if last_id is None else context.store.message(conversation, last_id)
    return [] if last is not None and last.kind == note else write_note(context, peer, note, "", now)


def write_note(
    context: Context,
    peer: Peer,
    note: Note,
    text: str,
    now: Instant,
    *,
    message_id: MessageId | None = None,
    written_at_ms: int | None = None,
) -> Outcome:
    """The last line of the conversation, for now. It counts as read, and goes to nobody."""
    store = context.store
    conversation = context.conversation_with(peer.account_id)
    counter = store.counter(conversation) + 1
    store.set_counter(conversation, counter)
    message_id = message_id or MessageId(context.entropy(MESSAGE_ID_BYTES))
    row = MessageRow(
        arrival=0,
        message_id=message_id,
        conversation=conversation,
        author=None,
        device=ORDER_DEVICE,
        kind=note,
        shows=Shows.LINE,
        body=text.encode(),
        counter=counter,
        written_at=now.wall if written_at_ms is None else min(written_at_ms / 1000, now.wall),
        arrived_at=now.wall,
    )
    store.messages_add([row])
    return [MessageChanged(conversation, message_id)]
