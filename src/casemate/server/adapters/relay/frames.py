"""The frames of iroh's relay protocol: docs/protocol/relay.md. One WebSocket message holds one frame.

A frame begins with its id, a QUIC variable-length integer; all ids are below 64 and so take one byte.
"""

from dataclasses import dataclass
from typing import Final

from blake3 import blake3
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from casemate.crypto.keys import KEY_BYTES, SIGNATURE_BYTES, Ed25519Public
from casemate.protocol.errors import MalformedFrame

VERSIONS: Final = ("iroh-relay-v2", "iroh-relay-v1")
"""Subprotocols of the WebSocket, the newest first."""

CHALLENGE: Final = 0
CLIENT_AUTH: Final = 1
CONFIRMED: Final = 2
DENIED: Final = 3
DATAGRAM_TO: Final = 4
BATCH_TO: Final = 5
DATAGRAM_FROM: Final = 6
BATCH_FROM: Final = 7
ENDPOINT_GONE: Final = 8
PING: Final = 9
PONG: Final = 10
HEALTH: Final = 11
"""Version 1 only: what is wrong, in words."""
STATUS: Final = 13
"""Version 2 only: what is wrong, as a number."""

MAX_FRAME_BYTES: Final = 1 + 64 * 1024
"""The other side takes no larger one, so none is passed on."""
CHALLENGE_BYTES: Final = 16
PING_BYTES: Final = 8
PAYLOAD_AT: Final = 1 + KEY_BYTES
"""In a datagram frame, after the key: a byte of congestion marks, in a batch the size of its parts, the content."""

_SIGNED_CONTEXT: Final = "iroh-relay handshake v1 challenge signature"
_REPLACED_STATUS: Final = 1
_REPLACED_WORDS: Final = b"Another endpoint connected with the same key."
_LEAST_BYTES: Final = {DATAGRAM_TO: PAYLOAD_AT + 2, BATCH_TO: PAYLOAD_AT + 4}


@dataclass(frozen=True, slots=True)
class ClientAuth:
    key: Ed25519Public
    signature: bytes


def challenge_frame(challenge: bytes) -> bytes:
    return bytes((CHALLENGE,)) + challenge


def read_client_auth(frame: bytes) -> ClientAuth:
    """Raises MalformedFrame."""
    length_at = 1 + KEY_BYTES
    if len(frame) != length_at + 1 + SIGNATURE_BYTES or frame[0] != CLIENT_AUTH or frame[length_at] != SIGNATURE_BYTES:
        raise MalformedFrame("no proof of a key")
    return ClientAuth(Ed25519Public(frame[1:length_at]), frame[length_at + 1 :])


def is_proven(auth: ClientAuth, challenge: bytes) -> bool:
    """Whether the holder of the key signed this challenge."""
    message = blake3(challenge, derive_key_context=_SIGNED_CONTEXT).digest()
    try:
        Ed25519PublicKey.from_public_bytes(auth.key).verify(auth.signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True


def confirmed_frame() -> bytes:
    return bytes((CONFIRMED,))


def denied_frame(reason: str) -> bytes:
    words = reason.encode()
    assert len(words) < 0x80, "its length takes one byte"
    return bytes((DENIED, len(words))) + words


def is_datagram(frame: bytes) -> bool:
    """One datagram, or several of one size, to be passed on. Raises MalformedFrame for half a one."""
    least = _LEAST_BYTES.get(frame[0]) if frame else None
    if least is None:
        return False
    if len(frame) < least or (frame[0] == BATCH_TO and frame[PAYLOAD_AT + 1 : PAYLOAD_AT + 3] == b"\0\0"):
        raise MalformedFrame("a datagram without content")
    return True


def destination(datagram: bytes) -> Ed25519Public:
    return Ed25519Public(datagram[1:PAYLOAD_AT])


def sender_prefixes(key: Ed25519Public) -> dict[int, bytes]:
    """What takes the place of id and destination when a datagram of this sender is passed on."""
    return {DATAGRAM_TO: bytes((DATAGRAM_FROM,)) + key, BATCH_TO: bytes((BATCH_FROM,)) + key}


def answer_to(frame: bytes) -> bytes | None:
    """The pong to a ping; None for a pong. Raises MalformedFrame for anything else."""
    if len(frame) != 1 + PING_BYTES or frame[0] not in {PING, PONG}:
        raise MalformedFrame("no frame of the relay protocol")
    return bytes((PONG,)) + frame[1:] if frame[0] == PING else None


def endpoint_gone_frame(key: Ed25519Public) -> bytes:
    return bytes((ENDPOINT_GONE,)) + key


def replaced_frame(version: str) -> bytes:
    """Another connection took the place of this one."""
    if version == VERSIONS[0]:
        return bytes((STATUS, _REPLACED_STATUS))
    return bytes((HEALTH,)) + _REPLACED_WORDS


def websocket_header(size: int) -> bytes:
    """Of a whole binary message from a server, so that a datagram is written without another copy (RFC 6455, 5.2)."""
    if size < 126:
        return bytes((0x82, size))
    if size < 0x10000:
        return b"\x82\x7e" + size.to_bytes(2, "big")
    return b"\x82\x7f" + size.to_bytes(8, "big")
