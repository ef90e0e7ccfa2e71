"""Internal services and a server joined in one thread."""

import itertools
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha3_256
from pathlib import Path

from casemate.crypto.keys import MachineKey
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.server_password import server_password_key
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.crypto.vault import PasswordCost
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.service_store import open_or_begin_anew
from casemate.internal_service.core.ground import events
from casemate.internal_service.core.ground.effects import (
    AskAutostart,
    AskBrowsers,
    AskDesktop,
    AskUp,
    CloseSocket,
    FetchLinkPreview,
    MakeVault,
    RelockVault,
    SendResponse,
    ShowOnDesktop,
    TryVaults,
    WithdrawFromDesktop,
)
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkFrameArrived,
    LinkOpened,
    MakeServerPasswordKey,
    OpenLink,
    SendOnLink,
)
from casemate.internal_service.core.ground.path_io import EndpointClosed, OpenEndpoint
from casemate.internal_service.core.ground.refusals import reason
from casemate.internal_service.core.service import Service
from casemate.internal_service.core.sessions import vaults
from casemate.internal_service.core.sessions.found_accounts import take_stock
from casemate.internal_service.core.sessions.machine import Machine
from casemate.node import Effect, Event, EventUndone, Instant, Wakeup, step
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.codec import decode_response, encode_response
from casemate.protocol.client.notification_views import NotificationView
from casemate.protocol.client.views import Reach, ReachView
from casemate.protocol.ids import AccountId, SocketId
from casemate.protocol.link_codec import ClientFrame, ServerFrame, decode_client_frame, decode_server_frame, encode
from casemate.protocol.link_previews import LinkPreview
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import SqliteServerStore
from casemate.server.core.core import ServerCore
from casemate.server.core.events import (
    Close,
    Connected,
    ConnectionId,
    Disconnected,
    FrameArrived,
    Send,
    Started,
    Written,
)
from casemate.server.core.names import read_username
from casemate.server.core.settings import ServerSettings
from tests.service.asking import SERVER, new_id
from tests.service.client import Client

OTHER_SERVER = "127.0.0.2:12349"
CHEAP = PasswordCost(memory_kib=8, passes=1)
MOMENT_SECONDS = 0.05
"""Receipts come no closer after each other than less than this."""

Seen = Callable[[ClientFrame], Iterable[ClientFrame]]


@dataclass(frozen=True)
class _Server:
    core: ServerCore
    store: SqliteServerStore
    settings: ServerSettings


