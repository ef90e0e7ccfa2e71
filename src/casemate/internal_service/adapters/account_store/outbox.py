"""The durable queue of what peers' devices have not acknowledged, in SQL."""

from collections.abc import Sequence

from casemate.internal_service.core.account.rows import OutboxRow
from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.runtime.sqlite import Database, Row

_COLUMNS = "id, device, account_id, message_id, content, number, envelope, state, reason"


class OutboxTable:
    _db: Database

    def outbox_add(self, row: OutboxRow) -> int:
        added = self._db.row(
            "INSERT INTO outbox (device, account_id, message_id, content, number, envelope, state, reason)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            row.device,
            row.account_id,
            row.message_id,
            row.content,
            row.number,
            row.envelope,
            row.state,
            row.reason,
        )
        assert added is not None
        return int(added[0])

    def outbox_row(self, device: DeviceId, number: int) -> OutboxRow | None:
        row = self._db.row(f"SELECT {_COLUMNS} FROM outbox WHERE device = ? AND number = ?", device, number)
        return None if row is None else _outbox(row)

    def outbox_of_message(self, message_id: MessageId) -> OutboxRow | None:
        row = self._db.row(f"SELECT {_COLUMNS} FROM outbox WHERE message_id = ?", message_id)
        return None if row is None else _outbox(row)

    def outbox_waiting(self, device: DeviceId, limit: int) -> list[OutboxRow]:
        sql = f"SELECT {_COLUMNS} FROM outbox WHERE device = ? AND state = 'waiting' ORDER BY id LIMIT ?"
        return [_outbox(row) for row in self._db.rows(sql, device, limit)]

    def outbox_queued(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[OutboxRow]:
        where = "device = ? AND number > ?" + ("" if even_sent else " AND state = 'queued'")
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM outbox WHERE {where} ORDER BY number LIMIT ?", device, after_number, limit
        )
        return [_outbox(row) for row in rows]

    def outbox_sealed(self, row_id: int, number: int, envelope: bytes) -> None:
        self._db.execute(
            "UPDATE outbox SET number = ?, envelope = ?, state = 'queued', reason = NULL WHERE id = ?",
            number,
            envelope,
            row_id,
        )

    def outbox_unseal(self, device: DeviceId, numbers: Sequence[int] | None, reason: str | None) -> list[MessageId]:
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
        self, device: DeviceId, first: int, last: int, state: str, reason: str | None
    ) -> list[MessageId]:
        rows = self._db.rows(
            "UPDATE outbox SET state = ?1, reason = ?2 WHERE device = ?3 AND number BETWEEN ?4 AND ?5"
            " AND (state <> ?1 OR reason IS NOT ?2) RETURNING message_id",
            state,
            reason,
            device,
            first,
            last,
        )
        return [MessageId(row[0]) for row in rows]

    def outbox_remove_up_to(self, device: DeviceId, number: int) -> None:
        self._db.execute("DELETE FROM outbox WHERE device = ? AND number <= ?", device, number)

    def outbox_numbers(self, device: DeviceId, state: str) -> list[int]:
        sql = "SELECT number FROM outbox WHERE device = ? AND state = ? AND number IS NOT NULL ORDER BY number"
        return [row[0] for row in self._db.rows(sql, device, state)]

    def outbox_waiting_count(self, device: DeviceId) -> int:
        return int(self._db.value("SELECT count(*) FROM outbox WHERE device = ? AND state = 'waiting'", device))

    def outbox_devices(self) -> list[DeviceId]:
        sql = "SELECT DISTINCT device FROM outbox INDEXED BY outbox_unsent WHERE state <> 'sent' ORDER BY device"
        return [DeviceId(row[0]) for row in self._db.rows(sql)]


def _outbox(row: Row) -> OutboxRow:
    row_id, device, account_id, message_id, content, number, envelope, state, reason = row
    return OutboxRow(
        row_id, DeviceId(device), AccountId(account_id), MessageId(message_id), content, number, envelope, state, reason
    )
