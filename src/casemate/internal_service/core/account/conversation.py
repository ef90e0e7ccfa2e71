"""What names a conversation of two."""

import hashlib

from casemate.crypto.content import CONVERSATION_ID_BYTES
from casemate.protocol.ids import AccountId

_LABEL = b"casemate/conversation/1"


def conversation_id(one: AccountId, other: AccountId) -> bytes:
    """The same on both sides, whoever asks."""
    return hashlib.sha3_256(_LABEL + b"".join(sorted((one, other)))).digest()[:CONVERSATION_ID_BYTES]
