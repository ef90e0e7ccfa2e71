"""Peer cards: the signed request and the signed answer by which two people agree to talk.

A card carries the sender's device list, the names of the account, and fresh
one-time bundles of its devices for this one peer, so that no server can
exhaust prekeys or hand them out twice.
"""

from enum import IntEnum
from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, decode, decoder_of, encode, signed_document
from casemate.crypto.errors import BadPeerCard
from casemate.crypto.identity import (
    MAX_DEVICES,
    AccountIdField,
    DeviceIdField,
    DeviceList,
    OwnDevice,
    verify_device_list,
)
from casemate.crypto.prekeys import PrekeyBundle, Seconds, verify_bundle
from casemate.crypto.primitives import ed25519_sign, ed25519_verify
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import BUNDLE_BYTES, DEVICE_LIST_BYTES, NAMES_BYTES, SIGNED_REQUEST_BYTES

NOTE_BYTES: Final = 1024
_FIRST_VERSION: Final = 1

DeviceListField = Annotated[bytes, msgspec.Meta(max_length=DEVICE_LIST_BYTES)]
NamesField = Annotated[bytes, msgspec.Meta(max_length=NAMES_BYTES)]
BundleField = Annotated[bytes, msgspec.Meta(max_length=BUNDLE_BYTES)]
NoteField = Annotated[bytes, msgspec.Meta(max_length=NOTE_BYTES)]


class Purpose(IntEnum):
    """An answer is no request: neither can be replayed as the other."""

    ASK = 1
    ACCEPT = 2


class PeerCard(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """From one account to one other. `note` belongs to the caller, e.g. session settings."""

    version: Literal[2]
    purpose: Purpose
    sender: AccountIdField
    device_id: DeviceIdField
    """Of the device that signs; the list certifies it."""
    recipient: AccountIdField
    made_at: Seconds
    device_list: DeviceListField
    names: NamesField
    """Signed names (crypto/names.py), which the caller verifies for its server; empty where there are none yet."""
    bundles: Annotated[tuple[BundleField, ...], msgspec.Meta(min_length=1, max_length=MAX_DEVICES)]
    """Of devices of the list, ascending by device id; the signing device's is among them."""
    note: NoteField


class _PeerCardOfOneDevice(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """The first version, which requests that still wait are written in."""

    version: Literal[1]
    purpose: Purpose
    sender: AccountIdField
    device_id: DeviceIdField
    recipient: AccountIdField
    made_at: Seconds
    device_list: DeviceListField
    bundle: BundleField
    note: NoteField


class VerifiedCard(msgspec.Struct, frozen=True):
    """A card whose every signature holds, except that of its names."""

    card: PeerCard
    device_list: DeviceList
    bundles: tuple[PrekeyBundle, ...]


def sign_card(
    device: OwnDevice,
    sender: AccountId,
    recipient: AccountId,
    purpose: Purpose,
    *,
    device_list: bytes,
    names: bytes,
    bundles: tuple[bytes, ...],
    note: bytes,
    now_seconds: int,
) -> bytes:
    """The card as it travels."""
    card = PeerCard(2, purpose, sender, device.device_id, recipient, now_seconds, device_list, names, bundles, note)
    body = encode(card)
    return encode(SignedDocument(body, ed25519_sign(device.signing, labels.PEER_CARD, body)))


def verify_card(
    data: bytes, sender: AccountId, recipient: AccountId, purpose: Purpose, *, now_seconds: int
) -> VerifiedCard:
    """Check route, purpose, signatures and the bundles' validity.

    Comparing the device list with one already known (`check_not_older`), and
    the names with the server and with those already known, is the caller's
    part. Raises BadPeerCard, BadDeviceList, BadPrekeyBundle, BadSignature or
    BadKeyMaterial.
    """
    document = decode(signed_document, data, SIGNED_REQUEST_BYTES, BadPeerCard)
    card = _read(document.body)
    if (card.sender, card.recipient, card.purpose) != (sender, recipient, purpose):
        raise BadPeerCard("another route or purpose")
    device_list = verify_device_list(card.device_list, sender)
    entry = device_list.device(card.device_id)
    ed25519_verify(entry.signing_key, labels.PEER_CARD, document.body, document.signature)
    bundles = tuple(verify_bundle(bundle, device_list, now_seconds=now_seconds) for bundle in card.bundles)
    devices = [bundle.device_id for bundle in bundles]
    if card.device_id not in devices or devices != sorted(set(devices)):
        raise BadPeerCard("bundles of other devices, or not in their order")
    return VerifiedCard(card, device_list, bundles)


def note_of_own(data: bytes) -> bytes:
    """The note of a card that we signed ourselves. Raises BadPeerCard."""
    return _read(decode(signed_document, data, SIGNED_REQUEST_BYTES, BadPeerCard).body).note


def _read(body: bytes) -> PeerCard:
    """A card of either version, in the form of the newer one."""
    if body[1:2] != bytes((_FIRST_VERSION,)):
        return decode(_card, body, SIGNED_REQUEST_BYTES, BadPeerCard)
    old = decode(_card_of_one_device, body, SIGNED_REQUEST_BYTES, BadPeerCard)
    return PeerCard(
        2,
        old.purpose,
        old.sender,
        old.device_id,
        old.recipient,
        old.made_at,
        old.device_list,
        b"",
        (old.bundle,),
        old.note,
    )


_card: Final = decoder_of(PeerCard)
_card_of_one_device: Final = decoder_of(_PeerCardOfOneDevice)
