"""The link: what an internal service and a workspace server say to each other, in msgpack.

One WebSocket message holds one frame. Opening:

    device → ClientHello        server → ServerHello       (proves the server's identity)
    device → CreateAccount | Authenticate                  (proves the device's key)
    server → Welcome, then stored signals, receipts and envelopes      | OpeningRefused, then close

Every request carries `request_id`, unique on its link, and is answered by `RequestDone`, by a frame of its own with the
same id, or by `RequestFailed`. Frames without an id are one-way and harmless when repeated.
"""

import msgspec

from casemate.protocol.ids import AccountId, DeviceId, InviteId
from casemate.protocol.numbered import NumberedEnvelope


class LinkFrame(msgspec.Struct, frozen=True, array_like=True, tag=True):
    """Fields are positional; a newer version may append fields, which an older one ignores."""


# --- opening -------------------------------------------------------------------------------------------------------


class ClientHello(LinkFrame, frozen=True):
    versions: tuple[int, int]
    features: list[str]
    nonce: bytes
    """32 random bytes that the server's proof covers."""


class ServerHello(LinkFrame, frozen=True):
    version: int
    features: list[str]
    server_key: bytes
    """The server's Ed25519 identity, 32 bytes."""
    nonce: bytes
    """32 random bytes that the device's proof covers."""
    signature: bytes
    """By `server_key`, over both nonces and the versions: crypto/link_proof.py."""
    password_required: bool
    registration: str = ""
    """How accounts are made here: `open`, `invite`, `password`, `closed`; empty: an older server."""


class CreateAccount(LinkFrame, frozen=True):
    """Make the account (or find it made already by the same key, after a lost answer) and authenticate this device."""

    username: str
    full_name: str
    device_list: bytes
    """Signed by the account key; number 1, one device."""
    bundle: bytes
    """Last-resort prekey bundle, signed by the device."""
    server_password: list[bytes] | None
    """One proof of it (crypto/server_password.py), where the server asks for one."""
    start_counter: int
    start_id: bytes
    signature: bytes
    names: bytes = b""
    """The same names, signed by the account key (crypto/names.py)."""
    invite_id: bytes = b""
    """Of the invitation that lets this account in (crypto/invite.py); empty: without one."""
    admit_token: bytes = b""
    """What shows that its link is here, 32 bytes."""


class Authenticate(LinkFrame, frozen=True):
    account_id: AccountId
    device_id: DeviceId
    start_counter: int
    """Counts the starts of this device; of two that run at once the older start is fenced off."""
    start_id: bytes
    """16 random bytes of this start: two clones with the same counter differ here."""
    signature: bytes


class OpeningRefused(LinkFrame, frozen=True, tag="Refused"):
    """The opening failed; the server closes. Codes: docs/protocol/reasons.md.

    Its tag never changes: a program of another version has to read that it is one.
    """

    code: str
    params: dict[str, str] = {}


class Holdings(msgspec.Struct, frozen=True, array_like=True):
    """What the server knows of one direction between two devices."""

    device: DeviceId
    """The other device."""
    deposited_up_to: int
    """Highest number ever deposited, 0 for none."""
    taken_up_to: int
    """Highest number the recipient has acknowledged as contiguous."""
    held: list[tuple[int, int]]
    """Runs (first, last) of numbers that are in the mailbox now, ascending; at most 64 runs."""
    expired_up_to: int = 0
    """Highest number that went because nobody came for it in time, 0 for none."""


class AccountRow(msgspec.Struct, frozen=True, array_like=True):
    """An account as the directory lists it."""

    account_id: AccountId
    username: str
    full_name: str
    online: bool


class PresenceRow(msgspec.Struct, frozen=True, array_like=True):
    account_id: AccountId
    online: bool
    since: float | None
    """Unix seconds of the last change the server saw, None if never."""


class DeviceRow(msgspec.Struct, frozen=True, array_like=True):
    """A device of the account itself."""

    device: DeviceId
    online: bool


class PathOffer(msgspec.Struct, frozen=True, array_like=True):
    """What the server offers for connections between peers."""

    relay_url: str
    """Where its relay is: http(s)://HOST[:PORT]/. Empty: plain HTTP at the server's own host and `relay_port`."""
    relay_port: int
    observer_key: bytes
    """Endpoint key of the observer, 32 bytes; empty when there is none."""
    observer_ports: list[int]
    """UDP ports of the observer, at the relay's host."""


