"""What the user reads, in SQL: display order by (counter, device), arrival for read marks."""

from collections.abc import Sequence

from casemate.internal_service.core.account.ports import DisplayOrder, TimelinePlace
from casemate.internal_service.core.account.rows import StoredStatus, TimelineRow
from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.runtime.sqlite import Database, Row

_COLUMNS = (
    "arrival, message_id, account_id, mine, kind, body, status, counter, device, number,"
    " written_at, arrived_at, late, read"
)
_UNDELIVERED = "INDEXED BY timeline_undelivered", "mine = 1 AND status IN ('queued', 'sent')"
_NOT_READ = "INDEXED BY timeline_not_read", "mine = 1 AND status <> 'read'"
"""Partial indexes by name, because the planner takes a longer one: these hold only what is still under way."""


class TimelineTable:
    _db: Database

    def timeline_add(self, row: TimelineRow) -> bool:
        added = self._db.row(
            "INSERT INTO timeline (message_id, account_id, mine, kind, body, status, counter, device, number,"
            " written_at, arrived_at, late, read) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
            " ON CONFLICT (message_id, account_id) DO NOTHING RETURNING arrival",
            row.message_id,
            row.account_id,
            row.mine,
            row.kind,
            row.body,
            row.status,
            row.counter,
            row.device,
            row.number,
            row.written_at,
            row.arrived_at,
            row.late,
            row.read,
        )
        if added is None:
            return False
        if not row.mine and not row.read:
            self._add_unread(row.account_id, 1)
        return True

    def timeline_row(self, account_id: AccountId, message_id: MessageId) -> TimelineRow | None:
        return self._one("WHERE message_id = ? AND account_id = ?", message_id, account_id)

    def timeline_own(self, message_id: MessageId) -> TimelineRow | None:
        return self._one("WHERE message_id = ? AND mine = 1", message_id)

    def timeline_by_number(self, account_id: AccountId, number: int) -> TimelineRow | None:
        return self._one("WHERE account_id = ? AND number = ? AND mine = 1", account_id, number)

    def timeline_set_number(self, message_id: MessageId, number: int) -> None:
        self._db.execute("UPDATE timeline SET number = ? WHERE message_id = ? AND mine = 1", number, message_id)

    def timeline_unnumber(self, message_id: MessageId) -> None:
        self._db.execute("UPDATE timeline SET number = NULL WHERE message_id = ? AND mine = 1", message_id)

    def timeline_set_status(self, message_ids: Sequence[MessageId], status: StoredStatus) -> list[TimelinePlace]:
        changed: list[TimelinePlace] = []
        for message_id in message_ids:
            row = self._db.row(
                "UPDATE timeline SET status = ? WHERE message_id = ? AND mine = 1 AND status IN ('queued', 'sent')"
                " RETURNING account_id",
                status,
                message_id,
            )
            if row is not None:
                changed.append((AccountId(row[0]), message_id))
        return changed

    def timeline_advance(self, account_id: AccountId, up_to: int, status: StoredStatus) -> list[MessageId]:
        index, behind = _NOT_READ if status == "read" else _UNDELIVERED
        rows = self._db.rows(
            f"UPDATE timeline {index} SET status = ? WHERE account_id = ? AND {behind} AND number <= ?"
            " RETURNING message_id",
            status,
            account_id,
            up_to,
        )
        return [MessageId(row[0]) for row in rows]

    def timeline_mark_read(self, account_id: AccountId, up_to_arrival: int) -> list[MessageId]:
        rows = self._db.rows(
            "UPDATE timeline SET read = 1 WHERE account_id = ? AND mine = 0 AND read = 0 AND arrival <= ?"
            " RETURNING message_id",
            account_id,
            up_to_arrival,
        )
        if rows:
            self._add_unread(account_id, -len(rows))
        return [MessageId(row[0]) for row in rows]

    def lowest_unread_number(self, account_id: AccountId, device: DeviceId) -> int | None:
        row = self._db.row(
            "SELECT min(number) FROM timeline WHERE account_id = ? AND mine = 0 AND read = 0 AND device = ?",
            account_id,
            device,
        )
        return None if row is None else row[0]

    def highest_read(self, account_id: AccountId) -> DisplayOrder | None:
        return self._order("mine = 0 AND read = 1", "DESC", account_id)

    def first_unread(self, account_id: AccountId) -> DisplayOrder | None:
        return self._order("mine = 0 AND read = 0", "ASC", account_id)

    def last_message(self, account_id: AccountId) -> TimelineRow | None:
        return self._one("WHERE account_id = ? ORDER BY counter DESC, device DESC LIMIT 1", account_id)

    def unread(self, account_id: AccountId | None = None) -> int:
        if account_id is None:
            return int(self._db.value("SELECT coalesce(sum(messages), 0) FROM unread"))
        return int(self._db.value("SELECT messages FROM unread WHERE account_id = ?", account_id) or 0)

    def timeline_page(
        self, account_id: AccountId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[TimelineRow]:
        if after is not None:
            rows = self._db.rows(
                f"SELECT {_COLUMNS} FROM timeline WHERE account_id = ? AND (counter, device) > (?, ?)"
                " ORDER BY counter, device LIMIT ?",
                account_id,
                *after,
                limit,
            )
            return [_timeline(row) for row in rows]
        bound = "" if before is None else " AND (counter, device) < (?, ?)"
        rows = self._db.rows(
            f"SELECT {_COLUMNS} FROM timeline WHERE account_id = ?{bound} ORDER BY counter DESC, device DESC LIMIT ?",
            account_id,
            *(before or ()),
            limit,
        )
        return [_timeline(row) for row in reversed(rows)]

    def conversations(self) -> list[AccountId]:
        return [AccountId(row[0]) for row in self._db.rows("SELECT DISTINCT account_id FROM timeline")]

    def queued_messages(self, account_id: AccountId, limit: int) -> list[MessageId]:
        index, undelivered = _UNDELIVERED
        rows = self._db.rows(
            f"SELECT message_id FROM timeline {index} WHERE account_id = ? AND {undelivered} AND status = 'queued'"
            " ORDER BY arrival DESC LIMIT ?",
            account_id,
            limit,
        )
        return [MessageId(row[0]) for row in rows]

    def _add_unread(self, account_id: AccountId, messages: int) -> None:
        self._db.execute(
            "INSERT INTO unread VALUES (?, ?) ON CONFLICT (account_id) DO UPDATE SET messages = messages + ?2",
            account_id,
            messages,
        )

    def _one(self, where: str, *values: object) -> TimelineRow | None:
        row = self._db.row(f"SELECT {_COLUMNS} FROM timeline {where}", *values)
        return None if row is None else _timeline(row)

    def _order(self, where: str, direction: str, account_id: AccountId) -> DisplayOrder | None:
        row = self._db.row(
            f"SELECT counter, device FROM timeline WHERE account_id = ? AND {where}"
            f" ORDER BY counter {direction}, device {direction} LIMIT 1",
            account_id,
        )
        return None if row is None else (row[0], DeviceId(row[1]))


def _timeline(row: Row) -> TimelineRow:
    arrival, message_id, account_id, mine, kind, body, status, counter, device, number, written, arrived, late, read = (
        row
    )
    return TimelineRow(
        arrival=arrival,
        message_id=MessageId(message_id),
        account_id=AccountId(account_id),
        mine=bool(mine),
        kind=kind,
        body=body,
        status=status,
        counter=counter,
        device=DeviceId(device),
        number=number,
        written_at=written,
        arrived_at=arrived,
        late=bool(late),
        read=bool(read),
    )
