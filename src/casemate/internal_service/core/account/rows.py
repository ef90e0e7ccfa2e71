"""The rows of an account's database, as the core sees them. Times are Unix seconds."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

import msgspec

from casemate.crypto.content import Shows
from casemate.crypto.envelope import UNKNOWN_ORIGIN, Origin
from casemate.crypto.keys import InviteSecret
from casemate.crypto.session import Session
from casemate.internal_service.core.account.runs import Run
from casemate.internal_service.core.account.starts import Start
from casemate.protocol.client.views import Connection, MessageStatus, Met, Reason, Relation
from casemate.protocol.ids import AccountId, Cid, ConversationId, DeviceId, InviteId, MessageId, cid_of
from casemate.protocol.link import PathOffer

DisplayOrder = tuple[int, DeviceId, MessageId]
"""(counter, writing device, message): the same for everybody."""

Opened = tuple[int, bytes]
"""A number, and the start that gave it out."""

DeliveryState = Literal["waiting", "queued", "sent", "expired", "done"]
"""waiting: not sealed yet. queued: sealed, not at the server. sent: the server has it on disk. expired: the server kept
it as long as it keeps anything; it is deposited again when they are back. done: the device has it."""

DeletedBy = Literal["everywhere", "here"]
"""everywhere: its author took it back from everybody. here: the user of this computer wants to see it no more."""

Reactions = tuple[tuple[AccountId, tuple[str, ...]], ...]
"""Who gave which emojis."""

Way = Literal["words", "inside"]
"""How a message answers a search: by words that begin as was typed, or by what stands anywhere in it."""

Told = Literal["delivered", "read"]
"""What a device said of a message. Never taken back, also where it is given the message once more."""


class ServerAddress(msgspec.Struct, frozen=True, array_like=True):
    """Where our server may be: protocol/server_addresses.py."""

    address: str
    by_person: bool
    """Else it is the server's word, which its next word replaces."""


@dataclass(frozen=True, slots=True)
class Profile:
    """Who this account is and how it signs in."""

    account_id: AccountId
    username: str
    full_name: str
    server_address: str
    """The first one that a person wrote: the server's name on screen."""
    server_key: bytes | None
    """The server's pinned identity; None until the first link."""
    enrolled: bool
    server_password: tuple[bytes, ...] | None = field(repr=False)
    """SHA3-256 hashes of the server's passwords, kept only until the server has taken the account."""
    start_counter: int
    auto_connect: bool
    appear_offline: bool
    relay_only: bool = False
    lan_discovery: bool = True
    paths: PathOffer | None = None
    """What the server last offered for connections between peers: needed when it is away."""
    starts: tuple[Start, ...] = ()
    """Starts of this device that asked for the link, oldest first: who else had it was somebody else."""
    fenced: bool = False
    """Another start of this device took the link, or this data is older than it was: the next start of ours starts over
    with everybody."""
    names: bytes = b""
    """Our names as we signed them; empty until the server's identity is known."""
    names_kept: bool = False
    """The server has confirmed that it keeps them."""
    more_addresses: tuple[ServerAddress, ...] = ()
    """Where else the server may be: what a person wrote, then what the server told."""
    server_in_use: str = ""
    """Where the server was found last; empty: at `server_address`."""
    read_receipts: bool = True
    """Writers are told what was read here, and we take what they say of ours."""
    typing: bool = True
    """Others are told that somebody types here, and we show that they do."""
    invitations: tuple[str, ...] = field(default=(), repr=False)
    """Links that were opened, each until the server has the request for who made it. The first is also the one by which
    this account is made."""

    @property
    def cid(self) -> Cid:
        return cid_of(self.account_id)

    @property
    def addresses(self) -> tuple[ServerAddress, ...]:
        """All of them, at most `SERVER_ADDRESSES`."""
        return ServerAddress(self.server_address, by_person=True), *self.more_addresses

    @property
    def reached_at(self) -> str:
        """Where the server was found last."""
        return self.server_in_use or self.server_address


@dataclass(frozen=True, slots=True)
class Mute:
    """Of a conversation that calls nobody."""

    until: float | None
    """Wall clock; None: until somebody ends it."""


@dataclass(frozen=True, slots=True)
class Invite:
    """An invitation that this account made."""

    invite_id: InviteId
    secret: InviteSecret
    uses: int
    """How many may come by it."""
    made_at: float
    ends_at: float
    ended: bool = False
    """It was taken back."""
    refused: Reason | None = None
    """Why the server lets in nobody by it, as it was heard last."""

    def can_be_used(self, wall: float) -> bool:
        """As far as time says; its uses may be gone."""
        return not self.ended and wall < self.ends_at


@dataclass(frozen=True, slots=True)
class Guest:
    """Who came by an invitation."""

    invite_id: InviteId
    account_id: AccountId
    came_at: float


