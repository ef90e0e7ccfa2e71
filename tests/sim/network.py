"""The network between internal services and the server: slow, cut, partitioned, but in order on each link."""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from casemate.internal_service.core.ground.link_io import (
    CloseLink,
    LinkClosed,
    LinkFrameArrived,
    LinkOpened,
    OpenLink,
    SendOnLink,
)
from casemate.node import Effect, Event
from casemate.protocol.ids import AccountId
from casemate.protocol.link import (
    Closing,
    Deliver,
    Deposit,
    Deposited,
    DepositRefused,
    OpeningRefused,
    Receipt,
    RequestFailed,
    Signal,
)
from casemate.protocol.link_codec import ClientFrame, ServerFrame, decode_client_frame, decode_server_frame, encode
from casemate.server.core import events as server
from tests.sim.agenda import Agenda
from tests.sim.machine import Machine

DIAL_SECONDS: Final = 5.0
HEARTBEAT_SECONDS: Final = 10.0
"""The longest that an end of a dead link believes in it."""

Watcher = Callable[["Wire", ClientFrame | ServerFrame, bytes], None]
"""Sees every frame that is handed to the network, on whatever link."""


@dataclass
class Wire:
    """One connection of one account to the server."""

    client: Machine
    client_boot: int
    account_id: AccountId
    generation: int
    connection: server.ConnectionId
    server_boot: int
    slowness: float
    """Seconds that a frame takes at most."""
    cut: bool = False
    client_ended: bool = False
    """The client knows, or asked for it."""
    server_ended: bool = False
    last_arrival: dict[bool, float] = field(default_factory=lambda: {True: 0.0, False: 0.0})
    """By direction (True: to the server): what is sent later arrives later."""


def described(frame: ClientFrame | ServerFrame) -> str:
    """For the story."""
    match frame:
        case Deposit(_, items) | Deliver(_, _, items):
            return f"{type(frame).__name__} {items[0][0]}…{items[-1][0]}"
        case Deposited(_, first, last):
            return f"Deposited {first}…{last}"
        case DepositRefused(_, first, last, code):
            return f"DepositRefused {first}…{last} {code}"
        case Receipt(_, taken_up_to):
            return f"Receipt {taken_up_to}"
        case Signal(sequence, body):
            return f"Signal {sequence} {type(body).__name__}"
        case RequestFailed(request_id, code):
            return f"RequestFailed {request_id} {code}"
        case OpeningRefused(code) | Closing(code):
            return f"{type(frame).__name__} {code}"
        case _:
            return f"{type(frame).__name__} {getattr(frame, 'request_id', '')}"


