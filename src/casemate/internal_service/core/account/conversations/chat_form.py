"""Chat text as Citadel's UI reads and writes it: JSON, nested in a WorkspaceProtocol request."""

from typing import Any, Final

import msgspec

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.conversations import ilm
from casemate.protocol.ids import MessageId

_any: Final = msgspec.json.Decoder()


def text_of(body: bytes) -> str | None:
    """The text, if this body of another app is a text message in a form we know; else None.

    Forms: {"type":"TextMessage","data":{"text":…}}; a command with `message_contents`; either of them nested in
    {"Request":{"Message":{"contents":[…]}}}; each of these in an ILM data envelope.
    """
    frame = ilm.decode(body)
    if isinstance(frame, ilm.Data):
        body = frame.body
    elif frame is not None:
        return None
    inner = _object(body)
    nested = _at(inner, "Request", "Message", "contents")
    if nested is not None:
        inner = _object(_octets(nested) or b"")
    if inner is None:
        return None
    if inner.get("type") == "TextMessage":
        text = _at(inner, "data", "text")
        return text if isinstance(text, str) else None
    return _command_text(inner)


def said(kind: str, body: bytes) -> str | None:
    """What people wrote, as text; None for anything else."""
    if kind == Kind.CHAT:
        return body.decode("utf-8", "replace")
    return text_of(body) if kind == Kind.OPAQUE else None


def nested_chat(message_id: MessageId, text: str, written_at_ms: int) -> bytes:
    """Our chat text for a plain client."""
    inner = {
        "type": "TextMessage",
        "data": {
            "id": message_id.hex(),
            "message_type": "text",
            "text": text,
            "timestamp": written_at_ms,
            "replyTo": None,
            "mentions": [],
            "metadata": {},
        },
    }
    return msgspec.json.encode({"Request": {"Message": {"contents": list(msgspec.json.encode(inner))}}})


def _command_text(command: dict[str, Any]) -> str | None:
    contents = command.get("message_contents")
    if isinstance(contents, str):
        return contents
    octets = _octets(contents)
    if octets is None:
        return None
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return None


def _object(body: bytes) -> dict[str, Any] | None:
    if not body.startswith(b"{"):
        return None
    try:
        value = _any.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _at(value: Any, *path: str) -> Any:
    for key in path:
        if not isinstance(value, dict):
            return None
        value = value.get(key)
    return value


def _octets(value: Any) -> bytes | None:
    if not isinstance(value, list):
        return None
    try:
        return bytes(value)
    except (TypeError, ValueError):
        return None