class Street:
    """A server and houses; everything happens in `settle`, and time moves only by `pass_time`."""

    def __init__(self, folder: Path, *, server_passwords: tuple[bytes, ...] = ()) -> None:
        self.folder = folder
        self.now = Instant(1_000.0, 1_900_000_000.0)
        self.entropy = repeatable_entropy(b"street")
        self.houses: list[House] = []
        self.server_up = True
        self.to_server: Seen = lambda frame: [frame]
        """Every frame on its way to the server: drop or change it here."""
        self._connections = itertools.count(1)
        self._homes: dict[ConnectionId, tuple[House, bytes, int]] = {}
        self.work: deque[Callable[[], None]] = deque()
        self._servers = {SERVER: self._new_server("server", server_passwords)}
        self._server_of: dict[ConnectionId, _Server] = {}

    def second_server(self) -> str:
        """Another server, with people of its own. Answers its address."""
        self._servers[OTHER_SERVER] = self._new_server("other-server", ())
        return OTHER_SERVER

    def server_forgets_everybody(self) -> None:
        """Its data is lost; it starts again with the same identity."""
        known = self._servers[SERVER]
        store = SqliteServerStore(Database.open(self.folder / "empty.db", synchronous="OFF"))
        core = ServerCore(store, known.settings, self.entropy)
        step(core, store, [Started()], self.now)
        self._servers[SERVER] = _Server(core, store, known.settings)

    def server_runs(self, version: str) -> None:
        """It stops, and that version of its program starts on its data."""
        self.server_goes()
        known = self._servers[SERVER]
        settings = replace(known.settings, version=version)
        core = ServerCore(known.store, settings, self.entropy)
        step(core, known.store, [Started()], self.now)
        self._servers[SERVER] = _Server(core, known.store, settings)
        self.server_comes()
        self.settle()

    def fill_server(self, people: int) -> None:
        """So many accounts that nobody here knows."""
        store = self._servers[SERVER].store
        with store.transaction():
            for number in range(people):
                account_id = AccountId(sha3_256(number.to_bytes(8, "big")).digest())
                store.accounts.add(account_id, read_username(f"person{number}"), "A Person", bytes(400), 1, 0.0)

    def house(self, name: str = "house") -> "House":
        house = House(self, self.folder / name)
        self.houses.append(house)
        house.start()
        return house

    def settle(self) -> None:
        """Until nothing is under way, and nobody is about to say something within a moment."""
        moment = self.now.monotonic + MOMENT_SECONDS
        for _ in range(100_000):
            if self.work:
                self.work.popleft()()
            elif not self._wake_next(moment):
                return
        raise AssertionError("it does not come to rest")

    def pass_time(self, seconds: float) -> None:
        end = self.now.monotonic + seconds
        while self._wake_next(end):
            self.settle()
        self._move(max(end, self.now.monotonic))

    def _wake_next(self, before: float) -> bool:
        """Whoever is next to be woken, if that is by then."""
        due = [moment for house in self._up() if (moment := house.service.next_wakeup()) is not None]
        if not due or min(due) > before:
            return False
        self._move(max(min(due), self.now.monotonic))
        for house in self._up():
            moment = house.service.next_wakeup()
            if moment is not None and moment <= self.now.monotonic:
                house.tell(Wakeup())
        return True

    def _up(self) -> list["House"]:
        return [house for house in self.houses if house.is_up]

    def server_goes(self) -> None:
        self.server_up = False
        for connection in list(self._homes):
            self._break(connection)
        self.settle()

    def server_comes(self) -> None:
        self.server_up = True
        self.pass_time(60)

    # --- the links

    def open_link(self, house: "House", account_id: bytes, generation: int, address: str) -> None:
        server = self._servers.get(address)
        if not self.server_up or server is None:
            self.work.append(lambda: house.tell(LinkClosed(account_id, generation, "down")))  # type: ignore[arg-type]
            return
        connection = ConnectionId(next(self._connections))
        self._homes[connection] = (house, account_id, generation)
        self._server_of[connection] = server
        self._tell_server(Connected(connection))
        key = bytes(server.settings.public_key)
        self.work.append(lambda: house.tell(LinkOpened(account_id, generation, key)))  # type: ignore[arg-type]

    def send_link(self, house: "House", account_id: bytes, generation: int, frame: ClientFrame) -> None:
        for connection, home in self._homes.items():
            if home == (house, account_id, generation):
                for changed in self.to_server(frame):
                    arrived = decode_client_frame(encode(changed))
                    self.work.append(partial(self._tell_server, FrameArrived(connection, arrived)))

    def close_link(self, house: "House", account_id: bytes, generation: int) -> None:
        for connection, home in list(self._homes.items()):
            if home == (house, account_id, generation):
                del self._homes[connection]
                self._tell_server(Disconnected(connection))

    def drop_links_of(self, house: "House") -> None:
        for connection, home in list(self._homes.items()):
            if home[0] is house:
                del self._homes[connection]
                self._tell_server(Disconnected(connection))

    def _new_server(self, name: str, passwords: tuple[bytes, ...]) -> "_Server":
        private, public = new_server_key(self.entropy)
        store = SqliteServerStore(Database.open(self.folder / f"{name}.db", synchronous="OFF"))
        password = server_password_key(passwords, public) if passwords else None
        settings = ServerSettings(
            private, public, registration="open" if password is None else "password", password=password
        )
        core = ServerCore(store, settings, self.entropy)
        step(core, store, [Started()], self.now)
        return _Server(core, store, settings)

    def _tell_server(self, event: Connected | Disconnected | FrameArrived | Written) -> None:
        server = self._server_of[event.connection]
        for effect in step(server.core, server.store, [event], self.now):
            match effect:
                case Send(connection, frame, credit) if connection in self._homes:
                    self.work.append(partial(self._deliver, connection, decode_server_frame(encode(frame))))
                    if credit:
                        self.work.append(partial(self._tell_server, Written(connection, credit)))
                case Close(connection) if connection in self._homes:
                    self.work.append(partial(self._break, connection))

    def _deliver(self, connection: ConnectionId, frame: ServerFrame) -> None:
        home = self._homes.get(connection)
        if home is not None:
            house, account_id, generation = home
            house.tell(LinkFrameArrived(account_id, generation, frame))  # type: ignore[arg-type]

    def _break(self, connection: ConnectionId) -> None:
        home = self._homes.pop(connection, None)
        if home is not None:
            house, account_id, generation = home
            self._tell_server(Disconnected(connection))
            house.tell(LinkClosed(account_id, generation, "cut"))  # type: ignore[arg-type]

    def _move(self, monotonic: float) -> None:
        self.now = Instant(monotonic, self.now.wall + monotonic - self.now.monotonic)


