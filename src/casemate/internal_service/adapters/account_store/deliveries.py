"""What is on its way to peers' devices, in SQL: by device and number once it is sealed, apart while it waits."""

from collections.abc import Iterable, Sequence
from typing import Final, Literal

import msgspec
from msgspec.structs import replace

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.adapters.account_store.messages import MESSAGE_COLUMNS, MessagesTable, read_message
from casemate.internal_service.core.account.ports import Line
from casemate.internal_service.core.account.rows import Delivery, DeliveryState, MessageRow, Told
from casemate.protocol.ids import ConversationId, DeviceId, MessageId
from casemate.runtime.row_cache import WrittenThrough
from casemate.runtime.sqlite import Database

_COLUMNS = "device, message, number, envelope, state, told, reason, kept_until"

# In this order: SQLite would rather look at all deliveries there are, because they come sorted.
_QUEUES_IN: Final = (
    "FROM conversations CROSS JOIN channels ON channels.account_id = conversations.peer"
    " CROSS JOIN queues ON queues.device = channels.device"
)
_SEALED_IN: Final = (
    f"SELECT message {_QUEUES_IN} CROSS JOIN deliveries ON deliveries.device = queues.device AND number >= lowest"
    " WHERE conversations.id = ?"
)
_WAITING_IN: Final = (
    f"SELECT message {_QUEUES_IN} CROSS JOIN waiting ON waiting.device = queues.device WHERE conversations.id = ?"
)


class _UnderWay(msgspec.Struct, frozen=True):
    """How much is under way to a device."""

    device: DeviceId
    contents: int = 0
    waiting: int = 0
    lowest: int = 0
    """No number below this one is under way."""


