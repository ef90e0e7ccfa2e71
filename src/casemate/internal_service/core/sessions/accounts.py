"""Opening and closing the accounts of this computer: what making one, signing in and signing out have in common."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from casemate.crypto.errors import StoredStateDamaged, WrongPassword
from casemate.crypto.kem import Kem
from casemate.crypto.keys import DatabaseKey
from casemate.crypto.vault import (
    lock_sign_in_key,
    lock_with_sign_in_key,
    new_sign_in_key,
    unlock_sign_in_key,
    unlock_with_sign_in_key,
)
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.ground.undo import Undo
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.machine import Machine
from casemate.internal_service.core.sessions.ports import AccountUnavailable, Fault, LocalAccountRow
from casemate.internal_service.core.sessions.stores import Stores
from casemate.internal_service.core.sessions.vaults import bound_to
from casemate.node import Entropy, StorageDamaged
from casemate.protocol.client.responses import DisconnectNotification
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid, SocketId


def why_unavailable(unavailable: AccountUnavailable, name: str = "") -> Reason:
    """Whose file, and what is wrong with it."""
    if unavailable.what == "no_room":
        return reason("disk_full")
    if unavailable.what == "too_many_open":
        return reason("too_many_accounts_open")
    return reason("account_damaged", name=name, what=unavailable.what, file=unavailable.file)


@dataclass
class Accounts:
    desk: Desk
    stores: Stores
    hosts: Hosts
    sockets: Sockets
    waits: Waits
    machine: Machine
    undo: Undo
    entropy: Entropy
    kem: Kem
    take: Callable[[Host, Outcome], None]
    tell_what_waits: Callable[[Host, SocketId], None]
    closed: Mapping[str, Fault] = field(default_factory=dict)
    """Accounts whose files failed under an earlier run: opened again only when somebody signs in."""
    reading_only: bool = False
    on_close: list[Callable[[Cid], None]] = field(default_factory=list)
    """Called when an account is locked, for those who keep something of it in memory."""

    def open(self, name: str, key: DatabaseKey, *, check: bool = False) -> Account:
        """Open its database; nothing is dialled yet. Raises AccountUnavailable."""
        store = self.stores.open(name, key, check=check)
        try:
            if store.profile() is None:
                # The account was made together with its profile: what is here is older than that.
                raise AccountUnavailable("damaged", self.stores.path_of(name))
            account = Account.load(store, entropy=self.entropy, kem=self.kem, undo=self.undo)
        except (AccountUnavailable, StorageDamaged) as error:
            self.stores.release(name)
            raise AccountUnavailable("damaged", self.stores.path_of(name)) from error
        if store.behind > 0 and not self.reading_only:
            self.hosts.say_older(
                account.cid, reason("account_older", name=account.username, file=self.stores.path_of(name))
            )
            account.found_older()
            store.catch_up()
        return account

    def load(self, row: LocalAccountRow, key: DatabaseKey) -> Host:
        """Open it; nothing is dialled yet. An account that was found damaged before is looked through first.

        Raises Refused, which the list of accounts then shows as well.
        """
        try:
            account = self.open(row.name, key, check=self.hosts.why_closed(row.cid) is not None)
            unread = account.unread()
        except AccountUnavailable as unavailable:
            why = why_unavailable(unavailable, row.username)
            self.hosts.say_why_closed(row.cid, why)
            raise Refused(why) from unavailable
        self.hosts.say_why_closed(row.cid, None)
        host = Host(row.name, account, row.cid, key, plain_holder=row.plain_holder, unread=unread, page=row.page)
        self.hosts.add(host)
        return host

    def begin_session(self, host: Host) -> Host:
        """The account is signed in from now on, over restarts too unless its user wants to be asked."""
        self.keep_open(host, not self.row(host).ask_password_at_start)
        return self.hosts.put(replace(host, signed_in=True))

    def keep_open(self, host: Host, wanted: bool) -> None:
        """Whether the next start opens it without the password. What opens it has two halves: a key that was drawn for
        this and lies in a file of its own, and in service.db the database key under that one. The file goes first, and
        with it all that copies and logs of service.db could still open."""
        self.stores.forget_sign_in_key(host.name)
        vault = None
        if wanted:
            sign_in, bound = new_sign_in_key(self.entropy), bound_to(host.name)
            self.stores.keep_sign_in_key(host.name, lock_sign_in_key(sign_in, self.machine.key, bound, self.entropy))
            vault = lock_with_sign_in_key(host.key, sign_in, bound, self.entropy)
        else:
            self.stores.erase_soon()
        self.stores.service.put_account(replace(self.row(host), machine_vault=vault))

    def hold(self, host: Host, socket: SocketId) -> Host:
        """A plain socket is bound; a view holds a session by following it."""
        if not self.sockets.is_open(socket) or self.sockets.is_view(socket):
            return host
        host = self.hosts.bind(host, socket)
        self.tell_what_waits(host, socket)
        return host

    def end_session(self, host: Host, asker: Asker | None = None, why: Reason | None = None) -> None:
        """Sign out: the key is dropped and the database closed. Others who hold the session are told."""
        self.waits.session_ended(host.cid, why or reason("no_session", cid=str(host.cid)))
        self.take(host, host.account.stop(self.desk.now))
        if host.bound is not None and (asker is None or host.bound != asker.socket):
            self.desk.send(host.bound, DisconnectNotification(cid=host.cid, peer_cid=None))
        row = self.stores.service.account(host.cid)
        if row is not None:
            self.stores.service.put_account(replace(row, unread=host.account.unread()))
            self.keep_open(host, False)
        self.close(host)

    def close(self, host: Host) -> None:
        """Lock it. The caller has stopped its link."""
        self.hosts.remove(host.cid)
        self.stores.release(host.name)
        for closed in self.on_close:
            closed(host.cid)

    def forget(self, host: Host) -> None:
        """Remove the account, which is locked, from this computer."""
        self.stores.discard(host.name)
        self.stores.service.delete_account(host.name)

    def restore_session(self, name: str) -> None:
        """After a start: who was signed in is signed in."""
        row = next((row for row in self.stores.service.accounts() if row.name == name), None)
        if row is None or not row.enrolled or self.hosts.get(row.cid) is not None:
            return
        kept = self.stores.sign_in_key(name)
        if row.machine_vault is None or kept is None:
            self._signed_out(row)  # a crash fell between the two halves
            return
        if name in self.closed:
            fault = AccountUnavailable(self.closed[name], self.stores.path_of(name))
            self.hosts.say_why_closed(row.cid, why_unavailable(fault, row.username))
            return
        try:
            sign_in = unlock_sign_in_key(kept, self.machine.key, bound_to(row.name))
            key = unlock_with_sign_in_key(row.machine_vault, sign_in, bound_to(row.name))
        except (WrongPassword, StoredStateDamaged):
            # The key of this computer was replaced: the password still opens the account.
            self.hosts.say_why_closed(row.cid, reason("machine_key_changed", name=row.username))
            return
        try:
            host = self.load(row, key)
        except Refused:
            return  # shown as signed out, with the reason; the database may be put back from a backup
        host = self.hosts.put(replace(host, signed_in=True))
        if not self.reading_only:
            self.take(host, host.account.start(self.desk.now))

    def lock_damaged(self, host: Host) -> Reason:
        """Its database gave what was never written there: this account is closed, the others go on. Whatever kept it
        open stays, so that it opens again when the file is whole again."""
        row = self.stores.service.account(host.cid)
        name = "" if row is None else row.username
        why = why_unavailable(AccountUnavailable("damaged", self.stores.path_of(host.name)), name)
        self.take(host, host.account.abandon(self.desk.now))
        self.waits.session_ended(host.cid, why)
        if host.bound is not None:
            self.desk.send(host.bound, DisconnectNotification(cid=host.cid, peer_cid=None))
        self.close(host)
        self.hosts.say_why_closed(host.cid, why)
        return why

    def _signed_out(self, row: LocalAccountRow) -> None:
        """Nothing is left of a sign-in that does not open the account."""
        self.stores.forget_sign_in_key(row.name)
        if row.machine_vault is not None:
            self.stores.service.put_account(replace(row, machine_vault=None))

    def row(self, host: Host) -> LocalAccountRow:
        row = self.stores.service.account(host.cid)
        assert row is not None, "an open account has its row"
        return row