class Welcome(LinkFrame, frozen=True):
    account: AccountRow
    start_counter_seen: int
    """Highest start counter of this device before this link; above ours means our data is older than we were."""
    sent: list[Holdings]
    """From this device to others."""
    received: list[Holdings]
    """From others to this device (deposited_up_to and taken_up_to matter)."""
    presence: list[PresenceRow]
    """All registered peers."""
    appear_offline: bool
    blocked: list[AccountId]
    """Whom this account blocks."""
    server_time: float
    """Unix seconds; for the doctor and for display, never for order."""
    paths: PathOffer | None = None
    """None: this server has no relay, everything goes through its mailbox."""
    linked_before: bytes = b""
    """The id of the start that had this device's link before; empty: not known. One that is none of the device's own
    was somebody else's, who runs a copy of its data."""
    device_list_number: int = 0
    """Number of the account's newest device list that the server holds; above ours: a device was added or removed."""
    devices: list[DeviceRow] = []
    """The account's devices on that list, this one among them."""
    addresses: list[str] = []
    """Where this server can be reached now, best first: protocol/server_addresses.py. Empty: it does not know."""
    version: str = ""
    """Of the server's program, as a hint to people (protocol/program_versions.py): nothing is decided by it."""


# --- requests and their answers ------------------------------------------------------------------------------------


class RequestDone(LinkFrame, frozen=True):
    request_id: int


class RequestFailed(LinkFrame, frozen=True):
    request_id: int
    code: str
    params: dict[str, str] = {}


class ListAccounts(LinkFrame, frozen=True):
    """People whose username or full name contains `query`, ordered by full name, after `cursor`."""

    request_id: int
    query: str
    cursor: str
    limit: int


class AccountPage(LinkFrame, frozen=True):
    request_id: int
    rows: list[AccountRow]
    next_cursor: str | None
    total: int
    """How many match in all."""


class FindAccount(LinkFrame, frozen=True):
    """By cid (u64). Fails with `unknown_peer`."""

    request_id: int
    cid: int


class AccountFound(LinkFrame, frozen=True):
    request_id: int
    row: AccountRow
    device_list: bytes
    names: bytes = b""
    """Signed by the account; empty when the server has none of it."""


class AskRegistration(LinkFrame, frozen=True):
    """Ask `to` to agree to talk. Repeating it is harmless; if `to` has asked us already, this accepts.

    Fails with unknown_peer, declined_recently{until}, withdrawn_recently{until}, not_accepting,
    too_many_requests.
    """

    request_id: int
    to: AccountId
    request: bytes
    """Opaque to the server: signed card with device list, names and prekeys."""
    invite_id: bytes = b""
    """Of an invitation of `to`, whose link is here: then no earlier decline is in the way. Empty: without one."""
    admit_token: bytes = b""
    """What shows that, as in CreateAccount."""


class AnswerRegistration(LinkFrame, frozen=True):
    """Repeating an answer is harmless. Fails with not_asked."""

    request_id: int
    to: AccountId
    accept: bool
    answer: bytes
    """The same kind of signed card; empty when declining."""


class WithdrawAsk(LinkFrame, frozen=True):
    """Take back our request to `to`. Repeating it is harmless. Fails with not_asked, also when they have accepted."""

    request_id: int
    to: AccountId


class SetBlock(LinkFrame, frozen=True):
    """Blocking also deletes a pending request of theirs; what they deposited before stays in the mailbox, sealed."""

    request_id: int
    account: AccountId
    blocked: bool


class SetVisibility(LinkFrame, frozen=True):
    request_id: int
    appear_offline: bool


class PublishBundle(LinkFrame, frozen=True):
    request_id: int
    bundle: bytes


class PublishDeviceList(LinkFrame, frozen=True):
    """A newer signed list of this account, or newer signed names; registered peers get DeviceListChanged."""

    request_id: int
    device_list: bytes
    names: bytes = b""
    """Signed by the list's current key; empty: as they are."""


class FetchBundle(LinkFrame, frozen=True):
    """The last-resort bundle of a registered peer's device. Fails with not_registered, unknown_peer."""

    request_id: int
    device: DeviceId


class BundleFound(LinkFrame, frozen=True):
    request_id: int
    bundle: bytes


class PutInvite(LinkFrame, frozen=True):
    """Let in whoever has the link of this invitation. The same again changes its end and uses; how often it was used
    never becomes less. Fails with registration_closed, too_many_invites, invite_ended (it was taken back),
    invite_unknown (the id is somebody else's).

    Only to a server with the feature `invites`.
    """

    request_id: int
    invite_id: InviteId
    admit_digest: bytes
    """Of the token that a newcomer shows, 32 bytes."""
    uses: int
    """How many accounts may be made by it in all."""
    seconds_left: float
    """Until its end, so that clocks of two computers need not agree."""
    used: int = 0
    """How many came by it, as far as the inviter knows: also accounts that were there already."""


