"""What a view shows of an account: the rows that snapshots and events carry.

Times are Unix milliseconds; ids that JavaScript only compares are hex strings; cids are integers. What belongs to a
conversation names it by its id (`conversation`, 32 hex digits), what concerns a person names them by their cid.
"""

from typing import Literal

import msgspec

from casemate.protocol.client.notification_views import MuteView, NotificationSettings
from casemate.protocol.ids import Cid

Acts = Literal["user", "admin", "peer", "retry"]
MessageStatus = Literal["queued", "sent", "delivered", "read", "received"]
Relation = Literal["none", "requested", "asks_you", "registered", "declined", "gone"]
"""declined: by them, for the days in which they are not to be asked again. gone: they deleted their account."""
Met = Literal["", "by_our_invitation", "by_their_invitation"]
"""How two came to know each other, where a link proved to both who the other is."""
Connection = Literal["none", "asking", "asks_you", "connected"]
LinkStateName = Literal["online", "connecting", "away", "fenced"]
Reach = Literal["network", "this-computer"]
"""Who can come to a server: whoever finds an address of this computer, or nobody else than it."""
SessionState = Literal["signed_out", "active", "orphaned"]
AutostartState = Literal["on", "off", "unavailable"]


class Reason(msgspec.Struct, frozen=True, kw_only=True):
    """Why something is so or was refused: a code of docs/protocol/reasons.md, and who can change it."""

    code: str
    params: dict[str, str] = {}
    acts: Acts


class BrowserView(msgspec.Struct, frozen=True, kw_only=True):
    """A browser that was signed in. Times are Unix milliseconds."""

    id: str
    name: str
    """Such as "Firefox on Linux"."""
    signed_in_at: int
    last_used_at: int
    """Noted once an hour."""
    this_one: bool
    """Whether the one that asks is in it."""


class LocalAccount(msgspec.Struct, frozen=True, kw_only=True):
    """An account of this computer, as the landing page and the account rail list it."""

    cid: Cid
    account_id: str
    username: str
    full_name: str
    server_address: str
    state: SessionState
    unread: int
    waiting: int
    """As in AccountView; of an account that is signed out, its unread messages."""
    reason: Reason | None = None
    """Why it is closed although nobody signed out: its file is damaged, say."""


class FoundAccountFile(msgspec.Struct, frozen=True, kw_only=True):
    """A database in the folder of accounts that this computer's list does not name; its password opens it."""

    name: str
    """32 hex digits: the file is NAME.db."""
    found_at: int
    bytes: int
    has_vault: bool
    """False: its password vault does not lie beside it, so only the list of accounts that named it can open it."""


class LinkView(msgspec.Struct, frozen=True, kw_only=True):
    """The connection to the workspace server. `since` is when this state began."""

    state: LinkStateName
    since: int
    reason: Reason | None = None


class ServerAddressView(msgspec.Struct, frozen=True, kw_only=True):
    """Where the server may be."""

    address: str
    by_person: bool
    """Else the server named it."""
    in_use: bool
    away_since: int | None
    """Unix milliseconds since when it was not found there; None: as far as we know it is there."""
    reason: Reason | None = None
    """What it was the last time that it was looked for."""


Reached = Literal["everywhere", "network", "unknown"]
"""Who can use an address: it answered and is one of the internet, or one of this network. Unknown: nothing answered."""


class ReachableAddress(msgspec.Struct, frozen=True, kw_only=True):
    """An address of the server that runs on this computer, tried from here."""

    address: str
    who: Reached


class ReachView(msgspec.Struct, frozen=True, kw_only=True):
    """Who can come to the server that was started together with this service."""

    reach: Reach | None
    """None: the server is not ours to move; it runs elsewhere, or was started by itself."""
    addresses: list[ReachableAddress] = []
    """For others: never one of this computer alone."""
    ports: list[str] = []
    """What a firewall has to let in, such as "TCP 12349"."""
    failed: bool = False
    """It could not be done; all is as before."""
    registration: Literal["open", "invite", "closed"] = "open"
    """Who may make an account there, now or, where nobody else can come so far, once it listens on the network:
    everybody; who has an invitation; nobody."""
    open_to_this_computer: bool = False
    """Where others need an invitation: who is at this computer needs none."""


