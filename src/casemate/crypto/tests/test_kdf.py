"""Our spelling of HMAC-SHA256 against the standard library's, and against RFC 4231."""

import hmac

import pytest

from casemate.crypto.kdf import hkdf, hmac_sha256


@pytest.mark.parametrize("key_bytes", [0, 1, 31, 32, 63, 64, 65, 131, 1184])
@pytest.mark.parametrize("message_bytes", [0, 1, 55, 56, 64, 4096])
def test_it_is_the_standard_librarys(key_bytes: int, message_bytes: int) -> None:
    key, message = bytes(range(256)) * 5, b"m" * message_bytes
    assert hmac_sha256(key[:key_bytes], message) == hmac.digest(key[:key_bytes], message, "sha256")


@pytest.mark.parametrize(
    ("key", "message", "expected"),
    [
        (b"\x0b" * 20, b"Hi There", "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7"),
        (b"Jefe", b"what do ya want for nothing?", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
    ],
)
def test_it_is_that_of_the_rfc(key: bytes, message: bytes, expected: str) -> None:
    assert hmac_sha256(key, message).hex() == expected


def test_hkdf_is_that_of_its_rfc() -> None:
    """RFC 5869, A.1: more than one block, with a salt."""
    key = hkdf(bytes(range(13)), b"\x0b" * 22, bytes(range(0xF0, 0xFA)), 42)
    assert key.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
