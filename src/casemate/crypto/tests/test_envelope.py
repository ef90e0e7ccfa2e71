"""Envelopes and control messages against a server that reads, changes, replays and reorders them."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.control import control_session_id, open_control, seal_control
from casemate.crypto.envelope import open_envelope, read_envelope, seal
from casemate.crypto.errors import (
    AlreadyOpened,
    EnvelopeUnreadable,
    HandshakeRefused,
    StoredStateDamaged,
    UnknownVersion,
)
from casemate.crypto.handshake import replay_token
from casemate.crypto.kem import MlKem768
from casemate.crypto.keys import KemPublic
from casemate.crypto.primitives import Aead
from casemate.crypto.session import session_from_bytes
from casemate.crypto.tests.pair import ORIGIN, Talk, two_in_session, two_people
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.limits import CONTROL_BYTES, ENVELOPE_BYTES


def with_byte(data: bytes, position: int, flip: int) -> bytes:
    return data[:position] + bytes((data[position] ^ flip,)) + data[position + 1 :]


# --- sessions


@pytest.mark.parametrize("aead", list(Aead))
def test_a_talk_with_the_real_kem_survives_storage_at_every_step(aead: Aead) -> None:
    talk = two_in_session(kem=MlKem768(), aead=aead)
    for _ in range(60):
        talk.round_trips(1)
        for session in (talk.alice, talk.bea):
            assert session_from_bytes(session.to_bytes()) == session
        talk.alice, talk.bea = session_from_bytes(talk.alice.to_bytes()), session_from_bytes(talk.bea.to_bytes())
    assert talk.alice.aead is talk.bea.aead is aead
    assert talk.alice.session_id == talk.bea.session_id
    assert (talk.alice.initiator, talk.bea.initiator) == (True, False)
    assert talk.bea.ratchet.pq.epoch >= 2


def test_the_initial_header_rides_along_until_a_reply_was_read() -> None:
    talk = two_in_session()
    assert read_envelope(talk.send("alice", b"again")).initial_header is not None
    talk.says("bea", b"reply")
    assert talk.alice.initial_header is None
    assert read_envelope(talk.send("alice", b"lean")).initial_header is None


def test_a_receipt_is_as_good_as_a_reply_to_drop_the_initial_header() -> None:
    talk = two_in_session()
    assert open_control(talk.alice, seal_control(talk.bea, b"receipt", talk.entropy)) == b"receipt"
    confirmed = talk.alice.confirmed()
    assert confirmed.initial_header is None
    assert confirmed.confirmed() is confirmed
    assert confirmed.ratchet == talk.alice.ratchet


def test_any_of_the_first_messages_starts_the_session() -> None:
    alice, bea = two_people(b"first messages")
    bundle, secrets = bea.one_time()
    session = alice.start(bea, bundle)
    envelopes = []
    for number in range(5):
        session, envelope = seal(session, number, ORIGIN, b"%d" % number, alice.entropy, alice.kem)
        envelopes.append(envelope)
    answered = bea.answer(alice, secrets, envelopes[3])
    for number in (3, 0, 4, 1, 2):
        answered, opened, text = open_envelope(answered, envelopes[number], bea.kem)
        assert (opened, text) == (number, b"%d" % number)


def test_the_responder_reads_before_it_writes() -> None:
    alice, bea = two_people(b"order")
    bundle, secrets = bea.one_time()
    _, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"text", alice.entropy, alice.kem)
    answered = bea.answer(alice, secrets, envelope)
    with pytest.raises(ValueError, match="reads before"):
        seal(answered, 1, ORIGIN, b"text", bea.entropy, bea.kem)
    seal(open_envelope(answered, envelope, bea.kem)[0], 1, ORIGIN, b"text", bea.entropy, bea.kem)


@pytest.mark.parametrize("data", [b"", b"\x00", b"\x91\x01", b"\xff" * 40])
def test_damaged_storage_is_told_apart_from_hostile_peers(data: bytes) -> None:
    with pytest.raises(StoredStateDamaged):
        session_from_bytes(data)


def test_state_of_a_newer_program_is_refused() -> None:
    session = two_in_session().alice
    newer = msgspec.msgpack.encode(msgspec.structs.replace(session, format=2))
    with pytest.raises(StoredStateDamaged):
        session_from_bytes(newer)


def test_a_session_does_not_print_its_keys() -> None:
    talk = two_in_session()
    for secret in (talk.alice.control, talk.alice.ratchet.ec.root, talk.alice.ratchet.pq.sending):
        assert repr(secret.secret)[2:-1] not in repr(talk.alice)


# --- the server as attacker


def test_the_server_can_read_route_number_and_origin_and_nothing_else() -> None:
    talk = two_in_session()
    envelope = talk.send("bea", b"the quick brown fox")
    header = read_envelope(envelope)
    assert (header.sender, header.recipient) == (talk.bea.own_device, talk.alice.own_device)
    assert header.session_id == talk.alice.session_id
    assert (header.number, header.origin) == (1, ORIGIN)
    assert b"quick" not in envelope


def test_changing_any_byte_of_an_envelope_fails_and_changes_nothing() -> None:
    talk = two_in_session()
    envelope = talk.send("alice", b"with an initial header")
    before = talk.bea.to_bytes()
    for position in range(len(envelope)):
        with pytest.raises(PeerBrokeProtocol):
            talk.receive("bea", with_byte(envelope, position, 0x10))
    for end in range(len(envelope)):
        with pytest.raises(PeerBrokeProtocol):
            talk.receive("bea", envelope[:end])
    assert talk.bea.to_bytes() == before
    assert talk.receive("bea", envelope) == b"with an initial header"


def test_changing_any_byte_of_a_first_envelope_starts_no_session() -> None:
    alice, bea = two_people(b"first bytes")
    bundle, secrets = bea.one_time()
    _, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"text", alice.entropy, alice.kem)
    for position in range(0, len(envelope), 3):
        changed = with_byte(envelope, position, 0x01)
        with pytest.raises(PeerBrokeProtocol):
            initial = read_envelope(changed).initial_header
            if initial is None:
                raise EnvelopeUnreadable
            open_envelope(bea.answer(alice, secrets, changed), changed, bea.kem)


def test_a_replayed_envelope_does_not_open_again() -> None:
    talk = two_in_session()
    envelopes = [talk.send("alice", b"%d" % number) for number in range(3)]
    for number, envelope in enumerate(envelopes):
        assert talk.receive("bea", envelope) == b"%d" % number
    talk.round_trips(100)
    for envelope in envelopes:
        with pytest.raises(AlreadyOpened):
            talk.receive("bea", envelope)


def test_a_replayed_first_envelope_is_known_by_its_token_though_the_prekeys_are_there() -> None:
    """With a last-resort bundle the handshake itself can be repeated: the token is what stops it."""
    alice, bea = two_people(b"replay")
    bundle, secrets = bea.last_resort()
    _, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"text", alice.entropy, alice.kem)
    initial = read_envelope(envelope).initial_header
    assert initial is not None
    seen = {replay_token(initial)}
    assert open_envelope(bea.answer(alice, secrets, envelope), envelope, bea.kem)[2] == b"text"
    assert replay_token(read_envelope(bytes(envelope)).initial_header or b"") in seen


def test_an_envelope_sent_back_to_its_sender_does_not_open() -> None:
    talk = two_in_session()
    envelope = talk.send("alice", b"text")
    with pytest.raises(EnvelopeUnreadable):
        talk.receive("alice", envelope)
    swapped = envelope[:2] + envelope[18:34] + envelope[2:18] + envelope[34:]
    with pytest.raises(EnvelopeUnreadable):
        talk.receive("alice", swapped)


def test_an_envelope_does_not_open_in_another_session_of_the_same_people() -> None:
    alice, bea = two_people(b"two sessions")
    talks = []
    for _ in range(2):
        bundle, secrets = bea.one_time()
        session, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"", alice.entropy, alice.kem)
        answered, _, _ = open_envelope(bea.answer(alice, secrets, envelope), envelope, bea.kem)
        talks.append(Talk(session, answered, alice.entropy, alice.kem))
    envelope = talks[0].send("alice", b"text")
    with pytest.raises(EnvelopeUnreadable):
        talks[1].receive("bea", envelope)
    relabelled = envelope[:34] + talks[1].bea.session_id + envelope[50:]
    with pytest.raises(EnvelopeUnreadable):
        talks[1].receive("bea", relabelled)


def test_a_server_in_the_middle_that_swaps_the_bundle_reads_nothing_and_is_noticed() -> None:
    """The server hands Alice a bundle with a KEM key of its own: signed by nobody, it is refused at once."""
    alice, bea = two_people(b"middle")
    bundle, secrets = bea.one_time()
    own = alice.kem.public(alice.kem.generate(alice.entropy))
    swapped = bundle.replace(bytes(secrets.bundle.kem_prekey), bytes(KemPublic(own)))
    assert swapped != bundle
    with pytest.raises(PeerBrokeProtocol):
        alice.start(bea, swapped)


def test_a_withheld_one_time_bundle_still_gives_a_session() -> None:
    """The server offers only the last-resort bundle: less forward secrecy for the first message, nothing worse."""
    alice, bea = two_people(b"withheld")
    bundle, secrets = bea.last_resort()
    session, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"", alice.entropy, alice.kem)
    answered, _, _ = open_envelope(bea.answer(alice, secrets, envelope), envelope, bea.kem)
    talk = Talk(session, answered, alice.entropy, alice.kem)
    talk.round_trips(3)
    assert talk.alice.ratchet.pq.epoch >= 1


def test_secrets_that_were_used_and_deleted_leave_only_the_wrong_ones() -> None:
    alice, bea = two_people(b"deleted")
    bundle, _ = bea.one_time()
    _, other = bea.one_time()
    _, envelope = seal(alice.start(bea, bundle), 1, ORIGIN, b"", alice.entropy, alice.kem)
    with pytest.raises(HandshakeRefused):
        bea.answer(alice, other, envelope)


@pytest.mark.parametrize(("version", "must_update"), [(2, "recipient"), (255, "recipient"), (0, "sender")])
def test_an_unknown_version_names_who_must_update(version: int, must_update: str) -> None:
    talk = two_in_session()
    envelope = bytes((version,)) + talk.send("alice", b"text")[1:]
    with pytest.raises(UnknownVersion) as raised:
        talk.receive("bea", envelope)
    assert raised.value.must_update == must_update


@given(st.binary(max_size=400))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for bytes_ in (data, b"\x01\x01" + data):
        with pytest.raises(EnvelopeUnreadable):
            open_envelope(TALK.bea, bytes_, TALK.kem)
        with pytest.raises(EnvelopeUnreadable):
            open_control(TALK.bea, bytes_)


def test_envelopes_have_a_largest_size() -> None:
    talk = two_in_session()
    with pytest.raises(ValueError, match="too large"):
        talk.send("alice", bytes(ENVELOPE_BYTES))
    with pytest.raises(EnvelopeUnreadable):
        read_envelope(bytes(ENVELOPE_BYTES + 1))


# --- control messages


@pytest.mark.parametrize("aead", list(Aead))
def test_control_messages_open_at_the_peer_whatever_the_ratchets_do(aead: Aead) -> None:
    talk = two_in_session(aead=aead)
    early = seal_control(talk.alice, b"early", talk.entropy)
    talk.round_trips(80)
    before = talk.bea.to_bytes()
    assert open_control(talk.bea, early) == b"early"
    assert open_control(talk.alice, seal_control(talk.bea, b"late", talk.entropy)) == b"late"
    assert talk.bea.to_bytes() == before
    assert control_session_id(early) == talk.bea.session_id


def test_a_control_message_does_not_open_as_the_other_sides() -> None:
    talk = two_in_session()
    with pytest.raises(EnvelopeUnreadable):
        open_control(talk.alice, seal_control(talk.alice, b"text", talk.entropy))


def test_the_same_control_message_twice_looks_unrelated() -> None:
    talk = two_in_session()
    first, second = (seal_control(talk.alice, b"text", talk.entropy) for _ in range(2))
    assert first[34:] != second[34:]


def test_changing_any_byte_of_a_control_message_fails() -> None:
    talk = two_in_session()
    sealed = seal_control(talk.alice, b"receipt", talk.entropy)
    for position in range(len(sealed)):
        with pytest.raises(EnvelopeUnreadable):
            open_control(talk.bea, with_byte(sealed, position, 0x80))
    for end in range(len(sealed)):
        with pytest.raises(EnvelopeUnreadable):
            open_control(talk.bea, sealed[:end])


def test_a_control_message_is_no_envelope_and_the_reverse() -> None:
    talk = two_in_session()
    with pytest.raises(EnvelopeUnreadable):
        talk.receive("bea", seal_control(talk.alice, b"text" * 30, talk.entropy))
    with pytest.raises(EnvelopeUnreadable):
        control_session_id(talk.send("alice", b"text"))
    with pytest.raises(EnvelopeUnreadable):
        control_session_id(b"\x01\x02short")


def test_control_messages_have_a_largest_size() -> None:
    talk = two_in_session()
    with pytest.raises(ValueError, match="too large"):
        seal_control(talk.alice, bytes(CONTROL_BYTES), talk.entropy)
    with pytest.raises(EnvelopeUnreadable):
        open_control(talk.bea, bytes(CONTROL_BYTES + 1))


TALK = two_in_session(b"hostile bytes")
