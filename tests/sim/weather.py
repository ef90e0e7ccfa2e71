"""What a seed makes go wrong: how slow, how often cut, who dies, and how."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from casemate.protocol.limits import MAILBOX_SECONDS
from tests.sim.disk import Image
from tests.sim.machine import Machine
from tests.sim.network import Network
from tests.sim.people import Person


@dataclass(frozen=True)
class Weather:
    """Drawn once per world, so that some worlds are wild in one way and calm in all others."""

    seconds: float
    """How long the storm lasts."""
    slowness: float
    """Seconds: the worst delay of a frame."""
    mean_seconds_between_faults: float
    cuts: int
    partitions: int
    kills: int
    server_kills: int
    power_cuts: int
    clock_jumps: int
    rollbacks: int
    """These seven are weights: how often this kind is chosen."""
    undone_events: int = 0
    """How often handling an event meets a fault in somebody's service, and is undone: a weight like those above."""
    clones: int = 0
    """How often a copy of somebody's data directory is started beside the original: once in a world at most."""
    server_rollbacks: int = 0
    """Likewise: the server is restored from an older copy, and has lost what came after it."""
    mailbox_seconds: float = MAILBOX_SECONDS
    """How long the server keeps what nobody comes for."""

    @classmethod
    def of(cls, chance: random.Random, faults: random.Random) -> "Weather":
        def weight(most: int, often: float) -> int:
            return chance.randint(1, most) if chance.random() < often else 0

        clients, servers = chance.choices(((0, 0), (2, 0), (0, 2)), weights=(80, 12, 8))[0]
        return cls(
            seconds=chance.choice((30.0, 60.0, 120.0)),
            slowness=chance.choice((0.003, 0.05, 0.5, 2.0)),
            mean_seconds_between_faults=chance.choice((0.7, 2.0, 5.0, 15.0)),
            cuts=weight(5, 0.8),
            partitions=weight(3, 0.5),
            kills=weight(5, 0.6),
            server_kills=weight(4, 0.5),
            power_cuts=weight(4, 0.4),
            clock_jumps=weight(2, 0.3),
            rollbacks=clients,
            server_rollbacks=servers,
            undone_events=faults.randint(1, 5) if faults.random() < 0.3 else 0,
            clones=3 if faults.random() < 0.15 and not (clients or servers) else 0,
            mailbox_seconds=chance.choice((MAILBOX_SECONDS, MAILBOX_SECONDS, 40.0, 10.0)),
        )


