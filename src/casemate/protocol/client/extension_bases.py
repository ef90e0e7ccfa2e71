"""What the requests and responses have in common by which we extend the client API.

They travel in the same envelope as all others, {"Request":{"Hello":{…}}}. A socket whose first request is
`Hello` is a *view*; only views may send the others, and only views receive the responses.
"""

from typing import ClassVar

import msgspec

from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid


class ExtensionResponse(msgspec.Struct, frozen=True, kw_only=True):
    cid: Cid
    request_id: str | None


class Done(ExtensionResponse, frozen=True, kw_only=True):
    pass


class RequestRefused(ExtensionResponse, frozen=True, kw_only=True):
    """The answer to any extension request that cannot be done."""

    reason: Reason


class ExtensionRequest(msgspec.Struct, frozen=True, kw_only=True):
    """`answers` are the responses that mean success, the usual one first; `failure` is the one that means refusal."""

    answers: ClassVar[tuple[type[ExtensionResponse | Response], ...]] = (Done,)
    failure: ClassVar[type[ExtensionResponse | Response]] = RequestRefused

    request_id: str
