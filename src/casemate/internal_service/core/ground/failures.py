"""Which response says no to which request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sentences import sentence
from casemate.protocol.client import file_and_group_responses as fg
from casemate.protocol.client import responses as to
from casemate.protocol.client.codec import REQUESTS, ClientRequest, ClientResponse
from casemate.protocol.client.extension_bases import RequestRefused
from casemate.protocol.client.requests import GetAccountInformation, Unusable
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
    request = _REQUESTS.get(name)
    kind = None if request is None else request.failure
    if kind is None:
        return None
    if kind is RequestRefused:
        return None if at.request_id is None else RequestRefused(cid=at.cid, request_id=at.request_id, reason=why)
    return _built(kind, at, why)


def _built(kind: type[ClientResponse], at: Address, why: Reason) -> Response:
    message = sentence(why, cid=str(at.cid), peer=str(at.peer_cid))
    if kind in _OTHERS:
        return _OTHERS[kind](at, message, why)
    if issubclass(kind, ScopedFailure):
        return kind(cid=at.cid, request_id=at.request_id, peer_cid=at.peer_cid, message=message, reason=why)
    assert issubclass(kind, Failure)
    cid = Cid(0) if kind in _OF_NO_ACCOUNT else at.cid
    return kind(cid=cid, request_id=at.request_id, message=message, reason=why)


def _accept(at: Address, message: str, why: Reason) -> Response:
    return to.PeerConnectAcceptFailure(
        cid=at.cid, request_id=at.request_id, peer_cid=at.peer_cid or Cid(0), message=message, reason=why
    )


def _management(at: Address, message: str, _: Reason) -> Response:
    return to.ConnectionManagementFailure(cid=at.cid, request_id=at.request_id, error=message)


def _transfer(at: Address, message: str, _: Reason) -> Response:
    return fg.FileTransferStatusNotification(
        cid=at.cid,
        request_id=at.request_id,
        object_id=at.object_id,
        success=False,
        response=False,
        message=message,
    )


def _batched(at: Address, _: str, __: Reason) -> Response:
    """Of a batch that cannot be read, no command was run."""
    return to.BatchedResponse(cid=Cid(0), request_id=at.request_id, results=[])


_OF_NO_ACCOUNT: Final = (to.ConnectFailure, to.RegisterFailure)
_OTHERS: Final[dict[type[ClientResponse], Callable[[Address, str, Reason], Response]]] = {
    to.PeerConnectAcceptFailure: _accept,
    to.ConnectionManagementFailure: _management,
    fg.FileTransferStatusNotification: _transfer,
    to.BatchedResponse: _batched,
}
"""Those that have another form than all others."""

_REQUESTS: Final = {kind.__name__: kind for kind in REQUESTS}
