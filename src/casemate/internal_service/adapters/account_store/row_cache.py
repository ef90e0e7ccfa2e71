"""Rows that every message reads, kept between reads: the database's only user writes them through here."""

from collections.abc import Callable, Hashable
from typing import Any, Final, TypeVar

Row = TypeVar("Row")

MOST_ROWS: Final = 4_096


class RowCache:
    """What was read or written last for each key. Cleared whenever the database goes back."""

    def __init__(self) -> None:
        self._rows: dict[Hashable, Any] = {}

    def read(self, key: Hashable, load: Callable[[], Row]) -> Row:
        """The row of this key, loaded when it is not here. That there is none is remembered, too."""
        if key not in self._rows:
            self.wrote(key, load())
        row: Row = self._rows[key]
        return row

    def wrote(self, key: Hashable, row: object) -> None:
        """The database has this row now."""
        if len(self._rows) >= MOST_ROWS:
            self._rows.clear()
        self._rows[key] = row

    def clear(self) -> None:
        self._rows.clear()
