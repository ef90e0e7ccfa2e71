"""Who asked, declined, agreed with or blocked whom, in SQLite."""

from casemate.protocol.ids import AccountId
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database
from casemate.server.core.ports import Ask


class SqliteRegistrations:
    """Who may write to whom stands in cached routes, too (`SqliteMailbox.route`): what changes it makes them go."""

    def __init__(self, database: Database, rows: RowCache) -> None:
        self._db = database
        self._rows = rows

    def ask(self, asker: AccountId, target: AccountId) -> Ask | None:
        row = self._db.row("SELECT request, asked_served FROM asks WHERE asker = ? AND target = ?", asker, target)
        return None if row is None else Ask(*row)

    def put_ask(self, asker: AccountId, target: AccountId, request: bytes, served: float) -> None:
        self._db.execute(
            "INSERT INTO asks (asker, target, request, asked_served) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET request = excluded.request, asked_served = excluded.asked_served",
            asker,
            target,
            request,
            served,
        )

    def remove_ask(self, asker: AccountId, target: AccountId) -> None:
        self._db.execute("DELETE FROM asks WHERE asker = ? AND target = ?", asker, target)

    def asks_by(self, asker: AccountId) -> list[AccountId]:
        return self._ids("SELECT target FROM asks WHERE asker = ?", asker)

    def asks_to(self, target: AccountId) -> list[AccountId]:
        return self._ids("SELECT asker FROM asks WHERE target = ?", target)

    def waiting(self, account_id: AccountId) -> tuple[int, int]:
        row = self._db.row("SELECT asked, asks FROM waiting WHERE account_id = ?", account_id)
        return (0, 0) if row is None else (row[0], row[1])

    def oldest_ask_to(self, target: AccountId) -> AccountId | None:
        asker = self._db.value("SELECT asker FROM asks WHERE target = ? ORDER BY asked_served LIMIT 1", target)
        return None if asker is None else AccountId(asker)

    def asked_before(self, served: float, limit: int) -> list[tuple[AccountId, AccountId]]:
        sql = "SELECT asker, target FROM asks WHERE asked_served < ? ORDER BY asked_served LIMIT ?"
        rows = self._db.rows(sql, served, limit)
        return [(AccountId(asker), AccountId(target)) for asker, target in rows]

    def registered(self, account_id: AccountId, peer: AccountId) -> bool:
        sql = "SELECT 1 FROM registered WHERE account_id = ? AND peer = ?"
        return self._db.value(sql, account_id, peer) is not None

    def register(self, account_id: AccountId, peer: AccountId, now: float) -> None:
        self._db.executemany(
            "INSERT OR IGNORE INTO registered (account_id, peer, since) VALUES (?, ?, ?)",
            [(account_id, peer, now), (peer, account_id, now)],
        )
        self._db.execute("UPDATE accounts SET had_peers = 1 WHERE account_id IN (?, ?)", account_id, peer)
        self._rows.clear()

    def peers(self, account_id: AccountId) -> list[AccountId]:
        return self._ids("SELECT peer FROM registered WHERE account_id = ?", account_id)

    def declined_until(self, asker: AccountId, target: AccountId) -> float | None:
        return self._quiet_until(asker, target, withdrawn=False)

    def withdrawn_until(self, asker: AccountId, target: AccountId) -> float | None:
        return self._quiet_until(asker, target, withdrawn=True)

    def set_declined(self, asker: AccountId, target: AccountId, served: float) -> None:
        self._set_quiet(asker, target, served, withdrawn=False)

    def set_withdrawn(self, asker: AccountId, target: AccountId, served: float) -> None:
        self._set_quiet(asker, target, served, withdrawn=True)

    def forget_declined(self, asker: AccountId, target: AccountId) -> None:
        self._db.execute("DELETE FROM declined WHERE asker = ? AND target = ?", asker, target)

    def forget_declined_before(self, served: float) -> None:
        self._db.execute("DELETE FROM declined WHERE until_served < ?", served)

    def blocks(self, account_id: AccountId, other: AccountId) -> bool:
        sql = "SELECT 1 FROM blocks WHERE account_id = ? AND blocked = ?"
        return self._db.value(sql, account_id, other) is not None

    def block(self, account_id: AccountId, other: AccountId, shown_since: float | None) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO blocks (account_id, blocked, shown_since) VALUES (?, ?, ?)",
            account_id,
            other,
            shown_since,
        )
        self._rows.clear()

    def unblock(self, account_id: AccountId, other: AccountId) -> None:
        self._db.execute("DELETE FROM blocks WHERE account_id = ? AND blocked = ?", account_id, other)
        self._rows.clear()

    def blocked_by(self, account_id: AccountId) -> list[AccountId]:
        return self._ids("SELECT blocked FROM blocks WHERE account_id = ?", account_id)

    def _quiet_until(self, asker: AccountId, target: AccountId, *, withdrawn: bool) -> float | None:
        sql = "SELECT until_served FROM declined WHERE asker = ? AND target = ? AND withdrawn = ?"
        until: float | None = self._db.value(sql, asker, target, withdrawn)
        return until

    def _set_quiet(self, asker: AccountId, target: AccountId, served: float, *, withdrawn: bool) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO declined (asker, target, until_served, withdrawn) VALUES (?, ?, ?, ?)",
            asker,
            target,
            served,
            withdrawn,
        )

    def _ids(self, sql: str, account_id: AccountId) -> list[AccountId]:
        return [AccountId(value) for (value,) in self._db.rows(sql, account_id)]
