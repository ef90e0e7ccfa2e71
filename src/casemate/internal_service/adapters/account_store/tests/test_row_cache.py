"""Rows put many times in a transaction are written once, and go back together with the database."""

from pathlib import Path

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.rows import Channel
from casemate.protocol.ids import AccountId, DeviceId

DEVICE = DeviceId(b"d" * 16)
ACCOUNT = AccountId(b"a" * 32)


def numbered(number: int) -> Channel:
    return Channel(DEVICE, ACCOUNT, next_number=number)


@pytest.fixture
def store(tmp_path: Path) -> SqliteAccountStore:
    return open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")


def written(store: SqliteAccountStore) -> list[int]:
    return [row[0] for row in store.database.rows("SELECT next_number FROM channels")]


def test_what_was_put_last_is_read_at_once_and_written_at_the_commit(store: SqliteAccountStore) -> None:
    with store.transaction():
        for number in range(1, 9):
            store.put_channel(numbered(number))
        assert store.channel(DEVICE) == numbered(8)
        assert written(store) == []
    assert written(store) == [8]


def test_a_savepoint_that_is_undone_takes_back_what_was_put_in_it_alone(store: SqliteAccountStore) -> None:
    with store.transaction():
        store.put_channel(numbered(1))
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.put_channel(numbered(2))
            with store.savepoint():
                store.put_channel(numbered(3))
            raise ZeroDivisionError
        assert store.channel(DEVICE) == numbered(1)
    assert written(store) == [1]


def test_what_was_written_early_and_undone_is_read_anew(store: SqliteAccountStore) -> None:
    with store.transaction():
        store.put_channel(numbered(1))
    with store.transaction():
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.put_channel(numbered(2))
            assert store.channels() == [numbered(2)]
            raise ZeroDivisionError
        assert store.channel(DEVICE) == numbered(1)
        assert store.channels() == [numbered(1)]


def test_what_was_put_before_a_savepoint_and_written_inside_is_not_lost_with_it(store: SqliteAccountStore) -> None:
    with store.transaction():
        store.put_channel(numbered(5))
        with pytest.raises(ZeroDivisionError), store.savepoint():
            assert store.channels() == [numbered(5)]
            raise ZeroDivisionError
        assert store.channel(DEVICE) == numbered(5)
    assert written(store) == [5]


def test_a_transaction_that_is_undone_leaves_nothing_to_write(store: SqliteAccountStore) -> None:
    with pytest.raises(ZeroDivisionError), store.transaction():
        store.put_channel(numbered(1))
        raise ZeroDivisionError
    assert store.channel(DEVICE) is None
    with store.transaction():
        pass
    assert written(store) == []


def test_what_the_database_could_not_hold_fails_in_its_own_event_and_not_at_the_commit_of_all(
    store: SqliteAccountStore,
) -> None:
    with store.transaction():
        store.put_channel(numbered(1))
        with pytest.raises(OverflowError), store.savepoint():
            store.put_channel(numbered(2**63))
    assert written(store) == [1]


def test_what_is_held_of_early_envelopes_goes_back_with_the_database(store: SqliteAccountStore) -> None:
    with store.transaction():
        store.early_put(DEVICE, 5, b"early")
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.early_put(DEVICE, 6, b"undone")
            assert store.early_held(DEVICE) == (2, 11)
            raise ZeroDivisionError
        assert store.early_held(DEVICE) == (1, 5)
        assert store.early_take(DEVICE, 6) is None
