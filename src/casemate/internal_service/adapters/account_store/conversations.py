"""Conversations, in SQL: who talks, how far their counter is, and what of it is unread."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from casemate.internal_service.core.account.rows import DisplayOrder
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId
from casemate.runtime.row_cache import RowCache, WrittenThrough
from casemate.runtime.sqlite import Database

LAST_COUNTER: Final = 2**63 - 1
ON_A_PAGE: Final = "shows = 'line' AND deleted IS NOT 'here' AND vanished = 0"
"""Word for word as the index of the lines in order has it: it serves no other condition."""


class _Conversation(msgspec.Struct, frozen=True):
    id: ConversationId
    peer: AccountId
    counter: int = 0
    unread: int = 0
    seen: DisplayOrder | None = None
    """The last message of others that was seen."""


class ConversationsTable:
    _stored: Database
    _db: WrittenThrough
    _rows: RowCache

    def open_conversation(self, conversation: ConversationId, peer: AccountId) -> None:
        if self._read_through(conversation) is None:
            self._put_conversation(_Conversation(conversation, peer))

    def is_open(self, conversation: ConversationId) -> bool:
        return self._read_through(conversation) is not None

    def conversations(self) -> list[ConversationId]:
        line = (
            f"SELECT 1 FROM messages INDEXED BY messages_in_order WHERE conversation = conversations.id AND {ON_A_PAGE}"
        )
        return [ConversationId(row[0]) for row in self._db.rows(f"SELECT id FROM conversations WHERE EXISTS ({line})")]

    def counter(self, conversation: ConversationId) -> int:
        return self._conversation(conversation).counter

    def set_counter(self, conversation: ConversationId, counter: int) -> None:
        if counter > LAST_COUNTER:
            # Here, where only the event at hand is undone, and not when it is written with those of all others.
            raise OverflowError("a counter that the database cannot hold")
        self._put_conversation(replace(self._conversation(conversation), counter=counter))

    def unread(self, conversation: ConversationId | None = None) -> int:
        if conversation is not None:
            return self._conversation(conversation).unread
        calls = (
            "peer NOT IN (SELECT account_id FROM peers WHERE blocked) AND id NOT IN (SELECT conversation FROM mutes)"
        )
        return int(self._db.value(f"SELECT coalesce(sum(unread), 0) FROM conversations WHERE {calls}"))

    def first_unread(self, conversation: ConversationId) -> DisplayOrder | None:
        return self._rows.read(("first unread", conversation), lambda: self._read_first_unread(conversation))

    def highest_seen(self, conversation: ConversationId) -> DisplayOrder | None:
        return self._conversation(conversation).seen

    def _add_unread(self, conversation: ConversationId, places: Sequence[DisplayOrder]) -> None:
        known, first = self._conversation(conversation), self.first_unread(conversation)
        self._put_conversation(replace(known, unread=known.unread + len(places)))
        self._rows.wrote(("first unread", conversation), min([*places, *([] if first is None else [first])]))

    def _saw(self, conversation: ConversationId, places: list[DisplayOrder]) -> None:
        """These were unread."""
        known = self._conversation(conversation)
        seen = max([*places, *([] if known.seen is None else [known.seen])])
        self._put_conversation(replace(known, unread=known.unread - len(places), seen=seen))
        self._rows.drop(("first unread", conversation))

    def _conversation(self, conversation: ConversationId) -> _Conversation:
        found = self._read_through(conversation)
        if found is None:
            raise LookupError("a conversation that was never opened")
        return found

    def _read_through(self, conversation: ConversationId) -> _Conversation | None:
        return self._rows.read(("conversation", conversation), lambda: self._read_conversation(conversation))

    def _read_conversation(self, conversation: ConversationId) -> _Conversation | None:
        row = self._stored.row(
            "SELECT peer, counter, unread, seen_counter, seen_device, seen_message FROM conversations WHERE id = ?",
            conversation,
        )
        if row is None:
            return None
        peer, counter, unread, *seen = row
        order = None if seen[0] is None else (seen[0], DeviceId(seen[1]), MessageId(seen[2]))
        return _Conversation(conversation, AccountId(peer), counter, unread, order)

    def _read_first_unread(self, conversation: ConversationId) -> DisplayOrder | None:
        row = self._stored.row(
            "SELECT counter, device, id FROM messages WHERE conversation = ? AND seen = 0"
            " ORDER BY counter, device, id LIMIT 1",
            conversation,
        )
        return None if row is None else (row[0], DeviceId(row[1]), MessageId(row[2]))

    def _put_conversation(self, row: _Conversation) -> None:
        self._rows.put(("conversation", row.id), row, self._write_conversations)

    def _write_conversations(self, rows: list[_Conversation]) -> None:
        self._stored.executemany(
            "INSERT INTO conversations VALUES (?, 'direct', ?, ?, ?, ?, ?, ?) ON CONFLICT (id) DO UPDATE SET"
            " counter = excluded.counter, unread = excluded.unread, seen_counter = excluded.seen_counter,"
            " seen_device = excluded.seen_device, seen_message = excluded.seen_message",
            [(row.id, row.peer, row.counter, row.unread, *(row.seen or (None, None, None))) for row in rows],
        )
