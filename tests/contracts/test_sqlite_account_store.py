"""The account store in SQLite keeps the contract; what only it can do is tested below it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.runtime.errors import WrongKey
from tests.contracts.account_rows import BEA, CARL, PEER, PROFILE, WITH_BEA, WITH_CARL
from tests.contracts.account_store import AccountStoreContract

KEY = b"k" * 32


class TestSqliteAccountStore(AccountStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteAccountStore]:
        store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
        store.open_conversation(WITH_BEA, BEA)
        store.open_conversation(WITH_CARL, CARL)
        yield store
        store.close()


def test_what_was_committed_is_there_after_a_restart(tmp_path: Path) -> None:
    store = open_account_store(tmp_path / "account.db", KEY)
    with store.transaction():
        store.put_profile(PROFILE)
        store.put_peer(PEER)
    store.close()
    store = open_account_store(tmp_path / "account.db", KEY)
    assert store.profile() == PROFILE
    assert store.peers() == [PEER]
    store.close()


def test_nothing_of_it_is_readable_on_the_disk(tmp_path: Path) -> None:
    store = open_account_store(tmp_path / "account.db", KEY)
    with store.transaction():
        store.put_peer(PEER)
    store.close()
    assert b"Lindqvist" not in (tmp_path / "account.db").read_bytes()
    with pytest.raises(WrongKey):
        open_account_store(tmp_path / "account.db", b"x" * 32)


def test_the_oldest_quarantined_input_goes_first(tmp_path: Path) -> None:
    store = open_account_store(tmp_path / "account.db", KEY, synchronous="OFF")
    with store.transaction():
        for number in range(1_005):
            store.quarantine_add(at=float(number), account_id=None, what="test", detail="", data=bytes(10_000))
    assert store.database.row("SELECT count(*), min(at), max(length(data)) FROM quarantine") == (1_000, 5.0, 4_096)
    store.close()
