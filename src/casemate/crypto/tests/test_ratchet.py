"""What the Triple Ratchet promises: every message opens exactly once, nothing else ever does, and secrets heal."""

import random

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from casemate.crypto.errors import AlreadyOpened, BadKeyMaterial, EnvelopeUnreadable, SessionExhausted, TooFarAhead
from casemate.crypto.kem import MlKem768
from casemate.crypto.keys import KemPrivate, KemPublic, PrekeyPrivate, RootKey
from casemate.crypto.pq_ratchet import EPOCH_MESSAGES, LAST_NUMBER, REPEAT_MESSAGES
from casemate.crypto.primitives import Aead, x25519_public
from casemate.crypto.ratchet import HEADER, RatchetState, decrypt, encrypt, initiator_state, responder_state
from casemate.crypto.skipped import MAX_AGE_MESSAGES, MAX_KEPT, MAX_SKIP
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.protocol.errors import PeerBrokeProtocol

AD = b"associated data"
PREKEY = PrekeyPrivate(b"p" * 32)
OFFER_BYTES, ANSWER_BYTES = 1184, 1088


class Pair:
    """Two ratchet states and the messages under way between them."""

    def __init__(self, seed: bytes = b"pair", aead: Aead = Aead.AES_256_GCM) -> None:
        self.entropy = repeatable_entropy(seed)
        self.kem: RepeatableKem | MlKem768 = RepeatableKem(repeatable_entropy(b"kem" + seed))
        roots = RootKey(b"e" * 32), RootKey(b"q" * 32)
        self.states = {
            "alice": initiator_state(aead, *roots, x25519_public(PREKEY)),
            "bea": responder_state(aead, *roots, PREKEY),
        }
        self.says("alice", b"first")

    def write(self, sender: str, text: bytes) -> bytes:
        self.states[sender], message = encrypt(self.states[sender], text, AD, self.entropy, self.kem)
        return message

    def read(self, reader: str, message: bytes) -> bytes:
        self.states[reader], text = decrypt(self.states[reader], message, AD, self.kem)
        return text

    def says(self, sender: str, text: bytes) -> None:
        assert self.read(peer_of(sender), self.write(sender, text)) == text

    def talk(self, round_trips: int) -> None:
        for number in range(round_trips):
            self.says("alice", b"ping %d" % number)
            self.says("bea", b"pong %d" % number)

    def epoch(self, name: str) -> int:
        return self.states[name].pq.epoch


def peer_of(name: str) -> str:
    return "bea" if name == "alice" else "alice"


# --- delivery


@settings(max_examples=60)
@given(chance=st.randoms(use_true_random=False), steps=st.integers(5, 150), aead=st.sampled_from(Aead))
def test_in_any_order_with_loss_and_repeats_each_message_opens_exactly_once(
    chance: random.Random, steps: int, aead: Aead
) -> None:
    pair = Pair(aead=aead)
    under_way: dict[str, list[tuple[bytes, bytes]]] = {"alice": [], "bea": []}
    opened: list[tuple[str, bytes]] = []
    for step in range(steps):
        name = chance.choice(["alice", "bea"])
        waiting = under_way[name]
        if waiting and chance.random() < 0.5:
            text, message = waiting.pop(chance.randrange(len(waiting)))
            if chance.random() < 0.2:
                continue  # lost
            assert pair.read(name, message) == text
            opened.append((name, message))
        else:
            text = b"message %d" % step
            under_way[peer_of(name)].append((text, pair.write(name, text)))
    for name, waiting in under_way.items():
        for text, message in waiting:
            assert pair.read(name, message) == text
            opened.append((name, message))
    for name, message in opened:
        with pytest.raises(AlreadyOpened):
            pair.read(name, message)


@settings(max_examples=20, phases=[Phase.generate])  # a seed does not shrink
@given(seed=st.integers(0, 2**32))
def test_post_quantum_epochs_survive_loss_and_reordering(seed: int) -> None:
    """Offers and answers are lost as well; repeats bring them through, and both sides stay in step."""
    pair = Pair(seed=seed.to_bytes(8, "big"))
    chance = repeatable_entropy(b"chance" + seed.to_bytes(8, "big"))
    late: list[tuple[str, bytes, bytes]] = []
    for number in range(600):
        sender = "alice" if chance(1)[0] < 128 else "bea"
        text = b"%d" % number
        message = pair.write(sender, text)
        fate = chance(1)[0]
        if fate < 150:
            assert pair.read(peer_of(sender), message) == text
        elif fate < 220:
            late.append((peer_of(sender), text, message))
        if len(late) > 12:
            reader, text, message = late.pop(chance(1)[0] % len(late))
            assert pair.read(reader, message) == text
    assert abs(pair.epoch("alice") - pair.epoch("bea")) <= 1
    assert min(pair.epoch("alice"), pair.epoch("bea")) >= 3


