"""Rows that every message reads and writes, kept here between reads and until the commit.

The database's only user goes through here. A row that is put many times in one transaction is written once, at its end.
"""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

Row = TypeVar("Row")

MOST_ROWS: Final = 4_096


class RowCache:
    """What was read or put last for each key. Goes back together with the database."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, Any] = {}
        self._unwritten: dict[Hashable, tuple[Any, Callable[[], None]]] = {}

    def read(self, key: Hashable, load: Callable[[], Row]) -> Row:
        """The row of this key, loaded when it is not here. That there is none is remembered, too."""
        if key not in self._rows:
            self.wrote(key, load())
        row: Row = self._rows[key]
        return row

    def wrote(self, key: Hashable, row: object) -> None:
        """The database has this row now."""
        if len(self._rows) >= MOST_ROWS:
            self.clear()
        self._rows[key] = row

    def put(self, key: Hashable, row: object, write: Callable[[], None]) -> None:
        """The row is this from now on; `write` brings it to the database before the commit, unless another is put."""
        self.wrote(key, row)
        self._unwritten[key] = (row, write)

    def write(self) -> None:
        """Bring everything to the database: before a statement that reads it there, and before the commit."""
        unwritten, self._unwritten = self._unwritten, {}
        for _, write in unwritten.values():
            write()

    def clear(self) -> None:
        """Forget what can be read again."""
        self._rows = {key: row for key, (row, _) in self._unwritten.items()}

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

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """Inside of the database's: when it is undone, so is what was put since."""
        before = dict(self._unwritten)
        try:
            yield
        except BaseException:
            self._unwritten = before
            self.clear()
            raise
