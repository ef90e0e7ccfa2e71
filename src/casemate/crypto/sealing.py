"""Sealing under a key that is derived for one use: repeating a state never repeats a key with its nonce."""

from typing import Final

from casemate.crypto.kdf import hkdf_expand
from casemate.crypto.primitives import AEAD_KEY_BYTES, NONCE_BYTES, Aead, aead_decrypt, aead_encrypt

RANDOM_BYTES: Final = 16


def seal_once(aead: Aead, key: bytes, label: bytes, random: bytes, plaintext: bytes, ad: bytes) -> bytes:
    """AEAD key ‖ nonce = HKDF-Expand(key, label ‖ 16 random bytes); returns ciphertext ‖ tag."""
    derived = hkdf_expand(key, label + random, AEAD_KEY_BYTES + NONCE_BYTES)
    return aead_encrypt(aead, derived[:AEAD_KEY_BYTES], derived[AEAD_KEY_BYTES:], plaintext, ad)


def open_once(aead: Aead, key: bytes, label: bytes, random: bytes, ciphertext: bytes, ad: bytes) -> bytes:
    """The plaintext. Raises EnvelopeUnreadable."""
    derived = hkdf_expand(key, label + random, AEAD_KEY_BYTES + NONCE_BYTES)
    return aead_decrypt(aead, derived[:AEAD_KEY_BYTES], derived[AEAD_KEY_BYTES:], ciphertext, ad)
