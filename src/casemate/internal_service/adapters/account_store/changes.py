"""Changes of messages, in SQL: all that counts of a message that is here, and what waits for one that is not."""

from collections.abc import Sequence
from typing import Final

import msgspec

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.adapters.account_store.bounds import kept_of
from casemate.internal_service.adapters.account_store.deliveries import DeliveriesTable
from casemate.internal_service.adapters.account_store.kept_frames import KeptFramesTable
from casemate.internal_service.adapters.account_store.messages import MESSAGE_COLUMNS, read_message
from casemate.internal_service.adapters.account_store.plain_queue import PlainQueueTable
from casemate.internal_service.core.account.changes import Change, Changed, Target, counts, fold
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.rows import Beginning, DeletedBy, Delivery, DisplayOrder, MessageRow, Pin
from casemate.protocol.ids import AccountId, ConversationId, DeviceId, MessageId, cid_of
from casemate.protocol.limits import (
    CHANGES_WAITING,
    CHANGES_WAITING_BYTES,
    CHANGES_WAITING_SECONDS,
    PIN_CHARACTERS,
    PINS_SHOWN,
    VERSIONS_BYTES,
    VERSIONS_KEPT,
)
from casemate.runtime.sqlite import Row

_COLUMNS: Final = "kind, author, counter, device, id, made_at, text, emojis"
_OF_TARGET: Final = "conversation = ? AND target_author = ? AND target = ?"
_SAY_IT: Final = f"kind IN ('{Kind.EDIT}', '{Kind.PREVIEW}')"
_EDITS_OF: Final = f"about = ? AND conversation = ? AND author = ? AND shows = 'change' AND {_SAY_IT}"
_PIN_BYTES: Final = 4 * PIN_CHARACTERS
_BESIDES_TEXT: Final = 256
"""Bytes that a row takes besides its text and emojis, about."""


