"""Names of deleted accounts that are kept back, in SQLite."""

from casemate.protocol.ids import AccountId
from casemate.runtime.sqlite import Database
from casemate.server.core.ports import KeptName


class SqliteKeptNames:
    def __init__(self, database: Database) -> None:
        self._db = database

    def keep(self, account_id: AccountId, free_at: float, limit: int) -> None:
        self._db.execute(
            "INSERT OR REPLACE INTO kept_names (account_id, folded, skeleton, free_at)"
            " SELECT account_id, folded, skeleton, ? FROM accounts WHERE account_id = ?",
            free_at,
            account_id,
        )
        surplus = self._db.value("SELECT count(*) FROM kept_names") - limit
        self._db.execute(
            "DELETE FROM kept_names WHERE account_id IN (SELECT account_id FROM kept_names ORDER BY free_at LIMIT ?)",
            max(0, surplus),
        )

    def like(self, folded: str, skeleton: str) -> list[KeptName]:
        rows = self._db.rows(
            "SELECT account_id, free_at FROM kept_names WHERE folded = ? OR skeleton = ?", folded, skeleton
        )
        return [KeptName(AccountId(account_id), free_at) for account_id, free_at in rows]

    def give_back(self, account_id: AccountId) -> None:
        self._db.execute("DELETE FROM kept_names WHERE account_id = ?", account_id)

    def free_before(self, served: float) -> None:
        self._db.execute("DELETE FROM kept_names WHERE free_at <= ?", served)
