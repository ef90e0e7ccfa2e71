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
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.account.rows import Guest, Invite, Profile
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.node import Instant
from casemate.protocol.ids import AccountId, InviteId
from casemate.protocol.limits import (
    INVITE_REMEMBERED_SECONDS,
    INVITE_SECONDS,
    INVITE_USES,
    INVITES_PER_ACCOUNT,
)
from casemate.protocol.link import EndInvite, PutInvite, RequestFailed
from casemate.protocol.server_addresses import SERVER_ADDRESSES, is_on_this_computer
from casemate.protocol.versions import INVITES_FEATURE

_SHORTEST_SECONDS: Final = 60.0
_WEB: Final = "wss://"


class Inviting:
    def __init__(self, context: Context, link: Link, requests: ServerRequests) -> None:
        self._context = context
        self._link = link
        self._requests = requests

    # ------------------------------------------------------------------------------------------------------ operations

    def make(self, uses: int, seconds: float, token: int, now: Instant) -> Outcome:
        """Its link works once the server has confirmed it: Answered(token) follows. Raises Refused."""
        if not 1 <= uses <= INVITE_USES:
            raise refuse("malformed", what="uses")
        if not _SHORTEST_SECONDS <= seconds <= INVITE_SECONDS:
            raise refuse("malformed", what="seconds")
        if sum(invite.can_be_used(now.wall) for invite in self._context.store.invites()) >= INVITES_PER_ACCOUNT:
            raise refuse("too_many_invites")
        if self._link.online and INVITES_FEATURE not in self._link.features:
            raise refuse("update_server")
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
        self._context.store.put_invite(replace(invite, ended=True, settled=False))
        return self._tell_end(invite_id)

    def link_text(self, invite: Invite) -> str:
        """What to give to others."""
        profile = self._context.profile
        addresses = _for_others(profile)
        invitation = Invitation(
            self._server_key(), self._context.account_id, invite.invite_id, invite.secret, addresses[:SERVER_ADDRESSES]
        )
        return f"{_page_at(addresses[0])}#{write_invitation(invitation)}"

    def link_up(self, now: Instant) -> Outcome:
        """Say again what the server may not have: it may have been restored from an older copy."""
        outcome: Outcome = []
        for invite in self._context.store.invites():
            if now.wall >= invite.ends_at + INVITE_REMEMBERED_SECONDS:
                self._context.store.forget_invite(invite.invite_id)
            elif invite.ended and not invite.settled:
                outcome += self._tell_end(invite.invite_id)
            elif invite.can_be_used(now.wall) and INVITES_FEATURE in self._link.features:
                outcome += self._put_again(invite, now)
        return outcome

    # ------------------------------------------------------------------------------------------------------- who comes

    def admits(self, newcomer: AccountId, note: bytes, asked_at: float, now: Instant) -> bool:
        """The note of a signed request proves that its sender has the link of an invitation that holds; it counts.

        `asked_at` is when the server got the request, so that somebody who came in time is not late because we were
        away. A server that lies about it helps nobody who does not have the link.
        """
        shown = decode_request_note(note)
        invite = None if shown is None else self._context.store.invite(InviteId(shown.invite_id))
        if shown is None or invite is None or invite.ended:
            return False
        if not binds(
            invite.secret, invite.invite_id, self._context.account_id, newcomer, self._server_key(), shown.binding
        ):
            return False
        guests = self._context.store.guests(invite.invite_id)
        if newcomer in {guest.account_id for guest in guests}:
            return True
        if len(guests) >= invite.uses or asked_at >= invite.ends_at:
            return False
        self._context.store.add_guest(Guest(invite.invite_id, newcomer, now.wall))
        return True

    # ---------------------------------------------------------------------------------------------- the server's part

    def _made(self, invite_id: InviteId, token: int, answer: Answer) -> Outcome:
        invite = self._context.store.invite(invite_id)
        if invite is None:
            return [Answered(token, reason("internal"))]
        if not isinstance(answer, RequestFailed):
            return [Answered(token)]
        # The server may have it all the same; nobody was given this link.
        self._context.store.put_invite(replace(invite, ended=True, settled=answer.code != "server_away"))
        return [Answered(token, reason(answer.code, **answer.params))]

    def _put_again(self, invite: Invite, now: Instant) -> Outcome:
        try:
            return self._put(invite, now, lambda answer: [])
        except Refused:
            return []  # with the next link

    def _put(self, invite: Invite, now: Instant, then: Callable[[Answer], Outcome]) -> Outcome:
        digest = admit_digest(admit_token(invite.secret))
        return self._requests.ask(
            lambda request_id: PutInvite(request_id, invite.invite_id, digest, invite.uses, invite.ends_at - now.wall),
            lambda answer, later: then(answer),
        )

    def _tell_end(self, invite_id: InviteId) -> Outcome:
        if INVITES_FEATURE not in self._link.features:
            return []
        try:
            return self._requests.ask(
                lambda request_id: EndInvite(request_id, invite_id),
                lambda answer, later: self._end_told(invite_id, answer),
            )
        except Refused:
            return []  # with the next link

    def _end_told(self, invite_id: InviteId, answer: Answer) -> Outcome:
        invite = self._context.store.invite(invite_id)
        if invite is not None and not isinstance(answer, RequestFailed):
            self._context.store.put_invite(replace(invite, settled=True))
        return []

    def _server_key(self) -> Ed25519Public:
        key = self._context.profile.server_key
        assert key is not None, "it is pinned before anything is said to the server"
        return Ed25519Public(key)


def _for_others(profile: Profile) -> tuple[str, ...]:
    """Where the server is found from other computers; where nobody knows of such a place, from this one."""
    every = [each.address for each in profile.addresses]
    every.sort(key=lambda address: address != profile.reached_at)
    return tuple(address for address in every if not is_on_this_computer(address)) or tuple(every)


def _page_at(address: str) -> str:
    """Where the server itself says how to join."""
    if address.startswith(_WEB):
        return f"https://{address.removeprefix(_WEB)}/join"
    return f"http://{address}/join"
