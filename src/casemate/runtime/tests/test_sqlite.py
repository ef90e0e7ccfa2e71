"""The database file: durable, locked, encrypted, and clear about what went wrong."""

import gc
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from casemate.node import StorageBroken
from casemate.runtime.errors import DatabaseLocked, DirectoryNotWritable, WrongKey
from casemate.runtime.sqlite import Database

KEY = bytes(range(32))


@pytest.fixture
def notes(tmp_path: Path) -> Iterator[Database]:
    with Database.open(tmp_path / "notes.db") as database:
        database.script("CREATE TABLE note (text TEXT NOT NULL UNIQUE) STRICT")
        yield database


def texts(database: Database) -> list[str]:
    return [text for (text,) in database.rows("SELECT text FROM note ORDER BY text")]


def test_a_transaction_keeps_all_of_its_changes(notes: Database) -> None:
    with notes.transaction():
        assert notes.execute("INSERT INTO note VALUES (?)", "a") == 1
        notes.executemany("INSERT INTO note VALUES (?)", [("b",), ("c",)])
    assert texts(notes) == ["a", "b", "c"]


def test_a_transaction_that_raises_keeps_none(notes: Database) -> None:
    with pytest.raises(KeyError), notes.transaction():
        notes.execute("INSERT INTO note VALUES ('a')")
        raise KeyError
    assert texts(notes) == []


def test_a_savepoint_that_raises_is_undone_alone(notes: Database) -> None:
    with notes.transaction():
        notes.execute("INSERT INTO note VALUES ('a')")
        with pytest.raises(apsw.ConstraintError), notes.savepoint():
            notes.execute("INSERT INTO note VALUES ('b')")
            notes.execute("INSERT INTO note VALUES ('a')")
        with notes.savepoint():
            notes.execute("INSERT INTO note VALUES ('c')")
    assert texts(notes) == ["a", "c"]


def test_of_savepoints_in_one_another_what_raised_is_undone(notes: Database) -> None:
    with notes.transaction():
        with notes.savepoint():
            with notes.savepoint():
                assert texts(notes) == []
            notes.execute("INSERT INTO note VALUES ('a')")
            with pytest.raises(KeyError), notes.savepoint():
                notes.execute("INSERT INTO note VALUES ('b')")
                with notes.savepoint():
                    notes.execute("INSERT INTO note VALUES ('c')")
                raise KeyError
        with pytest.raises(KeyError), notes.savepoint(), notes.savepoint():
            notes.row("INSERT INTO note VALUES ('d') RETURNING text")
            raise KeyError
        with pytest.raises(KeyError), notes.savepoint():
            raise KeyError
        notes.execute("INSERT INTO note VALUES ('e')")
    assert texts(notes) == ["a", "e"]


def test_reads_alone_do_not_touch_the_disk(tmp_path: Path) -> None:
    disk = CountingDisk("counting")
    with Database.open(tmp_path / "notes.db", vfs="counting") as database:
        database.script("CREATE TABLE note (text TEXT) STRICT")
        disk.syncs = disk.writes = 0
        with database.transaction(), database.savepoint():
            database.rows("SELECT * FROM note")
        assert (disk.syncs, disk.writes) == (0, 0)
        with database.transaction(), database.savepoint():
            database.execute("INSERT INTO note VALUES ('a')")
        assert disk.syncs == 1


