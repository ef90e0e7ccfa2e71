"""Links that let others in: made, listed, taken back, read and opened."""

from casemate.crypto.keys import fingerprint
from casemate.internal_service.core.account.people.arrival import checked_invitation
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.ids import id_from_hex
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.invitation_extensions import (
    InvitationRead,
    InviteList,
    ListInvites,
    MakeInvite,
    OpenInvitation,
    ReadInvitation,
    TakeBackInvite,
)
from casemate.protocol.ids import INVITE_ID_BYTES, Cid, InviteId, cid_of


class InvitationRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    @property
    def _desk(self) -> Desk:
        return self._accounts.desk

    def make(self, asker: Asker, request: MakeInvite) -> None:
        host = self._accounts.hosts.session(request.cid)

        def done(outcome: object) -> None:
            if isinstance(outcome, Answered) and outcome.refused is not None:
                self._desk.answer(asker, failure(request, outcome.refused))
            elif isinstance(outcome, Answered):
                self._tell(asker, host)

        items = self._accounts.waits.ask(
            asker, done, lambda token: host.account.make_invite(request.uses, request.seconds, token, self._desk.now)
        )
        self._accounts.take(host, items)

    def take_back(self, asker: Asker, request: TakeBackInvite) -> None:
        host = self._accounts.hosts.session(request.cid)
        invite_id = InviteId(id_from_hex(request.invite, INVITE_ID_BYTES, "invite"))
        items = host.account.end_invite(invite_id)
        self._tell(asker, host)
        self._accounts.take(host, items)

    def list(self, asker: Asker, request: ListInvites) -> None:
        self._tell(asker, self._accounts.hosts.session(request.cid))

    def read(self, asker: Asker, request: ReadInvitation) -> None:
        invitation = checked_invitation(request.text)
        inviter = cid_of(invitation.inviter)
        hosts = [
            host for host in self._accounts.hosts.sessions() if host.account.profile.server_key == invitation.server_key
        ]
        answer = InvitationRead(
            cid=Cid(0),
            request_id=asker.request_id,
            server_addr=invitation.addresses[0],
            fingerprint=fingerprint(invitation.server_key),
            inviter=inviter,
            here=[host.cid for host in hosts],
            own=any(host.account.account_id == invitation.inviter for host in hosts),
        )
        self._desk.answer(asker, answer)

    def open(self, asker: Asker, request: OpenInvitation) -> None:
        host = self._accounts.hosts.session(request.cid)
        items = host.account.open_invitation(request.text, self._desk.now)
        self._desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)

    def _tell(self, asker: Asker, host: Host) -> None:
        invites = host.account.invite_views(self._desk.now)
        self._desk.answer(asker, InviteList(cid=host.cid, request_id=asker.request_id, invites=invites))
