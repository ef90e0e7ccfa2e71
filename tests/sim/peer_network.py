"""Connections between the people's own computers: endpoints, dials, and the local networks' announcements."""

import random
from typing import Final

from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.core.ground.path_io import (
    AnnounceOnLan,
    CloseEndpoint,
    ClosePeer,
    DialPeer,
    EndpointChanged,
    EndpointClosed,
    EndpointOpened,
    LanNeighbourSeen,
    LeaveLan,
    ObserveAgain,
    OpenEndpoint,
    PathEffect,
    PeerClosed,
    SendToPeer,
)
from casemate.node import Effect
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import encode_peer_frame
from tests.sim.agenda import Agenda
from tests.sim.machine import Machine
from tests.sim.network import Network
from tests.sim.peer_wire import End, PeerWire, Socket, Told
from tests.sim.relay import Relay
from tests.sim.terrain import Terrain

DIAL_SECONDS: Final = 5.0
TICK_SECONDS: Final = 1.0
ANNOUNCED_AGAIN_SECONDS: Final = 20.0
FIRST_PORT: Final = 40_000


class PeerNetwork:
    """`is_on` False: services that were started without connections between them."""

    def __init__(
        self, agenda: Agenda, chance: random.Random, network: Network, server: Machine, *, is_on: bool
    ) -> None:
        self._agenda = agenda
        self._chance = chance
        self._network = network
        self.is_on = is_on
        self.terrain = Terrain(agenda, chance, network, server)
        self.relay = Relay(server)
        self.refusing = 0.0
        """The part of all dials and openings that fails for no reason."""
        self.watchers: list[Told] = []
        self.wires: list[PeerWire] = []
        self._sockets: list[Socket] = []
        self._dials: dict[tuple[str, int, int], DialPeer] = {}
        """Under way, by computer, boot and connection."""
        self._announced: dict[str, tuple[Machine, int, AnnounceOnLan]] = {}
        """By the names of computers."""
        self._worked_at: dict[tuple[frozenset[str], bool], float] = {}
        """By the names of two computers and the way that packets took."""
        self._numbers = -1
        self._ports = FIRST_PORT
        if is_on:
            agenda.after(TICK_SECONDS, self._tick)

    def attach(self, machine: Machine) -> None:
        """A computer of this world: its connections end with it."""
        self.terrain.settle(machine)
        machine.when_stopped.append(lambda _: self._stopped(machine))

    # --------------------------------------------------------------------------------------------- what services want

    def perform(self, machine: Machine, effect: Effect) -> bool:
        """An effect of an internal service; False if it is none of ours."""
        match effect:
            case OpenEndpoint():
                self._open(machine, effect)
            case CloseEndpoint(account_id, generation):
                self._close(self._socket(machine, account_id, generation))
            case ObserveAgain(account_id, generation):
                socket = self._socket(machine, account_id, generation)
                if socket is not None and socket.is_open:
                    self._agenda.after(self._delay(), lambda: self._observe(socket))
            case DialPeer():
                self._dial(machine, effect)
            case SendToPeer():
                self._send(machine, effect)
            case ClosePeer(account_id, generation, number, code):
                self._dials.pop((machine.name, machine.boots, number), None)
                found = self._end(machine, account_id, generation, number)
                if found is not None:
                    machine.tell(f"closes peer connection {number}: {code}")
                    found[0].close(found[1], code)
            case AnnounceOnLan():
                self._announced[machine.name] = (machine, machine.boots, effect)
                self._announce(machine.name)
            case LeaveLan():
                self._announced.pop(machine.name, None)
            case PathEffect():
                raise AssertionError(f"unknown: {effect!r}")
            case _:
                return False
        return True

    # ------------------------------------------------------------------------------------------------------ the storm

    def live_wires(self) -> list[PeerWire]:
        return [wire for wire in self.wires if not wire.is_over]

    def sockets_of(self, machine: Machine) -> list[Socket]:
        return [socket for socket in self._sockets if socket.machine is machine and socket.lives and socket.is_open]

    def between(self, one: Machine, other: Machine) -> list[PeerWire]:
        """The connections of two computers that one of them believes in."""
        return [wire for wire in self.live_wires() if wire.machines == {one, other}]

    def worked_at(self, one: Machine, other: Machine, *, direct: bool) -> float:
        """When a connection between them last worked in this way."""
        if any(wire.direct == direct and wire.is_live for wire in self.between(one, other)):
            return self._agenda.now
        return self._worked_at.get((frozenset((one.name, other.name)), direct), 0.0)

    def fail_endpoint(self, machine: Machine) -> None:
        """The operating system takes the socket away."""
        for socket in self.sockets_of(machine):
            socket.hear(EndpointClosed(socket.account_id, socket.generation, "failed"))
            self._close(socket)

    def repeat_announcements(self, machine: Machine) -> None:
        """Somebody nearby repeats what others announce, with an address at which nobody holds their keys."""
        for name, (speaker, boot, announcement) in list(self._announced.items()):
            if speaker.running and speaker.boots == boot and self.terrain.are_neighbours(machine, speaker):
                for hearer in list(self._announced):
                    if hearer != name:
                        self._neighbour(hearer, announcement.tags, "10.9.9.9:9")

    def calm(self) -> None:
        self.refusing = 0.0
        self.terrain.calm()
        for wire in self.wires:
            wire.slowness = min(wire.slowness, self._network.slowness)

    # ---------------------------------------------------------------------------------------------------- the endpoint

    def _open(self, machine: Machine, effect: OpenEndpoint) -> None:
        account_id, generation = effect.account_id, effect.generation
        if not self.is_on:
            machine.feed(EndpointClosed(account_id, generation, "off"))
            return
        self._ports += 1
        socket = Socket(
            machine,
            machine.boots,
            account_id,
            generation,
            ed25519_public(effect.key),
            effect.relay_url is not None,
            effect.relay_only,
            self._ports,
        )
        self._sockets.append(socket)

        def bound() -> None:
            if self._chance.random() < self.refusing:
                socket.hear(EndpointClosed(account_id, generation, "address in use"))
                socket.over = True
            elif socket.lives:
                machine.tell(f"endpoint {generation} is open")
                socket.is_open = True
                socket.hear(EndpointOpened(account_id, generation, socket.port))
                self._observe(socket)

        self._agenda.after(self._chance.uniform(0.001, 0.2), bound)

    def _observe(self, socket: Socket) -> None:
        """Tell what is known of the computer's place, if that is news."""
        if not socket.lives:
            return
        reached = socket.has_relay and self.terrain.relay(socket.machine) and self.relay.admits(socket.key)
        addresses: tuple[str, ...] = ()
        if not socket.relay_only:
            addresses = (self.terrain.local_address(socket.machine, socket.port),)
            if socket.has_relay and self.terrain.relay(socket.machine):
                addresses += (self.terrain.public_address(socket.machine, socket.port),)
            elif socket.addresses[:1] == addresses:
                addresses = socket.addresses  # nobody tells: what was seen last stays
        if (reached, addresses) == (socket.relay_connected, socket.addresses) and socket.addresses:
            return
        socket.relay_connected, socket.addresses = reached, addresses
        network = self.terrain.network_of(socket.machine, relay_only=socket.relay_only)
        socket.hear(EndpointChanged(socket.account_id, socket.generation, reached, network, addresses))

    def _close(self, socket: Socket | None) -> None:
        if socket is None:
            return
        for wire in self.wires:
            for end in wire.ends:
                if end.socket is socket and end.is_open:
                    wire.close(end, "bye")
        socket.over = True

    def _stopped(self, machine: Machine) -> None:
        for wire in self.wires:
            for end in wire.ends:
                if end.socket.machine is machine and end.is_open:
                    wire.vanish(end)
        for socket in self._sockets:
            if socket.machine is machine:
                socket.over = True

    def _tick(self) -> None:
        self._agenda.after(TICK_SECONDS, self._tick)
        self._sockets = [socket for socket in self._sockets if socket.lives]
        for socket in self._sockets:
            if socket.is_open and self._chance.random() < 0.5:
                self._observe(socket)
        for wire in self.wires:
            wire.tick()
        self.wires = [wire for wire in self.wires if not wire.is_over]

    # --------------------------------------------------------------------------------------------------- connections

    def _dial(self, machine: Machine, effect: DialPeer) -> None:
        socket = self._socket(machine, effect.account_id, effect.generation)
        if socket is None:
            return
        machine.tell(f"dials a peer as {effect.connection}")
        place = (machine.name, machine.boots, effect.connection)
        self._dials[place] = effect
        refused = self._chance.random() < self.refusing
        until = self._agenda.now + (self._chance.random() if refused else DIAL_SECONDS)

        def knock() -> None:
            if self._dials.get(place) is not effect or not socket.lives:
                self._dials.pop(place, None)
            elif not refused and self._reach(socket, effect):
                del self._dials[place]
            elif self._agenda.now >= until:
                del self._dials[place]
                where = (effect.account_id, effect.generation, effect.connection)
                socket.hear(PeerClosed(*where, "unreachable"))
            else:
                self._agenda.after(0.5, knock)

        self._agenda.after(self._delay() + self._delay(), knock)

    def _reach(self, socket: Socket, effect: DialPeer) -> bool:
        """Whoever holds the key, there where they can be found; a packet of theirs comes back, too."""
        for other in self._sockets:
            if other.key != effect.endpoint_key or not (other.lives and other.is_open):
                continue
            direct = self._is_direct(socket, other, effect.addresses)
            if direct or self._is_relayed(socket, other):
                self._numbers += 2
                ends = (End(socket, effect.connection), End(other, self._numbers))
                slowness = self._chance.uniform(0.001, self._network.slowness)
                args = (self._agenda, self._chance, self.terrain, self.relay)
                self.wires.append(PeerWire(*args, *ends, direct=direct, slowness=slowness, works=self._works))
                way = "directly" if direct else "through the relay"
                socket.machine.tell(f"reaches {other.machine.name} {way} as {effect.connection}, {self._numbers} there")
                return True
        return False

    def _works(self, wire: PeerWire) -> None:
        names = frozenset(machine.name for machine in wire.machines)
        self._worked_at[names, wire.direct] = self._agenda.now

    def _is_direct(self, socket: Socket, other: Socket, addresses: tuple[str, ...]) -> bool:
        if socket.relay_only or other.relay_only or not set(addresses) & set(other.addresses):
            return False
        there_and_back = ((socket, other), (other, socket))
        return all(self.terrain.direct(sender.machine, receiver.machine) for sender, receiver in there_and_back)

    def _is_relayed(self, socket: Socket, other: Socket) -> bool:
        both = (socket, other)
        reached = all(one.relay_connected and self.terrain.relay(one.machine) for one in both)
        return reached and self.relay.carries(socket.key, other.key) and self.relay.carries(other.key, socket.key)

    def _send(self, machine: Machine, effect: SendToPeer) -> None:
        found = self._end(machine, effect.account_id, effect.generation, effect.connection)
        if found is None:
            return
        wire, end = found
        data = encode_peer_frame(effect.frame)
        machine.tell(f"⇒ {type(effect.frame).__name__} on peer connection {effect.connection}")
        for watch in self.watchers:
            watch(wire, end, effect.frame, data)
        wire.send(end, data)

    # ------------------------------------------------------------------------------------------------ local networks

    def _announce(self, name: str) -> None:
        """Everybody near hears it, and the new one hears of everybody; then again and again."""
        found = self._announced.get(name)
        if found is None:
            return
        machine, boot, announcement = found
        if not machine.running or machine.boots != boot:
            del self._announced[name]
            return
        for other_name, (other, _, others) in list(self._announced.items()):
            if other_name != name and self.terrain.are_neighbours(machine, other):
                self._neighbour(other_name, announcement.tags, self.terrain.local_address(machine, announcement.port))
                self._neighbour(name, others.tags, self.terrain.local_address(other, others.port))

        def again() -> None:
            now = self._announced.get(name)
            if now is not None and now[2] is announcement:
                self._announce(name)

        self._agenda.after(ANNOUNCED_AGAIN_SECONDS, again)

    def _neighbour(self, hearer: str, tags: tuple[bytes, ...], address: str) -> None:
        machine, boot, announcement = self._announced[hearer]

        def hear() -> None:
            if machine.running and machine.boots == boot and hearer in self._announced:
                machine.feed(LanNeighbourSeen(announcement.account_id, tags, (address,)))

        if not machine.asleep:
            self._agenda.after(self._chance.uniform(0.001, 0.3), hear)

    # ------------------------------------------------------------------------------------------------------- helpers

    def _socket(self, machine: Machine, account_id: AccountId, generation: int) -> Socket | None:
        for socket in self._sockets:
            where = (socket.machine, socket.account_id, socket.generation)
            if socket.lives and where == (machine, account_id, generation):
                return socket
        return None

    def _end(
        self, machine: Machine, account_id: AccountId, generation: int, number: int
    ) -> tuple[PeerWire, End] | None:
        for wire in self.wires:
            for end in wire.ends:
                if end.lives and end.socket.machine is machine and end.place == (account_id, generation, number):
                    return wire, end
        return None

    def _delay(self) -> float:
        return self._chance.uniform(0.0005, self._network.slowness)