@dataclass(frozen=True, slots=True)
class Peer:
    """Another account, and what it and we are to each other."""

    account_id: AccountId
    username: str
    full_name: str
    device_list: bytes
    """The newest signed list that we verified; pins the account's keys and devices."""
    relation: Relation
    relation_since: float
    connection: Connection
    connection_round: int
    """Counts the attempts to connect, so that a late answer or goodbye of an earlier one is told apart."""
    blocked: bool
    verified: bool
    identity_changed: bool
    our_card: bytes | None = None
    """Our signed request or answer, until the server has confirmed that it keeps it."""
    their_card: bytes | None = None
    """Their signed request, until we answered."""
    connect_settings: bytes = b""
    connect_udp_mode: str = "Disabled"
    names: bytes = b""
    """The newest names that the account has signed: the server's word for them counts no more. Empty: it is all we
    have."""
    namesake: bytes = b""
    """The account that had this username, or one that looks like it, before this one came; empty: nobody had."""
    met: Met = ""
    introduction: str = field(default="", repr=False)
    """The line in the request that waits, theirs or ours; empty: it has none."""

    @property
    def cid(self) -> Cid:
        return cid_of(self.account_id)

    @property
    def asks(self) -> bool:
        """They wait for an answer of our person."""
        to_connect = self.relation == "registered" and self.connection == "asks_you"
        return not self.blocked and (self.relation == "asks_you" or to_connect)

    @property
    def is_awaited(self) -> bool:
        """They invited us, and agree by themselves as soon as their computer is on: one may write to them already."""
        is_answered_soon = self.relation == "registered" and self.connection == "asking" and self.connection_round == 1
        return self.met == "by_their_invitation" and (self.relation == "requested" or is_answered_soon)

    @property
    def shares_with_us(self) -> bool:
        """Their picture and status are shown. Those of somebody whom we block stay here: they are not told again."""
        return self.relation == "registered" and not self.blocked

    def let_go(self, relation: Relation, since: float) -> "Peer":
        """Our request to register waits no longer."""
        return replace(self, relation=relation, relation_since=since, our_card=None, met="", introduction="")


class WithContents(msgspec.Struct, frozen=True):
    """A row that does not print, because it holds what a person wrote."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"


class Channel(msgspec.Struct, frozen=True):
    """What has gone both ways between this device and one device of a peer; numbers begin at 1."""

    device: DeviceId
    account_id: AccountId
    next_number: int = 1
    """The number of our next envelope to them."""
    delivered_up_to: int = 0
    """Their device has all of ours up to here on disk, says their newest receipt."""
    read_up_to: int = 0
    """Every message of ours up to here was on their screen, said a receipt."""
    expected: int = 1
    """The next number of theirs that we open."""
    seen_up_to: int = 0
    """The highest number of theirs that ever arrived, opened or not."""
    own_read_up_to: int = 0
    """Every message of theirs up to here was painted on a screen here."""
    lost: tuple[int, ...] = ()
    """Numbers of theirs that could not be opened: they are told, and seal those messages anew."""
    opened: Opened = (0, UNKNOWN_ORIGIN.start)
    """The last number of theirs that was opened, and the start of theirs that gave it out."""
    opened_before: tuple[Opened, ...] = ()
    """Of the starts of theirs before that one, newest first: the last number of each that was opened."""
    origins: tuple[Origin, ...] = ()
    """The starts of ours that gave out the numbers of our envelopes to them, as far as we remember."""
    receipt_session: bytes | None = None
    """The session whose control key seals our receipts: the last one that opened an envelope of theirs."""
    parked_receipt: bytes | None = None
    """A receipt of theirs under a session we do not know yet."""
    asked_back: bool = False
    """We started over and asked for what they have of ours that we have lost; until they answer."""
    rekey_at: float = 0.0
    """When we last asked for a new session; limits how often."""
    read_runs: tuple[Run, ...] = ()
    """Numbers of ours above `read_up_to` that were on their screen, newest first; never fewer, but for a bound."""
    own_read_runs: tuple[Run, ...] = ()
    """Numbers of theirs above `own_read_up_to` whose messages were painted here, newest first."""
    spares_given: int = 0
    """So many spare bundles of ours they have, as far as we know."""
    spares_renew_at: float = 0.0
    """When those are replaced by new ones, unused or not (in key time)."""
    on_trial: int = 0
    """The first number sealed in the sending session, if that began with a spare bundle of theirs. Counts until
    anything of theirs was opened in it: that bundle may have been used before our data, or theirs, was restored."""


class UsedPrekey(msgspec.Struct, frozen=True):
    """What a prekey was that is used up now."""

    spare_for: DeviceId | None = None
    """The device that had it as a spare; None: it was none."""
    superseded: bool = False
    """A later hand-out had replaced it."""


class RatchetRow(msgspec.Struct, frozen=True):
    """One session with a peer's device."""

    device: DeviceId
    session: Session
    sends: bool
    """The one session of this device that seals what we send."""
    confirmed: bool
    """They have sent us something in it, so they know it."""
    created_at: float
    retire_at: float | None
    """When a session that no longer sends is deleted."""


