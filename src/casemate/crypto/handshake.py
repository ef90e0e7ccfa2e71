"""PQXDH (Signal, Revision 3): two devices agree on a secret that covers who they are and all they were offered."""

from typing import Final

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import decode, decoder_of, encode
from casemate.crypto.errors import HandshakeRefused
from casemate.crypto.identity import AccountIdField, DeviceEntry, DeviceIdField, DeviceList, OwnDevice
from casemate.crypto.kdf import hkdf, sha3_256
from casemate.crypto.kem import Kem
from casemate.crypto.keys import (
    KEY_BYTES,
    Ed25519Public,
    Ed25519PublicField,
    Entropy,
    EphemeralPrivate,
    KemCiphertextField,
    Secret,
    X25519Public,
    X25519PublicField,
)
from casemate.crypto.prekeys import ENVELOPE_VERSIONS, BundleIdField, PrekeyBundle, PrekeySecrets, Version, VersionRange
from casemate.crypto.primitives import Aead, x25519_public, x25519_shared
from casemate.protocol.ids import AccountId
from casemate.protocol.versions import NoCommonVersion, highest_common

INITIAL_HEADER_BYTES: Final = 2048
"""The most an initial header may take; a real one has about 1310 bytes."""
_DISTINCT: Final = b"\xff" * KEY_BYTES
"""PQXDH's F for X25519: keeps the input apart from any encoded point."""


class InitialHeader(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """What the initiator sends with every message until it has read a reply."""

    version: Version
    versions: VersionRange
    aead: Aead
    account_id: AccountIdField
    account_key: Ed25519PublicField
    device_id: DeviceIdField
    bundle_id: BundleIdField
    ephemeral: X25519PublicField
    kem_ciphertext: KemCiphertextField


class SharedSecret(Secret, frozen=True, array_like=True):
    """The outcome of a handshake, 32 bytes; expanded by the session, never used itself."""


class KeyAgreement(msgspec.Struct, frozen=True):
    """What both roles hold after a handshake. `transcript` is the associated data of the whole session."""

    version: int
    aead: Aead
    secret: SharedSecret
    transcript: bytes
    initial_header: bytes
    signed_prekey: X25519Public
    peer: DeviceEntry


def initiate(
    device: OwnDevice,
    account_id: AccountId,
    account_key: Ed25519Public,
    peer: DeviceList,
    bundle: PrekeyBundle,
    aead: Aead,
    entropy: Entropy,
    kem: Kem,
) -> KeyAgreement:
    """Agree with the device of a verified bundle.

    Raises HandshakeRefused, BadKeyMaterial, or NoCommonVersion naming who
    must update.
    """
    entry = peer.device(bundle.device_id)
    if entry.device_id == device.device_id:
        raise HandshakeRefused("a device does not talk to itself")
    version = highest_common(ENVELOPE_VERSIONS, bundle.versions, our_name="sender", their_name="recipient")
    ephemeral = EphemeralPrivate(entropy(KEY_BYTES))
    kem_secret, kem_ciphertext = kem.encapsulate(bundle.kem_prekey)
    header = encode(
        InitialHeader(
            version,
            ENVELOPE_VERSIONS,
            aead,
            account_id,
            account_key,
            device.device_id,
            bundle.bundle_id,
            x25519_public(ephemeral),
            kem_ciphertext,
        )
    )
    agreed = [
        x25519_shared(device.agreement, bundle.signed_prekey),
        x25519_shared(ephemeral, entry.agreement_key),
        x25519_shared(ephemeral, bundle.signed_prekey),
    ]
    if bundle.one_time_prekey is not None:
        agreed.append(x25519_shared(ephemeral, bundle.one_time_prekey))
    transcript = _transcript(device.entry, entry, bundle, header)
    secret = _secret(agreed, kem_secret, transcript)
    return KeyAgreement(version, aead, secret, transcript, header, bundle.signed_prekey, entry)


def respond(
    device: OwnDevice, peer: DeviceList, secrets: PrekeySecrets, initial_header: bytes, kem: Kem
) -> KeyAgreement:
    """The recipient's half: the same agreement from the private prekeys.

    Whether the initiator holds the keys it names shows only when its first
    message opens. Raises HandshakeRefused, BadDeviceList or BadKeyMaterial.
    """
    header = read_initial_header(initial_header)
    bundle = secrets.bundle
    if header.bundle_id != bundle.bundle_id or bundle.device_id != device.device_id:
        raise HandshakeRefused("another bundle")
    if header.account_id != peer.account_id or header.account_key not in peer.account_keys.all:
        raise HandshakeRefused("another account")
    entry = peer.device(header.device_id)
    if entry.device_id == device.device_id:
        raise HandshakeRefused("a device does not talk to itself")
    _check_version(header, bundle)
    agreed = [
        x25519_shared(secrets.signed, entry.agreement_key),
        x25519_shared(device.agreement, header.ephemeral),
        x25519_shared(secrets.signed, header.ephemeral),
    ]
    if secrets.one_time is not None:
        agreed.append(x25519_shared(secrets.one_time, header.ephemeral))
    kem_secret = kem.decapsulate(secrets.kem, header.kem_ciphertext)
    transcript = _transcript(entry, device.entry, bundle, initial_header)
    secret = _secret(agreed, kem_secret, transcript)
    return KeyAgreement(header.version, header.aead, secret, transcript, initial_header, bundle.signed_prekey, entry)


def read_initial_header(data: bytes) -> InitialHeader:
    """Its fields, to find the sender's device list and our prekeys. Raises HandshakeRefused."""
    return decode(_initial_header, data, INITIAL_HEADER_BYTES, HandshakeRefused)


def replay_token(initial_header: bytes) -> bytes:
    """32 bytes to remember as long as the bundle's secrets live: the same token again is a replay."""
    return sha3_256(labels.REPLAY, initial_header)


def _check_version(header: InitialHeader, bundle: PrekeyBundle) -> None:
    """Both ranges are under the transcript, so nobody in between can talk the two down to a lower version."""
    try:
        best = highest_common(bundle.versions, header.versions, our_name="recipient", their_name="sender")
    except NoCommonVersion as error:
        raise HandshakeRefused(str(error)) from error
    if header.version != best or header.versions[0] > header.versions[1]:
        raise HandshakeRefused("not the highest common version")


def _transcript(initiator: DeviceEntry, responder: DeviceEntry, bundle: PrekeyBundle, initial_header: bytes) -> bytes:
    """Covers accounts, account keys and version ranges (in bundle and header), both devices, all prekeys, the AEAD."""
    keys = (
        initiator.device_id + initiator.signing_key + initiator.agreement_key,
        responder.device_id + responder.signing_key + responder.agreement_key,
    )
    framed = (len(part).to_bytes(4, "big") + part for part in (*keys, encode(bundle), initial_header))
    return sha3_256(labels.TRANSCRIPT, *framed)


def _secret(agreed: list[bytes], kem_secret: bytes, transcript: bytes) -> SharedSecret:
    input_key = _DISTINCT + b"".join(agreed) + kem_secret
    return SharedSecret(hkdf(b"", input_key, labels.PQXDH + transcript, KEY_BYTES))


_initial_header: Final = decoder_of(InitialHeader)
