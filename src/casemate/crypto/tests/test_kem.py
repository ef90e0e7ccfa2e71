"""Every KEM behind the port is correct, keeps its sizes and refuses hostile keys."""

import pytest

from casemate.crypto.errors import BadKeyMaterial
from casemate.crypto.kem import Kem, MlKem768
from casemate.crypto.keys import KemCiphertext, KemPrivate, KemPublic
from casemate.crypto.testing import RepeatableKem, repeatable_entropy


@pytest.fixture(params=["ml-kem-768", "repeatable"])
def kem(request: pytest.FixtureRequest) -> Kem:
    return MlKem768() if request.param == "ml-kem-768" else RepeatableKem(repeatable_entropy(b"kem"))


def test_both_sides_find_the_same_secret(kem: Kem) -> None:
    private = kem.generate(repeatable_entropy(b"seed"))
    public = kem.public(private)
    secret, ciphertext = kem.encapsulate(public)
    assert (len(private.secret), len(public), len(ciphertext), len(secret)) == (64, 1184, 1088, 32)
    assert kem.decapsulate(private, ciphertext) == secret
    assert kem.encapsulate(public)[0] != secret


def test_a_key_is_its_seed(kem: Kem) -> None:
    private = kem.generate(repeatable_entropy(b"seed"))
    secret, ciphertext = kem.encapsulate(kem.public(KemPrivate(bytes(private.secret))))
    assert kem.decapsulate(private, ciphertext) == secret


def test_a_foreign_ciphertext_yields_an_unrelated_secret(kem: Kem) -> None:
    entropy = repeatable_entropy(b"seed")
    private, stranger = kem.generate(entropy), kem.generate(entropy)
    secret, ciphertext = kem.encapsulate(kem.public(private))
    assert kem.decapsulate(stranger, ciphertext) != secret
    changed = KemCiphertext(ciphertext[:-1] + bytes((ciphertext[-1] ^ 1,)))
    assert kem.decapsulate(private, changed) != secret


@pytest.mark.parametrize("public", [b"", b"\x01" * 1183, b"\x01" * 1185, b"\xff" * 1184])
def test_malformed_public_keys_are_refused(kem: Kem, public: bytes) -> None:
    with pytest.raises(BadKeyMaterial):
        kem.encapsulate(KemPublic(public))


@pytest.mark.parametrize("length", [0, 1087, 1089])
def test_ciphertexts_of_another_length_are_refused(kem: Kem, length: int) -> None:
    with pytest.raises(BadKeyMaterial):
        kem.decapsulate(kem.generate(repeatable_entropy(b"seed")), KemCiphertext(bytes(length)))


def test_seeds_of_another_length_are_refused(kem: Kem) -> None:
    with pytest.raises(BadKeyMaterial):
        kem.public(KemPrivate(bytes(63)))


def test_the_repeatable_kem_repeats() -> None:
    first, second = (RepeatableKem(repeatable_entropy(b"same")) for _ in range(2))
    public = first.public(first.generate(repeatable_entropy(b"seed")))
    assert first.encapsulate(public) == second.encapsulate(public)
