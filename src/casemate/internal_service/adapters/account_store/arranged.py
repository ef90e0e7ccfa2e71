"""Where conversations stand in their person's own list, in SQL."""

from casemate.internal_service.core.account.rows import Arrangement
from casemate.protocol.ids import ConversationId
from casemate.runtime.row_cache import RowCache
from casemate.runtime.sqlite import Database


class ArrangedTable:
    _stored: Database
    _rows: RowCache

    def arrangement(self, conversation: ConversationId) -> Arrangement:
        return self._rows.read(("arrangement", conversation), lambda: self._read_arrangement(conversation))

    def arrange(self, conversation: ConversationId, arrangement: Arrangement) -> None:
        self._stored.execute("DELETE FROM arranged WHERE conversation = ?", conversation)
        if arrangement != Arrangement():
            values = (conversation, arrangement.pinned, arrangement.archived)
            self._stored.execute("INSERT INTO arranged (conversation, pinned, archived) VALUES (?, ?, ?)", *values)
        self._rows.drop(("arrangement", conversation))

    def _read_arrangement(self, conversation: ConversationId) -> Arrangement:
        row = self._stored.row("SELECT pinned, archived FROM arranged WHERE conversation = ?", conversation)
        return Arrangement() if row is None else Arrangement(bool(row[0]), bool(row[1]))
