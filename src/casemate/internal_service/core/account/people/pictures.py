"""What counts as somebody's picture. Nothing here decodes one: browsers do, and what they get is bounded by this."""

from typing import Final

from casemate.crypto import labels
from casemate.crypto.kdf import sha3_256
from casemate.protocol.limits import PICTURE_BYTES, PICTURE_PIXELS

_BEGIN: Final = b"\xff\xd8"
_END: Final = b"\xff\xd9"
_FRAME: Final = 0xC0
"""Of a baseline picture. One that comes in ever finer passes can keep a browser busy for long."""
_SCAN: Final = 0xDA
_TABLES: Final = frozenset({0xDB, 0xC4, 0xDD})
_JFIF: Final = 0xE0
_HEAD_BYTES: Final = 4


def picture_hash(salt: bytes, picture: bytes) -> bytes:
    """What an account signs beside its names. With the salt, which travels sealed, nobody else can tell which picture
    it is, nor who has the same."""
    return sha3_256(labels.PICTURE, salt, picture)


def is_picture(data: bytes) -> bool:
    """Whether this is a small JPEG, and its head holds nothing but what it takes to draw it: no place, no date, no
    device, no colours of another kind."""
    if len(data) > PICTURE_BYTES or not data.startswith(_BEGIN) or not data.endswith(_END):
        return False
    at, frames = len(_BEGIN), 0
    while at + _HEAD_BYTES <= len(data) and data[at] == _END[0]:
        marker, size = data[at + 1], int.from_bytes(data[at + 2 : at + _HEAD_BYTES])
        segment = data[at + _HEAD_BYTES : at + 2 + size]
        if marker == _SCAN:
            return frames == 1
        if marker == _FRAME:
            frames += 1
            if not _fits(segment):
                return False
        elif marker not in _TABLES and not (marker == _JFIF and segment.startswith(b"JFIF\0")):
            return False
        at += 2 + max(size, 2)
    return False


def _fits(frame: bytes) -> bool:
    """Bits of a sample, height, width."""
    height, width = int.from_bytes(frame[1:3]), int.from_bytes(frame[3:5])
    return 0 < height <= PICTURE_PIXELS and 0 < width <= PICTURE_PIXELS
