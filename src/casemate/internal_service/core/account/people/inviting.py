"""Invitations that this account made: the server is told whom to let in, and whoever proves to have the link is
registered without a question."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from casemate.crypto.invite import Invitation, admit_digest, admit_token, binds, new_invite, write_invitation
from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.account.contents import decode_request_note
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.link.requests import NOT_YET, Answer, ServerRequests
from casemate.internal_service.core.account.rows import Guest, Invite, Profile
from casemate.internal_service.core.ground.notices import Answered, InvitesJudged
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse, told_reason
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import AccountId, InviteId
from casemate.protocol.limits import (
    INVITE_REMEMBERED_SECONDS,
    INVITE_SECONDS,
    INVITE_USES,
    INVITES_PER_ACCOUNT,
)
from casemate.protocol.link import EndInvite, PutInvite, RequestFailed
from casemate.protocol.server_addresses import SERVER_ADDRESSES, is_on_this_computer, join_page_url
from casemate.protocol.versions import INVITES_FEATURE

_SHORTEST_SECONDS: Final = 60.0


class Inviting(Memory):
    def __init__(self, context: Context, link: Link, requests: ServerRequests) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._requests = requests
        self._server_ahead = 0.0
        """Seconds by which the server's clock is ahead of ours; negative: behind."""

    # ------------------------------------------------------------------------------------------------------ operations

    def make(self, uses: int, seconds: float, token: int, now: Instant) -> Outcome:
        """Its link works once the server has confirmed it: Answered(token) follows. Raises Refused."""
        if not 1 <= uses <= INVITE_USES:
            raise refuse("malformed", what="uses")
        if not _SHORTEST_SECONDS <= seconds <= INVITE_SECONDS:
            raise refuse("malformed", what="seconds")
        if sum(self._can_be_used(invite, now) for invite in self._context.store.invites()) >= INVITES_PER_ACCOUNT:
            raise refuse("too_many_invites")
        if self._link.online and INVITES_FEATURE not in self._link.features:
            raise refuse("update_server", what="invitations")
        invite_id, secret = new_invite(self._context.entropy)
        invite = Invite(invite_id, secret, uses, made_at=now.wall, ends_at=now.wall + seconds)
        outcome = self._put(invite, now, lambda answer: self._made(invite_id, token, answer))
        self._context.store.put_invite(invite)
        return outcome

    def end(self, invite_id: InviteId) -> Outcome:
        """Nobody comes by it from now on: we accept nobody, whenever the server hears of it. Raises Refused."""
        invite = self._context.store.invite(invite_id)
        if invite is None:
            raise refuse("invite_unknown")
        self._context.store.put_invite(replace(invite, ended=True, refused=None))
        return self._tell_end(invite_id)

    @property
    def refused_count(self) -> int:
        return len(self._context.store.invites_refused())

    def link_text(self, invite: Invite) -> str:
        """What to give to others."""
        profile = self._context.profile
        addresses = _for_others(profile)
        invitation = Invitation(
            self._server_key(), self._context.account_id, invite.invite_id, invite.secret, addresses[:SERVER_ADDRESSES]
        )
        return f"{join_page_url(addresses[0])}#{write_invitation(invitation)}"

    def link_up(self, server_time: float, now: Instant) -> Outcome:
        """Say all again, ends too: the server may have been restored from an older copy."""
        self._server_ahead = server_time - now.wall
        outcome: Outcome = []
        for invite in self._context.store.invites():
            if now.wall >= invite.ends_at + INVITE_REMEMBERED_SECONDS:
                self._context.store.forget_invite(invite.invite_id)
            elif invite.ended and now.wall < invite.ends_at:
                outcome += self._tell_end(invite.invite_id)
            elif invite.can_be_used(now.wall):
                outcome += self._put_again(invite, now)
            elif invite.refused is not None:
                self._context.store.put_invite(replace(invite, refused=None))
        return outcome

    # ------------------------------------------------------------------------------------------------------- who comes

    def admitted_by(self, newcomer: AccountId, note: bytes, asked_at: float, now: Instant) -> InviteId | None:
        """The invitation that holds, whose link the sender of a signed request has, as its note proves; it counts.

        `asked_at` is when the server got the request, so that somebody who came in time is not late because we were
        away. A server that lies about it helps nobody who does not have the link.
        """
        shown = decode_request_note(note)
        invite = self._context.store.invite(InviteId(shown.invite_id))
        if invite is None or invite.ended:
            return None
        if not binds(
            invite.secret, invite.invite_id, self._context.account_id, newcomer, self._server_key(), shown.binding
        ):
            return None
        guests = self._context.store.guests(invite.invite_id)
        if newcomer in {guest.account_id for guest in guests}:
            return invite.invite_id
        if len(guests) >= invite.uses or asked_at - self._server_ahead >= invite.ends_at:
            return None
        self._context.store.add_guest(Guest(invite.invite_id, newcomer, now.wall))
        return invite.invite_id

    def tell_used(self, invite_id: InviteId, now: Instant) -> Outcome:
        """The server counts accounts that it makes; those that were there already only we know of."""
        invite = self._context.store.invite(invite_id)
        return [] if invite is None or not invite.can_be_used(now.wall) else self._put_again(invite, now)

    # ---------------------------------------------------------------------------------------------- the server's part

    def _made(self, invite_id: InviteId, token: int, answer: Answer) -> Outcome:
        invite = self._context.store.invite(invite_id)
        if invite is None:
            return [Answered(token, reason("internal"))]
        if not isinstance(answer, RequestFailed):
            return [Answered(token)]
        # The server may have it all the same; nobody was given this link.
        self._context.store.put_invite(replace(invite, ended=True))
        return [Answered(token, told_reason(answer))]

    def _put_again(self, invite: Invite, now: Instant) -> Outcome:
        if INVITES_FEATURE not in self._link.features:
            return self._judged(invite, reason("update_server", what="invitations"))
        try:
            return self._put(invite, now, lambda answer: self._put_once_more(invite.invite_id, answer))
        except Refused:
            return []  # with the next link

    def _put_once_more(self, invite_id: InviteId, answer: Answer) -> Outcome:
        invite = self._context.store.invite(invite_id)
        if invite is None or invite.ended:
            return []
        if not isinstance(answer, RequestFailed):
            return self._judged(invite, None)
        if answer.code == "invite_ended":
            # It was taken back, says the server: our data is older than that.
            return self._judged(replace(invite, ended=True), None)
        return [] if answer.code in NOT_YET else self._judged(invite, told_reason(answer))

    def _judged(self, invite: Invite, refused: Reason | None) -> Outcome:
        """What the server thinks of one that was taken before. Asked again with every link."""
        told = replace(invite, refused=refused)
        if told == self._context.store.invite(invite.invite_id):
            return []
        self._context.store.put_invite(told)
        return [InvitesJudged()]

    def _put_refused(self, now: Instant) -> Outcome:
        """One has ended, which may leave room for others."""
        usable = [invite for invite in self._context.store.invites_refused() if invite.can_be_used(now.wall)]
        return [effect for invite in usable for effect in self._put_again(invite, now)]

    def _can_be_used(self, invite: Invite, now: Instant) -> bool:
        return invite.can_be_used(now.wall) and len(self._context.store.guests(invite.invite_id)) < invite.uses

    def _put(self, invite: Invite, now: Instant, then: Callable[[Answer], Outcome]) -> Outcome:
        digest = admit_digest(admit_token(invite.secret))
        used = len(self._context.store.guests(invite.invite_id))
        return self._requests.ask(
            lambda request_id: PutInvite(
                request_id, invite.invite_id, digest, invite.uses, invite.ends_at - now.wall, used
            ),
            lambda answer, later: then(answer),
        )

    def _tell_end(self, invite_id: InviteId) -> Outcome:
        if INVITES_FEATURE not in self._link.features:
            return []
        try:
            return self._requests.ask(
                lambda request_id: EndInvite(request_id, invite_id), lambda answer, later: self._put_refused(later)
            )
        except Refused:
            return []  # with the next link

    def _server_key(self) -> Ed25519Public:
        key = self._context.profile.server_key
        assert key is not None, "it is pinned before anything is said to the server"
        return Ed25519Public(key)


def _for_others(profile: Profile) -> tuple[str, ...]:
    """Where the server is found from other computers; where nobody knows of such a place, from this one."""
    every = [each.address for each in profile.addresses]
    every.sort(key=lambda address: address != profile.reached_at)
    return tuple(address for address in every if not is_on_this_computer(address)) or tuple(every)
