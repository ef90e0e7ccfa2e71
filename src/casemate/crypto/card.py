"""Peer cards: the signed request and the signed answer by which two people agree to talk.

A card carries the sender's device list and a fresh one-time bundle for this
one peer, so that no server can exhaust prekeys or hand them out twice.
"""

from enum import IntEnum
from typing import Annotated, Final, Literal

import msgspec

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, decode, decoder_of, encode, signed_document
from casemate.crypto.errors import BadPeerCard
from casemate.crypto.identity import AccountIdField, Device, DeviceIdField, DeviceList, verify_device_list
from casemate.crypto.prekeys import PrekeyBundle, Seconds, verify_bundle
from casemate.crypto.primitives import ed25519_sign, ed25519_verify
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import BUNDLE_BYTES, DEVICE_LIST_BYTES, SIGNED_REQUEST_BYTES

NOTE_BYTES: Final = 1024


class Purpose(IntEnum):
    """An answer is no request: neither can be replayed as the other."""

    ASK = 1
    ACCEPT = 2


class PeerCard(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """From one account to one other. `note` belongs to the caller, e.g. names and session settings."""

    version: Literal[1]
    purpose: Purpose
    sender: AccountIdField
    device_id: DeviceIdField
    recipient: AccountIdField
    made_at: Seconds
    device_list: Annotated[bytes, msgspec.Meta(max_length=DEVICE_LIST_BYTES)]
    bundle: Annotated[bytes, msgspec.Meta(max_length=BUNDLE_BYTES)]
    note: Annotated[bytes, msgspec.Meta(max_length=NOTE_BYTES)]


class VerifiedCard(msgspec.Struct, frozen=True):
    """A card whose every signature holds."""

    card: PeerCard
    device_list: DeviceList
    bundle: PrekeyBundle


def sign_card(
    device: Device,
    sender: AccountId,
    recipient: AccountId,
    purpose: Purpose,
    *,
    device_list: bytes,
    bundle: bytes,
    note: bytes,
    now_seconds: int,
) -> bytes:
    """The card as it travels."""
    card = PeerCard(1, purpose, sender, device.device_id, recipient, now_seconds, device_list, bundle, note)
    body = encode(card)
    return encode(SignedDocument(body, ed25519_sign(device.signing, labels.PEER_CARD, body)))


def verify_card(
    data: bytes, sender: AccountId, recipient: AccountId, purpose: Purpose, *, now_seconds: int
) -> VerifiedCard:
    """Check route, purpose, signatures and the bundle's validity.

    Comparing the device list with one already known is the caller's part
    (`check_not_older`). Raises BadPeerCard, BadDeviceList, BadPrekeyBundle,
    BadSignature or BadKeyMaterial.
    """
    document = decode(signed_document, data, SIGNED_REQUEST_BYTES, BadPeerCard)
    card = decode(_card, document.body, SIGNED_REQUEST_BYTES, BadPeerCard)
    if (card.sender, card.recipient, card.purpose) != (sender, recipient, purpose):
        raise BadPeerCard("another route or purpose")
    device_list = verify_device_list(card.device_list, sender)
    entry = device_list.device(card.device_id)
    ed25519_verify(entry.signing_key, labels.PEER_CARD, document.body, document.signature)
    bundle = verify_bundle(card.bundle, device_list, now_seconds=now_seconds)
    if bundle.device_id != card.device_id:
        raise BadPeerCard("a bundle of another device")
    return VerifiedCard(card, device_list, bundle)


_card: Final = decoder_of(PeerCard)
