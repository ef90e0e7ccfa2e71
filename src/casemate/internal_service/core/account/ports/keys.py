"""What an account needs of its database: channels to devices, and what is sealed and opened with."""

from collections.abc import Sequence
from typing import Protocol

from casemate.internal_service.core.account.rows import (
    Channel,
    RatchetRow,
    UsedPrekey,
)
from casemate.protocol.ids import AccountId, DeviceId


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
