"""Padmé padding: lengths tell little, at a cost of at most 12 %."""

from typing import Final

from casemate.crypto.errors import EnvelopeUnreadable

SMALLEST_BYTES: Final = 160
"""Short messages are all of one length."""
_LENGTH_BYTES: Final = 4


def padme(length: int) -> int:
    """The padded length: only about the top log2(log2(length)) bits of a length stay visible."""
    if length <= SMALLEST_BYTES:
        return SMALLEST_BYTES
    exponent = length.bit_length() - 1
    hidden_bits = exponent - exponent.bit_length()
    mask = (1 << hidden_bits) - 1
    return (length + mask) & ~mask


def pad(data: bytes) -> bytes:
    """Length (u32) ‖ data ‖ zeros."""
    framed = len(data).to_bytes(_LENGTH_BYTES, "big") + data
    return framed.ljust(padme(len(framed)), b"\x00")


def unpad(padded: bytes) -> bytes:
    """Raises EnvelopeUnreadable for anything `pad` does not make."""
    length = int.from_bytes(padded[:_LENGTH_BYTES], "big")
    end = _LENGTH_BYTES + length
    if len(padded) < _LENGTH_BYTES or len(padded) != padme(end) or padded.count(0, end) != len(padded) - end:
        raise EnvelopeUnreadable("padding")
    return padded[_LENGTH_BYTES:end]
