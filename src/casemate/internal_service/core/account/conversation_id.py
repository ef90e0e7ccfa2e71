"""What names a conversation of two."""

import hashlib

from casemate.protocol.ids import CONVERSATION_ID_BYTES, AccountId, ConversationId

_LABEL = b"casemate/conversation/1"


def conversation_id(one: AccountId, other: AccountId) -> ConversationId:
    """The same on both sides, whoever asks."""
    digest = hashlib.sha3_256(_LABEL + b"".join(sorted((one, other)))).digest()
    return ConversationId(digest[:CONVERSATION_ID_BYTES])
