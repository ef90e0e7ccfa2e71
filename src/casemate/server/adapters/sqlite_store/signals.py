"""Signals that accounts have not taken yet, in SQLite."""

from casemate.protocol.ids import AccountId
from casemate.runtime.sqlite import Database


class SqliteSignals:
    def __init__(self, database: Database) -> None:
        self._db = database

    def add(self, account_id: AccountId, kind: str, about: AccountId, body: bytes) -> int:
        # Counted on the account, because the highest signal may have been taken and removed.
        sequence: int = self._db.value(
            "UPDATE accounts SET signals_given = signals_given + 1 WHERE account_id = ? RETURNING signals_given",
            account_id,
        )
        self._db.execute(
            "INSERT INTO signals (account_id, sequence, kind, about, body) VALUES (?, ?, ?, ?, ?)",
            account_id,
            sequence,
            kind,
            about,
            body,
        )
        return sequence

    def after(self, account_id: AccountId, sequence: int, limit: int) -> list[tuple[int, bytes]]:
        rows = self._db.rows(
            "SELECT sequence, body FROM signals WHERE account_id = ? AND sequence > ? ORDER BY sequence LIMIT ?",
            account_id,
            sequence,
            limit,
        )
        return [(number, body) for number, body in rows]

    def take(self, account_id: AccountId, up_to: int) -> None:
        self._db.execute("DELETE FROM signals WHERE account_id = ? AND sequence <= ?", account_id, up_to)

    def waits(self, account_id: AccountId, kind: str, about: AccountId) -> bool:
        sql = "SELECT 1 FROM signals WHERE about = ? AND account_id = ? AND kind = ?"
        return self._db.value(sql, about, account_id, kind) is not None

    def drop(self, account_id: AccountId, kind: str, about: AccountId) -> bool:
        sql = "DELETE FROM signals WHERE about = ? AND account_id = ? AND kind = ?"
        return self._db.execute(sql, about, account_id, kind) > 0

    def count(self, account_id: AccountId) -> int:
        count: int | None = self._db.value("SELECT signals FROM waiting WHERE account_id = ?", account_id)
        return count or 0
