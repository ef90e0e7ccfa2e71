"""A server core and some accounts with real stores, joined by links that a test can read, change, hold and cut."""

from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from functools import partial
from math import inf
from pathlib import Path
from typing import TypeVar

from casemate.crypto.keys import ServerPrivate
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.primitives import ed25519_public
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkFrameArrived,
    LinkOpened,
    OpenLink,
    SendOnLink,
)
from casemate.internal_service.core.ground.notices import Notice
from casemate.internal_service.core.ground.path_io import PathEffect, PathEvent
from casemate.node import BatchEnd, Core, Effect, Event, EventUndone, Instant, Wakeup, step
from casemate.protocol.client.views import MessageView, PeerView
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, Cid, MessageId
from casemate.protocol.limits import MAILBOX_SECONDS
from casemate.protocol.link_codec import ClientFrame, ServerFrame, decode_client_frame, decode_server_frame, encode
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
from casemate.server.core.settings import RegistrationMode, ServerSettings
from tests.support.devices import furnish, publish, take_over, with_device
from tests.support.peer_network import PeerNetwork

FIRST_WALL_SECONDS = 1_900_000_000.0
MOMENT_SECONDS = 0.05
"""Receipts come no closer after each other than less than this."""
DATABASE_KEY = b"k" * 32

Heard = TypeVar("Heard", bound=Notice)

ToServer = Callable[["Person", ClientFrame], Iterable[ClientFrame]]
ToDevice = Callable[["Person", ServerFrame], Iterable[ServerFrame]]


class Operation(Event):
    def __init__(self, run: Callable[[Account, Instant], Outcome]) -> None:
        self.run = run


class AccountCore(Core):
    def __init__(self, account: Account) -> None:
        self.account = account
        self.fault: Exception | None = None
        """A refusal, or a bug, that undid the last event; the test has to see it."""

    def handle(self, event: Event, now: Instant) -> Outcome:  # type: ignore[override]
        self.account.undo.keep()
        match event:
            case Operation():
                return event.run(self.account, now)
            case LinkOpened() | LinkFrameArrived() | LinkClosed():
                return self.account.link_event(event, now)
            case PathEvent():
                return self.account.path_event(event, now)
            case BatchEnd():
                outcome = self.account.batch_end(now)
                self.fault = next((one.error for one in outcome if isinstance(one, EventUndone)), self.fault)
                return outcome
            case Wakeup():
                return self.account.wakeup(now)
        raise AssertionError(event)

    def next_wakeup(self) -> float | None:
        return self.account.next_wakeup()

    def wants_batch_end(self) -> bool:
        return self.account.wants_batch_end()

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Outcome:  # type: ignore[override]
        self.account.undo.keep()
        return self.account.quarantine(event, error, now)

    def failed(self, event: Event, error: Exception, now: Instant) -> Outcome:  # type: ignore[override]
        self.account.undo.keep()
        self.fault = error
        return self.account.undone(event, now)

    def forget(self) -> None:
        self.account.undo.roll_back()


@dataclass
class Person:
    """Somebody at their computer."""

    name: str
    path: Path
    store: SqliteAccountStore
    core: AccountCore
    notices: list[Notice] = field(default_factory=list)
    generation: int = 0
    connection: ConnectionId | None = None
    place: AccountId | None = None
    """Where the peer network finds a copy of somebody, who has the same account id; None: it is no copy."""

    @property
    def account(self) -> Account:
        return self.core.account

    @property
    def cid(self) -> Cid:
        return self.account.cid

    def heard(self, kind: type[Heard]) -> list[Heard]:
        return [notice for notice in self.notices if isinstance(notice, kind)]


