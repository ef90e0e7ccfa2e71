"""Our extension of the client API: requests and responses that Citadel's API lacks.

What is done in a conversation names it by its id (`conversation`, 32 hex digits); what is done about a person names
them by their cid (`peer`). Invitations have a file of their own.
"""

import msgspec

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.responses import ConnectFailure, ConnectSuccess, SessionAlreadyActive
from casemate.protocol.client.views import (
    AccountView,
    AutostartState,
    BrowserView,
    ConversationView,
    DirectoryRow,
    DraftView,
    FoundAccountFile,
    LinkPreviewView,
    LocalAccount,
    MessageOrder,
    MessageReference,
    MessageView,
    PeerView,
    Reason,
    ScheduledView,
    ViewEvent,
)
from casemate.protocol.ids import Cid


class ViewPosition(msgspec.Struct, frozen=True, kw_only=True):
    """Where a view is in an account's stream; `epoch` changes with every start of the internal service."""

    epoch: str
    sequence: int


class ServiceInfo(msgspec.Struct, frozen=True, kw_only=True):
    version: str
    default_server: str | None
    """The address to offer for a new account: the server that was started with us, or the last one used."""
    start_command: str
    """What a person types on this computer to start the service again."""
    open_command: str
    """What a person types on this computer for a fresh signed-in page."""
    update_command: str = ""
    """What a person types on this computer for the newest version of this program; empty: nobody can tell."""
    install_line: str = ""
    """What somebody without Casemate types to install it and join, to be handed out with a link; empty: nobody said."""


class HelloAccepted(ExtensionResponse, frozen=True, kw_only=True):
    service: ServiceInfo
    accounts: list[LocalAccount]
    found: list[FoundAccountFile] = msgspec.field(default_factory=list)
    list_lost: Reason | None = None
    """Why accounts may be missing from the list, while some of `found` are."""
    storage: Reason | None = None
    """Set while this computer's disk is nearly or wholly full."""


class LocalAccountsChanged(ExtensionResponse, frozen=True, kw_only=True):
    accounts: list[LocalAccount]
    found: list[FoundAccountFile] = msgspec.field(default_factory=list)
    list_lost: Reason | None = None
    storage: Reason | None = None


class BrowserKey(msgspec.Struct, frozen=True, kw_only=True):
    """32 bytes for AES-GCM, the same as long as the account exists: under it, and in no other form, may a browser keep
    words of this account on its disk. It keeps the key itself in memory only."""

    hex: str

    def __repr__(self) -> str:
        return "BrowserKey(hidden)"


class Snapshot(ExtensionResponse, frozen=True, kw_only=True):
    """The whole account except old messages; a conversation brings its last one, GetTimeline the rest."""

    position: ViewPosition
    account: AccountView
    peers: list[PeerView]
    conversations: list[ConversationView]
    drafts: list[DraftView]
    """The newest last."""
    scheduled: list[ScheduledView]
    """What is due first comes first."""
    browser_key: BrowserKey


class Resumed(ExtensionResponse, frozen=True, kw_only=True):
    """The events after `after` follow, numbered without a gap."""

    position: ViewPosition
    browser_key: BrowserKey


class ViewEvents(ExtensionResponse, frozen=True, kw_only=True):
    """Events in order; `position` is where the last of them leads, `first_sequence` numbers the first."""

    position: ViewPosition
    first_sequence: int
    events: list[ViewEvent]


class DirectoryPage(ExtensionResponse, frozen=True, kw_only=True):
    rows: list[DirectoryRow]
    next_cursor: str | None
    total: int


class TimelinePage(ExtensionResponse, frozen=True, kw_only=True):
    conversation: str
    messages: list[MessageView]
    has_before: bool
    has_after: bool


class MessageQueued(ExtensionResponse, frozen=True, kw_only=True):
    message: MessageView


class MessageScheduled(ExtensionResponse, frozen=True, kw_only=True):
    scheduled: ScheduledView


class SafetyNumber(ExtensionResponse, frozen=True, kw_only=True):
    peer: Cid
    digits: str
    """60 decimal digits."""
    qr: str
    """What the QR code holds, as text."""
    verified: bool


