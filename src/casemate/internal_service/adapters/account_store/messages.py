"""Contents of conversations, in SQL: display order by (counter, device, id), arrival for what was seen."""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from casemate.crypto.content import Shows
from casemate.internal_service.adapters.account_store.conversations import LAST_COUNTER, ON_A_PAGE, ConversationsTable
from casemate.internal_service.core.account.conversations.shown_time import shown_time
from casemate.internal_service.core.account.rows import DisplayOrder, MessageRow, Reactions
from casemate.protocol.ids import ACCOUNT_ID_BYTES, MESSAGE_ID_BYTES, AccountId, ConversationId, DeviceId, MessageId
from casemate.runtime.sqlite import Database, Row

MESSAGE_COLUMNS = (
    "arrival, id, conversation, author, device, kind, shows, body, counter, heads, number,"
    " written_at, arrived_at, shown_at, late, seen, painted, settled, about, edited_at, deleted, reactions, lives_for,"
    " vanished"
)
_VALUES = ", ".join("?" * (MESSAGE_COLUMNS.count(",") + 1))
DISPLAY_ORDER = "counter, device, id"
_DISPLAY_ORDER_BACK = "counter DESC, device DESC, id DESC"
_BY_ID = "INDEXED BY messages_by_id"
_TOLD, _UNTOLD = 1, 2
"""What `painted` is of a message that was on a screen."""
"""Said to SQLite: it takes the index of the lines of a conversation for as good, and looks at all of them."""
_AT_ONCE: Final = 500
"""Ids that one statement asks for."""
LINES = f"FROM messages WHERE conversation = ? AND {ON_A_PAGE}"


_reactions: Final = msgspec.msgpack.Decoder(Reactions)


