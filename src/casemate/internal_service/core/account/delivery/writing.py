"""Contents of ours, as they are written down before anybody gets them."""

from collections.abc import Sequence
from dataclasses import dataclass

from casemate.crypto.content import LAST_COUNTER, Shows
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.node import Instant
from casemate.protocol.ids import MESSAGE_ID_BYTES, AccountId, MessageId


@dataclass(frozen=True, slots=True)
class NewContent:
    kind: str
    body: bytes
    shows: Shows = Shows.NOTHING
    message_id: MessageId | None = None
    """New in the conversation; None: one is drawn."""
    about: tuple[AccountId, MessageId] | None = None
    """The message that it answers or changes: author and id."""
    lives_for: int | None = None
    """Seconds, of a message that disappears."""


def write_contents(context: Context, peer: Peer, contents: Sequence[NewContent], now: Instant) -> list[MessageRow]:
    """What people see takes a place in their order, and so does what changes it: the later of two changes wins."""
    store = context.store
    conversation = context.conversation_with(peer.account_id)
    counter = before = store.counter(conversation)
    last = store.last_message(conversation)
    rows: list[MessageRow] = []
    for content in contents:
        is_line = content.shows is Shows.LINE
        counter += content.shows is not Shows.NOTHING
        row = MessageRow(
            arrival=0,
            message_id=content.message_id or MessageId(context.entropy(MESSAGE_ID_BYTES)),
            conversation=conversation,
            author=context.account_id,
            device=context.device.device_id,
            kind=content.kind,
            shows=content.shows,
            body=content.body,
            counter=counter,
            written_at=now.wall,
            arrived_at=now.wall,
            heads=() if last is None else (last,),
            about=content.about,
            lives_for=content.lives_for,
        )
        rows.append(row)
        last = row.message_id if is_line else last
    if counter > LAST_COUNTER:
        raise OverflowError("a counter that no content can hold")
    if counter > before:
        store.set_counter(conversation, counter)
    return store.messages_add(rows)
