"""Unsigned 64-bit numbers in SQLite, whose integers are signed: 8 bytes, big-endian, so that they sort like numbers."""


def u64_to_blob(number: int) -> bytes:
    """Raises `OverflowError` for a number that is negative or too large."""
    return number.to_bytes(8, "big")


def u64_from_blob(blob: bytes) -> int:
    if len(blob) != 8:
        raise ValueError("a u64 has 8 bytes")
    return int.from_bytes(blob, "big")
