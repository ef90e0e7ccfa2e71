"""How far a database has come, counted in it and beside it: betrays one that is older than it was.

SQLite keeps what was committed last in a log. A log that is gone or cut looks like the end of what was ever written,
and so does a copy that somebody put back: what opens is whole, and older. So every commit is counted in the database,
and the count is noted in a small file beside it, the mark, once the commit is on the disk. The mark itself is not
synced: after a power cut it may be older than the database, which says nothing, but it is never newer.
"""

import contextlib
import hashlib
import os
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Protocol

import apsw

MARK_SUFFIX: Final = ".mark"
"""Behind the name of the database."""
_TABLE: Final = """
CREATE TABLE IF NOT EXISTS commits (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    database BLOB NOT NULL,
    number INTEGER NOT NULL
) STRICT
"""
_FORM: Final = struct.Struct(">16sQ16s")
"""Which database, how many commits, a digest of both."""
_LABEL: Final = b"casemate/mark/1"


@dataclass(frozen=True, slots=True)
class Mark:
    database: bytes
    """16 random bytes that were drawn when the database was made: the mark of another one says nothing."""
    commits: int


class KeepsMark(Protocol):
    def read(self) -> Mark | None:
        """None when there is none that can be believed."""
        ...

    def write(self, mark: Mark) -> None:
        """As well as it goes: a mark that is missing or old only says less."""
        ...

    def close(self) -> None: ...


class MarkFile:
    """A mark of 40 bytes in a file, replaced in place with one write, so that a full disk does not stop it."""

    def __init__(self, path: Path) -> None:
        self._file: int | None = None
        with contextlib.suppress(OSError):
            self._file = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)

    def read(self) -> Mark | None:
        if self._file is None:
            return None
        try:
            return decoded(os.pread(self._file, _FORM.size + 1, 0))
        except OSError:
            return None

    def write(self, mark: Mark) -> None:
        if self._file is not None:
            with contextlib.suppress(OSError):
                os.pwrite(self._file, encoded(mark), 0)

    def close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None


class Progress:
    """The count of one open database and its mark."""

    def __init__(self, connection: apsw.Connection, kept: KeepsMark) -> None:
        self._connection = connection
        self._kept = kept
        mark = kept.read()
        is_counted = connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'commits'").fetchall()
        is_new = not connection.execute("SELECT 1 FROM sqlite_schema LIMIT 1").fetchall()
        connection.execute(_TABLE)
        if mark is not None and not (is_counted or is_new):
            # From before there were marks, and one lies here: a later program had opened it, so it is older now.
            connection.execute("INSERT INTO commits VALUES (1, ?, 0)", (mark.database,))
        connection.execute("INSERT OR IGNORE INTO commits VALUES (1, randomblob(16), 0)")
        self._database, self._noted = self._read()
        if mark is not None and mark.database == self._database:
            self._noted = max(self._noted, mark.commits)
        self._counted: int | None = None
        """By the transaction that is about to be committed."""

    @property
    def noted(self) -> int:
        """How many commits there were, as far as anybody knows."""
        return self._noted

    @property
    def behind(self) -> int:
        """How many of them the database has not: it is older than it was."""
        return max(0, self._noted - self._read()[1])

    def count(self) -> None:
        """Right before a commit. A database that is behind, and was not told so (`Database.catch_up`), counts nothing:
        what it lacks is known until somebody has drawn the conclusion."""
        sql = "UPDATE commits SET number = number + 1 WHERE number >= ? RETURNING number"
        rows: list[Any] = self._connection.execute(sql, (self._noted,)).fetchall()
        self._counted = rows[0][0] if rows else None

    def committed(self) -> None:
        """Right after it."""
        if self._counted is not None:
            self._noted, self._counted = self._counted, None
            self._kept.write(Mark(self._database, self._noted))

    def close(self) -> None:
        self._kept.close()

    def _read(self) -> tuple[bytes, int]:
        rows: list[Any] = self._connection.execute("SELECT database, number FROM commits").fetchall()
        [(database, number)] = rows
        return database, number


def _digest(database: bytes, commits: int) -> bytes:
    return hashlib.blake2b(struct.pack(">16sQ", database, commits), digest_size=16, person=_LABEL).digest()


def encoded(mark: Mark) -> bytes:
    return _FORM.pack(mark.database, mark.commits, _digest(mark.database, mark.commits))


def decoded(data: bytes) -> Mark | None:
    if len(data) != _FORM.size:
        return None
    database, commits, digest = _FORM.unpack(data)
    return Mark(database, commits) if digest == _digest(database, commits) else None
