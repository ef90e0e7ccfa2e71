"""Messages that a plain client is owed, in SQL."""

from casemate.internal_service.core.ports import QueuedMessage
from casemate.protocol.ids import Cid
from casemate.runtime.sqlite import Database
from casemate.runtime.u64 import u64_from_blob, u64_to_blob


class PlainQueueTable:
    _db: Database

    def plain_add(self, peer_cid: Cid, body: bytes) -> int:
        sql = "INSERT INTO plain_queue (peer, body) VALUES (?, ?) RETURNING sequence"
        return int(self._db.value(sql, u64_to_blob(peer_cid), body))

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

    def _is_over(self, max_messages: int, max_bytes: int) -> bool:
        row = self._db.row("SELECT messages, bytes FROM plain_queue_size")
        return row is not None and (row[0] > max_messages or row[1] > max_bytes)
