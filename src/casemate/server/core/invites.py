"""Invitations: who has the link of one may join, so often and so long as the account that made it said."""

from dataclasses import replace
from typing import Final

from casemate.crypto.invite import admit_digest
from casemate.crypto.kdf import equal
from casemate.node import Effect, Instant
from casemate.protocol.ids import AccountId, InviteId
from casemate.protocol.limits import (
    INVITE_REMEMBERED_SECONDS,
    INVITE_SECONDS,
    INVITES_PER_ACCOUNT,
    INVITES_REMEMBERED,
)
from casemate.protocol.link import EndInvite, PutInvite, RequestDone
from casemate.server.core.events import Send
from casemate.server.core.links import DeviceLink
from casemate.server.core.ports import ENDED, ServerStore, StoredInvite
from casemate.server.core.refusals import Refusal
from casemate.server.core.settings import ServerSettings

NOT_KNOWN: Final = "invite_unknown"


class Invites:
    def __init__(self, store: ServerStore, settings: ServerSettings) -> None:
        self._rows = store.invites
        self._settings = settings

    def put(self, link: DeviceLink, frame: PutInvite, now: Instant) -> list[Effect]:
        """Make an invitation, or change its end; how often it was used stays. Raises RequestRefused."""
        if self._settings.registration == "closed":
            raise Refusal("registration_closed")
        known = self._rows.invite(frame.invite_id)
        if known is not None and known.inviter != link.account_id:
            raise Refusal(NOT_KNOWN)
        if known is not None and known.is_ended:
            raise Refusal("invite_ended")
        can_be_used = known is not None and known.used < known.uses and now.wall < known.ends_at
        if not can_be_used and self._rows.count(link.account_id, now.wall) >= INVITES_PER_ACCOUNT:
            raise Refusal("too_many_invites")
        ends_at = now.wall + min(frame.seconds_left, INVITE_SECONDS)
        used = max(frame.used, 0 if known is None else known.used)
        self._rows.put(StoredInvite(frame.invite_id, link.account_id, frame.admit_digest, frame.uses, used, ends_at))
        self._rows.keep_newest(link.account_id, INVITES_REMEMBERED)
        return [Send(link.connection, RequestDone(frame.request_id))]

    def end(self, link: DeviceLink, frame: EndInvite, _now: Instant) -> list[Effect]:
        """Nobody joins by it any more. Repeating it is harmless."""
        known = self._rows.invite(frame.invite_id)
        if known is not None and known.inviter == link.account_id:
            # Remembered, so that an inviter whose data was restored does not open the door again.
            self._rows.put(replace(known, uses=ENDED))
        return [Send(link.connection, RequestDone(frame.request_id))]

    def check(self, invite_id: InviteId, token: bytes, now: Instant) -> None:
        """Whoever shows this token may join. Raises RequestRefused: invite_unknown, invite_ended, invite_expired,
        invite_used."""
        invite = self._rows.invite(invite_id)
        if invite is None or not equal(admit_digest(token), invite.admit_digest):
            raise Refusal(NOT_KNOWN)
        if invite.is_ended:
            raise Refusal("invite_ended")
        if now.wall >= invite.ends_at:
            raise Refusal("invite_expired")
        if invite.used >= invite.uses:
            raise Refusal("invite_used")

    def takes_leave(self, asker: AccountId, inviter: AccountId, invite_id: bytes, token: bytes, now: Instant) -> bool:
        """Whether whoever shows this token has the link of an invitation of this account's that lets in, and is let
        through a time of quiet by it now: once, or they would ask and withdraw all day."""
        known = self._rows.invite(InviteId(invite_id)) if invite_id else None
        if known is None or known.inviter != inviter or self._rows.has_let_through(known.invite_id, asker):
            return False
        try:
            self.check(known.invite_id, token, now)
        except Refusal:
            return False
        self._rows.let_through(known.invite_id, asker)
        return True

    def use(self, invite_id: InviteId) -> None:
        """Somebody has joined by it."""
        self._rows.use(invite_id)

    def sweep(self, now: Instant) -> None:
        """What ended long ago is unknown from now on."""
        self._rows.forget_ended_before(now.wall - INVITE_REMEMBERED_SECONDS)
