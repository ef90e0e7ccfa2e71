"""Keys: one type for each purpose, none of which prints its bytes."""

from collections.abc import Callable
from typing import Annotated, Any, Final, NewType

import msgspec

Entropy = Callable[[int], bytes]
"""Returns so many unpredictable bytes; handed in, so that everything here is deterministic."""

KEY_BYTES: Final = 32
SIGNATURE_BYTES: Final = 64
KEM_SEED_BYTES: Final = 64
KEM_PUBLIC_BYTES: Final = 1184
KEM_CIPHERTEXT_BYTES: Final = 1088

X25519Public = NewType("X25519Public", bytes)
Ed25519Public = NewType("Ed25519Public", bytes)
KemPublic = NewType("KemPublic", bytes)
KemCiphertext = NewType("KemCiphertext", bytes)
Signature = NewType("Signature", bytes)

X25519PublicField = Annotated[X25519Public, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
Ed25519PublicField = Annotated[Ed25519Public, msgspec.Meta(min_length=KEY_BYTES, max_length=KEY_BYTES)]
KemPublicField = Annotated[KemPublic, msgspec.Meta(min_length=KEM_PUBLIC_BYTES, max_length=KEM_PUBLIC_BYTES)]
KemCiphertextField = Annotated[
    KemCiphertext, msgspec.Meta(min_length=KEM_CIPHERTEXT_BYTES, max_length=KEM_CIPHERTEXT_BYTES)
]
SignatureField = Annotated[Signature, msgspec.Meta(min_length=SIGNATURE_BYTES, max_length=SIGNATURE_BYTES)]


class Secret(msgspec.Struct, frozen=True, array_like=True):
    """Bytes that must stay here; subclasses say what they are for."""

    secret: bytes

    def __repr__(self) -> str:
        return f"{type(self).__name__}(hidden)"

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        return [("secret", "hidden")]


class Ed25519Private(Secret, frozen=True, array_like=True):
    """Signs. 32 bytes (the RFC 8032 seed)."""


class AccountPrivate(Ed25519Private, frozen=True, array_like=True):
    """Signs device lists, the account's names and its own successor, nothing else."""


class DeviceSigningPrivate(Ed25519Private, frozen=True, array_like=True):
    """Signs prekey bundles, peer requests and link proofs of one device."""


class EndpointPrivate(Ed25519Private, frozen=True, array_like=True):
    """The key under which other devices dial this one directly."""


class ServerPrivate(Ed25519Private, frozen=True, array_like=True):
    """Proves the identity of a workspace server inside the link."""


class X25519Private(Secret, frozen=True, array_like=True):
    """Agrees on secrets. 32 bytes."""


class DeviceAgreementPrivate(X25519Private, frozen=True, array_like=True):
    """The device's long-term identity in a handshake."""


class PrekeyPrivate(X25519Private, frozen=True, array_like=True):
    """The private half of a signed or one-time prekey."""


class EphemeralPrivate(X25519Private, frozen=True, array_like=True):
    """Lives for one handshake."""


class IntroductionPrivate(X25519Private, frozen=True, array_like=True):
    """Seals one line of a request, and is gone."""


class RatchetPrivate(X25519Private, frozen=True, array_like=True):
    """Lives until the peer answered."""


class KemPrivate(Secret, frozen=True, array_like=True):
    """An ML-KEM-768 private key, kept as its 64-byte seed (d ‖ z of FIPS 203)."""


class KemOffer(KemPrivate, frozen=True, array_like=True):
    """A private key whose public half has been offered, and is again until somebody answers."""

    public: KemPublic | None = None
    """Making it anew costs more than sealing six messages. States that were stored without it have none."""


class RootKey(Secret, frozen=True, array_like=True):
    """Root of one ratchet; replaced whenever a fresh secret arrives. 32 bytes."""


class ChainKey(Secret, frozen=True, array_like=True):
    """Advances with every message and yields its one-time key. 32 bytes."""


class MessageKey(Secret, frozen=True, array_like=True):
    """One ratchet's key for exactly one message. 32 bytes."""


class ControlKey(Secret, frozen=True, array_like=True):
    """Seals receipts and ephemeral events of one session, in both directions. 32 bytes."""


class BeaconKey(Secret, frozen=True, array_like=True):
    """Makes the tags by which two devices recognise each other on a local network. 32 bytes."""


class DatabaseKey(Secret, frozen=True, array_like=True):
    """Encrypts one account's database. 32 bytes."""


class InviteSecret(Secret, frozen=True, array_like=True):
    """What an invitation is worth. 16 bytes."""


class ServerPasswordKey(Secret, frozen=True, array_like=True):
    """All that a server keeps of its password. 32 bytes."""


class SignInKey(Secret, frozen=True, array_like=True):
    """Lives from one sign-in to the sign-out after it. 32 bytes."""


class MachineKey(Secret, frozen=True, array_like=True):
    """Held by the operating system; unlocks a vault on this computer only. 32 bytes."""


def fingerprint(key: bytes) -> str:
    """A public key for the eye, the same on every screen and terminal: hex in groups of four."""
    digits = key.hex()
    return " ".join(digits[start : start + 4] for start in range(0, len(digits), 4))
