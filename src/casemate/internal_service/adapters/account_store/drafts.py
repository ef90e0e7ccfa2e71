"""Texts that were begun and not sent, in SQL, and the key under which browsers keep what was not answered."""

from casemate.internal_service.core.sessions.ports import Draft
from casemate.protocol.ids import ConversationId, SlotId
from casemate.runtime.sqlite import Database, Row

_COLUMNS = "conversation, slot, text, revision, place"


class DraftsTable:
    _stored: Database

    def draft(self, conversation: ConversationId, slot: SlotId) -> Draft | None:
        row = self._stored.row(f"SELECT {_COLUMNS} FROM drafts WHERE conversation = ? AND slot = ?", conversation, slot)
        return None if row is None else _draft(row)

    def drafts(self) -> list[Draft]:
        return [_draft(row) for row in self._stored.rows(f"SELECT {_COLUMNS} FROM drafts ORDER BY place")]

    def draft_slots(self, conversation: ConversationId) -> int:
        return int(self._stored.value("SELECT count(*) FROM drafts WHERE conversation = ?", conversation))

    def draft_bytes(self) -> int:
        return int(self._stored.value("SELECT bytes FROM drafts_size"))

    def put_draft(self, conversation: ConversationId, slot: SlotId, text: str, revision: int) -> Draft:
        place = 1 + int(self._stored.value("SELECT coalesce(max(place), 0) FROM drafts"))
        self._stored.execute(
            f"INSERT INTO drafts ({_COLUMNS}) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET text = excluded.text, revision = excluded.revision, place = excluded.place",
            conversation,
            slot,
            text,
            revision,
            place,
        )
        return Draft(conversation, slot, text, revision, place)

    def remove_draft(self, conversation: ConversationId, slot: SlotId) -> None:
        self._stored.execute("DELETE FROM drafts WHERE conversation = ? AND slot = ?", conversation, slot)

    def browser_key(self) -> bytes | None:
        value = self._stored.value("SELECT value FROM browser_key")
        return None if value is None else bytes(value)

    def put_browser_key(self, key: bytes) -> None:
        self._stored.execute("INSERT INTO browser_key VALUES (1, ?)", key)


def _draft(row: Row) -> Draft:
    conversation, slot, text, revision, place = row
    return Draft(ConversationId(conversation), SlotId(slot), text, revision, place)
