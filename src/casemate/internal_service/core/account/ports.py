"""What an account needs of its database. tests/contracts holds the suite that every implementation passes."""

from collections.abc import Collection, Iterable, Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol

from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.lives import Clocks, Life
from casemate.internal_service.core.account.profiles import Remark, SharedProfile, ToldProfile
from casemate.internal_service.core.account.rows import (
    Arrangement,
    Beginning,
    Channel,
    Delivery,
    DeliveryState,
    DisplayOrder,
    FoundPage,
    Guest,
    Invite,
    LaterContent,
    MessageRow,
    Mute,
    Peer,
    Pin,
    Place,
    Profile,
    RatchetRow,
    Scheduled,
    Size,
    Unseen,
    UsedPrekey,
)
from casemate.internal_service.core.account.wanted import WantedMessages
from casemate.node import GoesBack
from casemate.protocol.client.notification_views import NotificationSettings
from casemate.protocol.ids import AccountId, Cid, ConversationId, DeviceId, InviteId, MessageId
from casemate.protocol.link import PresenceRow

Line = tuple[ConversationId, MessageId]
"""A line of a conversation."""


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


class OwnInviteStore(Protocol):
    """Invitations that this account made, and who came by them."""

    def invites(self) -> list[Invite]:
        """The newest first."""
        ...

    def invites_refused(self) -> list[Invite]: ...

    def invite(self, invite_id: InviteId) -> Invite | None: ...

    def put_invite(self, invite: Invite) -> None: ...

    def forget_invite(self, invite_id: InviteId) -> None:
        """With its guests."""

    def guests(self, invite_id: InviteId) -> list[Guest]:
        """In the order in which they came."""
        ...

    def add_guest(self, guest: Guest) -> None: ...


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


class ConversationStore(Protocol):
    def open_conversation(self, conversation: ConversationId, peer: AccountId) -> None:
        """Of two. Nothing, when it is here."""
        ...

    def is_open(self, conversation: ConversationId) -> bool: ...

    def conversations(self) -> list[ConversationId]:
        """Those in which there is a line."""
        ...

    def counter(self, conversation: ConversationId) -> int:
        """The highest Lamport counter that was seen in it."""
        ...

    def set_counter(self, conversation: ConversationId, counter: int) -> None: ...

    def unread(self, conversation: ConversationId | None = None) -> int:
        """Of this one; without one, of all that are not muted and whose other side is not blocked."""
        ...

    def first_unread(self, conversation: ConversationId) -> DisplayOrder | None: ...

    def highest_seen(self, conversation: ConversationId) -> DisplayOrder | None:
        """The last message of others, in display order, that was seen: what sorts before it arrives late.

        Lines about the conversation, which have no author, are none of theirs.
        """
        ...

    def last_message(self, conversation: ConversationId) -> MessageId | None:
        """The last line, in display order."""
        ...


