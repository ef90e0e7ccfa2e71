"""What a thief of a state can and cannot read, and when a session has healed: epochs and both ratchets together."""

import msgspec
import pytest

from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.kem import MlKem768
from casemate.crypto.pq_ratchet import EPOCH_MESSAGES, REPEAT_MESSAGES
from casemate.crypto.primitives import Aead, x25519_public
from casemate.crypto.ratchet import HEADER, RatchetState, decrypt, encrypt, initiator_state
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.crypto.tests.ratchet_pair import AD, ANSWER_BYTES, EC_ROOT, OFFER_BYTES, PQ_ROOT, PREKEY, Pair, peer_of
from casemate.protocol.errors import PeerBrokeProtocol

# --- epochs


def test_the_first_epoch_is_offered_with_the_first_message_after_a_reply() -> None:
    pair = Pair()
    assert len(pair.write("alice", b"")) < OFFER_BYTES
    pair.says("bea", b"reply")
    offer = pair.write("alice", b"")
    assert len(offer) > OFFER_BYTES
    pair.read("bea", offer)
    answer = pair.write("bea", b"")
    assert len(answer) > ANSWER_BYTES
    assert (pair.epoch("alice"), pair.epoch("bea")) == (0, 1)
    pair.read("alice", answer)
    assert (pair.epoch("alice"), pair.epoch("bea")) == (1, 1)


def test_the_answering_side_uses_an_epoch_only_once_the_peer_was_seen_in_it() -> None:
    pair = Pair()
    pair.talk(1)
    pair.says("bea", b"")
    pair.says("alice", b"offer")
    answers = [pair.write("bea", b"%d" % number) for number in range(3)]
    epochs = [HEADER.unpack_from(answer)[4] for answer in answers]
    assert epochs == [0, 0, 0]
    for number, answer in enumerate(answers):
        assert pair.read("alice", answer) == b"%d" % number
    confirmed = pair.write("alice", b"in the new epoch")
    assert HEADER.unpack_from(confirmed)[4] == 1
    pair.read("bea", confirmed)
    assert HEADER.unpack_from(pair.write("bea", b""))[4] == 1


def test_offer_and_answer_are_repeated_at_intervals_until_confirmed() -> None:
    pair = Pair()
    pair.says("bea", b"reply")
    carrying = [len(pair.write("alice", b"")) > OFFER_BYTES for _ in range(2 * REPEAT_MESSAGES + 1)]
    assert [position for position, carries in enumerate(carrying) if carries] == [
        0,
        REPEAT_MESSAGES,
        2 * REPEAT_MESSAGES,
    ]


def test_an_epoch_costs_its_key_once_in_so_many_messages() -> None:
    pair = Pair()
    pair.talk(10)
    start, carried, messages = pair.epoch("alice"), 0, 500
    for number in range(messages):
        sender = "alice" if number % 2 else "bea"
        message = pair.write(sender, b"")
        carried += len(message) > 500
        pair.read(peer_of(sender), message)
    epochs = pair.epoch("alice") - start
    assert messages // (EPOCH_MESSAGES + 4) <= epochs <= messages // EPOCH_MESSAGES
    assert carried <= 2 * (epochs + 1)


# --- secrecy


def test_a_state_does_not_open_what_was_opened_before_it() -> None:
    """Forward secrecy, for every message of a long talk, with the real KEM."""
    pair = Pair()
    pair.kem = MlKem768()
    past: dict[str, list[bytes]] = {"alice": [], "bea": []}
    for number in range(160):
        sender = "alice" if number % 3 else "bea"
        message = pair.write(sender, b"%d" % number)
        pair.read(peer_of(sender), message)
        past[peer_of(sender)].append(message)
    assert pair.epoch("bea") >= 3
    for name, messages in past.items():
        for message in messages:
            with pytest.raises(EnvelopeUnreadable):
                pair.read(name, message)


