"""Register: a new account, from the password to the server's word, however often it is tried."""

from dataclasses import dataclass, replace
from typing import Final

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import MakeVault, TryVaults
from casemate.internal_service.core.ground.events import VaultMade, VaultsTried
from casemate.internal_service.core.ground.failures import Address, failure_named
from casemate.internal_service.core.ground.names import (
    check_full_name,
    check_password,
    check_username,
    folded,
    server_address,
)
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import Refused, reason, refuse
from casemate.internal_service.core.ground.security_settings import check_offered
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.accounts import Accounts, why_unavailable
from casemate.internal_service.core.sessions.hosts import Host
from casemate.internal_service.core.sessions.ports import AccountUnavailable, LocalAccountRow
from casemate.protocol.client.requests import Register
from casemate.protocol.client.responses import ConnectSuccess, RegisterSuccess
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid

ENROL_SECONDS: Final = 15.0
"""How long a registration waits for the server; the same Register later goes on where it stopped."""
_NAME_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked, checked."""

    username: str
    full_name: str
    server: str
    password: bytes
    server_password: list[bytes] | None
    connect_after: bool


@dataclass(frozen=True, slots=True)
class _Enrolling:
    asker: Asker
    connect_after: bool
    token: int


class Creating:
    def __init__(self, accounts: Accounts, waits: Waits, undo: Undo) -> None:
        self._accounts = accounts
        self._waits = waits
        self._enrolling: UndoDict[Cid, _Enrolling] = UndoDict(undo)
        self._running: UndoDict[tuple[str, str], int] = UndoDict(undo)

    def register(self, asker: Asker, request: Register) -> None:
        """Raises Refused."""
        check_offered(request.session_security_settings)
        password = request.server_password
        wanted = _Wanted(
            username=check_username(request.username),
            full_name=check_full_name(request.full_name),
            server=server_address(request.server_addr),
            password=check_password(bytes(request.proposed_password)),
            server_password=None if password is None else [bytes(entry) for entry in password.passwords],
            connect_after=request.connect_after_register,
        )
        key = (folded(wanted.username), wanted.server)
        known = self._known(*key)
        if known is not None and known.enrolled:
            raise refuse("username_taken")
        if self._waits.is_open(self._running.get(key)) or (known is not None and known.cid in self._enrolling):
            raise refuse("already_running")
        desk = self._accounts.desk
        if known is None:
            token = self._waits.add(asker, lambda made: self._made(asker, wanted, made))
            name = self._accounts.entropy(_NAME_BYTES).hex()
            desk.effects.append(MakeVault(token, name, wanted.password))
        else:
            token = self._waits.add(asker, lambda tried: self._tried(asker, wanted, known, tried))
            desk.effects.append(TryVaults(token, {known.name: known.vault}, wanted.password))
        self._running[key] = token

    # --- what the account hears from the server

    def enrolled(self, host: Host) -> None:
        service = self._accounts.stores.service
        row = self._accounts.row(host)
        service.put_account(replace(row, enrolled=True))
        service.put_last_server(row.server_address)
        self._accounts.hosts.put(host)
        enrolling = self._end(host.cid)
        if enrolling is None or not enrolling.connect_after:
            self._accounts.take(host, host.account.stop(self._accounts.desk.now))
            self._accounts.close(host)
            if enrolling is not None:
                success = RegisterSuccess(cid=host.cid, request_id=enrolling.asker.request_id)
                self._accounts.desk.answer(enrolling.asker, success)
            return
        self._accounts.desk.answer(enrolling.asker, ConnectSuccess(cid=host.cid, request_id=enrolling.asker.request_id))
        self._accounts.hold(self._accounts.begin_session(host), enrolling.asker.socket)

    def refused(self, host: Host, why: Reason) -> None:
        """The server will not make it: nothing of it stays here."""
        enrolling = self._end(host.cid)
        self._accounts.take(host, host.account.stop(self._accounts.desk.now))
        self._accounts.forget(host)
        if enrolling is not None:
            self._fail(enrolling.asker, why)

    def link_changed(self, host: Host) -> None:
        """A server that cannot be reached is said at once; the keys stay, for the next try."""
        link = host.account.link_view()
        if host.cid in self._enrolling and link.state in ("away", "fenced"):
            self._give_up(host.cid, link.reason or reason("server_unreachable"))

    # --- inside

    def _made(self, asker: Asker, wanted: _Wanted, made: VaultMade | VaultsTried | Answered) -> None:
        accounts = self._accounts
        if not isinstance(made, VaultMade):
            self._fail(asker, reason("internal"))
            return
        try:
            store = accounts.stores.create(made.name, made.key, made.vault)
        except AccountUnavailable as unavailable:
            self._fail(asker, why_unavailable(unavailable))
            return
        account = Account.create(
            store,
            username=wanted.username,
            full_name=wanted.full_name,
            server_address=wanted.server,
            server_password=wanted.server_password,
            auto_connect=accounts.sockets.is_view(asker.socket),  # our own UI connects by itself; others by the letter
            entropy=accounts.entropy,
            kem=accounts.kem,
            undo=accounts.undo,
            now=accounts.desk.now,
        )
        accounts.stores.service.put_account(
            LocalAccountRow(
                name=made.name,
                account_id=account.account_id,
                cid=account.cid,
                username=wanted.username,
                username_folded=folded(wanted.username),
                full_name=wanted.full_name,
                server_address=wanted.server,
                enrolled=False,
                vault=made.vault,
                machine_vault=None,
                ask_password_at_start=False,
                plain_holder=False,
                unread=0,
            )
        )
        host = Host(made.name, account, account.cid, made.key)
        accounts.hosts.add(host)
        self._wait_for_server(host, asker, wanted)
        accounts.take(host, account.start(accounts.desk.now))

    def _tried(self, asker: Asker, wanted: _Wanted, row: LocalAccountRow, tried: VaultsTried | Answered) -> None:
        if isinstance(tried, Answered):
            self._fail(asker, reason("internal"))
            return
        key = tried.opened.get(row.name)
        if key is None:
            self._fail(asker, reason("wrong_password"))
            return
        accounts = self._accounts
        try:
            host = accounts.load(row, key)
        except Refused as refused:
            self._fail(asker, refused.reason)
            return
        self._wait_for_server(host, asker, wanted)
        accounts.take(host, host.account.retry_enroll(wanted.server_password, accounts.desk.now))
        if host.account.enrolled:
            # The computer went down between the commits of its database and of service.db.
            self.enrolled(host)

    def _wait_for_server(self, host: Host, asker: Asker, wanted: _Wanted) -> None:
        token = self._waits.add(
            None,
            lambda _: None,
            due=self._accounts.desk.now.monotonic + ENROL_SECONDS,
            late=lambda: self._give_up(host.cid, reason("server_unreachable")),
        )
        self._enrolling[host.cid] = _Enrolling(asker, wanted.connect_after, token)

    def _give_up(self, cid: Cid, why: Reason) -> None:
        enrolling = self._end(cid)
        host = self._accounts.hosts.get(cid)
        if enrolling is None or host is None:
            return
        self._accounts.take(host, host.account.stop(self._accounts.desk.now))
        self._accounts.close(host)
        self._fail(enrolling.asker, why)

    def _end(self, cid: Cid) -> _Enrolling | None:
        enrolling: _Enrolling | None = self._enrolling.pop(cid)
        if enrolling is not None:
            self._waits.drop(enrolling.token)
        return enrolling

    def _fail(self, asker: Asker, why: Reason) -> None:
        response = failure_named("Register", Address(request_id=asker.request_id), why)
        assert response is not None
        self._accounts.desk.answer(asker, response)

    def _known(self, username_folded: str, server: str) -> LocalAccountRow | None:
        rows = self._accounts.stores.service.accounts_named(username_folded)
        return next((row for row in rows if row.server_address == server), None)
