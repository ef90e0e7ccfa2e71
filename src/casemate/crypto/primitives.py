"""The one file here that touches the cryptographic library: X25519, Ed25519, ML-KEM-768, two AEADs and Argon2id."""

from collections.abc import Callable
from enum import IntEnum
from typing import Final

from cryptography.exceptions import InvalidSignature, InvalidTag
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.mlkem import MLKEM768PrivateKey, MLKEM768PublicKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM, ChaCha20Poly1305
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from casemate.crypto.errors import BadKeyMaterial, BadSignature, EnvelopeUnreadable
from casemate.crypto.keys import (
    KEY_BYTES,
    Ed25519Private,
    Ed25519Public,
    KemCiphertext,
    KemPrivate,
    KemPublic,
    Signature,
    X25519Private,
    X25519Public,
)

AEAD_KEY_BYTES: Final = 32
NONCE_BYTES: Final = 12
TAG_BYTES: Final = 16


class Aead(IntEnum):
    """The authenticated ciphers a session may choose. Both: 32-byte key, 12-byte nonce, 16-byte tag."""

    AES_256_GCM = 1
    CHACHA20_POLY1305 = 2


def x25519_public(private: X25519Private) -> X25519Public:
    """The public half of an X25519 key."""
    return X25519Public(_load_x25519(private).public_key().public_bytes_raw())


def x25519_shared(private: X25519Private, public: X25519Public) -> bytes:
    """The Diffie-Hellman secret, 32 bytes. Raises BadKeyMaterial for points of low order, too."""
    try:
        return _load_x25519(private).exchange(X25519PublicKey.from_public_bytes(public))
    except ValueError as error:
        raise BadKeyMaterial("X25519 public key") from error


def check_x25519_public(public: X25519Public) -> None:
    """Raises BadKeyMaterial unless an agreement with this key yields a secret."""
    x25519_shared(_ANY_SCALAR, public)


def ed25519_public(private: Ed25519Private) -> Ed25519Public:
    """The public half of an Ed25519 key."""
    return Ed25519Public(_load_ed25519(private).public_key().public_bytes_raw())


def ed25519_sign(private: Ed25519Private, label: bytes, message: bytes) -> Signature:
    """Sign label ‖ message. No label is the beginning of another, so no signature serves two purposes."""
    return Signature(_load_ed25519(private).sign(label + message))


def ed25519_verify(public: Ed25519Public, label: bytes, message: bytes, signature: bytes) -> None:
    """Raises BadSignature, or BadKeyMaterial for a key under which signatures mean nothing."""
    check_ed25519_public(public)
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, label + message)
    except ValueError as error:
        raise BadKeyMaterial("Ed25519 public key") from error
    except InvalidSignature as error:
        raise BadSignature(label.decode("ascii", "replace")) from error


def check_ed25519_public(public: Ed25519Public) -> None:
    """Raises BadKeyMaterial for a wrong length or a point of low order."""
    if len(public) != KEY_BYTES or public[:31] + bytes((public[31] & 0x7F,)) in _ED25519_LOW_ORDER:
        raise BadKeyMaterial("Ed25519 public key")


def mlkem_public(private: KemPrivate) -> KemPublic:
    """The ML-KEM-768 encapsulation key, 1184 bytes."""
    return KemPublic(_load_mlkem(private).public_key().public_bytes_raw())


def mlkem_encapsulate(public: KemPublic) -> tuple[bytes, KemCiphertext]:
    """A fresh 32-byte secret and its 1088-byte ciphertext. Draws its own entropy; raises BadKeyMaterial."""
    try:
        secret, ciphertext = MLKEM768PublicKey.from_public_bytes(public).encapsulate()
    except ValueError as error:
        raise BadKeyMaterial("ML-KEM-768 public key") from error
    return secret, KemCiphertext(ciphertext)


def mlkem_decapsulate(private: KemPrivate, ciphertext: KemCiphertext) -> bytes:
    """The 32-byte secret; for a ciphertext not made for this key, an unrelated one (implicit rejection)."""
    try:
        return _load_mlkem(private).decapsulate(ciphertext)
    except ValueError as error:
        raise BadKeyMaterial("ML-KEM-768 ciphertext") from error


def aead_encrypt(aead: Aead, key: bytes, nonce: bytes, plaintext: bytes, ad: bytes) -> bytes:
    """Ciphertext ‖ 16-byte tag."""
    return _CIPHERS[aead](key).encrypt(nonce, plaintext, ad)


def aead_decrypt(aead: Aead, key: bytes, nonce: bytes, ciphertext: bytes, ad: bytes) -> bytes:
    """The plaintext. Raises EnvelopeUnreadable."""
    try:
        return _CIPHERS[aead](key).decrypt(nonce, ciphertext, ad)
    except InvalidTag as error:
        raise EnvelopeUnreadable("not sealed with this key") from error


def argon2id(password: bytes, salt: bytes, *, memory_kib: int, passes: int, lanes: int, length: int) -> bytes:
    """Argon2id (RFC 9106)."""
    kdf = Argon2id(salt=salt, length=length, iterations=passes, lanes=lanes, memory_cost=memory_kib)
    return kdf.derive(password)


def _load_x25519(private: X25519Private) -> X25519PrivateKey:
    try:
        return X25519PrivateKey.from_private_bytes(private.secret)
    except ValueError as error:
        raise BadKeyMaterial("X25519 private key") from error


def _load_ed25519(private: Ed25519Private) -> Ed25519PrivateKey:
    try:
        return Ed25519PrivateKey.from_private_bytes(private.secret)
    except ValueError as error:
        raise BadKeyMaterial("Ed25519 private key") from error


def _load_mlkem(private: KemPrivate) -> MLKEM768PrivateKey:
    try:
        return MLKEM768PrivateKey.from_seed_bytes(private.secret)
    except ValueError as error:
        raise BadKeyMaterial("ML-KEM-768 seed") from error


_CIPHERS: Final[dict[Aead, Callable[[bytes], AESGCM | ChaCha20Poly1305]]] = {
    Aead.AES_256_GCM: AESGCM,
    Aead.CHACHA20_POLY1305: ChaCha20Poly1305,
}
_ANY_SCALAR: Final = X25519Private(b"\x08" + bytes(30) + b"\x40")

# y-coordinates of the eight points of low order, the two non-canonical spellings included, sign bit cleared.
# A signature under such a key can be made by anybody, and the library accepts it.
_ED25519_LOW_ORDER: Final = frozenset(
    bytes.fromhex(encoding)
    for encoding in (
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    )
)