class ServerProbed(ExtensionResponse, frozen=True, kw_only=True):
    server_addr: str
    fingerprint: str
    """Of the server's identity key, in groups a person can compare."""
    known: bool
    """An account on this computer already trusts this identity at this address."""
    password_required: bool
    own: bool = False
    """The server that was started together with this service: its person is the one who runs it."""


class AutostartTold(ExtensionResponse, frozen=True, kw_only=True):
    """Whether what runs here starts with the computer, as the disk says it at this moment."""

    state: AutostartState
    reason: Reason | None
    """Why it is unavailable; while it is off, what starts in its place."""
    before_login: bool
    """It starts with the computer already, and not only when its user logs in."""


class BrowserList(ExtensionResponse, frozen=True, kw_only=True):
    browsers: list[BrowserView]
    """The last to be used comes first."""


class Pong(ExtensionResponse, frozen=True, kw_only=True):
    """From the thread that answers everything: whoever hears it knows that the rest would be answered, too."""


class Hello(ExtensionRequest, frozen=True, kw_only=True):
    """Makes this socket a view. Answer: HelloAccepted; later LocalAccountsChanged whenever the list changes."""

    answers = (HelloAccepted,)

    client: str


class Subscribe(ExtensionRequest, frozen=True, kw_only=True):
    """Hold the session `cid` and follow it. Answer: Resumed if `after` is known, else Snapshot; then ViewEvents."""

    answers = (Snapshot, Resumed)

    cid: Cid
    after: ViewPosition | None = None


class Unsubscribe(ExtensionRequest, frozen=True, kw_only=True):
    cid: Cid


class ListDirectory(ExtensionRequest, frozen=True, kw_only=True):
    """People on the server whose name or username contains `query`, a page at a time."""

    answers = (DirectoryPage,)

    cid: Cid
    query: str = ""
    cursor: str = ""
    limit: int = 100


class GetTimeline(ExtensionRequest, frozen=True, kw_only=True):
    """A page in display order: the latest, or before, after or around a place, which may be that of a message."""

    answers = (TimelinePage,)

    cid: Cid
    conversation: str
    before: MessageOrder | None = None
    after: MessageOrder | None = None
    around: MessageOrder | None = None
    around_message: str | None = None
    limit: int = 50


class SendChat(ExtensionRequest, frozen=True, kw_only=True):
    """Queue a text. `message_id` (32 hex digits) makes repeats harmless. Answered after the commit.

    The draft of `slot` goes with it, unless that window has counted beyond `draft_revision` by now.
    """

    answers = (MessageQueued, MessageScheduled)

    cid: Cid
    conversation: str
    message_id: str
    text: str
    due_at: int | None = None
    """Unix milliseconds: it is sent then, and until then it is no message (MessageScheduled)."""
    slot: str | None = None
    draft_revision: int = 1
    reply_to: MessageReference | None = None
    preview: LinkPreviewView | None = None
    """Of a link in the text."""


class SetDraft(ExtensionRequest, frozen=True, kw_only=True):
    """What stands in one window's composer; an empty text discards it. Answered after the commit.

    `conversation` and `slot` are 32 hex digits. A window writes only its own slot and counts `revision` up from 1; a
    revision that is not above the present one is refused, unless it is the same text once more.
    """

    cid: Cid
    conversation: str
    slot: str
    text: str
    revision: int


class MarkRead(ExtensionRequest, frozen=True, kw_only=True):
    """What was on a screen, and up to which arrival everything counts as seen.

    Whoever wrote the messages in `painted` (ids, 32 hex digits each) is told that they were read; `seen_up_to` only
    concerns one's own badge. Ids of messages that are not theirs, or not known, are passed over.
    """

    cid: Cid
    conversation: str
    painted: list[str]
    """At most 200."""
    seen_up_to: int


class SetTyping(ExtensionRequest, frozen=True, kw_only=True):
    """Never stored; dropped when the peer is not online."""

    cid: Cid
    conversation: str
    typing: bool


class WithdrawRegistration(ExtensionRequest, frozen=True, kw_only=True):
    """Take back our request to register with this person. Answered after the server agreed."""

    cid: Cid
    peer: Cid


class BlockPeer(ExtensionRequest, frozen=True, kw_only=True):
    """Nothing of this person arrives any more, and they see us offline. Answered after the server agreed."""

    cid: Cid
    peer: Cid


