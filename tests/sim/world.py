"""A whole deployment in one thread: people, their services, a server, and what a seed does to them."""

import random
from collections.abc import Callable
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Final, Self

from casemate.crypto.link_proof import new_server_key
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.internal_service.adapters.account_store import open_account_store
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.ports import AccountStore
from casemate.node import Effect
from casemate.protocol.link import PathOffer
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import SqliteServerStore
from casemate.server.core.core import ServerCore
from casemate.server.core.events import Started
from casemate.server.core.ports import ServerStore
from casemate.server.core.settings import ServerSettings
from tests.sim.agenda import Agenda
from tests.sim.checkers import (
    BoundedQueues,
    CheckFailed,
    NoPlaintext,
    ToldOfExpiry,
    TruthfulStatus,
    converged,
    relation_of,
)
from tests.sim.final_checks import FINAL_CHECKS
from tests.sim.host import AccountHost, Answered, Told
from tests.sim.machine import Machine, Process
from tests.sim.network import Network
from tests.sim.path_checkers import (
    SAMPLE_SECONDS,
    BoundedWindows,
    HonestBadge,
    NobodyWaits,
    OnlyCertified,
    unsettled_path,
)
from tests.sim.path_weather import PathStorm, PathWeather
from tests.sim.peer_network import PeerNetwork
from tests.sim.people import Habits, Person, make_friends, make_peace
from tests.sim.service_person import ServicePerson
from tests.sim.story import Story
from tests.sim.stranger import Stranger
from tests.sim.vfs import VFS_NAME
from tests.sim.weather import Storm, Weather
from tests.support.devices import furnish, publish, take_over, with_device

CALM_SECONDS: Final = 400.0
"""Back-off, rate limits and time-outs add up; a world that needs longer to settle is stuck."""
PEACE_SECONDS: Final = 5.0
QUIET_ROUNDS: Final = 8
DATABASE_KEY: Final = bytes(range(32))
PATHS: Final = PathOffer(relay_url="", relay_port=12350, observer_key=b"", observer_ports=[])


