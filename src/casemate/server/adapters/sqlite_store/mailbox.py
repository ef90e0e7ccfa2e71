"""Envelopes and receipts that wait for their devices, in SQLite."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database
from casemate.server.core.ports import ExpiredRun, Pair, Route, StoredReceipt

_PAIR: Final = (
    "SELECT pair_id, sender, sender_device, recipient, recipient_device, deposited_up_to, taken_up_to, envelopes,"
    " bytes, receipts_given, expired_up_to FROM pairs"
)
_ROUTE: Final = """
    SELECT d.account_id, r.peer IS NOT NULL, b.blocked IS NOT NULL
    FROM devices d
    LEFT JOIN registered r ON r.account_id = d.account_id AND r.peer = ?1
    LEFT JOIN blocks b ON b.account_id = d.account_id AND b.blocked = ?1
    WHERE d.device_id = ?2
"""
_WAITING: Final = _PAIR + (
    " WHERE recipient_device = ? AND envelopes > 0 AND NOT EXISTS ("
    "SELECT 1 FROM blocks b WHERE b.account_id = pairs.recipient AND b.blocked = pairs.sender) ORDER BY pair_id"
)
# A run is a stretch in which the number and its rank grow alike.
_RUNS: Final = """
    SELECT min(number), max(number)
    FROM (SELECT number, number - row_number() OVER (ORDER BY number) AS run FROM envelopes WHERE pair_id = ?)
    GROUP BY run ORDER BY 1 LIMIT ?
