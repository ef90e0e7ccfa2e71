"""Databases as SQL text, packed: what a saved one is kept as, and how it becomes a file again."""

import lzma
from collections.abc import Iterator
from pathlib import Path

from casemate.runtime.sqlite import Database


def dump(database: Database) -> bytes:
    """All of it: rows, sequences and the number of the newest migration."""
    return lzma.compress("\n".join(_statements(database)).encode(), preset=9)


def restore(packed: bytes, path: Path, key: bytes | None) -> None:
    """A new file with what was dumped, encrypted where a key is given."""
    with Database.open(path, key=key, synchronous="OFF") as database, database.transaction():
        database.script(lzma.decompress(packed).decode())


def _statements(database: Database) -> Iterator[str]:
    schema = database.rows("SELECT type, name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid")
    tables = [(name, sql) for kind, name, sql in schema if kind == "table" and not name.startswith("sqlite_")]
    for name, sql in tables:
        yield f"{sql};"
        yield from _rows(database, name)
    if any(name == "sqlite_sequence" for _, name, _ in schema):
        yield "DELETE FROM sqlite_sequence;"
        yield from _rows(database, "sqlite_sequence")
    yield from (f"{sql};" for kind, _, sql in schema if kind in ("index", "trigger"))
    yield f"PRAGMA user_version = {database.value('PRAGMA user_version')};"


def _rows(database: Database, table: str) -> Iterator[str]:
    columns = [row[1] for row in database.rows(f"PRAGMA table_info({table})")]
    quoted = " || ', ' || ".join(f"quote({column})" for column in columns)
    for (values,) in database.rows(f"SELECT {quoted} FROM {table}"):
        yield f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({values});"
