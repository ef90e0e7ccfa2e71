"""What conversations take on this disk and for how long it stays, in SQL."""

from casemate.internal_service.adapters.account_store.lives import LivesTable
from casemate.internal_service.adapters.account_store.messages import LINES, MESSAGE_COLUMNS, read_message
from casemate.internal_service.core.account.rows import MessageRow, Size
from casemate.protocol.ids import ConversationId


class KeepingTable(LivesTable):
    def keep_days(self) -> int | None:
        return self._rows.read("keep days", self._read_keep_days)

    def set_keep_days(self, days: int | None) -> None:
        if days is None:
            self._stored.execute("DELETE FROM keeping")
        else:
            self._stored.execute("INSERT OR REPLACE INTO keeping (id, days) VALUES (1, ?)", days)
        self._rows.wrote("keep days", days)

    def size_of(self, conversation: ConversationId) -> Size:
        sql = f"SELECT count(*), coalesce(sum(length(body)), 0), coalesce(max(arrival), 0) {LINES}"
        return Size(*self._stored.rows(sql, conversation)[0])

    def hidden_lines(self, conversation: ConversationId) -> list[MessageRow]:
        hidden = "SELECT message FROM lives INDEXED BY lives_hidden_at WHERE hidden_at IS NOT NULL"
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE arrival IN ({hidden}) AND conversation = ?"
        return [read_message(row) for row in self._db.rows(sql, conversation)]

    def _read_keep_days(self) -> int | None:
        row = self._stored.row("SELECT days FROM keeping WHERE id = 1")
        return None if row is None else row[0]
