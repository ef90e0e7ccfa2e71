"""Ids and places as the client API writes them."""

from typing import Final

from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.client.views import MessageOrder
from casemate.protocol.ids import (
    CONVERSATION_ID_BYTES,
    DEVICE_ID_BYTES,
    MESSAGE_ID_BYTES,
    ConversationId,
    DeviceId,
    MessageId,
)

_HIGHEST_NUMBER: Final = 2**63 - 1


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


def order_from_view(order: MessageOrder | None) -> tuple[int, DeviceId, MessageId] | None:
    """A place in a conversation. Raises Refused."""
    if order is None:
        return None
    if not 0 <= order.counter <= _HIGHEST_NUMBER:
        raise refuse("malformed", what="order")
    device = id_from_hex(order.device, DEVICE_ID_BYTES, "order")
    message = id_from_hex(order.message, MESSAGE_ID_BYTES, "order")
    return order.counter, DeviceId(device), MessageId(message)
