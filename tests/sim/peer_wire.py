"""A connection between two endpoints: frames in order, whole or not at all, and ends that learn late of its death."""

import random
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final

from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.ground.path_io import (
    PathEvent,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
)
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import PeerFrame, PeerHello, decode_peer_frame
from tests.sim.agenda import Agenda
from tests.sim.machine import Machine
from tests.sim.relay import Relay
from tests.sim.terrain import Terrain

IDLE_SECONDS: Final = 32.0
"""When nothing at all arrives for so long, QUIC gives up."""
FAILOVER_SECONDS: Final = 15.0
"""The longest that packets keep going the direct way after it died, though the relay is there."""
LOOK_AGAIN_SECONDS: Final = 0.25


@dataclass(eq=False)
class Socket:
    """The endpoint of an account on a computer, between its opening and its end."""

    machine: Machine
    boot: int
    account_id: AccountId
    generation: int
    key: Ed25519Public
    has_relay: bool
    relay_only: bool
    port: int
    is_open: bool = False
    """The service knows that it is."""
    over: bool = False
    relay_connected: bool = False
    addresses: tuple[str, ...] = ()

    @property
    def lives(self) -> bool:
        return not self.over and self.machine.running and self.machine.boots == self.boot

    def hear(self, event: PathEvent) -> None:
        if self.lives:
            self.machine.feed(event)


@dataclass(eq=False)
class End:
    """One side of a connection."""

    socket: Socket
    number: int
    is_open: bool = True
    """Its service has not been told of the end, and did not ask for it."""
    quiet_since: float | None = None
    """Since when nothing can have arrived here."""
    arriving: deque[tuple[float, PathEvent]] = field(default_factory=deque)
    last_arrival: float = 0.0
    pumping: bool = False
    connected: bool = False
    """Its service knows of it."""
    heard_hello: bool = False
    deaf: bool = False
    """Packets to here vanish, whatever way they take."""

    @property
    def lives(self) -> bool:
        return self.is_open and self.socket.lives

    @property
    def place(self) -> tuple[AccountId, int, int]:
        return (self.socket.account_id, self.socket.generation, self.number)


