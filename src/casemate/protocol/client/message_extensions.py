"""What is done with messages that are there, as views ask for it: docs/protocol/changes.md.

Ids of conversations, messages and accounts are hex.
"""

import msgspec

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.views import LinkPreviewView, MessageOrder
from casemate.protocol.ids import Cid


class MessageVersion(msgspec.Struct, frozen=True, kw_only=True):
    text: str
    made_at: int
    """The author's clock."""


class MessageVersions(ExtensionResponse, frozen=True, kw_only=True):
    versions: list[MessageVersion]
    """The oldest first; the last one is what the message says. Of a message that was never edited there is none."""


class EditMessage(ExtensionRequest, frozen=True, kw_only=True):
    """A message of one's own says this from now on, on every screen. MessageChanged follows."""

    cid: Cid
    conversation: str
    message_id: str
    text: str


class DeleteMessages(ExtensionRequest, frozen=True, kw_only=True):
    """Take messages of one's own back from everybody, or take any off one's own screens. All of them, or none."""

    cid: Cid
    conversation: str
    message_ids: list[str]
    """1 to 200."""
    everywhere: bool


class ReactToMessage(ExtensionRequest, frozen=True, kw_only=True):
    """All that one says to a message with emojis; none takes them back."""

    cid: Cid
    conversation: str
    author: str
    message_id: str
    emojis: list[str]
    """At most 8."""


class PinMessage(ExtensionRequest, frozen=True, kw_only=True):
    """It stands at the top of the conversation for both, or does so no more. ConversationChanged follows."""

    cid: Cid
    conversation: str
    author: str
    message_id: str
    pinned: bool


class LinkPreviewMade(ExtensionResponse, frozen=True, kw_only=True):
    preview: LinkPreviewView


class MakeLinkPreview(ExtensionRequest, frozen=True, kw_only=True):
    """Ask the page behind a link what it is, to send that along (`SendChat.preview`): only when a person wants it."""

    answers = (LinkPreviewMade,)

    cid: Cid
    url: str


class MarkUnread(ExtensionRequest, frozen=True, kw_only=True):
    """This message of theirs and those after it are unread once more; their writer hears nothing of it."""

    cid: Cid
    conversation: str
    message_id: str


class ArrangeConversation(ExtensionRequest, frozen=True, kw_only=True):
    """Where it stands in the account's own list; None leaves it as it is. ConversationChanged follows."""

    cid: Cid
    conversation: str
    pinned: bool | None = None
    archived: bool | None = None


class SetDisappearing(ExtensionRequest, frozen=True, kw_only=True):
    """For how long what either of the two writes lives from now on: 5 seconds to 400 days; None: it stays.
    MessageChanged follows, of the line that says so."""

    cid: Cid
    conversation: str
    lives_for: int | None


class StorageUse(ExtensionResponse, frozen=True, kw_only=True):
    messages: int
    bytes: int
    """Of what they say; the database around it takes more."""
    last_arrival: int
    """Of all that is meant when it is to be emptied; 0: there is nothing."""


class GetStorageUse(ExtensionRequest, frozen=True, kw_only=True):
    """What a conversation takes on this computer."""

    answers = (StorageUse,)

    cid: Cid
    conversation: str


class ConversationEmptied(ExtensionResponse, frozen=True, kw_only=True):
    after: MessageOrder | None
    """Where to go on; null: that was all."""


class EmptyConversation(ExtensionRequest, frozen=True, kw_only=True):
    """Erase its messages from this computer alone, some at a time. What is on its way to somebody stays. MessageGone
    follows, of each."""

    answers = (ConversationEmptied,)

    cid: Cid
    conversation: str
    up_to: int
    """The `arrival` of the last one that is meant."""
    after: MessageOrder | None = None
    """What the answer before said; null at the beginning."""


class SetRetention(ExtensionRequest, frozen=True, kw_only=True):
    """Messages that are older than this many days are erased from this computer alone, once they were seen; null: they
    stay. AccountChanged follows."""

    cid: Cid
    days: int | None


class ChangeScheduled(ExtensionRequest, frozen=True, kw_only=True):
    """Another text or time for a message that is to be sent later; a time that has passed sends it now."""

    cid: Cid
    message_id: str
    text: str | None = None
    due_at: int | None = None
    """Unix milliseconds."""


class CancelScheduled(ExtensionRequest, frozen=True, kw_only=True):
    """It is not sent. Refused (`already_sent`) once it is."""

    cid: Cid
    message_id: str


class GetMessageVersions(ExtensionRequest, frozen=True, kw_only=True):
    """What an edited message said before."""

    answers = (MessageVersions,)

    cid: Cid
    conversation: str
    author: str
    message_id: str
