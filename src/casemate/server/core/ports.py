"""What the server's core needs of a store. Every implementation passes tests/contracts/server_store.py.

Numbers are below 2**63. Times are Unix seconds, but what is called `served` is the time that the server has run (see
`served_time.py`). Nothing here decides: a method changes or reads what its name says.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import msgspec

from casemate.crypto.keys import Ed25519Public
from casemate.node import Store
from casemate.protocol.ids import AccountId, Cid, DeviceId, InviteId
from casemate.protocol.link import AccountRow, PresenceRow
from casemate.server.core.names import Username


@dataclass(frozen=True, slots=True)
class StoredAccount:
    account_id: AccountId
    username: str
    full_name: str
    device_list: bytes
    device_list_number: int
    appear_offline: bool
    shown_online: bool
    """Whether others may be told that this account is online; false while it appears offline."""
    shown_since: float | None
    """When `shown_online` last changed, None if it never was true."""
    had_peers: bool
    """It was registered with somebody at some time."""
    names: bytes
    """The newest names that the account signed; empty while it has signed none."""


@dataclass(frozen=True, slots=True)
class StoredDevice:
    device_id: DeviceId
    account_id: AccountId
    signing_key: Ed25519Public
    start_counter: int
    start_id: bytes
    linked_start: bytes
    """Of the start that last had its link, whatever its count; empty for none."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A registration request that waits for its answer."""

    request: bytes
    asked_served: float


@dataclass(frozen=True, slots=True)
class Route:
    """May one account's devices deposit for this device?"""

    account_id: AccountId
    """Of the recipient."""
    registered: bool
    blocked: bool
    """The recipient blocks the sender."""


class Pair(msgspec.Struct, frozen=True):
    """One direction between two devices. A struct, because every envelope makes new ones, and they are cheaper."""

    pair_id: int
    sender: AccountId
    sender_device: DeviceId
    recipient: AccountId
    recipient_device: DeviceId
    deposited_up_to: int = 0
    taken_up_to: int = 0
    envelopes: int = 0
    """In the mailbox now."""
    bytes: int = 0
    receipts_given: int = 0
    """The mark of the newest."""
    expired_up_to: int = 0
    """The highest number that nobody came for in time."""


@dataclass(frozen=True, slots=True)
class ExpiredRun:
    """Envelopes of one pair that went, with numbers in first…last."""

    sender_device: DeviceId
    recipient_device: DeviceId
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class StoredReceipt:
    sender: AccountId
    """Of the receipt: the recipient of the envelopes."""
    sender_device: DeviceId
    mark: int
    sealed: bytes


class StoredAccounts(Protocol):
    def is_empty(self) -> bool:
        """Nobody ever joined, or everybody has left."""
        ...

    def account(self, account_id: AccountId) -> StoredAccount | None: ...

    def with_cid(self, cid: Cid) -> AccountId | None: ...

    def with_folded(self, folded: str) -> AccountId | None: ...

    def with_skeleton(self, skeleton: str) -> AccountId | None: ...

    def add(
        self, account_id: AccountId, username: Username, full_name: str, device_list: bytes, number: int, now: float
    ) -> None: ...

    def remove(self, account_id: AccountId) -> None:
        """Everything of this account goes, in every table."""

    def set_names(self, account_id: AccountId, names: bytes, full_name: str) -> None:
        """The signed document, and the full name that it gives: shown and searched from now on."""

    def forget_names(self, account_id: AccountId) -> None:
        """The document only: its key was retired. Names in the directory stay as they are."""

    def set_device_list(self, account_id: AccountId, device_list: bytes, number: int) -> None: ...

    def set_appear_offline(self, account_id: AccountId, *, appear_offline: bool) -> None: ...

    def set_shown(self, account_id: AccountId, *, online: bool, since: float) -> None: ...

    def show_all_offline(self, since: float) -> None:
        """Whoever was shown online is not any more: at start nobody has a link."""

    def device(self, device_id: DeviceId) -> StoredDevice | None: ...

    def devices(self, account_id: AccountId) -> list[DeviceId]: ...

    def add_device(self, account_id: AccountId, device_id: DeviceId, signing_key: Ed25519Public) -> None:
        """With start counter 0 and empty start ids."""

    def remove_device(self, device_id: DeviceId) -> None:
        """With its bundle, its mailbox and what it deposited elsewhere."""

    def set_start(self, device_id: DeviceId, start_counter: int, start_id: bytes) -> None: ...

    def set_linked_start(self, device_id: DeviceId, start_id: bytes) -> None: ...

    def bundle(self, device_id: DeviceId) -> bytes | None: ...

    def set_bundle(self, device_id: DeviceId, bundle: bytes) -> None: ...


