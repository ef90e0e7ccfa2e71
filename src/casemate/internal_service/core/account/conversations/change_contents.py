"""The bodies of contents that change a message: what is sealed, and what a fold makes of it."""

from typing import Annotated, Final

import msgspec

from casemate.crypto.content import Kind, MessageIdField
from casemate.crypto.identity import AccountIdField
from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.conversations.emojis import is_emoji
from casemate.internal_service.core.account.rows import DisplayOrder
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import EDITED_BYTES, EMOJI_CHARACTERS, REACTIONS_OF_ONE
from casemate.protocol.link_previews import LinkPreview

CHANGES: Final = (Kind.EDIT, Kind.DELETE, Kind.REACT, Kind.PIN, Kind.PREVIEW)

Emoji = Annotated[str, msgspec.Meta(min_length=1, max_length=EMOJI_CHARACTERS)]


class Edited(msgspec.Struct, frozen=True, array_like=True):
    """A message of the writer's own says something else from now on."""

    target: MessageIdField
    text: Annotated[bytes, msgspec.Meta(min_length=1, max_length=EDITED_BYTES)]
    """UTF-8."""


class Deleted(msgspec.Struct, frozen=True, array_like=True):
    """A message of the writer's own is taken back from everybody."""

    target: MessageIdField


class Reacted(msgspec.Struct, frozen=True, array_like=True):
    """All that the writer says to a message with emojis; it takes the place of what they said before."""

    target_author: AccountIdField
    target: MessageIdField
    emojis: Annotated[tuple[Emoji, ...], msgspec.Meta(max_length=REACTIONS_OF_ONE)]


class Pinned(msgspec.Struct, frozen=True, array_like=True):
    """A message stands at the top of the conversation, for both, or does so no more."""

    target_author: AccountIdField
    target: MessageIdField
    pinned: bool


class Previewed(msgspec.Struct, frozen=True, array_like=True):
    """Where a link leads that is in a message of the writer's own; None: it is shown no more."""

    target: MessageIdField
    preview: LinkPreview | None


ChangeBody = Edited | Deleted | Reacted | Pinned | Previewed

_edited: Final = msgspec.msgpack.Decoder(Edited)
_deleted: Final = msgspec.msgpack.Decoder(Deleted)
_reacted: Final = msgspec.msgpack.Decoder(Reacted)
_pinned: Final = msgspec.msgpack.Decoder(Pinned)
_previewed: Final = msgspec.msgpack.Decoder(Previewed)
_preview: Final = msgspec.msgpack.Decoder(LinkPreview)


def encode_change(body: ChangeBody) -> bytes:
    return msgspec.msgpack.encode(body)


def encode_preview(preview: LinkPreview | None) -> bytes:
    return b"" if preview is None else msgspec.msgpack.encode(preview)


def decode_preview(data: bytes) -> LinkPreview | None:
    """Of a change, or of what is kept here."""
    return _preview.decode(data) if data else None


def read_change(
    kind: str, body: bytes, author: AccountId, order: DisplayOrder, made_at: float
) -> tuple[Target, Change]:
    """What it changes, and how; whether its author may is for the fold to say. Raises MalformedFrame."""
    try:
        match kind:
            case Kind.EDIT:
                edited = _edited.decode(body)
                return (author, edited.target), Change("edit", author, order, made_at, text=edited.text)
            case Kind.DELETE:
                deleted = _deleted.decode(body)
                return (author, deleted.target), Change("delete", author, order, made_at)
            case Kind.PIN:
                pinned = _pinned.decode(body)
                pin = Change("pin" if pinned.pinned else "unpin", author, order, made_at)
                return (pinned.target_author, pinned.target), pin
            case Kind.PREVIEW:
                previewed = _previewed.decode(body)
                text = encode_preview(previewed.preview)
                return (author, previewed.target), Change("preview", author, order, made_at, text=text)
            case _:
                reacted = _reacted.decode(body)
                emojis = tuple(dict.fromkeys(filter(is_emoji, reacted.emojis)))
                return (reacted.target_author, reacted.target), Change("react", author, order, made_at, emojis=emojis)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise MalformedFrame(kind) from error