def test_the_side_that_reads_first_cannot_write_first() -> None:
    responder = responder_state(Aead.AES_256_GCM, RootKey(b"e" * 32), RootKey(b"q" * 32), PREKEY)
    with pytest.raises(ValueError, match="reads before"):
        encrypt(responder, b"text", AD, repeatable_entropy(b""), MlKem768())


def test_the_initiator_may_write_many_messages_before_any_reply() -> None:
    pair = Pair()
    messages = [pair.write("alice", b"%d" % number) for number in range(100)]
    for number, message in reversed(list(enumerate(messages))):
        assert pair.read("bea", message) == b"%d" % number


# --- limits


def test_so_many_messages_may_be_skipped_and_no_more() -> None:
    pair = Pair()
    messages = [pair.write("alice", b"") for _ in range(MAX_SKIP + 2)]
    with pytest.raises(TooFarAhead):
        pair.read("bea", messages[MAX_SKIP + 1])
    pair.read("bea", messages[MAX_SKIP])
    pair.read("bea", messages[0])


def test_no_more_than_so_many_keys_are_kept() -> None:
    pair = Pair()
    first = pair.write("alice", b"the oldest")
    for _ in range(3):
        messages = [pair.write("alice", b"") for _ in range(MAX_SKIP)]
        pair.read("bea", messages[-1])
    assert len(pair.states["bea"].ec.skipped) == len(pair.states["bea"].pq.skipped) == MAX_KEPT
    with pytest.raises(AlreadyOpened):
        pair.read("bea", first)


def test_a_kept_key_is_dropped_when_too_many_later_messages_were_opened() -> None:
    pair = Pair()
    in_time, too_late = pair.write("alice", b"in time"), pair.write("alice", b"too late")
    for _ in range(MAX_AGE_MESSAGES):
        pair.says("alice", b"")
    assert pair.read("bea", in_time) == b"in time"
    pair.says("alice", b"")
    assert pair.states["bea"].ec.skipped == pair.states["bea"].pq.skipped == ()
    with pytest.raises(AlreadyOpened):
        pair.read("bea", too_late)


def test_a_full_chain_asks_for_a_new_session() -> None:
    pair = Pair()
    state = pair.states["alice"]
    full_ec = msgspec.structs.replace(state, ec=msgspec.structs.replace(state.ec, sent=LAST_NUMBER))
    full_pq = msgspec.structs.replace(state, pq=msgspec.structs.replace(state.pq, sent=LAST_NUMBER))
    for full in (full_ec, full_pq):
        with pytest.raises(SessionExhausted):
            encrypt(full, b"", AD, pair.entropy, pair.kem)


# --- hostile input


def test_changing_any_byte_fails_and_changes_nothing() -> None:
    pair = Pair()
    pair.says("bea", b"reply")
    message = pair.write("alice", b"with an offer")
    assert len(message) > OFFER_BYTES
    before = msgspec.msgpack.encode(pair.states["bea"])
    for position in range(len(message)):
        changed = message[:position] + bytes((message[position] ^ 0x41,)) + message[position + 1 :]
        with pytest.raises(PeerBrokeProtocol):
            pair.read("bea", changed)
    for end in range(len(message)):
        with pytest.raises(PeerBrokeProtocol):
            pair.read("bea", message[:end])
    with pytest.raises(EnvelopeUnreadable):
        decrypt(pair.states["bea"], message, b"other data", pair.kem)
    assert msgspec.msgpack.encode(pair.states["bea"]) == before
    assert pair.read("bea", message) == b"with an offer"


@given(st.binary(max_size=1500))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    with pytest.raises(PeerBrokeProtocol):
        Pair().read("bea", data)


def test_no_byte_moves_between_associated_data_and_header(monkeypatch: pytest.MonkeyPatch) -> None:
    bound: list[bytes] = []

    def record(aead: Aead, key: bytes, label: bytes, random: bytes, plaintext: bytes, ad: bytes) -> bytes:
        bound.append(ad)
        return bytes(16)

    pair = Pair()
    monkeypatch.setattr("casemate.crypto.ratchet.seal_once", record)
    message = pair.write("alice", b"text")
    assert bound == [len(AD).to_bytes(4, "big") + AD + message[: HEADER.size]]


