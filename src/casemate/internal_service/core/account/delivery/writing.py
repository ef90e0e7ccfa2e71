"""A content of ours, as it is written down before anybody gets it."""

from casemate.crypto.content import LAST_COUNTER, Shows
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.node import Instant
from casemate.protocol.ids import MESSAGE_ID_BYTES, MessageId


def write_content(
    context: Context,
    peer: Peer,
    kind: str,
    body: bytes,
    now: Instant,
    *,
    shows: Shows = Shows.NOTHING,
    message_id: MessageId | None = None,
) -> MessageRow:
    """Only what people see takes a place in their order. `message_id` is new in the conversation."""
    store = context.store
    conversation = context.conversation_with(peer.account_id)
    counter = store.counter(conversation)
    if shows is Shows.LINE:
        counter += 1
        if counter > LAST_COUNTER:
            raise OverflowError("a counter that no content can hold")
        store.set_counter(conversation, counter)
    last = store.last_message(conversation)
    row = MessageRow(
        arrival=0,
        message_id=message_id or MessageId(context.entropy(MESSAGE_ID_BYTES)),
        conversation=conversation,
        author=context.account_id,
        device=context.device.device_id,
        kind=kind,
        shows=shows,
        body=body,
        counter=counter,
        written_at=now.wall,
        arrived_at=now.wall,
        heads=() if last is None else (last,),
    )
    kept = store.message_add(row, is_new=True)
    assert kept is not None, "it was told to be new"
    return kept
