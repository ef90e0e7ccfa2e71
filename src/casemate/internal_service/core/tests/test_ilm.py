"""ILM envelopes as Citadel's messenger writes them, and chat text in the forms of its UI."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.conversations.chat_form import nested_chat, text_of
from casemate.protocol.ids import Cid, MessageId

A = Cid(int.from_bytes(bytes.fromhex("5b67cb0bdd7688fb"), "little"))
B = Cid(int.from_bytes(bytes.fromhex("fca6269b3ef17e33"), "little"))
DATA = bytes.fromhex("000000005b67cb0bdd7688fbfca6269b3ef17e3300000000000000000b00000000000000696c6d20412d3e42202330")
ACK = bytes.fromhex("0100000000000000fca6269b3ef17e335b67cb0bdd7688fb0000000000000000")

cids = st.integers(0, 2**64 - 1).map(Cid)
numbers = st.integers(0, 2**64 - 1)
frames = (
    st.builds(ilm.Data, cids, cids, numbers, st.binary(max_size=50))
    | st.builds(ilm.Ack, cids, cids, numbers)
    | st.builds(ilm.Poll, cids, cids, st.none() | numbers)
)


def test_the_bytes_seen_on_the_wire_are_read_and_acknowledged() -> None:
    frame = ilm.decode(DATA)
    assert frame == ilm.Data(A, B, 0, b"ilm A->B #0")
    assert ilm.acknowledgement(frame) == ACK
    assert ilm.decode(ACK) == ilm.Ack(B, A, 0)


@given(frames)
def test_every_frame_survives_the_wire(frame: ilm.Frame) -> None:
    assert ilm.decode(ilm.encode(frame)) == frame


@given(st.binary(max_size=80))
def test_whatever_the_bytes_what_is_read_is_written_the_same(body: bytes) -> None:
    frame = ilm.decode(body)
    assert frame is None or ilm.encode(frame) == body


@pytest.mark.parametrize("body", [b"", b"{}", DATA[:-1], DATA + b"x", ACK[:-1], ACK + b"x", b"\x01" + bytes(25)])
def test_bytes_that_do_not_fit_exactly_are_no_envelope(body: bytes) -> None:
    assert ilm.decode(body) is None


def text_message(text: str) -> bytes:
    return json.dumps({"type": "TextMessage", "data": {"id": "1", "text": text}}).encode()


def nested(body: bytes) -> bytes:
    return json.dumps({"Request": {"Message": {"contents": list(body)}}}).encode()


@pytest.mark.parametrize(
    "body",
    [
        text_message("Hej"),
        nested(text_message("Hej")),
        ilm.encode(ilm.Data(A, B, 7, nested(text_message("Hej")))),
        json.dumps({"type": "Message", "message_contents": list(b"Hej")}).encode(),
        nested(json.dumps({"message_contents": "Hej"}).encode()),
    ],
)
def test_text_is_found_in_every_form_we_know(body: bytes) -> None:
    assert text_of(body) == "Hej"


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"Hej",
        b"{",
        b"[]",
        b"{}",
        ACK,
        b'{"type":"TypingIndicator","data":{"text":"Hej"}}',
        b'{"type":"TextMessage","data":{"text":5}}',
        b'{"type":"TextMessage","data":[]}',
        b'{"Request":{"Message":{"contents":[256]}}}',
        b'{"Request":{"Message":{"contents":"x"}}}',
        b'{"message_contents":[255]}',
        b'{"a":' * 50_000,
    ],
)
def test_everything_else_is_not_text(body: bytes) -> None:
    assert text_of(body) is None


@given(st.text(max_size=100))
def test_our_own_form_is_read_back(text: str) -> None:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return
    assert text_of(nested_chat(MessageId(bytes(16)), text, 5)) == text


@given(st.binary(max_size=200))
def test_no_bytes_break_the_reader(body: bytes) -> None:
    text_of(body)


def test_the_heads_of_what_is_kept_are_found_wherever_they_stand() -> None:
    ours, theirs = ilm.Data(Cid(7), Cid(9), 1, b"words"), ilm.Data(Cid(9), Cid(7), 2, b"")
    of_others = ilm.Data(Cid(8), Cid(9), 1, b"words")
    value = b"\x01" + b"".join(map(ilm.payload, (ours, of_others, theirs, ours))) + bytes(3)
    found = ilm.heads_in(value, Cid(7), 9)
    assert {ilm.head(ours), ilm.head(theirs)} <= set(found)
    assert ilm.head(of_others) not in found
    assert ilm.heads_in(value, Cid(7), 1) == [ilm.head(ours)]
    assert ilm.heads_in(value[:25], Cid(7), 9) == [], "nothing said is there"
    assert ilm.heads_in(Cid(7).to_bytes(8, "little"), Cid(7), 9) == []
