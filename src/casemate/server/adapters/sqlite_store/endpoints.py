"""Endpoint keys of the newest device lists, in SQLite."""

from collections.abc import Sequence

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.sqlite import Database


class SqliteEndpoints:
    def __init__(self, database: Database) -> None:
        self._db = database

    def account_of(self, key: Ed25519Public) -> AccountId | None:
        account_id: AccountId | None = self._db.value("SELECT account_id FROM endpoints WHERE endpoint_key = ?", key)
        return account_id

    def has_any(self, account_id: AccountId) -> bool:
        return self._db.value("SELECT 1 FROM endpoints WHERE account_id = ?", account_id) is not None

    def replace(self, account_id: AccountId, keys: Sequence[tuple[Ed25519Public, DeviceId]]) -> None:
        self._db.execute("DELETE FROM endpoints WHERE account_id = ?", account_id)
        self._db.executemany(
            "INSERT INTO endpoints (endpoint_key, account_id, device_id) VALUES (?, ?, ?)",
            [(key, account_id, device_id) for key, device_id in keys],
        )
