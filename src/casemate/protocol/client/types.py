"""The shared types of the client API, as they are spelled in JSON."""

from typing import Annotated, Any, Final, Literal, NewType

import msgspec
from msgspec import UNSET, UnsetType

from casemate.protocol.ids import Cid

U64 = NewType("U64", int)
"""Checked by `ranges.check`: JSON integers of this size never pass through a float."""
U128 = NewType("U128", int)
U32 = Annotated[int, msgspec.Meta(ge=0, le=2**32 - 1)]
U8 = Annotated[int, msgspec.Meta(ge=0, le=255)]
Uuid = NewType("Uuid", str)
"""Lower case with dashes; `ranges.check` brings every spelling into this form."""
ObjectId = U128


class Octets(bytes):
    """Bytes that travel as a JSON array of integers 0…255. Passwords and words of people are among them: none is
    printed."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"Octets({len(self)} hidden)"


class OneOf(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, forbid_unknown_fields=True):
    """An externally tagged choice: a JSON object with exactly one of the fields."""

    def __post_init__(self) -> None:
        if sum(getattr(self, name) is not UNSET for name in self.__struct_fields__) != 1:
            raise ValueError(f"expected one of {', '.join(self.__struct_encode_fields__)}")


class Shared(msgspec.Struct, frozen=True, kw_only=True):
    """An object of the client API. Unknown fields are ignored; an Option may be missing and is written as null."""


class CustomLevel(OneOf, frozen=True, kw_only=True, rename="pascal"):
    custom: U8


SecurityLevel = Literal["Standard", "Reinforced", "High", "Ultra", "Extreme"] | CustomLevel
SecrecyMode = Literal["BestEffort", "Perfect"]
UdpMode = Literal["Disabled", "Enabled"]


class CryptoParameters(Shared, frozen=True, kw_only=True):
    encryption_algorithm: Literal["AES_GCM_256", "ChaCha20Poly_1305", "MlKemHybrid", "Ascon80pq"]
    kem_algorithm: Literal["MlKem"]
    sig_algorithm: Literal["None", "MlDsa65", "FnDsa512"]


class ObfuscationKey(OneOf, frozen=True, kw_only=True, rename="pascal"):
    enabled_with_key: U128


HeaderObfuscatorSettings = Literal["Disabled", "Enabled"] | ObfuscationKey


class SessionSecuritySettings(Shared, frozen=True, kw_only=True):
    security_level: SecurityLevel
    secrecy_mode: SecrecyMode
    crypto_params: CryptoParameters
    header_obfuscator_settings: HeaderObfuscatorSettings


DEFAULT_SETTINGS: Final = SessionSecuritySettings(
    security_level="Standard",
    secrecy_mode="BestEffort",
    crypto_params=CryptoParameters(encryption_algorithm="AES_GCM_256", kem_algorithm="MlKem", sig_algorithm="None"),
    header_obfuscator_settings="Disabled",
)


class LoginMode(Shared, frozen=True, kw_only=True):
    force_login: bool


class ConnectMode(OneOf, frozen=True, kw_only=True, rename="pascal"):
    standard: LoginMode | UnsetType = UNSET
    fetch: LoginMode | UnsetType = UNSET


class PreSharedKey(Shared, frozen=True, kw_only=True):
    passwords: list[Octets]
    """Each entry is the SHA3-256 of one password."""


class Duration(Shared, frozen=True, kw_only=True):
    secs: U64
    nanos: U32


class UserIdentifier(OneOf, frozen=True, kw_only=True, rename={"id": "ID", "username": "Username"}):
    id: Cid | UnsetType = UNSET
    username: str | UnsetType = UNSET


class MessageGroupKey(Shared, frozen=True, kw_only=True):
    cid: Cid
    """The owner of the group."""
    mgid: U128


class VirtualFilesystem(Shared, frozen=True, kw_only=True):
    virtual_path: str
    security_level: SecurityLevel


class VirtualFilesystemTransfer(OneOf, frozen=True, kw_only=True, rename="pascal"):
    remote_encrypted_virtual_filesystem: VirtualFilesystem


TransferType = Literal["FileTransfer"] | VirtualFilesystemTransfer


class PickedFile(Shared, frozen=True, kw_only=True):
    pick_file_request_id: Uuid


class ByteContents(Shared, frozen=True, kw_only=True):
    file_name: str
    data: Octets


class FileSource(OneOf, frozen=True, kw_only=True, rename="pascal"):
    path: str | UnsetType = UNSET
    pick_file_ref: PickedFile | UnsetType = UNSET
    byte_contents: ByteContents | UnsetType = UNSET


class VirtualObjectMetadata(Shared, frozen=True, kw_only=True):
    name: str
    date_created: str
    author: str
    plaintext_length: U64
    group_count: U64
    object_id: ObjectId
    cid: Cid
    transfer_type: TransferType


Tick = tuple[U64, U64, float]
"""Groups done, groups in all, MB/s."""


class TransferProgress(OneOf, frozen=True, kw_only=True, rename="pascal"):
    reception_beginning: tuple[str, VirtualObjectMetadata] | UnsetType = UNSET
    transfer_tick: Tick | UnsetType = UNSET
    reception_tick: Tick | UnsetType = UNSET
    fail: str | UnsetType = UNSET


ObjectTransferStatus = Literal["TransferBeginning", "TransferComplete", "ReceptionComplete"] | TransferProgress


class Members(Shared, frozen=True, kw_only=True):
    cids: list[Cid]


class MemberState(OneOf, frozen=True, kw_only=True, rename="pascal"):
    entered_group: Members | UnsetType = UNSET
    left_group: Members | UnsetType = UNSET


class JoinResult(OneOf, frozen=True, kw_only=True, rename="pascal"):
    ok: UnsetType | None = UNSET
    err: str | UnsetType = UNSET


class OrphanMode(Shared, frozen=True, kw_only=True):
    allow_orphan_sessions: bool


class SessionClaim(Shared, frozen=True, kw_only=True):
    session_cid: Cid
    only_if_orphaned: bool


class OrphanEnd(Shared, frozen=True, kw_only=True):
    session_cid: Cid | None = None


class SessionRelease(Shared, frozen=True, kw_only=True):
    session_cid: Cid


class ConfigCommand(OneOf, frozen=True, kw_only=True, rename="pascal"):
    set_connection_orphan: OrphanMode | UnsetType = UNSET
    claim_session: SessionClaim | UnsetType = UNSET
    disconnect_orphan: OrphanEnd | UnsetType = UNSET
    release_session: SessionRelease | UnsetType = UNSET


class PeerInformation(Shared, frozen=True, kw_only=True):
    cid: Cid
    online_status: bool
    name: str | None
    username: str | None


class PeerSessionInformation(Shared, frozen=True, kw_only=True):
    cid: Cid
    peer_cid: Cid
    peer_username: str


class SessionInformation(Shared, frozen=True, kw_only=True):
    cid: Cid
    username: str
    server_address: str
    peer_connections: dict[Cid, PeerSessionInformation]


class AccountInformation(Shared, frozen=True, kw_only=True):
    username: str
    full_name: str
    peers: dict[Cid, PeerSessionInformation]


def encode_hook(value: Any) -> Any:
    """For msgspec: what it cannot write by itself."""
    if isinstance(value, Octets):
        return list(value)
    raise NotImplementedError(type(value).__name__)


def decode_hook(kind: type, value: Any) -> Any:
    """For msgspec: what it cannot read by itself. Raises ValueError or TypeError."""
    if kind is Octets and isinstance(value, list):
        return Octets(value)
    raise TypeError(f"expected an array of integers 0…255 for {kind.__name__}")
