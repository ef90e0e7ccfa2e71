"""The Triple Ratchet: an EC and a PQ ratchet side by side; a message opens only with the keys of both.

Everything is a value: `encrypt` and `decrypt` return a new state and leave
the old one as it was, so a failure changes nothing.
"""

import struct
from typing import Final

import msgspec

from casemate.crypto import labels
from casemate.crypto.ec_ratchet import EcHeader, EcState, ec_initiator, ec_receive, ec_responder, ec_send
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.kdf import hkdf_extract
from casemate.crypto.kem import Kem
from casemate.crypto.keys import Entropy, MessageKey, PrekeyPrivate, RootKey, X25519Public
from casemate.crypto.pq_ratchet import (
    ATTACHMENT_BYTES,
    Attachment,
    PqHeader,
    PqState,
    pq_absorb,
    pq_receive,
    pq_send,
    pq_start,
)
from casemate.crypto.primitives import TAG_BYTES, Aead
from casemate.crypto.sealing import RANDOM_BYTES, open_once, seal_once

HEADER: Final = struct.Struct(f">B32sIIIII{RANDOM_BYTES}s")
"""Attachment kind; EC key, before, number; PQ epoch, before, number; random bytes. 69 bytes."""


class RatchetState(msgspec.Struct, frozen=True, array_like=True):
    """One side of a session's ratchets. `opened` counts the messages read so far."""

    aead: Aead
    opened: int
    ec: EcState
    pq: PqState


def initiator_state(aead: Aead, ec_root: RootKey, pq_root: RootKey, peer_signed_prekey: X25519Public) -> RatchetState:
    """The side that writes first."""
    return RatchetState(aead, 0, ec_initiator(ec_root, peer_signed_prekey), pq_start(pq_root, initiator=True))


def responder_state(aead: Aead, ec_root: RootKey, pq_root: RootKey, signed_prekey: PrekeyPrivate) -> RatchetState:
    """The side that reads first."""
    return RatchetState(aead, 0, ec_responder(ec_root, signed_prekey), pq_start(pq_root, initiator=False))


def encrypt(state: RatchetState, plaintext: bytes, ad: bytes, entropy: Entropy, kem: Kem) -> tuple[RatchetState, bytes]:
    """The state after this message, and header ‖ attachment ‖ ciphertext.

    Raises SessionExhausted, or ValueError on the side that must read first.
    """
    ec, ec_header, ec_key = ec_send(state.ec, entropy)
    pq, pq_header, pq_key, attachment, ride = pq_send(state.pq, entropy, kem)
    random = entropy(RANDOM_BYTES)
    header = HEADER.pack(attachment, *ec_header, *pq_header, random) + ride
    sealed = seal_once(state.aead, _hybrid(ec_key, pq_key), labels.MESSAGE_SEAL, random, plaintext, _bound(ad, header))
    return RatchetState(state.aead, state.opened, ec, pq), header + sealed


def decrypt(state: RatchetState, data: bytes, ad: bytes, kem: Kem) -> tuple[RatchetState, bytes]:
    """The state after this message, and its plaintext.

    Raises EnvelopeUnreadable (AlreadyOpened, TooFarAhead among them) or BadKeyMaterial.
    """
    if len(data) < HEADER.size + TAG_BYTES or data[0] >= len(ATTACHMENT_BYTES):
        raise EnvelopeUnreadable("no ratchet message")
    kind, public, ec_before, ec_number, epoch, pq_before, pq_number, random = HEADER.unpack_from(data)
    body = HEADER.size + ATTACHMENT_BYTES[kind]
    header, ride, sealed = data[:body], data[HEADER.size : body], data[body:]
    pq_header = PqHeader(epoch, pq_before, pq_number)
    # The PQ ratchet first: its numbers outlive EC steps, so it knows every repeat as a repeat.
    pq, pq_key = pq_receive(state.pq, pq_header, state.opened)
    ec, ec_key = ec_receive(state.ec, EcHeader(X25519Public(public), ec_before, ec_number), state.opened)
    plaintext = open_once(state.aead, _hybrid(ec_key, pq_key), labels.MESSAGE_SEAL, random, sealed, _bound(ad, header))
    pq = pq_absorb(pq, pq_header, Attachment(kind), ride, kem)
    return RatchetState(state.aead, state.opened + 1, ec, pq), plaintext


def _hybrid(ec_key: MessageKey, pq_key: MessageKey) -> bytes:
    """The message key: secret as long as either ratchet's key is."""
    return hkdf_extract(pq_key.secret, ec_key.secret)


def _bound(ad: bytes, header: bytes) -> bytes:
    """Framed, so that no byte can move from the one to the other."""
    return len(ad).to_bytes(4, "big") + ad + header
