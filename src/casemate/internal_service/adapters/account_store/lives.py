"""Lives of messages that disappear, in SQL: when each ends, by which clock; and what is set in a conversation."""

from collections.abc import Sequence
from typing import Final

from casemate.internal_service.adapters.account_store.changes import ChangesTable
from casemate.internal_service.adapters.account_store.messages import MESSAGE_COLUMNS, read_message
from casemate.internal_service.core.account.lives import HIDDEN_SECONDS, Clocks, Life
from casemate.internal_service.core.account.rows import DisplayOrder, MessageRow
from casemate.protocol.ids import ConversationId, MessageId

_COLUMNS: Final = "message, ends_wall, ends_running, ends_server, hidden_at"
_SHOWN: Final = "INDEXED BY lives_shown WHERE hidden_at IS NULL AND ends_wall IS NOT NULL"
_HIDDEN: Final = "hidden_at IS NOT NULL"
_DUE: Final = (
    f"SELECT message FROM lives {_SHOWN} AND ends_wall <= ? LIMIT ?",
    "SELECT message FROM lives INDEXED BY lives_running WHERE ends_running <= ? LIMIT ?",
    f"SELECT message FROM lives INDEXED BY lives_hidden WHERE {_HIDDEN} AND ends_wall > ? LIMIT ?",
    f"SELECT message FROM lives INDEXED BY lives_hidden_at WHERE {_HIDDEN} AND hidden_at <= ? LIMIT ?",
    f"SELECT message FROM lives INDEXED BY lives_server WHERE {_HIDDEN} AND ends_server <= ? LIMIT ?",
)
"""Of these something becomes that they are not yet. Each by an index: there may be many more."""


class LivesTable(ChangesTable):
    def lives_wait(self, messages: Sequence[int]) -> None:
        self._db.executemany("INSERT INTO lives (message) VALUES (?)", [(message,) for message in messages])

    def lives_to_begin(self) -> list[MessageRow]:
        these = "SELECT message FROM lives INDEXED BY lives_to_begin WHERE is_out = 1 AND ends_wall IS NULL"
        rows = self._db.rows(f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE arrival IN ({these})")
        return [read_message(row) for row in rows]

    def lives_begin(self, lives: Sequence[Life]) -> None:
        self._db.executemany(
            "INSERT OR REPLACE INTO lives (message, ends_wall, ends_running, ends_server) VALUES (?, ?, ?, ?)",
            [(life.message, life.ends_wall, life.ends_running, life.ends_server) for life in lives],
        )

    def lives_due(self, now: Clocks, limit: int) -> list[Life]:
        by = (now.wall, now.running, now.wall, now.running - HIDDEN_SECONDS, now.server)
        due: dict[int, None] = {}
        for sql, moment in zip(_DUE, by, strict=True):
            due |= dict.fromkeys(row[0] for row in self._db.rows(sql, moment, limit))
        these = list(due)[:limit]
        places = ", ".join("?" * len(these))
        rows = self._db.rows(f"SELECT {_COLUMNS} FROM lives WHERE message IN ({places})", *these) if these else []
        return [Life(*row) for row in rows]

    def lives_next(self) -> tuple[float | None, float | None]:
        row = self._db.row(
            f"SELECT (SELECT min(ends_wall) FROM lives {_SHOWN}),"
            " (SELECT min(ends_running) FROM lives INDEXED BY lives_running WHERE ends_running IS NOT NULL)"
        )
        return (None, None) if row is None else (row[0], row[1])

    def lives_heard_server(self, server: float, running: float) -> None:
        self._db.execute(
            "UPDATE lives INDEXED BY lives_without_server SET ends_server = ? + max(0, ends_running - ?)"
            " WHERE ends_server IS NULL AND ends_wall IS NOT NULL",
            server,
            running,
        )

    def ends_of(self, messages: Sequence[int]) -> dict[int, float]:
        places = ", ".join("?" * len(messages))
        sql = f"SELECT message, ends_wall FROM lives WHERE message IN ({places}) AND ends_wall IS NOT NULL"
        return dict(self._db.rows(sql, *messages)) if messages else {}

    def life_hide(self, message: MessageRow, hidden_at: float) -> list[MessageId]:
        self.see_one(message)
        sql = "UPDATE lives SET hidden_at = ?, unread = ? WHERE message = ?"
        self._db.execute(sql, hidden_at, not message.seen, message.arrival)
        return self._set_vanished(message, vanished=True)

    def life_show(self, message: MessageRow) -> list[MessageId]:
        if self._db.value("SELECT unread FROM lives WHERE message = ?", message.arrival):
            self._db.execute("UPDATE messages SET seen = 0 WHERE arrival = ?", message.arrival)
            self._add_unread(message.conversation, [message.order])
        self._db.execute("UPDATE lives SET hidden_at = NULL, unread = 0 WHERE message = ?", message.arrival)
        return self._set_vanished(message, vanished=False)

    def life_erase(self, message: MessageRow) -> list[MessageId]:
        self._set_vanished(message, vanished=True)
        return self._empty(message, "here")

    def running(self) -> float:
        return float(self._db.value("SELECT coalesce(sum(seconds), 0) FROM running"))

    def set_running(self, seconds: float) -> None:
        self._db.execute("INSERT OR REPLACE INTO running (id, seconds) VALUES (1, ?)", seconds)

    def disappearing(self, conversation: ConversationId) -> int | None:
        return self._rows.read(("disappearing", conversation), lambda: self._read_disappearing(conversation))

    def set_disappearing(self, conversation: ConversationId, place: DisplayOrder, lives_for: int | None) -> bool:
        changed = self._db.execute(
            "INSERT INTO disappearing (conversation, lives_for, counter, device, id) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT (conversation) DO UPDATE SET lives_for = excluded.lives_for, counter = excluded.counter,"
            " device = excluded.device, id = excluded.id"
            " WHERE (excluded.counter, excluded.device, excluded.id) > (counter, device, id)",
            conversation,
            lives_for,
            *place,
        )
        self._rows.drop(("disappearing", conversation))
        return bool(changed)

    def _read_disappearing(self, conversation: ConversationId) -> int | None:
        row = self._stored.row("SELECT lives_for FROM disappearing WHERE conversation = ?", conversation)
        return None if row is None else row[0]

    def _set_vanished(self, message: MessageRow, *, vanished: bool) -> list[MessageId]:
        self._db.execute("UPDATE messages SET vanished = ? WHERE arrival = ?", vanished, message.arrival)
        self._rows.drop(("last message", message.conversation))
        return self._looks_different(message)
