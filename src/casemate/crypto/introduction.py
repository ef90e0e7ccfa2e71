"""Introductions: the line that goes with a request to register, sealed to the device of whoever is asked.

The two have no session yet, so it is a one-time key of the asker with the long-term key that the other's device list
certifies. The request around it is signed by the asker.
"""

from typing import Annotated, Final, NamedTuple

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import decode, decoder_of, encode
from casemate.crypto.errors import BadKeyMaterial, EnvelopeUnreadable
from casemate.crypto.identity import DeviceEntry, OwnDevice
from casemate.crypto.kdf import hkdf
from casemate.crypto.keys import KEY_BYTES, Entropy, IntroductionPrivate, X25519Public, X25519PublicField
from casemate.crypto.primitives import (
    AEAD_KEY_BYTES,
    NONCE_BYTES,
    Aead,
    aead_decrypt,
    aead_encrypt,
    x25519_public,
    x25519_shared,
)
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import INTRODUCTION_BYTES

_TAG_BYTES: Final = 16
_FILL: Final = b"\x00"
"""No line holds one, and every line is sealed in the same length."""
_SEALED_BYTES: Final = INTRODUCTION_BYTES + _TAG_BYTES
_MOST_BYTES: Final = 1024


class AskedRoute(NamedTuple):
    """Whose request it goes with: in another one it cannot be opened."""

    asker: AccountId
    asked: AccountId


class _SealedIntroduction(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    key: X25519PublicField
    """Made for this line alone."""
    sealed: Annotated[bytes, msgspec.Meta(min_length=_SEALED_BYTES, max_length=_SEALED_BYTES)]


class _Context(msgspec.Struct, frozen=True, array_like=True):
    asker: AccountId
    asked: AccountId
    key: X25519Public
    device_key: X25519Public


def seal_introduction(line: str, route: AskedRoute, device: DeviceEntry, entropy: Entropy) -> bytes:
    """A line that fits, for one device of the account that is asked."""
    private = IntroductionPrivate(entropy(KEY_BYTES))
    key = x25519_public(private)
    context = encode(_Context(route.asker, route.asked, key, device.agreement_key))
    secret = _secret(x25519_shared(private, device.agreement_key), context)
    plaintext = line.encode().ljust(INTRODUCTION_BYTES, _FILL)
    sealed = aead_encrypt(Aead.CHACHA20_POLY1305, secret[:AEAD_KEY_BYTES], secret[AEAD_KEY_BYTES:], plaintext, context)
    return encode(_SealedIntroduction(key, sealed))


def open_introduction(data: bytes, route: AskedRoute, device: OwnDevice) -> str:
    """What they wrote, as they wrote it. Raises EnvelopeUnreadable."""
    written = decode(_sealed, data, _MOST_BYTES, EnvelopeUnreadable)
    context = encode(_Context(route.asker, route.asked, written.key, device.entry.agreement_key))
    try:
        secret = _secret(x25519_shared(device.agreement, written.key), context)
    except BadKeyMaterial as error:
        raise EnvelopeUnreadable("introduction") from error
    plaintext = aead_decrypt(
        Aead.CHACHA20_POLY1305, secret[:AEAD_KEY_BYTES], secret[AEAD_KEY_BYTES:], written.sealed, context
    )
    try:
        return plaintext.rstrip(_FILL).decode()
    except UnicodeDecodeError as error:
        raise EnvelopeUnreadable("introduction") from error


def _secret(shared: bytes, context: bytes) -> bytes:
    """AEAD key ‖ nonce, for one use: the asker's key is."""
    return hkdf(b"", shared, labels.INTRODUCTION + context, AEAD_KEY_BYTES + NONCE_BYTES)


_sealed: Final = decoder_of(_SealedIntroduction)
