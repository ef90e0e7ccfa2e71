"""The sparse post-quantum ratchet (Signal, Double Ratchet Revision 4, section 5) with whole ML-KEM-768 keys.

Epochs follow one another. For each, one side offers a KEM public key and the
other answers with a ciphertext; the initiator offers odd epochs, the
responder even ones. Offer and answer ride on messages, repeated until
confirmed; a side sends in an epoch only once its peer can read it.
"""

from enum import IntEnum
from typing import Final, NamedTuple

import msgspec

from casemate.crypto import labels
from casemate.crypto.errors import AlreadyOpened, EnvelopeUnreadable, SessionExhausted
from casemate.crypto.kdf import hkdf, hmac_sha256
from casemate.crypto.kem import Kem
from casemate.crypto.keys import (
    KEM_CIPHERTEXT_BYTES,
    KEM_PUBLIC_BYTES,
    KEY_BYTES,
    ChainKey,
    Entropy,
    KemCiphertext,
    KemOffer,
    KemPrivate,
    KemPublic,
    MessageKey,
    RootKey,
)
from casemate.crypto.skipped import SkippedKey, SkippedKeys, check_skip, keep, take

EPOCH_MESSAGES: Final = 50
"""Messages, both directions together, before the next epoch is offered. The first is offered after the first reply."""
REPEAT_MESSAGES: Final = 16
"""An offer or answer that is not confirmed rides along again after so many messages sent."""
LAST_NUMBER: Final = 2**32 - 1
_MESSAGE: Final = b"\x01"
_CHAIN: Final = b"\x02"


class Attachment(IntEnum):
    """What of the next epoch a message carries behind its header."""

    NOTHING = 0
    OFFER = 1
    ANSWER = 2


ATTACHMENT_BYTES: Final = (0, KEM_PUBLIC_BYTES, KEM_CIPHERTEXT_BYTES)


class PqHeader(NamedTuple):
    """Which key opens a message: epoch, messages the sender sent in the epoch before, number in this one."""

    epoch: int
    before: int
    number: int


class PqState(msgspec.Struct, frozen=True, array_like=True):
    """One side of the PQ ratchet.

    `epoch` is the newest that was derived. `next_sending` waits until the
    peer was seen in that epoch, `next_receiving` until the peer is seen in it.
    `quiet` counts messages since the epoch was derived, `carried` the
    messages since offer or answer rode along (0: not yet).
    """

    initiator: bool
    epoch: int
    root: RootKey
    sending: ChainKey
    sent: int
    sent_before: int
    next_sending: ChainKey | None
    receiving: ChainKey
    received: int
    next_receiving: ChainKey | None
    offer: KemOffer | None
    answer: KemCiphertext | None
    quiet: int
    carried: int
    skipped: SkippedKeys


def pq_start(root: RootKey, *, initiator: bool) -> PqState:
    """Epoch 0, from the handshake's secret."""
    root, sending, receiving = _chains(b"", root.secret, labels.PQ_START, initiator=initiator)
    return PqState(initiator, 0, root, sending, 0, 0, None, receiving, 0, None, None, None, 0, 0, ())


def pq_send(state: PqState, entropy: Entropy, kem: Kem) -> tuple[PqState, PqHeader, MessageKey, Attachment, bytes]:
    """The key of the next message, and what rides along with it."""
    if state.sent >= LAST_NUMBER:
        raise SessionExhausted("PQ chain")
    offer, carried = state.offer, state.carried
    if offer is None and _offer_is_due(state):
        offer, carried = _offer(kem.generate(entropy), kem), 0
    attachment, ride = Attachment.NOTHING, b""
    if offer is not None or state.answer is not None:
        if carried % REPEAT_MESSAGES == 0:
            attachment, ride, carried = _ride(offer, state.answer, kem)
        carried += 1
    header = PqHeader(_sending_epoch(state), state.sent_before, state.sent)
    after, key = _step(state.sending, state.sent)
    state = PqState(
        state.initiator,
        state.epoch,
        state.root,
        after,
        state.sent + 1,
        state.sent_before,
        state.next_sending,
        state.receiving,
        state.received,
        state.next_receiving,
        offer,
        state.answer,
        state.quiet + 1,
        carried,
        state.skipped,
    )
    return state, header, key, attachment, ride


def pq_receive(state: PqState, header: PqHeader, opened: int) -> tuple[PqState, MessageKey]:
    """The key of the message with this header. The caller keeps the new state only if the message opens.

    Raises AlreadyOpened, TooFarAhead or EnvelopeUnreadable.
    """
    epoch, before, number = header
    if state.skipped:
        others, kept = take(state.skipped, _name(epoch), number)
        if kept is not None:
            return msgspec.structs.replace(state, skipped=others), kept
    current = _receiving_epoch(state)
    if epoch < current:
        raise AlreadyOpened("PQ epoch")
    if epoch > current:
        check_skip(max(before - state.received, 0) + number)
        state = _enter_epoch(state, epoch, before, opened)
    return _advance(state, epoch, number, opened)


