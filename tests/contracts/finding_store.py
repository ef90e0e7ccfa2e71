"""What every store does that finds messages; part of `AccountStoreContract`."""

import itertools
from collections.abc import Sequence
from typing import Final

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from msgspec import structs

from casemate.crypto.content import Shows
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import MessageRow, Place
from casemate.internal_service.core.account.wanted import WantedMessages, read_terms
from casemate.protocol.ids import MessageId
from tests.contracts.account_rows import BEA, PROFILE, WITH_BEA, WITH_CARL, add, message
from tests.contracts.change_store import change

ALICE: Final = PROFILE.account_id
_numbers = itertools.count(1_000)
PIECES: Final = (
    *("casemate", "case", "mate", "Zoë", "zoe", "İstanbul", "ǅ", "straße", "日本", "本", "한국어", "ไทย", "नमस्ते", "🎉"),
    *(
        '"',
        "*",
        "^",
        "(",
        ")",
        " OR ",
        " NOT ",
        " AND ",
        "NEAR(",
        ":",
        "text:",
        "-",
        "+",
        "{",
        "}",
        "\\",
        "'",
        "%",
        "_",
    ),
    *(" ", "  ", "\n", "\0", "\u200d", "\ufeff", "e\u0301", "ﬁ", "½", "x" * 300, "https://example.org"),
)
TYPED: Final = st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=6).map("".join)


def say(store: AccountStore, text: str, *, mine: bool = False) -> MessageRow:
    number = next(_numbers)
    return add(store, structs.replace(message(f"{number}", number, mine=mine), body=text.encode()))


def fold_all(store: AccountStore) -> None:
    while store.fold_words(3):
        pass


def texts(store: AccountStore, typed: str, limit: int = 30, **filters: object) -> list[str]:
    """What is found, page by page, until there is no more."""
    wanted = structs.replace(WantedMessages(read_terms(typed)), **filters)
    found, place = [], None
    for _ in range(1_000):
        page = store.find(wanted, place, limit)
        assert len(page.messages) <= limit
        found += [each.row.body.decode() for each in page.messages]
        place = page.later
        if place is None:
            return found
    raise AssertionError("there is always more")