class SettingsView(msgspec.Struct, frozen=True, kw_only=True):
    auto_connect: bool
    appear_offline: bool
    ask_password_at_start: bool
    unlocked_by: Literal["keyring", "key_file", "nothing"]
    """What keeps the database key while signed in."""
    relay_only: bool = False
    """Peers learn no address of ours: their messages take the relay."""
    lan_discovery: bool = True
    """Look for registered peers on the local network, so that people there can talk without the server."""
    notifications: NotificationSettings = NotificationSettings()
    keep_days: int | None = None
    """Messages older than this are erased from this computer; null: they stay."""
    read_receipts: bool = True
    """Writers are told what was read here; without that we are not told either, and nothing of ours becomes *read*."""
    typing: bool = True
    """Others are told that somebody types here; without that it is not shown of them either."""


class NameLooks(msgspec.Struct, frozen=True, kw_only=True):
    """What an eye makes of the name on screen, the full name or else the username: every client compares alike."""

    drawn: str
    """Equal for names that look alike, whatever letters they are made of."""
    unseen: bool
    """Holds something that is not drawn: joiners, selectors, empty letters."""


class Namesake(msgspec.Struct, frozen=True, kw_only=True):
    """Another account that we knew first, and whose username was the same or looks the same."""

    cid: Cid
    username: str
    full_name: str


class StatusView(msgspec.Struct, frozen=True, kw_only=True):
    """A line in which somebody says how they are."""

    text: str
    set_at: int
    """The writer's clock, clamped to arrival."""
    until: int | None = None
    """When it is over; None: when it is changed."""

    def __repr__(self) -> str:
        return "StatusView(hidden)"


class ServerProgramView(msgspec.Struct, frozen=True, kw_only=True):
    """What the server says that it runs, where that is another version than this service's. A hint: nothing follows."""

    version: str
    """Such as 0.2.0 or 0.2.0rc1, and nothing else."""
    newer: bool
    """Else it is older."""
    own: bool
    """It was started together with this service."""


class AccountView(msgspec.Struct, frozen=True, kw_only=True):
    cid: Cid
    account_id: str
    notes: str = ""
    """The conversation of one's notes to oneself; it has a row once something was written there."""
    username: str
    full_name: str
    server_address: str
    server_fingerprint: str
    link: LinkView
    settings: SettingsView
    unread: int
    """Unread messages of all conversations that are not muted: the one counter every tab and badge reads."""
    waiting: int
    """These, and the people who ask for something: what title, icon and badge say."""
    looks: NameLooks
    server_addresses: list[ServerAddressView] = []
    """What a person wrote comes first; the first one is `server_address`."""
    invitation_failed: Reason | None = None
    """Why the last link that was opened led nowhere, as long as the service runs."""
    server_program: ServerProgramView | None = None
    invites_refused: int = 0
    """How many invitations of this account the server takes nobody by, which it would: the list says which."""
    picture: str = ""
    """Another one for each picture (GetPicture); empty: none."""
    status: StatusView | None = None


class PathView(msgspec.Struct, frozen=True, kw_only=True):
    """How messages travel right now, and why not better."""

    kind: Literal["direct", "relayed", "mailbox"]
    since: int
    rtt_ms: float | None = None
    """Round trip on this path, measured lately; None for the mailbox."""
    reason: Reason | None = None
    """Why not direct: docs/protocol/reasons.md."""
    rtt_history: list[float] = []
    """Round trips of the last minutes on this connection, oldest first, one every 3 s, at most 60."""
    unsteady: bool = False
    """No answer came for a moment, just now or within the last seconds: messages take the mailbox as well."""


class PeerView(msgspec.Struct, frozen=True, kw_only=True):
    cid: Cid
    account_id: str
    conversation: str
    """Id of the conversation with this peer, 32 hex digits."""
    username: str
    full_name: str
    relation: Relation
    relation_since: int
    connection: Connection
    blocked: bool
    online: bool | None
    """Whoever answers on a path is, whatever the server says. None: not known, or you block them."""
    online_since: int | None
    path: PathView | None
    """None until connected."""
    verified: bool
    identity_changed: bool
    """True raises the alarm: nothing is sent until the user accepts the new identity."""
    names_signed: bool
    """Both names are the account's own signed word; else they are the server's."""
    looks: NameLooks
    namesake: Namesake | None = None
    """Another account had this name before: together with `identity_changed`, that is why."""
    met: Met = ""
    awaited: bool = False
    """They invited us, and we are registered as soon as their computer is on: one may write to them already."""
    introduction: str = ""
    """The line in a request that waits: theirs (`asks_you`) or ours (`requested`)."""
    picture: str = ""
    """Another one for each picture (GetPicture); empty: none."""
    status: StatusView | None = None
    nickname: str = ""
    """What one calls them oneself; empty: as they call themselves. `looks` are those of their own name."""
    nickname_drawn: str = ""
    """What an eye makes of it, to be compared with `looks.drawn` of others."""
    note: str = ""
    """Of one's own, about them."""
    declined_at: int | None = None
    """When one declined what they asked last, until one of the two asks again."""