class UnblockPeer(ExtensionRequest, frozen=True, kw_only=True):
    cid: Cid
    peer: Cid


class GetSafetyNumber(ExtensionRequest, frozen=True, kw_only=True):
    answers = (SafetyNumber,)

    cid: Cid
    peer: Cid


class SetVerified(ExtensionRequest, frozen=True, kw_only=True):
    """The user compared the safety number."""

    cid: Cid
    peer: Cid
    verified: bool


class AcceptIdentity(ExtensionRequest, frozen=True, kw_only=True):
    """Go on with a peer whose identity changed; sending resumes, the verified mark stays off."""

    cid: Cid
    peer: Cid


class SetSettings(ExtensionRequest, frozen=True, kw_only=True):
    """Null leaves a setting as it is. AccountChanged follows."""

    cid: Cid
    auto_connect: bool | None = None
    appear_offline: bool | None = None
    ask_password_at_start: bool | None = None
    relay_only: bool | None = None
    lan_discovery: bool | None = None
    read_receipts: bool | None = None
    """Off: nobody is told what is read here from now on, not later either; what others read of ours is passed over."""
    typing: bool | None = None
    full_name: str | None = None
    """Signed anew and told to everybody; the username never changes."""


class AddServerAddress(ExtensionRequest, frozen=True, kw_only=True):
    """Look for the account's server there as well: HOST:PORT or wss://HOST[:PORT]. AccountChanged follows."""

    cid: Cid
    address: str


class RemoveServerAddress(ExtensionRequest, frozen=True, kw_only=True):
    """Look for it there no more; the only address stays. One that the server names comes back with its next word."""

    cid: Cid
    address: str


class ConnectAccount(ExtensionRequest, frozen=True, kw_only=True):
    """Sign in to one local account of several with the same username."""

    answers = (ConnectSuccess, SessionAlreadyActive)
    failure = ConnectFailure

    cid: Cid
    password: list[int]

    def __repr__(self) -> str:
        return "ConnectAccount(hidden)"


class ChangePassword(ExtensionRequest, frozen=True, kw_only=True):
    """What opens this account on this computer from now on; nobody is signed out by it."""

    cid: Cid
    old_password: list[int]
    new_password: list[int]

    def __repr__(self) -> str:
        return "ChangePassword(hidden)"


class AdoptAccount(ExtensionRequest, frozen=True, kw_only=True):
    """Sign in to an account file that the list of accounts does not name, and list it again."""

    answers = (ConnectSuccess, SessionAlreadyActive)
    failure = ConnectFailure

    name: str
    """Of a FoundAccountFile."""
    password: list[int]

    def __repr__(self) -> str:
        return "AdoptAccount(hidden)"


class ForgetFoundAccount(ExtensionRequest, frozen=True, kw_only=True):
    """Delete an account file that the list of accounts does not name, for good: a person was asked."""

    name: str
    """Of a FoundAccountFile."""


class ForgetDamagedAccount(ExtensionRequest, frozen=True, kw_only=True):
    """Take an account off the list whose file is damaged or missing, and delete what is left of it, for good: a person
    was asked. The server goes on having the account."""

    cid: Cid


class ProbeServer(ExtensionRequest, frozen=True, kw_only=True):
    """Ask a server who it is before an account is made there."""

    answers = (ServerProbed,)

    server_addr: str


class Ping(ExtensionRequest, frozen=True, kw_only=True):
    """A view asks whether anybody is still there: a process that hangs keeps its sockets."""

    answers = (Pong,)


class GetAutostart(ExtensionRequest, frozen=True, kw_only=True):
    answers = (AutostartTold,)


class SetAutostart(ExtensionRequest, frozen=True, kw_only=True):
    """Start what runs here with the computer, or no longer. Again is fine, and what runs goes on."""

    on: bool

    answers = (AutostartTold,)


class ListBrowsers(ExtensionRequest, frozen=True, kw_only=True):
    """The browsers that a cookie of this service was given to."""

    answers = (BrowserList,)


class SignOutBrowser(ExtensionRequest, frozen=True, kw_only=True):
    """Its cookie opens nothing any more, and its tabs are cut off. Again is fine."""

    browser: str
