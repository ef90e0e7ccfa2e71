"""Register: a new account, from the password to the server's word, however often it is tried."""

from dataclasses import dataclass, field, replace
from typing import Final

from casemate.crypto.invite import write_invitation
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.people.arrival import checked_invitation
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
from casemate.internal_service.core.sessions.accounts import Accounts, why_unavailable
from casemate.internal_service.core.sessions.hosts import Host
from casemate.internal_service.core.sessions.ports import AccountUnavailable, LocalAccountRow
from casemate.protocol.client.invitation_extensions import Join
from casemate.protocol.client.requests import Register
from casemate.protocol.client.responses import ConnectSuccess, RegisterSuccess
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid

ENROL_SECONDS: Final = 15.0
"""How long making an account waits for the server; the same Register later goes on where it stopped."""
_NAME_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What was asked, checked."""

    username: str
    full_name: str
    server: str
    password: bytes = field(repr=False)
    server_password: list[bytes] | None = field(repr=False)
    connect_after: bool
    more_addresses: tuple[str, ...] = ()
    invitation: str = field(default="", repr=False)
    server_key: bytes | None = None
    """Of the invitation."""

    @property
    def about(self) -> tuple[tuple[str, str | bytes], ...]:
        """It is made once at a time, whatever the server is known by."""
        name = folded(self.username)
        return ((name, self.server),) if self.server_key is None else ((name, self.server), (name, self.server_key))


class Creating:
    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._waits = accounts.waits

    def create(self, asker: Asker, request: Register) -> None:
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
        self._create(asker, wanted)

    def join(self, asker: Asker, request: Join) -> None:
        """Raises Refused."""
        invitation = checked_invitation(request.text)
        addresses = [server_address(address) for address in invitation.addresses]
        wanted = _Wanted(
            username=check_username(request.username),
            full_name=check_full_name(request.full_name),
            server=addresses[0],
            password=check_password(bytes(request.password)),
            server_password=None,
            connect_after=True,
            more_addresses=tuple(addresses[1:]),
            invitation=write_invitation(invitation),
            server_key=invitation.server_key,
        )
        self._create(asker, wanted)

    def _create(self, asker: Asker, wanted: _Wanted) -> None:
        known = self._accounts.stores.service.accounts_named(folded(wanted.username))
        if any(row.enrolled and row.server_address == wanted.server for row in known):
            raise refuse("username_taken")
        if any(map(self._waits.is_waited_for, wanted.about)):
            raise refuse("already_running")
        begun = [row for row in known if not row.enrolled]
        if not begun:
            self._make(asker, wanted)
            return
        token = self._waits.add(asker, lambda tried: self._tried(asker, wanted, begun, tried), about=wanted.about)
        self._accounts.desk.effects.append(TryVaults(token, {row.name: row.vault for row in begun}, wanted.password))

    def _make(self, asker: Asker, wanted: _Wanted) -> None:
        token = self._waits.add(asker, lambda made: self._made(asker, wanted, made), about=wanted.about)
        name = self._accounts.entropy(_NAME_BYTES).hex()
        self._accounts.desk.effects.append(MakeVault(token, name, wanted.password))

    # --- what the account hears from the server

    def enrolled(self, host: Host) -> None:
        service = self._accounts.stores.service
        row = self._accounts.row(host)
        service.put_account(replace(row, enrolled=True))
        service.put_last_server(row.server_address)
        self._accounts.hosts.put(host)
        if not self._waits.settle_all(_server_of(host.cid), None):
            self._lock(host)

    def refused(self, host: Host, why: Reason) -> None:
        """The server will not make it: nothing of it stays here."""
        if not self._waits.settle_all(_server_of(host.cid), why):
            self._lock(host)
        self._accounts.forget(host)

    def link_changed(self, host: Host) -> None:
        """A server that cannot be reached at any of its addresses is said at once; the keys stay, for the next try."""
        link = host.account.link_view()
        if link.state == "fenced" or (link.state == "away" and host.account.has_looked_everywhere()):
            self._waits.settle_all(_server_of(host.cid), link.reason or reason("server_unreachable"))

    # --- inside

    def _made(self, asker: Asker, wanted: _Wanted, made: VaultMade | Answered) -> None:
        accounts = self._accounts
        if isinstance(made, Answered):
            self._fail(asker, made.why)
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
            more_addresses=wanted.more_addresses,
            invitation=wanted.invitation,
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

    def _tried(
        self, asker: Asker, wanted: _Wanted, begun: list[LocalAccountRow], tried: VaultsTried | Answered
    ) -> None:
        if isinstance(tried, Answered):
            self._fail(asker, tried.why)
            return
        try:
            host = self._begun_before(wanted, begun, tried)
        except Refused as refused:
            self._fail(asker, refused.reason)
            return
        if host is None:
            self._make(asker, wanted)
        else:
            self._go_on(asker, wanted, host)

    def _begun_before(self, wanted: _Wanted, begun: list[LocalAccountRow], tried: VaultsTried) -> Host | None:
        """What is wanted, as far as it was made. Only an opened account says of which server it is. Raises Refused."""
        opened: list[Host] = []
        why: Reason | None = None
        for row in begun:
            try:
                opened.append(self._opened(row, tried))
            except Refused as refused:
                if row.server_address == wanted.server:
                    why = refused.reason
        by_key = (host for host in opened if host.account.profile.server_key == wanted.server_key is not None)
        by_address = (host for host in opened if host.account.is_at(wanted.server))
        fitting = next(by_key, None) or next(by_address, None)
        for host in opened:
            if host is not fitting:
                self._accounts.close(host)
        if fitting is None and why is not None:
            raise Refused(why)
        return fitting

    def _opened(self, row: LocalAccountRow, tried: VaultsTried) -> Host:
        """Raises Refused."""
        key = tried.opened.get(row.name)
        if key is None:
            raise refuse("wrong_password")
        if self._accounts.stores.service.account(row.cid) is None or self._accounts.hosts.get(row.cid) is not None:
            raise refuse("already_running")  # it was gone on with while the password was tried
        return self._accounts.load(row, key)

    def _go_on(self, asker: Asker, wanted: _Wanted, host: Host) -> None:
        accounts = self._accounts
        self._wait_for_server(host, asker, wanted)
        accounts.take(host, self._again(host.account, wanted))
        accounts.stores.service.put_account(replace(accounts.row(host), server_address=host.account.server_address))
        if host.account.enrolled:
            # The computer went down between the commits of its database and of service.db.
            self.enrolled(host)

    def _again(self, account: Account, wanted: _Wanted) -> Outcome:
        now = self._accounts.desk.now
        if wanted.invitation:
            return account.join_again(wanted.invitation, (wanted.server, *wanted.more_addresses), now)
        return account.enrol_again(wanted.server_password, now)

    def _wait_for_server(self, host: Host, asker: Asker, wanted: _Wanted) -> None:
        self._waits.add(
            asker,
            lambda why: self._server_said(host.cid, asker, wanted, why),
            about=(*wanted.about, _server_of(host.cid)),
            due=self._accounts.desk.now.monotonic + ENROL_SECONDS,
            late=reason("server_unreachable"),
            goes_on=True,
        )

    def _server_said(self, cid: Cid, asker: Asker, wanted: _Wanted, why: Reason | None) -> None:
        """None: the account is made. Otherwise why not, or not now."""
        accounts = self._accounts
        host = accounts.hosts.get(cid)
        assert host is not None, "it is open for as long as somebody waits"
        if why is None and wanted.connect_after:
            accounts.desk.answer(asker, ConnectSuccess(cid=cid, request_id=asker.request_id))
            accounts.hold(accounts.begin_session(host), asker.socket)
            return
        self._lock(host)
        if why is None:
            accounts.desk.answer(asker, RegisterSuccess(cid=cid, request_id=asker.request_id))
        else:
            self._fail(asker, why)

    def _lock(self, host: Host) -> None:
        self._accounts.take(host, host.account.stop(self._accounts.desk.now))
        self._accounts.close(host)

    def _fail(self, asker: Asker, why: Reason) -> None:
        self._accounts.desk.answer(asker, failure_named("Register", Address(request_id=asker.request_id), why))


def _server_of(cid: Cid) -> tuple[str, Cid]:
    return "server", cid
