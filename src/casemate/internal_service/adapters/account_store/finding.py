"""Messages found by what they say, in SQL: an index that is written behind them, and looks at what is not in it yet.

The index has what people wrote from `lowest` to below `next` (by `arrival`), apart from the `unfolded`. Two triggers
take words out of it together with those of their message (migration 0111).
"""

from collections.abc import Sequence
from typing import Final

import msgspec
from msgspec.structs import replace

from casemate.crypto.content import Shows
from casemate.internal_service.adapters.account_store.changes import ChangesTable
from casemate.internal_service.adapters.account_store.messages import (
    DISPLAY_ORDER,
    LINES,
    MESSAGE_COLUMNS,
    read_message,
)
from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.conversations.chat_form import said
from casemate.internal_service.core.account.rows import FoundMessage, FoundPage, MessageRow, Place
from casemate.internal_service.core.account.wanted import Matcher, WantedMessages, compared
from casemate.protocol.ids import ConversationId, MessageId
from casemate.runtime.sqlite import Row

_ABOVE_ALL: Final = 2**63 - 1
_KEY: Final = "folding"
_READ_BYTES: Final = 256 * 1024
"""Of the messages that are read and folded at once, before which comes at least one, however long it is."""
_BYTES_WORK: Final = 16
"""So many of them cost as much as a row of a scan."""
_WORK: Final = 20_000
"""What one look costs at most, about, in rows of a scan: some milliseconds, in which nothing else is done."""
_SCANNED_ROWS: Final = 4_096
_SCANNED_BYTES: Final = 1024 * 1024
"""Rows at once, and how long their messages may be together."""
_CANDIDATES: Final = 512
_NARROWED: Final = 4_096
"""Messages with the words, of which those are taken that are from where and when is asked."""
_CANDIDATE_WORK: Final = 6
"""What it costs to look at a message itself, more than at its folded text."""
_LOOKED_AT: Final = 256
_LOOKED_WORK: Final = 12
"""Messages that are not folded, at once; each is folded for this look."""
_IS_TEXT: Final = f"shows = '{Shows.LINE}' AND deleted IS NULL AND kind IN ('chat', 'opaque')"


class _Folded(msgspec.Struct, frozen=True):
    lowest: int
    next: int


class _Piece(msgspec.Struct, frozen=True):
    """Of a search: all that there is from `low` on."""

    rows: list[MessageRow]
    low: int
    work: int


class _Fit(msgspec.Struct, frozen=True):
    these: list[int]
    size: int
    is_cut: bool
    """There are others, or may be."""

    def low(self, otherwise: int) -> int:
        """Down to where all has been looked at."""
        return self.these[-1] if self.is_cut else otherwise

    def work(self, each: int) -> int:
        return len(self.these) * each + self.size // _BYTES_WORK


def _fitting(sized: list[Row], limit: int | None, most: int = _READ_BYTES) -> _Fit:
    """The first of those that have so many bytes each, as far as they are read and folded in a moment.

    There were asked for as many as `limit`. Sizes come before bodies: a body that does not fit is not even read.
    """
    whole = 0
    for count, (_, size) in enumerate(sized):
        if count and whole + size > most:
            return _Fit([row[0] for row in sized[:count]], whole, is_cut=True)
        whole += size
    return _Fit([row[0] for row in sized], whole, is_cut=len(sized) == limit)


