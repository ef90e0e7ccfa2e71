"""Sealed content: every field within its bounds, unknown kinds kept, lengths hidden."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.content import LAST_COUNTER, MAX_HEADS, Content, Kind, Shows, decode_content, encode_content
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.padding import SMALLEST_BYTES, pad, padme, unpad
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import ENVELOPE_BYTES, MESSAGE_BODY_BYTES

HELLO = Content(
    version=1,
    kind=Kind.CHAT,
    message_id=MessageId(b"m" * 16),
    conversation_id=ConversationId(b"c" * 16),
    counter=7,
    heads=(MessageId(b"h" * 16),),
    sent_at_ms=1_800_000_000_000,
    expires_at=None,
    body="Grüße".encode(),
)

ids = st.binary(min_size=16, max_size=16)
contents = st.builds(
    Content,
    version=st.just(1),
    kind=st.from_regex(r"[a-z][a-z0-9_]{0,31}", fullmatch=True) | st.sampled_from(list(Kind)).map(str),
    message_id=ids.map(MessageId),
    conversation_id=ids,
    counter=st.integers(0, LAST_COUNTER),
    heads=st.lists(ids.map(MessageId), max_size=MAX_HEADS).map(tuple),
    sent_at_ms=st.integers(0, 2**53),
    expires_at=st.none() | st.integers(0, 2**53),
    body=st.binary(max_size=3000),
    shows=st.none() | st.sampled_from(list(Shows)).map(str),
    lives_for=st.none() | st.integers(0, 2**53),
)


@given(contents)
def test_every_content_survives_the_wire(content: Content) -> None:
    assert decode_content(encode_content(content)) == content


def test_a_kind_we_do_not_know_is_kept() -> None:
    content = msgspec.structs.replace(HELLO, kind="poll_2027")
    assert decode_content(encode_content(content)).kind == "poll_2027"


def test_fields_of_a_later_version_are_ignored() -> None:
    values = [*msgspec.to_builtins(HELLO, builtin_types=(bytes,)), "later", {"nested": [1, 2]}]
    values[0] = 2
    decoded = decode_content(pad(msgspec.msgpack.encode(values)))
    assert decoded == msgspec.structs.replace(HELLO, version=2)


@pytest.mark.parametrize(
    "changes",
    [
        {"version": 0},
        {"kind": ""},
        {"kind": "Chat"},
        {"kind": "x" * 33},
        {"kind": "chat\n"},
        {"message_id": b"short"},
        {"conversation_id": b"c" * 17},
        {"counter": -1},
        {"counter": LAST_COUNTER + 1},
        {"heads": (b"h" * 16,) * (MAX_HEADS + 1)},
        {"heads": (b"short",)},
        {"sent_at_ms": -1},
        {"expires_at": 2**60},
        {"body": bytes(MESSAGE_BODY_BYTES + 1)},
    ],
)
def test_what_is_out_of_bounds_is_neither_sent_nor_read(changes: dict[str, object]) -> None:
    content = msgspec.structs.replace(HELLO, **changes)
    with pytest.raises(ValueError, match="."):
        encode_content(content)
    with pytest.raises(EnvelopeUnreadable):
        decode_content(pad(msgspec.msgpack.encode(content)))


@given(st.binary(max_size=600))
def test_hostile_bytes_are_refused_and_nothing_else_happens(data: bytes) -> None:
    for padded in (data, pad(data)):
        with pytest.raises(EnvelopeUnreadable):
            decode_content(padded)


@pytest.mark.parametrize("data", [b"\x91" * 5000, b"\x9a" + b"\x91" * 5000, b"\x99\x01\xa4ch\xff\xfe"])
def test_deep_nesting_and_broken_text_are_refused(data: bytes) -> None:
    with pytest.raises(EnvelopeUnreadable):
        decode_content(pad(data))


def test_nesting_in_a_later_field_is_refused_when_it_is_too_deep() -> None:
    values = msgspec.msgpack.encode(msgspec.to_builtins(HELLO, builtin_types=(bytes,)))
    deep = b"\x9a" + values[1:] + b"\x91" * 20_000 + b"\x01"
    with pytest.raises(EnvelopeUnreadable):
        decode_content(pad(deep))


def test_the_largest_body_fits_into_an_envelope() -> None:
    padded = encode_content(msgspec.structs.replace(HELLO, body=bytes(MESSAGE_BODY_BYTES)))
    assert len(padded) + 4096 < ENVELOPE_BYTES


# --- padding


@pytest.mark.parametrize(
    ("length", "padded"),
    [
        (0, 160),
        (160, 160),
        (161, 176),
        (176, 176),
        (177, 192),
        (300, 304),
        (1000, 1024),
        (5000, 5120),
        (10**6, 1015808),
    ],
)
def test_padded_lengths(length: int, padded: int) -> None:
    assert padme(length) == padded


@given(st.integers(SMALLEST_BYTES, 2**24))
def test_padding_costs_at_most_twelve_percent(length: int) -> None:
    assert length <= padme(length) <= length * 1.12
    assert padme(padme(length)) == padme(length)


def test_short_messages_are_all_of_one_length() -> None:
    texts = [b"", b"ok", b"A longer answer that is still not long."]
    assert len({len(encode_content(msgspec.structs.replace(HELLO, body=text))) for text in texts}) == 1


@given(st.binary(max_size=2000))
def test_padding_comes_off(data: bytes) -> None:
    assert unpad(pad(data)) == data


@pytest.mark.parametrize(
    "padded",
    [
        b"",
        b"\x00",
        bytes(159),
        bytes(161),
        pad(b"x")[:-1] + b"\x01",
        pad(b"x") + b"\x00",
        (2**32 - 1).to_bytes(4, "big") + bytes(156),
    ],
)
def test_what_pad_does_not_make_is_refused(padded: bytes) -> None:
    with pytest.raises(EnvelopeUnreadable):
        unpad(padded)


@pytest.mark.parametrize(
    ("kind", "is_line"),
    [(Kind.CHAT, True), (Kind.OPAQUE, True), ("poll", True), (Kind.REKEY, False), (Kind.PROFILE, False)],
)
def test_of_what_was_sealed_before_it_was_said_the_kind_tells_whether_it_is_a_line(kind: str, is_line: bool) -> None:
    """Envelopes of then are under way for weeks."""
    *fields, shows = msgspec.msgpack.decode(msgspec.msgpack.encode(msgspec.structs.replace(HELLO, kind=kind)))
    content = decode_content(pad(msgspec.msgpack.encode(fields)))
    assert (shows, content.shows, content.is_line) == (None, None, is_line)


@pytest.mark.parametrize(
    ("shows", "is_line"), [("line", True), ("change", False), ("nothing", False), ("later", False)]
)
def test_a_content_of_any_kind_says_whether_it_is_a_line(shows: str, is_line: bool) -> None:
    for kind in ("poll", Kind.CHAT, Kind.REKEY):
        content = msgspec.structs.replace(HELLO, kind=kind, shows=shows)
        assert decode_content(encode_content(content)).is_line is is_line
