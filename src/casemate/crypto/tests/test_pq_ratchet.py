"""The PQ ratchet by itself: what an epoch's keys depend on, and headers that no honest peer sends."""

import msgspec
import pytest

from casemate.crypto.errors import AlreadyOpened, EnvelopeUnreadable
from casemate.crypto.kem import Kem
from casemate.crypto.keys import KemCiphertext, KemPrivate, KemPublic, RootKey
from casemate.crypto.pq_ratchet import REPEAT_MESSAGES, Attachment, PqState, pq_absorb, pq_receive, pq_send, pq_start
from casemate.crypto.testing import RepeatableKem, repeatable_entropy

ENTROPY = repeatable_entropy(b"pq")
ROOT = RootKey(b"q" * 32)


class Disagreeing(RepeatableKem):
    """A KEM whose encapsulating side believes in another secret."""

    def encapsulate(self, public: KemPublic) -> tuple[bytes, KemCiphertext]:
        _, ciphertext = super().encapsulate(public)
        return bytes(32), ciphertext


def passes(sender: PqState, reader: PqState, kem: Kem) -> tuple[PqState, PqState, bool]:
    """One message; the last value tells whether both sides derived the same key for it."""
    sender, header, sealed_with, attachment, ride = pq_send(sender, ENTROPY, kem)
    reader, opened_with = pq_receive(reader, header, 0)
    return sender, pq_absorb(reader, header, attachment, ride, kem), sealed_with == opened_with


def until_epoch_one(alice: PqState, bea: PqState, kem: Kem) -> tuple[PqState, PqState, list[bool]]:
    """Ping-pong until both send in epoch 1."""
    agreed = []
    for _ in range(4):
        bea, alice, same = passes(bea, alice, kem)
        agreed.append(same)
        alice, bea, same = passes(alice, bea, kem)
        agreed.append(same)
    return alice, bea, agreed


def start() -> tuple[PqState, PqState, Kem]:
    return pq_start(ROOT, initiator=True), pq_start(ROOT, initiator=False), RepeatableKem(ENTROPY)


def test_both_sides_agree_on_every_key_of_an_epoch() -> None:
    alice, bea, kem = start()
    alice, bea, agreed = until_epoch_one(alice, bea, kem)
    assert all(agreed)
    assert (alice.epoch, bea.epoch) == (1, 1)
    assert (alice.answer, bea.answer, alice.offer, bea.offer) == (None, None, None, None)


def test_the_keys_of_an_epoch_depend_on_its_kem_secret() -> None:
    alice, bea, _ = start()
    alice, bea, agreed = until_epoch_one(alice, bea, Disagreeing(ENTROPY))
    assert alice.epoch == bea.epoch == 1
    assert agreed[0]
    assert not agreed[-1]


def test_the_keys_of_an_epoch_depend_on_all_epochs_before() -> None:
    alice, bea, kem = start()
    alice = msgspec.structs.replace(alice, root=RootKey(b"x" * 32))
    alice, bea, agreed = until_epoch_one(alice, bea, kem)
    assert alice.epoch == bea.epoch == 1
    assert agreed[0]
    assert not agreed[-1]


def test_the_two_directions_have_different_keys() -> None:
    alice, bea, _ = start()
    assert alice.sending == bea.receiving
    assert alice.receiving == bea.sending
    assert alice.sending != alice.receiving


def test_an_epoch_cannot_have_been_shorter_than_what_was_read_of_it() -> None:
    alice, bea, kem = start()
    bea, alice, _ = passes(bea, alice, kem)
    alice, bea, _ = passes(alice, bea, kem)
    bea, alice, _ = passes(bea, alice, kem)
    alice, header, _, _, _ = pq_send(alice, ENTROPY, kem)
    assert (header.epoch, header.before) == (1, 1)
    with pytest.raises(EnvelopeUnreadable, match="fewer"):
        pq_receive(bea, header._replace(before=0), 0)
    pq_receive(bea, header, 0)


def test_an_epoch_nobody_agreed_on_is_refused() -> None:
    alice, bea, kem = start()
    _, header, _, _, _ = pq_send(alice, ENTROPY, kem)
    for epoch in (1, 2, 2**32 - 1):
        with pytest.raises(EnvelopeUnreadable, match="nobody agreed"):
            pq_receive(bea, header._replace(epoch=epoch), 0)


def test_a_number_or_epoch_that_was_used_is_a_repeat() -> None:
    alice, bea, kem = start()
    bea, old, _, _, _ = pq_send(bea, ENTROPY, kem)
    alice, _ = pq_receive(alice, old, 0)
    with pytest.raises(AlreadyOpened):
        pq_receive(alice, old, 0)
    alice, bea, _ = until_epoch_one(alice, bea, kem)
    with pytest.raises(AlreadyOpened):
        pq_receive(alice, old, 0)


def test_a_repeated_offer_or_answer_changes_nothing() -> None:
    alice, bea, kem = start()
    bea, alice, _ = passes(bea, alice, kem)
    alice, header, _, offer, ride = pq_send(alice, ENTROPY, kem)
    bea, _ = pq_receive(bea, header, 0)
    bea = pq_absorb(bea, header, offer, ride, kem)
    assert pq_absorb(bea, header, offer, ride, kem) is bea
    bea, header, _, answer, ride = pq_send(bea, ENTROPY, kem)
    alice, _ = pq_receive(alice, header, 0)
    alice = pq_absorb(alice, header, answer, ride, kem)
    assert pq_absorb(alice, header, answer, ride, kem) is alice


class Counting(RepeatableKem):
    """Counts how often a public key was made."""

    made = 0

    def public(self, private: KemPrivate) -> KemPublic:
        self.made += 1
        return super().public(private)


def offering(kem: Kem) -> PqState:
    """A side whose offer rode along once, and was not answered."""
    alice, bea, _ = start()
    bea, alice, _ = passes(bea, alice, kem)
    return pq_send(alice, ENTROPY, kem)[0]


def rides(state: PqState, kem: Kem, count: int) -> list[bytes]:
    """What rode along with the next messages."""
    seen = []
    for _ in range(count):
        state, _, _, attachment, ride = pq_send(state, ENTROPY, kem)
        seen += [ride] if attachment is Attachment.OFFER else []
    return seen


def test_an_offer_that_rides_along_again_is_not_made_again() -> None:
    kem = Counting(ENTROPY)
    assert len(set(rides(offering(kem), kem, 3 * REPEAT_MESSAGES))) == 1
    assert kem.made == 1