class Storm:
    """Makes things go wrong until it is told to stop, and knows what is still broken then."""

    def __init__(
        self, weather: Weather, chance: random.Random, network: Network, server: Machine, people: list[Person]
    ) -> None:
        self._weather = weather
        self._chance = chance
        self._network = network
        self._server = server
        self._people = people
        self.unlucky = people[0]
        """Whose computer is restored from an older copy, or copied: one in a world, since two do not heal at once."""
        self._copies: dict[str, tuple[float, Image]] = {}
        self._over = False
        self.when_server_restored: list[Callable[[], None]] = []
        self.copy_of: Callable[[Person], Person] | None = None
        """Makes a second computer for somebody, that is off and empty."""
        self.copy: Person | None = None

    def start(self) -> None:
        self._network.slowness = self._weather.slowness
        for machine in self._machines():
            machine.when_stopped.append(lambda _, m=machine: self._restart_later(m))  # type: ignore[misc]
        self._plan()

    def stop(self) -> None:
        self._over = True
        if self.copy is not None:
            self.copy.machine.die(by_power=False)
            self.unlucky.machine.die(by_power=False)
        self._network.calm()
        for machine in self._machines():
            machine.disarm()
            machine.boot()

    def _machines(self) -> list[Machine]:
        return [self._server, *(person.machine for person in self._people)]

    def _plan(self) -> None:
        seconds = self._chance.expovariate(1.0 / self._weather.mean_seconds_between_faults)
        self._server.agenda.after(seconds, self._strike)

    def _strike(self) -> None:
        if self._over:
            return
        weather, chance = self._weather, self._chance
        person = chance.choice(self._people)
        kinds = {
            "cut": weather.cuts,
            "partition": weather.partitions,
            "kill": weather.kills,
            "kill the server": weather.server_kills,
            "power": weather.power_cuts,
            "clock": weather.clock_jumps,
            "copy": weather.rollbacks * 2,
            "rollback": weather.rollbacks,
            "server copy": weather.server_rollbacks,
            "server rollback": weather.server_rollbacks,
            "undo": weather.undone_events,
            "clone": weather.clones,
        }
        if any(kinds.values()):
            match chance.choices(list(kinds), weights=list(kinds.values()))[0]:
                case "cut":
                    self._network.cut_one()
                case "partition":
                    self._network.cut_off(person.machine, chance.choice((1.0, 8.0, 40.0)))
                case "kill":
                    self._kill(person.machine, by_power=False)
                case "kill the server":
                    self._kill(self._server, by_power=False)
                case "power":
                    self._kill(chance.choice(self._machines()), by_power=True)
                case "clock":
                    self._turn_clock(chance.choice(self._machines()))
                case "undo":
                    person.machine.undo_event(chance.randint(0, 20))
                case other:
                    self._strike_data(other)
        self._plan()

    def _kill(self, machine: Machine, *, by_power: bool) -> None:
        match self._chance.choice(("now", "before effect", "at write")):
            case "now":
                machine.die(by_power=by_power)
            case "before effect":
                machine.die_before_effect(self._chance.randint(0, 5), by_power=by_power)
            case "at write":
                machine.die_at_write(self._chance.randint(0, 30), by_power=by_power)

    def _turn_clock(self, machine: Machine) -> None:
        machine.wall_shift += self._chance.choice((-3600.0, -1.0, 1.0, 3600.0, 86_400.0))
        machine.tell(f"its clock is turned to {machine.wall_shift:+.0f} s")

    def _copy(self, person: Person) -> None:
        """Of one and the same person, once connected with everybody: two restored ends do not heal in one storm."""
        if not self.is_connected_with_all(person):
            return
        self._copies[person.name] = (person.machine.agenda.now, person.machine.copy_of_disk())

    def _copy_server(self) -> None:
        """Once everybody is connected: what two people agreed since a copy, its server would not know."""
        if self._server.running and all(self.is_connected_with_all(person) for person in self._people):
            self._copies[self._server.name] = (self._server.agenda.now, self._server.copy_of_disk())

    def _roll_back_server(self) -> None:
        copy = self._copies.pop(self._server.name, None)
        if copy is None:
            return
        self._server.die(by_power=False)
        self._server.restore(copy[1])
        for call in self.when_server_restored:
            call()

    def _strike_data(self, kind: str) -> None:
        match kind:
            case "clone":
                self._clone(self.unlucky)
            case "copy":
                self._copy(self.unlucky)
            case "rollback":
                self._roll_back(self.unlucky)
            case "server copy":
                self._copy_server()
            case "server rollback":
                self._roll_back_server()

    def _clone(self, person: Person) -> None:
        """A copy of their data directory is started beside the original; both write; the original is started again."""
        if self.copy_of is None or self.copy is not None or not self.is_connected_with_all(person):
            return
        image = person.machine.copy_of_disk()
        if self._chance.random() < 0.5:
            person.machine.die(by_power=False)
            image = person.machine.copy_of_disk()
        copy = self.copy = self.copy_of(person)
        person.is_cloned = copy.is_cloned = True
        copy.machine.restore(image)
        after = copy.machine.agenda.after
        began = self._chance.uniform(0.0, 5.0)
        after(began, copy.machine.boot)
        for writer, count in ((copy, self._chance.choice((0, 1, 5))), (person, self._chance.choice((1, 8)))):
            for _ in range(count):
                reader = self._chance.choice([other for other in self._people if other.cid != person.cid])
                after(began + self._chance.uniform(0.5, 12.0), partial(writer.write, reader.cid))
        after(began + 14.0, partial(copy.machine.die, by_power=False))
        after(began + self._chance.uniform(13.0, 20.0), partial(person.machine.die, by_power=False))

    def is_connected_with_all(self, person: Person) -> bool:
        account = person.account
        return account is not None and all(
            (peer := account.peer_view(other.cid)) is not None and peer.connection == "connected"
            for other in self._people
            if other.cid != person.cid
        )

    def _roll_back(self, person: Person) -> None:
        copy = self._copies.pop(person.name, None)
        if copy is None:
            return
        taken, image = copy
        person.machine.die(by_power=False)
        person.rolled_back.append((taken, person.machine.agenda.now))
        # What they were shown since the copy is gone with it; the peer's side is still held to its word.
        person.statuses.clear()
        person.machine.restore(image)

    def _restart_later(self, machine: Machine) -> None:
        seconds = 0.05 if self._over else self._chance.choice((0.05, 1.0, 10.0, 30.0)) * self._chance.random()
        machine.agenda.after(seconds, machine.boot)
