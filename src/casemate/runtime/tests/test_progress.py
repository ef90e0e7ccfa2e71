"""A database that is older than it was is known for that, and no other."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import apsw
import pytest

from casemate.runtime.database_file import open_database_file
from casemate.runtime.errors import DatabaseDamaged
from casemate.runtime.progress import Mark, MarkFile, decoded, encoded
from casemate.runtime.sqlite import Database

PACKAGE = "casemate.internal_service.adapters.service_store"


def opened(path: Path) -> Database:
    return open_database_file(path, PACKAGE, synchronous="OFF")


def write(database: Database, value: str) -> None:
    with database.transaction():
        database.execute("INSERT OR REPLACE INTO settings VALUES ('last_server', ?)", value)


def copy_of(path: Path) -> bytes:
    """What is in the file, without its log."""
    return path.read_bytes()


def one_commit_older(folder: Path) -> Path:
    """A database that lacks what was committed last."""
    path = folder / "some.db"
    with opened(path) as database:
        write(database, "0")
    older = copy_of(path)
    with opened(path) as database:
        write(database, "1")
    path.write_bytes(older)
    return path


def test_an_older_copy_is_behind_by_what_was_committed_since(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with opened(path) as database:
        write(database, "0")
    older = copy_of(path)
    with opened(path) as database:
        for number in range(3):
            write(database, str(number))
        assert database.behind == 0
    path.write_bytes(older)
    with opened(path) as database:
        assert database.behind == 3
    with opened(path) as database:
        assert database.behind == 3, "it is known until somebody has drawn the conclusion"


def test_an_older_copy_from_before_there_were_marks_is_behind(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with opened(path) as database:
        write(database, "0")
        database.execute("DROP TABLE commits")
    older = copy_of(path)
    path.with_name("some.db.mark").unlink()
    with opened(path) as database:
        assert database.behind == 0, "the first time there is nothing to compare it with"
        write(database, "1")
    path.write_bytes(older)
    with opened(path) as database:
        assert database.behind == 1


def test_commits_before_the_conclusion_do_not_hide_that_it_is_older(tmp_path: Path) -> None:
    path = one_commit_older(tmp_path)
    with opened(path) as database:
        for number in range(5):
            write(database, str(number))
        assert database.behind == 1
    with opened(path) as database, database.transaction():
        database.catch_up()
    with opened(path) as database:
        assert database.behind == 0
        write(database, "9")
        assert database.behind == 0


def test_a_conclusion_that_is_undone_is_none(tmp_path: Path) -> None:
    path = one_commit_older(tmp_path)
    with opened(path) as database:
        with database.transaction():
            with pytest.raises(ZeroDivisionError), database.savepoint():
                database.catch_up()
                raise ZeroDivisionError
            write_inside(database)
        assert database.behind == 1


def write_inside(database: Database) -> None:
    database.execute("INSERT OR REPLACE INTO settings VALUES ('another', 'row')")


def test_a_commit_that_failed_is_not_counted(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with opened(path) as database:
        database.script("CREATE TABLE child (id INTEGER REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
        database.script("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        with pytest.raises(Exception, match="commit failed"), database.transaction():
            database.execute("INSERT INTO child VALUES (7)")
        with database.transaction():
            database.rows("SELECT * FROM settings")
        assert database.behind == 0
    with opened(path) as database:
        assert database.behind == 0


def test_the_mark_of_another_database_says_nothing(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    opened(path).close()
    (tmp_path / "some.db.mark").write_bytes(encoded(Mark(b"another one's id", 10_000)))
    with opened(path) as database:
        assert database.behind == 0


def test_a_directory_that_takes_no_mark_is_used_without(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    (tmp_path / "some.db.mark").mkdir()
    with opened(path) as database:
        write(database, "0")
        assert database.behind == 0


def test_what_is_behind_is_looked_through(tmp_path: Path) -> None:
    path = tmp_path / "some.db"
    with opened(path) as database:
        write(database, "0")
        connection: apsw.Connection = database._connection
        connection.execute("PRAGMA foreign_keys = OFF")
        with database.transaction():
            database.execute("INSERT INTO known_peers VALUES ('nobody', x'00', 'bob')")
        [(identity,)] = database.rows("SELECT database FROM commits")
    opened(path).close()
    mark = MarkFile(tmp_path / "some.db.mark")
    mark.write(Mark(identity, 1_000))
    mark.close()
    with pytest.raises(DatabaseDamaged):
        opened(path)


WRITER = """
import sys
from pathlib import Path
from casemate.runtime.tests.test_progress import opened, write
with opened(Path(sys.argv[1])) as database:
    assert database.behind == 0, database.behind
    print("open", flush=True)
    number = 0
    while True:
        write(database, str(number) * 2_000)
        number += 1
"""


def noted(path: Path) -> int:
    mark = decoded(path.with_name(f"{path.name}.mark").read_bytes())
    return 0 if mark is None else mark.commits


def test_a_process_that_is_killed_in_the_middle_leaves_nothing_behind(tmp_path: Path) -> None:
    """Whatever moment SIGKILL falls into: each new process finds that nothing is missing, and says so by opening."""
    path = tmp_path / "some.db"
    for _ in range(5):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(path)], stdout=subprocess.PIPE)
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        before = noted(path)
        while process.poll() is None and noted(path) <= before:
            os.sched_yield()
        process.send_signal(signal.SIGKILL)
        process.wait()
        process.stdout.close()
    with opened(path) as database:
        assert database.behind == 0
        assert database.value("SELECT number FROM commits") >= 5
