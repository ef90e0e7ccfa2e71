"""An account's encrypted database: every table of it behind the one port the core asks for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Literal

from casemate.internal_service.adapters.account_store.arranged import ArrangedTable
from casemate.internal_service.adapters.account_store.drafts import DraftsTable
from casemate.internal_service.adapters.account_store.finding import FindingTable
from casemate.internal_service.adapters.account_store.inbox import InboxTable
from casemate.internal_service.adapters.account_store.invites import InvitesTable
from casemate.internal_service.adapters.account_store.keeping import KeepingTable
from casemate.internal_service.adapters.account_store.later import LaterTable
from casemate.internal_service.adapters.account_store.notifying import NotifyingTable
from casemate.internal_service.adapters.account_store.plain_queue import PlainQueueTable
from casemate.internal_service.adapters.account_store.profile_and_peers import PeersTable
from casemate.internal_service.adapters.account_store.profiles import ProfilesTable
from casemate.internal_service.adapters.account_store.scheduled import ScheduledTable
from casemate.internal_service.adapters.account_store.sessions import ChannelsTable, KeyTimeTable, RatchetsTable
from casemate.internal_service.adapters.account_store.spares import SparesTable
from casemate.internal_service.adapters.account_store.upgrading import FUNCTIONS
from casemate.node import Savepoint
from casemate.runtime.database_file import open_database_file
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database


class SqliteAccountStore(
    PeersTable,
    InvitesTable,
    ChannelsTable,
    RatchetsTable,
    SparesTable,
    KeyTimeTable,
    FindingTable,
    KeepingTable,
    LaterTable,
    ScheduledTable,
    ProfilesTable,
    ArrangedTable,
    NotifyingTable,
    InboxTable,
    PlainQueueTable,
    DraftsTable,
):
    def __init__(self, database: Database) -> None:
        self._stored = database
        self._rows = RowCache()
        self._db = WrittenThrough(database, self._rows)

    @property
    def database(self) -> Database:
        return self._stored

    @contextmanager
    def transaction(self) -> Iterator[None]:
        with self._stored.transaction(), self._rows.transaction():
            yield

    def savepoint(self) -> Savepoint:
        return Savepoint(self)

    def begin_savepoint(self) -> tuple[int, int]:
        return self._stored.begin_savepoint(), self._rows.begin_savepoint()

    def end_savepoint(self, marks: tuple[int, int], error: BaseException | None) -> None:
        of_database, of_rows = marks
        self._rows.end_savepoint(of_rows, error)
        self._stored.end_savepoint(of_database, error)

    @property
    def has_traces(self) -> bool:
        return self._stored.has_traces

    def erase_traces(self) -> None:
        self._stored.erase_traces()

    @property
    def behind(self) -> int:
        return self._stored.behind

    def catch_up(self) -> None:
        self._stored.catch_up()

    def refuse_writes(self) -> None:
        """There was no room: whoever changes something gets `WritesRefused`."""
        self._stored.refuse_writes()
        self._rows.refuses_writes = True

    def close(self) -> None:
        self._stored.close()


def open_account_store(
    path: Path,
    key: bytes,
    *,
    vfs: str | None = None,
    synchronous: Literal["FULL", "OFF"] = "FULL",
    existing: bool = False,
    check: bool = False,
) -> SqliteAccountStore:
    """Open or create the database of one account; `key` is its 32-byte database key. Raises `CannotStart`."""
    return SqliteAccountStore(
        open_database_file(
            path,
            __package__,
            key=key,
            vfs=vfs,
            synchronous=synchronous,
            existing=existing,
            check=check,
            functions=FUNCTIONS,
        )
    )