"""


@dataclass(frozen=True, slots=True)
class _Deposited:
    """Envelopes of one pair that wait for the commit."""

    lowest: int
    rows: tuple[tuple[int, int, float, bytes], ...]
    """(pair, number, served, envelope)"""


class SqliteMailbox:
    """Pairs and routes stay in `rows`; what is deposited, taken and acknowledged waits there for the commit.

    Whoever reads envelopes, or looks for pairs and receipts, finds what waits as well.
    """

    def __init__(self, database: Database, rows: RowCache) -> None:
        self._stored = database
        self._db = WrittenThrough(database, rows)
        self._rows = rows

    def route(self, sender: AccountId, recipient_device: DeviceId) -> Route | None:
        return self._rows.read(("route", sender, recipient_device), lambda: self._read_route(sender, recipient_device))

    def pair(self, sender_device: DeviceId, recipient_device: DeviceId) -> Pair | None:
        return self._rows.read(
            ("pair", sender_device, recipient_device), lambda: self._read_pair(sender_device, recipient_device)
        )

    def add_pair(
        self, sender: AccountId, sender_device: DeviceId, recipient: AccountId, recipient_device: DeviceId
    ) -> Pair:
        pair_id: int = self._stored.value(
            "INSERT INTO pairs (sender, sender_device, recipient, recipient_device) VALUES (?, ?, ?, ?)"
            " RETURNING pair_id",
            sender,
            sender_device,
            recipient,
            recipient_device,
        )
        pair = Pair(pair_id, sender, sender_device, recipient, recipient_device)
        self._rows.wrote(("pair", sender_device, recipient_device), pair)
        return pair

    def pairs_from(self, sender_device: DeviceId) -> list[Pair]:
        return self._pairs(f"{_PAIR} WHERE sender_device = ?", sender_device)

    def pairs_to(self, recipient_device: DeviceId) -> list[Pair]:
        return self._pairs(f"{_PAIR} WHERE recipient_device = ?", recipient_device)

    def waiting_for(self, recipient_device: DeviceId) -> list[Pair]:
        return self._pairs(_WAITING, recipient_device)

    def put(self, pair: Pair, items: Sequence[tuple[int, bytes]], served: float) -> Pair:
        fresh = tuple((pair.pair_id, number, served, envelope) for number, envelope in items)
        key = ("deposited", pair.pair_id)
        waiting = self._rows.unwritten(self._write_deposited).get(key)
        if waiting is None:
            deposited = _Deposited(items[0][0], fresh)
        else:
            deposited = _Deposited(min(waiting.lowest, items[0][0]), waiting.rows + fresh)
        self._rows.put_passing(key, deposited, self._write_deposited)
        return self._put_pair(
            pair,
            deposited_up_to=max(pair.deposited_up_to, items[-1][0]),
            envelopes=pair.envelopes + len(items),
            bytes=pair.bytes + sum(len(envelope) for _, envelope in items),
        )

    def held(self, pair_id: int, numbers: Sequence[int]) -> set[int]:
        if not numbers:
            return set()
        # One by one: between the first and the last, a sender may have left room for all that is held.
        places = ",".join("?" * len(numbers))
        sql = f"SELECT number FROM envelopes WHERE pair_id = ? AND number IN ({places})"
        return {number for (number,) in self._db.rows(sql, pair_id, *numbers)}

    def oldest_held(self, pair_id: int, first: int, last: int) -> float | None:
        sql = "SELECT min(deposited_served) FROM envelopes WHERE pair_id = ? AND number BETWEEN ? AND ?"
        oldest: float | None = self._db.value(sql, pair_id, first, last)
        return oldest

    def held_runs(self, pair: Pair, limit: int) -> list[tuple[int, int]]:
        ends = self._db.row("SELECT min(number), max(number) FROM envelopes WHERE pair_id = ?", pair.pair_id)
        if limit <= 0 or ends is None or ends[0] is None:
            return []
        if ends[1] - ends[0] + 1 == pair.envelopes:
            return [(ends[0], ends[1])]
        return [(first, last) for first, last in self._db.rows(_RUNS, pair.pair_id, limit)]

    def after(self, pair_id: int, number: int, limit: int, max_bytes: int) -> list[tuple[int, bytes]]:
        sizes = self._db.rows(
            "SELECT number, length(envelope) FROM envelopes WHERE pair_id = ? AND number > ? ORDER BY number LIMIT ?",
            pair_id,
            number,
            limit,
        )
        last, total = number, 0
        for next_number, size in sizes:
            if total and total + size > max_bytes:
                break
            last, total = next_number, total + size
        rows = self._db.rows(
            "SELECT number, envelope FROM envelopes WHERE pair_id = ? AND number > ? AND number <= ? ORDER BY number",
            pair_id,
            number,
            last,
        )
        return [(next_number, envelope) for next_number, envelope in rows]

    def take(self, pair: Pair, up_to: int) -> Pair:
        waiting = self._rows.unwritten(self._write_deposited).get(("deposited", pair.pair_id))
        # What is taken must be in the database before it is deleted there, and what is deleted must be gone before
        # lower numbers may come again.
        if up_to < pair.taken_up_to or (waiting is not None and waiting.lowest <= up_to):
            self._rows.write()
        gone, size = (pair.envelopes, pair.bytes) if up_to >= pair.deposited_up_to else self._count(pair, up_to)
        if gone:
            self._rows.put_passing(("taken", pair.pair_id), (pair.pair_id, up_to), self._write_taken)
        return self._put_pair(pair, taken_up_to=up_to, envelopes=pair.envelopes - gone, bytes=pair.bytes - size)

    def expire(self, before: float, limit: int) -> list[ExpiredRun]:
        rows = self._db.rows(
            "SELECT pair_id, number, length(envelope) FROM envelopes WHERE deposited_served < ?"
            " ORDER BY deposited_served, pair_id, number LIMIT ?",
            before,
            limit,
        )
        self._db.executemany(
            "DELETE FROM envelopes WHERE pair_id = ? AND number = ?", [(pair_id, number) for pair_id, number, _ in rows]
        )
        self._db.executemany(
            "UPDATE pairs SET envelopes = envelopes - 1, bytes = bytes - ?, expired_up_to = max(expired_up_to, ?)"
            " WHERE pair_id = ?",
            [(size, number, pair_id) for pair_id, number, size in rows],
        )
        self._rows.clear()
        return [self._expired(*run) for run in _runs(sorted((pair_id, number) for pair_id, number, _ in rows))]

    def put_receipt(self, pair: Pair, sealed: bytes) -> Pair:
        pair = self._put_pair(pair, receipts_given=pair.receipts_given + 1)
        receipt = StoredReceipt(pair.recipient, pair.recipient_device, pair.receipts_given, sealed)
        self._rows.put_passing(("receipt", pair.pair_id), (pair.pair_id, receipt), self._write_receipts)
        return pair

    def receipt(self, pair_id: int) -> StoredReceipt | None:
        waiting = self._rows.unwritten(self._write_receipts).get(("receipt", pair_id))
        return self._read_receipt(pair_id) if waiting is None else waiting[1]

    def receipts_for(self, sender_device: DeviceId) -> list[int]:
        rows = self._db.rows(
            "SELECT pair_id FROM pairs JOIN receipts USING (pair_id) WHERE sender_device = ? ORDER BY pair_id",
            sender_device,
        )
        return [pair_id for (pair_id,) in rows]

    def take_receipt(self, pair: Pair, mark: int) -> None:
        if ("receipt", pair.pair_id) in self._rows.unwritten(self._write_receipts):
            self._rows.write()
        key = ("receipt taken", pair.pair_id)
        _, before = self._rows.unwritten(self._write_receipts_taken).get(key, (0, 0))
        taken = (pair.pair_id, max(before, min(mark, pair.receipts_given)))
        self._rows.put_passing(key, taken, self._write_receipts_taken)

    # ------------------------------------------------------------------------------------------------- rows that wait

    def _put_pair(self, pair: Pair, **changed: int) -> Pair:
        pair = msgspec.structs.replace(pair, **changed)
        self._rows.put(("pair", pair.sender_device, pair.recipient_device), pair, self._write_pairs)
        return pair

    def _write_pairs(self, pairs: list[Pair]) -> None:
        self._stored.executemany(
            "UPDATE pairs SET deposited_up_to = ?, taken_up_to = ?, envelopes = ?, bytes = ?, receipts_given = ?"
            " WHERE pair_id = ?",
            [(p.deposited_up_to, p.taken_up_to, p.envelopes, p.bytes, p.receipts_given, p.pair_id) for p in pairs],
        )

    def _write_deposited(self, deposited: list[_Deposited]) -> None:
        self._stored.executemany(
            "INSERT INTO envelopes (pair_id, number, deposited_served, envelope) VALUES (?, ?, ?, ?)",
            [row for of_pair in deposited for row in of_pair.rows],
        )

    def _write_taken(self, taken: list[tuple[int, int]]) -> None:
        self._stored.executemany("DELETE FROM envelopes WHERE pair_id = ? AND number <= ?", taken)

    def _write_receipts(self, receipts: list[tuple[int, StoredReceipt]]) -> None:
        self._stored.executemany(
            "INSERT OR REPLACE INTO receipts (pair_id, mark, sealed) VALUES (?, ?, ?)",
            [(pair_id, receipt.mark, receipt.sealed) for pair_id, receipt in receipts],
        )

    def _write_receipts_taken(self, taken: list[tuple[int, int]]) -> None:
        self._stored.executemany("DELETE FROM receipts WHERE pair_id = ? AND mark <= ?", taken)

    # ------------------------------------------------------------------------------------------------ the database's

    def _read_route(self, sender: AccountId, recipient_device: DeviceId) -> Route | None:
        row = self._stored.row(_ROUTE, sender, recipient_device)
        return None if row is None else Route(AccountId(row[0]), bool(row[1]), bool(row[2]))

    def _read_pair(self, sender_device: DeviceId, recipient_device: DeviceId) -> Pair | None:
        row = self._stored.row(
            f"{_PAIR} WHERE recipient_device = ? AND sender_device = ?", recipient_device, sender_device
        )
        return None if row is None else Pair(*row)

    def _read_receipt(self, pair_id: int) -> StoredReceipt | None:
        row = self._db.row(
            "SELECT recipient, recipient_device, mark, sealed FROM receipts JOIN pairs USING (pair_id)"
            " WHERE pair_id = ?",
            pair_id,
        )
        return None if row is None else StoredReceipt(*row)

    def _expired(self, pair_id: int, first: int, last: int) -> ExpiredRun:
        row = self._db.row("SELECT sender_device, recipient_device FROM pairs WHERE pair_id = ?", pair_id)
        assert row is not None  # its envelopes were here a moment ago
        return ExpiredRun(DeviceId(row[0]), DeviceId(row[1]), first, last)

    def _count(self, pair: Pair, up_to: int) -> tuple[int, int]:
        """How many envelopes go, and their bytes. What was taken before may still wait to be deleted."""
        row = self._stored.row(
            "SELECT count(*), coalesce(sum(length(envelope)), 0) FROM envelopes"
            " WHERE pair_id = ? AND number > ? AND number <= ?",
            pair.pair_id,
            pair.taken_up_to,
            up_to,
        )
        return (0, 0) if row is None else (row[0], row[1])

    def _pairs(self, sql: str, device_id: DeviceId) -> list[Pair]:
        return [Pair(*row) for row in self._db.rows(sql, device_id)]


def _runs(numbers: Sequence[tuple[int, int]]) -> list[tuple[int, int, int]]:
    """(pair, first, last) of sorted (pair, number) without a gap."""
    runs: list[tuple[int, int, int]] = []
    for pair_id, number in numbers:
        if runs and runs[-1][0] == pair_id and runs[-1][2] == number - 1:
            runs[-1] = (pair_id, runs[-1][1], number)
        else:
            runs.append((pair_id, number, number))
    return runs
