"""Key-value pairs of clients, in SQL; service.db has the same table for the pairs that all accounts share."""

from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_to_blob

_NO_SCOPE = b""


class LocalDbTable:
    _stored: Database

    def kv_get(self, scope: Cid | None, key: str) -> bytes | None:
        value = self._stored.value("SELECT value FROM local_db WHERE scope = ? AND key = ?", scope_blob(scope), key)
        return None if value is None else bytes(value)

    def kv_set(self, scope: Cid | None, key: str, value: bytes) -> None:
        self._stored.execute(
            "INSERT INTO local_db VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            scope_blob(scope),
            key,
            value,
        )

    def kv_delete(self, scope: Cid | None, key: str) -> None:
        self._stored.execute("DELETE FROM local_db WHERE scope = ? AND key = ?", scope_blob(scope), key)

    def kv_all(self, scope: Cid | None) -> dict[str, bytes]:
        rows = self._stored.rows("SELECT key, value FROM local_db WHERE scope = ? ORDER BY key", scope_blob(scope))
        return {key: bytes(value) for key, value in rows}

    def kv_clear(self, scope: Cid | None) -> None:
        self._stored.execute("DELETE FROM local_db WHERE scope = ?", scope_blob(scope))

    def kv_bytes(self) -> int:
        return int(self._stored.value("SELECT bytes FROM local_db_size"))


def scope_blob(scope: Cid | None) -> bytes:
    return _NO_SCOPE if scope is None else u64_to_blob(scope)
