"""JSON text frames of the client API ↔ typed requests and responses.

A frame is {"Request":{Name:{…}}} or {"Response":{Name:{…}}}. The outer objects are decoded to raw pieces and the
inner one by its name, so nothing is built from a name that we do not know. A `Message`, of which a program sends
thousands a second, is read in one pass.
"""

from typing import Any, Final, TypeVar

import msgspec

from casemate.protocol.client import (  # noqa: F401  (their classes are found)
    extensions,
    finding_extensions,
    invitation_extensions,
    message_extensions,
    notification_extensions,
    profile_extensions,
)
from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.ranges import check, uuid
from casemate.protocol.client.requests import CITADEL_REQUESTS, Batched, Message, Request, Unusable
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.responses import CITADEL_RESPONSES, BatchedResponse
from casemate.protocol.client.types import Uuid, decode_hook, encode_hook
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import Cid
from casemate.protocol.limits import CLIENT_BATCH_COMMANDS, CLIENT_BATCH_REFUSALS, CLIENT_FRAME_BYTES

ClientRequest = Request | ExtensionRequest
ClientResponse = Response | ExtensionResponse

REQUESTS: Final[tuple[type[ClientRequest], ...]] = (*CITADEL_REQUESTS, *ExtensionRequest.__subclasses__())

_EXTENSION_ID_CHARACTERS: Final = 64
_NAME_WITHIN: Final = 40
"""Characters at the start of a frame in which every client known to us has said what it is."""


class MalformedRequest(MalformedFrame):
    """A frame that is no valid request, with what could be read of it, so that its sender can be told."""

    def __init__(self, why: str, *, name: str = "", fields: dict[str, msgspec.Raw] | None = None) -> None:
        super().__init__(why)
        self.name = name
        self.request_id = _readable(fields, "request_id", str)
        self.cid = _readable(fields, "cid", int)
        self.peer_cid = _readable(fields, "peer_cid", int)


class _Commands(msgspec.Struct):
    request_id: str
    commands: list[msgspec.Raw]


class _OnlyMessage(msgspec.Struct, forbid_unknown_fields=True):
    message: Message = msgspec.field(name="Message")


class _MessageFrame(msgspec.Struct, forbid_unknown_fields=True):
    request: _OnlyMessage = msgspec.field(name="Request")


_Pieces = dict[str, msgspec.Raw]
_pieces: Final = msgspec.json.Decoder(_Pieces)
_commands: Final = msgspec.json.Decoder(_Commands)
_message_frame: Final = msgspec.json.Decoder(_MessageFrame, dec_hook=decode_hook)
_encoder: Final = msgspec.json.Encoder(enc_hook=encode_hook)

_request_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    kind.__name__: msgspec.json.Decoder(kind, dec_hook=decode_hook) for kind in REQUESTS if kind is not Batched
}
_response_decoders: Final[dict[str, msgspec.json.Decoder[Any]]] = {
    kind.__name__: msgspec.json.Decoder(kind, dec_hook=decode_hook)
    for kind in (*CITADEL_RESPONSES, *ExtensionResponse.__subclasses__())
    if kind is not BatchedResponse
}


def decode_request(frame: bytes | str) -> ClientRequest:
    """What a client sent. Raises MalformedRequest."""
    message = _message_in_one_pass(frame)
    if message is not None:
        return message
    piece = _only(_unwrapped(frame, "Request"))
    return _batch(piece[1]) if piece[0] == "Batched" else _named_request(piece)


def encode_request(request: ClientRequest) -> bytes:
    """For clients: programs and tests."""
    return b'{"Request":' + _bare_request(request) + b"}"


def encode_response(response: ClientResponse) -> bytes:
    """The JSON text of a frame. Raises ValueError for a number out of range: such a frame would kill the client."""
    return b'{"Response":' + _bare_response(response) + b"}"


def decode_response(frame: bytes | str) -> ClientResponse:
    """What the service sent, as strict as the strictest client. Raises MalformedFrame."""
    return _named_response(_only(_unwrapped(frame, "Response")))


def _message_in_one_pass(frame: bytes | str) -> Message | None:
    """None for every other frame, and for one with a mistake: what that is, is said by reading it in pieces."""
    try:
        start = frame[:_NAME_WITHIN]
        if b'"Message"' not in (start.encode() if isinstance(start, str) else start) or len(frame) > CLIENT_FRAME_BYTES:
            return None
        message = _message_frame.decode(frame).request.message
        check(message)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError):
        return None
    return message


def _unwrapped(frame: bytes | str, direction: str) -> _Pieces:
    if len(frame) > CLIENT_FRAME_BYTES:
        raise MalformedRequest(f"a frame of {len(frame)} bytes is larger than {CLIENT_FRAME_BYTES}")
    outer = _decoded(_pieces, frame)
    if outer.keys() != {direction}:
        raise MalformedRequest(f"not a {direction}")
    return _decoded(_pieces, outer[direction])


def _only(pieces: _Pieces) -> tuple[str, msgspec.Raw]:
    if len(pieces) != 1:
        raise MalformedRequest("expected exactly one name")
    return next(iter(pieces.items()))