def test_what_was_committed_is_there_after_a_kill(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from casemate.runtime.sqlite import Database
database = Database.open(Path({str(tmp_path / "notes.db")!r}))
with database.transaction():
    database.script("CREATE TABLE note (text TEXT) STRICT; INSERT INTO note VALUES ('kept')")
database.script("BEGIN; INSERT INTO note VALUES ('lost')")
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    with Database.open(tmp_path / "notes.db") as database:
        assert texts(database) == ["kept"]


def test_a_second_connection_is_refused(notes: Database) -> None:
    assert notes.path is not None
    with pytest.raises(DatabaseLocked, match="in use by another process"):
        Database.open(notes.path)


def test_a_closed_file_can_be_opened_again(tmp_path: Path) -> None:
    Database.open(tmp_path / "a.db").close()
    Database.open(tmp_path / "a.db").close()


def test_an_encrypted_file_shows_nothing(tmp_path: Path) -> None:
    with Database.open(tmp_path / "a.db", key=KEY) as database:
        database.script("CREATE TABLE canary_table (text TEXT); INSERT INTO canary_table VALUES ('canary text')")
        on_disk = b"".join(file.read_bytes() for file in tmp_path.iterdir())
        assert len(on_disk) > 1000
        assert b"canary" not in on_disk
    assert b"canary" not in (tmp_path / "a.db").read_bytes()


@pytest.mark.parametrize("key", [None, KEY[::-1]], ids=["no key", "another key"])
def test_an_encrypted_file_opens_with_its_key_alone(tmp_path: Path, key: bytes | None) -> None:
    with Database.open(tmp_path / "a.db", key=KEY) as database:
        database.script("CREATE TABLE note (text TEXT); INSERT INTO note VALUES ('a')")
    with pytest.raises(WrongKey):
        Database.open(tmp_path / "a.db", key=key)
    with Database.open(tmp_path / "a.db", key=KEY) as database:
        assert texts(database) == ["a"]


def test_a_key_of_another_length_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        Database.open(tmp_path / "a.db", key=b"short")


def test_a_missing_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(DirectoryNotWritable, match="missing"):
        Database.open(tmp_path / "missing" / "a.db")


def test_a_file_that_is_no_database_is_named(tmp_path: Path) -> None:
    (tmp_path / "a.db").write_bytes(os.urandom(4096))
    with pytest.raises(WrongKey, match="a.db"):
        Database.open(tmp_path / "a.db")


@pytest.mark.parametrize("key", [None, KEY], ids=["plain", "encrypted"])
def test_a_commit_that_the_disk_refuses_breaks_storage_and_keeps_nothing(tmp_path: Path, key: bytes | None) -> None:
    disk = CountingDisk("failing")
    with Database.open(tmp_path / "notes.db", vfs="failing", key=key) as database:
        database.script("CREATE TABLE note (text TEXT) STRICT")
        disk.fails = True
        with pytest.raises(StorageBroken), database.transaction(), database.savepoint():
            database.execute("INSERT INTO note VALUES ('a')")
        disk.fails = False
        assert texts(database) == []


def test_a_database_in_memory_behaves_alike() -> None:
    with Database.in_memory() as database:
        with database.transaction():
            database.script("CREATE TABLE note (text TEXT) STRICT; INSERT INTO note VALUES ('a')")
        assert texts(database) == ["a"]
        assert database.value("SELECT text FROM note WHERE text = ?", "b") is None


class CountingDisk(apsw.VFS):
    """The system's files, with a count of what reaches the disk, and a switch that makes writing fail."""

    def __init__(self, name: str) -> None:
        super().__init__(name, base="unix")
        self.syncs = 0
        self.writes = 0
        self.fails = False

    def xOpen(self, name: str | apsw.URIFilename | None, flags: list[int]) -> "CountingFile":  # noqa: N802
        return CountingFile(self, name, flags)


class CountingFile(apsw.VFSFile):
    def __init__(self, disk: CountingDisk, name: str | apsw.URIFilename | None, flags: list[int]) -> None:
        super().__init__("unix", name, flags)
        self._disk = disk

    def xWrite(self, data: bytes, offset: int) -> None:  # noqa: N802
        self._disk.writes += 1
        if self._disk.fails:
            raise apsw.FullError("the disk is full")
        super().xWrite(data, offset)

    def xSync(self, flags: int) -> None:  # noqa: N802
        self._disk.syncs += 1
        super().xSync(flags)


def test_reading_leaves_nothing_behind_in_memory() -> None:
    """A process that reads rows for months must not grow."""

    def cursors() -> int:
        gc.collect()
        return sum(isinstance(thing, apsw.Cursor) for thing in gc.get_objects())

    with Database.in_memory() as database:
        database.script("CREATE TABLE notes (number INTEGER PRIMARY KEY, text TEXT) STRICT")
        before = cursors()
        for number in range(100):
            database.row("INSERT INTO notes (text) VALUES (?) RETURNING number", str(number))
            database.row("SELECT number FROM notes WHERE number > ?", 0)
            database.value("SELECT count(*) FROM notes")
            database.rows("SELECT number FROM notes")
        assert cursors() == before


def on_disk(path: Path) -> bytes:
    """Everything that a database's files hold."""
    return b"".join(file.read_bytes() for file in path.parent.glob(f"{path.name}*"))


def leaves_traces(database: Database) -> bool:
    return database.has_traces


def test_what_was_overwritten_or_deleted_is_in_no_file_once_its_traces_are_erased(tmp_path: Path) -> None:
    path = tmp_path / "plain.db"
    with Database.open(path) as database:
        database.script("CREATE TABLE keys (id INTEGER PRIMARY KEY, key BLOB)")
        database.erase_traces()
        assert not leaves_traces(database)
        with database.transaction():
            for number in range(200):
                database.execute("INSERT INTO keys VALUES (?, ?)", number, b"SECRET-%03d" % number * 20)
        with database.transaction():
            database.execute("UPDATE keys SET key = ? WHERE id < 100", b"fresh")
            database.execute("DELETE FROM keys WHERE id >= 100")
        assert leaves_traces(database)
        assert b"SECRET-" in on_disk(path), "what the log would keep for weeks"
        database.erase_traces()
        assert not leaves_traces(database)
        assert b"SECRET-" not in on_disk(path)
        assert path.with_name("plain.db-wal").stat().st_size == 0


def test_a_log_that_a_crash_left_counts_as_traces(tmp_path: Path) -> None:
    with Database.open(tmp_path / "some.db") as database:
        assert leaves_traces(database)
