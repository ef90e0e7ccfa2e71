"""Which response says no to which request (PROTOCOL.md §4)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sentences import sentence
from casemate.protocol.client import file_and_group_responses as fg
from casemate.protocol.client import responses as to
from casemate.protocol.client.codec import ClientRequest, ClientResponse
from casemate.protocol.client.extensions import ExtensionRequest, RequestRefused
from casemate.protocol.client.requests import CITADEL_REQUESTS, GetAccountInformation, Unusable
from casemate.protocol.client.response_bases import Failure, Response, ScopedFailure
from casemate.protocol.client.types import ObjectId, Uuid
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import SERVER_CID, Cid

_NO_OBJECT: Final = ObjectId(0)


@dataclass(frozen=True, slots=True)
class Address:
    """What a failure repeats of its request; null for a request id that could not be read."""

    request_id: Uuid | None
    cid: Cid = SERVER_CID
    peer_cid: Cid | None = None
    object_id: ObjectId = _NO_OBJECT


def address_of(request: ClientRequest) -> Address:
    return Address(
        request_id=Uuid(request.request_id),
        cid=getattr(request, "cid", None) or Cid(0),
        peer_cid=getattr(request, "peer_cid", None),
        object_id=getattr(request, "object_id", ObjectId(0)),
    )


def failure(request: ClientRequest, why: Reason) -> ClientResponse | None:
    """The response that refuses this request; None for the few that have none."""
    return failure_named(type(request).__name__, address_of(request), why)


def failure_of_unusable(command: Unusable) -> Response | None:
    """The failure of a command of a batch that was not run; None for the few that have none."""
    at = Address(command.request_id, command.cid or Cid(0), command.peer_cid)
    response = failure_named(command.name, at, reason(command.why))
    return response if isinstance(response, Response) else None


def answer_to_malformed(name: str, at: Address, *, of_a_view: bool) -> ClientResponse | None:
    """What a request that could not be read is answered with; None where the contract has nothing for it.

    A name that nobody knows is refused to views alone: a plain client stops at a response that it does not know.
    """
    if name == GetAccountInformation.__name__:  # it cannot fail: whoever names no account hears of none
        return to.GetAccountInformationResponse(cid=SERVER_CID, request_id=at.request_id, accounts={})
    if not name and of_a_view and at.request_id is not None:
        return RequestRefused(cid=at.cid, request_id=at.request_id, reason=reason("malformed"))
    return failure_named(name, at, reason("malformed"))


def failure_named(name: str, at: Address, why: Reason) -> ClientResponse | None:
    """As `failure`, for a request of which only this much could be read."""
    if name in _EXTENSIONS and at.request_id is not None:
        return RequestRefused(cid=at.cid, request_id=at.request_id, reason=why)
    build = _BUILDERS.get(name)
    return None if build is None else build(at, why)


_Builder = Callable[[Address, Reason], Response]


def _of(kind: type[Failure], *, cid: Cid | None = None) -> _Builder:
    def build(at: Address, why: Reason) -> Response:
        return kind(cid=at.cid if cid is None else cid, request_id=at.request_id, message=_message(at, why), reason=why)

    return build


def _scoped(kind: type[ScopedFailure]) -> _Builder:
    def build(at: Address, why: Reason) -> Response:
        return kind(cid=at.cid, request_id=at.request_id, peer_cid=at.peer_cid, message=_message(at, why), reason=why)

    return build


def _accept(at: Address, why: Reason) -> Response:
    return to.PeerConnectAcceptFailure(
        cid=at.cid, request_id=at.request_id, peer_cid=at.peer_cid or Cid(0), message=_message(at, why), reason=why
    )


def _management(at: Address, why: Reason) -> Response:
    return to.ConnectionManagementFailure(cid=at.cid, request_id=at.request_id, error=_message(at, why))


def _transfer(at: Address, why: Reason) -> Response:
    return fg.FileTransferStatusNotification(
        cid=at.cid,
        request_id=at.request_id,
        object_id=at.object_id,
        success=False,
        response=False,
        message=_message(at, why),
    )


def _batched(at: Address, _: Reason) -> Response:
    return to.BatchedResponse(cid=Cid(0), request_id=at.request_id, results=[])


def _message(at: Address, why: Reason) -> str:
    return sentence(why, cid=str(at.cid), peer=str(at.peer_cid))


_BUILDERS: Final[dict[str, _Builder]] = {
    "Connect": _of(to.ConnectFailure, cid=Cid(0)),
    "Register": _of(to.RegisterFailure, cid=Cid(0)),
    "Disconnect": _of(to.PeerDisconnectFailure),
    "Deregister": _of(to.DeregisterFailure),
    "ConnectionManagement": _management,
    "Message": _of(to.MessageSendFailure),
    "ListAllPeers": _of(to.ListAllPeersFailure),
    "ListRegisteredPeers": _of(to.ListRegisteredPeersFailure),
    "PeerRegister": _of(to.PeerRegisterFailure),
    "PeerRegisterRespond": _of(to.PeerRegisterFailure),
    "PeerConnect": _of(to.PeerConnectFailure),
    "PeerConnectAccept": _accept,
    "PeerDisconnect": _of(to.PeerDisconnectFailure),
    "Batched": _batched,
    "LocalDBGetKV": _scoped(to.LocalDBGetKVFailure),
    "LocalDBSetKV": _scoped(to.LocalDBSetKVFailure),
    "LocalDBDeleteKV": _scoped(to.LocalDBDeleteKVFailure),
    "LocalDBGetAllKV": _scoped(to.LocalDBGetAllKVFailure),
    "LocalDBClearAllKV": _scoped(to.LocalDBClearAllKVFailure),
    "SendFile": _of(fg.SendFileRequestFailure),
    "RespondFileTransfer": _transfer,
    "DownloadFile": _of(fg.DownloadFileFailure),
    "DeleteVirtualFile": _of(fg.DeleteVirtualFileFailure),
    "PickFile": _of(fg.PickFileFailure),
    "GroupCreate": _of(fg.GroupCreateFailure),
    "GroupInvite": _of(fg.GroupInviteFailure),
    "GroupRespondRequest": _of(fg.GroupRespondRequestFailure),
    "GroupMessage": _of(fg.GroupMessageFailure),
    "GroupLeave": _of(fg.GroupLeaveFailure),
    "GroupEnd": _of(fg.GroupEndFailure),
    "GroupKick": _of(fg.GroupKickFailure),
    "GroupListGroupsFor": _of(fg.GroupListGroupsFailure),
    "GroupRequestJoin": _of(fg.GroupRequestJoinFailure),
}
"""GetSessions and GetAccountInformation cannot fail. Of a batch that cannot be read, no command was run."""

_EXTENSIONS: Final = frozenset(kind.__name__ for kind in ExtensionRequest.__subclasses__()) - {
    "ConnectAccount",
    "AdoptAccount",
}
_BUILDERS["ConnectAccount"] = _BUILDERS["AdoptAccount"] = _BUILDERS["Connect"]

NEVER_FAIL: Final = frozenset(kind.__name__ for kind in CITADEL_REQUESTS) - _BUILDERS.keys()