class FindingTable(ChangesTable):
    has_unfolded = True
    """There may be: nobody has looked yet."""

    # ------------------------------------------------------------------------------------------------------- the index

    def fold_words(self, limit: int) -> bool:
        self.has_unfolded = self._fold_changed(limit) or self._fold_new(limit) or self._fold_old(limit)
        return self.has_unfolded

    def messages_add(self, rows: Sequence[MessageRow]) -> list[MessageRow]:
        self.has_unfolded = True
        return super().messages_add(rows)

    def change_add(
        self, conversation: ConversationId, target: Target, change: Change, arrived_at: float
    ) -> list[MessageId]:
        self.has_unfolded = True
        return super().change_add(conversation, target, change, arrived_at)

    def _fold_changed(self, limit: int) -> bool:
        sql = "SELECT message, coalesce(octet_length(body), 0) FROM unfolded LEFT JOIN messages ON arrival = message"
        changed = _fitting(self._db.rows(f"{sql} ORDER BY message LIMIT ?", limit), limit).these
        if not changed:
            return False
        self._add_words(changed)
        self._db.executemany("DELETE FROM unfolded WHERE message = ?", [(message,) for message in changed])
        return True

    def _fold_new(self, limit: int) -> bool:
        folding = self._folding()
        sql = "SELECT arrival, octet_length(body) FROM messages WHERE arrival >= ? ORDER BY arrival LIMIT ?"
        new = _fitting(self._db.rows(sql, folding.next, limit), limit).these
        if not new:
            return False
        self._add_words(new)
        self._put_folding(replace(folding, next=new[-1] + 1))
        return True

    def _fold_old(self, limit: int) -> bool:
        folding = self._folding()
        sql = "SELECT arrival, octet_length(body) FROM messages WHERE arrival < ? ORDER BY arrival DESC LIMIT ?"
        old = _fitting(self._db.rows(sql, folding.lowest, limit), limit).these
        if not old:
            return False
        self._add_words(old)
        self._put_folding(replace(folding, lowest=old[-1]))
        return True

    def _add_words(self, these: Sequence[int]) -> None:
        sql = f"SELECT arrival, kind, body FROM messages WHERE arrival IN ({_places(these)}) AND {_IS_TEXT}"
        texts = [
            (arrival, _folded(kind, body)) for arrival, kind, body in self._db.rows(f"{sql} ORDER BY arrival", *these)
        ]
        kept = [(arrival, text) for arrival, text in texts if text]
        self._db.executemany("INSERT INTO folded VALUES (?, ?)", kept)
        self._db.executemany("INSERT INTO searched (rowid, text) VALUES (?, ?)", kept)

    def _folding(self) -> _Folded:
        return self._rows.read(_KEY, self._read_folding)

    def _read_folding(self) -> _Folded:
        [row] = self._stored.rows("SELECT lowest, next FROM folding WHERE id = 1")
        return _Folded(*row)

    def _put_folding(self, folding: _Folded) -> None:
        self._db.execute("UPDATE folding SET lowest = ?, next = ? WHERE id = 1", folding.lowest, folding.next)
        self._rows.wrote(_KEY, folding)

    def _next_arrival(self) -> int:
        if self._last_arrival is None:
            # What was last may be gone: whoever comes into its place would be taken for folded.
            self._last_arrival = max(super()._next_arrival() - 1, self._folding().next - 1)
        return super()._next_arrival()

    # ---------------------------------------------------------------------------------------------------------- a look

    def find(self, wanted: WantedMessages, place: Place | None, limit: int) -> FoundPage:
        matcher = Matcher(wanted)
        ways = wanted.ways
        found: list[FoundMessage] = []
        work = _WORK
        way, below = (ways[0], _ABOVE_ALL) if place is None else place
        if way not in ways:
            return FoundPage([], None)
        while True:
            look = _Look(self, wanted, matcher, Place(way, below))
            piece = look.piece(limit - len(found))
            found += [FoundMessage(row, way) for row in piece.rows]
            below = piece.low
            work -= piece.work
            if below <= 0:
                later = ways[ways.index(way) + 1 :]
                if not later:
                    return FoundPage(found, None)
                way, below = later[0], _ABOVE_ALL
            if len(found) >= limit or work <= 0:
                return FoundPage(found, Place(way, below))

    def first_line_from(self, conversation: ConversationId, wall: float) -> MessageId | None:
        # Shown times go forward in a conversation, as counters do, which have an index.
        lowest, above = 0, self._stored.value(f"SELECT max(counter) + 1 {LINES}", conversation) or 0
        while lowest < above:
            middle = (lowest + above) // 2
            sql = f"SELECT counter, shown_at {LINES} AND counter >= ? ORDER BY {DISPLAY_ORDER} LIMIT 1"
            [(counter, shown_at)] = self._stored.rows(sql, conversation, middle)
            if shown_at >= wall:
                above = middle
            else:
                lowest = counter + 1
        sql = f"SELECT id {LINES} AND counter >= ? AND shown_at >= ? ORDER BY {DISPLAY_ORDER} LIMIT 1"
        found = self._stored.value(sql, conversation, lowest - 1, wall)
        return MessageId(found) if found is not None else self.last_message(conversation)


