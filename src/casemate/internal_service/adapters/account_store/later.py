"""Contents that only a later program understands, and which ones the last one did, in SQL."""

from collections.abc import Collection
from typing import Final

from casemate.internal_service.adapters.account_store.bounds import kept_of
from casemate.internal_service.adapters.account_store.messages import MESSAGE_COLUMNS, read_message
from casemate.internal_service.core.account.rows import LaterContent, MessageRow
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import LATER_BYTES, LATER_CONTENTS, LATER_SECONDS
from casemate.runtime.sqlite import Database

_COLUMNS: Final = "account_id, device, number, arrived_at, kind, content"


class LaterTable:
    _stored: Database

    def kinds_known(self) -> frozenset[str]:
        return frozenset(row[0] for row in self._stored.rows("SELECT kind FROM kinds_known"))

    def set_kinds_known(self, kinds: Collection[str]) -> None:
        self._stored.execute("DELETE FROM kinds_known")
        self._stored.executemany("INSERT INTO kinds_known (kind) VALUES (?)", [(kind,) for kind in sorted(kinds)])

    def lines_of_kinds(self, kinds: Collection[str], after: int, limit: int) -> list[MessageRow]:
        places = ", ".join("?" * len(kinds))
        sql = (
            f"SELECT {MESSAGE_COLUMNS} FROM messages WHERE arrival > ? AND kind IN ({places}) AND shows = 'line'"
            " ORDER BY arrival LIMIT ?"
        )
        return [read_message(row) for row in self._stored.rows(sql, after, *sorted(kinds), limit)]

    def later_add(self, later: LaterContent) -> None:
        self._stored.execute(
            f"INSERT INTO later ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?)",
            later.account_id,
            later.device,
            later.number,
            later.arrived_at,
            later.kind,
            later.content,
        )
        self._forget_the_oldest(later.account_id)

    def later_take(self, kinds: Collection[str], limit: int) -> list[LaterContent]:
        these = f"SELECT arrival FROM later WHERE kind IN ({', '.join('?' * len(kinds))}) ORDER BY arrival LIMIT ?"
        rows = self._stored.rows(
            f"DELETE FROM later WHERE arrival IN ({these}) RETURNING arrival, {_COLUMNS}", *sorted(kinds), limit
        )
        return [
            LaterContent(AccountId(account_id), DeviceId(device), number, arrived_at, kind, content)
            for _, account_id, device, number, arrived_at, kind, content in sorted(rows)
        ]

    def later_drop(self, account_id: AccountId) -> None:
        self._stored.execute("DELETE FROM later WHERE account_id = ?", account_id)

    def later_expire(self, wall: float) -> None:
        self._stored.execute("DELETE FROM later WHERE arrived_at <= ?", wall - LATER_SECONDS)

    def _forget_the_oldest(self, account_id: AccountId) -> None:
        """Of one account, where there are too many."""
        rows = self._stored.rows(
            "SELECT arrival, length(content) FROM later WHERE account_id = ? ORDER BY arrival DESC", account_id
        )
        kept = kept_of((content_bytes for _, content_bytes in rows), LATER_CONTENTS, LATER_BYTES)
        if kept < len(rows):
            newest_gone = rows[kept][0]
            self._stored.execute("DELETE FROM later WHERE account_id = ? AND arrival <= ?", account_id, newest_gone)
