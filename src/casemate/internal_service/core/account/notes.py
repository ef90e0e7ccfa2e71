"""Lines about a conversation itself, written by this computer for its own person alone."""

from enum import StrEnum
from typing import Final

from msgspec.structs import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.rows import Channel, Peer, TimelineRow
from casemate.internal_service.core.notices import ConversationChanged, MessageChanged
from casemate.node import Instant
from casemate.protocol.ids import MESSAGE_ID_BYTES, MessageId

NOTE_PREFIX: Final = "note_"


class Note(StrEnum):
    """The kinds of such lines; each begins with `note_`. What its text holds stands beside it."""

    NAMES_CHANGED = "note_names_changed"
    """Full name before, line break, full name now."""
    NAMESAKE = "note_namesake"
    """The username of the other account that had this one's name, or one that looks like it."""


def write_note(context: Context, peer: Peer, note: Note, text: str, now: Instant) -> Outcome:
    """The last line of the conversation, for now. It counts as read, and goes to nobody."""
    store = context.store
    device = context.device_of(peer)
    channel = store.channel(device) or Channel(device, peer.account_id)
    channel = replace(channel, counter=channel.counter + 1)
    store.put_channel(channel)
    message_id = MessageId(context.entropy(MESSAGE_ID_BYTES))
    row = TimelineRow(
        arrival=0,
        message_id=message_id,
        account_id=peer.account_id,
        mine=False,
        kind=note,
        body=text.encode(),
        status="received",
        counter=channel.counter,
        device=context.device.device_id,
        number=None,
        written_at=now.wall,
        arrived_at=now.wall,
        late=False,
        seen=True,
        painted=True,
    )
    store.timeline_add(row, is_new=True)
    return [MessageChanged(peer.cid, message_id), ConversationChanged(peer.cid)]
