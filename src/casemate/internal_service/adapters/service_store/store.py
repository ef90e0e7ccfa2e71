"""service.db: the accounts of this computer, encrypted with a key that the operating system keeps."""

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Final, Literal

from casemate.crypto.kdf import hkdf
from casemate.crypto.keys import KEY_BYTES, MachineKey
from casemate.internal_service.adapters.account_store.local_db import LocalDbTable
from casemate.internal_service.core.sessions.ports import ListLost, LocalAccountRow
from casemate.protocol.ids import AccountId, Cid
from casemate.runtime.database_file import open_database_file
from casemate.runtime.sqlite import Database, Row
from casemate.runtime.u64 import u64_from_blob, u64_to_blob

FILE_NAME: Final = "service.db"
_KEY_LABEL: Final = b"casemate/service-db/1"
_COLUMNS: Final = (
    "name, account_id, cid, username, username_folded, full_name, server_address, enrolled, vault, machine_vault,"
    " ask_password_at_start, plain_holder, unread, page"
)
_SELECT: Final = f"SELECT {_COLUMNS} FROM accounts"
_PUT: Final = (
    f"INSERT INTO accounts ({_COLUMNS}, made)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, (SELECT coalesce(max(made), 0) + 1 FROM accounts))"
    " ON CONFLICT (name) DO UPDATE SET full_name = excluded.full_name, server_address = excluded.server_address,"
    " enrolled = excluded.enrolled, vault = excluded.vault,"
    " machine_vault = excluded.machine_vault, ask_password_at_start = excluded.ask_password_at_start,"
    " plain_holder = excluded.plain_holder, unread = excluded.unread, page = excluded.page"
)


class SqliteServiceStore(LocalDbTable):
    def __init__(self, database: Database) -> None:
        self._stored = database

    @property
    def database(self) -> Database:
        return self._stored

    def accounts(self) -> list[LocalAccountRow]:
        return [_account(row) for row in self._stored.rows(f"{_SELECT} ORDER BY made")]

    def account(self, cid: Cid) -> LocalAccountRow | None:
        row = self._stored.row(f"{_SELECT} WHERE cid = ?", u64_to_blob(cid))
        return None if row is None else _account(row)

    def accounts_named(self, username_folded: str) -> list[LocalAccountRow]:
        rows = self._stored.rows(f"{_SELECT} WHERE username_folded = ? ORDER BY made", username_folded)
        return [_account(row) for row in rows]

    def put_account(self, row: LocalAccountRow) -> None:
        """Username and ids of an account never change; the rest is replaced."""
        self._stored.execute(
            _PUT,
            row.name,
            row.account_id,
            u64_to_blob(row.cid),
            row.username,
            row.username_folded,
            row.full_name,
            row.server_address,
            row.enrolled,
            row.vault,
            row.machine_vault,
            row.ask_password_at_start,
            row.plain_holder,
            row.unread,
            row.page,
        )

    def delete_account(self, name: str) -> None:
        self._stored.execute("DELETE FROM accounts WHERE name = ?", name)
        self._stored.execute("INSERT OR IGNORE INTO deleted_accounts VALUES (?)", name)

    def deleted_accounts(self) -> list[str]:
        return [name for (name,) in self._stored.rows("SELECT name FROM deleted_accounts ORDER BY name")]

    def deletion_done(self, name: str) -> None:
        self._stored.execute("DELETE FROM deleted_accounts WHERE name = ?", name)

    def found_accounts(self) -> dict[str, int]:
        return dict(self._stored.rows("SELECT name, found_at FROM found_accounts ORDER BY found_at, name"))

    def put_found_accounts(self, found: dict[str, int]) -> None:
        self._stored.execute("DELETE FROM found_accounts")
        self._stored.executemany("INSERT INTO found_accounts VALUES (?, ?)", list(found.items()))

    def list_lost(self) -> ListLost | None:
        row = self._stored.row("SELECT what, at, kept_as FROM list_lost")
        return None if row is None else ListLost(*row)

    def put_list_lost(self, lost: ListLost | None) -> None:
        self._stored.execute("DELETE FROM list_lost")
        if lost is not None:
            self._stored.execute("INSERT INTO list_lost VALUES (1, ?, ?, ?)", lost.what, lost.at, lost.kept_as)

    def known_peers(self, name: str) -> dict[Cid, str]:
        rows = self._stored.rows("SELECT cid, username FROM known_peers WHERE name = ? ORDER BY username", name)
        return {Cid(u64_from_blob(cid)): username for cid, username in rows}

    def put_known_peers(self, name: str, peers: dict[Cid, str]) -> None:
        self._stored.execute("DELETE FROM known_peers WHERE name = ?", name)
        rows = [(name, u64_to_blob(cid), username) for cid, username in peers.items()]
        self._stored.executemany("INSERT INTO known_peers VALUES (?, ?, ?)", rows)

    def last_server(self) -> str | None:
        address: str | None = self._stored.value("SELECT value FROM settings WHERE name = 'last_server'")
        return address

    def put_last_server(self, address: str) -> None:
        self._stored.execute("INSERT OR REPLACE INTO settings VALUES ('last_server', ?)", address)

    def transaction(self) -> AbstractContextManager[None]:
        return self._stored.transaction()

    def begin_savepoint(self) -> int:
        return self._stored.begin_savepoint()

    def end_savepoint(self, mark: int, error: BaseException | None) -> None:
        self._stored.end_savepoint(mark, error)

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

    def close(self) -> None:
        self._stored.close()


def open_service_store(
    directory: Path,
    key: MachineKey,
    *,
    vfs: str | None = None,
    synchronous: Literal["FULL", "OFF"] = "FULL",
    existing: bool = False,
) -> SqliteServiceStore:
    """Open or create service.db, every page of it found whole: it is small. Raises `CannotStart`."""
    owner_key = hkdf(b"", key.secret, _KEY_LABEL, KEY_BYTES)
    return SqliteServiceStore(
        open_database_file(
            directory / FILE_NAME,
            __package__,
            key=owner_key,
            vfs=vfs,
            synchronous=synchronous,
            existing=existing,
            check=True,
        )
    )


def _account(row: Row) -> LocalAccountRow:
    return LocalAccountRow(
        name=row[0],
        account_id=AccountId(bytes(row[1])),
        cid=Cid(u64_from_blob(row[2])),
        username=row[3],
        username_folded=row[4],
        full_name=row[5],
        server_address=row[6],
        enrolled=bool(row[7]),
        vault=bytes(row[8]),
        machine_vault=None if row[9] is None else bytes(row[9]),
        ask_password_at_start=bool(row[10]),
        plain_holder=bool(row[11]),
        unread=row[12],
        page=bytes(row[13]),
    )
