"""Hashes and key derivation: SHA3-256, HMAC-SHA256, HKDF-SHA256 (RFC 5869) and comparison in constant time."""

import hashlib
import hmac
from typing import Final

HASH_BYTES: Final = 32
_NO_SALT: Final = bytes(HASH_BYTES)


def sha3_256(label: bytes, *parts: bytes) -> bytes:
    """SHA3-256 over label ‖ parts. The label keeps uses apart; parts are of fixed length or framed by the caller."""
    digest = hashlib.sha3_256(label)
    for part in parts:
        digest.update(part)
    return digest.digest()


def hmac_sha256(key: bytes, message: bytes) -> bytes:
    """HMAC-SHA256, 32 bytes."""
    return hmac.digest(key, message, "sha256")


def hkdf_extract(salt: bytes, input_key: bytes) -> bytes:
    """HKDF-Extract: 32 bytes that are uniform if the input is secret."""
    return hmac.digest(salt or _NO_SALT, input_key, "sha256")


def hkdf_expand(key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Expand to at most 8160 bytes."""
    block = output = hmac.digest(key, info + b"\x01", "sha256")
    counter = 2
    while len(output) < length:
        block = hmac.digest(key, block + info + bytes((counter,)), "sha256")
        output += block
        counter += 1
    return output[:length]


def hkdf(salt: bytes, input_key: bytes, info: bytes, length: int) -> bytes:
    """HKDF-Extract, then HKDF-Expand."""
    return hkdf_expand(hkdf_extract(salt, input_key), info, length)


def equal(left: bytes, right: bytes) -> bool:
    """Compare without telling by time where they differ."""
    return hmac.compare_digest(left, right)