class EndInvite(LinkFrame, frozen=True):
    """Nobody is let in by it any more. Repeating it is harmless."""

    request_id: int
    invite_id: InviteId


class DeleteAccount(LinkFrame, frozen=True):
    """All that the server holds of this account goes; registered peers get AccountGone; the link closes after Done."""

    request_id: int


# --- signals: stored for an account until it says it has them -----------------------------------------------------


class RegistrationAsked(LinkFrame, frozen=True):
    sender: AccountRow
    request: bytes
    asked_at: float


class RegistrationAnswered(LinkFrame, frozen=True):
    sender: AccountRow
    accept: bool
    answer: bytes


class RegistrationExpired(LinkFrame, frozen=True):
    """Our request to this account was not answered within its time, or made room for newer ones."""

    account: AccountId


class RegistrationWithdrawn(LinkFrame, frozen=True):
    """The request of this account waits no longer: they took it back, or its time is over."""

    account: AccountId


class DeviceListChanged(LinkFrame, frozen=True):
    """Their newest device list, and their newest signed names (empty when the server has none)."""

    account: AccountId
    device_list: bytes
    names: bytes = b""


class AccountGone(LinkFrame, frozen=True):
    account: AccountId


SignalBody = (
    RegistrationAsked
    | RegistrationAnswered
    | RegistrationExpired
    | RegistrationWithdrawn
    | DeviceListChanged
    | AccountGone
)


class Signal(LinkFrame, frozen=True):
    """Numbered per account; sent again on every new link until taken."""

    sequence: int
    body: SignalBody


class SignalsTaken(LinkFrame, frozen=True):
    up_to: int


# --- mailbox -------------------------------------------------------------------------------------------------------


class Deposit(LinkFrame, frozen=True):
    """Hold these (number, envelope) pairs, numbers ascending, until `to` has taken them."""

    to: DeviceId
    items: list[tuple[int, bytes]]


class Deposited(LinkFrame, frozen=True):
    """Everything deposited for `to` on this link with a number in first…last is on disk (or was taken before)."""

    to: DeviceId
    first: int
    last: int
    kept_seconds: float = 0.0
    """For how long it stays there at least if `to` does not come for it; 0: an older server, which does not say."""


class Expired(LinkFrame, frozen=True):
    """`to` did not come for first…last in time: they left the mailbox, and may be deposited again."""

    to: DeviceId
    first: int
    last: int


class DepositRefused(LinkFrame, frozen=True):
    """Nothing of that Deposit frame was kept. Codes: not_accepting, not_registered, mailbox_full, unknown_device."""

    to: DeviceId
    first: int
    last: int
    code: str


class Deliver(LinkFrame, frozen=True):
    """From the mailbox, per sender in ascending order; at most DELIVERIES_UNTAKEN are under way per sender."""

    sender: AccountId
    sender_device: DeviceId
    items: list[NumberedEnvelope]


class Receipt(LinkFrame, frozen=True):
    """What of `to`'s envelopes this device has on disk, twice: in clear for the mailbox, sealed for the sender.

    The server deletes envelopes ≤ `taken_up_to`, keeps only the newest `sealed` per pair and pushes it. A number lower
    than before is true as well: the device was restored from an older copy and needs what came after again.
    """

    to: DeviceId
    taken_up_to: int
    sealed: bytes


class ReceiptArrived(LinkFrame, frozen=True):
    """Sent again on every new link of the recipient until a ReceiptTaken names its `mark`."""

    sender: AccountId
    sender_device: DeviceId
    mark: int
    sealed: bytes


class ReceiptTaken(LinkFrame, frozen=True):
    sender_device: DeviceId
    mark: int


class Ephemeral(LinkFrame, frozen=True):
    """Typing and the like: passed on if the recipient is online right now, else dropped."""

    to: DeviceId
    sealed: bytes


class EphemeralArrived(LinkFrame, frozen=True):
    sender: AccountId
    sender_device: DeviceId
    sealed: bytes


# --- presence and closing ------------------------------------------------------------------------------------------


class Presence(LinkFrame, frozen=True):
    """A registered peer came or went."""

    row: PresenceRow


class PeerBecameRegistered(LinkFrame, frozen=True):
    """The server counts this pair as registered now; presence of the peer follows from here on."""

    row: AccountRow


class Closing(LinkFrame, frozen=True):
    """The server ends this link.

    Codes: `fenced` (a newer start of this device is there), `shutdown`, `account_deleted`, `broke_protocol`.
    """

    code: str
    drain_seconds: float = 0.0
