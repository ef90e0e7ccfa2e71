"""Views: snapshots, numbered events, and the list of this computer's accounts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.showing import status_view
from casemate.internal_service.core.ground.desk import Asker, Desk
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.ground.undo import Memory, Undo
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.machine import Machine
from casemate.internal_service.core.sessions.stores import Stores
from casemate.internal_service.core.views.browser_key import browser_key
from casemate.internal_service.core.views.draft_views import draft_view
from casemate.internal_service.core.views.streams import Streams
from casemate.node import Entropy
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.views import (
    AccountChanged,
    AccountView,
    FoundAccountFile,
    LocalAccount,
    Reason,
    ServerProgramView,
    SettingsView,
    ViewEvent,
)
from casemate.protocol.ids import Cid, SocketId
from casemate.protocol.program_versions import is_newer


@dataclass(frozen=True, slots=True)
class _AccountList:
    """What the landing page shows of this computer."""

    accounts: list[LocalAccount]
    found: list[FoundAccountFile]
    list_lost: Reason | None
    storage: Reason | None


class Views(Memory):
    def __init__(
        self,
        desk: Desk,
        stores: Stores,
        hosts: Hosts,
        sockets: Sockets,
        streams: Streams,
        machine: Machine,
        entropy: Entropy,
        undo: Undo,
    ) -> None:
        super().__init__(undo)
        self._desk = desk
        self._stores = stores
        self._hosts = hosts
        self._sockets = sockets
        self._streams = streams
        self._machine = machine
        self._entropy = entropy
        self.found_accounts: Callable[[], list[FoundAccountFile]] = list
        self._list_shown: _AccountList | None = None
        self._storage: Reason | None = None
        self._list_may_differ = False
        hosts.on_change.append(self.accounts_may_differ)

    # --- requests

    def hello(self, asker: Asker) -> None:
        default = self._machine.default_server or self._stores.service.last_server()
        service = ext.ServiceInfo(
            version=self._machine.version,
            default_server=default,
            start_command=self._machine.start_command,
            open_command=self._machine.open_command,
            install_line=self._machine.install_line,
            update_command=self._machine.update_command,
        )
        shown = self._list_shown = self._account_list()
        self._desk.answer(
            asker,
            ext.HelloAccepted(
                cid=Cid(0),
                request_id=asker.request_id,
                service=service,
                accounts=shown.accounts,
                found=shown.found,
                list_lost=shown.list_lost,
                storage=shown.storage,
            ),
        )

    def subscribe(self, asker: Asker, cid: Cid, after: ext.ViewPosition | None) -> None:
        """Raises Refused."""
        host = self._hosts.follow(self._hosts.session(cid), asker.socket)
        missed = None if after is None else self._streams.after(cid, after)
        position = self._streams.position(cid)
        if after is None or missed is None:
            self._desk.answer(asker, self._snapshot(host, asker, position))
            return
        self._desk.answer(asker, self._resumed(host, asker, after))
        if missed:
            self._push(host.cid, [asker.socket], position, missed)

    def unsubscribe(self, asker: Asker, cid: Cid) -> None:
        host = self._hosts.get(cid)
        if host is not None:
            self._hosts.unfollow(host, asker.socket)
            self.end_unfollowed()
        self._desk.answer(asker, Done(cid=cid, request_id=asker.request_id))

    def end_unfollowed(self) -> None:
        """A view is gone. For an account that no other follows, no events are made or kept: a snapshot comes next."""
        for host in self._hosts.peek():
            if not host.followers:
                self._streams.end(host.cid)

    # --- events

    def is_watched(self, host: Host) -> bool:
        """Whether it is worth making an event."""
        return self._streams.is_watched(host.cid)

    def event(self, host: Host, event: ViewEvent) -> None:
        """Something that every view of the account has to show."""
        self.events(host, [event])

    def events(self, host: Host, events: Sequence[ViewEvent]) -> None:
        """The same of several, in order."""
        if not events or not self.is_watched(host):
            return
        for event in events:
            self._streams.append(host.cid, event)
        followers = self._following(host.cid)
        if followers:
            self._push(host.cid, followers, self._streams.position(host.cid), events)

    def account_changed(self, host: Host) -> None:
        if self.is_watched(host):
            self.event(host, AccountChanged(account=self.account_view(host)))

    def unread_may_differ(self, host: Host) -> None:
        """One counter, read by every view of the account and by the list of accounts."""
        if self._sockets.views():
            unread, waiting = host.account.unread(), host.account.waiting()
            if (unread, waiting) != (host.unread, host.waiting):
                self.account_changed(self._hosts.put(replace(host, unread=unread, waiting=waiting)))

    def say_storage(self, why: Reason | None) -> None:
        """How the disk is, shown on every screen."""
        if why != self._storage:
            self._storage = why
            self._list_may_differ = True

    def accounts_may_differ(self) -> None:
        self._list_may_differ = True

    def finish_event(self) -> None:
        """Tell all views once if the list of accounts looks different now."""
        if not self._list_may_differ:
            return
        self._list_may_differ = False
        views = self._sockets.views()
        if not views:
            return
        listed = self._account_list()
        if listed != self._list_shown:
            self._list_shown = listed
            response = ext.LocalAccountsChanged(
                cid=Cid(0),
                request_id=None,
                accounts=listed.accounts,
                found=listed.found,
                list_lost=listed.list_lost,
                storage=listed.storage,
            )
            for view in views:
                self._desk.send(view, response)

    # --- rows

    def account_view(self, host: Host) -> AccountView:
        account = host.account
        row = self._stores.service.account(host.cid)
        asks = row is not None and row.ask_password_at_start
        settings = SettingsView(
            auto_connect=account.auto_connect,
            appear_offline=account.appear_offline,
            ask_password_at_start=asks,
            unlocked_by="nothing" if asks else self._machine.unlocked_by,
            relay_only=account.profile.relay_only,
            lan_discovery=account.profile.lan_discovery,
            read_receipts=account.profile.read_receipts,
            typing=account.profile.typing,
            keep_days=account.keeping.days,
            notifications=account.muting.settings,
        )
        return AccountView(
            cid=host.cid,
            account_id=account.account_id.hex(),
            notes=account.notes.hex(),
            username=account.username,
            full_name=account.full_name,
            server_address=account.server_address,
            server_fingerprint=account.server_fingerprint,
            link=account.link_view(),
            settings=settings,
            unread=account.unread(),
            waiting=account.waiting(),
            looks=account.name_looks(),
            server_addresses=account.server_address_views(),
            invitation_failed=account.invitation_failed(),
            server_program=self._server_program(account),
            invites_refused=account.invites_refused(),
            picture=account.sharing.own.picture_hash.hex(),
            status=status_view(account.sharing.own),
        )

    def _server_program(self, account: Account) -> ServerProgramView | None:
        version = account.server_version
        newer = is_newer(version, self._machine.version)
        if newer is None:
            return None
        own = account.profile.server_key is not None and account.profile.server_key == self._machine.own_server_key
        return ServerProgramView(version=version, newer=newer, own=own)

    def _resumed(self, host: Host, asker: Asker, after: ext.ViewPosition) -> ext.Resumed:
        key = browser_key(self._hosts.store(host), self._entropy)
        return ext.Resumed(cid=host.cid, request_id=asker.request_id, position=after, browser_key=key)

    def _snapshot(self, host: Host, asker: Asker, position: ext.ViewPosition) -> ext.Snapshot:
        store = self._hosts.store(host)
        return ext.Snapshot(
            cid=host.cid,
            request_id=asker.request_id,
            position=position,
            account=self.account_view(host),
            peers=host.account.peer_views(),
            conversations=host.account.conversation_views(),
            drafts=[draft_view(draft) for draft in store.drafts()],
            scheduled=host.account.scheduling.views(),
            browser_key=browser_key(store, self._entropy),
        )

    def _push(self, cid: Cid, sockets: list[SocketId], position: ext.ViewPosition, events: Sequence[ViewEvent]) -> None:
        response = ext.ViewEvents(
            cid=cid,
            request_id=None,
            position=position,
            first_sequence=position.sequence - len(events) + 1,
            events=list(events),
        )
        for socket in sockets:
            self._desk.send(socket, response)

    def _following(self, cid: Cid) -> list[SocketId]:
        for host in self._hosts.peek():
            if host.cid == cid:
                return sorted(host.followers)
        return []

    def _account_list(self) -> "_AccountList":
        found = self.found_accounts()
        lost = self._stores.service.list_lost() if found else None
        why = None if lost is None else reason("list_lost", what=lost.what, since=str(lost.at), kept_as=lost.kept_as)
        return _AccountList(self._local_accounts(), found, why, self._storage)

    def _local_accounts(self) -> list[LocalAccount]:
        counts = {host.cid: (host.account.unread(), host.account.waiting()) for host in self._hosts.sessions()}
        rows = [row for row in self._stores.service.accounts() if row.enrolled]
        return [
            LocalAccount(
                cid=row.cid,
                account_id=row.account_id.hex(),
                username=row.username,
                full_name=row.full_name,
                server_address=row.server_address,
                state=self._hosts.state_of(row),
                unread=counts.get(row.cid, (row.unread, row.unread))[0],
                waiting=counts.get(row.cid, (row.unread, row.unread))[1],
                reason=self._hosts.notice(row.cid),
            )
            for row in rows
        ]
