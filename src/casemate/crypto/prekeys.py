"""Prekey bundles: what a device hands out so that others can start a session with it while it is away."""

from typing import Annotated, Final, Literal, NewType

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, decode, decoder_of, encode, signed_document
from casemate.crypto.errors import BadPrekeyBundle
from casemate.crypto.identity import AccountIdField, DeviceIdField, DeviceList, OwnAccount, OwnDevice
from casemate.crypto.kem import Kem
from casemate.crypto.keys import (
    KEY_BYTES,
    Ed25519PublicField,
    Entropy,
    KemPrivate,
    KemPublicField,
    PrekeyPrivate,
    X25519PublicField,
)
from casemate.crypto.primitives import check_x25519_public, ed25519_sign, ed25519_verify, x25519_public
from casemate.protocol.limits import BUNDLE_BYTES

BUNDLE_ID_BYTES: Final = 16
ENVELOPE_VERSIONS: Final = (1, 1)
"""Lowest and highest version of sessions and envelopes this program speaks."""

BundleId = NewType("BundleId", bytes)

BundleIdField = Annotated[BundleId, msgspec.Meta(min_length=BUNDLE_ID_BYTES, max_length=BUNDLE_ID_BYTES)]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**53)]
Version = Annotated[int, msgspec.Meta(ge=1, le=255)]
VersionRange = tuple[Version, Version]


class PrekeyBundle(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The public prekeys of one device, all named by one id. Times are seconds since 1970."""

    version: Literal[1]
    bundle_id: BundleIdField
    account_id: AccountIdField
    account_key: Ed25519PublicField
    device_id: DeviceIdField
    versions: VersionRange
    created_at: Seconds
    expires_at: Seconds
    last_resort: bool
    signed_prekey: X25519PublicField
    one_time_prekey: X25519PublicField | None
    kem_prekey: KemPublicField


class PrekeySecrets(msgspec.Struct, frozen=True, array_like=True):
    """The private halves, kept under the bundle's id until it was used or has expired."""

    bundle: PrekeyBundle
    signed: PrekeyPrivate
    one_time: PrekeyPrivate | None
    kem: KemPrivate

    @property
    def bundle_id(self) -> BundleId:
        return self.bundle.bundle_id


def new_one_time_bundle(
    account: OwnAccount, device: OwnDevice, entropy: Entropy, kem: Kem, *, now_seconds: int, lifetime_seconds: int
) -> tuple[bytes, PrekeySecrets]:
    """A bundle for one session with one peer; delete its secrets once that session is stored."""
    one_time = PrekeyPrivate(entropy(KEY_BYTES))
    return _new_bundle(account, device, entropy, kem, one_time, now_seconds, now_seconds + lifetime_seconds)


def new_last_resort_bundle(
    account: OwnAccount, device: OwnDevice, entropy: Entropy, kem: Kem, *, now_seconds: int, lifetime_seconds: int
) -> tuple[bytes, PrekeySecrets]:
    """A bundle that may start many sessions; remember `replay_token`s for as long as its secrets live."""
    return _new_bundle(account, device, entropy, kem, None, now_seconds, now_seconds + lifetime_seconds)


def verify_bundle(data: bytes, device_list: DeviceList, *, now_seconds: int | None) -> PrekeyBundle:
    """The bundle, if a device of this (verified) list signed it and it still holds.

    `now_seconds` is None for one whose age the caller counts.

    Raises BadPrekeyBundle, BadDeviceList, BadSignature or BadKeyMaterial.
    """
    document = decode(signed_document, data, BUNDLE_BYTES, BadPrekeyBundle)
    bundle = decode(_bundle, document.body, BUNDLE_BYTES, BadPrekeyBundle)
    if bundle.account_id != device_list.account_id or bundle.account_key not in device_list.account_keys.all:
        raise BadPrekeyBundle("another account")
    if bundle.last_resort != (bundle.one_time_prekey is None) or bundle.versions[0] > bundle.versions[1]:
        raise BadPrekeyBundle("contradicts itself")
    device = device_list.device(bundle.device_id)
    ed25519_verify(device.signing_key, labels.PREKEY_BUNDLE, document.body, document.signature)
    if now_seconds is not None and now_seconds >= bundle.expires_at:
        raise BadPrekeyBundle("expired")
    check_x25519_public(bundle.signed_prekey)
    if bundle.one_time_prekey is not None:
        check_x25519_public(bundle.one_time_prekey)
    return bundle


def _new_bundle(
    account: OwnAccount,
    device: OwnDevice,
    entropy: Entropy,
    kem: Kem,
    one_time: PrekeyPrivate | None,
    created_at: int,
    expires_at: int,
) -> tuple[bytes, PrekeySecrets]:
    signed = PrekeyPrivate(entropy(KEY_BYTES))
    kem_private = kem.generate(entropy)
    bundle = PrekeyBundle(
        version=1,
        bundle_id=BundleId(entropy(BUNDLE_ID_BYTES)),
        account_id=account.account_id,
        account_key=account.keys.current,
        device_id=device.device_id,
        versions=ENVELOPE_VERSIONS,
        created_at=created_at,
        expires_at=expires_at,
        last_resort=one_time is None,
        signed_prekey=x25519_public(signed),
        one_time_prekey=None if one_time is None else x25519_public(one_time),
        kem_prekey=kem.public(kem_private),
    )
    body = encode(bundle)
    data = encode(SignedDocument(body, ed25519_sign(device.signing, labels.PREKEY_BUNDLE, body)))
    return data, PrekeySecrets(bundle, signed, one_time, kem_private)


_bundle: Final = decoder_of(PrekeyBundle)
