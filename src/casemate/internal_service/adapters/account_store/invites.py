"""Invitations that this account made, and who came by them, in SQL."""

import msgspec

from casemate.crypto.keys import InviteSecret
from casemate.internal_service.core.account.rows import Guest, Invite
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import AccountId, InviteId
from casemate.runtime.sqlite import Database, Row

_COLUMNS = "invite_id, secret, uses, made_at, ends_at, ended, refused"


class InvitesTable:
    _stored: Database

    def invites(self) -> list[Invite]:
        return [_invite(row) for row in self._stored.rows(f"SELECT {_COLUMNS} FROM invites ORDER BY rowid DESC")]

    def invites_refused(self) -> list[Invite]:
        return [_invite(row) for row in self._stored.rows(f"SELECT {_COLUMNS} FROM invites WHERE refused IS NOT NULL")]

    def invite(self, invite_id: InviteId) -> Invite | None:
        row = self._stored.row(f"SELECT {_COLUMNS} FROM invites WHERE invite_id = ?", invite_id)
        return None if row is None else _invite(row)

    def put_invite(self, invite: Invite) -> None:
        self._stored.execute(
            f"INSERT INTO invites ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET"
            " uses = excluded.uses, ends_at = excluded.ends_at, ended = excluded.ended,"
            " refused = excluded.refused",
            invite.invite_id,
            invite.secret.secret,
            invite.uses,
            invite.made_at,
            invite.ends_at,
            invite.ended,
            None if invite.refused is None else msgspec.msgpack.encode(invite.refused),
        )

    def forget_invite(self, invite_id: InviteId) -> None:
        self._stored.execute("DELETE FROM invites WHERE invite_id = ?", invite_id)

    def guests(self, invite_id: InviteId) -> list[Guest]:
        rows = self._stored.rows(
            "SELECT invite_id, account_id, came_at FROM guests WHERE invite_id = ? ORDER BY rowid", invite_id
        )
        return [Guest(InviteId(row[0]), AccountId(row[1]), row[2]) for row in rows]

    def add_guest(self, guest: Guest) -> None:
        self._stored.execute(
            "INSERT INTO guests (invite_id, account_id, came_at) VALUES (?, ?, ?)",
            guest.invite_id,
            guest.account_id,
            guest.came_at,
        )


def _invite(row: Row) -> Invite:
    return Invite(
        invite_id=InviteId(row[0]),
        secret=InviteSecret(row[1]),
        uses=row[2],
        made_at=row[3],
        ends_at=row[4],
        ended=bool(row[5]),
        refused=None if row[6] is None else msgspec.msgpack.decode(row[6], type=Reason),
    )
