"""What migrations of an account's database ask of the program, where SQL alone does not know how to read its rows."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, Final

from casemate.crypto.content import decode_content
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.internal_service.core.account.contents import VOID
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.protocol.ids import AccountId


def _conversation_id(one: bytes, other: bytes) -> bytes:
    return conversation_id(AccountId(one), AccountId(other))


def _content_part(padded: bytes, part: str) -> Any:
    """A field of a content as it was sealed. One that cannot be read any more is as good as gone: a void."""
    try:
        return getattr(decode_content(padded), part)
    except EnvelopeUnreadable:
        return _GONE[part]


_GONE: Final = {"kind": VOID, "body": b"", "counter": 0, "sent_at_ms": 0}

FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = MappingProxyType(
    {"conversation_id": _conversation_id, "content_part": _content_part}
)