class DeliveriesTable(MessagesTable):
    # ------------------------------------------------------------------------------------------------ under way, sealed

    def deliveries_add(self, deliveries: Sequence[Delivery]) -> None:
        sealed = [delivery for delivery in deliveries if delivery.number is not None]
        waiting = [delivery for delivery in deliveries if delivery.number is None]
        self._insert_sealed(sealed)
        if waiting:
            self._stored.executemany(
                "INSERT INTO waiting (message, device, told, reason) VALUES (?, ?, ?, ?)",
                [(row.message, row.device, row.told, row.reason) for row in waiting],
            )
        queue = _lowered(self._queue(deliveries[0].device), (row.number for row in sealed))
        self._put_queue(replace(queue, contents=queue.contents + len(deliveries), waiting=queue.waiting + len(waiting)))

    def delivery(self, device: DeviceId, number: int) -> Delivery | None:
        row = self._stored.row(f"SELECT {_COLUMNS} FROM deliveries WHERE device = ? AND number = ?", device, number)
        return None if row is None else Delivery(*row)

    def deliveries_of(self, arrivals: Sequence[int]) -> dict[int, list[Delivery]]:
        these = f"message IN ({', '.join('?' * len(arrivals))})"
        sealed = f"SELECT device, message, number, NULL, state, told, reason FROM deliveries WHERE {these}"
        waiting = f"SELECT device, message, NULL, NULL, 'waiting', told, reason FROM waiting WHERE {these}"
        found: dict[int, list[Delivery]] = {}
        for row in self._stored.rows(f"{sealed} UNION ALL {waiting}", *arrivals, *arrivals):
            found.setdefault(row[1], []).append(Delivery(*row))
        return found

    def deliveries_waiting(self, device: DeviceId, limit: int) -> list[MessageRow]:
        return self._waiting_messages(device, limit) if self.waiting(device) else []

    def deliveries_sealed(self, sealed: Sequence[Delivery]) -> None:
        device, messages = sealed[0].device, [delivery.message for delivery in sealed]
        rows = self._stored.rows(
            f"DELETE FROM waiting WHERE device = ? AND message IN ({', '.join('?' * len(messages))})"
            " RETURNING message, told",
            device,
            *messages,
        )
        told: dict[int, Told | None] = dict(rows)
        self._insert_sealed([replace(delivery, told=told.get(delivery.message)) for delivery in sealed])
        queue = _lowered(self._queue(device), (row.number for row in sealed))
        self._put_queue(replace(queue, waiting=queue.waiting - len(sealed)))

    def delivery_again(self, device: DeviceId, number: int, envelope: bytes) -> None:
        self._db.execute(
            "UPDATE deliveries SET envelope = ?, state = 'queued' WHERE device = ? AND number = ?",
            envelope,
            device,
            number,
        )
        queue = _lowered(self._queue(device), [number])
        self._put_queue(replace(queue, contents=queue.contents + 1))

    def delivery_void(self, device: DeviceId, number: int, envelope: bytes) -> None:
        self._db.execute(
            "UPDATE deliveries SET envelope = ? WHERE device = ? AND number = ? AND state <> 'done'",
            envelope,
            device,
            number,
        )

    def waiting_drop(self, message: int) -> None:
        rows = self._db.rows("DELETE FROM waiting WHERE message = ? RETURNING device", message)
        for [device] in rows:
            queue = self._queue(DeviceId(device))
            self._put_queue(replace(queue, contents=queue.contents - 1, waiting=queue.waiting - 1))
        self._drop_unless_under_way(message)

    def deliveries_to_send(
        self, device: DeviceId, after_number: int, limit: int, *, even_sent: bool = False
    ) -> list[tuple[int, bytes]]:
        states = "state <> 'done'" if even_sent else "state = 'queued'"
        return self._stored.rows(
            f"SELECT number, envelope FROM deliveries WHERE device = ? AND number >= ? AND {states}"
            " ORDER BY number LIMIT ?",
            device,
            max(after_number + 1, self._queue(device).lowest),
            limit,
        )

    # ----------------------------------------------------------------------------------------------------- what changes

    def unseal(self, device: DeviceId, numbers: Sequence[int] | None) -> list[Line]:
        queue = self._queue(device)
        runs = [(queue.lowest, None)] if numbers is None else [(number, number) for number in numbers]
        lines: list[Line] = []
        for first, last in runs:
            lines += _lines(self._db, f"{_RANGE} AND state <> 'done'", *_range(device, first, last))
            taken = self._db.rows(
                f"DELETE FROM deliveries WHERE {_RANGE} AND state <> 'done' RETURNING message, device, told",
                *_range(device, first, last),
            )
            self._db.executemany("INSERT INTO waiting (message, device, told) VALUES (?, ?, ?)", taken)
            queue = replace(queue, waiting=queue.waiting + len(taken))
        self._put_queue(queue)
        self._rows.drop(("expired", device))
        return lines

    def set_state(
        self,
        device: DeviceId,
        first: int,
        last: int,
        state: Literal["queued", "sent"],
        reason: str | None,
        kept_until: float | None = None,
    ) -> list[Line]:
        first = max(first, self._queue(device).lowest)
        differs = "state <> 'done' AND (state <> ?4 OR reason IS NOT ?5 OR kept_until IS NOT ?6)"
        values = (*_range(device, first, last), state, reason, kept_until)
        lines = _lines(self._stored, f"{_RANGE} AND told IS NULL AND {differs}", *values)
        self._stored.execute(
            f"UPDATE deliveries SET state = ?4, reason = ?5, kept_until = ?6 WHERE {_RANGE} AND {differs}", *values
        )
        self._expired_may_differ(device)
        return lines

    def expire(self, device: DeviceId, first: int, last: int) -> list[Line]:
        lines = _lines(self._stored, f"{_RANGE} AND state = 'sent'", *_range(device, first, last))
        expired = self._stored.execute(
            f"UPDATE deliveries SET state = 'expired', reason = 'expired' WHERE {_RANGE} AND state = 'sent'",
            *_range(device, first, last),
        )
        if expired:
            self._rows.drop(("expired", device))
        return lines

    def overdue(self, wall: float, limit: int) -> list[tuple[DeviceId, int]]:
        sql = (
            "SELECT device, number FROM deliveries WHERE state = 'sent' AND kept_until <= ?"
            " ORDER BY kept_until, device, number LIMIT ?"
        )
        return [(DeviceId(device), number) for device, number in self._db.rows(sql, wall, limit)]

    def next_overdue(self) -> float | None:
        next_overdue: float | None = self._db.value("SELECT min(kept_until) FROM deliveries WHERE state = 'sent'")
        return next_overdue

    def revive(self, device: DeviceId) -> tuple[int, list[Line]] | None:
        if not self._has_expired(device):
            return None
        self._rows.drop(("expired", device))
        expired = "device = ? AND state = 'expired'"
        first = self._db.value(f"SELECT min(number) FROM deliveries WHERE {expired}", device)
        lines = _lines(self._db, expired, device)
        self._db.execute(f"UPDATE deliveries SET state = 'queued' WHERE {expired}", device)
        return first, lines

    def arrived(self, device: DeviceId, up_to: int) -> list[Line]:
        queue = self._queue(device)
        if up_to < queue.lowest or not queue.contents:
            return []
        where, values = f"{_RANGE} AND state <> 'done'", _range(device, queue.lowest, up_to)
        contents = _contents(self._stored, where, *values)
        self._stored.execute(
            "UPDATE deliveries SET state = 'done', envelope = NULL, reason = NULL, kept_until = NULL,"
            f" told = coalesce(told, 'delivered') WHERE {where}",
            *values,
        )
        self._put_queue(replace(queue, contents=queue.contents - len(contents), lowest=up_to + 1))
        self._expired_may_differ(device)
        lines: list[Line] = []
        for number, arrival, line, shows in contents:
            if shows != Shows.NOTHING:
                lines.append(line)
            if shows != Shows.LINE:
                self._drop_content(device, number, arrival)
        return lines

    def read(self, device: DeviceId, first: int, last: int) -> list[Line]:
        where, values = f"{_RANGE} AND told IS NOT 'read'", _range(device, first, last)
        lines = _lines(self._stored, where, *values)
        self._stored.execute(f"UPDATE deliveries SET told = 'read' WHERE {where}", *values)
        return lines

    def forget_device(self, device: DeviceId, of_it_alone: Sequence[str]) -> tuple[list[Line], list[int]]:
        self._settle("deliveries", device)
        self._settle("waiting", device)
        lines = _lines(self._db, "device = ? AND state = 'sent' AND told IS NULL", device)
        theirs = "arrival IN (SELECT message FROM deliveries WHERE device = ?1 AND told IS NULL UNION ALL"
        theirs += " SELECT message FROM waiting WHERE device = ?1 AND told IS NULL)"
        elsewhere = "EXISTS (SELECT 1 FROM {} other WHERE other.message = arrival AND other.device <> ?1)"
        nowhere = f"NOT {elsewhere.format('deliveries')} AND NOT {elsewhere.format('waiting')} AND settled IS NULL"
        rows = self._db.rows(f"SELECT arrival, kind FROM messages WHERE {theirs} AND {nowhere} ORDER BY 1", device)
        gone = [arrival for arrival, kind in rows if kind in of_it_alone]
        self._db.executemany("DELETE FROM messages WHERE arrival = ?", [(arrival,) for arrival in gone])
        self._db.execute("DELETE FROM deliveries WHERE device = ?", device)
        self._db.execute("DELETE FROM waiting WHERE device = ?", device)
        self._db.execute("DELETE FROM queues WHERE device = ?", device)
        self._rows.clear()
        return lines, [arrival for arrival, kind in rows if kind not in of_it_alone]

    # ------------------------------------------------------------------------------------------------------- how much

    def numbers_under_way(self, device: DeviceId, state: DeliveryState) -> list[int]:
        sql = "SELECT number FROM deliveries WHERE device = ? AND number >= ? AND state = ? ORDER BY number"
        return [row[0] for row in self._db.rows(sql, device, self._queue(device).lowest, state)]

    def under_way(self, device: DeviceId) -> int:
        return self._queue(device).contents

    def waiting(self, device: DeviceId) -> int:
        return self._queue(device).waiting

    def devices_to_send(self) -> list[DeviceId]:
        sealed = (
            "SELECT 1 FROM deliveries WHERE deliveries.device = queues.device AND number >= lowest"
            " AND state IN ('queued', 'expired')"
        )
        sql = f"SELECT device FROM queues WHERE waiting > 0 OR (contents > 0 AND EXISTS ({sealed})) ORDER BY device"
        return [DeviceId(row[0]) for row in self._db.rows(sql)]

    def queued_messages(self, conversation: ConversationId, limit: int) -> list[MessageId]:
        sealed = f"{_SEALED_IN} AND told IS NULL AND state IN ('queued', 'expired')"
        rows = self._db.rows(
            f"SELECT id FROM messages WHERE arrival IN ({sealed} UNION {_WAITING_IN} AND told IS NULL)"
            " AND shows = 'line' ORDER BY arrival DESC LIMIT ?",
            conversation,
            conversation,
            limit,
        )
        return [MessageId(row[0]) for row in rows]

    def profiles_under_way(self, conversation: ConversationId) -> list[MessageRow]:
        rows = self._db.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages"
            f" WHERE arrival IN ({_SEALED_IN} AND state <> 'done' UNION {_WAITING_IN})"
            f" AND shows = 'nothing' AND kind = '{Kind.PROFILE}'",
            conversation,
            conversation,
        )
        return [read_message(row) for row in rows]

    def put_body(self, message: int, body: bytes) -> None:
        self._db.execute("UPDATE messages SET body = ? WHERE arrival = ?", body, message)

    def repeats_under_way(self, conversation: ConversationId, body: bytes) -> list[MessageRow]:
        rows = self._db.rows(
            f"SELECT {MESSAGE_COLUMNS} FROM messages"
            f" WHERE arrival IN ({_SEALED_IN} AND state <> 'done' UNION {_WAITING_IN})"
            f" AND shows = 'nothing' AND kind = '{Kind.OPAQUE}' AND body = ?",
            conversation,
            conversation,
            body,
        )
        return [read_message(row) for row in rows]

    # -------------------------------------------------------------------------------------------------------- helpers

    def _settle(self, table: str, device: DeviceId) -> None:
        """Keep what this device told; *read* is never taken back."""
        self._db.execute(
            f"UPDATE messages SET settled = gone.told FROM {table} gone WHERE gone.message = arrival"
            " AND gone.device = ? AND gone.told IS NOT NULL AND settled IS NOT 'read'",
            device,
        )

    def _drop_content(self, device: DeviceId, number: int, arrival: int) -> None:
        """One that is no line: with its last delivery it is of no use any more."""
        self._db.execute("DELETE FROM deliveries WHERE device = ? AND number = ?", device, number)
        self._drop_unless_under_way(arrival)

    def _drop_unless_under_way(self, arrival: int) -> None:
        self._db.execute(
            "DELETE FROM messages WHERE arrival = ? AND shows <> 'line'"
            " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message = arrival)"
            " AND NOT EXISTS (SELECT 1 FROM waiting WHERE message = arrival)",
            arrival,
        )

    def _insert_sealed(self, deliveries: Sequence[Delivery]) -> None:
        if deliveries:
            self._stored.executemany(
                f"INSERT INTO deliveries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                [msgspec.structs.astuple(row) for row in deliveries],
            )

    def _has_expired(self, device: DeviceId) -> bool:
        """Whoever hears from them asks, so that is not looked up each time."""
        sql = "SELECT 1 FROM deliveries WHERE device = ? AND state = 'expired' LIMIT 1"
        return self._rows.read(("expired", device), lambda: self._stored.value(sql, device) is not None)

    def _expired_may_differ(self, device: DeviceId) -> None:
        if self._has_expired(device):
            self._rows.drop(("expired", device))

    def _queue(self, device: DeviceId) -> _UnderWay:
        return self._rows.read(("queue", device), lambda: self._read_queue(device))

    def _read_queue(self, device: DeviceId) -> _UnderWay:
        row = self._stored.row("SELECT contents, waiting, lowest FROM queues WHERE device = ?", device)
        return _UnderWay(device, *(row or ()))

    def _put_queue(self, queue: _UnderWay) -> None:
        self._rows.put(("queue", queue.device), queue, self._write_queues)

    def _write_queues(self, rows: list[_UnderWay]) -> None:
        self._stored.executemany(
            "INSERT OR REPLACE INTO queues VALUES (?, ?, ?, ?)", [msgspec.structs.astuple(row) for row in rows]
        )


