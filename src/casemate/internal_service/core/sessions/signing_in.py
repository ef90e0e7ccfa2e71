"""Connect: the password opens the account, and the answer says whether the server agrees."""

from dataclasses import dataclass
from typing import Final

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import TryVaults
from casemate.internal_service.core.ground.events import VaultsTried
from casemate.internal_service.core.ground.failures import Address, failure_named
from casemate.internal_service.core.ground.names import folded
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.security_settings import check_offered
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.internal_service.core.sessions.ports import LocalAccountRow
from casemate.protocol.client.extensions import ConnectAccount
from casemate.protocol.client.requests import Connect
from casemate.protocol.client.responses import ConnectSuccess, SessionAlreadyActive
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid

LINK_SECONDS: Final = 3.0
"""How long the answer waits for a server that is away; the session is local and outlives it."""


@dataclass(frozen=True, slots=True)
class _Connecting:
    asker: Asker
    token: int


class SigningIn:
    def __init__(self, accounts: Accounts, waits: Waits, undo: Undo) -> None:
        self._accounts = accounts
        self._waits = waits
        self._connecting: UndoDict[Cid, _Connecting] = UndoDict(undo)
        self._running: UndoDict[str, int] = UndoDict(undo)

    def connect(self, asker: Asker, request: Connect) -> None:
        """Raises Refused."""
        check_offered(request.session_security_settings)
        rows = [row for row in self._accounts.stores.service.accounts_named(folded(request.username)) if row.enrolled]
        self._try(asker, rows, bytes(request.password))

    def connect_account(self, asker: Asker, request: ConnectAccount) -> None:
        """Raises Refused."""
        row = self._accounts.stores.service.account(request.cid)
        try:
            password = bytes(request.password)
        except ValueError as error:
            raise refuse("malformed", what="password") from error
        self._try(asker, [row] if row is not None and row.enrolled else [], password)

    def link_changed(self, host: Host) -> None:
        connecting = self._connecting.get(host.cid)
        if connecting is None:
            return
        link = host.account.link_view()
        if link.state == "online":
            self._succeed(host.cid)
        elif link.reason is not None and link.reason.acts != "retry":
            self._refused(host, connecting, link.reason)

    def session_ended(self, cid: Cid, why: Reason) -> None:
        """Signed out while the answer was still waiting for the server."""
        connecting: _Connecting | None = self._connecting.pop(cid)
        if connecting is not None:
            self._waits.drop(connecting.token)
            self.fail(connecting.asker, why)

    # --- inside

    def _try(self, asker: Asker, rows: list[LocalAccountRow], password: bytes) -> None:
        if not rows:
            raise refuse("unknown_account")
        if any(self._waits.is_open(self._running.get(row.name)) or row.cid in self._connecting for row in rows):
            raise refuse("already_running")
        token = self._waits.add(asker, lambda tried: self._tried(asker, rows, tried))
        for row in rows:
            self._running[row.name] = token
        self._accounts.desk.effects.append(TryVaults(token, {row.name: row.vault for row in rows}, password))

    def _tried(self, asker: Asker, rows: list[LocalAccountRow], tried: VaultsTried | Answered) -> None:
        if isinstance(tried, Answered):
            self.fail(asker, reason("internal"))
            return
        # Read again: an account may have gone while the password was tried.
        fitting = [
            row
            for row in rows
            if row.name in tried.opened and self._accounts.stores.service.account(row.cid) is not None
        ]
        if len(fitting) != 1:
            self.fail(asker, reason("several_accounts") if fitting else reason("wrong_password"))
            return
        row = fitting[0]
        accounts = self._accounts
        host = accounts.hosts.get(row.cid)
        if host is not None and host.signed_in:
            active = SessionAlreadyActive(
                cid=host.cid,
                request_id=asker.request_id,
                username=host.account.username,
                message="This account is signed in already; its session is yours now.",
            )
            accounts.desk.answer(asker, active)
            accounts.hold(host, asker.socket)
            return
        try:
            self.enter(asker, row, tried.opened[row.name])
        except Refused as refused:
            self.fail(asker, refused.reason)

    def enter(self, asker: Asker, row: LocalAccountRow, key: DatabaseKey) -> None:
        """Open the account and begin its session; the answer waits for the server. Raises Refused."""
        accounts = self._accounts
        host = accounts.begin_session(accounts.load(row, key))
        token = self._waits.add(
            None,
            lambda _: None,
            due=accounts.desk.now.monotonic + LINK_SECONDS,
            late=lambda: self._succeed(row.cid),
        )
        self._connecting[host.cid] = _Connecting(asker, token)
        accounts.take(host, host.account.start(accounts.desk.now))

    def _succeed(self, cid: Cid) -> None:
        connecting: _Connecting | None = self._connecting.pop(cid)
        if connecting is not None:
            self._waits.drop(connecting.token)
            success = ConnectSuccess(cid=cid, request_id=connecting.asker.request_id)
            self._accounts.desk.answer(connecting.asker, success)
            self._accounts.hold(self._accounts.hosts.session(cid), connecting.asker.socket)

    def _refused(self, host: Host, connecting: _Connecting, why: Reason) -> None:
        if self._accounts.sockets.is_view(connecting.asker.socket):
            # The user may read what is here; the view shows what the server said.
            self._succeed(host.cid)
            return
        self.session_ended(host.cid, why)
        self._accounts.end_session(host, connecting.asker)

    def fail(self, asker: Asker, why: Reason) -> None:
        response = failure_named("Connect", Address(request_id=asker.request_id), why)
        assert response is not None
        self._accounts.desk.answer(asker, response)
