"""Which names people may choose, and which of them are the same or look the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.protocol.names import fold
from casemate.server.core.names import read_full_name, read_username
from casemate.server.core.refusals import Refusal


@pytest.mark.parametrize("name", ["bob", "Ада", "שלום", "田中", "tëst", "bob.smith-1_x", "user❤️", "🦊fox", "x" * 37])
def test_names_of_any_script_are_accepted(name: str) -> None:
    assert read_username(name).folded == fold(name)


@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("ab", "too_short"),
        ("", "too_short"),
        ("x" * 38, "too_long"),
        ("a\u200bbc", "username_invalid"),  # zero-width space
        ("a\u200dbc", "username_invalid"),  # zero-width joiner
        ("a\u202ebc", "username_invalid"),  # right-to-left override
        ("a\x00bc", "username_invalid"),
        ("a b c", "username_invalid"),
        ("a\u3164bc", "username_invalid"),  # a letter that draws nothing
        ("\u0301abc", "username_invalid"),  # begins with an accent
        ("a\ue000bc", "username_invalid"),  # private use
        ("pаypal", "username_confusable"),  # the second letter is Cyrillic
    ],
)
def test_what_cannot_be_seen_or_told_apart_is_refused(name: str, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_username(name)
    assert refusal.value.code == code


@pytest.mark.parametrize(
    ("one", "other"),
    [("Bob", "bOB"), ("ＢＯＢ", "bob"), ("STRASSE", "straße"), ("e\u0301va", "\u00e9va"), ("fox❤️", "fox❤")],
)
def test_the_same_name_is_the_same_however_it_is_typed(one: str, other: str) -> None:
    assert read_username(one).folded == read_username(other).folded


@pytest.mark.parametrize(("one", "other"), [("раура", "paypa"), ("СОСА", "coca"), ("Ian", "lan"), ("ıan", "ian")])
def test_names_that_look_alike_share_their_skeleton_but_are_not_the_same(one: str, other: str) -> None:
    assert read_username(one).skeleton == read_username(other).skeleton
    assert read_username(one).folded != read_username(other).folded


def test_japanese_may_mix_its_scripts() -> None:
    assert read_username("田中さんX").folded == "田中さんx"


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("Ada Lovelace", "Ada Lovelace"),
        ("  Ada \t Lovelace ", "Ada Lovelace"),
        ("👩\u200d👩\u200d👧 Family", "👩\u200d👩\u200d👧 Family"),
        ("علی\u200cرضا", "علی\u200cرضا"),
        ("שלום עולם", "שלום עולם"),
        ("Eve\u202e\u2066 Admin", "Eve Admin"),
        ("Eve\x1b[31m", "Eve[31m"),
        ("Zero\u200bWidth", "ZeroWidth"),
    ],
)
def test_full_names_are_shown_safely(given_name: str, shown: str) -> None:
    assert read_full_name(given_name) == shown


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u202e\u202d", "   ", "\u3164\u3164"])
def test_a_full_name_has_something_to_show(name: str) -> None:
    with pytest.raises(Refusal, match="full_name_invalid"):
        read_full_name(name)


@given(st.text(max_size=40))
def test_any_text_is_accepted_or_refused_and_accepting_is_stable(text: str) -> None:
    try:
        name = read_username(text)
    except Refusal:
        return
    again = read_username(name.shown)
    assert again == name
    assert fold(name.folded) == name.folded


@given(st.text(max_size=77))
def test_a_safe_full_name_stays_as_it_is(text: str) -> None:
    try:
        safe = read_full_name(text)
        again = read_full_name(safe)
    except Refusal:
        return
    assert again == safe
