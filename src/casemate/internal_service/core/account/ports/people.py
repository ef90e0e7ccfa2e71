"""What an account needs of its database: the account itself, whom it knows, and what they share."""

from collections.abc import Iterable
from typing import Protocol

from casemate.internal_service.core.account.profiles import Remark, SharedProfile, ToldProfile
from casemate.internal_service.core.account.rows import (
    Guest,
    Invite,
    Peer,
    Profile,
)
from casemate.protocol.ids import AccountId, Cid, InviteId
from casemate.protocol.link import PresenceRow


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
