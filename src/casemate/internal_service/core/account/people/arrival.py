"""Coming by an invitation: whoever made it is found by the account id that the link names, and asked with a proof."""

from casemate.crypto.errors import BadInvitation
from casemate.crypto.identity import verify_device_list
from casemate.crypto.invite import Invitation, bind, read_invitation
from casemate.internal_service.core.account.contents import RequestNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.link.requests import NOT_YET, Answer, ServerRequests
from casemate.internal_service.core.account.people.opened_links import (
    forget_link,
    is_shown,
    keep_link,
    opened_links,
)
from casemate.internal_service.core.account.people.registration import Registration
from casemate.internal_service.core.ground.notices import InvitationEnded, RegistrationSettled
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.client.views import Reason
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, cid_of
from casemate.protocol.link import AccountFound, FindAccount, RequestFailed


def checked_invitation(text: str) -> Invitation:
    """Raises Refused."""
    try:
        return read_invitation(text)
    except BadInvitation as error:
        raise refuse("no_invitation", problem=str(error)) from error


class Arrival(Memory):
    def __init__(self, context: Context, requests: ServerRequests, registration: Registration) -> None:
        super().__init__(context.undo)
        self.failed: Reason | None = None
        """Why the last link that was opened led nowhere; forgotten with the next one, or when this program ends."""
        self._context = context
        self._requests = requests
        self._registration = registration

    def open(self, text: str, now: Instant) -> Outcome:
        """An account that is there opens a link. What does not reach the server now is asked with the next link. Raises
        Refused."""
        invitation, profile = checked_invitation(text), self._context.profile
        if invitation.server_key != profile.server_key:
            raise refuse("other_server")
        if invitation.inviter == profile.account_id:
            raise refuse("own_invitation")
        peer = self._context.store.peer(invitation.inviter)
        if peer is not None and peer.blocked:
            raise refuse("blocked_by_you")
        if peer is not None and peer.relation == "registered":
            raise refuse("already_registered")
        keep_link(self._context, invitation)
        self.failed = None
        return self._look_for(invitation)

    def link_up(self, now: Instant) -> Outcome:
        """Ask who invited us, until that was done; what is asked already is said again with other requests."""
        outcome: Outcome = []
        for invitation in opened_links(self._context):
            if not self._is_asked(invitation):
                outcome += self._look_for(invitation)
        return outcome

    def _look_for(self, invitation: Invitation) -> Outcome:
        try:
            return self._requests.ask(
                lambda request_id: FindAccount(request_id, cid_of(invitation.inviter)),
                lambda answer, later: self._found(invitation, answer, later),
            )
        except Refused:
            return []  # with the next link

    def _found(self, invitation: Invitation, answer: Answer, now: Instant) -> Outcome:
        if isinstance(answer, RequestFailed) and answer.code in NOT_YET:
            return []  # with the next link
        if not isinstance(answer, AccountFound):
            code = answer.code if isinstance(answer, RequestFailed) else "internal"
            return self._in_vain(invitation.inviter, code)
        if not _is_the_inviter(invitation, answer):
            return self._in_vain(invitation.inviter, "inviter_unproven")
        proof = RequestNote(invitation.invite_id, bind(invitation, self._context.account_id))
        try:
            with self._context.savepoint():
                outcome = self._registration.ask_invited(answer, proof, now)
        except PeerBrokeProtocol:
            # Such as a list older than the one that we hold: asked again with every link, it would end every link.
            return self._in_vain(invitation.inviter, "inviter_unproven")
        if not self._is_asked(invitation):
            forget_link(self._context, invitation.inviter)
        return outcome

    def _is_asked(self, invitation: Invitation) -> bool:
        """A request that shows this very link is signed: from now on it is made like others."""
        peer = self._context.store.peer(invitation.inviter)
        return peer is not None and is_shown(invitation, peer.our_card)

    def _in_vain(self, inviter: AccountId, code: str) -> Outcome:
        forget_link(self._context, inviter)
        self.failed = reason(code)
        return [InvitationEnded(), RegistrationSettled(cid_of(inviter), "", self.failed)]


def _is_the_inviter(invitation: Invitation, answer: AccountFound) -> bool:
    """The link names the account, and the account's own keys sign its devices: the server's word counts for nothing."""
    if answer.row.account_id != invitation.inviter:
        return False
    try:
        verify_device_list(answer.device_list, invitation.inviter)
    except PeerBrokeProtocol:
        return False
    return True