class MessageStore(Protocol):
    def messages_add(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        """A run of one conversation, as it is kept. Lines among them have ids that are new in it.

        `row.arrival` and `row.shown_at` are ignored: the one is counted up here, the other fixed by `shown_time`.
        """
        ...

    def message(self, conversation: ConversationId, message_id: MessageId) -> MessageRow | None:
        """The line of this id."""
        ...

    def lines(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageRow]:
        """The lines of these ids that there are, in no order."""
        ...

    def messages_with_id(self, message_id: MessageId) -> list[MessageRow]:
        """In all conversations, lines and others: two people may use one id."""
        ...

    def message_at(self, arrival: int) -> MessageRow: ...

    def timeline_page(
        self, conversation: ConversationId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[MessageRow]:
        """Lines in display order: the last `limit` before `before`, the first after `after`, or the last of all."""
        ...

    def see(self, conversation: ConversationId, up_to_arrival: int) -> list[MessageId]:
        """Messages that arrived up to here are seen; returns those that were not."""
        ...

    def see_one(self, message: MessageRow) -> None: ...

    def unsee(
        self, conversation: ConversationId, author: AccountId, first: DisplayOrder, limit: int
    ) -> list[MessageId]:
        """What this author said from there on is unread once more, the newest `limit` of it. Returns what changed."""
        ...

    def paint(self, conversation: ConversationId, message_ids: Sequence[MessageId], *, told: bool) -> list[MessageRow]:
        """These of others were on a screen, and are seen; returns those that had not been. Others are passed over.

        Unless that is to be told to their writers, it never is."""
        ...

    def renumber(self, conversation: ConversationId, message_id: MessageId, number: int) -> None:
        """A message of theirs came again, in the envelope with this number."""
        ...

    def untold_around(self, device: DeviceId, number: int) -> tuple[int | None, int | None]:
        """The highest number below, and the lowest above, of a message of this device of which nobody is told that it
        was on a screen."""
        ...

    def theirs_after(
        self, conversation: ConversationId, device: DeviceId, number: int, limit: int
    ) -> tuple[list[MessageRow], int]:
        """Messages that came from this device under higher numbers and are still there, the newest first, and how many
        there are. Those that disappear are only counted."""
        ...


class ChangeStore(Protocol):
    """What became of messages that are here, and changes of those that are not. Says which lines look different."""

    def change_add(
        self, conversation: ConversationId, target: Target, change: Change, arrived_at: float
    ) -> list[MessageId]:
        """Again, too late, or by somebody who may not: nothing. Of a message that is not here it waits, in bounds."""
        ...

    def changes_of(self, conversation: ConversationId, target: Target) -> list[Change]:
        """The lowest first; of an edited message with what it said first."""
        ...

    def pins(self, conversation: ConversationId) -> list[Pin]:
        """Of messages that are here, the newest first, and at most so many as count."""
        ...

    def previews(self, rows: Sequence[MessageRow]) -> dict[int, bytes]:
        """By the `arrival` of these messages of one conversation: where a link in it leads, as it was sealed."""
        ...

    def changes_under_way(self, rows: Sequence[MessageRow]) -> dict[int, list[Delivery]]:
        """By the `arrival` of the message: the deliveries of changes of ours that some device does not have."""
        ...

    def said_under_way(self, message: MessageRow) -> list[MessageRow]:
        """Contents of ours, besides this message of ours, that say what it says or is to say and that some device does
        not have: edits of it, and what a plain client sent again."""
        ...

    def delete_here(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageId]:
        """Lines that are on no page from now on, and do not come again."""
        ...

    def changes_expire(self, wall: float) -> None:
        """What has waited too long goes."""
        ...


class KeepingStore(Protocol):
    """How much conversations take, and for how long it stays."""

    def keep_days(self) -> int | None:
        """None: everything stays."""
        ...

    def set_keep_days(self, days: int | None) -> None: ...

    def size_of(self, conversation: ConversationId) -> Size: ...

    def hidden_lines(self, conversation: ConversationId) -> list[MessageRow]:
        """Those whose time is over by a clock that nobody has confirmed yet."""
        ...


class LaterStore(Protocol):
    """What only a later program of this account understands."""

    def kinds_known(self) -> frozenset[str]:
        """Those that the last program knew which wrote it down."""
        ...

    def set_kinds_known(self, kinds: Collection[str]) -> None: ...

    def lines_of_kinds(self, kinds: Collection[str], after: int, limit: int) -> list[MessageRow]:
        """Those with a higher `arrival`, in that order. Looks at all messages."""
        ...

    def later_add(self, later: LaterContent) -> None:
        """The oldest of that account go where there are too many."""
        ...

    def later_take(self, kinds: Collection[str], limit: int) -> list[LaterContent]:
        """The first that arrived. They are here no more."""
        ...

    def later_drop(self, account_id: AccountId) -> None: ...

    def later_expire(self, wall: float) -> None:
        """What has been here too long goes."""
        ...


class LivesStore(Protocol):
    """Messages that disappear. Hidden ones are in the file, and on no page."""

    def lives_wait(self, messages: Sequence[int]) -> None:
        """Messages of ours whose life is to begin once they are sent or delivered."""
        ...

    def lives_to_begin(self) -> list[MessageRow]:
        """Those of them that are, by now."""
        ...

    def lives_begin(self, lives: Sequence[Life]) -> None:
        """In the place of what was written down of them before. They are shown."""
        ...

    def lives_due(self, now: Clocks, limit: int) -> list[Life]:
        """Some of those, at most so many, that are not as `fate_of` says."""
        ...

    def lives_next(self) -> tuple[float | None, float | None]:
        """When the next one ends: of those that are shown by the wall clock, of all by running."""
        ...

    def lives_heard_server(self, server: float, running: float) -> None:
        """Whose end by the server's clock is not known: counted from now."""
        ...

    def ends_of(self, messages: Sequence[int]) -> dict[int, float]:
        """By the wall clock, of those that have begun."""
        ...

    def life_hide(self, message: MessageRow, hidden_at: float) -> list[MessageId]:
        """Returns the lines that look different, as the next two do."""
        ...

    def life_show(self, message: MessageRow) -> list[MessageId]:
        """Once more; it is unread if it was."""
        ...

    def life_erase(self, message: MessageRow) -> list[MessageId]:
        """Nothing of what it said stays."""
        ...

    def running(self) -> float:
        """Seconds for which this account has been open in all, as far as that is written down."""
        ...

    def set_running(self, seconds: float) -> None: ...

    def disappearing(self, conversation: ConversationId) -> int | None:
        """For how many seconds what is written there lives; None: it stays."""
        ...

    def set_disappearing(self, conversation: ConversationId, place: DisplayOrder, lives_for: int | None) -> bool:
        """The line at this place says so. Whether it is in force: none with a higher place was."""
        ...


class ProfilesStore(Protocol):
    """What accounts share of themselves, our own among them, and what our person keeps of others."""

    def shared_profile(self, account_id: AccountId) -> SharedProfile: ...

    def put_shared_profile(self, account_id: AccountId, profile: SharedProfile) -> None:
        """Without a picture's hash, its picture goes."""
        ...

    def picture(self, account_id: AccountId) -> bytes:
        """Empty: there is none."""
        ...

    def put_picture(self, account_id: AccountId, picture: bytes) -> None: ...

    def told_profile(self, account_id: AccountId) -> ToldProfile: ...

    def put_told_profile(self, account_id: AccountId, told: ToldProfile) -> None: ...

    def forget_told_profiles(self) -> None:
        """All of them."""
        ...

    def remark(self, account_id: AccountId) -> Remark: ...

    def put_remark(self, account_id: AccountId, remark: Remark) -> None: ...


class ArrangedStore(Protocol):
    def arrangement(self, conversation: ConversationId) -> Arrangement: ...

    def arrange(self, conversation: ConversationId, arrangement: Arrangement) -> None: ...


class ScheduledStore(Protocol):
    def scheduled(self, message_id: MessageId) -> Scheduled | None: ...

    def all_scheduled(self) -> list[Scheduled]:
        """What is due first comes first."""
        ...

    def scheduled_due(self, wall: float) -> list[Scheduled]:
        """Those whose time has come, in order."""
        ...

    def scheduled_next(self) -> float | None:
        """When the first one is due."""
        ...

    def put_scheduled(self, scheduled: Scheduled) -> None: ...

    def refuse_scheduled(self, code: str) -> None:
        """None of those that wait could go, for this reason."""
        ...

    def drop_scheduled(self, message_id: MessageId) -> None: ...

    def cancel_scheduled(self, message_id: MessageId, wall: float) -> None:
        """Nothing of it stays but that it was cancelled."""
        ...

    def was_cancelled(self, message_id: MessageId) -> bool: ...

    def cancelled_expire(self, wall: float) -> None: ...

    def scheduled_size(self) -> tuple[int, int]:
        """How many there are, and the bytes of their texts."""
        ...


class NotifyingStore(Protocol):
    """What calls the account's person, and what does not."""

    def mute(self, conversation: ConversationId) -> Mute | None: ...

    def put_mute(self, conversation: ConversationId, mute: Mute | None) -> None:
        """None: it is muted no more."""
        ...

    def mutes_over(self, wall: float) -> list[ConversationId]:
        """Those that were to end by then."""
        ...

    def next_mute_end(self) -> float | None: ...

    def notification_settings(self) -> NotificationSettings: ...

    def put_notification_settings(self, settings: NotificationSettings) -> None: ...

    def unseen(self, conversation: ConversationId, limit: int) -> list[Unseen]:
        """Messages that nobody saw and that say something, the last ones in display order first."""
        ...

    def beginning(self, arrival: int, most_bytes: int) -> Beginning | None:
        """Of this message. None: there is none."""
        ...


class FindingStore(Protocol):
    """Messages by what they say. What says something no more is found by it no more, from the same commit on."""

    @property
    def has_unfolded(self) -> bool:
        """Whether there may be messages that are not in the index; they are found nevertheless, but slower."""
        ...

    def fold_words(self, limit: int) -> bool:
        """Bring at most so many into the index, the newest first; whether there may be more."""
        ...

    def find(self, wanted: WantedMessages, place: Place | None, limit: int) -> FoundPage:
        """Lines that people wrote, from a place on. Does so much work and no more, so that there may be fewer than
        asked for, or none, although there is a place to look on from."""
        ...

    def first_line_from(self, conversation: ConversationId, wall: float) -> MessageId | None:
        """The first line that is shown at this time or later, else the last one; None: there is none."""
        ...


class DeliveryStore(Protocol):
    """What is on its way to each device. Whatever changes says which lines look different now."""

    def deliveries_add(self, deliveries: Sequence[Delivery]) -> None:
        """To one device: they wait, or are sealed already. Those of a device keep the order of their messages."""
        ...

    def delivery(self, device: DeviceId, number: int) -> Delivery | None: ...

    def deliveries_of(self, arrivals: Sequence[int]) -> dict[int, list[Delivery]]:
        """Of each of these messages that has any; without envelopes."""
        ...

    def deliveries_waiting(self, device: DeviceId, limit: int) -> list[MessageRow]: ...

    def deliveries_sealed(self, sealed: Sequence[Delivery]) -> None:
        """These, which waited for one device, have their envelopes now."""
        ...

    def delivery_again(self, device: DeviceId, number: int, envelope: bytes) -> None:
        """One that is done is queued once more, under its number."""
        ...

    def delivery_void(self, device: DeviceId, number: int, envelope: bytes) -> None:
        """Another envelope takes the place of one that the device does not have, as far as we know."""
        ...

    def profiles_under_way(self, conversation: ConversationId) -> list[MessageRow]:
        """Of what we share, the contents that a device of theirs does not have yet."""
        ...

    def put_body(self, message: int, body: bytes) -> None:
        """Its former words are gone from here."""
        ...

    def waiting_drop(self, message: int) -> None:
        """What waits of this content, for any device, will not go. One that is no line and not under way is gone."""
        ...

    def deliveries_to_send(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[tuple[int, bytes]]:
        """Number and envelope of what the server has not confirmed, ascending; `even_sent`: also of what it has."""
        ...

    def unseal(self, device: DeviceId, numbers: Sequence[int] | None) -> list[Line]:
        """What is under way (None: all to the device) waits again, to be sealed anew."""
        ...

    def set_state(
        self,
        device: DeviceId,
        first: int,
        last: int,
        state: Literal["queued", "sent"],
        reason: str | None,
        kept_until: float | None = None,
    ) -> list[Line]:
        """Of what is under way with a number in first…last."""
        ...

    def expire(self, device: DeviceId, first: int, last: int) -> list[Line]:
        """What is sent and has a number in first…last is expired."""
        ...

    def overdue(self, wall: float, limit: int) -> list[tuple[DeviceId, int]]:
        """Device and number of what is sent and was to be kept until this moment at most."""
        ...

    def next_overdue(self) -> float | None:
        """When (wall) the next of what is sent is to be kept no longer."""
        ...

    def revive(self, device: DeviceId) -> tuple[int, list[Line]] | None:
        """What is expired is queued again: the first of those numbers. None: nothing was."""
        ...

    def arrived(self, device: DeviceId, up_to: int) -> list[Line]:
        """The device has everything under way up to this number. Contents that are no lines go with their last
        delivery."""
        ...

    def read(self, device: DeviceId, first: int, last: int) -> list[Line]:
        """It says that what has a number in first…last was read."""
        ...

    def forget_device(self, device: DeviceId, of_it_alone: Sequence[str]) -> tuple[list[Line], list[int]]:
        """Nothing goes there any more; what it told is kept. Returns the lines that look different, and the arrivals
        of contents that no device has or gets now. Those of the kinds `of_it_alone` concern nobody else, and go.
        """
        ...

    def numbers_under_way(self, device: DeviceId, state: DeliveryState) -> list[int]:
        """The numbers of those in this state, ascending."""
        ...

    def under_way(self, device: DeviceId) -> int:
        """How many contents wait or are sealed and not there yet; takes as long for many as for few."""
        ...

    def waiting(self, device: DeviceId) -> int: ...

    def devices_to_send(self) -> list[DeviceId]:
        """Devices for which something is under way that the server does not hold."""
        ...

    def queued_messages(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        """Lines of ours that some device does not have and the server neither, the newest first."""
        ...


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
    OwnInviteStore,
    ChannelStore,
    RatchetStore,
    SpareStore,
    KeyTimeStore,
    ConversationStore,
    MessageStore,
    ChangeStore,
    LaterStore,
    LivesStore,
    ProfilesStore,
    KeepingStore,
    ArrangedStore,
    ScheduledStore,
    NotifyingStore,
    FindingStore,
    DeliveryStore,
    InboxStore,
    GoesBack,
    Protocol,
):
    """All of it, in one encrypted database, with the transaction of the runner."""

    def transaction(self) -> AbstractContextManager[None]: ...

    def savepoint(self) -> AbstractContextManager[None]: ...

    def close(self) -> None: ...