@pytest.mark.parametrize("known", ["ec", "pq"])
def test_a_message_opens_only_with_the_keys_of_both_ratchets(known: str) -> None:
    """Whoever broke one of them, and knows its every secret, has nothing."""
    pair = Pair()
    stranger = responder_state(Aead.AES_256_GCM, RootKey(b"x" * 32), RootKey(b"y" * 32), PREKEY)
    alice = initiator_state(Aead.AES_256_GCM, RootKey(b"e" * 32), RootKey(b"q" * 32), x25519_public(PREKEY))
    bea = responder_state(Aead.AES_256_GCM, RootKey(b"e" * 32), RootKey(b"q" * 32), PREKEY)
    _, message = encrypt(alice, b"text", AD, pair.entropy, pair.kem)
    thief = msgspec.structs.replace(stranger, **{known: getattr(bea, known)})
    with pytest.raises(EnvelopeUnreadable):
        decrypt(thief, message, AD, pair.kem)
    assert decrypt(bea, message, AD, pair.kem)[1] == b"text"


def test_a_low_order_ratchet_key_is_refused() -> None:
    pair = Pair()
    pair.talk(1)
    message = pair.write("alice", b"text")
    with pytest.raises(BadKeyMaterial):
        pair.read("bea", message[:1] + bytes(32) + message[33:])


def test_what_one_side_sealed_does_not_open_as_the_others() -> None:
    pair = Pair()
    message = pair.write("alice", b"text")
    with pytest.raises(EnvelopeUnreadable):
        pair.read("alice", message)


def rewritten(pair: Pair, sender: str, **changes: object) -> None:
    """Make one side misbehave: set fields of its PQ state."""
    state = pair.states[sender]
    pair.states[sender] = msgspec.structs.replace(state, pq=msgspec.structs.replace(state.pq, **changes))


def test_an_offer_out_of_turn_is_refused_and_changes_nothing() -> None:
    pair = Pair()
    rewritten(pair, "bea", offer=pair.kem.generate(pair.entropy), carried=0)
    before = pair.states["alice"]
    with pytest.raises(EnvelopeUnreadable, match="out of turn"):
        pair.read("alice", pair.write("bea", b"text"))
    assert pair.states["alice"] == before


def test_an_answer_to_nothing_is_refused_and_changes_nothing() -> None:
    pair = Pair()
    rewritten(pair, "alice", answer=bytes(ANSWER_BYTES), carried=0)
    before = pair.states["bea"]
    with pytest.raises(EnvelopeUnreadable, match="to nothing"):
        pair.read("bea", pair.write("alice", b"text"))
    assert pair.states["bea"] == before


def test_a_malformed_offer_is_refused_and_changes_nothing() -> None:
    class Malformed(RepeatableKem):
        def public(self, private: KemPrivate) -> KemPublic:
            return KemPublic(b"\xff" * OFFER_BYTES)

    pair = Pair()
    pair.says("bea", b"reply")
    kem = Malformed(pair.entropy)
    _, message = encrypt(pair.states["alice"], b"text", AD, pair.entropy, kem)
    before = pair.states["bea"]
    with pytest.raises(BadKeyMaterial):
        pair.read("bea", message)
    assert pair.states["bea"] == before


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
    state = initiator_state(Aead.AES_256_GCM, RootKey(b"e" * 32), RootKey(b"q" * 32), x25519_public(PREKEY))
    kem = RepeatableKem(entropy)
    state, _ = encrypt(state, b"", AD, entropy, kem)
    for _ in range(50):
        encrypt(state, b"", AD, entropy, kem)
    assert len({key for key, _ in given_to_aead}) == len({nonce for _, nonce in given_to_aead}) == 51


# --- storage


def test_a_state_survives_storage_at_every_step() -> None:
    pair = Pair()
    for number in range(130):
        sender = "alice" if number % 2 else "bea"
        lost = pair.write(sender, b"lost")
        pair.says(sender, b"%d" % number)
        for name, state in pair.states.items():
            restored = msgspec.msgpack.decode(msgspec.msgpack.encode(state), type=RatchetState)
            assert restored == state
            pair.states[name] = restored
        assert lost


def test_states_do_not_print_their_secrets() -> None:
    pair = Pair()
    pair.talk(2)
    pair.write("alice", b"lost")
    pair.says("alice", b"")
    text = repr(pair.states["bea"])
    state = pair.states["bea"]
    assert state.ec.skipped
    secrets = [state.ec.root, state.pq.root, state.pq.sending, state.pq.receiving, state.ec.skipped[0].key]
    for secret in secrets:
        assert repr(secret.secret)[2:-1] not in text
