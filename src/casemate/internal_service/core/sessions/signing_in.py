"""Connect: the password opens the account, and the answer says whether the server agrees."""

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
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.internal_service.core.sessions.ports import LocalAccountRow
from casemate.protocol.client.extensions import ConnectAccount
from casemate.protocol.client.requests import Connect
from casemate.protocol.client.responses import ConnectSuccess, SessionAlreadyActive
from casemate.protocol.client.views import LinkView, Reason
from casemate.protocol.ids import Cid

LINK_SECONDS: Final = 3.0
"""How long the answer waits for a server that is away; the session is local and outlives it."""


class SigningIn:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._waits = accounts.waits

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
        link = host.account.link_view()
        if link.state == "online" or (link.reason is not None and link.reason.acts != "retry"):
            self._waits.settle_all(_link_of(host.cid), link)

    # --- inside

    def _try(self, asker: Asker, rows: list[LocalAccountRow], password: bytes) -> None:
        if not rows:
            raise refuse("unknown_account")
        vaults = tuple(vault_of(row) for row in rows)
        if any(map(self._waits.is_waited_for, (*vaults, *(_link_of(row.cid) for row in rows)))):
            raise refuse("already_running")
        token = self._waits.add(asker, lambda tried: self._tried(asker, rows, tried), about=vaults)
        self._accounts.desk.effects.append(TryVaults(token, {row.name: row.vault for row in rows}, password))

    def _tried(self, asker: Asker, rows: list[LocalAccountRow], tried: VaultsTried | Answered) -> None:
        if isinstance(tried, Answered):
            self.fail(asker, tried.why)
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
        self._waits.add(
            asker,
            lambda link: self._linked(asker, row.cid, link),
            about=(_link_of(row.cid),),
            session=row.cid,
            due=accounts.desk.now.monotonic + LINK_SECONDS,
            goes_on=True,
        )
        accounts.take(host, host.account.start(accounts.desk.now))

    def _linked(self, asker: Asker, cid: Cid, outcome: LinkView | Reason | None) -> None:
        """`outcome`: the link, online or refused for good; why the session ended; None when the server is away."""
        accounts = self._accounts
        if isinstance(outcome, Reason):
            self.fail(asker, outcome)
            return
        host = accounts.hosts.session(cid)
        refused = None if outcome is None or outcome.state == "online" else outcome.reason
        if refused is not None and not accounts.sockets.is_view(asker.socket):
            self.fail(asker, refused)
            accounts.end_session(host, asker)
            return
        # The user of a view may read what is here whatever the server says; the view shows that.
        accounts.desk.answer(asker, ConnectSuccess(cid=cid, request_id=asker.request_id))
        accounts.hold(host, asker.socket)

    def fail(self, asker: Asker, why: Reason) -> None:
        self._accounts.desk.answer(asker, failure_named("Connect", Address(request_id=asker.request_id), why))


def vault_of(row: LocalAccountRow) -> tuple[str, str]:
    """What a password is tried at."""
    return "vault", row.name


def _link_of(cid: Cid) -> tuple[str, Cid]:
    return "link", cid
