"""Hashes and key derivation: SHA3-256, HMAC-SHA256, HKDF-SHA256 (RFC 5869) and comparison in constant time."""

import hashlib
import hmac
from hashlib import sha256
from typing import Final

HASH_BYTES: Final = 32
_NO_SALT: Final = bytes(HASH_BYTES)
_BLOCK_BYTES: Final = 64
"""Of SHA-256."""
_INNER: Final = bytes(byte ^ 0x36 for byte in range(256))
_OUTER: Final = bytes(byte ^ 0x5C for byte in range(256))


def sha3_256(label: bytes, *parts: bytes) -> bytes:
    """SHA3-256 over label ‖ parts. The label keeps uses apart; parts are of fixed length or framed by the caller."""
    digest = hashlib.sha3_256(label)
    for part in parts:
        digest.update(part)
    return digest.digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256 (RFC 2104), 32 bytes.

    Spelled out for keys that fit a block, as all in the ratchets do: the library's takes half as long again, most of
    it to look up by name what it shall do, and every message needs seven of them on either side.
    """
    if len(key) > _BLOCK_BYTES:
        return hmac.digest(key, message, "sha256")
    block = key.ljust(_BLOCK_BYTES, b"\0")
    return sha256(block.translate(_OUTER) + sha256(block.translate(_INNER) + message).digest()).digest()


def hkdf_extract(salt: bytes, input_key: bytes) -> bytes:
    """HKDF-Extract: 32 bytes that are uniform if the input is secret."""
    return hmac_sha256(salt or _NO_SALT, input_key)


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand to at most 8160 bytes."""
    block = output = hmac_sha256(key, info + b"\x01")
    counter = 2
    while len(output) < length:
        block = hmac_sha256(key, block + info + bytes((counter,)))
        output += block
        counter += 1
    return output[:length]


def hkdf(salt: bytes, input_key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Extract, then HKDF-Expand."""
    return hkdf_expand(hkdf_extract(salt, input_key), info, length)


def equal(left: bytes, right: bytes) -> bool:
    """Compare without telling by time where they differ."""
    return hmac.compare_digest(left, right)
