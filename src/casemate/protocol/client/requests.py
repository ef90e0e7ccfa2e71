"""The 35 requests of the client API (docs/protocol/client-api.md)."""

from typing import ClassVar, Final

import msgspec
from msgspec import UNSET, UnsetType

from casemate.protocol.client import file_and_group_responses as fg
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.types import (
    U64,
    ConfigCommand,
    ConnectMode,
    Duration,
    FileSource,
    MessageGroupKey,
    ObjectId,
    Octets,
    PreSharedKey,
    SecurityLevel,
    SessionSecuritySettings,
    TransferType,
    UdpMode,
    UserIdentifier,
    Uuid,
)
from casemate.protocol.ids import Cid


class Request(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` are the responses that mean success, the usual one first; `failure` is the one that means refusal,
    None where the contract has none."""

    answers: ClassVar[tuple[type[Response], ...]]
    failure: ClassVar[type[Response] | None] = None

    request_id: Uuid


class AccountRequest(Request, frozen=True, kw_only=True):
    """A request in the name of the account `cid`."""

    cid: Cid


class PeerRequest(AccountRequest, frozen=True, kw_only=True):
    peer_cid: Cid


# --- accounts and sessions


class Connect(Request, frozen=True, kw_only=True):
    answers = (to.ConnectSuccess, to.SessionAlreadyActive)
    failure = to.ConnectFailure

    username: str
    password: Octets
    connect_mode: ConnectMode
    udp_mode: UdpMode
    keep_alive_timeout: Duration | None = None
    session_security_settings: SessionSecuritySettings
    server_password: PreSharedKey | None = None


class Register(Request, frozen=True, kw_only=True):
    answers = (to.ConnectSuccess, to.RegisterSuccess)
    failure = to.RegisterFailure

    server_addr: str
    full_name: str
    username: str
    proposed_password: Octets
    connect_after_register: bool
    session_security_settings: SessionSecuritySettings
    server_password: PreSharedKey | None = None


class Disconnect(AccountRequest, frozen=True, kw_only=True):
    answers = (to.DisconnectNotification,)
    failure = to.PeerDisconnectFailure


class Deregister(AccountRequest, frozen=True, kw_only=True):
    answers = (to.DeregisterSuccess,)
    failure = to.DeregisterFailure


class GetSessions(Request, frozen=True, kw_only=True):
    answers = (to.GetSessionsResponse,)


class GetAccountInformation(Request, frozen=True, kw_only=True):
    answers = (to.GetAccountInformationResponse,)

    cid: Cid | None = None


class ConnectionManagement(Request, frozen=True, kw_only=True):
    answers = (to.ConnectionManagementSuccess,)
    failure = to.ConnectionManagementFailure

    management_command: ConfigCommand


# --- peers and messages


class Message(AccountRequest, frozen=True, kw_only=True):
    answers = (to.MessageSendSuccess,)
    failure = to.MessageSendFailure

    message: Octets
    peer_cid: Cid | None = None
    """None: for the workspace."""
    security_level: SecurityLevel


class ListAllPeers(AccountRequest, frozen=True, kw_only=True):
    answers = (to.ListAllPeersResponse,)
    failure = to.ListAllPeersFailure


class ListRegisteredPeers(AccountRequest, frozen=True, kw_only=True):
    answers = (to.ListRegisteredPeersResponse,)
    failure = to.ListRegisteredPeersFailure


class PeerRegister(PeerRequest, frozen=True, kw_only=True):
    answers = (to.PeerRegisterSuccess,)
    failure = to.PeerRegisterFailure

    session_security_settings: SessionSecuritySettings
    connect_after_register: bool
    peer_session_password: PreSharedKey | None = None
    introduction: str | UnsetType = UNSET
    """Our extension: a line that whoever is asked sees beside the question."""


class PeerRegisterRespond(PeerRequest, frozen=True, kw_only=True):
    answers = (to.PeerRegisterSuccess,)
    failure = to.PeerRegisterFailure

    accept: bool


class PeerConnect(PeerRequest, frozen=True, kw_only=True):
    answers = (to.PeerConnectSuccess,)
    failure = to.PeerConnectFailure

    udp_mode: UdpMode
    session_security_settings: SessionSecuritySettings
    peer_session_password: PreSharedKey | None = None


class PeerConnectAccept(PeerRequest, frozen=True, kw_only=True):
    answers = (to.PeerConnectAcceptSuccess, to.PeerConnectSuccess)
    failure = to.PeerConnectAcceptFailure

    accept: bool
    udp_mode: UdpMode
    session_security_settings: SessionSecuritySettings
    peer_session_password: PreSharedKey | None = None


class PeerDisconnect(PeerRequest, frozen=True, kw_only=True):
    answers = (to.DisconnectNotification, to.PeerDisconnectSuccess)
    failure = to.PeerDisconnectFailure


# --- batches and the key-value store


class LocalDbRequest(AccountRequest, frozen=True, kw_only=True):
    peer_cid: Cid | None = None


class LocalDBGetKV(LocalDbRequest, frozen=True, kw_only=True):
    answers = (to.LocalDBGetKVSuccess,)
    failure = to.LocalDBGetKVFailure

    key: str


class LocalDBSetKV(LocalDbRequest, frozen=True, kw_only=True):
    answers = (to.LocalDBSetKVSuccess,)
    failure = to.LocalDBSetKVFailure

    key: str
    value: Octets


class LocalDBDeleteKV(LocalDbRequest, frozen=True, kw_only=True):
    answers = (to.LocalDBDeleteKVSuccess,)
    failure = to.LocalDBDeleteKVFailure

    key: str


class LocalDBGetAllKV(LocalDbRequest, frozen=True, kw_only=True):
    answers = (to.LocalDBGetAllKVSuccess,)
    failure = to.LocalDBGetAllKVFailure


class LocalDBClearAllKV(LocalDbRequest, frozen=True, kw_only=True):
    answers = (to.LocalDBClearAllKVSuccess,)
    failure = to.LocalDBClearAllKVFailure


# --- files


class SendFile(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.SendFileRequestSuccess,)
    failure = fg.SendFileRequestFailure

    source: FileSource
    peer_cid: Cid | None = None
    chunk_size: U64 | None = None
    transfer_type: TransferType


class RespondFileTransfer(PeerRequest, frozen=True, kw_only=True):
    answers = (fg.FileTransferStatusNotification,)
    failure = fg.FileTransferStatusNotification

    object_id: ObjectId
    accept: bool
    download_location: str | None = None


class DownloadFile(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.DownloadFileSuccess,)
    failure = fg.DownloadFileFailure

    virtual_directory: str
    security_level: SecurityLevel | None = None
    delete_on_pull: bool
    peer_cid: Cid | None = None


class DeleteVirtualFile(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.DeleteVirtualFileSuccess,)
    failure = fg.DeleteVirtualFileFailure

    virtual_directory: str
    peer_cid: Cid | None = None


class PickFile(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.PickFileSuccess,)
    failure = fg.PickFileFailure

    title: str | None = None
    allowed_extensions: list[str] | None = None


# --- groups


class GroupCreate(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.GroupCreateSuccess,)
    failure = fg.GroupCreateFailure

    initial_users_to_invite: list[UserIdentifier] | None = None


class GroupRequest(AccountRequest, frozen=True, kw_only=True):
    group_key: MessageGroupKey


class GroupInvite(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupInviteSuccess,)
    failure = fg.GroupInviteFailure

    peer_cid: Cid


class GroupRespondRequest(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupRespondRequestSuccess,)
    failure = fg.GroupRespondRequestFailure

    peer_cid: Cid
    response: bool
    invitation: bool


class GroupMessage(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupMessageSuccess,)
    failure = fg.GroupMessageFailure

    message: Octets


class GroupLeave(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupLeaveSuccess,)
    failure = fg.GroupLeaveFailure


class GroupEnd(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupEndSuccess,)
    failure = fg.GroupEndFailure


class GroupKick(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupKickSuccess,)
    failure = fg.GroupKickFailure

    peer_cid: Cid


class GroupListGroupsFor(AccountRequest, frozen=True, kw_only=True):
    answers = (fg.GroupListGroupsSuccess,)
    failure = fg.GroupListGroupsFailure

    peer_cid: Cid | None = None


class GroupRequestJoin(GroupRequest, frozen=True, kw_only=True):
    answers = (fg.GroupRequestJoinSuccess,)
    failure = fg.GroupRequestJoinFailure


class Unusable(msgspec.Struct, frozen=True, kw_only=True):
    """A command of a batch that cannot be run, with what could be read of it. `why` is a reason code."""

    name: str
    request_id: Uuid | None
    cid: Cid | None
    peer_cid: Cid | None
    why: str


class Batched(Request, frozen=True, kw_only=True):
    answers = (to.BatchedResponse,)
    failure = to.BatchedResponse

    commands: list[Request | Unusable]
    """Decoded one by one (see `codec`): in JSON each is {"Name":{…}}."""


CITADEL_REQUESTS: Final[tuple[type[Request], ...]] = (
    Connect,
    Register,
    Message,
    Disconnect,
    Deregister,
    SendFile,
    RespondFileTransfer,
    DownloadFile,
    DeleteVirtualFile,
    PickFile,
    ListAllPeers,
    ListRegisteredPeers,
    PeerConnect,
    PeerConnectAccept,
    PeerDisconnect,
    PeerRegister,
    PeerRegisterRespond,
    LocalDBGetKV,
    LocalDBSetKV,
    LocalDBDeleteKV,
    LocalDBGetAllKV,
    LocalDBClearAllKV,
    GroupCreate,
    GroupInvite,
    GroupRespondRequest,
    GroupMessage,
    GroupLeave,
    GroupEnd,
    GroupKick,
    GroupListGroupsFor,
    GroupRequestJoin,
    GetSessions,
    GetAccountInformation,
    ConnectionManagement,
    Batched,
)
