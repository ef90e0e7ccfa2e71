"""Frames on a stream: each is a 4-byte big-endian length and so many bytes."""

from collections.abc import Iterator

from casemate.protocol.errors import MalformedFrame
from casemate.protocol.limits import PEER_FRAME_BYTES
from casemate.protocol.peer import LENGTH_BYTES


def framed(body: bytes) -> bytes:
    return len(body).to_bytes(LENGTH_BYTES, "big") + body


class Unframer:
    """Puts the pieces in which frames arrive together again. Holds no more than one frame and one piece."""

    def __init__(self) -> None:
        self._pieces = bytearray()

    def feed(self, piece: bytes) -> Iterator[bytes]:
        """The bodies that are whole now, in order. Raises MalformedFrame when one says that it is too large."""
        pieces = self._pieces
        pieces += piece
        start = 0
        try:
            while len(pieces) - start >= LENGTH_BYTES:
                body = start + LENGTH_BYTES
                length = int.from_bytes(pieces[start:body], "big")
                if length > PEER_FRAME_BYTES:
                    raise MalformedFrame(f"peer frame of {length} bytes is larger than {PEER_FRAME_BYTES}")
                if len(pieces) - body < length:
                    break
                start = body + length
                yield bytes(pieces[body:start])
        finally:
            del pieces[:start]
