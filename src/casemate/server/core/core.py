"""The workspace server's core: every event of every device comes through here."""

from collections.abc import Callable
from typing import Any, Final

from casemate.node import Core, Effect, Entropy, Event, Instant, Monotonic, Wakeup, WritesRefused
from casemate.protocol.errors import MalformedFrame, PeerBrokeProtocol
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    Authenticate,
    ClientHello,
    Closing,
    CreateAccount,
    DeleteAccount,
    Deposit,
    EndInvite,
    Ephemeral,
    FetchBundle,
    FindAccount,
    LinkFrame,
    ListAccounts,
    OpeningRefused,
    PublishBundle,
    PublishDeviceList,
    PutInvite,
    Receipt,
    ReceiptTaken,
    RequestFailed,
    SetBlock,
    SetVisibility,
    SignalsTaken,
    WithdrawAsk,
)
from casemate.protocol.link_codec import ClientFrame
from casemate.server.core.accounts import AccountChanges
from casemate.server.core.directory import Directory
from casemate.server.core.endpoints import Endpoints
from casemate.server.core.events import (
    AddressesFound,
    Barrier,
    BarrierPassed,
    Close,
    Connected,
    ConnectionId,
    Disconnected,
    FrameArrived,
    FrameGarbled,
    RelayEndpointAsked,
    RelayPairAsked,
    Send,
    Started,
    StopAsked,
    Written,
)
from casemate.server.core.invites import Invites
from casemate.server.core.kept_names import KeptNames
from casemate.server.core.links import Arrived, DeviceLink, Greeted, Links
from casemate.server.core.mailbox import Mailbox
from casemate.server.core.opening import Opening, refused
from casemate.server.core.outflow import Outflow
from casemate.server.core.ports import ServerStore
from casemate.server.core.presence import Presences
from casemate.server.core.rates import REFUSALS_BEFORE_BREAK
from casemate.server.core.refusals import Refusal
from casemate.server.core.registrations import Registrations
from casemate.server.core.served_time import ServedTime
from casemate.server.core.settings import ServerSettings
from casemate.server.core.signed_names import SignedNames
from casemate.server.core.sweep import Sweep
from casemate.server.core.wellformed import check

Handlers = dict[type[LinkFrame], Callable[[DeviceLink, Any, Instant], list[Effect]]]


