"""Envelopes that came too early, and what broke the protocol, in SQL."""

from typing import Final

from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.sqlite import Database

_QUARANTINE_ROWS: Final = 1_000
_QUARANTINE_DATA_BYTES: Final = 4_096


class InboxTable:
    _db: Database

    def early_put(self, device: DeviceId, number: int, envelope: bytes) -> None:
        self._db.execute("INSERT OR IGNORE INTO early VALUES (?, ?, ?)", device, number, envelope)

    def early_take(self, device: DeviceId, number: int) -> bytes | None:
        row = self._db.row("DELETE FROM early WHERE device = ? AND number = ? RETURNING envelope", device, number)
        return None if row is None else bytes(row[0])

    def early_held(self, device: DeviceId) -> tuple[int, int]:
        row = self._db.row("SELECT count(*), coalesce(sum(length(envelope)), 0) FROM early WHERE device = ?", device)
        assert row is not None
        return row[0], row[1]

    def quarantine_add(self, *, at: float, account_id: AccountId | None, what: str, detail: str, data: bytes) -> None:
        self._db.execute(
            "INSERT INTO quarantine (at, account_id, what, detail, data) VALUES (?, ?, ?, ?, ?)",
            at,
            account_id,
            what,
            detail,
            data[:_QUARANTINE_DATA_BYTES],
        )
        self._db.execute("DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", _QUARANTINE_ROWS)
