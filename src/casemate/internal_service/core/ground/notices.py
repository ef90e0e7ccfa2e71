"""What an account tells the service it lives in.

An account does not know who is watching. It returns notices among its effects; the service turns them into responses,
notifications and view events. Rows are read from the account's store when a notice is handled, in the same
transaction, so a notice carries ids and outcomes, not copies of rows. What concerns a conversation is keyed by its
id, what concerns a person by their cid.
"""

from dataclasses import dataclass, field

from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.views import DirectoryRow, Reason
from casemate.protocol.ids import Cid, ConversationId, MessageId


@dataclass(frozen=True, slots=True)
class Notice:
    pass


@dataclass(frozen=True, slots=True)
class Enrolled(Notice):
    """The server has the account (it answered CreateAccount)."""


@dataclass(frozen=True, slots=True)
class EnrolmentRefused(Notice):
    """The server will not make the account; the local one must go."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class LinkChanged(Notice):
    """The link's state, its time or its reason changed, or an attempt failed: read `account.link_view()`."""


@dataclass(frozen=True, slots=True)
class InvitesJudged(Notice):
    """The server takes nobody by an invitation of ours any more, or does again: read `account.invite_views()`."""


@dataclass(frozen=True, slots=True)
class InvitationEnded(Notice):
    """An invitation by which this account comes led nowhere: read `account.invitation_failed()`."""


@dataclass(frozen=True, slots=True)
class PeerChanged(Notice):
    """Anything that `peer_view(cid)` shows."""

    cid: Cid


@dataclass(frozen=True, slots=True)
class PathChanged(Notice):
    """The path to this peer, or its round trip: `peer_view(cid).path`."""

    cid: Cid


@dataclass(frozen=True, slots=True)
class MessageChanged(Notice):
    """A message is new or changed, and with it what is shown of the conversation: read both views."""

    conversation: ConversationId
    message_id: MessageId


@dataclass(frozen=True, slots=True)
class ConversationChanged(Notice):
    """It is new, or counts otherwise, without a message that changed: read `conversation_view(conversation)`."""

    conversation: ConversationId


@dataclass(frozen=True, slots=True)
class ScheduledChanged(Notice):
    """A message that is to be sent later is new or changed, was sent or cancelled: read `account.scheduling.view()`."""

    message_id: MessageId


@dataclass(frozen=True, slots=True)
class MessageArrived(Notice):
    """A body from a peer, new and in order; always after its MessageChanged."""

    conversation: ConversationId
    message_id: MessageId
    kind: str
    """`chat` or `opaque`."""
    body: bytes = field(repr=False)
    arrival: int | None
    """Of the line that it is; None: it is none, and kept nowhere else."""


@dataclass(frozen=True, slots=True)
class TypingChanged(Notice):
    conversation: ConversationId
    typing: bool


@dataclass(frozen=True, slots=True)
class RegistrationWanted(Notice):
    """A peer asks us; nobody here has asked them (else both are registered at once)."""

    cid: Cid
    username: str
    introduction: str = field(repr=False)
    """What they wrote; may be empty."""


@dataclass(frozen=True, slots=True)
class RegistrationSettled(Notice):
    """The end of a registration we asked for or answered: accepted, or why not."""

    cid: Cid
    username: str
    refused: Reason | None


@dataclass(frozen=True, slots=True)
class ConnectWanted(Notice):
    cid: Cid
    settings: bytes
    """SessionSecuritySettings as the peer gave them, JSON."""
    udp_mode: str


@dataclass(frozen=True, slots=True)
class ConnectSettled(Notice):
    """Connected (refused is None) or why not."""

    cid: Cid
    refused: Reason | None


@dataclass(frozen=True, slots=True)
class PeerDisconnected(Notice):
    """The other side ended the connection; registration stays."""

    cid: Cid


@dataclass(frozen=True, slots=True)
class Answered(Notice):
    """An operation that had to ask the server is done: `token` is what the caller gave."""

    token: int
    refused: Reason | None = None

    @property
    def why(self) -> Reason:
        """What to say to whoever waited for something else."""
        return self.refused or reason("internal")


@dataclass(frozen=True, slots=True)
class DirectoryAnswered(Notice):
    token: int
    rows: list[DirectoryRow]
    next_cursor: str | None
    total: int


@dataclass(frozen=True, slots=True)
class AccountDeleted(Notice):
    """The server has deleted the account (because we asked, token set, or on its own)."""

    token: int | None
