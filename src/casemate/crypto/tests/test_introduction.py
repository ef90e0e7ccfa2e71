"""A line of a request is read by the device it was sealed for, in that request alone."""

import unicodedata

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.card import NOTE_BYTES
from casemate.crypto.errors import EnvelopeUnreadable
from casemate.crypto.identity import new_device
from casemate.crypto.introduction import AskedRoute, open_introduction, seal_introduction
from casemate.crypto.invite import BINDING_BYTES
from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.core.account.contents import RequestNote, encode
from casemate.protocol.ids import INVITE_ID_BYTES, AccountId
from casemate.protocol.limits import INTRODUCTION_BYTES, INTRODUCTION_CHARACTERS
from casemate.protocol.names import introduction_fits, shown_introduction

ENTROPY = repeatable_entropy(b"introduction")
BOB, EVE = new_device(ENTROPY), new_device(ENTROPY)
ROUTE = AskedRoute(asker=AccountId(b"a" * 32), asked=AccountId(b"b" * 32))
LINE = "Hi, Ana from sales: we met on Tuesday"


def test_whoever_is_asked_reads_it() -> None:
    assert open_introduction(seal_introduction(LINE, ROUTE, BOB.entry, ENTROPY), ROUTE, BOB) == LINE


def test_nobody_else_does() -> None:
    sealed = seal_introduction(LINE, ROUTE, BOB.entry, ENTROPY)
    assert b"from sales" not in sealed
    with pytest.raises(EnvelopeUnreadable):
        open_introduction(sealed, ROUTE, EVE)


@pytest.mark.parametrize("change", [{"asker": AccountId(b"e" * 32)}, {"asked": AccountId(b"e" * 32)}])
def test_in_the_request_of_somebody_else_it_is_nothing(change: dict[str, AccountId]) -> None:
    sealed = seal_introduction(LINE, ROUTE, BOB.entry, ENTROPY)
    with pytest.raises(EnvelopeUnreadable):
        open_introduction(sealed, ROUTE._replace(**change), BOB)


def test_how_long_it_is_does_not_show() -> None:
    lengths = {len(seal_introduction(line, ROUTE, BOB.entry, ENTROPY)) for line in ("", "Hi", "x" * INTRODUCTION_BYTES)}
    assert len(lengths) == 1


def test_it_fits_in_the_note_of_a_card_with_an_invitation() -> None:
    sealed = seal_introduction("€" * INTRODUCTION_CHARACTERS, ROUTE, BOB.entry, ENTROPY)
    note = encode(RequestNote(b"i" * INVITE_ID_BYTES, b"b" * BINDING_BYTES, sealed))
    assert len(note) <= NOTE_BYTES, "programs that know no line refuse a longer one with the whole request"


def test_every_change_of_a_byte_is_found_out() -> None:
    sealed = seal_introduction(LINE, ROUTE, BOB.entry, ENTROPY)
    for place in range(0, len(sealed), 7):
        altered = sealed[:place] + bytes([sealed[place] ^ 1]) + sealed[place + 1 :]
        with pytest.raises(EnvelopeUnreadable):
            open_introduction(altered, ROUTE, BOB)


@given(st.binary(max_size=1100))
def test_anything_else_is_unreadable(data: bytes) -> None:
    with pytest.raises(EnvelopeUnreadable):
        open_introduction(data, ROUTE, BOB)


def test_a_key_of_low_order_seals_nothing() -> None:
    sealed = msgspec.msgpack.decode(seal_introduction(LINE, ROUTE, BOB.entry, ENTROPY))
    with pytest.raises(EnvelopeUnreadable):
        open_introduction(msgspec.msgpack.encode([bytes(32), sealed[1]]), ROUTE, BOB)


@given(st.text())
def test_as_it_is_shown_it_is_one_line_that_draws_nowhere_else(text: str) -> None:
    shown = shown_introduction(text)
    assert not set(shown) & set("\n\r\t\0\u2028\u2029\u202e\u2066\u200f")
    assert shown == shown_introduction(shown)


def test_more_marks_than_a_language_has_are_left_out() -> None:
    acute, sign, keycap = "\u0301", "\u0489", "\u20dd"
    assert shown_introduction("x" + (sign + keycap) * 130 + "y") == f"x{(sign + keycap) * 2}y"
    assert shown_introduction("a" + acute * 200) == "\u00e1" + acute * 4
    assert shown_introduction("x" + (sign * 3 + "\u200d") * 3) == f"x{sign * 3}\u200d{sign}\u200d\u200d", (
        "no joiner is a letter"
    )
    assert shown_introduction("x" + (sign * 3 + "\u115f") * 2) == f"x{sign * 3}\u115f{sign}\u115f", (
        "nor what draws nothing"
    )


@pytest.mark.parametrize("text", ["Zoë", "Việt Nam", "בְּרֵאשִׁ֖ית", "क्षत्रिय", "ที่นี่", "བསྒྲུབས", "👩‍❤️‍👨 1️⃣"])
def test_what_people_write_stays_as_it_is(text: str) -> None:
    assert shown_introduction(text) == unicodedata.normalize("NFC", text)


@pytest.mark.parametrize(
    ("text", "fits"),
    [("x" * 280, True), ("x" * 281, False), ("€" * 280, True), ("🌻" * 210, True), ("🌻" * 211, False)],
)
def test_how_much_fits(text: str, fits: bool) -> None:
    assert introduction_fits(text) is fits