class GuestView(msgspec.Struct, frozen=True, kw_only=True):
    """Who came by an invitation. Names are empty when nothing is known of them any more."""

    cid: Cid
    username: str
    full_name: str
    came_at: int


InviteState = Literal["usable", "refused", "used_up", "over", "ended"]
"""refused: by the server, for now. over: its time. ended: it was taken back."""


class InviteView(msgspec.Struct, frozen=True, kw_only=True):
    """An invitation of the account's own."""

    id: str
    """32 hex digits."""
    state: InviteState
    link: str | None
    """Whoever has it comes in: None when nobody does any more."""
    uses: int
    """How many may come by it in all."""
    made_at: int
    ends_at: int
    guests: list[GuestView]
    refused: Reason | None = None
    """Why the server takes no newcomer by it now; whoever has an account there can come by it all the same."""

    def __repr__(self) -> str:
        return f"InviteView({self.id}, {self.state})"


class MessageOrder(msgspec.Struct, frozen=True, array_like=True):
    """Display order, the same on both sides: by counter, then by the writing device, then by the message (hex both)."""

    counter: int
    device: str
    message: str


class MessageReference(msgspec.Struct, frozen=True, kw_only=True):
    """Two people may use one id, so the author belongs to it."""

    author: str
    """Account id (hex)."""
    id: str


class ReactionView(msgspec.Struct, frozen=True, kw_only=True):
    emoji: str
    authors: list[str]
    """Account ids (hex) of who gave it; who gave it first comes first."""


ReplyState = Literal["here", "deleted", "vanished", "unknown"]
"""vanished: it disappeared. unknown: it is not on this computer, or not yet."""


class ReplyView(msgspec.Struct, frozen=True, kw_only=True):
    """The message that another one answers, as it is now."""

    author: str
    """Account id (hex)."""
    id: str
    state: ReplyState
    text: str | None
    """How it begins; None: it is none, or no text."""


class PendingChange(msgspec.Struct, frozen=True, kw_only=True):
    """An edit, a reaction or a taking back of ours that the other side does not have yet."""

    status: Literal["queued", "sent"]
    reason: Reason | None


class LinkPreviewView(msgspec.Struct, frozen=True, kw_only=True):
    """Where a link in a message leads, as its writer saw it: hostile words, bounded and of one line each."""

    url: str
    """As it stands in the message."""
    title: str
    site: str
    description: str


class MessageView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    conversation: str
    author: str | None
    """Account id (hex) of who wrote it. None for a line about the conversation: nobody did."""
    mine: bool
    kind: str
    """`chat`: `text` is set. `opaque`: from another app, not text. `note_…`: a line about the conversation itself."""
    text: str | None
    bytes: int
    """Size of the body, for what is not shown as text."""
    status: MessageStatus
    reason: Reason | None
    order: MessageOrder
    arrival: int
    """Counts up in the order in which this account learned of messages; what was seen is told by it."""
    written_at: int
    """The writer's clock, clamped to arrival; never used for order."""
    arrived_at: int
    shown_at: int
    """The time to show: fixed when it was written down here, never changed, so that days go forward down the list."""
    arrived_late: bool
    seen: bool
    """Does not count as unread. Own messages do not either."""
    painted: bool
    """It was on a screen here, and its writer is told so, unless it is `untold`."""
    reply: ReplyView | None = None
    edited_at: int | None = None
    """When its author last changed what it says, by their clock."""
    deleted: bool = False
    """Its author took it back: what it said is gone, and its status is `received`, also of one's own."""
    reactions: list[ReactionView] = []
    pending: PendingChange | None = None
    """What we changed last of it, until the other side has that."""
    preview: LinkPreviewView | None = None
    """Shown only beside a link of this very address."""
    untold: bool = False
    """It was on a screen while this account sent no read receipts: its writer is never told."""
    lives_for: int | None = None
    """Seconds for which it lives once it is read, or sent if it is one's own. Of a line `disappearing`: for which
    messages live from then on. None: it stays, or they do."""
    ends_at: int | None = None
    """When it disappears, if nothing else happens; None: that has not begun, or it stays."""


