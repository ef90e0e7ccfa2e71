"""What the user reads, in SQL: display order by (counter, device), arrival for what was seen.

A message that is written and sealed in one transaction is brought to the database once, at its end; see `RowCache`.
"""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import astuple, replace

from casemate.protocol.ids import AccountId, DeviceId, MessageId
from casemate.runtime.sqlite import Database, Row
from tests.older.store.row_cache import RowCache
from tests.older.store.rows import DisplayOrder, StoredStatus, TimelinePlace, TimelineRow
from tests.older.store.shown_time import shown_time

_COLUMNS = (
    "arrival, message_id, account_id, mine, kind, body, status, counter, device, number,"
    " written_at, arrived_at, late, seen, painted, shown_at"
)
_LAST_COUNTER: Final = 2**63 - 1
_UNDELIVERED = "INDEXED BY timeline_undelivered", "mine = 1 AND status IN ('queued', 'sent')"
_NOT_READ = "INDEXED BY timeline_not_read", "mine = 1 AND status <> 'read'"
"""Partial indexes by name, because the planner takes a longer one: these hold only what is still under way."""


class TimelineTable:
    _db: Database
    _rows: RowCache
    _last_arrival: int | None = None
    """Never lower than any in the database, and never taken back: what is shown as later did arrive later."""

    def timeline_add(self, row: TimelineRow, *, is_new: bool = False) -> bool:
        if not is_new and self.timeline_row(row.account_id, row.message_id) is not None:
            return False
        if row.counter > _LAST_COUNTER:
            # Here, where only the event at hand is undone, and not when it is written with those of all others.
            raise OverflowError("a counter that the database cannot hold")
        place = row.counter, row.device
        last, first_unread = self._last(row.account_id), self.first_unread(row.account_id)
        is_last = last is None or place > last[:2]
        above, below = (last and last[3], None) if is_last else self._shown_beside(row.account_id, place)
        shown_at = shown_time(row.written_at, row.arrived_at, above, below)
        row = replace(row, arrival=self._next_arrival(), shown_at=shown_at)
        self._rows.put_passing(_key(row), row, self._insert_messages)
        if is_last:
            self._rows.wrote(("last message", row.account_id), (*place, row.message_id, shown_at))
        if not row.mine and not row.seen:
            self._add_unread(row.account_id, 1)
            if first_unread is None or place < first_unread:
                self._rows.wrote(("first unread", row.account_id), place)
        return True

    def timeline_row(self, account_id: AccountId, message_id: MessageId) -> TimelineRow | None:
        return self._rows.read_passing(
            ("message", account_id, message_id),
            lambda: self._one("WHERE message_id = ? AND account_id = ?", message_id, account_id),
        )

    def timeline_own(self, message_id: MessageId) -> TimelineRow | None:
        new = next((row for row in self._new_messages().values() if row.mine and row.message_id == message_id), None)
        return new or self._one("WHERE message_id = ? AND mine = 1", message_id)

    def timeline_by_number(self, account_id: AccountId, number: int) -> TimelineRow | None:
        self._rows.write()
        return self._one("WHERE account_id = ? AND number = ? AND mine = 1", account_id, number)

    def timeline_set_number(self, account_id: AccountId, message_id: MessageId, number: int) -> None:
        key = "message", account_id, message_id
        new = self._new_messages().get(key)
        if new is not None:
            self._rows.put_passing(key, replace(new, number=number), self._insert_messages)
        else:
            self._update("SET number = ? WHERE message_id = ? AND mine = 1", number, message_id)

    def timeline_unnumber(self, message_id: MessageId) -> None:
        self._rows.write()
        self._update("SET number = NULL WHERE message_id = ? AND mine = 1", message_id)

    def timeline_set_status(self, message_ids: Sequence[MessageId], status: StoredStatus) -> list[TimelinePlace]:
        self._write_numbered()
        changed: list[TimelinePlace] = []
        for message_id in message_ids:
            where = "WHERE message_id = ? AND mine = 1 AND status IN ('queued', 'sent')"
            rows = self._update(f"SET status = ? {where}", status, message_id)
            changed += [(row.account_id, message_id) for row in rows]
        return changed

    def timeline_advance(
        self, account_id: AccountId, up_to: int, status: StoredStatus, *, first: int = 0
    ) -> list[MessageId]:
        self._write_numbered()
        index, behind = _NOT_READ if status == "read" else _UNDELIVERED
        where = f"WHERE account_id = ? AND {behind} AND number BETWEEN ? AND ?"
        rows = self._update(f"{index} SET status = ? {where}", status, account_id, first, up_to)
        return [row.message_id for row in rows]

    def timeline_see(self, account_id: AccountId, up_to_arrival: int) -> list[MessageId]:
        return self._see(account_id, "arrival <= ?", up_to_arrival)

    def timeline_paint(self, account_id: AccountId, message_ids: Sequence[MessageId]) -> list[TimelineRow]:
        these = f"message_id IN ({', '.join('?' * len(message_ids))})"
        self._see(account_id, these, *message_ids)
        where = f"WHERE account_id = ? AND mine = 0 AND painted = 0 AND {these}"
        return self._update(f"SET painted = 1 {where}", account_id, *message_ids)

    def timeline_renumber(self, account_id: AccountId, message_id: MessageId, number: int) -> None:
        self._rows.write()
        self._update(
            "SET number = ? WHERE message_id = ? AND account_id = ? AND mine = 0", number, message_id, account_id
        )

    def unpainted_around(self, device: DeviceId, number: int) -> tuple[int | None, int | None]:
        self._rows.write()
        unpainted = "FROM timeline INDEXED BY timeline_unpainted WHERE device = ? AND mine = 0 AND painted = 0"
        row = self._db.row(
            f"SELECT (SELECT max(number) {unpainted} AND number < ?), (SELECT min(number) {unpainted} AND number > ?)",
            device,
            number,
            device,
            number,
        )
        return (None, None) if row is None else (row[0], row[1])

    def highest_seen(self, account_id: AccountId) -> DisplayOrder | None:
        return self._rows.read(
            ("highest seen", account_id),
            lambda: self._order("mine = 0 AND seen = 1 AND number IS NOT NULL", "DESC", account_id),
        )

    def first_unread(self, account_id: AccountId) -> DisplayOrder | None:
        return self._rows.read(
            ("first unread", account_id), lambda: self._order("mine = 0 AND seen = 0", "ASC", account_id)
        )

    def timeline_theirs_after(
        self, account_id: AccountId, device: DeviceId, number: int, limit: int
    ) -> tuple[list[TimelineRow], int]:
        self._rows.write()
        where = "FROM timeline WHERE account_id = ? AND mine = 0 AND device = ? AND number > ?"
        rows = self._db.rows(
            f"SELECT {_COLUMNS} {where} ORDER BY number DESC LIMIT ?", account_id, device, number, limit
        )
        there_are = int(self._db.value(f"SELECT count(*) {where}", account_id, device, number))
        return [_timeline(row) for row in rows], there_are

    def last_message(self, account_id: AccountId) -> MessageId | None:
        last = self._last(account_id)
        return None if last is None else last[2]

    def unread(self, account_id: AccountId | None = None) -> int:
        if account_id is None:
            self._rows.write()
            blocked = "SELECT account_id FROM peers WHERE blocked"
            return int(
                self._db.value(f"SELECT coalesce(sum(messages), 0) FROM unread WHERE account_id NOT IN ({blocked})")
            )
        return self._rows.read(("unread", account_id), lambda: (account_id, self._read_unread(account_id)))[1]

    def timeline_page(
        self, account_id: AccountId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[TimelineRow]:
        self._rows.write()
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
        self._rows.write()
        return [AccountId(row[0]) for row in self._db.rows("SELECT DISTINCT account_id FROM timeline")]

    def queued_messages(self, account_id: AccountId, limit: int) -> list[MessageId]:
        self._rows.write()
        index, undelivered = _UNDELIVERED
        rows = self._db.rows(
            f"SELECT message_id FROM timeline {index} WHERE account_id = ? AND {undelivered} AND status = 'queued'"
            " ORDER BY arrival DESC LIMIT ?",
            account_id,
            limit,
        )
        return [MessageId(row[0]) for row in rows]

    def _see(self, account_id: AccountId, which: str, *values: object) -> list[MessageId]:
        self._rows.write()
        where = f"WHERE account_id = ? AND mine = 0 AND seen = 0 AND {which}"
        rows = self._update(f"SET seen = 1 {where}", account_id, *values)
        if rows:
            self._add_unread(account_id, -len(rows))
            self._rows.drop(("highest seen", account_id))
            self._rows.drop(("first unread", account_id))
        return [row.message_id for row in rows]

    def _add_unread(self, account_id: AccountId, messages: int) -> None:
        unread = self.unread(account_id) + messages
        self._rows.put(("unread", account_id), (account_id, unread), self._write_unread)

    def _write_unread(self, rows: list[tuple[AccountId, int]]) -> None:
        self._db.executemany("INSERT OR REPLACE INTO unread VALUES (?, ?)", rows)

    def _read_unread(self, account_id: AccountId) -> int:
        return int(self._db.value("SELECT messages FROM unread WHERE account_id = ?", account_id) or 0)

    def _new_messages(self) -> dict[object, TimelineRow]:
        """Rows that the database does not have yet."""
        return self._rows.unwritten(self._insert_messages)

    def _write_numbered(self) -> None:
        """Before a change of what was sent: what has no number yet was not."""
        if any(row.number is not None for row in self._new_messages().values()):
            self._rows.write()

    def _insert_messages(self, rows: list[TimelineRow]) -> None:
        self._db.executemany(
            f"INSERT INTO timeline ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [astuple(row) for row in rows],
        )

    def _update(self, change: str, *values: object) -> list[TimelineRow]:
        """The rows as they are now, which are likely to be shown."""
        rows = [_timeline(row) for row in self._db.rows(f"UPDATE timeline {change} RETURNING {_COLUMNS}", *values)]
        for row in rows:
            self._rows.wrote_passing(_key(row), row)
        return rows

    def _last(self, account_id: AccountId) -> tuple[int, DeviceId, MessageId, float] | None:
        return self._rows.read(("last message", account_id), lambda: self._read_last(account_id))

    def _read_last(self, account_id: AccountId) -> tuple[int, DeviceId, MessageId, float] | None:
        self._rows.write()
        row = self._one("WHERE account_id = ? ORDER BY counter DESC, device DESC LIMIT 1", account_id)
        return None if row is None else (row.counter, row.device, row.message_id, row.shown_at)

    def _shown_beside(self, account_id: AccountId, place: DisplayOrder) -> tuple[float | None, float | None]:
        """The times that are shown right above and below this place."""
        self._rows.write()
        where = "SELECT shown_at FROM timeline WHERE account_id = ? AND (counter, device)"
        above: float | None = self._db.value(
            f"{where} < (?, ?) ORDER BY counter DESC, device DESC LIMIT 1", account_id, *place
        )
        below: float | None = self._db.value(f"{where} > (?, ?) ORDER BY counter, device LIMIT 1", account_id, *place)
        return above, below

    def _next_arrival(self) -> int:
        if self._last_arrival is None:
            self._last_arrival = int(self._db.value("SELECT seq FROM sqlite_sequence WHERE name = 'timeline'") or 0)
        self._last_arrival += 1
        return self._last_arrival

    def _one(self, where: str, *values: object) -> TimelineRow | None:
        row = self._db.row(f"SELECT {_COLUMNS} FROM timeline {where}", *values)
        return None if row is None else _timeline(row)

    def _order(self, where: str, direction: str, account_id: AccountId) -> DisplayOrder | None:
        self._rows.write()
        row = self._db.row(
            f"SELECT counter, device FROM timeline WHERE account_id = ? AND {where}"
            f" ORDER BY counter {direction}, device {direction} LIMIT 1",
            account_id,
        )
        return None if row is None else (row[0], DeviceId(row[1]))


def _key(row: TimelineRow) -> tuple[str, AccountId, MessageId]:
    return "message", row.account_id, row.message_id


def _timeline(row: Row) -> TimelineRow:
    return TimelineRow(
        arrival=row[0],
        message_id=MessageId(row[1]),
        account_id=AccountId(row[2]),
        mine=bool(row[3]),
        kind=row[4],
        body=row[5],
        status=row[6],
        counter=row[7],
        device=DeviceId(row[8]),
        number=row[9],
        written_at=row[10],
        arrived_at=row[11],
        late=bool(row[12]),
        seen=bool(row[13]),
        painted=bool(row[14]),
        shown_at=row[15],
    )