class MessagesTable(ConversationsTable):
    _last_arrival: int | None = None
    """Never lower than any in the database, and never taken back: what is shown as later did arrive later."""

    def messages_add(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        kept: list[MessageRow] = []
        written = 0
        for row in rows:
            if row.counter > LAST_COUNTER:
                raise OverflowError("a counter that the database cannot hold")
            above = self._last(row.conversation) if row.shows == Shows.LINE else None
            if above is not None and row.order < above[0]:
                self._insert_messages(kept[written:])  # its neighbours may be among them
                written = len(kept)
            kept.append(self._placed(row, above))
        self._insert_messages(kept[written:])
        unread = [row.order for row in kept if row.shows == Shows.LINE and not row.seen]
        if unread:
            self._add_unread(kept[0].conversation, unread)
        return kept

    def message(self, conversation: ConversationId, message_id: MessageId) -> MessageRow | None:
        return next(iter(self.lines(conversation, [message_id])), None)

    def lines(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageRow]:
        found: list[MessageRow] = []
        for first in range(0, len(message_ids), _AT_ONCE):
            ids = message_ids[first : first + _AT_ONCE]
            these = f"{_BY_ID} WHERE id IN ({', '.join('?' * len(ids))}) AND conversation = ? AND shows = 'line'"
            found += _messages(self._stored, these, *ids, conversation)
        return found

    def messages_with_id(self, message_id: MessageId) -> list[MessageRow]:
        return _messages(self._stored, "WHERE id = ?", message_id)

    def message_at(self, arrival: int) -> MessageRow:
        found = _messages(self._stored, "WHERE arrival = ?", arrival)
        if not found:
            raise LookupError("a message that is not here")
        return found[0]

    def timeline_page(
        self, conversation: ConversationId, *, before: DisplayOrder | None, after: DisplayOrder | None, limit: int
    ) -> list[MessageRow]:
        select = f"SELECT {MESSAGE_COLUMNS} {LINES}"
        if after is not None:
            sql = f"{select} AND counter >= ? AND ({DISPLAY_ORDER}) > (?, ?, ?) ORDER BY {DISPLAY_ORDER} LIMIT ?"
            return [read_message(row) for row in self._stored.rows(sql, conversation, after[0], *after, limit)]
        bound = "" if before is None else f" AND counter <= ? AND ({DISPLAY_ORDER}) < (?, ?, ?)"
        sql = f"{select}{bound} ORDER BY {_DISPLAY_ORDER_BACK} LIMIT ?"
        rows = self._stored.rows(sql, conversation, *(() if before is None else (before[0], *before)), limit)
        return [read_message(row) for row in reversed(rows)]

    def last_message(self, conversation: ConversationId) -> MessageId | None:
        last = self._last(conversation)
        return None if last is None else last[0][2]

    def see(self, conversation: ConversationId, up_to_arrival: int) -> list[MessageId]:
        change = "SET seen = 1 WHERE conversation = ? AND seen = 0 AND arrival <= ?"
        return self._see(change, conversation, up_to_arrival)

    def unsee(
        self, conversation: ConversationId, author: AccountId, first: DisplayOrder, limit: int
    ) -> list[MessageId]:
        after = f"author = ? AND counter >= ? AND ({DISPLAY_ORDER}) >= (?, ?, ?)"
        newest = f"SELECT arrival {LINES} AND deleted IS NULL AND {after} ORDER BY {_DISPLAY_ORDER_BACK} LIMIT ?"
        change = f"SET seen = 0 WHERE seen = 1 AND arrival IN ({newest})"
        rows = self._update(change, conversation, author, first[0], *first, limit)
        if rows:
            self._add_unread(conversation, [row.order for row in rows])
        return [row.message_id for row in rows]

    def paint(self, conversation: ConversationId, message_ids: Sequence[MessageId], *, told: bool) -> list[MessageRow]:
        these = f"conversation = ? AND id IN ({', '.join('?' * len(message_ids))})"
        self._see(f"{_BY_ID} SET seen = 1 WHERE seen = 0 AND {these}", conversation, *message_ids)
        change = f"{_BY_ID} SET painted = ? WHERE painted = 0 AND {these}"
        return self._update(change, _TOLD if told else _UNTOLD, conversation, *message_ids)

    def renumber(self, conversation: ConversationId, message_id: MessageId, number: int) -> None:
        self._update(f"{_BY_ID} SET number = ? WHERE id = ? AND conversation = ?", number, message_id, conversation)

    def untold_around(self, device: DeviceId, number: int) -> tuple[int | None, int | None]:
        untold = "FROM messages INDEXED BY messages_untold WHERE device = ? AND painted <> 1"
        row = self._db.row(
            f"SELECT (SELECT max(number) {untold} AND number < ?), (SELECT min(number) {untold} AND number > ?)",
            device,
            number,
            device,
            number,
        )
        return (None, None) if row is None else (row[0], row[1])

    def theirs_after(
        self, conversation: ConversationId, device: DeviceId, number: int, limit: int
    ) -> tuple[list[MessageRow], int]:
        where = f"{LINES} AND device = ? AND number > ? AND deleted IS NULL"
        # A line that says it once more would stay.
        sql = f"SELECT {MESSAGE_COLUMNS} {where} AND lives_for IS NULL ORDER BY number DESC LIMIT ?"
        rows = self._db.rows(sql, conversation, device, number, limit)
        there_are = int(self._db.value(f"SELECT count(*) {where}", conversation, device, number))
        return [read_message(row) for row in rows], there_are

    def _placed(self, row: MessageRow, last: tuple[DisplayOrder, float] | None) -> MessageRow:
        """With its place among all that arrived and, if it is a line, the time that is shown of it."""
        arrival = self._next_arrival()
        if row.shows != Shows.LINE:
            return replace(row, arrival=arrival)
        is_last = last is None or row.order > last[0]
        above, below = (last and last[1], None) if is_last else self._shown_beside(row.conversation, row.order)
        row = replace(row, arrival=arrival, shown_at=shown_time(row.written_at, row.arrived_at, above, below))
        if is_last:
            self._rows.wrote(("last message", row.conversation), (row.order, row.shown_at))
        return row

    def see_one(self, message: MessageRow) -> None:
        self._see(
            "SET seen = 1 WHERE seen = 0 AND conversation = ? AND arrival = ?", message.conversation, message.arrival
        )

    def _see(self, change: str, conversation: ConversationId, *values: object) -> list[MessageId]:
        rows = self._update(change, conversation, *values)
        if rows:
            self._saw(conversation, [row.order for row in rows])
        return [row.message_id for row in rows]

    def _insert_messages(self, rows: list[MessageRow]) -> None:
        self._stored.executemany(
            f"INSERT INTO messages ({MESSAGE_COLUMNS}) VALUES ({_VALUES})",
            [
                (
                    row.arrival,
                    row.message_id,
                    row.conversation,
                    row.author or b"",
                    row.device,
                    row.kind,
                    row.shows,
                    row.body,
                    row.counter,
                    b"".join(row.heads),
                    row.number,
                    row.written_at,
                    row.arrived_at,
                    row.shown_at,
                    row.late,
                    row.seen,
                    _UNTOLD if row.untold else row.painted,
                    row.settled,
                    None if row.about is None else b"".join(row.about),
                    row.edited_at,
                    row.deleted,
                    msgspec.msgpack.encode(row.reactions) if row.reactions else None,
                    row.lives_for,
                    row.vanished,
                )
                for row in rows
            ],
        )

    def _update(self, change: str, *values: object) -> list[MessageRow]:
        """The rows as they are now."""
        return [
            read_message(row) for row in self._db.rows(f"UPDATE messages {change} RETURNING {MESSAGE_COLUMNS}", *values)
        ]

    def _last(self, conversation: ConversationId) -> tuple[DisplayOrder, float] | None:
        """The place of the last line, and the time that is shown of it."""
        return self._rows.read(("last message", conversation), lambda: self._read_last(conversation))

    def _read_last(self, conversation: ConversationId) -> tuple[DisplayOrder, float] | None:
        rows = self.timeline_page(conversation, before=None, after=None, limit=1)
        return (rows[0].order, rows[0].shown_at) if rows else None

    def _shown_beside(self, conversation: ConversationId, place: DisplayOrder) -> tuple[float | None, float | None]:
        """The times that are shown right above and below this place."""
        above = self.timeline_page(conversation, before=place, after=None, limit=1)
        below = self.timeline_page(conversation, before=None, after=place, limit=1)
        return next((row.shown_at for row in above), None), next((row.shown_at for row in below), None)

    def _next_arrival(self) -> int:
        if self._last_arrival is None:
            self._last_arrival = int(self._stored.value("SELECT coalesce(max(arrival), 0) FROM messages"))
        self._last_arrival += 1
        return self._last_arrival

    def _waiting_messages(self, device: DeviceId, limit: int) -> list[MessageRow]:
        """Those that wait for this device."""
        these = "SELECT message FROM waiting WHERE device = ? ORDER BY message LIMIT ?"
        return _messages(self._stored, f"WHERE arrival IN ({these}) ORDER BY arrival", device, limit)


def _messages(database: Database, where: str, *values: object) -> list[MessageRow]:
    return [read_message(row) for row in database.rows(f"SELECT {MESSAGE_COLUMNS} FROM messages {where}", *values)]


def read_message(row: Row) -> MessageRow:
    heads = row[9]
    return MessageRow(
        arrival=row[0],
        message_id=MessageId(row[1]),
        conversation=ConversationId(row[2]),
        author=AccountId(row[3]) if row[3] else None,
        device=DeviceId(row[4]),
        kind=row[5],
        shows=row[6],
        body=row[7],
        counter=row[8],
        heads=tuple(
            MessageId(heads[start : start + MESSAGE_ID_BYTES]) for start in range(0, len(heads), MESSAGE_ID_BYTES)
        ),
        number=row[10],
        written_at=row[11],
        arrived_at=row[12],
        shown_at=row[13],
        late=bool(row[14]),
        seen=bool(row[15]),
        painted=row[16] != 0,
        untold=row[16] == _UNTOLD,
        settled=row[17],
        about=None
        if row[18] is None
        else (AccountId(row[18][:ACCOUNT_ID_BYTES]), MessageId(row[18][ACCOUNT_ID_BYTES:])),
        edited_at=row[19],
        deleted=row[20],
        reactions=() if row[21] is None else _reactions.decode(row[21]),
        lives_for=row[22],
        vanished=bool(row[23]),
    )
