"""Messages that a plain client is owed, in SQL: lines of the timeline by their places in it, all else by its body."""

from casemate.internal_service.adapters.account_store.messages import MESSAGE_COLUMNS, read_message
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
    """As long as the database is open never lower than any that was used, and never taken back."""

    def plain_add(self, peer_cid: Cid, message: int | bytes) -> int:
        count, held_bytes = self._held()
        sequence = self._last_sequence = self._last_used() + 1
        line, held = (message, None) if isinstance(message, int) else (None, message)
        row = (sequence, u64_to_blob(peer_cid), line, held)
        self._rows.put_passing(("owed", sequence), row, self._insert_owed)
        self._rows.wrote("all that is owed", (count + 1, held_bytes + len(held or b"")))
        return sequence

    def plain_after(self, sequence: int, limit: int) -> list[QueuedMessage]:
        rows = self._db.rows(
            f"SELECT sequence, peer, held, {MESSAGE_COLUMNS} FROM plain_queue LEFT JOIN messages ON arrival = line"
            " WHERE sequence > ? AND (held IS NOT NULL OR vanished = 0) ORDER BY sequence LIMIT ?",
            sequence,
            limit,
        )
        return [
            QueuedMessage(row[0], Cid(u64_from_blob(row[1])), read_message(row[3:]) if row[2] is None else row[2])
            for row in rows
        ]

    def plain_remove_up_to(self, sequence: int) -> None:
        self._last_sequence = self._last_used()
        self._remove(sequence)

    def plain_drop(self, line: int, body: bytes) -> None:
        """A line of the timeline is owed no more, nor what repeats it, and nothing comes in its place."""
        # An index of lines would cost a page with every message; without one, no body is read.
        dropped = self._db.execute("DELETE FROM plain_queue WHERE line = ?", line)
        these = "substr(held, 1, 32) = substr(?, 1, 32) AND held IS NOT NULL AND held = ?"
        if self._db.execute(f"DELETE FROM plain_queue WHERE {these}", body, body) + dropped:
            self._rows.drop("all that is owed")

    def plain_trim(self, max_messages: int, max_bytes: int) -> int:
        dropped = 0
        while self._is_over(max_messages, max_bytes):
            dropped += self._remove(self._db.value("SELECT min(sequence) FROM plain_queue"))
        return dropped

    def _insert_owed(self, rows: list[tuple[object, ...]]) -> None:
        self._stored.executemany("INSERT INTO plain_queue (sequence, peer, line, held) VALUES (?, ?, ?, ?)", rows)

    def _remove(self, up_to: int) -> int:
        count, held_bytes = self._held()
        rows = self._db.rows("DELETE FROM plain_queue WHERE sequence <= ? RETURNING coalesce(length(held), 0)", up_to)
        self._rows.wrote("all that is owed", (count - len(rows), held_bytes - sum(size for [size] in rows)))
        return len(rows)

    def _is_over(self, max_messages: int, max_bytes: int) -> bool:
        count, held_bytes = self._held()
        return count > max_messages or held_bytes > max_bytes

    def _held(self) -> tuple[int, int]:
        """How many messages are owed, and the bytes of those that are held here."""
        return self._rows.read("all that is owed", self._read_held)

    def _read_held(self) -> tuple[int, int]:
        row = self._db.row("SELECT count(*), coalesce(sum(length(held)), 0) FROM plain_queue")
        return (0, 0) if row is None else (row[0], row[1])

    def _last_used(self) -> int:
        if self._last_sequence is None:
            self._last_sequence = int(self._db.value("SELECT coalesce(max(sequence), 0) FROM plain_queue"))
        return self._last_sequence