class _Look:
    """At a piece of what lies below a place."""

    def __init__(self, table: FindingTable, wanted: WantedMessages, matcher: Matcher, place: Place) -> None:
        self._table = table
        self._db = table._db
        self._folding = table._folding()
        self._wanted = wanted
        self._matcher = matcher
        self._way, self._below = place
        self._filters, self._values = _filters(wanted)

    def piece(self, most: int) -> _Piece:
        if self._below > self._folding.next:
            return self._not_folded(self._folding.next, most)
        if self._below > self._folding.lowest:
            if self._way == "inside":
                return self._with_changed(self._by_scan(most), most)
            piece = self._with_changed(self._by_words(most), most)
            # Each query builds the list of all messages with a beginning anew: the next one is for the next look.
            return replace(piece, work=_WORK) if piece.low > self._folding.lowest else piece
        return self._not_folded(0, most)

    def _not_folded(self, low: int, most: int) -> _Piece:
        sql = "SELECT arrival, octet_length(body) FROM messages WHERE arrival >= ? AND arrival < ?"
        sql += " ORDER BY arrival DESC LIMIT ?"
        fit = _fitting(self._db.rows(sql, low, self._below, _LOOKED_AT), _LOOKED_AT)
        rows = [row for row in self._read(fit.these) if self._answers(row)]
        return self._cut(rows, fit.low(low), fit.work(_LOOKED_WORK), most)

    def _by_words(self, most: int) -> _Piece:
        narrow = bool(self._filters) or self._wanted.has_link
        limit = _NARROWED if narrow else most
        sql = (
            "SELECT rowid FROM searched WHERE searched MATCH ? AND rowid >= ? AND rowid < ? ORDER BY rowid DESC LIMIT ?"
        )
        rows = self._db.rows(sql, _match(self._wanted), self._folding.lowest, self._below, limit)
        low = rows[-1][0] if len(rows) == limit else self._folding.lowest
        these, work = [row[0] for row in rows], len(rows) * _CANDIDATE_WORK
        if not narrow:
            return self._messages(these, low, work, most)
        table, key, text = self._is_read
        sql = f"SELECT {key}, octet_length({text}) FROM {table} WHERE {key} IN ({_places(these)})"
        sized = self._db.rows(f"{sql} ORDER BY {key} DESC", *these)
        fit = _fitting(sized, None, _READ_BYTES if self._wanted.has_link else _SCANNED_BYTES)
        these = self._answering(fit) if self._wanted.has_link else fit.these
        return self._messages(these, fit.low(low), work + fit.work(0), most)

    def _by_scan(self, most: int) -> _Piece:
        low = self._scanned_from()
        literals = self._wanted.literals
        holds = "".join(" AND instr(text, ?)" for _ in literals)
        joined = " CROSS JOIN messages ON arrival = message" if self._filters else ""
        sql = f"SELECT message, octet_length(text) FROM folded{joined}"
        sql += f" WHERE message >= ? AND message < ?{holds}{self._filters} ORDER BY message DESC LIMIT ?"
        rows = self._db.rows(sql, low, self._below, *literals, *self._values, _CANDIDATES)
        fit = _fitting(rows, _CANDIDATES)
        work = _SCANNED_ROWS + fit.work(_CANDIDATE_WORK)
        return self._messages(self._answering(fit), fit.low(low), work, most)

    def _answering(self, fit: _Fit) -> list[int]:
        sql = f"SELECT message, text FROM folded WHERE message IN ({_places(fit.these)}) ORDER BY message DESC"
        texts = self._db.rows(sql, *fit.these)
        return [message for message, text in texts if self._matcher.answers(text, self._way)]

    @property
    def _is_read(self) -> tuple[str, str, str]:
        """Where the most is read: table, key and text. From whom and when a message is stands behind what it says.
        Where nobody asks for that, the sizes of messages alone would be as much to read as all folded texts."""
        return ("messages", "arrival", "body") if self._filters else ("folded", "message", "text")

    def _scanned_from(self) -> int:
        """From where on this piece looks: not at too many, and at few where they are long."""
        low = max(self._folding.lowest, self._below - _SCANNED_ROWS)
        table, key, text = self._is_read
        among = f"FROM {table} WHERE {key} >= ? AND {key} < ?"
        if self._db.value(f"SELECT total(octet_length({text})) {among}", low, self._below) <= _SCANNED_BYTES:
            return low
        sql = f"SELECT {key}, octet_length({text}) {among} ORDER BY {key} DESC"
        return _fitting(self._db.rows(sql, low, self._below), None, _SCANNED_BYTES).low(low)

    def _with_changed(self, piece: _Piece, most: int) -> _Piece:
        """With those that say something else by now, and are looked at themselves."""
        sql = "SELECT message, octet_length(body) FROM unfolded CROSS JOIN messages ON arrival = message"
        sql += " WHERE message >= ? AND message < ? ORDER BY message DESC LIMIT ?"
        fit = _fitting(self._db.rows(sql, piece.low, self._below, _LOOKED_AT), _LOOKED_AT)
        if not fit.these:
            return piece
        low = fit.low(piece.low)
        rows = [row for row in piece.rows if row.arrival >= low]
        rows += [row for row in self._read(fit.these) if self._answers(row)]
        rows.sort(key=lambda row: row.arrival, reverse=True)
        return self._cut(rows, low, piece.work + fit.work(_LOOKED_WORK), most)

    def _messages(self, these: list[int], low: int, work: int, most: int) -> _Piece:
        """Of these the newest that are wanted, and one more than asked for if there is one."""
        there = f"arrival IN ({_places(these)}) AND vanished = 0"
        sql = f"SELECT arrival, octet_length(body) FROM messages WHERE {there}{self._filters}"
        sized = self._db.rows(f"{sql} ORDER BY arrival DESC LIMIT ?", *these, *self._values, most + 1)
        fit = _fitting(sized, None)
        return self._cut(self._read(fit.these), fit.low(low), work + fit.work(0), most)

    def _read(self, these: list[int]) -> list[MessageRow]:
        sql = f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE arrival IN ({_places(these)}) ORDER BY arrival DESC"
        return [read_message(row) for row in self._db.rows(sql, *these)]

    def _answers(self, row: MessageRow) -> bool:
        if row.shows != Shows.LINE or row.is_gone or not _is_where(self._wanted, row):
            return False
        text = _folded(row.kind, row.body)
        return bool(text) and self._matcher.answers(text, self._way)

    @staticmethod
    def _cut(rows: list[MessageRow], low: int, work: int, most: int) -> _Piece:
        if len(rows) <= most:
            return _Piece(rows, low, work)
        return _Piece(rows[:most], rows[most - 1].arrival, work)


