"""The EC ratchet by itself, against headers that no honest peer sends."""

import pytest

from casemate.crypto.ec_ratchet import EcState, ec_initiator, ec_receive, ec_responder, ec_send
from casemate.crypto.errors import AlreadyOpened, EnvelopeUnreadable
from casemate.crypto.keys import PrekeyPrivate, RatchetPrivate, RootKey
from casemate.crypto.primitives import x25519_public
from casemate.crypto.skipped import MAX_SKIP
from casemate.crypto.testing import repeatable_entropy

ENTROPY = repeatable_entropy(b"ec")
PREKEY = PrekeyPrivate(b"p" * 32)
ROOT = RootKey(b"r" * 32)


def after_a_round_trip() -> tuple[EcState, EcState]:
    """Alice has read a reply; each side's next message goes out on a chain the other knows or is about to."""
    alice, bea = ec_initiator(ROOT, x25519_public(PREKEY)), ec_responder(ROOT, PREKEY)
    alice, header, key = ec_send(alice, ENTROPY)
    bea, opened = ec_receive(bea, header, 0)
    assert opened == key
    bea, header, key = ec_send(bea, ENTROPY)
    alice, opened = ec_receive(alice, header, 0)
    assert opened == key
    return alice, bea


def test_a_number_that_was_used_is_a_repeat() -> None:
    alice, bea = after_a_round_trip()
    bea, header, _ = ec_send(bea, ENTROPY)
    alice, _ = ec_receive(alice, header, 0)
    with pytest.raises(AlreadyOpened):
        ec_receive(alice, header, 0)


def test_a_chain_cannot_have_been_shorter_than_what_was_read_of_it() -> None:
    alice, bea = after_a_round_trip()
    alice, header, _ = ec_send(alice, ENTROPY)
    assert header.before == 1
    with pytest.raises(EnvelopeUnreadable, match="fewer"):
        ec_receive(bea, header._replace(before=0), 0)
    ec_receive(bea, header, 0)


def test_what_was_read_of_a_long_chain_does_not_count_as_skipped() -> None:
    """A monologue of more than half of what may be skipped, and then the next chain."""
    alice, bea = after_a_round_trip()
    for _ in range(MAX_SKIP // 2 + 1):
        alice, header, _ = ec_send(alice, ENTROPY)
        bea, _ = ec_receive(bea, header, 0)
    bea, header, _ = ec_send(bea, ENTROPY)
    alice, _ = ec_receive(alice, header, 0)
    alice, header, key = ec_send(alice, ENTROPY)
    assert header.before > MAX_SKIP // 2
    assert ec_receive(bea, header, 0)[1] == key


def test_a_new_ratchet_key_needs_a_newer_one_of_ours() -> None:
    alice, _ = after_a_round_trip()
    assert alice.private is None
    stranger = x25519_public(RatchetPrivate(b"s" * 32))
    _, header, _ = ec_send(alice, ENTROPY)
    with pytest.raises(EnvelopeUnreadable, match="answers none"):
        ec_receive(alice, header._replace(public=stranger, number=0), 0)


def test_before_anything_was_read_there_is_no_chain_to_read_on() -> None:
    alice = ec_initiator(ROOT, x25519_public(PREKEY))
    alice, header, _ = ec_send(alice, ENTROPY)
    with pytest.raises(EnvelopeUnreadable, match="no chain"):
        ec_receive(alice, header._replace(public=x25519_public(PREKEY)), 0)


def test_every_turn_of_the_talk_draws_a_fresh_ratchet_key() -> None:
    alice, bea = after_a_round_trip()
    seen = set()
    for _ in range(20):
        alice, header, _ = ec_send(alice, ENTROPY)
        bea, _ = ec_receive(bea, header, 0)
        seen.add(header.public)
        bea, header, _ = ec_send(bea, ENTROPY)
        alice, _ = ec_receive(alice, header, 0)
        seen.add(header.public)
    assert len(seen) == 40