@dataclass(frozen=True, slots=True)
class KeptName:
    account_id: AccountId
    """Who had it, and may have it again."""
    free_at: float
    """In seconds of served time."""


class KeptNameStore(Protocol):
    """Names of deleted accounts that are kept back. Times are seconds of served time."""

    def keep(self, account_id: AccountId, free_at: float, limit: int) -> None:
        """The name of this account, which is still there. Beyond `limit` the next to become free go."""

    def like(self, folded: str, skeleton: str) -> list[KeptName]:
        """Those that are the same or look the same."""
        ...

    def give_back(self, account_id: AccountId) -> None: ...

    def free_before(self, served: float) -> None:
        """What is free by now is not kept any more."""


class EndpointStore(Protocol):
    """Endpoint keys of the newest device lists. They go with their device."""

    def account_of(self, key: Ed25519Public) -> AccountId | None: ...

    def has_any(self, account_id: AccountId) -> bool: ...

    def replace(self, account_id: AccountId, keys: Sequence[tuple[Ed25519Public, DeviceId]]) -> None:
        """These are all of this account's; none of them is another account's."""


class DirectoryStore(Protocol):
    """Rows as one viewer may see them: people who block the viewer or appear offline are shown offline."""

    def page(self, viewer: AccountId, query: str, after: str, limit: int) -> list[tuple[str, AccountRow]]:
        """(sorting key, row) of others, one of whose names contains the searchable `query`, ordered, after a key."""
        ...

    def count(self, viewer: AccountId, query: str) -> int: ...

    def row(self, viewer: AccountId, account_id: AccountId) -> AccountRow | None: ...

    def presence(self, viewer: AccountId, account_id: AccountId) -> PresenceRow | None: ...

    def presence_of_peers(self, viewer: AccountId) -> list[PresenceRow]:
        """Of all registered peers."""
        ...


class RegistrationStore(Protocol):
    def ask(self, asker: AccountId, target: AccountId) -> Ask | None: ...

    def put_ask(self, asker: AccountId, target: AccountId, request: bytes, served: float) -> None: ...

    def remove_ask(self, asker: AccountId, target: AccountId) -> None: ...

    def asks_by(self, asker: AccountId) -> list[AccountId]:
        """Whom this account waits for."""
        ...

    def asks_to(self, target: AccountId) -> list[AccountId]:
        """Who waits for this account."""
        ...

    def waiting(self, account_id: AccountId) -> tuple[int, int]:
        """How many wait for others, and for how many others it waits: counted, not looked up."""
        ...

    def oldest_ask_to(self, target: AccountId) -> AccountId | None: ...

    def asked_before(self, served: float, limit: int) -> list[tuple[AccountId, AccountId]]:
        """(asker, target) of the oldest requests."""
        ...

    def registered(self, account_id: AccountId, peer: AccountId) -> bool: ...

    def register(self, account_id: AccountId, peer: AccountId, now: float) -> None:
        """Both directions; nothing changes if they are registered."""

    def peers(self, account_id: AccountId) -> list[AccountId]: ...

    def declined_until(self, asker: AccountId, target: AccountId) -> float | None:
        """By the time that the server has served, like all of these."""
        ...

    def withdrawn_until(self, asker: AccountId, target: AccountId) -> float | None: ...

    def set_declined(self, asker: AccountId, target: AccountId, served: float) -> None: ...

    def set_withdrawn(self, asker: AccountId, target: AccountId, served: float) -> None:
        """Takes the place of `set_declined`, and is forgotten like it."""
        ...

    def forget_declined(self, asker: AccountId, target: AccountId) -> None: ...

    def forget_declined_before(self, served: float) -> None: ...

    def blocks(self, account_id: AccountId, other: AccountId) -> bool:
        """True if `account_id` blocks `other`."""
        ...

    def block(self, account_id: AccountId, other: AccountId, shown_since: float | None) -> None:
        """`shown_since`: the time the blocked account is shown from now on."""

    def unblock(self, account_id: AccountId, other: AccountId) -> None: ...

    def blocked_by(self, account_id: AccountId) -> list[AccountId]:
        """Whom this account blocks."""
        ...


class SignalStore(Protocol):
    def add(self, account_id: AccountId, kind: str, about: AccountId, body: bytes) -> int:
        """The number it got: one more than the last that this account was ever given."""
        ...

    def after(self, account_id: AccountId, sequence: int, limit: int) -> list[tuple[int, bytes]]: ...

    def take(self, account_id: AccountId, up_to: int) -> None: ...

    def waits(self, account_id: AccountId, kind: str, about: AccountId) -> bool:
        """Whether the account has not taken one of this kind about that other one."""
        ...

    def drop(self, account_id: AccountId, kind: str, about: AccountId) -> bool:
        """Whether there were any."""
        ...

    def count(self, account_id: AccountId) -> int: ...


