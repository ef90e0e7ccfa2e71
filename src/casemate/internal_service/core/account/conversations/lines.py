"""Which bodies of another app are lines of a conversation."""

from typing import Final

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.ports import AccountStore
from casemate.protocol.ids import AccountId, ConversationId

_LOOK_BACK_MESSAGES: Final = 20
"""ILM repeats the one message that is not acknowledged yet, so a repeat is never far from the first."""


def is_line(store: AccountStore, conversation: ConversationId, author: AccountId, kind: str, body: bytes) -> bool:
    """False for what ILM says of itself, and for what it says again because nobody has acknowledged it yet."""
    frame = ilm.decode(body) if kind == Kind.OPAQUE else None
    if frame is None:
        return True
    if not isinstance(frame, ilm.Data):
        return False
    recent = store.timeline_page(conversation, before=None, after=None, limit=_LOOK_BACK_MESSAGES)
    return all(row.author != author or row.body != body for row in recent)
