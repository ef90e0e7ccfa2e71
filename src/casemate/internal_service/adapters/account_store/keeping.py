"""What conversations take on this disk and for how long it stays, in SQL."""

from casemate.internal_service.adapters.account_store.lives import LivesTable
from casemate.internal_service.adapters.account_store.messages import LINES
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

    def size_of(self, conversation: ConversationId) -> tuple[int, int]:
        row = self._stored.row(f"SELECT count(*), coalesce(sum(length(body)), 0) {LINES}", conversation)
        return (0, 0) if row is None else (row[0], row[1])

    def _read_keep_days(self) -> int | None:
        row = self._stored.row("SELECT days FROM keeping WHERE id = 1")
        return None if row is None else row[0]