class MailboxStore(Protocol):
    """Whoever changes a pair hands in what `pair` gave, or the change before this one, and gets it as it is now."""

    def route(self, sender: AccountId, recipient_device: DeviceId) -> Route | None:
        """None if there is no such device."""
        ...

    def pair(self, sender_device: DeviceId, recipient_device: DeviceId) -> Pair | None: ...

    def add_pair(
        self, sender: AccountId, sender_device: DeviceId, recipient: AccountId, recipient_device: DeviceId
    ) -> Pair: ...

    def pairs_from(self, sender_device: DeviceId) -> list[Pair]: ...

    def pairs_to(self, recipient_device: DeviceId) -> list[Pair]: ...

    def waiting_for(self, recipient_device: DeviceId) -> list[Pair]:
        """Pairs with envelopes here for this device, those of senders it blocks left out."""
        ...

    def put(self, pair: Pair, items: Sequence[tuple[int, bytes]], served: float) -> Pair:
        """Add envelopes, ascending, that are neither held nor taken; counts and `deposited_up_to` follow."""
        ...

    def held(self, pair_id: int, numbers: Sequence[int]) -> set[int]:
        """Which of these are in the mailbox."""
        ...

    def oldest_held(self, pair_id: int, first: int, last: int) -> float | None:
        """When (served) the oldest of these numbers was deposited, of those that are in the mailbox."""
        ...

    def held_runs(self, pair: Pair, limit: int) -> list[tuple[int, int]]:
        """The first `limit` runs of numbers that are in the mailbox."""
        ...

    def after(self, pair_id: int, number: int, limit: int, max_bytes: int) -> list[tuple[int, bytes]]:
        """The next envelopes, at most so many and of so many bytes together, but one at least if there is any."""
        ...

    def take(self, pair: Pair, up_to: int) -> Pair:
        """Remove envelopes up to this number and remember it. A lower one than before makes nothing come back."""
        ...

    def expire(self, before: float, limit: int) -> list[ExpiredRun]:
        """Remove at most so many of the envelopes deposited before this time (served); which went, in runs."""
        ...

    def put_receipt(self, pair: Pair, sealed: bytes) -> Pair:
        """Replaces the pair's receipt; its mark, `receipts_given`, is higher than any before of this pair."""
        ...

    def receipt(self, pair_id: int) -> StoredReceipt | None: ...

    def receipts_for(self, sender_device: DeviceId) -> list[int]:
        """Pairs whose receipt this sender of envelopes has not taken."""
        ...

    def take_receipt(self, pair: Pair, mark: int) -> None:
        """Nothing happens if a newer one took its place."""


ENDED: Final = 0
"""So many may come by an invitation that was taken back."""


@dataclass(frozen=True, slots=True)
class StoredInvite:
    invite_id: InviteId
    inviter: AccountId
    admit_digest: bytes
    uses: int
    """`ENDED`: it was taken back."""
    used: int
    ends_at: float

    @property
    def is_ended(self) -> bool:
        return self.uses == ENDED


class InviteStore(Protocol):
    """Invitations. They go with the account that made them."""

    def invite(self, invite_id: InviteId) -> StoredInvite | None: ...

    def put(self, invite: StoredInvite) -> None: ...

    def use(self, invite_id: InviteId) -> None:
        """One more."""

    def has_let_through(self, invite_id: InviteId, asker: AccountId) -> bool:
        """Whether this account asked again by its link, in a time of quiet."""
        ...

    def let_through(self, invite_id: InviteId, asker: AccountId) -> None:
        """Once; forgotten with either of the two."""

    def keep_newest(self, inviter: AccountId, limit: int) -> None:
        """Of one account, by when they were put first; the others are forgotten."""

    def count(self, inviter: AccountId, now: float) -> int:
        """Of one account, those that can be used now."""
        ...

    def forget_ended_before(self, time: float) -> None: ...


class ServedTimeStore(Protocol):
    def seconds(self) -> float: ...

    def set_seconds(self, seconds: float) -> None: ...


class ServerStore(Store, Protocol):
    @property
    def served_time(self) -> ServedTimeStore: ...

    @property
    def accounts(self) -> StoredAccounts: ...

    @property
    def kept_names(self) -> KeptNameStore: ...

    @property
    def invites(self) -> InviteStore: ...

    @property
    def endpoints(self) -> EndpointStore: ...

    @property
    def directory(self) -> DirectoryStore: ...

    @property
    def registrations(self) -> RegistrationStore: ...

    @property
    def signals(self) -> SignalStore: ...

    @property
    def mailbox(self) -> MailboxStore: ...
