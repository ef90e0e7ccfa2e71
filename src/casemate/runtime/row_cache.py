"""Rows that every message reads and writes, kept here between reads and until the commit.

The database's only user goes through here. A row that is put many times in one transaction is written once, at its end,
and rows of one table are written together.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from casemate.node import WritesRefused
from casemate.runtime.sqlite import Database
from casemate.runtime.sqlite import Row as DatabaseRow

Row = TypeVar("Row")

Write = Callable[[list[Any]], None]
"""Brings rows of one table to the database."""

MOST_ROWS: Final = 4_096
MOST_UNWRITTEN: Final = 1_024
"""Of one table; more are written before the commit."""
_NOTHING: Final = object()


class RowCache:
    """What was read or put last for each key. Goes back together with the database."""

    def __init__(self, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._rows: dict[Hashable, Any] = {}
        self._unwritten: dict[Write, dict[Hashable, Any]] = {}
        self._passing: list[Hashable] = []
        """Rows of the transaction at hand: who reads a thousand long messages shall not keep them here for ever."""
        self._undo: list[tuple[dict[Any, Any], Hashable, Any]] = []
        """What was in which dict before, since the outermost savepoint began; with no key, the dict itself."""
        self._savepoints = 0
        self.refuses_writes = False
        """What is put would only meet the database at the commit, and then it is too late to refuse the one event."""

    def read(self, key: Hashable, load: Callable[[], Row]) -> Row:
        """The row of this key, loaded when it is not here. That there is none is remembered, too."""
        row: Row = self._rows.get(key, _NOTHING)
        if row is _NOTHING:
            row = load()
            self.wrote(key, row)
        return row

    def wrote(self, key: Hashable, row: object) -> None:
        """The database has this row now."""
        if len(self._rows) >= self._most_rows:
            self.clear()
        self._rows[key] = row

    def drop(self, key: Hashable) -> None:
        """The database has another row now; it is read when it is needed."""
        self._rows.pop(key, None)

    def put(self, key: Hashable, row: object, write: Write) -> None:
        """The row is this from now on; `write` brings it to the database before the commit, unless another is put."""
        if self.refuses_writes:
            raise WritesRefused
        self.wrote(key, row)
        rows = self._unwritten.get(write)
        if rows is None or len(rows) >= MOST_UNWRITTEN:
            rows = self._begin_rows(write)
        if self._savepoints:
            self._undo.append((rows, key, rows.get(key, _NOTHING)))
        rows[key] = row

    def put_passing(self, key: Hashable, row: object, write: Write) -> None:
        """As `put`; forgotten when the transaction ends."""
        self._passing.append(key)
        self.put(key, row, write)

    def unwritten(self, write: Write) -> dict[Hashable, Any]:
        """What is to be brought to the database by this; not to be changed."""
        return self._unwritten.get(write, {})

    def write(self) -> None:
        """Bring everything to the database: before a statement that reads it there, and before the commit."""
        unwritten, self._unwritten = self._unwritten, {}
        if unwritten and self._savepoints:
            self._undo.append((unwritten, None, None))
        for write, rows in unwritten.items():
            if rows:
                write(list(rows.values()))

    def clear(self) -> None:
        """Forget what can be read again."""
        self._rows = {key: row for rows in self._unwritten.values() for key, row in rows.items()}

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Inside of the database's: what is put here is written at the end, or forgotten when it is undone."""
        try:
            yield
            self.write()
        except BaseException:
            self._unwritten.clear()
            self.clear()
            raise
        finally:
            for key in self._passing:
                self._rows.pop(key, None)
            self._passing.clear()

    def begin_savepoint(self) -> int:
        """Inside of the database's: when that is undone, so is what was put since."""
        self._savepoints += 1
        return len(self._undo)

    def end_savepoint(self, before: int, error: BaseException | None) -> None:
        if error is not None:
            while len(self._undo) > before:
                self._take_back(*self._undo.pop())
            self.clear()
        self._savepoints -= 1
        if not self._savepoints:
            self._undo.clear()

    def _begin_rows(self, write: Write) -> dict[Hashable, Any]:
        if write in self._unwritten:
            self.write()
        rows = self._unwritten[write] = {}
        return rows

    def _take_back(self, rows: dict[Any, Any], key: Hashable, before: Any) -> None:
        if key is None:
            self._unwritten = rows
        elif before is _NOTHING:
            rows.pop(key, None)
        else:
            rows[key] = before


class WrittenThrough:
    """A database whose every statement finds what was put: it is brought there first.

    Tables use this one by default. The database itself is for the cache's own loads and writes, and for a statement
    of which its table knows that nothing it looks for still waits.
    """

    def __init__(self, database: Database, cache: RowCache) -> None:
        self._database = database
        self._cache = cache

    def execute(self, sql: str, *bindings: Any) -> int:
        """Run a statement; how many rows it changed."""
        self._cache.write()
        return self._database.execute(sql, *bindings)

    def executemany(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        """Run a statement once per row."""
        self._cache.write()
        self._database.executemany(sql, rows)

    def rows(self, sql: str, *bindings: Any) -> list[DatabaseRow]:
        """All rows of a query."""
        self._cache.write()
        return self._database.rows(sql, *bindings)

    def row(self, sql: str, *bindings: Any) -> DatabaseRow | None:
        """The first row of a query, or None."""
        self._cache.write()
        return self._database.row(sql, *bindings)

    def value(self, sql: str, *bindings: Any) -> Any:
        """The first column of the first row of a query, or None."""
        self._cache.write()
        return self._database.value(sql, *bindings)
