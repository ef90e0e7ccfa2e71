"""What an account needs of its database. tests/contracts holds the suite that every implementation passes."""

from collections.abc import Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from casemate.internal_service.core.account.rows import (
    Channel,
    OutboxRow,
    OutboxState,
    Peer,
    Profile,
    RatchetRow,
    StoredStatus,
    TimelineRow,
    UsedPrekey,
)
from casemate.node import GoesBack
from casemate.protocol.ids import AccountId, Cid, DeviceId, MessageId
from casemate.protocol.link import PresenceRow

DisplayOrder = tuple[int, DeviceId]
"""(counter, writing device)."""

TimelinePlace = tuple[AccountId, MessageId]
"""A message, in the conversation with this account."""


class ProfileStore(Protocol):
    def profile(self) -> Profile | None: ...

    def put_profile(self, profile: Profile) -> None: ...

    def secrets(self) -> bytes:
        """The serialised private keys of the account and this device."""
        ...

    def put_secrets(self, secrets: bytes) -> None: ...


class PeerStore(Protocol):
    def peer(self, account_id: AccountId) -> Peer | None: ...

    def peer_by_cid(self, cid: Cid) -> Peer | None: ...

    def peers(self) -> list[Peer]: ...

    def put_peer(self, peer: Peer) -> None: ...

    def presence(self, account_id: AccountId) -> PresenceRow | None: ...

    def put_presence(self, rows: Iterable[PresenceRow]) -> None: ...

    def forget_presence(self) -> None:
        """The server is away: nobody's presence is known."""
        ...


class ChannelStore(Protocol):
    def channel(self, device: DeviceId) -> Channel | None: ...

    def channels(self) -> list[Channel]: ...

    def channels_of(self, account_id: AccountId) -> list[Channel]: ...

    def put_channel(self, channel: Channel) -> None: ...


class RatchetStore(Protocol):
    def ratchet(self, session_id: bytes) -> RatchetRow | None: ...

    def sending_ratchet(self, device: DeviceId) -> RatchetRow | None: ...

    def put_ratchet(self, row: RatchetRow) -> None: ...

    def stop_sending(self, device: DeviceId, retire_at: float) -> None:
        """No session of this device sends any more; each goes at `retire_at`, if it has no earlier date."""
        ...

    def retire_ratchets(self, now: float) -> None:
        """Delete the sessions whose time has come."""
        ...

    def add_prekey(
        self,
        prekey_id: bytes,
        secret: bytes,
        expires_at: float,
        *,
        last_resort: bool,
        spare_for: DeviceId | None = None,
    ) -> None: ...

    def prekey(self, prekey_id: bytes) -> bytes | None: ...

    def use_prekey(self, prekey_id: bytes) -> UsedPrekey:
        """A one-time prekey goes with its first use; a last-resort one stays until it expires."""
        ...

    def expire_prekeys(self, now: float) -> None:
        """Prekeys of ours, spare bundles of theirs and what is remembered of initial messages (in key time)."""
        ...

    def shorten_prekeys(self, expires_at: float) -> None:
        """Last-resort ones go by then, if not before."""
        ...

    def put_peer_bundle(self, device: DeviceId, bundle: bytes) -> None: ...

    def take_peer_bundle(self, device: DeviceId) -> bytes | None:
        """The peer's newest unused bundle, which is used up by this."""
        ...

    def initial_seen_before(self, digest: bytes, expires_at: float) -> bool:
        """Whether this initial message was used already; remembers it if not."""
        ...


