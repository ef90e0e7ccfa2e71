"""The stores of the client side in SQLite keep their contracts; what only they can do is tested below."""

import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casemate.crypto.keys import DatabaseKey, MachineKey
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.adapters.service_store import SqliteServiceStore, open_or_begin_anew, open_service_store
from casemate.internal_service.core.sessions.ports import AccountUnavailable
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


def test_account_files_are_made_opened_and_deleted(tmp_path: Path) -> None:
    files = AccountFiles(tmp_path, synchronous="OFF")
    key = DatabaseKey(b"k" * 32)
    for name in ("one", "two"):
        files.create(name, key, b"vault of " + name.encode()).close()
    files.open("one", key, check=True).close()
    assert [(file.name, file.vault) for file in files.files()] == [("one", b"vault of one"), ("two", b"vault of two")]
    files.delete("one")
    files.delete("one")
    assert {path.name for path in (tmp_path / "accounts").iterdir()} == {"two.db", "two.db.mark", "two.vault"}
    with pytest.raises(AccountUnavailable, match="missing"):
        files.open("one", key)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "header flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "page flipped": lambda data: data[:-100] + bytes([data[-100] ^ 1]) + data[-99:],
    "nonsense": lambda data: b"\x17" * len(data),
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_account_file_is_named_and_left_as_it_is(tmp_path: Path, damage: str) -> None:
    files = AccountFiles(tmp_path, synchronous="OFF")
    files.create("one", DatabaseKey(b"k" * 32), b"vault").close()
    path = tmp_path / "accounts" / "one.db"
    path.write_bytes(damaged := DAMAGES[damage](path.read_bytes()))
    with pytest.raises(AccountUnavailable) as unavailable:
        files.open("one", DatabaseKey(b"k" * 32), check=True)
    assert (unavailable.value.what, unavailable.value.file) == ("damaged", str(path))
    assert path.read_bytes() == damaged


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_list_is_kept_under_another_name_and_a_new_one_says_so(tmp_path: Path, damage: str) -> None:
    store = open_service_store(tmp_path, KEY)
    with store.transaction():
        store.put_account(ALICE)
    store.close()
    path = tmp_path / "service.db"
    path.write_bytes(damaged := DAMAGES[damage](path.read_bytes()))
    store = open_or_begin_anew(tmp_path, KEY, 1_900_000_000.0, has_accounts=True)
    lost = store.list_lost()
    store.close()
    assert lost is not None
    assert lost.what == ("empty" if damage == "empty" else "damaged")
    assert (tmp_path / lost.kept_as).read_bytes() == damaged
    assert "2030-03-17" in lost.kept_as


def test_a_list_whose_log_is_gone_is_an_empty_one(tmp_path: Path) -> None:
    """Before the first checkpoint everything is in the log."""
    lived = tmp_path / "lived"
    lived.mkdir()
    store = open_service_store(lived, KEY)
    with store.transaction():
        store.put_account(ALICE)
    copy = tmp_path / "copy"
    copy.mkdir()
    (copy / "service.db").write_bytes((lived / "service.db").read_bytes())
    store.close()
    store = open_or_begin_anew(copy, KEY, 1_900_000_000.0, has_accounts=True)
    lost = store.list_lost()
    store.close()
    assert lost is not None
    assert lost.what == "empty"


def test_a_first_start_has_lost_nothing(tmp_path: Path) -> None:
    store = open_or_begin_anew(tmp_path, KEY, 1_900_000_000.0, has_accounts=False)
    assert store.list_lost() is None
    store.close()


def test_the_key_of_a_sign_in_is_for_its_owner_alone_and_leaves_nothing(tmp_path: Path) -> None:
    files = AccountFiles(tmp_path, synchronous="OFF")
    path = tmp_path / "accounts/one.signed-in"
    assert files.sign_in_key("one") is None
    files.keep_sign_in_key("one", b"first")
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    before = os.open(path, os.O_RDONLY)
    files.keep_sign_in_key("one", b"second")
    assert os.read(before, 99) == bytes(5), "what a replaced key lay in is overwritten"
    os.close(before)
    assert files.sign_in_key("one") == b"second"
    files.forget_sign_in_key("one")
    files.forget_sign_in_key("one")
    assert files.sign_in_key("one") is None
    assert list((tmp_path / "accounts").iterdir()) == []
    files.keep_sign_in_key("one", b"third")
    files.delete("one")
    assert files.sign_in_key("one") is None


def test_who_was_signed_in_by_the_key_of_the_computer_alone_signs_in_once_more(tmp_path: Path) -> None:
    store = open_service_store(tmp_path, KEY, synchronous="OFF")
    with store.transaction():
        store.put_account(replace(ALICE, machine_vault=b"opens with the key of the computer"))
        store.database.execute("DELETE FROM migrations WHERE number = 4")
    store.close()
    store = open_service_store(tmp_path, KEY, synchronous="OFF")
    assert store.accounts() == [replace(ALICE, machine_vault=None)]
    store.close()
