"""Numbered SQL files that bring a database to the shape this program knows."""

import re
from dataclasses import dataclass
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from casemate.runtime.errors import DatabaseNewer
from casemate.runtime.sqlite import Database

_NAME = re.compile(r"(\d{4})_[a-z0-9_]+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One file `NNNN_name.sql`; its number says its place and is never used again."""

    number: int
    name: str
    sql: str


def migrate(database: Database, package: str) -> None:
    """Run those migrations of `package`'s folder `migrations` that the database has not seen, each in one transaction.

    The database remembers every number, not only the highest, because several parts of the product may number
    theirs in ranges of their own. Raises `DatabaseNewer` when it remembers one that this program does not know.
    """
    known = read_migrations(resources.files(package) / "migrations")
    database.script("CREATE TABLE IF NOT EXISTS migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
    applied = {number for (number,) in database.rows("SELECT number FROM migrations")}
    newest = max((migration.number for migration in known), default=0)
    if database.value("PRAGMA user_version") > newest or applied - {migration.number for migration in known}:
        raise DatabaseNewer(database.path or Path(":memory:"))
    for migration in known:
        if migration.number not in applied:
            _apply(database, migration)


def read_migrations(folder: Traversable) -> list[Migration]:
    """All migrations of a folder, in order. Raises `ValueError` for a number that is used twice."""
    found: dict[int, Migration] = {}
    for file in folder.iterdir():
        match = _NAME.fullmatch(file.name)
        if match is None:
            continue
        number = int(match[1])
        if number in found:
            raise ValueError(f"{file.name} and {found[number].name} have the same number")
        found[number] = Migration(number, file.name, file.read_text("utf-8"))
    return [found[number] for number in sorted(found)]


def _apply(database: Database, migration: Migration) -> None:
    with database.transaction():
        database.script(migration.sql)
        database.execute("INSERT INTO migrations (number, name) VALUES (?, ?)", migration.number, migration.name)
        # For people and tools that look at the file; a later, lower number must not lower it.
        database.script(f"PRAGMA user_version = {max(migration.number, database.value('PRAGMA user_version'))}")