class PinView(msgspec.Struct, frozen=True, kw_only=True):
    """A message that stands at the top of its conversation, for both."""

    author: str
    """Account id (hex) of who wrote it."""
    id: str
    text: str | None
    """How it begins; None: it is no text."""
    by: str
    """Account id (hex) of who pinned it."""
    made_at: int
    """When, by their clock."""


class ConversationView(msgspec.Struct, frozen=True, kw_only=True):
    id: str
    """32 hex digits."""
    kind: Literal["direct", "notes"]
    """`direct`: of two people; `peer` is the other one. `notes`: of one's own, to oneself; `peer` is the account."""
    peer: Cid
    unread: int
    """0 while they are blocked: what they wrote calls nobody."""
    first_unread: MessageOrder | None
    last: MessageView | None
    muted: MuteView | None = None
    """Its unread messages are in no total."""
    pinned: bool = False
    """It stands above the others in the account's own list."""
    archived: bool = False
    """It is put away until somebody writes there; a muted one stays so."""
    pins: list[PinView] = []
    """What one of the two pinned, the last one first, at most 50."""
    lives_for: int | None = None
    """For how many seconds what is written there lives; None: it stays."""


class DirectoryRow(msgspec.Struct, frozen=True, kw_only=True):
    """Somebody on the server, and what you already are to each other. The names of whom you know are those you know."""

    cid: Cid
    account_id: str
    username: str
    full_name: str
    online: bool | None
    """None: you block them."""
    relation: Relation
    connection: Connection
    blocked: bool
    looks: NameLooks
    namesake: Namesake | None = None
    names_signed: bool = False
    """Else they are what the server says."""


class DraftView(msgspec.Struct, frozen=True, kw_only=True):
    """What is being written in one window and has not been sent."""

    conversation: str
    slot: str
    """32 hex digits: the window that writes it."""
    text: str
    revision: int
    """Counted up by that window with every change."""
    place: int
    """The newest draft of the account has the highest."""


class ScheduledView(msgspec.Struct, frozen=True, kw_only=True):
    """A message that is to be sent later. Until then it is no message: no one else knows of it."""

    id: str
    """32 hex digits: the message's, once it is one."""
    conversation: str
    text: str
    reply_to: MessageReference | None
    written_at: int
    due_at: int
    refused: Reason | None = None
    """Why it could not go when it was due; it is tried again by itself."""

    def __repr__(self) -> str:
        return f"ScheduledView({self.id})"


class AccountChanged(msgspec.Struct, frozen=True, tag=True):
    account: AccountView


class PeerChanged(msgspec.Struct, frozen=True, tag=True):
    peer: PeerView


class PathChanged(msgspec.Struct, frozen=True, tag=True):
    """Another round trip was measured on the path to this peer, or it changed; replaces the path of the peer's row."""

    peer: Cid
    path: PathView | None


class ConversationChanged(msgspec.Struct, frozen=True, tag=True):
    conversation: ConversationView


class MessageChanged(msgspec.Struct, frozen=True, tag=True):
    """A message is new or its status, reason or read flag changed; replaces what had its id."""

    message: MessageView


class MessageRemoved(msgspec.Struct, frozen=True, tag=True):
    """It is on no page any more: it was deleted here, or its time is over. One whose time was not over comes back by a
    MessageChanged."""

    conversation: str
    id: str


class DraftChanged(msgspec.Struct, frozen=True, tag=True):
    """Replaces the draft of the same conversation and slot."""

    draft: DraftView


class DraftRemoved(msgspec.Struct, frozen=True, tag=True):
    """It was sent, or discarded."""

    conversation: str
    slot: str


class ScheduledChanged(msgspec.Struct, frozen=True, tag=True):
    """Replaces the message to be sent later that has its id."""

    scheduled: ScheduledView


class ScheduledRemoved(msgspec.Struct, frozen=True, tag=True):
    """It was sent or cancelled."""

    id: str


class TypingChanged(msgspec.Struct, frozen=True, tag=True):
    conversation: str
    typing: bool


ViewEvent = (
    AccountChanged
    | PeerChanged
    | PathChanged
    | ConversationChanged
    | MessageChanged
    | MessageRemoved
    | DraftChanged
    | DraftRemoved
    | ScheduledChanged
    | ScheduledRemoved
    | TypingChanged
)
"""In JSON the tag is the field `type`: {"type":"PeerChanged","peer":{…}}. Every event replaces a row."""
