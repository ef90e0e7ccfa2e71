"""How views look for messages: docs/protocol/finding.md. Ids are hex, times Unix milliseconds."""

import msgspec

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.views import MessageOrder
from casemate.protocol.ids import Cid


class FoundPiece(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    found: bool
    """It is what was looked for."""


class FoundMessageView(msgspec.Struct, frozen=True, kw_only=True):
    conversation: str
    id: str
    author: str
    mine: bool
    order: MessageOrder
    """Its place in the conversation: `around` of a GetTimeline."""
    shown_at: int
    pieces: list[FoundPiece]
    """Of what it says, around what was found first."""
    cut_before: bool
    cut_after: bool


class MessagesFound(ExtensionResponse, frozen=True, kw_only=True):
    messages: list[FoundMessageView]
    """The newest first; at most 30, and maybe none although there is a `cursor`."""
    cursor: str | None
    """To look on from; null: there is nothing more."""


class SearchMessages(ExtensionRequest, frozen=True, kw_only=True):
    """Messages that say all of `words`, and are from where and when the others say. One of them must say something."""

    answers = (MessagesFound,)

    cid: Cid
    words: str
    """Words as they begin, and "phrases"; at most 500 characters, of which 6 words count."""
    conversation: str | None = None
    author: str | None = None
    from_time: int | None = None
    """Shown times not before this …"""
    to_time: int | None = None
    """… and before this."""
    has_link: bool = False
    cursor: str | None = None
    """Of the answer before, to the same question."""


class DayFound(ExtensionResponse, frozen=True, kw_only=True):
    message_id: str | None
    """`around_message` of a GetTimeline; null: nothing was said there."""


class FindDay(ExtensionRequest, frozen=True, kw_only=True):
    """The first line of a conversation that is shown at a time or later; where there is none, the last one."""

    answers = (DayFound,)

    cid: Cid
    conversation: str
    from_time: int
