"""The server's database in one SQLite file."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from casemate.node import Savepoint
from casemate.runtime.database_file import open_database_file
from casemate.runtime.migrations import migrate
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store.accounts import SqliteAccounts
from casemate.server.adapters.sqlite_store.directory import SqliteDirectory
from casemate.server.adapters.sqlite_store.endpoints import SqliteEndpoints
from casemate.server.adapters.sqlite_store.invites import SqliteInvites
from casemate.server.adapters.sqlite_store.kept_names import SqliteKeptNames
from casemate.server.adapters.sqlite_store.mailbox import SqliteMailbox
from casemate.server.adapters.sqlite_store.registrations import SqliteRegistrations
from casemate.server.adapters.sqlite_store.served_time import SqliteServedTime
from casemate.server.adapters.sqlite_store.signals import SqliteSignals

DATABASE_NAME: Final = "server.db"
MOST_ROWS: Final = 32_768
"""Pairs and routes kept in memory: of 16,000 pairs that talk, in some 12 MiB."""


class SqliteServerStore:
    """Fulfils `ServerStore`. Brings the database to this program's shape first; raises `DatabaseNewer`."""

    def __init__(self, database: Database) -> None:
        migrate(database, __name__)
        self._database = database
        self._rows = RowCache(MOST_ROWS)
        self.accounts = SqliteAccounts(database, self._rows)
        self.kept_names = SqliteKeptNames(database)
        self.invites = SqliteInvites(database)
        self.endpoints = SqliteEndpoints(database)
        self.directory = SqliteDirectory(database)
        self.registrations = SqliteRegistrations(database, self._rows)
        self.signals = SqliteSignals(database)
        self.mailbox = SqliteMailbox(database, self._rows)
        self.served_time = SqliteServedTime(database)
        with database.transaction():
            self.accounts.fill_in()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._database.transaction(), self._rows.transaction():
            yield

    def savepoint(self) -> Savepoint:
        return Savepoint(self._database, self._rows)

    @property
    def behind(self) -> int:
        """How many commits it has not any more: its log is gone or cut, or an older copy was put back."""
        return self._database.behind

    def catch_up(self) -> None:
        """That was said: it is not behind any more."""
        with self._database.transaction():
            self._database.catch_up()

    def refuse_writes(self) -> None:
        """There was no room: whoever changes something gets `WritesRefused`."""
        self._database.refuse_writes()
        self._rows.refuses_writes = True

    def close(self) -> None:
        """Harmless to repeat."""
        self._database.close()


def open_server_store(data_dir: Path, *, existing: bool = False) -> SqliteServerStore:
    """Open or create server.db, looked through first: a damaged copy that is served spreads its damage. `existing`: it
    was there before, so one without anything in it is damaged. Raises `CannotStart` with the reason."""
    return SqliteServerStore(open_database_file(data_dir / DATABASE_NAME, __name__, existing=existing, check=True))
