"""The 87 responses of the client API (PROTOCOL.md §5). A client dies of the first frame it cannot parse."""

from typing import Final

import msgspec
from msgspec import UNSET, UnsetType

from casemate.protocol.client.types import (
    U64,
    AccountInformation,
    JoinResult,
    MemberState,
    MessageGroupKey,
    ObjectId,
    ObjectTransferStatus,
    Octets,
    PeerInformation,
    SessionInformation,
    SessionSecuritySettings,
    UdpMode,
    Uuid,
    VirtualObjectMetadata,
)
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid


class Response(msgspec.Struct, frozen=True, kw_only=True):
    cid: Cid
    request_id: Uuid | None = None
    """None for everything that somebody else caused."""


class Failure(Response, frozen=True, kw_only=True):
    message: str
    reason: Reason | UnsetType = UNSET
    """Ours: what the UI's catalogue puts into words. Other clients ignore it."""


class PeerResponse(Response, frozen=True, kw_only=True):
    peer_cid: Cid


class ScopedResponse(Response, frozen=True, kw_only=True):
    peer_cid: Cid | None = None


class ScopedFailure(Failure, frozen=True, kw_only=True):
    peer_cid: Cid | None = None


class GroupResponse(Response, frozen=True, kw_only=True):
    group_key: MessageGroupKey


class GroupOutcome(GroupResponse, frozen=True, kw_only=True):
    success: bool


# --- accounts and sessions


class ServiceConnectionAccepted(Response, frozen=True, kw_only=True):
    pass


class ConnectSuccess(Response, frozen=True, kw_only=True):
    pass


class RegisterSuccess(Response, frozen=True, kw_only=True):
    pass


class DeregisterSuccess(Response, frozen=True, kw_only=True):
    pass


class ConnectFailure(Failure, frozen=True, kw_only=True):
    pass


class RegisterFailure(Failure, frozen=True, kw_only=True):
    pass


class DeregisterFailure(Failure, frozen=True, kw_only=True):
    pass


class DisconnectFailure(Failure, frozen=True, kw_only=True):
    pass


class SessionAlreadyActive(Failure, frozen=True, kw_only=True):
    username: str


class DisconnectNotification(ScopedResponse, frozen=True, kw_only=True):
    pass


class GetSessionsResponse(Response, frozen=True, kw_only=True):
    sessions: list[SessionInformation]


class GetAccountInformationResponse(Response, frozen=True, kw_only=True):
    accounts: dict[Cid, AccountInformation]


class ConnectionManagementSuccess(Response, frozen=True, kw_only=True):
    message: str


class ConnectionManagementFailure(Response, frozen=True, kw_only=True):
    error: str


# --- messages


class MessageSendSuccess(ScopedResponse, frozen=True, kw_only=True):
    pass


class MessageSendFailure(Failure, frozen=True, kw_only=True):
    pass


class MessageNotification(PeerResponse, frozen=True, kw_only=True):
    message: Octets


# --- peers


class PeerConnectSuccess(PeerResponse, frozen=True, kw_only=True):
    pass


class PeerConnectAcceptSuccess(PeerResponse, frozen=True, kw_only=True):
    pass


class PeerConnectFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerDisconnectFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerRegisterFailure(Failure, frozen=True, kw_only=True):
    pass


class PeerConnectAcceptFailure(Failure, frozen=True, kw_only=True):
    peer_cid: Cid


class PeerConnectNotification(PeerResponse, frozen=True, kw_only=True):
    session_security_settings: SessionSecuritySettings
    udp_mode: UdpMode


class PeerRegisterNotification(PeerResponse, frozen=True, kw_only=True):
    peer_username: str


class PeerRegisterSuccess(PeerResponse, frozen=True, kw_only=True):
    peer_username: str


class PeerDisconnectSuccess(Response, frozen=True, kw_only=True):
    pass


class ListAllPeersResponse(Response, frozen=True, kw_only=True):
    peer_information: dict[Cid, PeerInformation]


class ListRegisteredPeersResponse(Response, frozen=True, kw_only=True):
    peers: dict[Cid, PeerInformation]


class ListAllPeersFailure(Failure, frozen=True, kw_only=True):
    pass


class ListRegisteredPeersFailure(Failure, frozen=True, kw_only=True):
    pass


# --- batches and the key-value store


class BatchedResponse(Response, frozen=True, kw_only=True):
    results: list[Response]
    """Written one by one (see `codec`): in JSON each is {"Name":{…}}."""


class LocalDBGetKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str
    value: Octets


class LocalDBSetKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str


class LocalDBDeleteKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    key: str


class LocalDBGetAllKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    map: dict[str, Octets]


class LocalDBClearAllKVSuccess(ScopedResponse, frozen=True, kw_only=True):
    pass


class LocalDBGetKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBSetKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBDeleteKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBGetAllKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


class LocalDBClearAllKVFailure(ScopedFailure, frozen=True, kw_only=True):
    pass


# --- files


class SendFileRequestSuccess(Response, frozen=True, kw_only=True):
    pass


class DownloadFileSuccess(Response, frozen=True, kw_only=True):
    pass


class DeleteVirtualFileSuccess(Response, frozen=True, kw_only=True):
    pass


class SendFileRequestFailure(Failure, frozen=True, kw_only=True):
    pass


class DownloadFileFailure(Failure, frozen=True, kw_only=True):
    pass


class DeleteVirtualFileFailure(Failure, frozen=True, kw_only=True):
    pass


class PickFileFailure(Failure, frozen=True, kw_only=True):
    pass


