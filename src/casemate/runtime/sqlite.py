"""An SQLite file that keeps its promises: durable at commit, one writer, encrypted where asked, errors with names."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Literal

import apsw

from casemate.node import Savepoint, StorageBroken
from casemate.runtime.errors import DatabaseEmpty, DirectoryNotWritable
from casemate.runtime.progress import KeepsMark, Progress
from casemate.runtime.sqlite_faults import NamedErrors, opening

KEY_BYTES = 32
BUSY_MILLISECONDS = 500
STATEMENTS_CACHED = 256
_READS: Final = "SELECT"
"""How statements begin that change nothing."""

Row = tuple[Any, ...]


class Database:
    """One connection, used by one thread at a time.

    Statements that are wrong or break a constraint raise `apsw.Error` (a fault of the caller, undone with its
    savepoint); trouble with the disk or the file raises `StorageBroken`.
    """

    def __init__(self, connection: apsw.Connection, path: Path | None) -> None:
        self._connection = connection
        self.path = path
        self._named_errors = NamedErrors(path, lambda: connection.system_errno)
        self._progress: Progress | None = None
        self._savepoints = 0
        self._savepoints_made = 0
        """Of those that were asked for: one is made with the first change in it, so that reading costs none."""
        self._changes_erased = -1
        """How many changes there had been when their traces were erased; a log that a crash left counts as one."""

    @classmethod
    def open(
        cls,
        path: Path,
        *,
        key: bytes | None = None,
        vfs: str | None = None,
        synchronous: Literal["FULL", "OFF"] = "FULL",
        existing: bool = False,
    ) -> "Database":
        """Open or create the file, for this connection alone, until `close`.

        `key` encrypts everything with ChaCha20-Poly1305; it is 32 bytes that are already as good as random. `vfs`
        names a registered file system. `synchronous="OFF"` forgoes durability, for tests that do not cut the power.
        `existing`: something was written there before, so that an empty file is a damaged one and is left alone.
        Raises `DatabaseLocked`, `DatabaseDamaged` (`WrongKey` among it), `DirectoryNotWritable`, `DiskFailed` or
        `DiskFull`.
        """
        try:
            connection = apsw.Connection(
                str(path), vfs=_vfs_name(vfs, encrypted=key is not None), statementcachesize=STATEMENTS_CACHED
            )
        except apsw.CantOpenError as error:
            raise DirectoryNotWritable(path.parent, OSError(str(error))) from error
        database = cls(connection, path)
        try:
            with opening(path), database._named_errors:
                _unlock(connection, key)
                if existing and not _tables(connection):
                    raise DatabaseEmpty(path)
                _configure(connection, synchronous)
        except BaseException as error:
            database.close()
            if isinstance(error.__cause__, StorageBroken) and isinstance(
                error.__cause__.__cause__, apsw.ReadOnlyError | apsw.CantOpenError
            ):
                raise DirectoryNotWritable(path.parent, OSError(str(error.__cause__.__cause__))) from error
            raise
        return database

    @classmethod
    def in_memory(cls) -> "Database":
        """A database that is gone when it is closed."""
        connection = apsw.Connection(":memory:")
        _configure(connection, "OFF")
        return cls(connection, None)

    def refuse_writes(self) -> None:
        """From now on whoever changes something gets `WritesRefused`; reading goes on."""
        self._connection.pragma("query_only", True)
        self._named_errors.refuses_writes = True

    def close(self) -> None:
        """Write back what is in the log and let others open the file. Harmless to repeat."""
        self._connection.close()
        if self._progress is not None:
            self._progress.close()

    def __enter__(self) -> "Database":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -------------------------------------------------------------------------------------------------------- progress

    def keep_mark(self, kept: KeepsMark) -> None:
        """Count commits from now on, and note beside the database how many there were."""
        try:
            with self._named_errors:
                self._progress = Progress(self._connection, kept)
        except BaseException:
            kept.close()
            raise

    @property
    def behind(self) -> int:
        """How many commits it had once and has not any more: its log is gone or cut, or an older copy was put back."""
        with self._named_errors:
            return 0 if self._progress is None else self._progress.behind

    def catch_up(self) -> None:
        """Whoever uses it has drawn the conclusion, in this same transaction: it is not behind any more."""
        if self._progress is not None:
            self.execute("UPDATE commits SET number = ?", self._progress.noted)

    # ---------------------------------------------------------------------------------------------------------- traces

    @property
    def has_traces(self) -> bool:
        """Whether the log may still hold what has been overwritten or deleted."""
        return self._connection.total_changes() != self._changes_erased

    def erase_traces(self) -> None:
        """Write everything back and empty the log, between transactions: what was overwritten or deleted is then in
        no file of this database. Takes some milliseconds, and as many syncs as a commit and a half."""
        with self._named_errors:
            self._connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchall()
            self._changes_erased = self._connection.total_changes()

    # ------------------------------------------------------------------------------------------------------ statements

    def execute(self, sql: str, *bindings: Any) -> int:
        """Run a statement; how many rows it changed."""
        with self._named_errors:
            self._make_savepoints()
            before = self._connection.total_changes()
            for _ in self._connection.execute(sql, bindings):
                pass
            return self._connection.total_changes() - before

    def executemany(self, sql: str, rows: "list[tuple[Any, ...]]") -> None:
        """Run a statement once per row."""
        with self._named_errors:
            self._make_savepoints()
            self._connection.executemany(sql, rows)

    def rows(self, sql: str, *bindings: Any) -> list[Row]:
        """All rows of a query."""
        with self._named_errors:
            if not sql.startswith(_READS):
                self._make_savepoints()
            return self._connection.execute(sql, bindings).fetchall()

    def row(self, sql: str, *bindings: Any) -> Row | None:
        """The first row of a query, or None."""
        with self._named_errors:
            if not sql.startswith(_READS):
                self._make_savepoints()
            # The cursor is let go rather than closed: closing keeps a reference to it for ever (apsw 3.54).
            row: Row | None = self._connection.execute(sql, bindings).fetchone()
            return row

    def value(self, sql: str, *bindings: Any) -> Any:
        """The first column of the first row of a query, or None."""
        row = self.row(sql, *bindings)
        return None if row is None else row[0]

    def script(self, sql: str) -> None:
        """Run several statements, such as a migration."""
        with self._named_errors:
            self._make_savepoints()
            for _ in self._connection.execute(sql):
                pass

    def define(self, name: str, function: Callable[..., Any]) -> None:
        """A function for statements of this connection; the same values always give the same."""
        self._connection.create_scalar_function(name, function, deterministic=True)

    # ---------------------------------------------------------------------------------------------------- transactions

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit at the end, or undo everything when the block raises.

        SQLite begins it lazily, with the first statement, and as a writer with the first change; when nothing changed
        the commit does not touch the disk.
        """
        with self._named_errors:
            self._connection.execute("BEGIN")
        before = self._connection.total_changes()
        try:
            yield
        except BaseException:
            self._rollback()
            raise
        changed = self._connection.total_changes() != before
        counting = self._progress if changed else None
        try:
            if counting is not None:
                counting.count()
            self._connection.execute("COMMIT")
        except apsw.Error as error:
            self._rollback()
            # A file that was found damaged commits nothing any more; where nothing was changed, nothing is lost.
            if changed:
                raise self._named_errors.named(error, "commit failed") from error
        else:
            if counting is not None:
                counting.committed()

    def savepoint(self) -> Savepoint:
        """Undo what the block changed when it raises; inside a transaction, and inside one another."""
        return Savepoint(self)

    def begin_savepoint(self) -> int:
        """How many there are around it."""
        self._savepoints += 1
        return self._savepoints - 1

    def end_savepoint(self, level: int, error: BaseException | None) -> None:
        self._savepoints = level
        if error is not None:
            self._undo_savepoint(level, error)
        elif self._savepoints_made > level:
            self._savepoints_made = level
            with self._named_errors:
                self._connection.execute("RELEASE here")

    def _make_savepoints(self) -> None:
        while self._savepoints_made < self._savepoints:
            self._connection.execute("SAVEPOINT here")
            self._savepoints_made += 1

    def _undo_savepoint(self, level: int, cause: BaseException) -> None:
        made, self._savepoints_made = self._savepoints_made, min(level, self._savepoints_made)
        # Some disk errors make SQLite undo the whole transaction; then what earlier events did is gone, too.
        if not self._connection.in_transaction:
            if isinstance(cause, StorageBroken):
                raise cause
            raise StorageBroken("the transaction was undone by the database", str(self.path)) from cause
        if made > level:
            with self._named_errors:
                self._connection.execute("ROLLBACK TO here")
                self._connection.execute("RELEASE here")

    def _rollback(self) -> None:
        if self._connection.in_transaction:
            self._connection.execute("ROLLBACK")


