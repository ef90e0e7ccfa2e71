"""Somebody whose endpoint key nobody certifies, who calls people up and claims to be one of their peers."""

import random
from collections.abc import Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Final

from casemate.crypto.keys import Ed25519Public, EndpointPrivate
from casemate.internal_service.core.ground.path_io import (
    DialPeer,
    EndpointEvent,
    OpenEndpoint,
    PeerConnected,
    PeerFrameArrived,
    SendToPeer,
)
from casemate.node import Core, Effect, Event, Instant, Monotonic
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import Control, Envelopes, Network, PathPing, PeerFrame, PeerHello
from casemate.protocol.versions import PEER_VERSIONS
from tests.sim.agenda import Agenda
from tests.sim.machine import Machine, Process
from tests.sim.peer_network import PeerNetwork
from tests.sim.people import Person
from tests.sim.story import Story

NOBODY: Final = AccountId(bytes(32))


@dataclass(frozen=True, slots=True)
class Called(Event):
    """Call this endpoint up, and say that we are one of its owner's peers."""

    endpoint_key: Ed25519Public
    addresses: tuple[str, ...]
    claim: PeerHello


class Woken(Event):
    """The first event."""


class _Caller(Core):
    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self._claims: dict[int, PeerHello] = {}
        self._dialled = 0

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        match event:
            case Called(key, addresses, claim):
                self._dialled += 2
                self._claims[self._dialled] = claim
                return [DialPeer(NOBODY, 1, self._dialled, key, addresses)]
            case Woken():
                return [OpenEndpoint(NOBODY, 1, EndpointPrivate(self._chance.randbytes(32)), None, None, False)]
            case PeerConnected(connection=connection):
                return self._talk(connection)
            case PeerFrameArrived():
                raise AssertionError(f"a stranger hears {event.frame!r}")
            case EndpointEvent():
                return []
        raise AssertionError(event)

    def next_wakeup(self) -> Monotonic | None:
        return None

    def _talk(self, connection: int) -> list[Effect]:
        claim = self._claims.get(connection)
        rest: list[PeerFrame] = [Envelopes([(1, b"garbage")]), Control(b"garbage"), PathPing(1)]
        self._chance.shuffle(rest)
        frames = [*([] if claim is None else [claim]), *rest]
        return [SendToPeer(NOBODY, 1, connection, frame) for frame in frames]


class _NoStore:
    def transaction(self) -> AbstractContextManager[None]:
        return nullcontext()

    def savepoint(self) -> AbstractContextManager[None]:
        return nullcontext()

    def close(self) -> None:
        pass


class Stranger:
    def __init__(self, agenda: Agenda, chance: random.Random, story: Story, peers: PeerNetwork) -> None:
        self._chance = chance
        self._peers = peers
        self.machine = Machine("the stranger's computer", agenda, chance, story, self._start)
        peers.attach(self.machine)

    def call(self, victim: Person, claimed: Person) -> None:
        """Somebody whose address the stranger has found out."""
        if victim.account is None or claimed.account is None:
            return
        for socket in self._peers.sockets_of(victim.machine):
            context, theirs = claimed.account._context, victim.account._context
            device = self._chance.choice((context.device.device_id, theirs.device.device_id))
            claim = PeerHello(PEER_VERSIONS, [], context.account_id, device, theirs.device.device_id, 2**40, Network())
            self.machine.feed(Called(socket.key, socket.addresses, claim))

    def _start(self, machine: Machine) -> Process:
        def perform(effect: Effect) -> None:
            assert self._peers.perform(machine, effect)

        return Process(_Caller(self._chance), _NoStore(), perform, [Woken()])
