"""The unlocked accounts of this service and who holds their sessions.

A session is an unlocked account that is signed in. It is *bound* to at most one plain socket, *followed* by any number
of views, and orphaned when it has neither. It ends by signing out, never because a socket or the server goes.
"""

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Final

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.sessions.ports import HostedStore, LocalAccountRow
from casemate.internal_service.core.sessions.stores import Stores
from casemate.node import WritesRefused
from casemate.protocol.client.views import Reason, SessionState
from casemate.protocol.ids import AccountId, Cid, SocketId, cid_of

_SOCKET_BYTES: Final = 8


@dataclass(frozen=True, slots=True)
class Host:
    """One unlocked account."""

    name: str
    account: Account
    cid: Cid
    key: DatabaseKey = field(repr=False)
    """Of its database, to be wrapped again when the user wants the session to survive restarts."""
    signed_in: bool = False
    """False while its registration is under way."""
    bound: SocketId | None = None
    page: bytes = b""
    """Names the plain socket that holds it, or held it until that closed; what that one page held is claimed
    together."""
    followers: frozenset[SocketId] = frozenset()
    plain_holder: bool = False
    unread: int = 0
    waiting: int = 0

    @property
    def orphaned(self) -> bool:
        return self.bound is None and not self.followers


class Hosts:
    def __init__(self, stores: Stores, epoch: bytes, undo: Undo) -> None:
        """`epoch` names this start of the service: numbers of sockets begin anew with each."""
        self._stores = stores
        self._epoch = epoch
        self._hosts: UndoDict[Cid, Host] = UndoDict(undo)
        self._why_closed: UndoDict[Cid, Reason] = UndoDict(undo)
        self._older: UndoDict[Cid, Reason] = UndoDict(undo)
        self.on_change: list[Callable[[], None]] = []
        """Called when the list of local accounts, or who holds them, may look different."""

    def get(self, cid: Cid) -> Host | None:
        """The host, its database being part of the event at hand from now on."""
        host = self._hosts.get(cid)
        if host is not None:
            self._stores.touch(host.name)
        return host

    def of_account(self, account_id: AccountId) -> Host | None:
        host = self.get(cid_of(account_id))
        return host if host is not None and host.account.account_id == account_id else None

    def of_file(self, path: str | None) -> Host | None:
        """Whose database lies there; without making it part of the event."""
        return next((host for host in self._hosts.values() if self._stores.path_of(host.name) == path), None)

    def why_closed(self, cid: Cid) -> Reason | None:
        """Why an account is closed that nobody signed out of; None while it is open, too."""
        return self._why_closed.get(cid)

    def say_why_closed(self, cid: Cid, why: Reason | None) -> None:
        if why == self._why_closed.get(cid):
            return
        if why is None:
            del self._why_closed[cid]
        else:
            self._why_closed[cid] = why
        self.list_changed()

    def say_older(self, cid: Cid, why: Reason) -> None:
        """Its database is older than it was. Said until this process ends; the conversations say it for good."""
        self._older[cid] = why
        self.list_changed()

    def notice(self, cid: Cid) -> Reason | None:
        """What people have to know of this account: why it is closed, or that it is older than it was."""
        return self._why_closed.get(cid) or self._older.get(cid)

    def session(self, cid: Cid) -> Host:
        """Raises Refused(signed_out or no_session)."""
        host = self.get(cid)
        if host is None or not host.signed_in:
            row = self._stores.service.account(cid)
            if row is None or not row.enrolled:
                raise refuse("no_session", cid=str(cid))
            why = self._why_closed.get(cid)
            raise refuse("signed_out", name=row.username, cid=str(cid)) if why is None else Refused(why)
        return host

    def store(self, host: Host) -> HostedStore:
        return self._stores.touch(host.name)

    def peek(self) -> Iterator[Host]:
        """All hosts, for looking at their fields only."""
        return iter(list(self._hosts.values()))

    def sessions(self) -> list[Host]:
        return [host for cid in list(self._hosts) if (host := self.get(cid)) is not None and host.signed_in]

    def add(self, host: Host) -> None:
        self._hosts[host.cid] = host
        self.list_changed()

    def remove(self, cid: Cid) -> None:
        self._hosts.pop(cid)
        self.list_changed()

    def put(self, host: Host) -> Host:
        """Replace what is known of this host."""
        self._hosts[host.cid] = host
        self.list_changed()
        return host

    def bind(self, host: Host, socket: SocketId) -> Host:
        """This plain socket gets the session's messages and events from now on."""
        page = self._epoch + socket.to_bytes(_SOCKET_BYTES)
        self._remember_holder(host, plain=True, page=page)
        return self.put(replace(host, bound=socket, page=page, plain_holder=True))

    def follow(self, host: Host, socket: SocketId) -> Host:
        """This view follows the session."""
        if host.bound is None:
            self._remember_holder(host, plain=False, page=b"")
            host = replace(host, plain_holder=False, page=b"")
        return self.put(replace(host, followers=host.followers | {socket}))

    def unfollow(self, host: Host, socket: SocketId) -> Host:
        return self.put(replace(host, followers=host.followers - {socket}))

    def release(self, host: Host) -> Host:
        self._remember_holder(host, plain=host.plain_holder, page=b"")
        return self.put(replace(host, bound=None, page=b""))

    def let_go(self, socket: SocketId) -> None:
        """The socket is gone; the sessions stay."""
        for host in self.peek():
            if host.bound == socket or socket in host.followers:
                left = replace(host, bound=None) if host.bound == socket else host
                self.put(replace(left, followers=host.followers - {socket}))

    def state_of(self, row: LocalAccountRow) -> SessionState:
        host = self._hosts.get(row.cid)
        if host is None or not host.signed_in:
            return "signed_out"
        return "orphaned" if host.orphaned else "active"

    def _remember_holder(self, host: Host, *, plain: bool, page: bytes) -> None:
        row = self._stores.service.account(host.cid)
        if row is not None and (row.plain_holder, row.page) != (plain, page):
            # On a full disk this is not remembered: what is read need not wait for that.
            with suppress(WritesRefused):
                self._stores.service.put_account(replace(row, plain_holder=plain, page=page))

    def list_changed(self) -> None:
        """Something that views list may look different now."""
        for listener in self.on_change:
            listener()