def _named_request(piece: tuple[str, msgspec.Raw]) -> ClientRequest:
    name, raw = piece
    decoder = _request_decoders.get(name)
    if decoder is None:
        raise MalformedRequest("unknown request", fields=_fields_of(raw))
    try:
        request = decoder.decode(raw)
        check(request)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError) as error:
        raise MalformedRequest(str(error), name=name, fields=_fields_of(raw)) from error
    assert isinstance(request, Request | ExtensionRequest)
    if isinstance(request, ExtensionRequest) and len(request.request_id) > _EXTENSION_ID_CHARACTERS:
        raise MalformedRequest("the request id is too long")
    return request


def _batch(raw: msgspec.Raw) -> Batched:
    try:
        outer = _commands.decode(raw)
        request_id = uuid(outer.request_id)
    except (msgspec.DecodeError, ValueError, RecursionError) as error:
        raise MalformedRequest(str(error), name="Batched", fields=_fields_of(raw)) from error
    answered = outer.commands[: CLIENT_BATCH_COMMANDS + CLIENT_BATCH_REFUSALS]
    return Batched(
        request_id=request_id,
        commands=[_command(command, fits=at < CLIENT_BATCH_COMMANDS) for at, command in enumerate(answered)],
    )


def _command(raw: msgspec.Raw, *, fits: bool) -> Request | Unusable:
    """One of a batch. What is wrong with it is its own affair: the others are run."""
    name, fields = "", msgspec.Raw(b"null")
    try:
        name, fields = _only(_decoded(_pieces, raw))
        command = _named_request((name, fields)) if fits else None
        if isinstance(command, Request):
            return command
    except MalformedRequest:
        pass
    read = MalformedRequest("", fields=_fields_of(fields))
    why = "malformed" if fits else "batch_too_long"
    return Unusable(
        name=name,
        request_id=None if read.request_id is None else Uuid(read.request_id),
        cid=None if read.cid is None else Cid(read.cid),
        peer_cid=None if read.peer_cid is None else Cid(read.peer_cid),
        why=why,
    )


def _named_response(piece: tuple[str, msgspec.Raw]) -> ClientResponse:
    name, raw = piece
    if name == "BatchedResponse":
        fields = _decoded(_pieces, raw)
        results = _decoded(msgspec.json.Decoder(list[_Pieces]), fields.pop("results", msgspec.Raw(b"null")))
        rest = _decoded(msgspec.json.Decoder(Response), raw)
        inner = [_named_response(_only(result)) for result in results]
        return BatchedResponse(cid=rest.cid, request_id=rest.request_id, results=inner)  # type: ignore[arg-type]
    decoder = _response_decoders.get(name)
    if decoder is None:
        raise MalformedFrame(f"unknown response {name[:64]}")
    response = _decoded(decoder, raw)
    try:
        check(response)
    except ValueError as error:
        raise MalformedFrame(str(error)) from error
    assert isinstance(response, Response | ExtensionResponse)
    return response


def _bare_request(request: ClientRequest) -> bytes:
    check(request)
    if isinstance(request, Batched):
        commands = b",".join(map(_bare_command, request.commands))
        return b'{"Batched":{"request_id":"' + request.request_id.encode() + b'","commands":[' + commands + b"]}}"
    return b'{"' + type(request).__name__.encode() + b'":' + _encoder.encode(request) + b"}"


def _bare_command(command: Request | Unusable) -> bytes:
    if isinstance(command, Unusable):
        raise ValueError("what could not be read cannot be written again")
    return _bare_request(command)


def _bare_response(response: ClientResponse) -> bytes:
    check(response)
    if isinstance(response, BatchedResponse):
        rest = _encoder.encode(Response(cid=response.cid, request_id=response.request_id))
        results = b",".join(map(_bare_response, response.results))
        return b'{"BatchedResponse":' + rest[:-1] + b',"results":[' + results + b"]}}"
    return b'{"' + type(response).__name__.encode() + b'":' + _encoder.encode(response) + b"}"


_T = TypeVar("_T")


def _decoded(decoder: msgspec.json.Decoder[_T], data: bytes | str | msgspec.Raw) -> _T:
    try:
        return decoder.decode(data)
    except (msgspec.DecodeError, ValueError, TypeError, RecursionError) as error:
        raise MalformedRequest(str(error)) from error


def _fields_of(raw: msgspec.Raw) -> _Pieces | None:
    try:
        return _pieces.decode(raw)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None


def _readable(fields: _Pieces | None, name: str, kind: type[_T]) -> _T | None:
    """A field of a frame that is malformed elsewhere, if at least this one can be read."""
    try:
        value: Any = msgspec.json.decode((fields or {})[name])
        if kind is str:
            value = uuid(value)
        elif not 0 <= value < 1 << 64:
            return None
    except (KeyError, msgspec.DecodeError, ValueError, TypeError, RecursionError):
        return None
    return value if isinstance(value, kind) and not isinstance(value, bool) else None