class World(AbstractContextManager["World"]):
    """`with World(seed) as world: world.live()`. Raises CheckFailed or BugFound."""

    def __init__(
        self,
        seed: int,
        *,
        keep_story: bool = False,
        weather: Weather | None = None,
        path_weather: PathWeather | None = None,
        whole_services: bool | None = None,
        many_devices: bool = False,
    ) -> None:
        """`many_devices`: some people have two or three, from before anything goes wrong."""
        self.seed = seed
        self._many_devices = many_devices
        self.story = Story(keep_story)
        self.agenda = Agenda()
        chance = self._chance("world")
        self.weather = weather or Weather.of(chance, self._chance("faults"))
        way = self._chance("paths")
        self.with_paths = way.random() < 2 / 3 if path_weather is None else True
        self._are_friends = (self.with_paths and way.random() < 0.8) or many_devices
        self.path_weather = path_weather or PathWeather.of(way)
        self.habits = Habits(
            self._chance("habits"),
            # A restored database may not know of a quarrel since: both at once is for people to sort out.
            # One's own devices do not tell each other of it yet.
            quarrels=chance.random() < 0.3
            and not (self.weather.rollbacks or self.weather.server_rollbacks or many_devices),
            comes_and_goes=chance.random() < 0.4,
            fiddles=self.with_paths and way.random() < 0.4,
        )
        drawn = chance.random() < 0.5
        self._whole_services = (drawn and not many_devices) if whole_services is None else whole_services
        private, public = new_server_key(repeatable_entropy(f"{seed}/server".encode()))
        paths = PATHS if self.with_paths else None
        self._settings = ServerSettings(
            private_key=private, public_key=public, paths=paths, mailbox_seconds=self.weather.mailbox_seconds
        )
        self.server = Machine("server", self.agenda, self._chance("server"), self.story, self._start_server)
        self.network = Network(self.agenda, self._chance("network"), self.server, public)
        peer_chance = self._chance("peer network")
        self.peers = PeerNetwork(self.agenda, peer_chance, self.network, self.server, is_on=self.with_paths)
        self.people = [self._person(f"person{number}") for number in range(chance.choice((2, 2, 3, 4)))]
        self.storm = Storm(self.weather, self._chance("storm"), self.network, self.server, self.people)
        if not self._whole_services:
            self.storm.copy_of = self._copy_of
        self.stranger = Stranger(self.agenda, self._chance("stranger"), self.story, self.peers)
        self.path_storm = PathStorm(
            self.path_weather,
            self._chance("path storm"),
            self.network,
            self.peers,
            self.server,
            self.people,
            self.stranger,
        )
        for person in self.people:
            person.udp_mode = "Enabled" if way.random() < 0.85 else "Disabled"
        self.statuses = TruthfulStatus(self)
        self.expiry = ToldOfExpiry(self.statuses)
        self.plaintext = NoPlaintext()
        self.queues = BoundedQueues()
        self.network.watchers += [self.plaintext.frame, self.queues.frame]
        self.certified = OnlyCertified(self)
        self.windows = BoundedWindows(self)
        self.badges = HonestBadge(self)
        self.waits = NobodyWaits(self)
        self.peers.watchers += [self.plaintext.peer_frame, self.certified.frame, self.windows.frame]
        self.storm.when_server_restored.append(self.statuses.server_restored)
        self.server.when_started.append(self.statuses.machine_started)
        for person in self.people:
            self._watch(person)

    def _watch(self, person: Person) -> None:
        person.told += [self.statuses.told, self.badges.told]
        person.machine.when_started += [self.statuses.machine_started, person.started]

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for machine in (*self._machines(), self.stranger.machine):
            machine.dispose()
        if self.storm.copy is not None:
            self.storm.copy.machine.dispose()

    def __enter__(self) -> Self:
        return self

    # --- what checkers see

    @property
    def mailbox_seconds(self) -> float:
        return self.weather.mailbox_seconds

    @property
    def server_store(self) -> ServerStore | None:
        process = self.server.process
        if process is None:
            return None
        assert isinstance(process.store, SqliteServerStore)
        return process.store

    # --- its life

    def live(self) -> None:
        """From the first start to the last check."""
        self.begin()
        self.storm.start()
        if self.with_paths:
            self.stranger.machine.boot()
            self.path_storm.start()
        self.agenda.run_until(self.agenda.now + self.weather.seconds)
        self.end()

    def begin(self) -> None:
        """Everything runs, and everybody goes about their day; where they know each other, after a quiet start."""
        for machine in self._machines():
            machine.boot()
        if self._are_friends:
            self._befriend()
        if self._many_devices:
            self._add_devices()
        for person in self.people:
            self._act(person, self._chance(f"{person.name}/pace"), self.agenda.now + self.weather.seconds)
        self._look()

    def _look(self) -> None:
        """Now and then, at what no event would show."""
        self.agenda.after(SAMPLE_SECONDS, self._look)
        self.waits.look_at_all()
        self.badges.look_at_all()
        self.expiry.look_at_all()

    def _befriend(self) -> None:
        """Everybody is connected with everybody before anything goes wrong."""
        for _ in range(QUIET_ROUNDS):
            for person in self.people:
                make_friends(person, self._others(person))
                make_peace(person, self._others(person))
            self.agenda.run_until(self.agenda.now + 1.0)

    def _add_devices(self) -> None:
        """Somebody has more than one; each begins with nothing but whom the first one knows."""
        chance = self._chance("devices")
        while not all(map(self.storm.is_connected_with_all, self.people)):
            for person in self.people:
                make_peace(person, self._others(person))
            self.agenda.run_until(self.agenda.now + 1.0)
        firsts = list(self.people)
        for index, first in enumerate(firsts):
            for number in range(chance.choice((1, 1, 2) if index == 0 else (0, 0, 1, 2))):
                self._add_device(first, f"{first.name}'s device {number + 2}", chance)
        self.storm.unlucky = chance.choice(self.people)

    def _add_device(self, first: Person, name: str, chance: random.Random) -> None:
        account = first.account
        assert account is not None
        device, device_list = with_device(account, repeatable_entropy(chance.randbytes(16)))

        def furnished(store: AccountStore) -> None:
            furnish(store, account, device, device_list)

        machine = self._account_machine(name, lambda machine: self._start_account(machine, person, furnished))
        person = Person(name, machine, self._chance(name), cid=first.cid, udp_mode=first.udp_mode)
        person.written, person.changed, person.talks = first.written, first.changed, first.talks
        for own in self.people:
            if own.cid == first.cid and own is not first:
                own.wish("hear of another device", lambda account, now: take_over(account, device_list))
        first.wish("publish another device", lambda account, now: publish(account, device_list))
        self.agenda.run_until(self.agenda.now + 1.0)
        machine.boot()
        self._watch(person)
        person.started()
        self.people.append(person)
        self.agenda.run_until(self.agenda.now + 1.0)

    def end(self) -> None:
        """The storm stops; everything settles; everybody says one last thing; every check is made."""
        self.path_storm.stop()
        self.storm.stop()
        self._settle()
        for person in self.people:
            for other in self._others(person):
                if person.account is not None and relation_of(person, other) == ("registered", "connected"):
                    person.write(other.cid)
        self._settle()
        for check in FINAL_CHECKS:
            check(self)
        self.plaintext.disks(self._machines())

    def _settle(self) -> None:
        deadline = self.agenda.now + CALM_SECONDS
        while True:
            for person in self.people:
                make_peace(person, self._others(person))
            self.agenda.run_until(self.agenda.now + PEACE_SECONDS)
            self.statuses.machine_started()
            open_matter = converged(self) or (unsettled_path(self) if self.with_paths else None)
            if open_matter is None:
                return
            if self.agenda.now >= deadline:
                raise CheckFailed(f"not settled {CALM_SECONDS:.0f} s after the storm: {open_matter}")

    def _act(self, person: Person, chance: random.Random, until: float) -> None:
        def act() -> None:
            if self.agenda.now < until:
                self.habits.act(person, self._others(person))
                self.agenda.after(chance.expovariate(1.0), act)

        self.agenda.after(chance.random() * 3.0, act)

    def _others(self, person: Person) -> list[Person]:
        return [other for other in self.people if other is not person and (other.cid != person.cid or other.cid == 0)]

    def _machines(self) -> list[Machine]:
        return [self.server, *(person.machine for person in self.people)]

    def _chance(self, purpose: str) -> random.Random:
        return random.Random(f"{self.seed}/{purpose}")

    # --- its processes

    def _person(self, name: str) -> Person:
        def start(machine: Machine) -> Process:
            if isinstance(person, ServicePerson):
                return person.start_process(machine)
            return self._start_account(machine, person)

        machine = self._account_machine(name, start)
        person: Person
        if self._whole_services:
            person = ServicePerson(name, machine, self._chance(name), self.network, self.peers)
        else:
            person = Person(name, machine, self._chance(name))
        return person

    def _account_machine(self, name: str, start: Callable[[Machine], Process]) -> Machine:
        machine = Machine(f"{name}'s computer", self.agenda, self._chance(f"{name}/machine"), self.story, start)
        self.network.attach(machine)
        self.peers.attach(machine)
        return machine

    def _copy_of(self, person: Person) -> Person:
        """A second computer of theirs, for a copy of their data directory."""
        machine = Machine(
            f"the computer with a copy of {person.name}",
            self.agenda,
            self._chance("copy/machine"),
            self.story,
            lambda machine: self._start_account(machine, copy),
        )
        copy = Person(person.name, machine, self._chance("copy"), cid=person.cid, udp_mode=person.udp_mode)
        copy.written, copy.changed, copy.talks = person.written, person.changed, person.talks
        copy.told.append(self.statuses.told)
        self.network.attach(machine)
        self.peers.attach(machine)
        machine.when_started += [self.statuses.machine_started, copy.started]
        return copy

    def _start_server(self, machine: Machine) -> Process:
        store = SqliteServerStore(Database.open(machine.file("server.db"), vfs=VFS_NAME))
        core = ServerCore(store, self._settings, machine.entropy())

        def perform(effect: Effect) -> None:
            if not (self.network.perform_for_server(effect) or self.peers.relay.perform(effect)):
                raise AssertionError(f"the server wants {effect!r}")

        return Process(core, store, perform, first=[Started()])

    def _start_account(
        self, machine: Machine, person: Person, furnished: Callable[[AccountStore], None] | None = None
    ) -> Process:
        store = open_account_store(machine.file("account.db"), DATABASE_KEY, vfs=VFS_NAME)
        entropy = machine.entropy()
        kem = RepeatableKem(entropy)
        if store.profile() is None and furnished is not None:
            with store.transaction():
                furnished(store)
        elif store.profile() is None:
            with store.transaction():
                Account.create(
                    store,
                    username=person.name,
                    full_name=person.name.title(),
                    server_address="server:12349",
                    server_password=None,
                    entropy=entropy,
                    kem=kem,
                    now=machine.now(),
                )
        account = Account.load(store, entropy=entropy, kem=kem)
        person.cid, person.device = account.cid, account._context.device.device_id

        def perform(effect: Effect) -> None:
            match effect:
                case Told():
                    person.hear(effect)
                case Answered(wish, refused):
                    wish.heard(refused)
                case _:
                    if not (self.network.perform(machine, effect) or self.peers.perform(machine, effect)):
                        raise AssertionError(f"a service wants {effect!r}")

        return Process(AccountHost(account), store, perform)


def live(
    seed: int,
    *,
    keep_story: bool = False,
    many_devices: bool = False,
    prepare: Callable[[World], None] = lambda _: None,
) -> Story:
    """One world from its first start to its last check. The story is on the exception as `story` when it fails."""
    with World(seed, keep_story=keep_story, many_devices=many_devices) as world:
        prepare(world)
        try:
            world.live()
        except Exception as error:
            error.add_note(f"seed {seed}; told as far as it went with: python -m tests.sim --seed {seed}")
            error.__dict__["story"] = world.story
            raise
        return world.story
