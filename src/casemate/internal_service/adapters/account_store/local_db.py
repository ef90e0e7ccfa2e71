"""Key-value pairs of clients, in SQL; service.db has the same table for the pairs that all accounts share."""

from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_to_blob

_NO_SCOPE = b""


class LocalDbTable:
    _stored: Database

    def kv_get(self, scope: Cid | None, key: str) -> bytes | None:
        value = self._stored.value("SELECT value FROM local_db WHERE scope = ? AND key = ?", _scope(scope), key)
        return None if value is None else bytes(value)

    def kv_set(self, scope: Cid | None, key: str, value: bytes) -> None:
        self._stored.execute(
            "INSERT INTO local_db VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET value = excluded.value",
            _scope(scope),
            key,
            value,
        )

    def kv_delete(self, scope: Cid | None, key: str) -> None:
        self._stored.execute("DELETE FROM local_db WHERE scope = ? AND key = ?", _scope(scope), key)

    def kv_all(self, scope: Cid | None) -> dict[str, bytes]:
        rows = self._stored.rows("SELECT key, value FROM local_db WHERE scope = ? ORDER BY key", _scope(scope))
        return {key: bytes(value) for key, value in rows}

    def kv_clear(self, scope: Cid | None) -> None:
        self._stored.execute("DELETE FROM local_db WHERE scope = ?", _scope(scope))

    def kv_blank(self, written: bytes, size: int) -> None:
        """In every value that holds these bytes, spaces take the place of the last `size` of them: whoever reads the
        value by its lengths still finds its way."""
        blanked = written[: len(written) - size] + b" " * size
        rows = self._stored.rows("SELECT scope, key, value FROM local_db WHERE instr(value, ?) > 0", written)
        self._stored.executemany(
            "UPDATE local_db SET value = ? WHERE scope = ? AND key = ?",
            [(value.replace(written, blanked), scope, key) for scope, key, value in rows],
        )

    def kv_bytes(self) -> int:
        return int(self._stored.value("SELECT bytes FROM local_db_size"))


def _scope(scope: Cid | None) -> bytes:
    return _NO_SCOPE if scope is None else u64_to_blob(scope)
