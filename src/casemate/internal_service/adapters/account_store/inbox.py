"""Envelopes that came too early, and what broke the protocol, in SQL."""

from typing import Final

from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database

_QUARANTINE_ROWS: Final = 1_000
_QUARANTINE_DATA_BYTES: Final = 4_096


class InboxTable:
    _stored: Database
    _rows: RowCache

    def early_put(self, device: DeviceId, number: int, envelope: bytes) -> None:
        held, held_bytes = self.early_held(device)
        if self._stored.execute("INSERT OR IGNORE INTO early VALUES (?, ?, ?)", device, number, envelope):
            self._rows.wrote(("early", device), (held + 1, held_bytes + len(envelope)))

    def early_take(self, device: DeviceId, number: int) -> bytes | None:
        held, held_bytes = self.early_held(device)
        if not held:
            return None
        row = self._stored.row("DELETE FROM early WHERE device = ? AND number = ? RETURNING envelope", device, number)
        if row is None:
            return None
        envelope = bytes(row[0])
        self._rows.wrote(("early", device), (held - 1, held_bytes - len(envelope)))
        return envelope

    def early_held(self, device: DeviceId) -> tuple[int, int]:
        return self._rows.read(("early", device), lambda: self._read_early_held(device))

    def _read_early_held(self, device: DeviceId) -> tuple[int, int]:
        row = self._stored.row("SELECT envelopes, bytes FROM early_size WHERE device = ?", device)
        return (0, 0) if row is None else (row[0], row[1])

    def quarantine_add(self, *, at: float, account_id: AccountId | None, what: str, detail: str, data: bytes) -> None:
        self._stored.execute(
            "INSERT INTO quarantine (at, account_id, what, detail, data) VALUES (?, ?, ?, ?, ?)",
            at,
            account_id,
            what,
            detail,
            data[:_QUARANTINE_DATA_BYTES],
        )
        self._stored.execute(
            "DELETE FROM quarantine WHERE id <= (SELECT max(id) FROM quarantine) - ?", _QUARANTINE_ROWS
        )
