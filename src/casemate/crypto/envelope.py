"""Envelopes: a message as it travels, openable by one device only and bound to its route and number."""

import struct
from typing import Final

import msgspec

from casemate.crypto.errors import EnvelopeUnreadable, UnknownVersion
from casemate.crypto.handshake import INITIAL_HEADER_BYTES
from casemate.crypto.kem import Kem
from casemate.crypto.keys import Entropy
from casemate.crypto.prekeys import ENVELOPE_VERSIONS
from casemate.crypto.ratchet import decrypt, encrypt
from casemate.crypto.session import Session, SessionId
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import ENVELOPE_BYTES

KIND_MESSAGE: Final = 1
START_BYTES: Final = 8
_PREFIX: Final = struct.Struct(">BB16s16s16sQ8sQH")
"""Version, kind, sender device, recipient device, session, number, its origin, bytes of initial header. 76 bytes."""
_LAST_NUMBER: Final = 2**63 - 1


class Origin(msgspec.Struct, frozen=True):
    """Which start of the sending device gave out a number, whenever its message is sealed, and since which number."""

    start: bytes
    """8 bytes, drawn at random by each start."""
    since: int


UNKNOWN_ORIGIN: Final = Origin(bytes(START_BYTES), 0)


class EnvelopeHeader(msgspec.Struct, frozen=True):
    """What can be read of an envelope without a key; nothing of it is proven before the envelope opens."""

    version: int
    sender: DeviceId
    recipient: DeviceId
    session_id: SessionId
    number: int
    origin: Origin
    initial_header: bytes | None
    length: int


def read_envelope(data: bytes) -> EnvelopeHeader:
    """Raises UnknownVersion or EnvelopeUnreadable."""
    if len(data) > ENVELOPE_BYTES or len(data) < _PREFIX.size:
        raise EnvelopeUnreadable("size")
    version, kind, sender, recipient, session_id, number, start, since, initial_bytes = _PREFIX.unpack_from(data)
    _check_version(version)
    length = _PREFIX.size + initial_bytes
    if (
        kind != KIND_MESSAGE
        or max(number, since) > _LAST_NUMBER
        or initial_bytes > INITIAL_HEADER_BYTES
        or length > len(data)
    ):
        raise EnvelopeUnreadable("malformed")
    initial = data[_PREFIX.size : length] or None
    return EnvelopeHeader(
        version,
        DeviceId(sender),
        DeviceId(recipient),
        SessionId(session_id),
        number,
        Origin(start, since),
        initial,
        length,
    )


def seal(
    session: Session, number: int, origin: Origin, content: bytes, entropy: Entropy, kem: Kem
) -> tuple[Session, bytes]:
    """The session after this message, and its envelope.

    `number` counts the envelopes from this device to that one, whatever the
    session. Raises ValueError when the envelope would be too large or the
    session cannot send yet, SessionExhausted at the end of a counter.
    """
    initial = session.initial_header or b""
    prefix = _PREFIX.pack(
        session.version,
        KIND_MESSAGE,
        session.own_device,
        session.peer_device,
        session.session_id,
        number,
        origin.start,
        origin.since,
        len(initial),
    )
    prefix += initial
    ratchet, message = encrypt(session.ratchet, content, session.transcript + prefix, entropy, kem)
    if len(prefix) + len(message) > ENVELOPE_BYTES:
        raise ValueError("content too large")
    return session.after(ratchet, session.initial_header), prefix + message


def open_envelope(session: Session, data: bytes, kem: Kem) -> tuple[Session, int, bytes]:
    """The session after this message, the envelope's number, and its content.

    Raises EnvelopeUnreadable (AlreadyOpened and TooFarAhead among them) or
    BadKeyMaterial; the session given stays as good as it was.
    """
    header = read_envelope(data)
    if (header.version, header.sender, header.recipient, header.session_id) != (
        session.version,
        session.peer_device,
        session.own_device,
        session.session_id,
    ):
        raise EnvelopeUnreadable("another session")
    prefix, message = data[: header.length], data[header.length :]
    ratchet, content = decrypt(session.ratchet, message, session.transcript + prefix, kem)
    return session.after(ratchet, None), header.number, content


def _check_version(version: int) -> None:
    lowest, highest = ENVELOPE_VERSIONS
    if version > highest:
        raise UnknownVersion("recipient")
    if version < lowest:
        raise UnknownVersion("sender")
