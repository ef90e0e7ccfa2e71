"""Migrations run once each, in order, and never on a database from the future."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import apsw
import pytest

from casemate.runtime.errors import DatabaseNewer
from casemate.runtime.migrations import migrate, read_migrations
from casemate.runtime.sqlite import Database

FIRST = "CREATE TABLE note (text TEXT) STRICT; INSERT INTO note VALUES ('from the first');"
SECOND = "ALTER TABLE note ADD COLUMN author TEXT; UPDATE note SET author = 'nobody';"

AddMigration = Callable[[str, str], None]


@pytest.fixture
def add(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[AddMigration]:
    """Adds a file to the folder of migrations of a package called `some_store`."""
    folder = tmp_path / "some_store" / "migrations"
    folder.mkdir(parents=True)
    (folder.parent / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)

    def add(name: str, sql: str) -> None:
        (folder / name).write_text(sql)

    yield add
    sys.modules.pop("some_store", None)


@pytest.fixture
def database() -> Iterator[Database]:
    with Database.in_memory() as database:
        yield database


def test_each_migration_runs_once_in_order(add: AddMigration, database: Database) -> None:
    add("0002_authors.sql", SECOND)
    add("0001_notes.sql", FIRST)
    add("README.md", "not a migration")
    migrate(database, "some_store")
    migrate(database, "some_store")
    assert database.rows("SELECT text, author FROM note") == [("from the first", "nobody")]
    assert database.value("PRAGMA user_version") == 2


def test_a_number_in_an_earlier_range_may_come_later(add: AddMigration, database: Database) -> None:
    add("0100_other.sql", "CREATE TABLE other (x TEXT) STRICT")
    migrate(database, "some_store")
    add("0001_notes.sql", FIRST)
    migrate(database, "some_store")
    assert database.rows("SELECT number FROM migrations ORDER BY number") == [(1,), (100,)]
    assert database.value("PRAGMA user_version") == 100


def test_a_migration_that_fails_leaves_nothing(add: AddMigration, database: Database) -> None:
    add("0001_notes.sql", FIRST + "INSERT INTO missing VALUES (1);")
    with pytest.raises(apsw.SQLError):
        migrate(database, "some_store")
    assert database.rows("SELECT name FROM sqlite_schema WHERE name = 'note'") == []
    assert database.value("PRAGMA user_version") == 0


@pytest.mark.parametrize(
    "from_the_future", ["INSERT INTO migrations VALUES (7, 'unknown')", "PRAGMA user_version = 9999"]
)
def test_a_database_from_the_future_is_left_alone(add: AddMigration, database: Database, from_the_future: str) -> None:
    add("0001_notes.sql", FIRST)
    migrate(database, "some_store")
    database.script(from_the_future)
    add("0008_more.sql", SECOND)
    with pytest.raises(DatabaseNewer, match="newer version"):
        migrate(database, "some_store")
    assert [column[1] for column in database.rows("PRAGMA table_info(note)")] == ["text"]


def test_a_number_is_used_once(add: AddMigration, tmp_path: Path) -> None:
    add("0001_notes.sql", FIRST)
    add("0001_others.sql", SECOND)
    with pytest.raises(ValueError, match="same number"):
        read_migrations(tmp_path / "some_store" / "migrations")
