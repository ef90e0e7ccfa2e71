"""Which computers reach each other, and which reach the server's relay: routers, local networks, and what fails."""

import random
from typing import Final

from casemate.protocol.peer import Network as NetworkSeen
from tests.sim.agenda import Agenda
from tests.sim.machine import Machine
from tests.sim.network import Network

LOCAL_NETWORKS: Final = 3


class Terrain:
    """Whatever is not said to fail works. Directions count: packets may pass one way and not the other."""

    def __init__(self, agenda: Agenda, chance: random.Random, network: Network, server: Machine) -> None:
        self._agenda = agenda
        self._chance = chance
        self._network = network
        self._server = server
        self._local: dict[str, int] = {}
        self._moves: dict[str, int] = {}
        self._numbers: dict[str, int] = {}
        self._without_udp: set[str] = set()
        """Behind routers that let no UDP out; the local network is not concerned."""
        self._closed: dict[frozenset[str], bool] = {}
        """Pairs of routers between which no way can be opened; drawn when first needed."""
        self._failing_until: dict[tuple[str, str], float] = {}
        """Packets of a direct path, from and to."""
        self._relay_failing_until: dict[str, float] = {}
        """By computer; "" for everybody."""

    def settle(self, machine: Machine) -> None:
        """A new computer, somewhere."""
        self._numbers[machine.name] = len(self._numbers) + 1
        self._moves[machine.name] = 0
        self._place(machine)

    # ------------------------------------------------------------------------------------------------------- asking

    def direct(self, sender: Machine, receiver: Machine) -> bool:
        """Whether a packet gets from one to the other without the relay."""
        if not (self._is_there(sender) and self._is_there(receiver)):
            return False
        if self._failing_until.get((sender.name, receiver.name), 0.0) > self._agenda.now:
            return False
        return self._on_one_lan(sender, receiver) or not self._is_closed(sender, receiver)

    def relay(self, machine: Machine) -> bool:
        """Whether packets get to and from the relay."""
        failing = max(self._relay_failing_until.get(machine.name, 0.0), self._relay_failing_until.get("", 0.0))
        return self._is_there(machine) and self._server.running and failing <= self._agenda.now

    def are_neighbours(self, one: Machine, other: Machine) -> bool:
        return self._on_one_lan(one, other) and self._is_there(one) and self._is_there(other)

    def _on_one_lan(self, one: Machine, other: Machine) -> bool:
        return self._local[one.name] == self._local[other.name]

    def local_address(self, machine: Machine, port: int) -> str:
        return f"10.{self._local[machine.name]}.{self._moves[machine.name]}.{self._numbers[machine.name]}:{port}"

    def public_address(self, machine: Machine, port: int) -> str:
        return f"198.51.{self._moves[machine.name]}.{self._numbers[machine.name]}:{port}"

    def network_of(self, machine: Machine, *, relay_only: bool) -> NetworkSeen:
        """What the computer finds out about its own router."""
        if relay_only:
            return NetworkSeen(relay_only=True)
        return NetworkSeen("blocked", "unknown") if machine.name in self._without_udp else NetworkSeen("open", "steady")

    # ------------------------------------------------------------------------------------------------------ the storm

    def move(self, machine: Machine) -> None:
        """Another café: other addresses, other routers."""
        machine.tell("moves to another network")
        self._moves[machine.name] += 1
        for pair in [pair for pair in self._closed if machine.name in pair]:
            del self._closed[pair]
        self._place(machine)

    def fail_between(self, one: Machine, other: Machine, seconds: float, *, both_ways: bool) -> None:
        """The direct way stops working, or one direction of it."""
        one.tell(f"reaches {other.name} no more directly for {seconds:.1f} s{' and back' if both_ways else ''}")
        self._failing_until[one.name, other.name] = self._agenda.now + seconds
        if both_ways:
            self._failing_until[other.name, one.name] = self._agenda.now + seconds

    def fail_relay(self, machine: Machine | None, seconds: float) -> None:
        """The relay cannot be reached by this computer, or by anybody, although the server can."""
        (machine or self._server).tell(f"the relay is out of reach for {seconds:.1f} s")
        self._relay_failing_until["" if machine is None else machine.name] = self._agenda.now + seconds

    def calm(self) -> None:
        """Routers stay what they are; everything else works."""
        self._failing_until.clear()
        self._relay_failing_until.clear()

    # ------------------------------------------------------------------------------------------------------- helpers

    def _is_there(self, machine: Machine) -> bool:
        return machine.running and not machine.asleep and not self._network.is_cut_off(machine)

    def _place(self, machine: Machine) -> None:
        self._local[machine.name] = self._chance.randrange(LOCAL_NETWORKS)
        self._without_udp.discard(machine.name)
        if self._chance.random() < 0.15:
            self._without_udp.add(machine.name)

    def _is_closed(self, one: Machine, other: Machine) -> bool:
        if self._without_udp & {one.name, other.name}:
            return True
        pair = frozenset((one.name, other.name))
        if pair not in self._closed:
            self._closed[pair] = self._chance.random() < 0.25
        return self._closed[pair]
