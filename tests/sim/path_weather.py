"""What a seed makes go wrong on the way from one computer to another."""

import random
from dataclasses import dataclass

from tests.sim.machine import Machine
from tests.sim.network import Network
from tests.sim.peer_network import PeerNetwork
from tests.sim.people import Person
from tests.sim.stranger import Stranger


@dataclass(frozen=True)
class PathWeather:
    """Drawn once per world; weights, but for the first two."""

    mean_seconds_between_faults: float
    refusing: float
    """The part of dials, and of endpoints to be opened, that fails for no reason."""
    breaks: int
    """A connection dies, and both ends hear of it some time."""
    deaf: int
    """A connection dies in one direction, or in both, and nobody is told."""
    no_way: int
    """The direct way fails for some time."""
    relay: int
    """The relay is out of reach for some time, though the server is not."""
    moves: int
    sleeps: int
    outages: int
    """The server, and its relay, stay away for long."""
    endpoints: int
    """The operating system takes a socket away."""
    repeats: int
    """Announcements on the local network are repeated by a stranger."""
    strangers: int
    """Somebody calls up with a key that nobody certifies."""

    @classmethod
    def of(cls, chance: random.Random) -> "PathWeather":
        def weight(most: int, often: float) -> int:
            return chance.randint(1, most) if chance.random() < often else 0

        return cls(
            mean_seconds_between_faults=chance.choice((1.0, 3.0, 6.0, 20.0)),
            refusing=chance.choice((0.0, 0.0, 0.1, 0.4)),
            breaks=weight(4, 0.5),
            deaf=weight(5, 0.6),
            no_way=weight(4, 0.5),
            relay=weight(3, 0.4),
            moves=weight(3, 0.4),
            sleeps=weight(3, 0.4),
            outages=weight(2, 0.3),
            endpoints=weight(1, 0.3),
            repeats=weight(2, 0.3),
            strangers=weight(3, 0.3),
        )


class PathStorm:
    """Makes connections between computers go wrong until it is told to stop."""

    def __init__(
        self,
        weather: PathWeather,
        chance: random.Random,
        network: Network,
        peers: PeerNetwork,
        server: Machine,
        people: list[Person],
        stranger: Stranger,
    ) -> None:
        self._weather = weather
        self._chance = chance
        self._network = network
        self._peers = peers
        self._server = server
        self._people = people
        self._stranger = stranger
        self._over = False

    def start(self) -> None:
        self._peers.refusing = self._weather.refusing
        self._plan()

    def stop(self) -> None:
        self._over = True
        self._peers.calm()

    def _plan(self) -> None:
        seconds = self._chance.expovariate(1.0 / self._weather.mean_seconds_between_faults)
        self._server.agenda.after(seconds, self._strike)

    def _strike(self) -> None:
        if self._over:
            return
        weather, chance = self._weather, self._chance
        victim, claimed = chance.sample(self._people, 2)
        one, other = victim.machine, claimed.machine
        kinds = {
            "breaks": weather.breaks,
            "deaf": weather.deaf,
            "no way": weather.no_way,
            "relay": weather.relay,
            "moves": weather.moves,
            "sleeps": weather.sleeps,
            "outage": weather.outages,
            "endpoint": weather.endpoints,
            "repeat": weather.repeats,
            "stranger": weather.strangers,
        }
        if any(kinds.values()):
            match chance.choices(list(kinds), weights=list(kinds.values()))[0]:
                case "breaks":
                    self._break_one()
                case "deaf":
                    self._deafen_one()
                case "no way":
                    seconds = chance.choice((1.0, 5.0, 20.0, 60.0))
                    self._peers.terrain.fail_between(one, other, seconds, both_ways=chance.random() < 0.5)
                case "relay":
                    self._peers.terrain.fail_relay(chance.choice((one, None)), chance.choice((2.0, 15.0, 60.0)))
                case "moves":
                    self._peers.terrain.move(one)
                case "sleeps":
                    self._sleep(one, chance.choice((0.5, 3.0, 10.0, 45.0)))
                case "outage":
                    self._server.die(by_power=False)
                    self._server.stay_off(chance.choice((20.0, 60.0, 150.0)))
                case "endpoint":
                    self._peers.fail_endpoint(one)
                case "repeat":
                    self._peers.repeat_announcements(one)
                case "stranger":
                    self._stranger.call(victim, claimed)
        self._plan()

    def _break_one(self) -> None:
        wires = self._peers.live_wires()
        if wires:
            self._chance.choice(wires).break_loudly(within=self._chance.choice((0.1, 3.0, 20.0)))

    def _deafen_one(self) -> None:
        wires = self._peers.live_wires()
        if wires:
            wire = self._chance.choice(wires)
            for end in self._chance.choice((wire.ends, wire.ends[:1], wire.ends[1:])):
                end.socket.machine.tell(f"hears nothing more on peer connection {end.number}")
                end.deaf = True

    def _sleep(self, machine: Machine, seconds: float) -> None:
        if machine.running and not machine.asleep:
            self._network.cut_off(machine, seconds)
            machine.sleep()
            machine.agenda.after(seconds, machine.wake)
