"""A whole server without sockets: a real database in memory, the real core, and connections that keep what they get."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import Any, TypeVar

from casemate.crypto.link_proof import Greeting, new_server_key
from casemate.crypto.server_password import server_password_key
from casemate.crypto.testing import repeatable_entropy
from casemate.node import Effect, Event, EventUndone, Instant, Wakeup, step
from casemate.protocol.ids import DeviceId
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    Closing,
    Deliver,
    Deposit,
    Receipt,
    RequestFailed,
    ServerHello,
    Signal,
    SignalBody,
    Welcome,
)
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import SqliteServerStore
from casemate.server.core.core import ServerCore
from casemate.server.core.events import (
    Caller,
    Close,
    Connected,
    ConnectionId,
    Disconnected,
    FrameArrived,
    RelayAccountChanged,
    RelayEndpointAnswered,
    RelayPairAnswered,
    Send,
    Started,
    Written,
)
from casemate.server.core.settings import ServerSettings
from casemate.server.tests.people import Person, check_greeting, new_person

F = TypeVar("F")
START_WALL = 1_700_000_000.0
SOMEBODY = Caller()


@dataclass
class Connection:
    """One device's end of a connection."""

    number: ConnectionId
    office: "Office"
    person: Person | None = None
    heard: list[ServerFrame] = field(default_factory=list)
    closed: bool = False
    unwritten: int = 0
    """Credit of pushes that the network has not taken yet."""

    def say(self, *frames: ClientFrame) -> None:
        """All in one batch."""
        self.office.happen(*(FrameArrived(self.number, frame) for frame in frames))

    def ask(self, kind: Callable[..., ClientFrame], *fields: Any) -> ServerFrame:
        """A request with the next id; its answer."""
        assert self.person is not None
        request_id = next(self.person.request_ids)
        self.say(kind(request_id, *fields))
        answers = [frame for frame in self.heard if getattr(frame, "request_id", None) == request_id]
        assert len(answers) == 1, answers
        return answers[0]

    def refusal(self, kind: Callable[..., ClientFrame], *fields: Any) -> str:
        """The code with which a request failed."""
        answer = self.ask(kind, *fields)
        assert isinstance(answer, RequestFailed), answer
        return answer.code

    def all(self, kind: type[F]) -> list[F]:
        """Everything of one kind that was heard."""
        return [frame for frame in self.heard if isinstance(frame, kind)]

    def last(self, kind: type[F]) -> F:
        return self.all(kind)[-1]

    def signals(self) -> list[SignalBody]:
        return [signal.body for signal in self.all(Signal)]

    def signal(self, kind: type[F]) -> F:
        """The latest of one kind."""
        return [body for body in self.signals() if isinstance(body, kind)][-1]

    def drop(self) -> None:
        """The network lost it."""
        self.closed = True
        self.office.happen(Disconnected(self.number))

    def write(self) -> None:
        """The network takes what was pushed."""
        credit, self.unwritten = self.unwritten, 0
        self.office.happen(Written(self.number, credit))

    @property
    def welcome(self) -> Welcome:
        return self.last(Welcome)

    @property
    def ended_with(self) -> str | None:
        closings = self.all(Closing)
        return closings[-1].code if closings else None


