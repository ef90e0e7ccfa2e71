"""For tests, vectors and simulation only: entropy and a KEM that repeat exactly."""

import hashlib

from casemate.crypto.errors import BadKeyMaterial
from casemate.crypto.kdf import equal, hkdf
from casemate.crypto.keys import (
    KEM_CIPHERTEXT_BYTES,
    KEM_PUBLIC_BYTES,
    KEM_SEED_BYTES,
    KEY_BYTES,
    Entropy,
    EphemeralPrivate,
    KemCiphertext,
    KemPrivate,
    KemPublic,
    X25519Private,
    X25519Public,
)
from casemate.crypto.primitives import x25519_public, x25519_shared


def repeatable_entropy(seed: bytes) -> Entropy:
    """The same bytes for the same seed and the same order of calls. Never for real keys."""
    drawn = 0

    def draw(length: int) -> bytes:
        nonlocal drawn
        drawn += 1
        return hashlib.shake_256(b"casemate/test-entropy/1" + drawn.to_bytes(8, "big") + seed).digest(length)

    return draw


class RepeatableKem:
    """A correct KEM with the sizes of ML-KEM-768, built from X25519 so that encapsulation repeats. Not post-quantum."""

    def __init__(self, entropy: Entropy) -> None:
        self._entropy = entropy

    def generate(self, entropy: Entropy) -> KemPrivate:
        return KemPrivate(entropy(KEM_SEED_BYTES))

    def public(self, private: KemPrivate) -> KemPublic:
        return KemPublic(_stretched(x25519_public(_scalar(private)), KEM_PUBLIC_BYTES))

    def encapsulate(self, public: KemPublic) -> tuple[bytes, KemCiphertext]:
        point = X25519Public(public[:KEY_BYTES])
        if not equal(public, _stretched(point, KEM_PUBLIC_BYTES)):
            raise BadKeyMaterial("KEM public key")
        ephemeral = EphemeralPrivate(self._entropy(KEY_BYTES))
        ciphertext = KemCiphertext(_stretched(x25519_public(ephemeral), KEM_CIPHERTEXT_BYTES))
        return _secret(x25519_shared(ephemeral, point), public, ciphertext), ciphertext

    def decapsulate(self, private: KemPrivate, ciphertext: KemCiphertext) -> bytes:
        if len(ciphertext) != KEM_CIPHERTEXT_BYTES:
            raise BadKeyMaterial("KEM ciphertext")
        shared = x25519_shared(_scalar(private), X25519Public(ciphertext[:KEY_BYTES]))
        return _secret(shared, self.public(private), ciphertext)


def _scalar(private: KemPrivate) -> X25519Private:
    if len(private.secret) != KEM_SEED_BYTES:
        raise BadKeyMaterial("KEM seed")
    return X25519Private(private.secret[:KEY_BYTES])


def _stretched(point: bytes, length: int) -> bytes:
    return point + hashlib.shake_256(b"casemate/test-kem/1" + point).digest(length - len(point))


def _secret(shared: bytes, public: bytes, ciphertext: bytes) -> bytes:
    return hkdf(public, shared, b"casemate/test-kem/1" + ciphertext, KEY_BYTES)
