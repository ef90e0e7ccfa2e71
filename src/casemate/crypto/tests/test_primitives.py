"""The library behaves as we rely on, and hostile keys are refused."""

import hashlib
import hmac as standard_hmac

import pytest

from casemate.crypto.errors import BadKeyMaterial, BadSignature, EnvelopeUnreadable
from casemate.crypto.kdf import equal, hkdf, hkdf_expand, hmac_sha256, sha3_256
from casemate.crypto.keys import Ed25519Private, Ed25519Public, X25519Private, X25519Public
from casemate.crypto.primitives import (
    Aead,
    aead_decrypt,
    aead_encrypt,
    argon2id,
    check_ed25519_public,
    check_x25519_public,
    ed25519_public,
    ed25519_sign,
    ed25519_verify,
    x25519_public,
    x25519_shared,
)

PRIME = 2**255 - 19
LOW_ORDER_X25519 = [
    "0000000000000000000000000000000000000000000000000000000000000000",
    "0100000000000000000000000000000000000000000000000000000000000000",
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
]


@pytest.mark.parametrize("encoding", LOW_ORDER_X25519)
def test_low_order_x25519_keys_are_refused(encoding: str) -> None:
    point = X25519Public(bytes.fromhex(encoding))
    with pytest.raises(BadKeyMaterial):
        check_x25519_public(point)
    with pytest.raises(BadKeyMaterial):
        x25519_shared(X25519Private(b"k" * 32), point)


@pytest.mark.parametrize("length", [0, 31, 33])
def test_x25519_keys_of_another_length_are_refused(length: int) -> None:
    with pytest.raises(BadKeyMaterial):
        check_x25519_public(X25519Public(b"\x09" * length))
    with pytest.raises(BadKeyMaterial):
        x25519_public(X25519Private(b"\x09" * length))


def test_x25519_agrees_with_rfc_7748() -> None:
    scalar = bytes.fromhex("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4")
    point = bytes.fromhex("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")
    expected = "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552"
    assert x25519_shared(X25519Private(scalar), X25519Public(point)).hex() == expected


def torsion_encodings() -> list[bytes]:
    """All y-coordinates of points whose order divides 8, computed here from the curve's equation."""
    d = -121665 * pow(121666, -1, PRIME) % PRIME

    def add(p: tuple[int, int], q: tuple[int, int]) -> tuple[int, int]:
        (x1, y1), (x2, y2) = p, q
        product = d * x1 * x2 * y1 * y2
        x = (x1 * y2 + x2 * y1) * pow(1 + product, -1, PRIME) % PRIME
        y = (y1 * y2 + x1 * x2) * pow(1 - product, -1, PRIME) % PRIME
        return x, y

    def times(scalar: int, p: tuple[int, int]) -> tuple[int, int]:
        result = (0, 1)
        while scalar:
            if scalar & 1:
                result = add(result, p)
            p, scalar = add(p, p), scalar >> 1
        return result

    def square_root(value: int) -> int | None:
        root = pow(value, (PRIME + 3) // 8, PRIME)
        for candidate in (root, root * pow(2, (PRIME - 1) // 4, PRIME) % PRIME):
            if candidate * candidate % PRIME == value % PRIME:
                return candidate
        return None

    order = 2**252 + 27742317777372353535851937790883648493
    found: set[int] = set()
    for y in range(2, 60):
        x = square_root((y * y - 1) * pow(d * y * y + 1, -1, PRIME) % PRIME)
        if x is not None:
            small = times(order, (x, y))
            found.update(times(multiple, small)[1] for multiple in range(8))
    return [y.to_bytes(32, "little") for y in found]


def test_every_ed25519_point_of_low_order_is_refused() -> None:
    encodings = torsion_encodings()
    assert len(encodings) == 5
    for encoding in encodings:
        for sign in (0, 0x80):
            with pytest.raises(BadKeyMaterial):
                check_ed25519_public(Ed25519Public(encoding[:31] + bytes((encoding[31] | sign,))))


def test_non_canonical_ed25519_points_of_low_order_are_refused() -> None:
    for y in (PRIME, PRIME + 1):
        with pytest.raises(BadKeyMaterial):
            check_ed25519_public(Ed25519Public(y.to_bytes(32, "little")))


def test_nothing_is_signed_under_a_key_for_which_anybody_can_sign() -> None:
    """Under the neutral point, R = neutral and S = 0 is a signature of every message; the library accepts it."""
    neutral = Ed25519Public((1).to_bytes(32, "little"))
    with pytest.raises(BadKeyMaterial):
        ed25519_verify(neutral, b"label", b"message", neutral + bytes(32))


def test_a_signature_holds_for_its_key_label_and_message_only() -> None:
    private, stranger = Ed25519Private(b"a" * 32), Ed25519Private(b"b" * 32)
    signature = ed25519_sign(private, b"label", b"message")
    ed25519_verify(ed25519_public(private), b"label", b"message", signature)
    for public, label, message, candidate in [
        (ed25519_public(stranger), b"label", b"message", signature),
        (ed25519_public(private), b"other", b"message", signature),
        (ed25519_public(private), b"label", b"massage", signature),
        (ed25519_public(private), b"label", b"message", bytes(64)),
        (ed25519_public(private), b"label", b"message", b""),
    ]:
        with pytest.raises(BadSignature):
            ed25519_verify(public, label, message, candidate)


@pytest.mark.parametrize("aead", list(Aead))
def test_both_aeads_open_only_what_was_sealed(aead: Aead) -> None:
    key, nonce = b"k" * 32, b"n" * 12
    sealed = aead_encrypt(aead, key, nonce, b"text", b"ad")
    assert len(sealed) == 4 + 16
    assert aead_decrypt(aead, key, nonce, sealed, b"ad") == b"text"
    for changed in (sealed[:-1], sealed[:5], b"", bytes((sealed[0] ^ 1,)) + sealed[1:]):
        with pytest.raises(EnvelopeUnreadable):
            aead_decrypt(aead, key, nonce, changed, b"ad")
    with pytest.raises(EnvelopeUnreadable):
        aead_decrypt(aead, key, nonce, sealed, b"da")


def test_hkdf_agrees_with_rfc_5869() -> None:
    output = hkdf(bytes.fromhex("000102030405060708090a0b0c"), b"\x0b" * 22, bytes.fromhex("f0f1f2f3f4f5f6f7f8f9"), 42)
    assert output.hex() == "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"
    without_salt = hkdf(b"", b"\x0b" * 22, b"", 42)
    assert without_salt.hex() == (
        "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"
    )
    assert hkdf_expand(b"k" * 32, b"info", 100)[:32] == hkdf_expand(b"k" * 32, b"info", 32)


def test_hashes_are_the_standard_ones() -> None:
    assert hmac_sha256(b"key", b"message") == standard_hmac.new(b"key", b"message", hashlib.sha256).digest()
    assert sha3_256(b"a", b"b", b"c") == hashlib.sha3_256(b"abc").digest()
    assert equal(b"same", b"same")
    assert not equal(b"same", b"sane")


def test_argon2id_agrees_with_another_program() -> None:
    tag = argon2id(b"password", b"somesalt", memory_kib=65536, passes=2, lanes=1, length=32)
    assert tag.hex() == "09316115d5cf24ed5a15a31a3ba326e5cf32edc24702987c02b6566f61913cf7"