class ChangesTable(DeliveriesTable, PlainQueueTable, KeptFramesTable):
    def change_add(
        self, conversation: ConversationId, target: Target, change: Change, arrived_at: float
    ) -> list[MessageId]:
        if not counts(change, target[0]):
            return []
        message = self._target(conversation, target)
        if message is None:
            self._insert(conversation, target, change, arrived_at, waits=True)
            self._rows.wrote(("changes wait", conversation), True)
            self._forget_waiting(conversation, change.author)
            return []
        if message.deleted is not None or not _may_be(change, message):
            return []
        if change.kind == "delete":
            return self._empty(message, "everywhere")
        if change.kind == "edit":
            self._keep_first_text(message, target)
        self._insert(conversation, target, change, arrived_at, waits=False)
        return self._apply(message, target)

    def changes_of(self, conversation: ConversationId, target: Target) -> list[Change]:
        sql = f"SELECT {_COLUMNS} FROM changes WHERE {_OF_TARGET} ORDER BY counter, device, id"
        return [_read(row) for row in self._db.rows(sql, conversation, *target)]

    def pins(self, conversation: ConversationId) -> list[Pin]:
        return self._rows.read(("pins", conversation), lambda: self._read_pins(conversation))

    def previews(self, rows: Sequence[MessageRow]) -> dict[int, bytes]:
        targets = {(row.author, row.message_id): row.arrival for row in rows if row.author is not None}
        found: dict[int, bytes] = {}
        for target, arrival in targets.items():
            sql = f"SELECT text FROM changes WHERE {_OF_TARGET} AND kind = 'preview' AND waits = 0"
            text = self._db.value(sql, rows[0].conversation, *target)
            if text:
                found[arrival] = text
        return found

    def changes_under_way(self, rows: Sequence[MessageRow]) -> dict[int, list[Delivery]]:
        targets = {row.author + row.message_id: row.arrival for row in rows if row.author is not None}
        if not targets:
            return {}
        sql = (
            "SELECT arrival, about FROM messages INDEXED BY messages_changing"
            f" WHERE about IN ({', '.join('?' * len(targets))}) AND shows = 'change' AND conversation = ?"
        )
        of = {arrival: targets[about] for arrival, about in self._db.rows(sql, *targets, rows[0].conversation)}
        found: dict[int, list[Delivery]] = {}
        for change, deliveries in (self.deliveries_of(list(of)) if of else {}).items():
            found.setdefault(of[change], []).extend(deliveries)
        return found

    def said_under_way(self, message: MessageRow) -> list[MessageRow]:
        if message.author is None:
            return []
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE {_EDITS_OF}"
        about = message.author + message.message_id
        edits = [read_message(row) for row in self._db.rows(sql, about, message.conversation, message.author)]
        if message.kind != Kind.OPAQUE:
            return edits
        return edits + self.repeats_under_way(message.conversation, message.body)

    def delete_here(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> list[MessageId]:
        gone: list[MessageId] = []
        for message in self.lines(conversation, message_ids):
            if message.deleted != "here":
                gone += self._empty(message, "here")
        return gone

    def changes_expire(self, wall: float) -> None:
        self._db.execute("DELETE FROM changes WHERE waits = 1 AND arrived_at <= ?", wall - CHANGES_WAITING_SECONDS)

    def messages_add(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        added = super().messages_add(rows)
        if not added or not self._changes_wait(added[0].conversation):
            return added
        return [self._with_what_waited(row) for row in added]

    # -------------------------------------------------------------------------------------------------------- helpers

    def _read_pins(self, conversation: ConversationId) -> list[Pin]:
        """Of the pins of one message the newest alone is here, and if that lets it go it is none."""
        sql = (
            "SELECT target_author, target, author, made_at FROM changes INDEXED BY changes_pinned"
            " WHERE conversation = ? AND kind = 'pin' AND waits = 0"
            " ORDER BY counter DESC, device DESC, id DESC LIMIT ?"
        )
        return [
            Pin((author, target), by, made_at, self._said_by(conversation, author, target))
            for author, target, by, made_at in self._stored.rows(sql, conversation, PINS_SHOWN)
        ]

    def _said_by(self, conversation: ConversationId, author: AccountId, message_id: MessageId) -> Beginning | None:
        """Kept with its pin: a peer's pins may be of long messages, and every event of the conversation shows them."""
        row = self._stored.row(
            "SELECT kind, substr(body, 1, ?) FROM messages INDEXED BY messages_by_id"
            " WHERE id = ? AND conversation = ? AND author = ? AND shows = 'line' AND vanished = 0",
            _PIN_BYTES,
            message_id,
            conversation,
            author,
        )
        return None if row is None else Beginning(*row)

    def _with_what_waited(self, row: MessageRow) -> MessageRow:
        if row.author is None or row.shows != Shows.LINE:
            return row
        target = (row.author, row.message_id)
        waited = self._db.rows(
            f"UPDATE changes SET waits = 0 WHERE {_OF_TARGET} RETURNING kind", row.conversation, *target
        )
        if not waited:
            return row
        if ("edit",) in waited:
            self._keep_first_text(row, target)
        self._apply(row, target)
        return self.message_at(row.arrival)

    def _apply(self, message: MessageRow, target: Target) -> list[MessageId]:
        """What the message is after all its changes. Returns what looks different now: it, and those that answer it."""
        changes = self.changes_of(message.conversation, target)
        changed = fold(target[0], [change for change in changes if _may_be(change, message)])
        if changed.deleted is not None:
            return self._empty(message, "everywhere")
        kept = _kept(changed)
        self._forget(message.conversation, [(*target, *each.order) for each in changes if each.order not in kept])
        edited = changed.edits[-1] if len(changed.edits) > 1 else None
        self._db.execute(
            "UPDATE messages SET body = ?, edited_at = ?, reactions = ? WHERE arrival = ?",
            message.body if edited is None else edited.text,
            None if edited is None else edited.made_at,
            _written(changed),
            message.arrival,
        )
        return self._looks_different(message)

    def _empty(self, message: MessageRow, deleted: DeletedBy) -> list[MessageId]:
        """Nothing of what it said stays. Its row does, so that the same message is not taken for a new one."""
        self._empty_copies(message, deleted)
        self.see_one(message)
        self._rows.drop(("last message", message.conversation))
        self._db.execute(
            "UPDATE messages SET body = x'', about = NULL, edited_at = NULL, reactions = NULL, deleted = ?"
            " WHERE arrival = ?",
            deleted,
            message.arrival,
        )
        return self._looks_different(message)

    def _empty_copies(self, message: MessageRow, deleted: DeletedBy) -> None:
        """What it said before, what of it is under way, and what a plain client has of it in a form that we know."""
        under_way = [(deleted, each.arrival) for each in self.said_under_way(message)]
        self._db.executemany("UPDATE messages SET body = x'', deleted = ? WHERE arrival = ?", under_way)
        if message.author is not None:
            target = (message.author, message.message_id)
            self._db.execute(f"DELETE FROM changes WHERE {_OF_TARGET}", message.conversation, *target)
        self.plain_drop(message.arrival, message.body)
        frame = ilm.decode(message.body) if message.kind == Kind.OPAQUE else None
        # Whoever names somebody else as its source must not make us touch what that one said.
        if isinstance(frame, ilm.Data) and message.author is not None and frame.source == cid_of(message.author):
            self.frame_blank(frame)

    def _keep_first_text(self, message: MessageRow, target: Target) -> None:
        """What a message said when it was written is its first version."""
        if message.edited_at is None and message.kind == Kind.CHAT:
            first = Change("edit", target[0], message.order, message.written_at, text=message.body)
            self._insert(message.conversation, target, first, message.arrived_at, waits=False)

    def _forget(self, conversation: ConversationId, places: Sequence[tuple[object, ...]]) -> None:
        """The changes at these: target, and the order of the change."""
        self._db.executemany(
            f"DELETE FROM changes WHERE {_OF_TARGET} AND counter = ? AND device = ? AND id = ?",
            [(conversation, *place) for place in places],
        )

    def _looks_different(self, message: MessageRow) -> list[MessageId]:
        self._rows.drop(("pins", message.conversation))
        if message.author is None:
            return [message.message_id]
        answers = self._db.rows(
            "SELECT id FROM messages INDEXED BY messages_about WHERE about = ? AND conversation = ? AND shows = 'line'",
            message.author + message.message_id,
            message.conversation,
        )
        return [message.message_id, *(MessageId(row[0]) for row in answers)]

    def _target(self, conversation: ConversationId, target: Target) -> MessageRow | None:
        author, message_id = target
        message = self.message(conversation, message_id)
        return message if message is not None and message.author == author else None

    def _changes_wait(self, conversation: ConversationId) -> bool:
        """Every message that arrives asks, so that is not looked up each time."""
        sql = "SELECT 1 FROM changes WHERE conversation = ? AND waits = 1 LIMIT 1"
        return self._rows.read(
            ("changes wait", conversation), lambda: self._stored.value(sql, conversation) is not None
        )

    def _forget_waiting(self, conversation: ConversationId, author: AccountId) -> None:
        """The oldest of one author go where there are too many."""
        rows = self._db.rows(
            "SELECT target_author, target, counter, device, id, length(text) + length(emojis) FROM changes"
            " WHERE conversation = ? AND author = ? AND waits = 1 ORDER BY arrived_at DESC, counter DESC, id DESC",
            conversation,
            author,
        )
        sizes = (text_bytes + _BESIDES_TEXT for *_, text_bytes in rows)
        kept = kept_of(sizes, CHANGES_WAITING, CHANGES_WAITING_BYTES)
        self._forget(conversation, [tuple(place) for *place, _ in rows[kept:]])

    def _insert(
        self, conversation: ConversationId, target: Target, change: Change, arrived_at: float, *, waits: bool
    ) -> None:
        self._db.execute(
            "INSERT OR IGNORE INTO changes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            conversation,
            *target,
            *change.order,
            change.author,
            change.kind,
            change.made_at,
            arrived_at,
            change.text,
            "\n".join(change.emojis),
            waits,
        )


def _may_be(change: Change, message: MessageRow) -> bool:
    """Only what people wrote has a text that can be edited, with links that lead somewhere."""
    if change.kind == "preview" and change.order < message.order:
        return False  # of a message that was not written yet
    return change.kind not in ("edit", "preview") or message.kind == Kind.CHAT


def _kept(changed: Changed) -> set[DisplayOrder]:
    """The last reactions of each, whether it is pinned, its preview, and of the versions of a text the newest, where
    there are too many."""
    kept = {change.order for change in changed.reactions.values()}
    kept |= {change.order for change in (changed.pin, changed.preview) if change is not None}
    size = 0
    for version in reversed(changed.edits[-VERSIONS_KEPT:]):
        size += len(version.text)
        if size > VERSIONS_BYTES and version is not changed.edits[-1]:
            break
        kept.add(version.order)
    return kept


def _written(changed: Changed) -> bytes | None:
    """Who gave which emojis, whoever gave theirs first in front."""
    given = [change for change in changed.reactions.values() if change.emojis]
    given.sort(key=lambda change: change.order)
    return msgspec.msgpack.encode([(change.author, change.emojis) for change in given]) if given else None


def _read(row: Row) -> Change:
    kind, author, counter, device, message_id, made_at, text, emojis = row
    order = (counter, DeviceId(device), MessageId(message_id))
    return Change(
        kind, AccountId(author), order, made_at, text=text, emojis=tuple(emojis.split("\n")) if emojis else ()
    )