class SpareStore(Protocol):
    """Spare one-time bundles: those that we gave to a device, and those of a device that we hold."""

    def spares_given(self, device: DeviceId) -> list[bytes]:
        """The ids of ours that this device may use, as far as we know; the oldest first."""
        ...

    def supersede_spares(self, device: DeviceId, kept: int) -> None:
        """They may have none of these any more. Private halves stay for what is under way, at most `kept` of them."""
        ...

    def put_spare_bundle(self, device: DeviceId, bundle_id: bytes, bundle: bytes, expires_at: float) -> None:
        """Nothing, when it was here before, used or not."""
        ...

    def keep_spare_bundles(self, device: DeviceId, bundle_ids: Sequence[bytes]) -> None:
        """Of those of the device only these stay."""
        ...

    def take_spare_bundle(self, device: DeviceId) -> bytes | None:
        """The oldest, which is used up by this."""
        ...

    def wipe_spares(self, device: DeviceId) -> None:
        """All of theirs, and the private halves of ours."""
        ...


class KeyTimeStore(Protocol):
    def key_time(self) -> tuple[float, float] | None:
        """Seconds by which keys age, and our clock when they were last counted; None: never."""
        ...

    def set_key_time(self, seconds: float, wall: float) -> None: ...


class OutboxStore(Protocol):
    def outbox_add(self, row: OutboxRow) -> OutboxRow:
        """`row.id` is ignored; returns the row with its own. Rows of a device keep the order of their ids.

        The message id of a row that waits is no other row's: whether it is may turn out only at the commit.
        """
        ...

    def outbox_row(self, device: DeviceId, number: int) -> OutboxRow | None: ...

    def outbox_of_message(self, message_id: MessageId) -> OutboxRow | None: ...

    def outbox_waiting(self, device: DeviceId, limit: int) -> list[OutboxRow]: ...

    def outbox_queued(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[tuple[int, bytes]]:
        """Number and envelope of what the server has not confirmed, ascending; `even_sent`: also of what it has."""
        ...

    def outbox_sealed(self, row: OutboxRow, number: int, envelope: bytes) -> None:
        """This row, which waited, has its envelope now."""
        ...

    def outbox_unseal(self, device: DeviceId, numbers: Sequence[int] | None, reason: str | None) -> list[MessageId]:
        """Back to waiting (None: all of the device), to be sealed anew; returns the messages."""
        ...

    def outbox_set_state(
        self,
        device: DeviceId,
        first: int,
        last: int,
        state: OutboxState,
        reason: str | None,
        kept_until: float | None = None,
    ) -> list[MessageId]:
        """Sealed rows with a number in first…last; returns the messages whose row changed."""
        ...

    def outbox_expire(self, device: DeviceId, first: int, last: int) -> list[MessageId]:
        """What is sent and has a number in first…last is expired; returns those messages."""
        ...

    def outbox_overdue(self, wall: float, limit: int) -> list[tuple[DeviceId, int]]:
        """Device and number of what is sent and was to be kept until this moment at most."""
        ...

    def outbox_next_overdue(self) -> float | None:
        """When (wall) the next of what is sent is to be kept no longer."""
        ...

    def outbox_revive(self, device: DeviceId) -> list[tuple[int, MessageId]]:
        """What is expired is queued again; returns number and message of each, ascending."""
        ...

    def outbox_remove_up_to(self, device: DeviceId, number: int) -> None: ...

    def outbox_numbers(self, device: DeviceId, state: str) -> list[int]:
        """The numbers of rows in this state, ascending."""
        ...

    def outbox_count(self, device: DeviceId) -> int:
        """All rows, whatever their state; takes as long for many as for few."""
        ...

    def outbox_waiting_count(self, device: DeviceId) -> int: ...

    def outbox_devices(self) -> list[DeviceId]:
        """Devices that have rows which the server does not hold."""
        ...


class TimelineStore(Protocol):
    def timeline_add(self, row: TimelineRow, *, is_new: bool = False) -> bool:
        """False when the conversation has this message already.

        `row.arrival` and `row.shown_at` are ignored: the one is counted up here, the other fixed by `shown_time`.

        `is_new`: its id was drawn here, or looked for; whether it is here already need not be looked up again.
        """
        ...

    def timeline_row(self, account_id: AccountId, message_id: MessageId) -> TimelineRow | None: ...

    def timeline_own(self, message_id: MessageId) -> TimelineRow | None:
        """Our own message; two people may use one id, we do not."""
        ...

    def timeline_by_number(self, account_id: AccountId, number: int) -> TimelineRow | None:
        """Our own message that went in the envelope with this number."""
        ...

    def timeline_set_number(self, account_id: AccountId, message_id: MessageId, number: int) -> None:
        """Of our own message, if it is one: other contents have no row."""
        ...

    def timeline_unnumber(self, message_id: MessageId) -> None:
        """Its envelope is void; it gets another number when it is sealed anew."""
        ...

    def timeline_set_status(self, message_ids: Sequence[MessageId], status: StoredStatus) -> list[TimelinePlace]:
        """Queued or sent; returns those that are messages of ours and not delivered yet."""
        ...

    def timeline_advance(
        self, account_id: AccountId, up_to: int, status: StoredStatus, *, first: int = 0
    ) -> list[MessageId]:
        """Our messages numbered `first` to `up_to` that are not as far as `status`, delivered or read; returns them."""
        ...

    def timeline_see(self, account_id: AccountId, up_to_arrival: int) -> list[MessageId]:
        """Their messages that arrived up to here are seen; returns those that were not."""
        ...

    def timeline_paint(self, account_id: AccountId, message_ids: Sequence[MessageId]) -> list[TimelineRow]:
        """These of theirs were on a screen, and are seen; returns those that had not been. Others are passed over."""
        ...

    def timeline_renumber(self, account_id: AccountId, message_id: MessageId, number: int) -> None:
        """Their message came again, in the envelope with this number."""
        ...

    def unpainted_around(self, device: DeviceId, number: int) -> tuple[int | None, int | None]:
        """The highest number below, and the lowest above, of a message of this device that was on no screen yet."""
        ...

    def highest_seen(self, account_id: AccountId) -> DisplayOrder | None:
        """The last message from the peer, in display order, that was seen: what sorts before it arrives late.

        Lines about the conversation, which have no number, are none of theirs.
        """
        ...

    def timeline_theirs_after(
        self, account_id: AccountId, device: DeviceId, number: int, limit: int
    ) -> tuple[list[TimelineRow], int]:
        """Their messages that came from this device under higher numbers, the newest first, and how many there are."""
        ...

    def last_message(self, account_id: AccountId) -> MessageId | None:
        """The last of the conversation, in display order."""
        ...

    def unread(self, account_id: AccountId | None = None) -> int:
        """Messages of this account; without one, of all that are not blocked."""
        ...

    def first_unread(self, account_id: AccountId) -> DisplayOrder | None: ...

    def timeline_page(
        self, account_id: AccountId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[TimelineRow]:
        """In display order: the last `limit` before `before`, the first after `after`, or the last of all."""
        ...

    def conversations(self) -> list[AccountId]: ...

    def queued_messages(self, account_id: AccountId, limit: int) -> list[MessageId]: ...


class InboxStore(Protocol):
    def early_put(self, device: DeviceId, number: int, envelope: bytes) -> None: ...

    def early_take(self, device: DeviceId, number: int) -> bytes | None: ...

    def early_held(self, device: DeviceId) -> tuple[int, int]:
        """How many envelopes, and how many bytes."""
        ...

    def quarantine_add(self, *, at: float, account_id: AccountId | None, what: str, detail: str, data: bytes) -> None:
        """Keep what broke the protocol for a look; the oldest goes beyond a bound."""
        ...


class AccountStore(
    ProfileStore,
    PeerStore,
    ChannelStore,
    RatchetStore,
    SpareStore,
    KeyTimeStore,
    OutboxStore,
    TimelineStore,
    InboxStore,
    GoesBack,
    Protocol,
):
    """All of it, in one encrypted database, with the transaction of the runner."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def savepoint(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...