class ServerCore(Core):
    """Runs on the store's thread. `Started` is its first event."""

    def __init__(self, store: ServerStore, settings: ServerSettings, entropy: Entropy) -> None:
        self._store = store
        self._links = Links()
        self._rewound: list[DeviceLink] = []
        """Links whose pushes were taken back with an event that was undone."""
        self._not_begun = False
        """`Started` was undone, so that people may be shown online who are not here."""
        self._outflow = Outflow(store, self._links)
        self._endpoints = Endpoints(store, settings)
        self._presences = Presences(store, self._links, self._endpoints)
        self._served_time = ServedTime(store.served_time)
        names, kept_names = SignedNames(store, settings), KeptNames(store, self._served_time)
        invites = Invites(store, settings)
        self._opening = Opening(
            store,
            self._links,
            self._presences,
            self._outflow,
            self._endpoints,
            names,
            kept_names,
            invites,
            settings,
            entropy,
        )
        registrations = Registrations(
            store, self._links, self._presences, self._outflow, self._endpoints, invites, self._served_time
        )
        mailbox = Mailbox(store, self._links, self._outflow, self._served_time, settings)
        self._sweep = Sweep(store, registrations, mailbox, invites, self._served_time, settings)
        accounts = AccountChanges(
            store, self._links, self._presences, self._outflow, self._endpoints, names, kept_names
        )
        directory = Directory(store)
        self._requests: Final[Handlers] = {
            ListAccounts: directory.list_people,
            FindAccount: directory.find,
            AskRegistration: registrations.ask,
            AnswerRegistration: registrations.answer,
            WithdrawAsk: registrations.withdraw,
            SetBlock: registrations.set_block,
            SetVisibility: self._presences.set_visibility,
            PublishBundle: accounts.publish_bundle,
            PublishDeviceList: accounts.publish_device_list,
            FetchBundle: accounts.fetch_bundle,
            PutInvite: invites.put,
            EndInvite: invites.end,
            DeleteAccount: accounts.delete,
        }
        self._bounded_by_quota: Final[Handlers] = {Deposit: mailbox.deposit, Receipt: mailbox.receipt}
        self._signs: Final[Handlers] = {
            SignalsTaken: self._outflow.signals_taken,
            ReceiptTaken: mailbox.receipt_taken,
            Ephemeral: mailbox.ephemeral,
        }

    def handle(self, event: Event, now: Instant) -> list[Effect]:
        self._links.settle()
        match event:
            case FrameArrived(connection, frame):
                return self._frame(connection, frame, now)
            case Written(connection, credit):
                link = self._links.state(connection)
                return self._outflow.written(link, credit) if isinstance(link, DeviceLink) else []
            case Barrier(connection):
                return [BarrierPassed(connection)]
            case RelayPairAsked():
                return self._endpoints.pair_asked(event)
            case RelayEndpointAsked():
                return self._endpoints.endpoint_asked(event)
            case FrameGarbled():
                raise MalformedFrame("no frame")
            case Connected(connection, caller):
                self._links.arrived(connection, caller)
                return []
            case Disconnected(connection):
                return self._end(connection, now)
            case Wakeup():
                if self._not_begun:
                    return self._begin_again(now)
                return [*self._push_again(), *self._sweep.run(now)]
            case Started():
                return self._begin(now)
            case AddressesFound(addresses):
                self._opening.addresses = addresses
                return []
            case StopAsked():
                return self._close_all("shutdown")
            case _:
                raise AssertionError(f"an event that the server does not know: {type(event).__name__}")

    def next_wakeup(self) -> Monotonic | None:
        return 0.0 if self._rewound or self._not_begun else self._sweep.due

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> list[Effect]:
        """End the link on which the frame came; everybody else's goes on."""
        return self._drop(event, "broke_protocol", now)

    def failed(self, event: Event, error: Exception, now: Instant) -> list[Effect]:
        """Whoever asked hears that it failed; a link of which we cannot tell that it is still in order is ended."""
        if isinstance(event, RelayEndpointAsked | RelayPairAsked):
            return self._endpoints.failed(event)
        if isinstance(event, Started):
            self._not_begun = True
            return []
        code = "server_full" if isinstance(error, WritesRefused) else "internal"
        request_id = getattr(event.frame, "request_id", None) if isinstance(event, FrameArrived) else None
        if isinstance(event, FrameArrived) and request_id is not None:
            return [Send(event.connection, RequestFailed(request_id, code))]
        return self._drop(event, code, now)

    def forget(self) -> None:
        self._rewound += self._links.rewind()
        self._served_time.forget()

    def _frame(self, connection: ConnectionId, frame: ClientFrame, now: Instant) -> list[Effect]:
        state = self._links.state(connection)
        if state is None:
            return []  # it was on its way when we ended the link
        check(frame)
        if isinstance(state, DeviceLink):
            return self._link_frame(state, frame, now)
        try:
            match state, frame:
                case Arrived(caller), ClientHello():
                    return self._opening.hello(connection, caller, frame)
                case Greeted(), CreateAccount():
                    return self._opening.create_account(connection, state, frame, now)
                case Greeted(greeting), Authenticate():
                    return self._opening.authenticate(connection, greeting, frame, now)
        except Refusal as refusal:
            self._links.ended(connection)
            return refused(connection, refusal)
        raise PeerBrokeProtocol(f"{type(frame).__name__} out of turn")

    def _link_frame(self, link: DeviceLink, frame: ClientFrame, now: Instant) -> list[Effect]:
        kind = type(frame)
        if kind in self._bounded_by_quota:
            return self._bounded_by_quota[kind](link, frame, now)
        if kind in self._signs:
            if not link.rates.signs.take(now.monotonic):
                raise PeerBrokeProtocol("too many one-way frames")
            return self._signs[kind](link, frame, now)
        if kind in self._requests:
            return self._request(link, frame, now)
        raise PeerBrokeProtocol(f"{kind.__name__} out of turn")

    def _request(self, link: DeviceLink, frame: Any, now: Instant) -> list[Effect]:
        if not link.rates.allows(frame, now.monotonic):
            if link.rates.refused > REFUSALS_BEFORE_BREAK:
                raise PeerBrokeProtocol("too many requests")
            return [Send(link.connection, RequestFailed(frame.request_id, "too_many_requests"))]
        try:
            return self._requests[type(frame)](link, frame, now)
        except Refusal as refusal:
            return [Send(link.connection, RequestFailed(frame.request_id, refusal.code, refusal.params))]

    def _end(self, connection: ConnectionId, now: Instant) -> list[Effect]:
        link = self._links.ended(connection)
        if link is None or self._links.is_online(link.account_id):
            return []
        return self._presences.left(link.account_id, now)

    def _drop(self, event: Event, code: str, now: Instant) -> list[Effect]:
        if not isinstance(event, FrameArrived | FrameGarbled | Disconnected | Written | Connected | Barrier):
            return []
        connection = event.connection
        farewell = Closing(code) if isinstance(self._links.state(connection), DeviceLink) else OpeningRefused(code)
        return [*self._end(connection, now), Send(connection, farewell), Close(connection)]

    def _begin(self, now: Instant) -> list[Effect]:
        self._served_time.begin(now)
        self._store.accounts.show_all_offline(now.wall)
        return self._sweep.run(now)

    def _begin_again(self, now: Instant) -> list[Effect]:
        """Whoever came meanwhile was told who is online, and hears it anew on another link."""
        closed = self._close_all("internal")
        for connection in self._links.connections():
            self._links.ended(connection)
        effects = closed + self._begin(now)
        self._not_begun = False
        self._links.when_undone(self._begins_once_more)
        return effects

    def _begins_once_more(self) -> None:
        self._not_begun = True

    def _push_again(self) -> list[Effect]:
        effects: list[Effect] = []
        for link in self._rewound:
            if self._links.state(link.connection) is link:
                effects += self._outflow.flush(link)
        self._rewound = []
        return effects

    def _close_all(self, code: str) -> list[Effect]:
        effects: list[Effect] = []
        for connection in self._links.connections():
            if isinstance(self._links.state(connection), DeviceLink):
                effects.append(Send(connection, Closing(code)))
            effects.append(Close(connection))
        return effects
