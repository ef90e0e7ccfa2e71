"""Invitations, in SQLite."""

from casemate.protocol.ids import AccountId, InviteId
from casemate.runtime.sqlite import Database
from casemate.server.core.ports import StoredInvite


class SqliteInvites:
    def __init__(self, database: Database) -> None:
        self._db = database

    def invite(self, invite_id: InviteId) -> StoredInvite | None:
        row = self._db.row(
            "SELECT invite_id, inviter, admit_digest, uses, used, ends_at FROM invites WHERE invite_id = ?", invite_id
        )
        return None if row is None else StoredInvite(*row)

    def put(self, invite: StoredInvite) -> None:
        self._db.execute(
            "INSERT INTO invites (invite_id, inviter, admit_digest, uses, used, ends_at) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET admit_digest = excluded.admit_digest, uses = excluded.uses,"
            " used = excluded.used, ends_at = excluded.ends_at",
            invite.invite_id,
            invite.inviter,
            invite.admit_digest,
            invite.uses,
            invite.used,
            invite.ends_at,
        )

    def use(self, invite_id: InviteId) -> None:
        self._db.execute("UPDATE invites SET used = used + 1 WHERE invite_id = ?", invite_id)

    def has_let_through(self, invite_id: InviteId, asker: AccountId) -> bool:
        found = self._db.value("SELECT 1 FROM leaves WHERE invite_id = ? AND asker = ?", invite_id, asker)
        return found is not None

    def let_through(self, invite_id: InviteId, asker: AccountId) -> None:
        self._db.execute("INSERT INTO leaves (invite_id, asker) VALUES (?, ?)", invite_id, asker)

    def keep_newest(self, inviter: AccountId, limit: int) -> None:
        self._db.execute(
            "DELETE FROM invites WHERE inviter = ?1 AND rowid <="
            " (SELECT rowid FROM invites WHERE inviter = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)",
            inviter,
            limit,
        )

    def count(self, inviter: AccountId, now: float) -> int:
        found: int = self._db.value(
            "SELECT count(*) FROM invites WHERE inviter = ? AND ends_at > ? AND used < uses", inviter, now
        )
        return found

    def forget_ended_before(self, time: float) -> None:
        self._db.execute("DELETE FROM invites WHERE ends_at < ?", time)