class PickFileSuccess(Response, frozen=True, kw_only=True):
    file_path: str
    file_name: str
    file_size: U64


class FileTransferRequestNotification(PeerResponse, frozen=True, kw_only=True):
    metadata: VirtualObjectMetadata


class FileTransferStatusNotification(Response, frozen=True, kw_only=True):
    object_id: ObjectId
    success: bool
    response: bool
    message: str | None = None


class FileTransferTickNotification(ScopedResponse, frozen=True, kw_only=True):
    status: ObjectTransferStatus


# --- groups


class GroupCreateSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupLeaveSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupEndSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupMessageSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupInviteSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupRespondRequestSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupKickSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupRequestJoinSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupChannelCreateSuccess(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupChannelCreateFailure(Failure, frozen=True, kw_only=True):
    group_key: MessageGroupKey


class GroupCreateFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupLeaveFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupEndFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupMessageFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupInviteFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupRespondRequestFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupKickFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupListGroupsFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupRequestJoinFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupBroadcastHandleFailure(Failure, frozen=True, kw_only=True):
    pass


class GroupListGroupsSuccess(ScopedResponse, frozen=True, kw_only=True):
    group_list: list[MessageGroupKey] | None = None


class GroupListGroupsResponse(Response, frozen=True, kw_only=True):
    group_list: list[MessageGroupKey] | None = None


class GroupInviteNotification(GroupResponse, frozen=True, kw_only=True):
    peer_cid: Cid


class GroupJoinRequestNotification(GroupResponse, frozen=True, kw_only=True):
    peer_cid: Cid


class GroupMessageNotification(GroupResponse, frozen=True, kw_only=True):
    peer_cid: Cid
    message: Octets


class GroupMessageResponse(GroupOutcome, frozen=True, kw_only=True):
    pass


class GroupMembershipResponse(GroupOutcome, frozen=True, kw_only=True):
    pass


class GroupEndNotification(GroupOutcome, frozen=True, kw_only=True):
    pass


class GroupLeaveNotification(GroupOutcome, frozen=True, kw_only=True):
    message: str


class GroupDisconnectNotification(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupRequestJoinAcceptResponse(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupRequestJoinDeclineResponse(GroupResponse, frozen=True, kw_only=True):
    pass


class GroupRequestJoinPendingNotification(GroupResponse, frozen=True, kw_only=True):
    result: JoinResult


class GroupMemberStateChangeNotification(GroupResponse, frozen=True, kw_only=True):
    state: MemberState


CITADEL_RESPONSES: Final[tuple[type[Response], ...]] = (
    ServiceConnectionAccepted,
    ConnectSuccess,
    RegisterSuccess,
    DeregisterSuccess,
    ConnectFailure,
    RegisterFailure,
    DeregisterFailure,
    DisconnectFailure,
    SessionAlreadyActive,
    DisconnectNotification,
    GetSessionsResponse,
    GetAccountInformationResponse,
    ConnectionManagementSuccess,
    ConnectionManagementFailure,
    MessageSendSuccess,
    MessageSendFailure,
    MessageNotification,
    PeerConnectSuccess,
    PeerConnectAcceptSuccess,
    PeerConnectFailure,
    PeerDisconnectFailure,
    PeerRegisterFailure,
    PeerConnectAcceptFailure,
    PeerConnectNotification,
    PeerRegisterNotification,
    PeerRegisterSuccess,
    PeerDisconnectSuccess,
    ListAllPeersResponse,
    ListRegisteredPeersResponse,
    ListAllPeersFailure,
    ListRegisteredPeersFailure,
    BatchedResponse,
    LocalDBGetKVSuccess,
    LocalDBSetKVSuccess,
    LocalDBDeleteKVSuccess,
    LocalDBGetAllKVSuccess,
    LocalDBClearAllKVSuccess,
    LocalDBGetKVFailure,
    LocalDBSetKVFailure,
    LocalDBDeleteKVFailure,
    LocalDBGetAllKVFailure,
    LocalDBClearAllKVFailure,
    SendFileRequestSuccess,
    DownloadFileSuccess,
    DeleteVirtualFileSuccess,
    SendFileRequestFailure,
    DownloadFileFailure,
    DeleteVirtualFileFailure,
    PickFileFailure,
    PickFileSuccess,
    FileTransferRequestNotification,
    FileTransferStatusNotification,
    FileTransferTickNotification,
    GroupCreateSuccess,
    GroupLeaveSuccess,
    GroupEndSuccess,
    GroupMessageSuccess,
    GroupInviteSuccess,
    GroupRespondRequestSuccess,
    GroupKickSuccess,
    GroupRequestJoinSuccess,
    GroupChannelCreateSuccess,
    GroupChannelCreateFailure,
    GroupCreateFailure,
    GroupLeaveFailure,
    GroupEndFailure,
    GroupMessageFailure,
    GroupInviteFailure,
    GroupRespondRequestFailure,
    GroupKickFailure,
    GroupListGroupsFailure,
    GroupRequestJoinFailure,
    GroupBroadcastHandleFailure,
    GroupListGroupsSuccess,
    GroupListGroupsResponse,
    GroupInviteNotification,
    GroupJoinRequestNotification,
    GroupMessageNotification,
    GroupMessageResponse,
    GroupMembershipResponse,
    GroupEndNotification,
    GroupLeaveNotification,
    GroupDisconnectNotification,
    GroupRequestJoinAcceptResponse,
    GroupRequestJoinDeclineResponse,
    GroupRequestJoinPendingNotification,
    GroupMemberStateChangeNotification,
)
