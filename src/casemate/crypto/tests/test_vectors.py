"""The golden vectors: what went over the wire once is made, and read, for ever."""

import json
from typing import Any

import msgspec

from casemate.crypto.control import open_control
from casemate.crypto.envelope import open_envelope, read_envelope
from casemate.crypto.identity import OwnDevice, verify_device_list
from casemate.crypto.kem import Kem, MlKem768
from casemate.crypto.prekeys import PrekeySecrets
from casemate.crypto.session import Session, answer_session, session_from_bytes
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.crypto.tests.pair import Talk
from casemate.crypto.tests.vectors import FOLDER, as_json, crypto_vectors


def load(name: str) -> dict[str, Any]:
    vectors: dict[str, Any] = json.loads((FOLDER / name).read_text(encoding="utf-8"))
    return vectors


def test_the_same_entropy_gives_the_same_bytes_as_ever() -> None:
    assert json.loads(as_json(crypto_vectors())) == load("crypto.json")


def test_recorded_states_are_still_read() -> None:
    for talk in load("crypto.json")["talks"]:
        alice, bea = (session_from_bytes(bytes.fromhex(talk[side])) for side in ("state_of_a", "state_of_b"))
        assert alice.session_id.hex() == bea.session_id.hex() == talk["session_id"]
        assert open_control(bea, bytes.fromhex(talk["control_from_a"])) == b"receipt"
        assert open_control(alice, bytes.fromhex(talk["control_from_b"])) == b"receipt"


def test_a_talk_recorded_with_ml_kem_still_opens() -> None:
    """Handshake and first envelope, from the private prekeys alone."""
    recorded = load("crypto_ml_kem.json")
    device = msgspec.msgpack.decode(bytes.fromhex(recorded["device"]), type=OwnDevice)
    secrets = msgspec.msgpack.decode(bytes.fromhex(recorded["prekey_secrets"]), type=PrekeySecrets)
    peer = verify_device_list(bytes.fromhex(recorded["peer_device_list"]))
    talk = recorded["talk"]
    initial = bytes.fromhex(talk["initial_header"])
    session = answer_session(device, peer, secrets, initial, MlKem768())
    assert session.transcript.hex() == talk["transcript"]
    assert session.session_id.hex() == talk["session_id"]
    first = bytes.fromhex(talk["messages"][0]["envelope"])
    assert read_envelope(first).initial_header == initial
    session, number, content = open_envelope(session, first, MlKem768())
    assert (number, content.hex()) == (0, talk["messages"][0]["content"])


def test_recorded_states_go_on_talking() -> None:
    recorded: list[tuple[dict[str, Any], Kem]] = [
        (talk, RepeatableKem(repeatable_entropy(b""))) for talk in load("crypto.json")["talks"]
    ]
    recorded.append((load("crypto_ml_kem.json")["talk"], MlKem768()))
    for talk, kem in recorded:
        alice, bea = (session_from_bytes(bytes.fromhex(talk[side])) for side in ("state_of_a", "state_of_b"))
        assert alice.ratchet.pq.epoch == talk["epoch_at_the_end"] == 2
        goes_on(alice, bea, kem)


def test_an_offer_that_was_stored_as_its_seed_alone_is_still_made_and_answered() -> None:
    """States of once held no public key beside the seed."""
    recorded = load("crypto_offer_as_seed.json")
    alice, bea = (session_from_bytes(bytes.fromhex(recorded[side])) for side in ("state_of_a", "state_of_b"))
    offer = alice.ratchet.pq.offer
    assert offer is not None
    assert offer.public is None
    goes_on(alice, bea, MlKem768())


def goes_on(alice: Session, bea: Session, kem: Kem) -> None:
    talk = Talk(alice, bea, repeatable_entropy(b"goes on"), kem)
    talk.round_trips(60)
    assert talk.alice.ratchet.pq.epoch > alice.ratchet.pq.epoch
