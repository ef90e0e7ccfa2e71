"""The server's SQLite store keeps the contract, in memory and in a file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import SqliteServerStore, open_server_store
from tests.contracts.server_mailbox import ServerMailboxContract
from tests.contracts.server_store import ServerStoreContract, add_account, name


class TestInMemory(ServerStoreContract, ServerMailboxContract):
    @pytest.fixture
    def store(self) -> Iterator[SqliteServerStore]:
        store = SqliteServerStore(Database.in_memory())
        yield store
        store.close()


class TestInFile(ServerStoreContract, ServerMailboxContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteServerStore]:
        store = open_server_store(tmp_path)
        yield store
        store.close()


def test_a_closed_file_holds_everything_when_it_is_opened_again(tmp_path: Path) -> None:
    store = open_server_store(tmp_path)
    account_id = add_account(store, "alice", "Alice")
    store.close()
    reopened = open_server_store(tmp_path)
    assert reopened.accounts.with_folded(name("alice").folded) == account_id
    reopened.close()
