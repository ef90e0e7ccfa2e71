"""Sessions as requests see them: listed, claimed, released, ended."""

from msgspec import UNSET

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.notices import AccountDeleted, Answered
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sentences import sentence
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client import responses as to
from casemate.protocol.client import types as t
from casemate.protocol.client.response_bases import Response
from casemate.protocol.ids import Cid


class Sessions:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._waits = accounts.waits

    # --- looking

    def get_sessions(self, asker: Asker) -> None:
        sessions = [
            t.SessionInformation(
                cid=host.cid,
                username=host.account.username,
                server_address=host.account.server_address,
                peer_connections={
                    peer.cid: t.PeerSessionInformation(cid=host.cid, peer_cid=peer.cid, peer_username=peer.username)
                    for peer in host.account.connected_peers()
                },
            )
            for host in self._accounts.hosts.sessions()
        ]
        self._answer(asker, to.GetSessionsResponse(cid=Cid(0), request_id=asker.request_id, sessions=sessions))

    def get_account_information(self, asker: Asker, cid: Cid | None) -> None:
        service = self._accounts.stores.service
        accounts = {
            row.cid: t.AccountInformation(
                username=row.username,
                full_name=row.full_name,
                peers={
                    peer: t.PeerSessionInformation(cid=row.cid, peer_cid=peer, peer_username=username)
                    for peer, username in service.known_peers(row.name).items()
                },
            )
            for row in service.accounts()
            if row.enrolled and cid in (None, row.cid)
        }
        self._answer(
            asker, to.GetAccountInformationResponse(cid=Cid(0), request_id=asker.request_id, accounts=accounts)
        )

    # --- ConnectionManagement

    def manage(self, asker: Asker, command: t.ConfigCommand) -> None:
        """Raises Refused."""
        if command.set_connection_orphan is not UNSET:
            # Sessions always outlive their socket, so there is nothing to remember.
            mode = "enabled" if command.set_connection_orphan.allow_orphan_sessions else "disabled"
            self._managed(asker, Cid(0), f"Orphan mode {mode} for connection")
        elif command.claim_session is not UNSET:
            self._claim(asker, command.claim_session)
        elif command.release_session is not UNSET:
            cid = command.release_session.session_cid
            self._accounts.hosts.release(self._accounts.hosts.session(cid))
            self._managed(asker, cid, f"Released session {cid}")
        elif command.disconnect_orphan is not UNSET:
            self._disconnect_orphan(asker, command.disconnect_orphan.session_cid)

    def _claim(self, asker: Asker, claim: t.SessionClaim) -> None:
        hosts = self._accounts.hosts
        host = hosts.session(claim.session_cid)
        if claim.only_if_orphaned and not host.orphaned and host.bound != asker.socket:
            error = f"Session {claim.session_cid} is not orphaned"
            self._answer(asker, to.ConnectionManagementFailure(cid=host.cid, request_id=asker.request_id, error=error))
            return
        self._managed(asker, host.cid, f"Successfully claimed session {host.cid}")
        # All sessions of one page move together: its socket is there, closed before, or was one of an earlier start.
        together = [other.cid for other in hosts.peek() if host.page and other.page == host.page]
        for cid in {host.cid, *together}:
            self._accounts.hold(hosts.session(cid), asker.socket)

    def _disconnect_orphan(self, asker: Asker, cid: Cid | None) -> None:
        hosts = self._accounts.hosts
        if cid is not None:
            self._accounts.end_session(hosts.session(cid), asker)
            self._managed(asker, cid, f"Disconnected session {cid}")
            return
        orphans = [host for host in hosts.sessions() if host.orphaned]
        for host in orphans:
            self._accounts.end_session(host, asker)
        self._managed(asker, Cid(0), f"Disconnected {len(orphans)} orphaned session(s)")

    # --- leaving

    def disconnect(self, asker: Asker, cid: Cid) -> None:
        """Raises Refused."""
        self._accounts.end_session(self._accounts.hosts.session(cid), asker)
        self._answer(asker, to.DisconnectNotification(cid=cid, request_id=asker.request_id, peer_cid=None))

    def deregister(self, asker: Asker, cid: Cid) -> None:
        """Raises Refused."""
        host = self._accounts.hosts.session(cid)

        def done(outcome: object) -> None:
            if isinstance(outcome, AccountDeleted):
                self._answer(asker, to.DeregisterSuccess(cid=cid, request_id=asker.request_id))
            elif isinstance(outcome, Answered):
                why = outcome.why
                failure = to.DeregisterFailure(cid=cid, request_id=asker.request_id, message=sentence(why), reason=why)
                self._answer(asker, failure)

        items = self._waits.ask(asker, done, lambda token: host.account.delete(token, self._accounts.desk.now))
        self._accounts.take(host, items)

    def account_deleted(self, host: Host, notice: AccountDeleted) -> None:
        """We asked: everything here goes, too. The server did it on its own: what is here stays readable."""
        if notice.token is None:
            self._accounts.end_session(host, why=reason("account_gone"))
            return
        self._accounts.end_session(host)
        self._accounts.forget(host)
        self._waits.settle(notice.token, notice)

    def _managed(self, asker: Asker, cid: Cid, message: str) -> None:
        self._answer(asker, to.ConnectionManagementSuccess(cid=cid, request_id=asker.request_id, message=message))

    def _answer(self, asker: Asker, response: Response) -> None:
        self._accounts.desk.answer(asker, response)