def test_no_secret_of_a_past_state_is_left_in_a_later_one() -> None:
    pair = Pair()
    pair.talk(3)
    early = secrets_of(pair.states["bea"])
    pair.talk(EPOCH_MESSAGES * 2)
    assert not early & secrets_of(pair.states["bea"])


def secrets_of(state: RatchetState) -> set[bytes]:
    """Every 32-byte (or longer) secret of a state."""
    found: set[bytes] = set()

    def collect(value: object) -> None:
        if isinstance(value, bytes) and len(value) >= 32:
            found.add(value)
        elif isinstance(value, (list, tuple)):
            for element in value:
                collect(element)

    collect(msgspec.to_builtins(state, builtin_types=(bytes,)))
    return found


def test_the_ec_ratchet_heals_after_one_round_trip() -> None:
    """A thief with all of Bea's state, and all PQ secrets for free, is locked out once she wrote and Alice answered."""
    pair = Pair()
    pair.talk(5)
    stolen = pair.states["bea"]
    readable = pair.write("alice", b"readable")
    assert decrypt(stolen, readable, AD, pair.kem)[1] == b"readable"
    pair.read("bea", readable)
    pair.says("bea", b"with a fresh key")
    healed = pair.write("alice", b"healed")
    knows_pq = msgspec.structs.replace(stolen, pq=pair.states["bea"].pq)
    with pytest.raises(EnvelopeUnreadable):
        decrypt(knows_pq, healed, AD, pair.kem)
    assert pair.read("bea", healed) == b"healed"


def thief_follows(pair: Pair, victim: str, round_trips: int) -> list[bool]:
    """Copy the victim's state, hand the thief every later EC secret, and tell which later messages it can read."""
    thief = pair.states[victim]
    read: list[bool] = []
    for number in range(round_trips):
        pair.says(victim, b"from the victim")
        message = pair.write(peer_of(victim), b"%d" % number)
        thief = msgspec.structs.replace(thief, ec=pair.states[victim].ec)
        pair.read(victim, message)
        try:
            thief, _ = decrypt(thief, message, AD, pair.kem)
            read.append(True)
        except PeerBrokeProtocol:
            read.append(False)
    return read


@pytest.mark.parametrize("victim", ["alice", "bea"])
@pytest.mark.parametrize("stolen_after", [3, 15, 26, 27, 40])
def test_the_pq_ratchet_heals_within_two_epochs(victim: str, stolen_after: int) -> None:
    """Even a thief who reads every EC key, as a quantum computer would, is locked out by fresh KEM secrets."""
    pair = Pair()
    pair.kem = MlKem768()
    pair.talk(stolen_after)
    read = thief_follows(pair, victim, round_trips=EPOCH_MESSAGES + 10)
    assert read[0]
    assert not any(read[EPOCH_MESSAGES + 4 :])


def test_a_restored_state_repeats_no_key_and_no_nonce(monkeypatch: pytest.MonkeyPatch) -> None:
    """The same state sends twice, as after a rollback: chain keys repeat, what the AEAD is given does not."""
    given_to_aead: list[tuple[bytes, bytes]] = []

    def record(aead: Aead, key: bytes, nonce: bytes, plaintext: bytes, ad: bytes) -> bytes:
        given_to_aead.append((key, nonce))
        return bytes(16)

    monkeypatch.setattr("casemate.crypto.sealing.aead_encrypt", record)
    entropy = repeatable_entropy(b"restored")
    state = initiator_state(Aead.AES_256_GCM, EC_ROOT, PQ_ROOT, x25519_public(PREKEY))
    kem = RepeatableKem(entropy)
    state, _ = encrypt(state, b"", AD, entropy, kem)
    for _ in range(50):
        encrypt(state, b"", AD, entropy, kem)
    assert len({key for key, _ in given_to_aead}) == len({nonce for _, nonce in given_to_aead}) == 51
