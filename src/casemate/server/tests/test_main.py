"""How the server starts, and how it says why it cannot."""

import contextlib
import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import AccountId
from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.sqlite import Database
from casemate.server import main
from casemate.server.adapters.identity_file import IDENTITY_NAME, load_or_make_identity
from casemate.server.adapters.sqlite_store import DATABASE_NAME, open_server_store
from casemate.server.core.names import read_username
from casemate.server.core.settings import RegistrationMode
from casemate.server.main import EXIT_CANNOT_START, ServerOptions, run


def options(data_dir: Path, listen: str = "127.0.0.1:0", relay_listen: str = "off") -> ServerOptions:
    return ServerOptions(data_dir, listen, relay_listen=relay_listen)


def one_sentence(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    assert captured.out == "", "it never said that it was ready"
    [line] = captured.err.splitlines()
    assert line.startswith("casemate server: ")
    return line


@pytest.fixture(autouse=True)
def _limits_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(main, "allow_many_files", lambda: None)


def test_a_taken_port_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        assert run(options(tmp_path, address)) == EXIT_CANNOT_START
    assert address in one_sentence(capsys)


def test_an_address_that_is_none_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(options(tmp_path, "nonsense")) == EXIT_CANNOT_START
    assert "'nonsense' is not HOST:PORT" in one_sentence(capsys)


@pytest.mark.parametrize(
    ("mode", "passwords"), [("password", ()), ("open", ("secret",)), ("invite", ("secret",)), ("closed", ("secret",))]
)
def test_a_mode_and_a_password_that_contradict_each_other(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], mode: RegistrationMode, passwords: tuple[str, ...]
) -> None:
    contradictory = replace(options(tmp_path), registration=mode, server_passwords=passwords)
    assert run(contradictory) == EXIT_CANNOT_START
    sentence = one_sentence(capsys)
    assert "needs a password file" in sentence
    assert "secret" not in sentence


def test_a_directory_that_cannot_be_written_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "file").touch()
    assert run(options(tmp_path / "file" / "data", "127.0.0.1:0")) == EXIT_CANNOT_START
    assert "cannot be used" in one_sentence(capsys)


def test_a_database_of_a_newer_program_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=True)
    open_server_store(tmp_path).close()
    with Database.open(tmp_path / DATABASE_NAME) as database:
        database.script("PRAGMA user_version = 999")
    assert run(options(tmp_path, "127.0.0.1:0")) == EXIT_CANNOT_START
    assert "newer version" in one_sentence(capsys)


def test_a_directory_in_use_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with DataDirectory(tmp_path):
        assert run(options(tmp_path, "127.0.0.1:0")) == EXIT_CANNOT_START
    assert "in use by another process" in one_sentence(capsys)


@pytest.mark.parametrize("content", [None, b"", b"no key", b"-----BEGIN PRIVATE KEY-----\nAAAA\n"])
def test_a_server_that_has_people_never_takes_a_new_identity(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes | None
) -> None:
    store = open_server_store(tmp_path)
    with store.transaction():
        store.accounts.add(AccountId(b"a" * 32), read_username("alice"), "Alice", b"", 1, 0.0)
    store.close()
    if content is not None:
        (tmp_path / IDENTITY_NAME).write_bytes(content)
    assert run(options(tmp_path, "127.0.0.1:0")) == EXIT_CANNOT_START
    assert "put it back from a backup" in one_sentence(capsys)


def _swapped(data: bytes) -> bytes:
    """Two pages, each whole in itself, in each other's place."""
    return data[:8192] + data[12288:16384] + data[8192:12288] + data[16384:]


DAMAGES: dict[str, Callable[[bytes], bytes | None]] = {
    "missing": lambda data: None,
    "empty": lambda data: b"",
    "truncated": lambda data: data[: len(data) // 2],
    "header flipped": lambda data: b"s" + data[1:],
    "pages swapped": _swapped,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_database_is_named_and_served_to_nobody(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=True)
    store = open_server_store(tmp_path)
    with store.transaction():
        for number in range(200):
            store.accounts.add(AccountId(number.to_bytes(8) * 4), read_username(f"p{number}x"), "P", bytes(400), 1, 0.0)
    store.close()
    path = tmp_path / DATABASE_NAME
    damaged = DAMAGES[damage](path.read_bytes())
    path.unlink()
    if damaged is not None:
        path.write_bytes(damaged)
    assert run(options(tmp_path)) == EXIT_CANNOT_START
    line = one_sentence(capsys)
    assert str(path) in line
    assert "put back a copy of it" in line
    assert (path.read_bytes() if path.exists() else None) == damaged


def test_a_database_that_is_older_than_it_was_is_served_and_said(tmp_path: Path) -> None:
    """Its log is gone: what is left is whole."""
    load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=True)
    open_server_store(tmp_path).close()
    path = tmp_path / DATABASE_NAME
    before = path.read_bytes()
    with contextlib.closing(open_server_store(tmp_path)) as store, store.transaction():
        store.accounts.add(AccountId(b"a" * 32), read_username("alice"), "Alice", b"", 1, 0.0)
    path.write_bytes(before)
    with capture_logs() as lines:
        main._open(tmp_path).close()
    assert [(line["event"], line["file"]) for line in lines] == [("database is older than it was", str(path))]
    with capture_logs() as lines:
        main._open(tmp_path).close()
    assert lines == [], "once"


def test_a_first_start_that_was_cut_short_is_one(tmp_path: Path) -> None:
    """Between the database and the identity: nobody has joined yet, so the next start makes one."""
    open_server_store(tmp_path).close()
    store = open_server_store(tmp_path)
    load_or_make_identity(tmp_path, repeatable_entropy(b"server"), is_new=store.accounts.is_empty())
    store.close()
    assert (tmp_path / IDENTITY_NAME).exists()
