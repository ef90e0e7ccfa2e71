"""The responses about files and groups."""

from typing import Final

from casemate.protocol.client.response_bases import (
    Failure,
    GroupOutcome,
    GroupResponse,
    PeerResponse,
    Response,
    ScopedResponse,
)
from casemate.protocol.client.types import (
    U64,
    JoinResult,
    MemberState,
    MessageGroupKey,
    ObjectId,
    ObjectTransferStatus,
    Octets,
    VirtualObjectMetadata,
)
from casemate.protocol.ids import Cid

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


FILE_AND_GROUP_RESPONSES: Final[tuple[type[Response], ...]] = (
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