class House:
    """One internal service on its data directory."""

    def __init__(self, street: Street, folder: Path) -> None:
        self.street = street
        self.folder = folder
        folder.mkdir()
        self.clients: dict[SocketId, Client] = {}
        self.closed_with: dict[SocketId, int] = {}
        self.undone: list[EventUndone] = []
        self.autostart = False
        self.has_desktop = False
        """Its computer shows notifications, from the next start on."""
        self.desktop: dict[str, NotificationView] = {}
        self.pages: dict[str, LinkPreview] = {}
        """What pages of the internet say of themselves, by their addresses."""
        """What stands there."""
        self.told: list[NotificationView] = []
        """What rang there."""
        self.hold_vaults = False
        self._held: list[Callable[[], Event]] = []
        self._sockets = itertools.count(1)
        self._key = MachineKey(b"m" * 32)
        self.version = "0.5.0"
        self.own_server_key: bytes | None = None
        """Of a server that this person started, too."""
        self.reach: Reach = "this-computer"
        """Of that server."""
        self.full = False
        """There was no room at the start: it only reads."""
        self._runs = 0
        self.is_up = False

    def start(self) -> None:
        self._runs += 1
        self.is_up = True
        entropy = repeatable_entropy(str(self.folder).encode() + bytes([self._runs]))
        files = AccountFiles(self.folder, synchronous="OFF", reading_only=self.full)
        wall, has_accounts = self.street.now.wall, bool(files.files())
        store = open_or_begin_anew(self.folder, self._key, wall, has_accounts=has_accounts, synchronous="OFF")
        found = take_stock(store, files, self.street.now.wall)
        names = [row.name for row in store.accounts()]
        machine = Machine(
            version=self.version,
            key=self._key,
            unlocked_by="key_file",
            own_server_key=self.own_server_key,
            shows_notifications=self.has_desktop,
        )
        self.service = Service(
            store,
            files,
            machine=machine,
            entropy=entropy,
            kem=RepeatableKem(entropy),
            found=found,
            reading_only=self.full,
        )
        self._entropy = entropy
        self.tell_all([events.SessionLeft(name) for name in names])
        self.street.settle()

    def restart(self) -> None:
        """Killed and started again."""
        self.kill()
        self.start()

    def kill(self) -> None:
        self.is_up = False
        self.street.drop_links_of(self)
        self.clients.clear()
        self.service.stores.close()
        self.street.work.clear()

    def client(self) -> "Client":
        """A socket that has not said anything yet."""
        socket = SocketId(next(self._sockets))
        self.clients[socket] = client = Client(self, socket)
        self.tell(events.SocketOpened(socket, new_id()))
        self.street.settle()
        return client

    def view(self) -> "Client":
        client = self.client()
        client.expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="test"))
        return client

    def tell(self, event: Event) -> None:
        self.tell_all([event])

    def tell_all(self, batch: list[Event]) -> None:
        for effect in step(self.service, self.service.stores, batch, self.street.now):
            self._perform(effect)

    def _perform(self, effect: Effect) -> None:
        street = self.street
        match effect:
            case SendResponse(socket, response, mark):
                if socket in self.clients:
                    self.clients[socket].hear(decode_response(encode_response(response)), mark)
            case CloseSocket(socket, code):
                self.closed_with[socket] = code
            case OpenLink(account_id, generation, address):
                street.open_link(self, account_id, generation, address)
            case SendOnLink(account_id, generation, frame):
                street.send_link(self, account_id, generation, frame)
            case CloseLink(account_id, generation):
                street.close_link(self, account_id, generation)
            case OpenEndpoint(account_id, generation):
                closed = EndpointClosed(account_id, generation, "off")
                street.work.append(lambda: self.tell(closed))
            case MakeVault() | TryVaults() | RelockVault() | MakeServerPasswordKey():
                self._vault(partial(vaults.done, effect, self._entropy, CHEAP))
            case ShowOnDesktop() | WithdrawFromDesktop():
                self._show(effect)
            case AskBrowsers() | AskAutostart() | AskUp() | AskDesktop() | FetchLinkPreview():
                street.work.append(partial(self.tell, self._answer(effect)))
            case EventUndone():
                self.undone.append(effect)
            case _:
                raise AssertionError(effect)

    def _show(self, effect: ShowOnDesktop | WithdrawFromDesktop) -> None:
        if isinstance(effect, WithdrawFromDesktop):
            self.desktop.pop(effect.key, None)
            return
        self.desktop[effect.view.key] = effect.view
        self.told += [effect.view] if effect.view.ring else []

    def _answer(self, effect: AskBrowsers | AskAutostart | AskUp | AskDesktop | FetchLinkPreview) -> Event:
        """What is around the service and has no core of its own."""
        match effect:
            case AskBrowsers(token):
                return events.BrowsersTold(token, [])
            case AskAutostart(token, turn):
                self.autostart = self.autostart if turn is None else turn
                return events.AutostartSeen(token, "on" if self.autostart else "off")
            case AskDesktop(token):
                return events.DesktopSeen(token, "works")
            case FetchLinkPreview(token, url):
                found = self.pages.get(url)
                return events.LinkPreviewFetched(token, found, None if found else reason("preview_unreachable"))
            case AskUp(token, wanted):
                self.reach = wanted or self.reach
                return events.UpAnswered(token, ReachView(reach=self.reach))

    def _vault(self, work: Callable[[], Event]) -> None:
        if self.hold_vaults:
            self._held.append(work)
        else:
            self.street.work.append(lambda: self.tell(work()))

    def release_vaults(self) -> None:
        """What was held is done now."""
        self.hold_vaults = False
        while self._held:
            self._vault(self._held.pop(0))
        self.street.settle()
