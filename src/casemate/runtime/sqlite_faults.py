"""What SQLite's errors mean: a wrong statement, no room, a disk that fails, or a file that is damaged."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Final

import apsw

from casemate.node import StorageBroken, StorageDamaged, StorageFull, WritesRefused
from casemate.runtime.errors import (
    NO_ROOM,
    CannotStart,
    DatabaseDamaged,
    DatabaseLocked,
    DiskFailed,
    DiskFull,
    WrongKey,
)

_DAMAGED: Final = (apsw.CorruptError, apsw.NotADBError)
_BROKEN: Final = (
    apsw.FullError,
    *_DAMAGED,
    apsw.IOError,
    apsw.ReadOnlyError,
    apsw.CantOpenError,
    apsw.NoMemError,
    apsw.BusyError,
    apsw.LockedError,
    apsw.ProtocolError,
    apsw.InternalError,
)
"""What SQLite says when the disk or the file fails, rather than the statement."""


class NamedErrors:
    """Stands around every statement: a class costs a quarter of what a generator would, and that shows.

    `system_errno` answers what the operating system said last.
    """

    __slots__ = ("_path", "_system_errno", "refuses_writes")

    def __init__(self, path: Path | None, system_errno: Callable[[], int]) -> None:
        self._path = None if path is None else str(path)
        self._system_errno = system_errno
        self.refuses_writes = False
        """Set when writing was switched off on purpose: then it is no fault of the disk."""

    def __enter__(self) -> None:
        pass

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if isinstance(error, _BROKEN):
            raise self.named(error) from error

    def named(self, error: BaseException, doing: str = "the database failed") -> Exception:
        """What the core is told instead."""
        detail = f"{doing}: {type(error).__name__}"
        if self.refuses_writes and isinstance(error, apsw.ReadOnlyError):
            return WritesRefused(detail)
        if isinstance(error, apsw.FullError) or (isinstance(error, apsw.IOError) and self._system_errno() in NO_ROOM):
            return StorageFull(detail, self._path)
        if isinstance(error, _DAMAGED):
            return StorageDamaged(detail, self._path)
        return StorageBroken(detail, self._path)


@contextmanager
def opening(path: Path) -> Iterator[None]:
    """What goes wrong while a database is opened, as a sentence about its file (`CannotStart`)."""
    try:
        yield
    except (StorageBroken, apsw.Error) as error:
        raise _cannot_start(path, error) from error


def _cannot_start(path: Path, error: Exception) -> CannotStart:
    cause = error.__cause__ if isinstance(error, StorageBroken) and error.__cause__ is not None else error
    what = str(cause) or type(cause).__name__
    match error:
        case StorageFull():
            return DiskFull(path)
        case StorageBroken() if isinstance(cause, apsw.BusyError | apsw.LockedError):
            return DatabaseLocked(path)
        case StorageDamaged() if isinstance(cause, apsw.NotADBError):
            return WrongKey(path)
        case StorageDamaged():
            return DatabaseDamaged(path, what)
        case apsw.SQLError():
            # The statements of an opening are ours and fit what we once wrote there.
            return DatabaseDamaged(path, "its tables are not those of Casemate")
        case _:
            return DiskFailed(path, what)