class Network:
    def __init__(self, agenda: Agenda, chance: random.Random, server_machine: Machine, certificate_key: bytes) -> None:
        self._agenda = agenda
        self._chance = chance
        self._server = server_machine
        self._certificate_key = certificate_key
        self._wires: list[Wire] = []
        self._connections = 0
        self._cut_off_until: dict[str, float] = {}
        self.slowness = 0.02
        """Seconds: the worst delay of a new link is up to this."""
        self.watchers: list[Watcher] = []
        server_machine.when_stopped.append(self._server_stopped)

    # --- what the internal services want

    def attach(self, machine: Machine) -> None:
        """Let its links end when the machine does."""
        machine.when_stopped.append(lambda by_power: self._client_stopped(machine, by_power))

    def perform(self, machine: Machine, effect: Effect) -> bool:
        """An effect of an internal service; False if it is none of the network's."""
        match effect:
            case OpenLink(account_id, generation):
                self._dial(machine, account_id, generation)
            case SendOnLink(account_id, generation, frame):
                wire = self._wire_of(machine, account_id, generation)
                if wire is not None and not wire.client_ended:
                    self._carry(wire, frame, to_server=True)
            case CloseLink(account_id, generation):
                wire = self._wire_of(machine, account_id, generation)
                if wire is not None and not wire.client_ended:
                    wire.client_ended = True
                    self._hear_of_end(wire, at_server=True, within=0.1)
            case _:
                return False
        return True

    # --- what the server wants

    def perform_for_server(self, effect: Effect) -> bool:
        """An effect of the server; False if it is none of the network's."""
        match effect:
            case server.Send(connection, frame, credit):
                wire = self._connection(connection)
                if wire is not None and not wire.server_ended:
                    self._carry(wire, frame, to_server=False)
                    if credit:
                        self._to_server_soon(wire, server.Written(connection, credit), self._delay(wire))
            case server.Close(connection):
                wire = self._connection(connection)
                if wire is not None and not wire.server_ended:
                    wire.server_ended = True
                    self._hear_of_end(wire, at_server=False, within=0.1)
            case _:
                return False
        return True

    # --- the storm

    def cut_one(self) -> None:
        """Some link dies without a word; each end finds out in its own time."""
        alive = [wire for wire in self._wires if not wire.cut]
        if alive:
            self._cut(self._chance.choice(alive), within=HEARTBEAT_SECONDS)

    def cut_off(self, machine: Machine, seconds: float) -> None:
        """A partition: this machine reaches nobody until then."""
        machine.tell(f"is cut off for {seconds:.1f} s")
        self._cut_off_until[machine.name] = self._agenda.now + seconds
        for wire in [w for w in self._wires if w.client is machine and not w.cut]:
            if seconds > HEARTBEAT_SECONDS or self._chance.random() < 0.5:
                self._cut(wire, within=HEARTBEAT_SECONDS)
            else:
                # TCP holds out: everything arrives after the partition, in order.
                for direction in (True, False):
                    wire.last_arrival[direction] = max(wire.last_arrival[direction], self._agenda.now + seconds)

    def is_cut_off(self, machine: Machine) -> bool:
        return self._cut_off_until.get(machine.name, 0.0) > self._agenda.now

    def working(self, machine: Machine) -> int | None:
        """The newest link of this computer; None when it has none, or something has cut it or holds it up."""
        wire = next((wire for wire in reversed(self._wires) if wire.client is machine), None)
        if wire is None or wire.cut or not (self._client_has(wire) and self._server_has(wire)):
            return None
        held_up = max(wire.last_arrival.values()) > self._agenda.now + wire.slowness
        return None if held_up or self.is_cut_off(machine) else wire.connection

    def calm(self) -> None:
        """No more partitions, short delays; links that were cut are found to be dead as usual."""
        self._cut_off_until.clear()
        self.slowness = 0.02
        for wire in self._wires:
            wire.slowness = min(wire.slowness, self.slowness)

    # --- the machinery

    def _dial(self, machine: Machine, account_id: AccountId, generation: int) -> None:
        boot = machine.boots

        def tell(event: Event) -> None:
            if machine.boots == boot:
                machine.feed(event)

        def connect() -> None:
            if machine.boots != boot or not machine.running:
                return
            if self.is_cut_off(machine):
                self._agenda.after(DIAL_SECONDS, lambda: tell(LinkClosed(account_id, generation, "timed out")))
                return
            if not self._server.running:
                tell(LinkClosed(account_id, generation, "refused"))
                return
            self._connections += 1
            wire = Wire(
                machine,
                boot,
                account_id,
                generation,
                server.ConnectionId(self._connections),
                self._server.boots,
                self._chance.uniform(0.001, self.slowness),
            )
            self._wires.append(wire)
            self._server.feed(server.Connected(wire.connection))
            tell(LinkOpened(account_id, generation, self._certificate_key))

        self._agenda.after(self._chance.uniform(0.0005, self.slowness), connect)

    def _carry(self, wire: Wire, frame: ClientFrame | ServerFrame, *, to_server: bool) -> None:
        data = encode(frame)
        arrow = "→" if to_server else "←"
        wire.client.tell(f"{arrow} {described(frame)} on {wire.connection}")
        for watch in self.watchers:
            watch(wire, frame, data)
        at = max(wire.last_arrival[to_server], self._agenda.now + self._delay(wire))
        wire.last_arrival[to_server] = at

        def arrive() -> None:
            if wire.cut:
                return
            if to_server:
                if self._server_has(wire):
                    self._server.feed(server.FrameArrived(wire.connection, decode_client_frame(data)))
            elif self._client_has(wire):
                arrived = LinkFrameArrived(wire.account_id, wire.generation, decode_server_frame(data))
                wire.client.feed(arrived)

        self._agenda.at(at, arrive)

    def _delay(self, wire: Wire) -> float:
        return self._chance.uniform(0.0002, wire.slowness)

    def _to_server_soon(self, wire: Wire, event: Event, seconds: float) -> None:
        self._agenda.after(seconds, lambda: self._server.feed(event) if self._server_has(wire) else None)

    def _cut(self, wire: Wire, *, within: float) -> None:
        wire.client.tell(f"link {wire.connection} is cut")
        wire.cut = True
        self._hear_of_end(wire, at_server=True, within=within)
        self._hear_of_end(wire, at_server=False, within=within)

    def _hear_of_end(self, wire: Wire, *, at_server: bool, within: float) -> None:
        """An end hears that the link is gone, after everything that was sent to it, or when its heartbeat fails."""
        at = max(wire.last_arrival[at_server], self._agenda.now + self._chance.uniform(0.0, within))

        def hear() -> None:
            if at_server and self._server_has(wire):
                wire.server_ended = True
                self._server.feed(server.Disconnected(wire.connection))
            elif not at_server and self._client_has(wire):
                wire.client_ended = True
                wire.client.feed(LinkClosed(wire.account_id, wire.generation, "closed"))
            if wire.client_ended and wire.server_ended and wire in self._wires:
                self._wires.remove(wire)

        self._agenda.at(at, hear)

    def _server_stopped(self, by_power: bool) -> None:
        for wire in list(self._wires):
            wire.cut = wire.server_ended = True
            self._hear_of_end(wire, at_server=False, within=HEARTBEAT_SECONDS if by_power else 0.05)

    def _client_stopped(self, machine: Machine, by_power: bool) -> None:
        for wire in [w for w in self._wires if w.client is machine]:
            wire.cut = wire.client_ended = True
            self._hear_of_end(wire, at_server=True, within=HEARTBEAT_SECONDS if by_power else 0.05)

    def _server_has(self, wire: Wire) -> bool:
        return self._server.running and self._server.boots == wire.server_boot and not wire.server_ended

    def _client_has(self, wire: Wire) -> bool:
        return wire.client.running and wire.client.boots == wire.client_boot and not wire.client_ended

    def _wire_of(self, machine: Machine, account_id: AccountId, generation: int) -> Wire | None:
        for wire in self._wires:
            if wire.client is machine and wire.account_id == account_id and wire.generation == generation:
                return wire if wire.client_boot == machine.boots else None
        return None

    def _connection(self, connection: server.ConnectionId) -> Wire | None:
        for wire in self._wires:
            if wire.connection == connection:
                return wire if wire.server_boot == self._server.boots else None
        return None
