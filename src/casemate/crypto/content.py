"""Sealed content: what an envelope holds once it is open."""

from enum import StrEnum
from typing import Annotated, Final

import msgspec

from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.identity import AccountIdField
from casemate.crypto.padding import pad, unpad
from casemate.protocol.ids import CONVERSATION_ID_BYTES, MESSAGE_ID_BYTES, ConversationId, MessageId
from casemate.protocol.limits import ENVELOPE_BYTES, MESSAGE_BODY_BYTES

CONTENT_VERSION: Final = 1
MAX_HEADS: Final = 16
LAST_COUNTER: Final = 2**62

MessageIdField = Annotated[MessageId, msgspec.Meta(min_length=MESSAGE_ID_BYTES, max_length=MESSAGE_ID_BYTES)]
ConversationIdField = Annotated[
    ConversationId, msgspec.Meta(min_length=CONVERSATION_ID_BYTES, max_length=CONVERSATION_ID_BYTES)
]
KindField = Annotated[str, msgspec.Meta(max_length=32, pattern=r"^[a-z][a-z0-9_]*\Z")]
Time = Annotated[int, msgspec.Meta(ge=0, le=2**53)]


class Kind(StrEnum):
    """The kinds this program understands; any other is kept and shown as such."""

    CHAT = "chat"
    OPAQUE = "opaque"
    CONNECT_REQUEST = "connect_request"
    CONNECT_ANSWER = "connect_answer"
    DISCONNECT = "disconnect"
    REKEY = "rekey"
    RETURNED = "returned"
    SPARES = "spares"
    PROFILE = "profile"
    EDIT = "edit"
    DELETE = "delete"
    REACT = "react"
    PIN = "pin"
    PREVIEW = "preview"
    DISAPPEARING = "disappearing"


class Shows(StrEnum):
    """What a content is to people: a program that does not know its kind keeps a line, and is silent about the rest."""

    LINE = "line"
    CHANGE = "change"
    """Of another message."""
    NOTHING = "nothing"


NO_LINES: Final = frozenset(Kind) - {Kind.CHAT, Kind.OPAQUE, Kind.DISAPPEARING}
"""Kinds of which earlier versions did not say that they show nothing."""


class Content(msgspec.Struct, frozen=True, array_like=True):
    """One message. Later versions append fields; what we do not know is ignored.

    `counter` is a Lamport counter and `heads` are the newest messages the
    sender had seen. `sent_at_ms` is the sender's clock, milliseconds since
    1970, for display only. `expires_at` is in seconds since 1970, None: never.
    """

    version: Annotated[int, msgspec.Meta(ge=1, le=255)]
    kind: KindField
    message_id: MessageIdField
    conversation_id: ConversationIdField
    counter: Annotated[int, msgspec.Meta(ge=0, le=LAST_COUNTER)]
    heads: Annotated[tuple[MessageIdField, ...], msgspec.Meta(max_length=MAX_HEADS)]
    sent_at_ms: Time
    expires_at: Time | None
    body: Annotated[bytes, msgspec.Meta(max_length=MESSAGE_BODY_BYTES)]
    shows: Annotated[str, msgspec.Meta(max_length=16)] | None = None
    """One of `Shows`, or what a later version means. None: sealed by a version that did not say so."""
    reply_to: tuple[AccountIdField, MessageIdField] | None = None
    """The message that a line answers: its author and its id. Nothing of what that says is copied."""
    lives_for: Time | None = None
    """Of a message that disappears: the seconds from when it is read, or arrives, until it does. None: it stays."""

    @property
    def is_line(self) -> bool:
        return self.kind not in NO_LINES if self.shows is None else self.shows == Shows.LINE


def encode_content(content: Content) -> bytes:
    """Padded bytes, ready to be sealed. Raises ValueError when a limit of `Content` is broken."""
    data = _encoder.encode(content)
    try:
        _decoder.decode(data)
    except msgspec.DecodeError as error:
        raise ValueError(str(error)) from error
    return pad(data)


def decode_content(padded: bytes) -> Content:
    """Raises EnvelopeUnreadable."""
    if len(padded) > ENVELOPE_BYTES:
        raise EnvelopeUnreadable("size")
    try:
        return _decoder.decode(unpad(padded))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise EnvelopeUnreadable("content") from error


_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder(Content)
