"""Messages that are to be sent later, in SQL."""

from casemate.internal_service.core.account.rows import Scheduled
from casemate.protocol.ids import AccountId, ConversationId, MessageId
from casemate.protocol.limits import CANCELLED_KEPT_SECONDS
from casemate.runtime.sqlite import Database, Row

_COLUMNS = "id, due_at, written_at, conversation, reply_author, reply_id, refused, text, preview"
_WAITING = "FROM scheduled WHERE cancelled_at IS NULL"
_IN_ORDER = "ORDER BY due_at, written_at, id"


class ScheduledTable:
    _stored: Database

    def scheduled(self, message_id: MessageId) -> Scheduled | None:
        row = self._stored.row(f"SELECT {_COLUMNS} {_WAITING} AND id = ?", message_id)
        return None if row is None else _read(row)

    def all_scheduled(self) -> list[Scheduled]:
        return [_read(row) for row in self._stored.rows(f"SELECT {_COLUMNS} {_WAITING} {_IN_ORDER}")]

    def scheduled_due(self, wall: float) -> list[Scheduled]:
        sql = f"SELECT {_COLUMNS} {_WAITING} AND due_at <= ? {_IN_ORDER}"
        return [_read(row) for row in self._stored.rows(sql, wall)]

    def scheduled_next(self) -> float | None:
        next_due: float | None = self._stored.value(f"SELECT min(due_at) {_WAITING}")
        return next_due

    def put_scheduled(self, scheduled: Scheduled) -> None:
        author, replied = scheduled.reply_to or (None, None)
        self._stored.execute(
            f"INSERT OR REPLACE INTO scheduled ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            scheduled.message_id,
            scheduled.due_at,
            scheduled.written_at,
            scheduled.conversation,
            author,
            replied,
            scheduled.refused,
            scheduled.text.encode(),
            scheduled.preview,
        )

    def refuse_scheduled(self, code: str) -> None:
        self._stored.execute("UPDATE scheduled SET refused = ? WHERE cancelled_at IS NULL", code)

    def drop_scheduled(self, message_id: MessageId) -> None:
        self._stored.execute("DELETE FROM scheduled WHERE id = ?", message_id)

    def cancel_scheduled(self, message_id: MessageId, wall: float) -> None:
        self._stored.execute(
            "UPDATE scheduled SET cancelled_at = ?, text = x'', preview = NULL, reply_author = NULL, reply_id = NULL"
            " WHERE id = ?",
            wall,
            message_id,
        )

    def was_cancelled(self, message_id: MessageId) -> bool:
        sql = "SELECT 1 FROM scheduled WHERE id = ? AND cancelled_at IS NOT NULL"
        return self._stored.value(sql, message_id) is not None

    def cancelled_expire(self, wall: float) -> None:
        self._stored.execute("DELETE FROM scheduled WHERE cancelled_at <= ?", wall - CANCELLED_KEPT_SECONDS)

    def scheduled_size(self) -> tuple[int, int]:
        row = self._stored.row(f"SELECT count(*), coalesce(sum(length(text)), 0) {_WAITING}")
        return (0, 0) if row is None else (row[0], row[1])


def _read(row: Row) -> Scheduled:
    message_id, due_at, written_at, conversation, author, replied, refused, text, preview = row
    return Scheduled(
        MessageId(message_id),
        ConversationId(conversation),
        bytes(text).decode(),
        None if author is None else (AccountId(author), MessageId(replied)),
        written_at,
        due_at,
        refused,
        preview or b"",
    )
