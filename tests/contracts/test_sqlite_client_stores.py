"""The stores of the client side in SQLite keep their contracts; what only they can do is tested below."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.crypto.keys import DatabaseKey, MachineKey
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.adapters.service_store import SqliteServiceStore, open_service_store
from casemate.internal_service.core.ports import AccountUnavailable
from casemate.runtime.errors import WrongKey
from tests.contracts.client_stores import (
    ALICE,
    DraftStoreContract,
    LocalDbContract,
    PlainQueueContract,
    ServiceStoreContract,
)

KEY = MachineKey(b"m" * 32)


@pytest.fixture
def account_store(tmp_path: Path) -> Iterator[SqliteAccountStore]:
    store = open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")
    yield store
    store.close()


class TestLocalDbOfAnAccount(LocalDbContract):
    @pytest.fixture
    def store(self, account_store: SqliteAccountStore) -> SqliteAccountStore:
        return account_store


class TestPlainQueue(PlainQueueContract):
    @pytest.fixture
    def store(self, account_store: SqliteAccountStore) -> SqliteAccountStore:
        return account_store


class TestDrafts(DraftStoreContract):
    @pytest.fixture
    def store(self, account_store: SqliteAccountStore) -> SqliteAccountStore:
        return account_store


class TestServiceStore(ServiceStoreContract):
    @pytest.fixture
    def store(self, tmp_path: Path) -> Iterator[SqliteServiceStore]:
        store = open_service_store(tmp_path, KEY, synchronous="OFF")
        yield store
        store.close()


def test_service_db_opens_with_its_key_only_and_shows_no_name(tmp_path: Path) -> None:
    store = open_service_store(tmp_path, KEY)
    with store.transaction():
        store.put_account(ALICE)
    store.close()
    with pytest.raises(WrongKey):
        open_service_store(tmp_path, MachineKey(b"x" * 32))
    assert b"alice" not in (tmp_path / "service.db").read_bytes().lower()
    store = open_service_store(tmp_path, KEY)
    assert store.accounts() == [ALICE]
    store.close()


def test_account_files_are_made_opened_deleted_and_swept(tmp_path: Path) -> None:
    files = AccountFiles(tmp_path, synchronous="OFF")
    key = DatabaseKey(b"k" * 32)
    for name in ("one", "two", "three"):
        files.create(name, key).close()
    files.open("one", key).close()
    with pytest.raises(AccountUnavailable):
        files.open("one", DatabaseKey(b"x" * 32))
    files.delete("one")
    files.delete("one")
    with pytest.raises(AccountUnavailable):
        files.open("one", key)
    (tmp_path / "accounts/three.db").write_bytes(b"\x17" * 8192)
    with pytest.raises(AccountUnavailable):
        files.open("three", key)
    files.sweep({"two"})
    assert [path.name for path in (tmp_path / "accounts").iterdir()] == ["two.db"]
