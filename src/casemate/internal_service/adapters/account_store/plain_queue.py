"""Messages that a plain client is owed, in SQL."""

from casemate.internal_service.core.sessions.ports import QueuedMessage
from casemate.protocol.ids import Cid
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_from_blob, u64_to_blob


class PlainQueueTable:
    _stored: Database
    _db: WrittenThrough
    _rows: RowCache
    _last_sequence: int | None = None
    """Never lower than any that was used, and never taken back."""

    def plain_add(self, peer_cid: Cid, body: bytes) -> int:
        if self._last_sequence is None:
            self._last_sequence = int(
                self._stored.value("SELECT seq FROM sqlite_sequence WHERE name = 'plain_queue'") or 0
            )
        self._last_sequence += 1
        row = QueuedMessage(self._last_sequence, peer_cid, body)
        self._rows.put_passing(("owed", row.sequence), row, self._insert_owed)
        return row.sequence

    def plain_after(self, sequence: int, limit: int) -> list[QueuedMessage]:
        rows = self._db.rows(
            "SELECT sequence, peer, body FROM plain_queue WHERE sequence > ? ORDER BY sequence LIMIT ?",
            sequence,
            limit,
        )
        return [QueuedMessage(number, Cid(u64_from_blob(peer)), bytes(body)) for number, peer, body in rows]

    def plain_remove_up_to(self, sequence: int) -> None:
        self._db.execute("DELETE FROM plain_queue WHERE sequence <= ?", sequence)

    def plain_trim(self, max_messages: int, max_bytes: int) -> int:
        dropped = 0
        while self._is_over(max_messages, max_bytes):
            self._db.execute("DELETE FROM plain_queue WHERE sequence = (SELECT min(sequence) FROM plain_queue)")
            dropped += 1
        return dropped

    def _insert_owed(self, rows: list[QueuedMessage]) -> None:
        self._stored.executemany(
            "INSERT INTO plain_queue (sequence, peer, body) VALUES (?, ?, ?)",
            [(row.sequence, u64_to_blob(row.peer_cid), row.body) for row in rows],
        )

    def _is_over(self, max_messages: int, max_bytes: int) -> bool:
        row = self._db.row("SELECT messages, bytes FROM plain_queue_size")
        return row is not None and (row[0] > max_messages or row[1] > max_bytes)
