"""The durable queue of what peers' devices have not acknowledged, in SQL.

What is written and sealed in one transaction is brought to the database once, at its end; see `RowCache`.
"""

from collections.abc import Sequence

from msgspec.structs import astuple, replace

from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.runtime.sqlite import Database, Row
from tests.older.store.row_cache import RowCache
from tests.older.store.rows import OutboxRow, OutboxState

_COLUMNS = "id, device, account_id, message_id, content, number, envelope, state, reason, kept_until"


class OutboxTable:
    _db: Database
    _rows: RowCache
    _last_id: int | None = None
    """Never lower than any in the database, and never taken back: ids are only compared."""

    def outbox_add(self, row: OutboxRow) -> OutboxRow:
        row = replace(row, id=self._next_id())
        key = _key(row.message_id)
        if row.state != "waiting" or key in self._new_outgoing():
            # Whether a message may be here once more is the database's to say, and to this event alone.
            self._rows.write()
            self._rows.drop(("outbox", row.device))
            self._insert_outgoing([row])
            return row
        messages, waiting = self._size(row.device)
        self._rows.wrote(("outbox", row.device), (messages + 1, waiting + 1))
        self._rows.put_passing(key, row, self._insert_outgoing)
        return row

    def outbox_row(self, device: DeviceId, number: int) -> OutboxRow | None:
        self._rows.write()
        row = self._db.row(f"SELECT {_COLUMNS} FROM outbox WHERE device = ? AND number = ?", device, number)
        return None if row is None else _outbox(row)

    def outbox_of_message(self, message_id: MessageId) -> OutboxRow | None:
        new: OutboxRow | None = self._new_outgoing().get(_key(message_id))
        if new is not None:
            return new
        row = self._db.row(f"SELECT {_COLUMNS} FROM outbox WHERE message_id = ?", message_id)
        return None if row is None else _outbox(row)

    def outbox_waiting(self, device: DeviceId, limit: int) -> list[OutboxRow]:
        new = [row for row in self._new_outgoing().values() if row.device == device and row.state == "waiting"]
        if len(new) == self.outbox_waiting_count(device):
            return new[:limit]
        self._rows.write()
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE device = ? AND state = 'waiting' ORDER BY id LIMIT ?"
        return [_outbox(row) for row in self._db.rows(sql, device, limit)]

    def outbox_queued(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[tuple[int, bytes]]:
        self._rows.write()
        where = "device = ? AND number > ?" + ("" if even_sent else " AND state = 'queued'")
        sql = f"SELECT number, envelope FROM outbox WHERE {where} ORDER BY number LIMIT ?"
        return self._db.rows(sql, device, after_number, limit)

    def outbox_sealed(self, row: OutboxRow, number: int, envelope: bytes) -> None:
        messages, waiting = self._size(row.device)
        key = _key(row.message_id)
        if key in self._new_outgoing():
            sealed = replace(row, number=number, envelope=envelope, state="queued", reason=None)
            self._rows.put_passing(key, sealed, self._insert_outgoing)
        else:
            self._db.execute(
                "UPDATE outbox SET number = ?, envelope = ?, state = 'queued', reason = NULL WHERE id = ?",
                number,
                envelope,
                row.id,
            )
        self._rows.wrote(("outbox", row.device), (messages, waiting - 1))

    def outbox_unseal(self, device: DeviceId, numbers: Sequence[int] | None, reason: str | None) -> list[MessageId]:
        self._rows.write()
        self._rows.drop(("outbox", device))
        self._expired_may_differ(device)
        unseal = "UPDATE outbox SET number = NULL, envelope = NULL, state = 'waiting', reason = ? WHERE device = ?"
        if numbers is None:
            rows = self._db.rows(f"{unseal} AND state <> 'waiting' RETURNING message_id", reason, device)
            return [MessageId(row[0]) for row in rows]
        changed: list[MessageId] = []
        for number in numbers:
            rows = self._db.rows(f"{unseal} AND number = ? RETURNING message_id", reason, device, number)
            changed += [MessageId(row[0]) for row in rows]
        return changed

    def outbox_set_state(
        self,
        device: DeviceId,
        first: int,
        last: int,
        state: OutboxState,
        reason: str | None,
        kept_until: float | None = None,
    ) -> list[MessageId]:
        self._write_sealed()
        self._expired_may_differ(device)
        rows = self._db.rows(
            "UPDATE outbox SET state = ?1, reason = ?2, kept_until = ?6"
            " WHERE device = ?3 AND number BETWEEN ?4 AND ?5"
            " AND (state <> ?1 OR reason IS NOT ?2 OR kept_until IS NOT ?6) RETURNING message_id",
            state,
            reason,
            device,
            first,
            last,
            kept_until,
        )
        return [MessageId(row[0]) for row in rows]

    def outbox_expire(self, device: DeviceId, first: int, last: int) -> list[MessageId]:
        self._write_sealed()
        self._rows.drop(("expired", device))
        rows = self._db.rows(
            "UPDATE outbox SET state = 'expired', reason = 'expired'"
            " WHERE device = ? AND number BETWEEN ? AND ? AND state = 'sent' RETURNING message_id",
            device,
            first,
            last,
        )
        return [MessageId(row[0]) for row in rows]

    def outbox_overdue(self, wall: float, limit: int) -> list[tuple[DeviceId, int]]:
        self._rows.write()
        sql = "SELECT device, number FROM outbox WHERE state = 'sent' AND kept_until <= ? ORDER BY kept_until LIMIT ?"
        return [(DeviceId(device), number) for device, number in self._db.rows(sql, wall, limit)]

    def outbox_next_overdue(self) -> float | None:
        self._rows.write()
        next_overdue: float | None = self._db.value("SELECT min(kept_until) FROM outbox WHERE state = 'sent'")
        return next_overdue

    def outbox_revive(self, device: DeviceId) -> list[tuple[int, MessageId]]:
        if not self._has_expired(device):
            return []
        self._rows.drop(("expired", device))
        rows = self._db.rows(
            "UPDATE outbox SET state = 'queued' WHERE device = ? AND state = 'expired' RETURNING number, message_id",
            device,
        )
        return sorted((number, MessageId(message_id)) for number, message_id in rows)

    def outbox_remove_up_to(self, device: DeviceId, number: int) -> None:
        self._write_sealed()
        self._rows.drop(("outbox", device))
        self._expired_may_differ(device)
        self._db.execute("DELETE FROM outbox WHERE device = ? AND number <= ?", device, number)

    def outbox_numbers(self, device: DeviceId, state: str) -> list[int]:
        self._rows.write()
        sql = "SELECT number FROM outbox WHERE device = ? AND state = ? AND number IS NOT NULL ORDER BY number"
        return [row[0] for row in self._db.rows(sql, device, state)]

    def outbox_count(self, device: DeviceId) -> int:
        return self._size(device)[0]

    def outbox_waiting_count(self, device: DeviceId) -> int:
        return self._size(device)[1]

    def outbox_devices(self) -> list[DeviceId]:
        self._rows.write()
        sql = "SELECT DISTINCT device FROM outbox INDEXED BY outbox_unsent WHERE state <> 'sent' ORDER BY device"
        return [DeviceId(row[0]) for row in self._db.rows(sql)]

    def _new_outgoing(self) -> dict[object, OutboxRow]:
        """Rows that the database does not have yet, in the order of their ids."""
        return self._rows.unwritten(self._insert_outgoing)

    def _write_sealed(self) -> None:
        """Before a change of rows by their numbers: what still waits has none."""
        if any(row.number is not None for row in self._new_outgoing().values()):
            self._rows.write()

    def _insert_outgoing(self, rows: list[OutboxRow]) -> None:
        self._db.executemany(
            f"INSERT INTO outbox ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [astuple(row) for row in rows],
        )

    def _has_expired(self, device: DeviceId) -> bool:
        """Whoever hears from them asks, so that is not looked up each time."""
        sql = "SELECT 1 FROM outbox WHERE device = ? AND state = 'expired' LIMIT 1"
        return self._rows.read(("expired", device), lambda: self._db.value(sql, device) is not None)

    def _expired_may_differ(self, device: DeviceId) -> None:
        if self._has_expired(device):
            self._rows.drop(("expired", device))

    def _next_id(self) -> int:
        if self._last_id is None:
            self._last_id = int(self._db.value("SELECT coalesce(max(id), 0) FROM outbox"))
        self._last_id += 1
        return self._last_id

    def _size(self, device: DeviceId) -> tuple[int, int]:
        """How many rows there are, and how many of them wait without a number."""
        return self._rows.read(("outbox", device), lambda: self._read_size(device))

    def _read_size(self, device: DeviceId) -> tuple[int, int]:
        messages, waiting = self._db.row("SELECT messages, waiting FROM outbox_size WHERE device = ?", device) or (0, 0)
        new = [row for row in self._new_outgoing().values() if row.device == device]
        return messages + len(new), waiting + sum(row.state == "waiting" for row in new)


def _key(message_id: MessageId) -> tuple[str, MessageId]:
    return "outbox", message_id


def _outbox(row: Row) -> OutboxRow:
    row_id, device, account_id, message_id, content, number, envelope, state, reason, kept_until = row
    return OutboxRow(
        row_id,
        DeviceId(device),
        AccountId(account_id),
        MessageId(message_id),
        content,
        number,
        envelope,
        state,
        reason,
        kept_until,
    )