def pq_absorb(state: PqState, header: PqHeader, attachment: Attachment, ride: bytes, kem: Kem) -> PqState:
    """Take in what an opened message carried for the epoch after its own; repeats change nothing.

    Raises EnvelopeUnreadable for what this side did not ask for, BadKeyMaterial for a malformed key.
    """
    epoch = header.epoch + 1
    if attachment is Attachment.NOTHING or epoch <= state.epoch:
        return state
    offered_by_us = _is_offered_by_initiator(epoch) == state.initiator
    if attachment is Attachment.OFFER:
        if offered_by_us:
            raise EnvelopeUnreadable("an offer out of turn")
        secret, answer = kem.encapsulate(KemPublic(ride))
        root, sending, receiving = _next_epoch(state, secret)
        return msgspec.structs.replace(
            state,
            epoch=epoch,
            root=root,
            next_sending=sending,
            next_receiving=receiving,
            answer=answer,
            quiet=0,
            carried=0,
        )
    if state.offer is None:
        raise EnvelopeUnreadable("an answer to nothing")
    root, sending, receiving = _next_epoch(state, kem.decapsulate(state.offer, KemCiphertext(ride)))
    return msgspec.structs.replace(
        state,
        epoch=epoch,
        root=root,
        sending=sending,
        sent=0,
        sent_before=state.sent,
        next_receiving=receiving,
        offer=None,
        quiet=0,
        carried=0,
    )


def _offer_is_due(state: PqState) -> bool:
    """Ours to offer, everything of this epoch confirmed, and enough was said since."""
    if state.next_sending is not None or state.next_receiving is not None:
        return False
    if _is_offered_by_initiator(state.epoch + 1) != state.initiator:
        return False
    return state.received > 0 if state.epoch == 0 else state.quiet >= EPOCH_MESSAGES


def _offer(private: KemPrivate, kem: Kem) -> KemOffer:
    return KemOffer(private.secret, kem.public(private))


def _ride(offer: KemOffer | None, answer: KemCiphertext | None, kem: Kem) -> tuple[Attachment, bytes, int]:
    if offer is not None:
        return Attachment.OFFER, offer.public or kem.public(offer), 0
    assert answer is not None
    return Attachment.ANSWER, answer, 0


def _enter_epoch(state: PqState, epoch: int, before: int, opened: int) -> PqState:
    """The peer sends in the next epoch, which also says that it has our answer, if we owed it one."""
    if state.next_receiving is None or epoch != state.epoch:
        raise EnvelopeUnreadable("an epoch nobody agreed on")
    if before < state.received:
        raise EnvelopeUnreadable("fewer messages than were opened")
    _, fresh = _skip(state.receiving, epoch - 1, state.received, before, opened)
    state = msgspec.structs.replace(
        state,
        receiving=state.next_receiving,
        received=0,
        next_receiving=None,
        skipped=keep(state.skipped, fresh, opened),
    )
    if state.next_sending is None:
        return state
    return msgspec.structs.replace(
        state, sending=state.next_sending, sent=0, sent_before=state.sent, next_sending=None, answer=None
    )


def _advance(state: PqState, epoch: int, number: int, opened: int) -> tuple[PqState, MessageKey]:
    receiving, skipped = state.receiving, state.skipped
    if number < state.received:
        raise AlreadyOpened("PQ key")
    if number > state.received:
        check_skip(number - state.received)
        receiving, fresh = _skip(receiving, epoch, state.received, number, opened)
        skipped = keep(skipped, fresh, opened)
    elif skipped:
        skipped = keep(skipped, [], opened)
    after, key = _step(receiving, number)
    state = PqState(
        state.initiator,
        state.epoch,
        state.root,
        state.sending,
        state.sent,
        state.sent_before,
        state.next_sending,
        after,
        number + 1,
        state.next_receiving,
        state.offer,
        state.answer,
        state.quiet + 1,
        state.carried,
        skipped,
    )
    return state, key


def _sending_epoch(state: PqState) -> int:
    return state.epoch if state.next_sending is None else state.epoch - 1


def _receiving_epoch(state: PqState) -> int:
    return state.epoch if state.next_receiving is None else state.epoch - 1


def _is_offered_by_initiator(epoch: int) -> bool:
    return epoch % 2 == 1


def _name(epoch: int) -> bytes:
    return epoch.to_bytes(4, "big")


def _skip(chain: ChainKey, epoch: int, start: int, end: int, opened: int) -> tuple[ChainKey, list[SkippedKey]]:
    fresh = []
    for number in range(start, end):
        chain, key = _step(chain, number)
        fresh.append(SkippedKey(_name(epoch), number, opened, key))
    return chain, fresh


def _step(chain: ChainKey, number: int) -> tuple[ChainKey, MessageKey]:
    counter = number.to_bytes(4, "big")
    secret = chain.secret
    return ChainKey(hmac_sha256(secret, _CHAIN + counter)), MessageKey(hmac_sha256(secret, _MESSAGE + counter))


def _next_epoch(state: PqState, secret: bytes) -> tuple[RootKey, ChainKey, ChainKey]:
    return _chains(state.root.secret, secret, labels.PQ_EPOCH + _name(state.epoch + 1), initiator=state.initiator)


def _chains(salt: bytes, secret: bytes, info: bytes, *, initiator: bool) -> tuple[RootKey, ChainKey, ChainKey]:
    """Root, own sending chain, own receiving chain. The initiator sends on the first of the two chains."""
    output = hkdf(salt, secret, info, 3 * KEY_BYTES)
    root = RootKey(output[:KEY_BYTES])
    first, second = ChainKey(output[KEY_BYTES : 2 * KEY_BYTES]), ChainKey(output[2 * KEY_BYTES :])
    return (root, first, second) if initiator else (root, second, first)
