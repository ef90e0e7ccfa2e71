"""The directory and presence as one viewer may see them, in SQLite."""

from typing import Final

from casemate.protocol.ids import AccountId
from casemate.protocol.link import AccountRow, PresenceRow
from casemate.runtime.sqlite import Database

# One rule for every answer: who blocks the viewer is offline to the viewer, since the time that was fixed then.
_BLOCK: Final = " LEFT JOIN blocks b ON b.account_id = a.account_id AND b.blocked = ?1"
_ONLINE: Final = "a.shown_online AND b.account_id IS NULL"
_SINCE: Final = "CASE WHEN b.account_id IS NULL THEN a.shown_since ELSE b.shown_since END"
_MATCHES: Final = "a.account_id <> ?1 AND (?2 = '' OR instr(a.searched, ?2))"


class SqliteDirectory:
    def __init__(self, database: Database) -> None:
        self._db = database

    def page(self, viewer: AccountId, query: str, after: str, limit: int) -> list[tuple[str, AccountRow]]:
        rows = self._db.rows(
            f"SELECT a.sorted, a.account_id, a.username, a.full_name, {_ONLINE} FROM accounts a {_BLOCK}"
            f" WHERE a.sorted > ?3 AND {_MATCHES} ORDER BY a.sorted LIMIT ?4",
            viewer,
            query,
            after,
            limit,
        )
        return [(key, _row(*row)) for key, *row in rows]

    def count(self, viewer: AccountId, query: str) -> int:
        count: int = self._db.value(
            f"SELECT count(*) FROM accounts a WHERE {_MATCHES}",
            viewer,
            query,
        )
        return count

    def row(self, viewer: AccountId, account_id: AccountId) -> AccountRow | None:
        row = self._db.row(
            f"SELECT a.account_id, a.username, a.full_name, {_ONLINE} FROM accounts a {_BLOCK} WHERE a.account_id = ?2",
            viewer,
            account_id,
        )
        return None if row is None else _row(*row)

    def presence(self, viewer: AccountId, account_id: AccountId) -> PresenceRow | None:
        row = self._db.row(
            f"SELECT a.account_id, {_ONLINE}, {_SINCE} FROM accounts a {_BLOCK} WHERE a.account_id = ?2",
            viewer,
            account_id,
        )
        return None if row is None else PresenceRow(row[0], bool(row[1]), row[2])

    def presence_of_peers(self, viewer: AccountId) -> list[PresenceRow]:
        rows = self._db.rows(
            f"SELECT a.account_id, {_ONLINE}, {_SINCE} FROM registered r"
            f" JOIN accounts a ON a.account_id = r.peer {_BLOCK} WHERE r.account_id = ?1",
            viewer,
        )
        return [PresenceRow(account_id, bool(online), since) for account_id, online, since in rows]


def _row(account_id: AccountId, username: str, full_name: str, online: int) -> AccountRow:
    return AccountRow(account_id, username, full_name, bool(online))
