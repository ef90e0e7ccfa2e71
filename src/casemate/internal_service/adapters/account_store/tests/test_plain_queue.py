"""A plain client is owed lines of the timeline, which are kept there, and bodies that are kept for it alone."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.rows import MessageRow
from casemate.protocol.ids import Cid
from tests.contracts.account_rows import BEA, WITH_BEA, message
from tests.support.written_pages import WrittenPages

FROM_BEA = Cid(7)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    store = open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")
    with store.transaction():
        store.open_conversation(WITH_BEA, BEA)
    yield store
    store.close()


@pytest.fixture
def lines(store: SqliteAccountStore) -> list[MessageRow]:
    with store.transaction():
        return store.messages_add([message(name, counter) for counter, name in enumerate(("one", "two", "three"))])


def owed(store: SqliteAccountStore) -> list[MessageRow | bytes]:
    return [queued.message for queued in store.plain_after(0, 9)]


def test_lines_and_bodies_come_in_their_order(store: SqliteAccountStore, lines: list[MessageRow]) -> None:
    one, two, _ = lines
    with store.transaction():
        for what in (two.arrival, b"no line", b"", one.arrival):
            store.plain_add(FROM_BEA, what)
    assert owed(store) == [two, b"no line", b"", one]
    assert {queued.peer_cid for queued in store.plain_after(0, 9)} == {FROM_BEA}
    assert owed(SqliteAccountStore(store.database)) == [two, b"no line", b"", one]


def test_a_line_that_was_taken_stays_in_the_timeline(store: SqliteAccountStore, lines: list[MessageRow]) -> None:
    with store.transaction():
        last = [store.plain_add(FROM_BEA, line.arrival) for line in lines][-1]
    with store.transaction():
        store.plain_remove_up_to(last)
    assert owed(store) == []
    assert store.timeline_page(WITH_BEA, before=None, after=None, limit=9) == lines


def test_a_line_that_is_here_no_more_is_owed_to_nobody(store: SqliteAccountStore, lines: list[MessageRow]) -> None:
    with store.transaction():
        for line in lines:
            store.plain_add(FROM_BEA, line.arrival)
    with store.transaction():
        store.database.execute("DELETE FROM messages WHERE arrival = ?", lines[0].arrival)
    assert [queued.message for queued in store.plain_after(0, 2)] == lines[1:]


def test_the_body_of_a_line_is_kept_once(store: SqliteAccountStore, lines: list[MessageRow]) -> None:
    log = WrittenPages(store.database)
    with store.transaction():
        store.plain_add(FROM_BEA, lines[0].arrival)
    with store.transaction():
        store.plain_remove_up_to(1)
    assert [log.by_name(pages) for pages in log.commits()] == [{"plain_queue": 1, "commits": 1}] * 2


def test_only_bodies_count_as_bytes(store: SqliteAccountStore, lines: list[MessageRow]) -> None:
    with store.transaction():
        for what in (lines[0].arrival, bytes(10), bytes(10), lines[1].arrival):
            store.plain_add(FROM_BEA, what)
        assert store.plain_trim(4, 20) == 0
        assert store.plain_trim(4, 19) == 2
        assert owed(store) == [bytes(10), lines[1]]


def test_how_much_is_owed_is_known_after_an_event_was_undone_and_after_a_restart(store: SqliteAccountStore) -> None:
    with store.transaction():
        store.plain_add(FROM_BEA, bytes(10))
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.plain_add(FROM_BEA, bytes(10))
            raise ZeroDivisionError
        assert store.plain_trim(1, 10) == 0
    again = SqliteAccountStore(store.database)
    with again.transaction():
        again.plain_add(FROM_BEA, bytes(9))
        assert again.plain_trim(2, 19) == 0
        assert again.plain_trim(1, 19) == 1
