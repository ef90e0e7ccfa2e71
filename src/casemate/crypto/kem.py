"""The key encapsulation port, and ML-KEM-768 behind it."""

from typing import Protocol

from casemate.crypto.keys import KEM_SEED_BYTES, Entropy, KemCiphertext, KemPrivate, KemPublic
from casemate.crypto.primitives import mlkem_decapsulate, mlkem_encapsulate, mlkem_public


class Kem(Protocol):
    """A KEM with the sizes of ML-KEM-768: 64-byte seed, 1184-byte public key, 1088-byte ciphertext, 32-byte secret."""

    def generate(self, entropy: Entropy) -> KemPrivate:
        """A fresh private key, kept as its seed."""
        ...

    def public(self, private: KemPrivate) -> KemPublic:
        """The public key of a seed."""
        ...

    def encapsulate(self, public: KemPublic) -> tuple[bytes, KemCiphertext]:
        """A fresh secret and what lets the key's owner find it. Raises BadKeyMaterial."""
        ...

    def decapsulate(self, private: KemPrivate, ciphertext: KemCiphertext) -> bytes:
        """The secret, or an unrelated one for a foreign ciphertext. Raises BadKeyMaterial for a wrong length."""
        ...


class MlKem768:
    """ML-KEM-768 (FIPS 203). Encapsulation draws entropy inside the library: it takes none from the caller."""

    def generate(self, entropy: Entropy) -> KemPrivate:
        return KemPrivate(entropy(KEM_SEED_BYTES))

    def public(self, private: KemPrivate) -> KemPublic:
        return mlkem_public(private)

    def encapsulate(self, public: KemPublic) -> tuple[bytes, KemCiphertext]:
        return mlkem_encapsulate(public)

    def decapsulate(self, private: KemPrivate, ciphertext: KemCiphertext) -> bytes:
        return mlkem_decapsulate(private, ciphertext)
