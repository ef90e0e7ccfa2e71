"""What the responses of the client API have in common."""

import msgspec
from msgspec import UNSET, UnsetType

from casemate.protocol.client.types import MessageGroupKey, Uuid
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