def _folded(kind: str, body: bytes) -> str:
    """Empty for what nobody wrote."""
    return compared(said(kind, body) or "")


def _match(wanted: WantedMessages) -> str:
    """In FTS5's language: letters and digits between quotation marks, and nothing else that came from outside."""
    return " ".join(f'"{" ".join(term.words)}"{"*" if term.begins else ""}' for term in wanted.terms)


def _filters(wanted: WantedMessages) -> tuple[str, list[object]]:
    conditions: list[tuple[str, object]] = [
        ("conversation = ?", wanted.conversation),
        ("author = ?", wanted.author),
        ("shown_at >= ?", wanted.from_time),
        ("shown_at < ?", wanted.to_time),
    ]
    asked = [(sql, value) for sql, value in conditions if value is not None]
    return "".join(f" AND {sql}" for sql, _ in asked), [value for _, value in asked]


def _is_where(wanted: WantedMessages, row: MessageRow) -> bool:
    """The same as `_filters`."""
    return (
        (wanted.conversation is None or row.conversation == wanted.conversation)
        and (wanted.author is None or row.author == wanted.author)
        and (wanted.from_time is None or row.shown_at >= wanted.from_time)
        and (wanted.to_time is None or row.shown_at < wanted.to_time)
    )


def _places(values: Sequence[int]) -> str:
    return ", ".join("?" * len(values))