_RANGE = "device = ?1 AND number BETWEEN ?2 AND ?3"
_HIGHEST = 2**63 - 1


def _contents(database: Database | WrittenThrough, where: str, *values: object) -> list[tuple[int, int, Line, str]]:
    """Number, arrival, the line it is or changes, and what it shows, of the contents of these deliveries."""
    rows = database.rows(
        "SELECT sent, arrival, conversation, CASE shows WHEN 'change' THEN substr(about, 33) ELSE id END, shows"
        f" FROM (SELECT number AS sent, message FROM deliveries WHERE {where})"
        " CROSS JOIN messages ON arrival = message",
        *values,
    )
    return [(row[0], row[1], (ConversationId(row[2]), MessageId(row[3])), row[4]) for row in rows]


def _lines(database: Database | WrittenThrough, where: str, *values: object) -> list[Line]:
    return [line for _, _, line, shows in _contents(database, where, *values) if shows != Shows.NOTHING]


def _range(device: DeviceId, first: int, last: int | None) -> tuple[DeviceId, int, int]:
    return device, first, _HIGHEST if last is None else min(last, _HIGHEST)


def _lowered(queue: _UnderWay, numbers: Iterable[int | None]) -> _UnderWay:
    """These are under way again; what waits has none."""
    lowest = min((number for number in numbers if number is not None), default=queue.lowest)
    return queue if lowest >= queue.lowest else replace(queue, lowest=lowest)
