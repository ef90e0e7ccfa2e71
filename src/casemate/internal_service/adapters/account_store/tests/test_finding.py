"""The index of words in SQLite: nothing deleted stays in a file, it goes on after a restart, older files get one."""

import random
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Final, Literal

import pytest
from msgspec import structs

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.adapters.account_store.upgrading import FUNCTIONS
from casemate.internal_service.core.account.rows import MessageRow
from casemate.internal_service.core.account.wanted import Matcher, WantedMessages, compared, read_terms
from casemate.protocol.limits import COMPARED_CHARACTERS
from casemate.runtime.database_file import open_database_file
from tests.contracts.account_rows import BEA, WITH_BEA, add, message, write
from tests.contracts.change_store import change

PACKAGE: Final = "casemate.internal_service.adapters.account_store"
KEY: Final = b"k" * 32
LETTERS: Final = "abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def readable(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    """Not encrypted, so that a test sees what is in its files."""
    store = SqliteAccountStore(open_database_file(tmp_path / "account.db", PACKAGE, functions=FUNCTIONS))
    store.open_conversation(WITH_BEA, BEA)
    yield store
    store.close()


def texts(store: SqliteAccountStore, typed: str) -> list[str]:
    found = store.find(WantedMessages(read_terms(typed)), None, 100)
    assert found.later is None
    return [each.row.body.decode() for each in found.messages]


def say(store: SqliteAccountStore, number: int, text: str) -> MessageRow:
    return add(store, structs.replace(message(f"{number}", number), body=text.encode()))


def fold_all(store: SqliteAccountStore) -> None:
    while store.fold_words(500):
        pass


def pieces(words: list[str]) -> set[bytes]:
    """Eight letters in a row, so that a word that lies there by halves is seen as well."""
    return {word[at : at + 8].encode() for word in words for at in range(len(word) - 7)}


def test_words_of_deleted_messages_are_in_no_file(readable: SqliteAccountStore, tmp_path: Path) -> None:
    draw = random.Random(5)
    said: list[list[str]] = [["".join(draw.choices(LETTERS, k=12)) for _ in range(5)] for _ in range(300)]
    rows = []
    with readable.transaction():
        for number, words in enumerate(said, start=1):
            rows.append(say(readable, number, " ".join(["and", *words, "common"])))
    for _ in range(6):
        with readable.transaction():
            readable.fold_words(60)
    gone, stay = range(0, 300, 3), range(1, 300, 3)

    def seen(numbers: range) -> int:
        readable.erase_traces()
        data = b"".join(path.read_bytes() for path in tmp_path.iterdir())
        return sum(piece in data for piece in pieces([word for at in numbers for word in said[at]]))

    assert seen(gone) > 1_000, "they were there"
    with readable.transaction():
        for at in gone:
            if at % 2:
                order = (rows[at].counter + 1_000, rows[at].device, rows[at].message_id)
                taken_back = structs.replace(change("delete", 1), order=order)
                readable.change_add(WITH_BEA, (BEA, rows[at].message_id), taken_back, 9.0)
            else:
                readable.delete_here(WITH_BEA, [rows[at].message_id])
    assert seen(gone) == 0
    assert seen(stay) > 1_000
    fold_all(readable)
    readable.database.execute("INSERT INTO searched (searched) VALUES ('integrity-check')")
    assert len(readable.find(WantedMessages(read_terms("common")), None, 1_000).messages) == 200
    readable.database.execute("INSERT INTO searched (searched) VALUES ('optimize')")
    assert seen(gone) == 0


def test_words_leave_the_index_however_their_message_goes(readable: SqliteAccountStore) -> None:
    """Whatever takes the text of a message away: triggers see it, in the same transaction."""
    rows = [say(readable, number, f"casemate {number}") for number in range(1, 6)]
    fold_all(readable)
    database = readable.database
    database.execute("DELETE FROM messages WHERE arrival = ?", rows[0].arrival)
    database.execute("UPDATE messages SET body = x'', deleted = 'here' WHERE arrival = ?", rows[1].arrival)
    database.execute("UPDATE messages SET body = ? WHERE arrival = ?", b"other", rows[2].arrival)
    assert database.rows("SELECT message FROM folded") == [(row.arrival,) for row in rows[3:]]
    assert database.rows("SELECT rowid FROM searched WHERE searched MATCH 'casemate'") == [(4,), (5,)]
    assert texts(readable, "casemate") == ["casemate 5", "casemate 4"]
    assert texts(readable, "other") == ["other"]


def test_the_index_goes_on_after_a_restart(tmp_path: Path) -> None:
    for start in range(3):
        store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
        store.open_conversation(WITH_BEA, BEA)
        assert store.has_unfolded
        assert len(texts(store, "casemate")) == 8 * start
        for number in range(8):
            say(store, 10 * start + number, f"casemate {start} {number}")
        with store.transaction():
            store.fold_words(3)
        assert len(texts(store, "casemate")) == 8 * start + 8
        store.close()


def test_what_takes_the_place_of_the_last_content_is_folded_as_well(tmp_path: Path) -> None:
    store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
    store.open_conversation(WITH_BEA, BEA)
    say(store, 1, "first")
    arrival = write(store, "gone")
    fold_all(store)
    store.database.execute("DELETE FROM messages WHERE arrival = ?", arrival)
    store.close()
    store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
    say(store, 5, "casemate")
    fold_all(store)
    assert texts(store, "casemate") == ["casemate"]
    store.close()


def test_an_older_file_is_folded_from_the_newest_back(tmp_path: Path) -> None:
    store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
    store.open_conversation(WITH_BEA, BEA)
    for number in range(1, 41):
        say(store, number, f"casemate {number}")
    store.database.script(
        "DROP TRIGGER messages_go; DROP TRIGGER messages_say_something_else; DROP TABLE searched; DROP TABLE folded;"
        "DROP TABLE folding; DROP TABLE unfolded; DELETE FROM migrations WHERE number = 111"
    )
    store.close()
    store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
    assert store.database.value("SELECT count(*) FROM folded") == 0, "opening it does not wait for that"
    assert texts(store, "casemate")[:2] == ["casemate 40", "casemate 39"]
    store.open_conversation(WITH_BEA, BEA)
    say(store, 41, "casemate 41")
    store.fold_words(10)
    store.fold_words(10)
    assert [row[0] for row in store.database.rows("SELECT message FROM folded")] == list(range(31, 42))
    fold_all(store)
    assert store.database.value("SELECT count(*) FROM folded") == 41
    assert texts(store, "casemate")[:2] == ["casemate 41", "casemate 40"]
    store.close()


def test_one_look_does_no_more_than_so_much(readable: SqliteAccountStore) -> None:
    with readable.transaction():
        rows = [(number, "nothing of interest") for number in range(1, 60_001)]
        readable.database.executemany("INSERT INTO folded VALUES (?, ?)", rows)
        readable.database.execute("UPDATE folding SET next = 60001 WHERE id = 1")
    place, looks = None, 0
    while looks == 0 or place is not None:
        place = readable.find(WantedMessages(read_terms("casemate")), place, 30).later
        looks += 1
    assert 2 < looks < 6


class Reads:
    """Counts what comes out of a database."""

    def __init__(self, store: SqliteAccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
        self.taken = 0
        """Bytes of texts and blobs, since it was asked last."""
        self.statements: list[str] = []
        rows = store.database.rows

        def counted(sql: str, *bindings: object) -> list[tuple[object, ...]]:
            got = rows(sql, *bindings)
            self.statements.append(sql)
            self.taken += sum(len(value) for row in got for value in row if isinstance(value, str | bytes))
            return got

        monkeypatch.setattr(store.database, "rows", counted)

    def take(self) -> int:
        taken, self.taken = self.taken, 0
        return taken

    def asked(self, what: str) -> int:
        """How often, since it was asked last."""
        count = sum(what in sql for sql in self.statements)
        self.statements.clear()
        return count


LONG: Final = 100_000
FEW: Final = 1_300_000
"""Bytes: what is changed, texts and messages, 256 KiB of each, and once more of two of these."""


def test_long_messages_are_read_a_few_at_a_time(readable: SqliteAccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, changed, in the index and older than it: neither folding nor a look takes all of them at once."""
    reads = Reads(readable, monkeypatch)
    long = "meeting www.example.org " + "x " * (LONG // 2)

    def look(**more: object) -> None:
        for typed in ("meeting", "eeting"):
            wanted = WantedMessages(read_terms(typed), **more)  # type: ignore[arg-type]
            page = readable.find(wanted, None, 30)
            found = len(page.messages)
            while page.later is not None:
                assert reads.take() < FEW
                page = readable.find(wanted, page.later, 30)
                found += len(page.messages)
            assert found == 40

    def look_all() -> None:
        for more in ({}, {"has_link": True}, {"to_time": 1e9}, {"has_link": True, "conversation": WITH_BEA}):
            look(**more)

    def fold() -> None:
        batches = 1
        while readable.fold_words(400):
            batches += 1
            assert reads.take() < FEW
        assert batches > 16

    rows = [say(readable, number, long) for number in range(1, 41)]
    look_all()
    fold()
    look_all()
    for row in rows:
        again = change("edit", row.counter + 100, text=f"again {long}")
        readable.change_add(WITH_BEA, (BEA, row.message_id), again, 9.0)
    reads.take()
    look_all()
    fold()
    readable.database.execute("UPDATE folding SET lowest = 41, next = 41 WHERE id = 1")
    readable.database.execute("DELETE FROM searched")
    readable.database.execute("DELETE FROM folded")
    readable._rows.drop("folding")
    reads.take()
    look_all()
    fold()


def test_from_when_long_messages_are_is_read_of_a_few_at_a_time(
    readable: SqliteAccountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It stands behind what they say."""
    with readable.transaction():
        for number in range(1, 41):
            say(readable, number, "meeting " + "x " * (LONG // 2))
    fold_all(readable)
    rows = readable.database.rows
    asked: list[int] = []

    def noted(sql: str, *bindings: object) -> list[tuple[object, ...]]:
        if "arrival IN" in sql and "shown_at >=" in sql:
            asked.append(len(bindings))
        return rows(sql, *bindings)

    monkeypatch.setattr(readable.database, "rows", noted)
    wanted, place = WantedMessages(read_terms("meeting"), from_time=1e12), None
    while not asked or place is not None:
        place = readable.find(wanted, place, 30).later
    assert sum(asked) >= 40
    assert max(asked) < 16


def test_that_nothing_is_found_is_known_without_reading_the_messages(
    readable: SqliteAccountStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    with readable.transaction():
        for number in range(1, 41):
            say(readable, number, "casemate")
    fold_all(readable)
    reads = Reads(readable, monkeypatch)
    assert readable.find(WantedMessages(read_terms("asem1")), None, 30).messages == []
    assert reads.asked("total(octet_length(body))") == 0


def test_a_very_long_message_is_found_by_how_it_begins(readable: SqliteAccountStore) -> None:
    say(readable, 1, "begins " + "x" * COMPARED_CHARACTERS + " ends")
    for _ in range(2):
        assert len(texts(readable, "begins")) == 1
        assert texts(readable, "ends") == []
        fold_all(readable)


def test_marks_without_end_are_not_sorted_all_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sorting those of one letter takes a time that grows with the square of their number."""
    lengths: list[int] = []
    normalize = unicodedata.normalize

    def counted(form: Literal["NFC", "NFD", "NFKC", "NFKD"], text: str) -> str:
        lengths.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", counted)
    text = "casemate a" + "\u0301\u0316" * 5_000
    assert compared(text).startswith("casemate a")
    assert Matcher(WantedMessages(read_terms("case"))).excerpt(text, "words").cut_after
    assert max(lengths) <= 128


def test_a_look_asks_the_index_once(readable: SqliteAccountStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever it costs to put together what begins so, is paid once."""
    with readable.transaction():
        for number in range(1, 6_001):
            say(readable, number, "casemate")
    fold_all(readable)
    reads = Reads(readable, monkeypatch)
    looks, place = 0, None
    while looks == 0 or place is not None:
        place = readable.find(WantedMessages(read_terms("case"), from_time=1e12), place, 30).later
        assert reads.asked("MATCH") <= 1
        looks += 1
    assert looks < 6


def test_beginnings_that_half_of_all_messages_have_are_words() -> None:
    def begin(typed: str) -> list[bool]:
        return [term.begins for term in read_terms(typed)]

    assert (begin("a"), begin("ab"), begin('"of a'), begin("東")) == ([False], [True], [False], [False])
    assert begin("a ab abc b") == [False, False, True, False]
    assert len(begin("aa bb cc dd ee ff gg hh")) == 6
