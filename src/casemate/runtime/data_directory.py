"""A data directory belongs to one process at a time."""

import fcntl
import os
from pathlib import Path
from types import TracebackType

from casemate.runtime.errors import DatabaseLocked, unusable

LOCK_NAME = "lock"


class DataDirectory:
    """A private directory, locked for as long as this object is open.

    The operating system releases the lock when the process ends, however it ends. Raises `DirectoryNotWritable`,
    `DiskFull` or `DatabaseLocked`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._lock = os.open(path / LOCK_NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise unusable(path, error) from error
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._lock)
            raise DatabaseLocked(path) from error
        except OSError as error:
            os.close(self._lock)
            raise unusable(path, error) from error

    def close(self) -> None:
        """Let another process have the directory. The lock file stays: removing it would race with its next owner."""
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1

    def __enter__(self) -> "DataDirectory":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
