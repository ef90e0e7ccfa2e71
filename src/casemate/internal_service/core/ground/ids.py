"""Ids as the client API writes them."""

from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.ids import CONVERSATION_ID_BYTES, MESSAGE_ID_BYTES, ConversationId, MessageId


def id_from_hex(text: str, size: int, what: str) -> bytes:
    """An id of `size` bytes. Raises Refused, which names it as `what`."""
    try:
        value = bytes.fromhex(text)
    except ValueError as error:
        raise refuse("malformed", what=what) from error
    if len(value) != size:
        raise refuse("malformed", what=what)
    return value


def conversation_from_hex(text: str) -> ConversationId:
    """Raises Refused."""
    return ConversationId(id_from_hex(text, CONVERSATION_ID_BYTES, "conversation"))


def message_from_hex(text: str) -> MessageId:
    """Raises Refused."""
    return MessageId(id_from_hex(text, MESSAGE_ID_BYTES, "message_id"))