class PeerWire:
    """`ends[0]` has dialled."""

    def __init__(
        self,
        agenda: Agenda,
        chance: random.Random,
        terrain: Terrain,
        relay: Relay,
        dialler: End,
        accepter: End,
        *,
        direct: bool,
        slowness: float,
        works: "Works",
    ) -> None:
        self._agenda = agenda
        self._chance = chance
        self._terrain = terrain
        self._relay = relay
        self.ends = (dialler, accepter)
        self.direct = direct
        self.slowness = slowness
        self._works = works
        self.machines = {dialler.socket.machine, accepter.socket.machine}
        self.better_at: float | None = None
        """When it finds its way around what fails, or a direct way."""
        self._route_told_at = agenda.now
        for end, other, dialled in ((dialler, accepter, True), (accepter, dialler, False)):
            self._bring(end, PeerConnected(*end.place, other.socket.key, dialled))

    # ------------------------------------------------------------------------------------------------------- asking

    def passes(self, end: End) -> bool:
        """Whether packets reach this end now."""
        sender = self.other(end).socket
        return not end.deaf and self._way(sender, end.socket, direct=self.direct)

    @property
    def is_live(self) -> bool:
        """Both sides believe in it, and both hear each other."""
        return all(end.lives and self.passes(end) for end in self.ends)

    @property
    def is_over(self) -> bool:
        return not any(end.lives for end in self.ends)

    def other(self, end: End) -> End:
        return self.ends[1] if end is self.ends[0] else self.ends[0]

    # ----------------------------------------------------------------------------------------------- what services do

    def send(self, end: End, data: bytes) -> None:
        """From this end to the other."""
        other = self.other(end)
        self._bring(other, PeerFrameArrived(*other.place, decode_peer_frame(data)))

    def close(self, end: End, code: str) -> None:
        """This end wants no more of it; the other hears so if packets pass, or finds out by itself."""
        end.is_open = False
        end.arriving.clear()
        other = self.other(end)
        if self._chance.random() < 0.5:
            self._lose_some(other)
        if self.passes(other) and other.is_open:
            self._bring(other, PeerClosed(*other.place, code))

    def vanish(self, end: End) -> None:
        """The process or the computer is gone, and with it what had not left it."""
        end.is_open = False
        end.arriving.clear()
        self._lose_some(self.other(end))

    # -------------------------------------------------------------------------------------------------------- weather

    def note(self) -> None:
        """For whoever wants to know later when it last worked."""
        if self.is_live:
            self._works(self)

    def tick(self) -> None:
        """Notice the time: routes change, and who hears nothing for long gives up."""
        self.note()
        self._choose_way()
        for end in self.ends:
            if end.lives:
                self._listen(end)
        if self._route_told_at + 3.0 <= self._agenda.now:
            self._tell_route()

    def break_loudly(self, within: float) -> None:
        """It dies, and each end is told in its own time."""
        for end in self.ends:
            end.deaf = True
            self._agenda.after(self._chance.uniform(0.0, within), lambda end=end: self._end(end, "lost"))  # type: ignore[misc]

    # ------------------------------------------------------------------------------------------------------- helpers

    def _way(self, sender: Socket, receiver: Socket, *, direct: bool) -> bool:
        if direct:
            return self._terrain.direct(sender.machine, receiver.machine)
        both = all(socket.relay_connected and self._terrain.relay(socket.machine) for socket in (sender, receiver))
        return both and self._relay.carries(sender.key, receiver.key)

    def _choose_way(self) -> None:
        if not all(end.lives and not end.deaf for end in self.ends):
            return
        here, there = (end.socket for end in self.ends)
        works = self._way(here, there, direct=self.direct) and self._way(there, here, direct=self.direct)
        both = self._way(here, there, direct=not self.direct) and self._way(there, here, direct=not self.direct)
        may_punch = not (here.relay_only or there.relay_only)
        wants_other = both and ((self.direct and not works) or (not self.direct and may_punch))
        if not wants_other:
            self.better_at = None
        elif self.better_at is None:
            self.better_at = self._agenda.now + self._chance.uniform(0.0, FAILOVER_SECONDS if self.direct else 3.0)
        elif self.better_at <= self._agenda.now:
            self.better_at = None
            self.direct = not self.direct
            self.note()
            self._tell_route()

    def _listen(self, end: End) -> None:
        other = self.other(end)
        if other.lives and self.passes(end):
            end.quiet_since = None
        elif end.quiet_since is None:
            end.quiet_since = self._agenda.now
        elif end.quiet_since + IDLE_SECONDS <= self._agenda.now:
            self._end(end, "timed_out")

    def _end(self, end: End, code: str) -> None:
        if end.is_open:
            end.is_open = False
            end.socket.hear(PeerClosed(*end.place, code))

    def _tell_route(self) -> None:
        self._route_told_at = self._agenda.now
        for end in self.ends:
            if end.lives and end.connected:
                end.socket.hear(self._route(end))

    def _route(self, end: End) -> PeerRouteSeen:
        return PeerRouteSeen(*end.place, self.direct, 1000 * self.slowness)

    def _lose_some(self, end: End) -> None:
        """Of what is under way to this end only the first so many arrive."""
        kept = self._chance.randint(0, len(end.arriving))
        while len(end.arriving) > kept:
            end.arriving.pop()

    def _bring(self, end: End, event: PathEvent) -> None:
        """To this end, after what is under way to it."""
        at = max(end.last_arrival, self._agenda.now + self._chance.uniform(0.0002, self.slowness))
        end.last_arrival = at
        end.arriving.append((at, event))
        self._pump(end)

    def _pump(self, end: End) -> None:
        if not end.pumping and end.arriving:
            end.pumping = True
            self._agenda.at(end.arriving[0][0], lambda: self._arrive(end))

    def _arrive(self, end: End) -> None:
        """What waits for a way that fails is sent again and again, as QUIC does, while the sender is there."""
        end.pumping = False
        if not end.lives or not end.arriving:
            return
        if not self.passes(end):
            if not self.other(end).lives:
                end.arriving.clear()
                return
            end.pumping = True
            self._agenda.after(LOOK_AGAIN_SECONDS, lambda: self._arrive(end))
            return
        while end.arriving and end.arriving[0][0] <= self._agenda.now:
            _, event = end.arriving.popleft()
            if isinstance(event, PeerFrameArrived) and isinstance(event.frame, PeerHello):
                end.heard_hello = True
            if isinstance(event, PeerClosed):
                end.is_open = False
                end.arriving.clear()
            end.socket.hear(event)
            if isinstance(event, PeerConnected):
                end.connected = True
                end.socket.hear(self._route(end))
        self.note()
        self._pump(end)


Works = Callable[["PeerWire"], None]
Told = Callable[[PeerWire, End, PeerFrame, bytes], None]
"""Sees every frame that a service hands to its transport, and at which end."""