class Office:
    """Time stands still unless `pass_time` moves it. Pushes are written at once unless `slow`."""

    def __init__(self, **settings: Any) -> None:
        self.private_key, self.public_key = new_server_key(repeatable_entropy(b"server"))
        settings.setdefault("new_accounts_at_once", 10_000)
        if hashes := settings.pop("password_hashes", None):
            settings |= {"registration": "password", "password": server_password_key(hashes, self.public_key)}
        self.settings = ServerSettings(self.private_key, self.public_key, **settings)
        self.store = SqliteServerStore(Database.in_memory())
        self.now = Instant(monotonic=100.0, wall=START_WALL)
        self.connections: dict[ConnectionId, Connection] = {}
        self.undone: list[EventUndone] = []
        self.told_relay: list[Effect] = []
        self.slow = False
        self._numbers = count(1)
        self.start()

    def start(self) -> None:
        """A server process begins on this database; whoever was connected to the last one is not to this one."""
        self.core = ServerCore(self.store, self.settings, repeatable_entropy(b"core"))
        self.connections.clear()
        self.happen(Started())

    def pass_time(self, seconds: float) -> None:
        until = self.now.monotonic + seconds
        while (due := self.core.next_wakeup()) is not None and due <= until:
            self._pass_time(max(0.0, due - self.now.monotonic))
            self.happen(Wakeup())
        self._pass_time(until - self.now.monotonic)

    def serve(self, seconds: float) -> None:
        """So much time passes, at once: the server's count of it moves on, and it sweeps.

        `pass_time` sweeps every minute, which takes seconds for a month.
        """
        self.store.served_time.set_seconds(self.core._served_time.at(self.now) + seconds)
        self.core._served_time.forget()
        self._pass_time(seconds)
        self.happen(Wakeup())

    def serve_until(self, served_seconds: float | None) -> None:
        """The server's count of its time stands exactly there; nothing else moves, so nothing is swept."""
        assert served_seconds is not None
        self.store.served_time.set_seconds(
            served_seconds - self.core._served_time.at(self.now) + self.store.served_time.seconds()
        )
        self.core._served_time.forget()

    def jump_clock(self, seconds: float) -> None:
        """Somebody sets the clock; no time passes."""
        self.now = Instant(self.now.monotonic, self.now.wall + seconds)

    def _pass_time(self, seconds: float) -> None:
        self.now = Instant(self.now.monotonic + seconds, self.now.wall + seconds)

    def happen(self, *events: Event) -> None:
        """One batch; its effects reach the connections."""
        for effect in step(self.core, self.store, events, self.now):
            self._perform(effect)
        if not self.slow:
            self._write_all()

    def connect(self, person: Person | None = None, caller: Caller = SOMEBODY) -> Connection:
        connection = Connection(ConnectionId(next(self._numbers)), self, person)
        self.connections[connection.number] = connection
        self.happen(Connected(connection.number, caller))
        return connection

    def greet(self, person: Person, caller: Caller = SOMEBODY) -> tuple[Connection, Greeting]:
        connection = self.connect(person, caller)
        hello = person.hello()
        connection.say(hello)
        return connection, check_greeting(hello, connection.last(ServerHello))

    def create_account(self, person: Person, caller: Caller = SOMEBODY) -> Connection:
        connection, greeting = self.greet(person, caller)
        connection.say(person.create_account(greeting))
        return connection

    def authenticate(self, person: Person) -> Connection:
        connection, greeting = self.greet(person)
        connection.say(person.authenticate(greeting))
        return connection

    def newcomer(self, name: str, full_name: str | None = None) -> Connection:
        connection = self.create_account(new_person(name, full_name))
        assert connection.all(Welcome), connection.heard
        return connection

    def _perform(self, effect: Effect) -> None:
        match effect:
            case Send(number, frame, credit):
                connection = self.connections[number]
                assert not connection.closed or credit == 0
                connection.heard.append(frame)
                connection.unwritten += credit
            case Close(number):
                self.connections[number].closed = True
            case RelayEndpointAnswered() | RelayPairAnswered() | RelayAccountChanged():
                self.told_relay.append(effect)
            case EventUndone():
                self.undone.append(effect)
            case _:
                raise AssertionError(effect)

    def _write_all(self) -> None:
        while waiting := [c for c in self.connections.values() if c.unwritten and not c.closed]:
            for connection in waiting:
                connection.write()


def person_of(connection: Connection) -> Person:
    assert connection.person is not None
    return connection.person


def device_of(connection: Connection) -> DeviceId:
    return person_of(connection).device_id


def numbers(connection: Connection) -> list[int]:
    """Of all envelopes delivered on a link, in the order of their arrival."""
    return [number for frame in connection.all(Deliver) for number, _ in frame.items]


def take(recipient: Connection, sender: Connection, up_to: int, sealed: bytes = b"") -> None:
    recipient.say(Receipt(device_of(sender), up_to, sealed))


def befriend(first: Connection, second: Connection) -> None:
    """They agree to talk."""
    first.ask(AskRegistration, person_of(second).account_id, b"card of the first")
    second.ask(AnswerRegistration, person_of(first).account_id, True, b"card of the second")


def deposit(to: Connection, numbers: Sequence[int], size: int = 10) -> Deposit:
    """Envelopes that tell their number."""
    return Deposit(person_of(to).device_id, [(number, envelope(number, size)) for number in numbers])


def envelope(number: int, size: int = 10) -> bytes:
    return number.to_bytes(8, "big").rjust(size, b"\0")
