"""Signed names: only the account itself, only for one server, only forwards."""

import json

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto import labels
from casemate.crypto.canonical import SignedDocument, encode
from casemate.crypto.errors import BadNames, BadSignature
from casemate.crypto.identity import rotate_account_key, sign_device_list, verify_device_list
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.names import Names, replaces, sign_names, verify_names
from casemate.crypto.primitives import ed25519_sign
from casemate.crypto.testing import repeatable_entropy
from casemate.crypto.tests.pair import two_people
from casemate.crypto.tests.vectors import FOLDER
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.limits import NAMES_BYTES

ALICE, BEA = two_people(b"names")
SERVER = new_server_key(repeatable_entropy(b"server"))[1]
OTHER_SERVER = new_server_key(repeatable_entropy(b"another server"))[1]
DOCUMENT = sign_names(BEA.account, SERVER, 3, "bea", "Bea Ångström", b"p" * 32)


def names(number: int = 3, username: str = "bea", full_name: str = "Bea", picture_hash: bytes = b"") -> Names:
    return Names(1, BEA.account.account_id, SERVER, number, username, full_name, picture_hash)


def signed(body: Names) -> bytes:
    """A document whose signature holds, whatever it says."""
    data = encode(body)
    return encode(SignedDocument(data, ed25519_sign(BEA.account.private, labels.NAMES, data)))


def test_signed_names_come_back_as_they_were() -> None:
    arrived = verify_names(DOCUMENT, BEA.device_list, SERVER)
    assert (arrived.number, arrived.username, arrived.full_name) == (3, "bea", "Bea Ångström")
    assert arrived.picture_hash == b"p" * 32
    assert len(signed(names(2**63 - 1, "u" * 37, "n" * 77, b"p" * 32))) <= NAMES_BYTES


@given(st.data())
def test_changing_any_byte_is_noticed(data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(DOCUMENT) - 1))
    flip = data.draw(st.integers(1, 255))
    changed = DOCUMENT[:position] + bytes((DOCUMENT[position] ^ flip,)) + DOCUMENT[position + 1 :]
    with pytest.raises(PeerBrokeProtocol):
        verify_names(changed, BEA.device_list, SERVER)


@given(st.binary(max_size=NAMES_BYTES + 1))
def test_any_bytes_are_refused_by_name(data: bytes) -> None:
    with pytest.raises(BadNames):
        verify_names(data, BEA.device_list, SERVER)


def test_names_of_another_account_or_server_are_refused() -> None:
    with pytest.raises(BadNames):
        verify_names(DOCUMENT, ALICE.device_list, SERVER)
    with pytest.raises(BadNames):
        verify_names(DOCUMENT, BEA.device_list, OTHER_SERVER)


def test_somebody_elses_signature_is_refused() -> None:
    data = encode(names())
    forged = encode(SignedDocument(data, ed25519_sign(ALICE.account.private, labels.NAMES, data)))
    with pytest.raises(BadSignature):
        verify_names(forged, BEA.device_list, SERVER)


def test_a_retired_account_key_names_nobody() -> None:
    rotated = rotate_account_key(BEA.account, BEA.entropy)
    newer = verify_device_list(sign_device_list(rotated, 2, (BEA.device.entry,)))
    with pytest.raises(BadSignature):
        verify_names(DOCUMENT, newer, SERVER)
    assert verify_names(sign_names(rotated, SERVER, 4, "bea", "Bea"), newer, SERVER).number == 4


@pytest.mark.parametrize(
    "wrong",
    [
        names(number=0),
        names(number=2**63),
        names(username="ab"),
        names(username="u" * 38),
        names(username="ü" * 19),
        names(full_name="x"),
        names(full_name="n" * 78),
        names(picture_hash=b"p" * 31),
        names(picture_hash=b"p" * 33),
        msgspec.structs.replace(names(), version=2),
        msgspec.structs.replace(names(), server_key=Ed25519Public(b"short")),
    ],
)
def test_a_document_beyond_its_bounds_is_refused_though_signed(wrong: Names) -> None:
    with pytest.raises(BadNames):
        verify_names(signed(wrong), BEA.device_list, SERVER)


def test_another_spelling_or_a_surplus_field_is_refused() -> None:
    for data in [
        msgspec.msgpack.encode([*msgspec.structs.astuple(names()), b"more"]),
        msgspec.msgpack.encode(list(msgspec.structs.astuple(names()))[:-1]),
        encode(names()).replace(b"\xa3bea", b"\xd9\x03bea"),
        encode(names()) + b"\x00",
    ]:
        spelled = encode(SignedDocument(data, ed25519_sign(BEA.account.private, labels.NAMES, data)))
        with pytest.raises(BadNames):
            verify_names(spelled, BEA.device_list, SERVER)


def test_only_a_higher_number_replaces() -> None:
    assert replaces(names(3), names(4, full_name="Bea B."))
    assert not replaces(names(3), names(2, full_name="Bea B."))
    assert not replaces(names(3), names(3))


def test_two_documents_of_one_number_end_the_same_whatever_comes_first() -> None:
    one, other = names(full_name="Bea B."), names(full_name="Bea C.")
    assert replaces(one, other) != replaces(other, one)


def test_a_username_never_changes() -> None:
    for number in (2, 3, 4):
        with pytest.raises(BadNames):
            replaces(names(3), names(number, username="mallory"))


def test_the_golden_names_are_still_read() -> None:
    golden = json.loads((FOLDER / "crypto.json").read_text(encoding="utf-8"))
    recorded = golden["names"]
    card = msgspec.msgpack.decode(msgspec.msgpack.decode(bytes.fromhex(golden["card"]))[0])
    server_key = Ed25519Public(bytes.fromhex(recorded["server_key"]))
    arrived = verify_names(bytes.fromhex(recorded["document"]), verify_device_list(card[6]), server_key)
    assert (arrived.number, arrived.username, arrived.full_name) == (3, "bea", "Bea Ångström")
    assert arrived.picture_hash.hex() == recorded["picture_hash"]