class Deployment:
    """Everything happens in `settle`, in order; time moves by `pass_time`, and in `settle` for a moment at most."""

    def __init__(
        self,
        folder: Path,
        seed: bytes = b"deployment",
        *,
        mailbox_seconds: float = MAILBOX_SECONDS,
        now: Instant | None = None,
        server_private: ServerPrivate | None = None,
    ) -> None:
        """`now` and `server_private` are given when what is in the folder goes on."""
        self.folder = folder
        self.mailbox_seconds = mailbox_seconds
        self.entropy = repeatable_entropy(seed)
        self.now = now or Instant(1000.0, FIRST_WALL_SECONDS)
        self.moment = MOMENT_SECONDS
        """`settle` waits for whom is to be woken within it."""
        if server_private is None:
            server_private, _ = new_server_key(self.entropy)
        self.server_private = server_private
        self.server_key = ed25519_public(server_private)
        self.people: list[Person] = []
        self.to_server: ToServer = lambda person, frame: [frame]
        self.to_device: ToDevice = lambda person, frame: [frame]
        self.server_up = True
        self.server_clock_ahead = 0.0
        self.registration: RegistrationMode = "open"
        """From the next start of the server on."""
        self.dialled: list[str] = []
        """The addresses, in turn."""
        self.nobody_at: set[str] = set()
        self.another_at: dict[str, bytes] = {}
        """Where another server answers, with this key in its certificate."""
        self.peers = PeerNetwork(self._to_account)
        self._connections = 0
        self._work: deque[Callable[[], None]] = deque()
        self._open_server()

    # ---------------------------------------------------------------------------------------------------- the parts

    def person(
        self,
        name: str,
        *,
        enroll: bool = True,
        server_password: list[bytes] | None = None,
        auto_connect: bool = False,
        invitation: str = "",
    ) -> Person:
        path = self.folder / f"{name}.db"
        store = open_account_store(path, DATABASE_KEY, synchronous="OFF")
        with store.transaction():
            account = Account.create(
                store,
                username=name,
                full_name=name.title(),
                server_address="127.0.0.1:12349",
                server_password=server_password,
                auto_connect=auto_connect,
                invitation=invitation,
                entropy=self.entropy,
                kem=RepeatableKem(self.entropy),
                now=self.now,
            )
        person = Person(name, path, store, AccountCore(account))
        self.people.append(person)
        if enroll:
            self.do(person, lambda account, now: account.start(now))
        return person

    def restart(self, person: Person, *, database: bytes | None = None) -> None:
        """End the process and start it again, on this copy of its database if one is given."""
        if person in self.people:
            self.end(person)
        self.people.append(person)
        if database is not None:
            person.path.write_bytes(database)
        person.store = open_account_store(person.path, DATABASE_KEY, synchronous="OFF")
        account = Account.load(person.store, entropy=self.entropy, kem=RepeatableKem(self.entropy))
        person.core = AccountCore(account)
        self.do(person, lambda account, now: account.start(now))

    def come_back(self, name: str) -> Person:
        """Somebody whose database lies in the folder; their process starts."""
        path = self.folder / f"{name}.db"
        store = open_account_store(path, DATABASE_KEY, synchronous="OFF")
        account = Account.load(store, entropy=self.entropy, kem=RepeatableKem(self.entropy))
        person = Person(name, path, store, AccountCore(account))
        self.people.append(person)
        self.do(person, lambda account, now: account.start(now))
        return person

    def copy_of(self, person: Person) -> bytes:
        """The database as a backup has it, taken while the process was ended for a moment."""
        data = self.end(person)
        self.restart(person, database=data)
        return data

    def jump_clocks(self, seconds: float) -> None:
        """Somebody sets all clocks; no time passes."""
        self.now = Instant(self.now.monotonic, self.now.wall + seconds)

    def copy_without_stopping(self, person: Person) -> bytes:
        """The database as somebody copies it while the process runs."""
        person.store.database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return person.path.read_bytes()

    def end(self, person: Person) -> bytes:
        """Its process ends for a while; returns its database, to be given to `restart`."""
        self.cut(person)
        self.peers.crash(person.place or person.account.account_id)
        person.store.close()
        self.people.remove(person)
        self.settle()
        return person.path.read_bytes()

    def clone(self, person: Person, database: bytes) -> Person:
        """Somebody starts a copy of this person's data directory, which may run beside the original."""
        name = f"copy {len(self.people)} of {person.name}"
        path = self.folder / f"{name}.db"
        path.write_bytes(database)
        store = open_account_store(path, DATABASE_KEY, synchronous="OFF")
        account = Account.load(store, entropy=self.entropy, kem=RepeatableKem(self.entropy))
        copy = Person(name, path, store, AccountCore(account), place=AccountId(self.entropy(32)))
        self.people.append(copy)
        self.do(copy, lambda account, now: account.start(now))
        return copy

    def another_device(self, person: Person, *, starts: bool = True) -> Person:
        """A further computer of somebody's, which the account lists from now on."""
        name = f"device {len(self.people)} of {person.name}"
        path = self.folder / f"{name}.db"
        store = open_account_store(path, DATABASE_KEY, synchronous="OFF")
        device, device_list = with_device(person.account, self.entropy)
        with store.transaction():
            furnish(store, person.account, device, device_list)
        self.publish_list(person, device_list)
        account = Account.load(store, entropy=self.entropy, kem=RepeatableKem(self.entropy))
        another = Person(name, path, store, AccountCore(account), place=AccountId(self.entropy(32)))
        self.people.append(another)
        if starts:
            self.do(another, lambda account, now: account.start(now))
        return another

    def publish_list(self, person: Person, device_list: bytes) -> None:
        """By one device of theirs; the others hear of it from there."""
        for own in self.people:
            if own.account.account_id == person.account.account_id and own is not person:
                self.do(own, lambda account, now: take_over(account, device_list))
        self.do(person, lambda account, now: publish(account, device_list))

    def forget_everything_at_the_server(self) -> None:
        """The server's data is lost: it goes on with an empty mailbox."""
        self.change_at_the_server("DELETE FROM pairs")

    def change_at_the_server(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Behind its back, as by a damaged disk or an older copy; returns rows of a SELECT."""
        rows = [tuple(row) for row in self._server_database.rows(sql, *values)]
        self._server_store._rows.clear()  # as a server that begins on it: what it remembers of rows is not so any more
        return rows

    def restart_server(self) -> None:
        """Its process ends, with all links, and begins again on its data."""
        self.settle()
        cut_off = [person for person in self.people if person.connection is not None]
        for person in cut_off:
            person.connection = None
        self._server_database.close()
        self._open_server()
        for person in cut_off:
            self._step(person, LinkClosed(person.account.account_id, person.generation, "server"))
        self.settle()

    def replace_server(self) -> None:
        """Somebody else answers at the server's address, with the same data and another key."""
        self.server_private, self.server_key = new_server_key(self.entropy)
        self._server_database.close()
        self._open_server()

    # ------------------------------------------------------------------------------------------------------- acting

    def do(self, person: Person, run: Callable[[Account, Instant], Outcome]) -> None:
        self._step(person, Operation(run))
        self.settle()

    def cut(self, person: Person) -> None:
        """The connection breaks."""
        connection, person.connection = person.connection, None
        if connection is not None:
            self._server(Disconnected(connection))
            self._step(person, LinkClosed(person.account.account_id, person.generation, "cut"))
        self.settle()

    def pass_time(self, seconds: float) -> None:
        """Let timers come due, one after the other."""
        end = self.now.monotonic + seconds
        while True:
            cores = (*(person.core for person in self.people), self._server_core)
            due = [moment for core in cores if (moment := core.next_wakeup()) is not None]
            if not due or min(due) > end:
                break
            self._move(max(min(due), self.now.monotonic))
            sweep = self._server_core.next_wakeup()
            if sweep is not None and sweep <= self.now.monotonic:
                self._server(Wakeup())
            for person in self.people:
                moment = person.core.next_wakeup()
                if moment is not None and moment <= self.now.monotonic:
                    self._step(person, Wakeup())
            self.settle()
        self._move(max(end, self.now.monotonic))

    def settle(self) -> None:
        """Until nothing is under way, and nobody is about to say something within a moment."""
        moment = self.now.monotonic + self.moment
        for _ in range(100_000):
            if self._work:
                self._work.popleft()()
            elif not self._wake_whom_it_is_time(moment):
                break
        else:
            raise AssertionError("the deployment does not come to rest")
        for person in self.people:
            fault, person.core.fault = person.core.fault, None
            if fault is not None:
                raise fault

    def _wake_whom_it_is_time(self, moment: float) -> bool:
        next_due = min(map(_when, self.people), default=inf)
        if next_due > moment:
            return False
        self._move(max(next_due, self.now.monotonic))
        for person in [person for person in self.people if _when(person) <= self.now.monotonic]:
            self._step(person, Wakeup())
        return True

    def _move(self, monotonic: float) -> None:
        self.now = Instant(monotonic, self.now.wall + monotonic - self.now.monotonic)

    # ------------------------------------------------------------------------------------------------------- shorthand

    def befriend(self, one: Person, other: Person) -> None:
        """Registered and connected."""
        self.do(one, lambda account, now: account.ask_registration(other.cid, now))
        self.do(other, lambda account, now: account.answer_registration(one.cid, True, now))
        self.do(one, lambda account, now: account.connect(other.cid, b"", "Enabled", now))
        self.do(other, lambda account, now: account.answer_connect(one.cid, True, b"", "Enabled", now))

    def say(self, one: Person, other: Person, text: str) -> MessageId:
        message_id = MessageId(self.entropy(16))
        self.do(
            one, lambda account, now: account.send_chat(account.conversation_with(other.cid), message_id, text, now)
        )
        return message_id

    def read(self, one: Person, other: Person, *texts: str, up_to: int | None = None) -> None:
        """These of theirs (none: all) were on one's screen; `up_to` is the arrival up to which all is seen."""
        theirs = [message for message in self.timeline(one, other) if not message.mine]
        painted = [MessageId(bytes.fromhex(message.id)) for message in theirs if not texts or message.text in texts]
        seen = max((message.arrival for message in theirs), default=0) if up_to is None else up_to
        self.do(one, lambda account, now: account.mark_read(account.conversation_with(other.cid), painted, seen, now))

    def timeline(self, one: Person, other: Person) -> list[MessageView]:
        return one.account.timeline(one.account.conversation_with(other.cid), None, None, None, 200)[0]

    def texts(self, one: Person, other: Person) -> list[str | None]:
        """Of messages; lines about the conversation are none."""
        return [message.text for message in self.timeline(one, other) if not message.kind.startswith("note_")]

    def statuses(self, one: Person, other: Person) -> list[str]:
        return [message.status for message in self.timeline(one, other) if message.mine]

    def sees(self, one: Person, other: Person) -> PeerView:
        view = one.account.peer_view(other.cid)
        assert view is not None, f"{one.name} does not know {other.name}"
        return view

    # -------------------------------------------------------------------------------------------------------- the wire

    def _open_server(self) -> None:
        self._server_database = Database.open(self.folder / "server.db", synchronous="OFF")
        self._server_store = SqliteServerStore(self._server_database)
        settings = ServerSettings(
            self.server_private,
            self.server_key,
            mailbox_seconds=self.mailbox_seconds,
            registration=self.registration,
        )
        self._server_core = ServerCore(self._server_store, settings, self.entropy)
        self._server(Started())

    def _server(self, event: Event) -> None:
        its_time = Instant(self.now.monotonic, self.now.wall + self.server_clock_ahead)
        for effect in step(self._server_core, self._server_store, [event], its_time):
            self._perform_server(effect)

    def _perform_server(self, effect: Effect) -> None:
        match effect:
            case Send(connection, frame, credit):
                if credit:
                    self._work.append(partial(self._server, Written(connection, credit)))
                person = next((person for person in self.people if person.connection == connection), None)
                if person is not None:
                    generation = person.generation
                    for changed in self.to_device(person, frame):
                        arrived = decode_server_frame(encode(changed))
                        self._work.append(partial(self._to_device, person, generation, arrived))
            case Close(connection):
                self._work.append(lambda: self._closed_by_server(connection))

    def _to_account(self, place: AccountId, event: PathEvent) -> None:
        for person in self.people:
            if (person.place or person.account.account_id) == place:
                self._work.append(partial(self._step, person, replace(event, account_id=person.account.account_id)))

    def _to_device(self, person: Person, generation: int, frame: ServerFrame) -> None:
        if person.generation == generation and person.connection is not None:
            self._step(person, LinkFrameArrived(person.account.account_id, generation, frame))

    def _closed_by_server(self, connection: ConnectionId) -> None:
        for person in self.people:
            if person.connection == connection:
                person.connection = None
                self._step(person, LinkClosed(person.account.account_id, person.generation, "server"))
        self._server(Disconnected(connection))

    def _step(self, person: Person, event: Event) -> None:
        for effect in step(person.core, person.store, [event], self.now):
            self._perform(person, effect)

    def _perform(self, person: Person, effect: object) -> None:
        match effect:
            case Notice():
                person.notices.append(effect)
            case OpenLink(account_id, generation, address):
                person.generation = generation
                self.dialled.append(address)
                if not self.server_up or address in self.nobody_at:
                    self._work.append(lambda: self._step(person, LinkClosed(account_id, generation, "down")))
                    return
                self._connections += 1
                person.connection = ConnectionId(self._connections)
                self._server(Connected(person.connection))
                key = self.another_at.get(address, bytes(self.server_key))
                self._work.append(lambda: self._step(person, LinkOpened(account_id, generation, key)))
            case SendOnLink(_, generation, frame):
                if generation == person.generation and person.connection is not None:
                    connection = person.connection
                    for changed in self.to_server(person, frame):
                        arrived = decode_client_frame(encode(changed))
                        self._work.append(partial(self._server, FrameArrived(connection, arrived)))
            case PathEffect():
                self.peers.perform(effect if person.place is None else replace(effect, account_id=person.place))
            case CloseLink(_, generation):
                if generation == person.generation and person.connection is not None:
                    connection, person.connection = person.connection, None
                    self._server(Disconnected(connection))


def _when(person: Person) -> float:
    moment = person.core.next_wakeup()
    return inf if moment is None else moment
