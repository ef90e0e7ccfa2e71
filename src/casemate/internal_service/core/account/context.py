"""What all parts of an account share: its store, its keys, entropy and the KEM."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final, Literal

import msgspec
from msgspec import structs

from casemate.crypto.canonical import encode
from casemate.crypto.identity import DeviceList, OwnAccount, OwnDevice, new_account, new_device, sign_device_list
from casemate.crypto.identity import verify_device_list as verify
from casemate.crypto.kem import Kem
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.names import sign_names
from casemate.crypto.prekeys import PrekeySecrets, new_last_resort_bundle, new_one_time_bundle
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.internal_service.core.account.key_time import KeyTime
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Channel, Peer, Profile
from casemate.internal_service.core.ground.notices import Notice
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoSet
from casemate.node import (
    BatchEnd,
    Effect,
    Entropy,
    EventUndone,
    Instant,
    Savepoint,
    StorageBroken,
    WritesRefused,
)
from casemate.protocol.ids import AccountId, ConversationId, DeviceId
from casemate.protocol.limits import DAY_SECONDS, HOUR_SECONDS
from casemate.protocol.names import shown_full_name, shown_username

Outcome = list[Effect | Notice]
"""What an operation wants done and told, in order."""

LAST_RESORT_SECONDS: Final = 7 * DAY_SECONDS
"""A server can force its use, and whoever takes its private half later reads what a re-key began with. While its owner
is away for longer, a re-key waits (`no_keys_yet`)."""
LATE_SECONDS: Final = 31 * DAY_SECONDS
"""Private prekeys outlive their bundle by more than the mailbox holds an envelope that used it."""
LAST_RESORT_KEPT_SECONDS: Final = LAST_RESORT_SECONDS + LATE_SECONDS
"""How long, in key time, the private half of a last-resort bundle lives, and what is remembered of its uses."""
_LISTS_REMEMBERED: Final = 4_096
_LAST_MILLISECOND: Final = 8.64e15
"""The last that a browser takes for a time; peers name what they like."""


class AccountSecrets(msgspec.Struct, frozen=True, array_like=True):
    """The private keys of the account and this device, and the public documents that they signed."""

    format: Literal[1]
    account: OwnAccount
    device: OwnDevice
    device_list: bytes
    bundle: bytes
    """The last-resort prekey bundle that the server holds; its private half is among the prekeys."""
    bundle_expires_at: float
    bundle_kept: bool = False
    """The server has confirmed that it holds it."""

    def to_bytes(self) -> bytes:
        return encode(self)


_secrets_decoder: Final = msgspec.msgpack.Decoder(AccountSecrets)


def create_secrets(store: AccountStore, entropy: Entropy, kem: Kem, wall: float) -> AccountSecrets:
    """Fresh keys of an account and its first device, stored."""
    account, device = new_account(entropy), new_device(entropy)
    device_list = sign_device_list(account, 1, (device.entry,))
    secrets = AccountSecrets(1, account, device, device_list, b"", 0.0)
    secrets = _with_new_bundle(secrets, store, entropy, kem, wall, key_time=wall)
    store.put_secrets(secrets.to_bytes())
    return secrets


def _with_new_bundle(
    secrets: AccountSecrets, store: AccountStore, entropy: Entropy, kem: Kem, wall: float, *, key_time: float
) -> AccountSecrets:
    bundle, private = new_last_resort_bundle(
        secrets.account,
        secrets.device,
        entropy,
        kem,
        now_seconds=int(wall),
        lifetime_seconds=LAST_RESORT_SECONDS,
    )
    kept_until = key_time + LAST_RESORT_KEPT_SECONDS
    store.add_prekey(private.bundle_id, prekey_to_bytes(private), kept_until, last_resort=True)
    expires_at = wall + LAST_RESORT_SECONDS
    return structs.replace(secrets, bundle=bundle, bundle_expires_at=expires_at, bundle_kept=False)


@dataclass(eq=False)
class Context(Memory):
    store: AccountStore
    entropy: Entropy
    kem: Kem
    secrets: AccountSecrets = field(repr=False)
    undo: Undo = field(default_factory=Undo)
    """How to take back what the event at hand changed in memory."""
    _lists: dict[bytes, DeviceList] = field(default_factory=dict, repr=False)
    _conversations: dict[AccountId, ConversationId] = field(default_factory=dict, repr=False)
    changed_peers: UndoSet[AccountId] = field(init=False)
    """Whose rows were written since the paths to them were last looked at; too many is harmless."""
    key_time: KeyTime = field(init=False)
    start_id: bytes = b""
    """16 random bytes of this start, known to the server; the first 8 are the origin of its numbers."""
    peers_version: int = 0
    """Another one whenever rows of peers may have changed: who looks at all of them need not do so again before."""

    def __post_init__(self) -> None:
        self.changed_peers = UndoSet(self.undo)
        self.key_time = KeyTime(self.store, self.undo)
        self.conversation_with(self.account_id)  # every conversation is compared with one's notes
        self.goes_back_with(self.undo)

    @classmethod
    def load(cls, store: AccountStore, entropy: Entropy, kem: Kem, undo: Undo) -> "Context":
        return cls(store, entropy, kem, _secrets_decoder.decode(store.secrets()), undo)

    def savepoint(self) -> Savepoint:
        """Undo what changed inside, in the store and in memory, when it raises, and raise on."""
        return Savepoint(self.undo, self.store)

    def alone(self, do: Callable[[], Outcome]) -> Outcome:
        """What the end of a batch brings about for one device: a fault of ours in it is undone and told, and keeps no
        other device waiting."""
        try:
            with self.savepoint():
                return do()
        except (StorageBroken, WritesRefused):
            raise
        except Exception as fault:  # noqa: BLE001  (whatever it is, it concerns this device)
            return [EventUndone(BatchEnd(), fault)]

    def one_time_bundle(self, lifetime_seconds: int, now: Instant, *, spare_for: DeviceId | None = None) -> bytes:
        """A fresh one, signed; its private half is stored, for what comes late in it, too."""
        bundle, private = new_one_time_bundle(
            self.secrets.account,
            self.device,
            self.entropy,
            self.kem,
            now_seconds=int(now.wall),
            lifetime_seconds=lifetime_seconds,
        )
        kept_until = self.key_time.at(now) + lifetime_seconds + LATE_SECONDS
        self.store.add_prekey(
            private.bundle_id, prekey_to_bytes(private), kept_until, last_resort=False, spare_for=spare_for
        )
        return bundle

    def bundle_to_publish(self, now: Instant) -> bytes | None:
        """The last-resort bundle, if the server has not confirmed that it holds this one."""
        self._renew_bundle(now)
        return None if self.secrets.bundle_kept else self.secrets.bundle

    def bundle_is_kept(self, bundle: bytes, kept: bool) -> None:
        """The server holds this one, or may hold another; of an earlier one that says nothing."""
        if bundle == self.secrets.bundle and kept != self.secrets.bundle_kept:
            self.secrets = structs.replace(self.secrets, bundle_kept=kept)
            self.store.put_secrets(self.secrets.to_bytes())

    def _renew_bundle(self, now: Instant) -> None:
        """When the present one is past half of its life. One that has more than a life left was made by a clock that
        was ahead, or by a program that gave them longer."""
        left = self.secrets.bundle_expires_at - now.wall
        if LAST_RESORT_SECONDS / 2 < left < LAST_RESORT_SECONDS + HOUR_SECONDS:
            return
        key_time = self.key_time.at(now)
        self.store.shorten_prekeys(key_time + LAST_RESORT_KEPT_SECONDS)
        self.secrets = _with_new_bundle(self.secrets, self.store, self.entropy, self.kem, now.wall, key_time=key_time)
        self.store.put_secrets(self.secrets.to_bytes())

    @property
    def profile(self) -> Profile:
        profile = self.store.profile()
        assert profile is not None, "an account is made together with its profile"
        return profile

    def own_names(self, server_key: Ed25519Public) -> bytes:
        """Our names, signed for the server that we have pinned: once, and kept, so that every repeat is the same."""
        profile = self.profile
        if not profile.names:
            username, full_name = shown_username(profile.username), shown_full_name(profile.full_name)
            names = sign_names(self.secrets.account, server_key, 1, username, full_name)
            profile = replace(profile, names=names, names_kept=False)
            self.store.put_profile(profile)
        return profile.names

    def put_peer(self, peer: Peer) -> None:
        self.store.put_peer(peer)
        self.store.open_conversation(self.conversation_with(peer.account_id), peer.account_id)
        self.changed_peers.add(peer.account_id)
        self.peers_version += 1

    @property
    def account_id(self) -> AccountId:
        return self.secrets.account.account_id

    def is_oneself(self, peer: Peer) -> bool:
        return peer.account_id == self.account_id

    def oneself(self) -> Peer:
        """The other one of one's notes to oneself. No row of the database: nobody finds, asks, dials or blocks them."""
        profile = self.profile
        return Peer(
            account_id=self.account_id,
            username=profile.username,
            full_name=profile.full_name,
            device_list=self.secrets.device_list,
            relation="registered",
            relation_since=0.0,
            connection="connected",
            connection_round=0,
            blocked=False,
            verified=False,
            identity_changed=False,
        )

    def conversation_with(self, account_id: AccountId) -> ConversationId:
        """The id of the conversation of two with this account. Remembered, since every message asks for it."""
        known = self._conversations.get(account_id)
        if known is None:
            if len(self._conversations) >= _LISTS_REMEMBERED:
                self._conversations.clear()
            known = self._conversations[account_id] = conversation_id(self.account_id, account_id)
        return known

    @property
    def device(self) -> OwnDevice:
        return self.secrets.device

    def device_list(self, peer: Peer) -> DeviceList:
        """The verified list of a peer. Remembered by its bytes, which are pinned in the store."""
        known = self._lists.get(peer.device_list)
        if known is None:
            if len(self._lists) >= _LISTS_REMEMBERED:
                self._lists.clear()
            known = self._lists[peer.device_list] = verify(peer.device_list, peer.account_id)
        return known

    def open_channel(self, peer: Peer, device: DeviceId) -> None:
        """Whose device it is, is known from its channel."""
        if self.store.channel(device) is None:
            self.store.put_channel(Channel(device, peer.account_id))

    def peer_of(self, device: DeviceId) -> Peer | None:
        channel = self.store.channel(device)
        return None if channel is None else self.store.peer(channel.account_id)

    def devices_of(self, peer: Peer) -> list[DeviceId]:
        """Those that messages to this peer go to: all that the account lists."""
        return [entry.device_id for entry in self.device_list(peer).devices]


def prekey_to_bytes(prekey: PrekeySecrets) -> bytes:
    return encode(prekey)


def prekey_from_bytes(data: bytes) -> PrekeySecrets:
    return _prekey_decoder.decode(data)


_prekey_decoder: Final = msgspec.msgpack.Decoder(PrekeySecrets)


def milliseconds(seconds: float) -> int:
    """As the client API gives times."""
    return round(max(0.0, min(seconds * 1000, _LAST_MILLISECOND)))