def _vfs_name(vfs: str | None, *, encrypted: bool) -> str | None:
    # The library encrypts in a layer of its own above the named file system, which it makes when asked by this name.
    return f"multipleciphers-{vfs}" if vfs is not None and encrypted else vfs


def _unlock(connection: apsw.Connection, key: bytes | None) -> None:
    if key is not None:
        if len(key) != KEY_BYTES:
            raise ValueError(f"a database key has {KEY_BYTES} bytes")
        connection.pragma("cipher", "chacha20")
        # `raw` leaves out the library's password stretching: the key was derived with a better one.
        connection.execute(f"PRAGMA key = 'raw:{key.hex()}'")
    connection.set_busy_timeout(BUSY_MILLISECONDS)
    # The only user of the file: no shared-memory index is needed, and other processes are refused by SQLite, too.
    connection.pragma("locking_mode", "EXCLUSIVE")


def _tables(connection: apsw.Connection) -> int:
    """The first real read: it takes the lock and finds out whether the key is right."""
    return len(connection.execute("SELECT 1 FROM sqlite_schema").fetchall())


def _configure(connection: apsw.Connection, synchronous: str) -> None:
    connection.pragma("journal_mode", "WAL")
    connection.pragma("synchronous", synchronous)
    connection.pragma("foreign_keys", True)
    connection.pragma("trusted_schema", False)
    connection.pragma("cell_size_check", True)
    connection.pragma("temp_store", "MEMORY")
    # Deleted keys are overwritten with zeros, also where that needs a write of its own.
    connection.pragma("secure_delete", "ON")
    _tables(connection)