class FindingStoreContract:
    def test_words_are_found_by_how_they_begin(self, store: AccountStore) -> None:
        for text in ("a casemate", "the Casemates", "mate", "of case, and mate"):
            say(store, text)
        for _ in range(2):  # before they are in the index, and after
            assert texts(store, "casem") == ["the Casemates", "a casemate"]
            assert texts(store, "mate case") == ["of case, and mate", "the Casemates", "a casemate"]
            assert texts(store, '"casemate"') == ["a casemate"]
            assert texts(store, '"case and" ') == ["of case, and mate"]
            assert texts(store, '"and ma') == ["of case, and mate"]
            assert texts(store, "nothing") == []
            fold_all(store)

    def test_words_come_before_what_stands_inside_of_others(self, store: AccountStore) -> None:
        for text in ("start", "art", "smart", "article"):
            say(store, text)
        for _ in range(2):
            assert texts(store, "art", limit=1) == texts(store, "ART") == ["article", "art", "smart", "start"]
            fold_all(store)

    @pytest.mark.parametrize(
        ("text", "typed"),
        [
            ("Zoë läßt grüßen", "zoe lasst"),
            ("cafe\u0301 au lait", "CAFÉ"),
            ("今日は東京に行きます", "東京"),
            ("今日は東京に行きます", "京に"),
            ("대한민국", "민국"),
            ("ﬁnal ½", "final"),
            ("สวัสดีครับ", "ดีครับ"),
            ("c++ and c#", "c++"),
            ("well 🎉 done", "🎉"),
            ("see example.org/a_b", "a_b"),
            ("line\nbreak", "break"),
            ("don't", "don't"),
            ("what?", "what"),
            ("what", "what?"),
        ],
    )
    def test_case_accents_and_scripts(self, store: AccountStore, text: str, typed: str) -> None:
        say(store, text)
        say(store, "something else")
        assert texts(store, typed) == [text]
        fold_all(store)
        assert texts(store, typed) == [text]

    def test_filters(self, store: AccountStore) -> None:
        say(store, "casemate of theirs, see https://casemate.example")
        say(store, "casemate of mine", mine=True)
        with_carl = structs.replace(message("carl", 9), conversation=WITH_CARL, body=b"casemate, Carl", written_at=50.0)
        add(store, structs.replace(with_carl, arrived_at=60.0))
        for _ in range(2):
            for typed in ("casemate", ""):
                assert texts(store, typed, conversation=WITH_CARL) == ["casemate, Carl"]
                assert texts(store, typed, author=ALICE) == ["casemate of mine"]
                assert texts(store, typed, from_time=50.0) == ["casemate, Carl"]
                assert texts(store, typed, to_time=50.0, author=ALICE) == ["casemate of mine"]
                assert texts(store, typed, from_time=50.5) == []
                assert texts(store, typed, has_link=True) == ["casemate of theirs, see https://casemate.example"]
                assert texts(store, typed, has_link=True, author=ALICE) == []
            fold_all(store)

    def test_only_what_people_wrote_is_found(self, store: AccountStore) -> None:
        add(store, structs.replace(message("note", 5), kind="note_missing", author=None, body=b"casemate"))
        add(store, structs.replace(message("change", 6, mine=True), shows=Shows.CHANGE, kind="edit", body=b"casemate"))
        add(store, structs.replace(message("unknown", 7), kind="poll", body=b"casemate"))
        assert texts(store, "casemate") == []
        fold_all(store)
        assert texts(store, "casemate") == []

    def test_an_edited_message_is_found_by_what_it_says_now(self, store: AccountStore) -> None:
        row = say(store, "before")
        for number in range(3):
            new = f"after{number}"
            store.change_add(WITH_BEA, (BEA, row.message_id), change("edit", row.counter + 1 + number, text=new), 9.0)
            for _ in range(2):
                assert (texts(store, "before"), texts(store, "after")) == ([], [new])
                assert texts(store, "fter") == [new]
                fold_all(store)

    def test_a_deleted_message_is_not_found(self, store: AccountStore) -> None:
        for folds in (False, True):
            theirs, mine = say(store, "theirs"), say(store, "mine", mine=True)
            if folds:
                fold_all(store)
            assert texts(store, "theirs") == ["theirs"]
            store.change_add(WITH_BEA, (BEA, theirs.message_id), change("delete", theirs.counter + 1), 9.0)
            store.delete_here(WITH_BEA, [mine.message_id])
            for _ in range(2):
                assert texts(store, "theirs") == texts(store, "mine") == texts(store, "ine") == []
                fold_all(store)

    def test_what_came_after_it_was_taken_back_is_never_found(self, store: AccountStore) -> None:
        late = message("late", 5)
        store.change_add(WITH_BEA, (BEA, late.message_id), change("delete", 6), 9.0)
        add(store, late)
        assert texts(store, "late") == []
        fold_all(store)
        assert texts(store, "late") == []

    def test_there_is_nothing_to_fold_when_all_is_folded(self, store: AccountStore) -> None:
        fold_all(store)
        waits = [store.has_unfolded]
        row = say(store, "new")
        waits.append(store.has_unfolded)
        fold_all(store)
        waits.append(store.has_unfolded)
        store.change_add(WITH_BEA, (BEA, row.message_id), change("edit", 6, text="newer"), 9.0)
        waits.append(store.has_unfolded)
        assert waits == [False, True, False, True]

    def test_a_time_leads_to_its_first_line(self, store: AccountStore) -> None:
        nothing = store.first_line_from(WITH_BEA, 1.0)
        for counter, at in ((3, 10.0), (4, 20.0), (4_000_000_000_000, 20.0), (5, 15.0), (2**62, 30.0)):
            row = structs.replace(message(f"{counter}", counter), written_at=at, arrived_at=at)
            add(store, row)
        lines = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
        for time in (1.0, 10.0, 10.5, 19.0, 20.0, 25.0, 30.0):
            first = next(line for line in lines if line.shown_at >= time)
            assert store.first_line_from(WITH_BEA, time) == first.message_id
        assert (nothing, store.first_line_from(WITH_BEA, 31.0)) == (None, lines[-1].message_id)
        assert store.first_line_from(WITH_CARL, 1.0) is None

    def test_a_place_of_another_search_finds_nothing(self, store: AccountStore) -> None:
        say(store, "casemate")
        wanted = WantedMessages(read_terms("->"))
        assert store.find(wanted, Place("words", 9), 30).messages == []

    @settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(st.lists(TYPED, max_size=5), TYPED, st.integers(0, 5))
    @example(['"'], '"', 0)
    def test_the_index_and_a_look_at_the_texts_find_the_same(
        self, store: AccountStore, said: Sequence[str], typed: str, folded: int
    ) -> None:
        store.delete_here(WITH_BEA, [MessageId(row.message_id) for row in _all(store)])
        fold_all(store)
        for text in said:
            say(store, text or "-")
        found = texts(store, typed)
        assert len(found) <= len(said)
        if folded:
            store.fold_words(folded)
            assert texts(store, typed) == found
        fold_all(store)
        assert texts(store, typed, limit=1) == found


def _all(store: AccountStore) -> list[MessageRow]:
    return store.timeline_page(WITH_BEA, before=None, after=None, limit=1_000)
