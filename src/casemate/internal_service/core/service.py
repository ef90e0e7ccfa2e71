"""The internal service: what comes from sockets, links and workers, brought to the part that knows what to do."""

from collections.abc import Mapping, Sequence
from typing import Final

from casemate.crypto.kem import Kem
from casemate.internal_service.core.account.account import REST_SECONDS
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.citadel.agreements import Agreements
from casemate.internal_service.core.citadel.local_db import LocalDb
from casemate.internal_service.core.citadel.peers import Peers
from casemate.internal_service.core.citadel.plain_delivery import PlainDelivery
from casemate.internal_service.core.citadel.plain_news import PlainNews
from casemate.internal_service.core.citadel.workspace import WorkspaceQueues
from casemate.internal_service.core.dispatch import Dispatch, gathered, handlers, view_handlers
from casemate.internal_service.core.ground import events
from casemate.internal_service.core.ground.desk import Desk
from casemate.internal_service.core.ground.effects import CloseSocket
from casemate.internal_service.core.ground.failures import (
    address_of,
)
from casemate.internal_service.core.ground.link_io import (
    LinkClosed,
    LinkEvent,
    LinkFrameArrived,
    LinkOpened,
    ServerPasswordKeyMade,
)
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.path_io import PathEvent
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.ground.sockets import Sockets
from casemate.internal_service.core.ground.space import why_low
from casemate.internal_service.core.ground.undo import Undo
from casemate.internal_service.core.ground.waits import Waits
from casemate.internal_service.core.notifying.notifier import Notifier
from casemate.internal_service.core.requests.arranging import ArrangingRequests
from casemate.internal_service.core.requests.autostart import AutostartRequests
from casemate.internal_service.core.requests.browsers import BrowserRequests
from casemate.internal_service.core.requests.drafts import Drafts
from casemate.internal_service.core.requests.finding import FindingRequests
from casemate.internal_service.core.requests.invitations import InvitationRequests
from casemate.internal_service.core.requests.keeping import KeepingRequests
from casemate.internal_service.core.requests.link_previews import LinkPreviewRequests
from casemate.internal_service.core.requests.message_changes import MessageChangeRequests
from casemate.internal_service.core.requests.notifications import NotificationRequests
from casemate.internal_service.core.requests.probe import Probes
from casemate.internal_service.core.requests.profiles import ProfileRequests
from casemate.internal_service.core.requests.reach import ReachRequests
from casemate.internal_service.core.requests.sending import Sending
from casemate.internal_service.core.requests.view_requests import ViewRequests
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.creating import Creating
from casemate.internal_service.core.sessions.found_accounts import FoundAccount, FoundAccounts
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.machine import Machine
from casemate.internal_service.core.sessions.passwords import Passwords
from casemate.internal_service.core.sessions.ports import AccountStores, Fault, ServiceStore
from casemate.internal_service.core.sessions.sessions import Sessions
from casemate.internal_service.core.sessions.signing_in import SigningIn
from casemate.internal_service.core.sessions.stores import Stores
from casemate.internal_service.core.telling import Telling
from casemate.internal_service.core.views.directory import DirectoryReader
from casemate.internal_service.core.views.snapshots import Views
from casemate.internal_service.core.views.streams import Streams
from casemate.node import (
    BatchEnd,
    Core,
    Effect,
    Entropy,
    Event,
    EventRun,
    Instant,
    Monotonic,
    StorageBroken,
    StorageDamaged,
    Wakeup,
    WritesRefused,
)
from casemate.protocol.client.responses import ServiceConnectionAccepted
from casemate.protocol.client.views import Reason
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import Cid, SocketId

GOING_AWAY: Final = 1001
"""WebSocket close code of an end that was planned."""
_EPOCH_BYTES: Final = 8