class MessageRow(WithContents, frozen=True):
    """A content of a conversation: of theirs what people see, of ours also what they do not."""

    arrival: int
    """Its place among all that this account learned of."""
    message_id: MessageId
    conversation: ConversationId
    author: AccountId | None
    """None: a line about the conversation, written by this computer."""
    device: DeviceId
    """Which wrote it."""
    kind: str
    shows: Shows
    body: bytes
    counter: int
    written_at: float
    arrived_at: float
    heads: tuple[MessageId, ...] = ()
    number: int | None = None
    """Of theirs: of the envelope that carried it last."""
    late: bool = False
    seen: bool = True
    """It counts for the badge of its reader no more. Own messages are."""
    painted: bool = True
    """It was on a screen here: so it is told to its writer, unless it is `untold`."""
    untold: bool = False
    """It was, while no read receipts were sent: its writer is never told."""
    shown_at: float = 0.0
    """The time that is shown; see `shown_time.py`."""
    settled: MessageStatus | None = None
    """Ours: what became of it, where no delivery says so any more."""
    about: tuple[AccountId, MessageId] | None = None
    """The message that this one answers or changes: its author and its id."""
    edited_at: float | None = None
    """When its author last changed what it says, by their clock."""
    deleted: DeletedBy | None = None
    """Then nothing of what it said is here any more."""
    reactions: Reactions = ()
    lives_for: int | None = None
    """Seconds, of a message that disappears."""
    vanished: bool = False
    """Its time is over: it is on no page. `deleted` tells whether its words are gone as well."""

    @property
    def is_gone(self) -> bool:
        """It says nothing to anybody, now at least."""
        return self.deleted is not None or self.vanished

    @property
    def order(self) -> DisplayOrder:
        return self.counter, self.device, self.message_id


class Unseen(NamedTuple):
    """A message that nobody saw, without what it says: there may be many, and each may be long."""

    arrival: int
    order: DisplayOrder

    @property
    def message_id(self) -> MessageId:
        return self.order[2]


class Beginning(WithContents, frozen=True):
    """Of what a message says, so much as was asked for."""

    kind: str
    body: bytes


class Pin(NamedTuple):
    """A message that stands at the top of its conversation."""

    target: tuple[AccountId, MessageId]
    """Its author and its id."""
    by: AccountId
    """Who pinned it."""
    made_at: float
    """By their clock."""
    says: Beginning | None
    """None: its time is over."""


class Arrangement(msgspec.Struct, frozen=True):
    """Where a conversation stands in its person's own list."""

    pinned: bool = False
    archived: bool = False
    """Put away until somebody writes there."""


class Scheduled(WithContents, frozen=True):
    """A message that is to be sent later."""

    message_id: MessageId
    conversation: ConversationId
    text: str
    reply_to: tuple[AccountId, MessageId] | None
    written_at: float
    due_at: float
    refused: str = ""
    """The code of why it could not go when it was due."""
    preview: bytes = b""
    """Where a link in it leads; empty: nothing is shown of it."""


class LaterContent(WithContents, frozen=True):
    """What a peer sealed, of a kind that this program does not know."""

    account_id: AccountId
    device: DeviceId
    number: int
    arrived_at: float
    kind: str
    content: bytes
    """Whole, as it was sealed."""


class Delivery(WithContents, frozen=True):
    """A content of ours on its way to one device. It knows no body."""

    device: DeviceId
    message: int
    """The `arrival` of the content."""
    number: int | None = None
    """None while it waits."""
    envelope: bytes | None = None
    """None while it waits, and when it is done."""
    state: DeliveryState = "waiting"
    told: Told | None = None
    reason: str | None = None
    """Why it is still here, where that is not plain from the link and the peer."""
    kept_until: float | None = None
    """Until when the server keeps what is sent, by our clock."""


class Place(NamedTuple):
    """How far a search has come: in which way it looks, and below which `arrival`."""

    way: Way
    below: int


class FoundMessage(WithContents, frozen=True):
    row: MessageRow
    way: Way


class FoundPage(WithContents, frozen=True):
    messages: Sequence[FoundMessage]
    """The newest first, of each way."""
    later: Place | None
    """Where to look on; None: there is nothing more."""


class Size(msgspec.Struct, frozen=True):
    """What a conversation takes."""

    lines: int
    """On its pages."""
    bytes: int
    """Of what they say."""
    last_arrival: int
    """Of what arrived last; 0: there is none."""