class Service(Core):
    """One internal service. `stores` is what `step` commits; `found` the account files that its list does not name,
    `closed` accounts whose files failed before, by name. `reading_only`: there was no room; no account is linked, and
    whatever would be written is refused."""

    def __init__(
        self,
        service_store: ServiceStore,
        account_stores: AccountStores,
        *,
        machine: Machine,
        entropy: Entropy,
        kem: Kem,
        found: Sequence[FoundAccount] = (),
        closed: Mapping[str, Fault] | None = None,
        reading_only: bool = False,
    ) -> None:
        undo = self._undo = Undo()
        self.stores = Stores(service_store, account_stores, undo)
        self._at: Cid | None = None
        """Whose time or end of a batch it is; kept when that is undone, to know who has to rest."""
        self._rests_until: Monotonic | None = None
        """Until when what is nobody's rests after such a fault."""
        desk = self._desk = Desk(undo)
        self._sockets = Sockets(undo)
        self._waits = Waits(undo)
        epoch = entropy(_EPOCH_BYTES)
        self._hosts = Hosts(self.stores, epoch, undo)
        streams = Streams(undo, epoch.hex())
        self._views = Views(desk, self.stores, self._hosts, self._sockets, streams, machine, entropy, undo)
        agreements = Agreements(desk, self._hosts, self._sockets, self._waits, self._take)
        self._delivery = PlainDelivery(desk, self._hosts, undo)
        self._accounts = Accounts(
            desk=desk,
            stores=self.stores,
            hosts=self._hosts,
            sockets=self._sockets,
            waits=self._waits,
            machine=machine,
            undo=undo,
            entropy=entropy,
            kem=kem,
            take=self._take,
            tell_what_waits=self._tell_what_waits,
            closed=dict(closed or {}),
            reading_only=reading_only,
        )
        if reading_only:
            self._views.say_storage(reason("disk_full"))
        creating = Creating(self._accounts)
        signing_in = SigningIn(self._accounts)
        found_accounts = FoundAccounts(self._accounts, signing_in, found, undo)
        self._views.found_accounts = found_accounts.rows
        sessions = Sessions(self._accounts)
        self._notifier = Notifier(desk, self._hosts, machine, undo)
        self._telling = Telling(
            self._accounts,
            PlainNews(desk, self._sockets, agreements),
            self._delivery,
            self._views,
            self._notifier,
            creating,
            signing_in,
            sessions,
            undo,
        )
        directory = DirectoryReader(desk, self._hosts, self._waits, self._take)
        self._workspace = WorkspaceQueues(desk, self._hosts, directory, undo)
        self._accounts.on_close += [self._delivery.ended, streams.end, self._workspace.ended, self._notifier.ended]
        self._probes = Probes(desk, self._hosts, self._waits, machine.own_server_key, entropy, undo)
        peers = Peers(desk, self._hosts, directory, self._take)
        browsers = BrowserRequests(desk, self._waits)
        autostart = AutostartRequests(desk, self._waits)
        invitations = InvitationRequests(self._accounts)
        reach = ReachRequests(self._accounts, machine.own_server_key)
        local_db = LocalDb(desk, self.stores, self._hosts)
        drafts = Drafts(desk, self._hosts, self._views)
        view_requests = ViewRequests(self._accounts, directory, self._views)

        self._dispatch = Dispatch(
            desk,
            self._sockets,
            peers,
            handlers(signing_in, creating, sessions, agreements, peers, self._workspace, local_db),
            view_handlers(
                desk,
                self._views,
                view_requests,
                drafts,
                signing_in,
                found_accounts,
                Passwords(self._accounts),
                self._probes,
                browsers,
                autostart,
                invitations,
                creating,
                reach,
                MessageChangeRequests(self._accounts),
                Sending(self._accounts, drafts),
                ArrangingRequests(self._accounts),
                KeepingRequests(self._accounts, self._views),
                NotificationRequests(self._accounts, self._views, self._notifier),
                ProfileRequests(self._accounts),
                FindingRequests(self._accounts),
                LinkPreviewRequests(self._accounts, undo),
            ),
        )

    # --- the core

    def gather(self, batch: Sequence[Event]) -> Sequence[Event]:
        return gathered(batch)

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        self._begin(now)
        match event:
            case EventRun(run):
                self._dispatch.messages_arrived(run)
            case events.RequestArrived(socket, request):
                self._dispatch.arrived(socket, request)
            case LinkOpened() | LinkFrameArrived() | LinkClosed() | ServerPasswordKeyMade():
                self._link(event)
            case PathEvent():
                self._path(event)
            case (
                events.VaultMade(token)
                | events.VaultsTried(token)
                | events.VaultRelocked(token)
                | events.BrowsersTold(token)
                | events.AutostartSeen(token)
                | events.UpAnswered(token)
                | events.DesktopSeen(token)
                | events.LinkPreviewFetched(token)
            ):
                self._waits.settle(token, event)
            case Wakeup():
                self._wakeup()
            case BatchEnd():
                self._batch_end()
            case _:
                self._socket(event)
        return self._finish()

    def _rest(self, event: Event) -> None:
        """What time or the end of a batch brings about is tried again, but keeps nobody else waiting."""
        host = None if self._at is None else self._hosts.get(self._at)
        if host is None:
            self._rests_until = self._desk.now.monotonic + REST_SECONDS
        else:
            self._take(host, host.account.undone(event, self._desk.now))

    def next_wakeup(self) -> Monotonic | None:
        if self._rests_until is not None:
            return self._rests_until
        due = [host.account.next_wakeup() for host in self._hosts.peek()]
        due += [self._waits.next_due(), self.stores.next_due(), self._notifier.next_wakeup()]
        return min((moment for moment in due if moment is not None), default=None)

    def wants_batch_end(self) -> bool:
        if self._rests_until is not None:
            return False
        told = self._telling.wants_batch_end or self._delivery.wants_batch_end or self._notifier.wants_batch_end
        return told or any(host.account.wants_batch_end() for host in self._hosts.peek())

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Sequence[Effect]:
        self._begin(now)
        if isinstance(event, LinkEvent | PathEvent):
            host = self._hosts.of_account(event.account_id)
            if host is not None:
                self._take(host, host.account.quarantine(event, error, now))
        elif isinstance(event, Wakeup | BatchEnd):
            self._rest(event)  # nobody sent it, and nothing else would keep it from being tried again at once
        return self._finish()

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        self._begin(now)
        why = self._why_failed(event, error)
        match event:
            case events.RequestArrived(socket, request):
                self._dispatch.failed(socket, request, why)
            case (
                events.VaultMade(token)
                | events.VaultsTried(token)
                | events.VaultRelocked(token)
                | events.BrowsersTold(token)
                | events.AutostartSeen(token)
                | events.UpAnswered(token)
                | events.DesktopSeen(token)
                | events.LinkPreviewFetched(token)
            ):
                self._waits.settle(token, Answered(token, why))
            case Wakeup() | BatchEnd():
                self._rest(event)
            case _ if isinstance(error, WritesRefused):
                pass  # the next run begins everything anew
            case LinkOpened() | LinkFrameArrived() | LinkClosed() | ServerPasswordKeyMade() | PathEvent():
                host = self._hosts.of_account(event.account_id)
                if host is not None:
                    self._take(host, host.account.undone(event, now))
            case events.SocketOpened(socket):
                self._desk.effects.append(CloseSocket(socket, GOING_AWAY))
            case events.SocketClosed() | events.SessionLeft() | events.ShutdownAsked():
                self._socket(event)  # nobody says so again
        return self._finish()

    def goes_on_without(self, error: StorageBroken) -> bool:
        """Without one account; never without service.db, and not on a disk that fails or is full."""
        return isinstance(error, StorageDamaged) and self._hosts.of_file(error.path) is not None

    def forget(self) -> None:
        self._undo.roll_back()

    def _why_failed(self, event: Event, error: Exception) -> Reason:
        if isinstance(error, WritesRefused):
            return reason("disk_full")
        if not isinstance(error, StorageDamaged):
            return reason("internal")
        host = self._hosts.of_file(error.path)
        assert host is not None, "step asked whether we go on without it"
        why = self._accounts.lock_damaged(host)
        concerned = isinstance(event, events.RequestArrived) and address_of(event.request).cid == host.cid
        return why if concerned else reason("internal")

    # --- events

    def _begin(self, now: Instant) -> None:
        self._undo.keep()
        self.stores.begin(now.monotonic)
        self._desk.begin(now)

    def _finish(self) -> list[Effect]:
        self._views.finish_event()
        return self._desk.effects

    def _socket(self, event: Event) -> None:
        match event:
            case events.SocketOpened(socket, connection_id):
                self._sockets.opened(socket)
                self._desk.send(socket, ServiceConnectionAccepted(cid=Cid(0), request_id=connection_id))
            case events.SocketClosed(socket):
                self._sockets.closed(socket)
                self._hosts.let_go(socket)
                self._notifier.socket_closed(socket)
                self._views.end_unfollowed()
                self._waits.socket_closed(socket)
                self._desk.socket_closed(socket)
            case events.MessagesTaken(socket, mark):
                self._delivery.taken(socket, mark)
            case events.BadRequestArrived():
                self._dispatch.bad_request_arrived(event)
            case events.SessionLeft(name):
                self._accounts.restore_session(name)
            case events.NotificationDismissed(key):
                self._notifier.dismiss(key)
            case events.SpaceSeen(free_bytes):
                self._views.say_storage(why_low(free_bytes))
            case events.ShutdownAsked(drain_seconds):
                self._shut_down(drain_seconds)

    def _link(self, event: LinkEvent) -> None:
        if self._probes.heard(event):
            return
        host = self._hosts.of_account(event.account_id)
        if host is not None:
            self._take(host, host.account.link_event(event, self._desk.now))

    def _path(self, event: PathEvent) -> None:
        host = self._hosts.of_account(event.account_id)
        if host is not None:
            self._take(host, host.account.path_event(event, self._desk.now))

    def _wakeup(self) -> None:
        now = self._desk.now
        if self._rests_until is not None and now.monotonic < self._rests_until:
            return
        self._at = self._rests_until = None
        self.stores.erase_due()
        self._waits.fire(now.monotonic)
        for peeked in self._hosts.peek():
            due = peeked.account.next_wakeup()
            host = self._hosts.get(peeked.cid) if due is not None and due <= now.monotonic else None
            if host is not None:
                self._at = host.cid
                self._take(host, host.account.wakeup(now))
        self._at = None
        self._notifier.flush()

    def _batch_end(self) -> None:
        for peeked in self._hosts.peek():
            host = self._hosts.get(peeked.cid) if peeked.account.wants_batch_end() else None
            if host is not None:
                self._at = host.cid
                self._take(host, host.account.batch_end(self._desk.now))
        self._at = None
        self._telling.batch_end()
        self._delivery.batch_end()
        self._notifier.flush()

    def _shut_down(self, drain_seconds: float) -> None:
        for host in self._hosts.peek():
            if host.bound is not None:
                self._workspace.server_shutdown(host, host.bound, drain_seconds)
        for socket in [*self._sockets.views(), *self._sockets.plain()]:
            self._desk.effects.append(CloseSocket(socket, GOING_AWAY))
        for host in self._hosts.sessions():
            self._take(host, host.account.stop(self._desk.now))

    # --- small things

    def _take(self, host: Host, items: Outcome) -> None:
        self._telling.take(host, items)

    def _tell_what_waits(self, host: Host, socket: SocketId) -> None:
        self._telling.tell_what_waits(host, socket)
