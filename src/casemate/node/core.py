"""A core decides; it does no I/O, reads no clock and waits for nothing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from casemate.node.instant import Instant, Monotonic
from casemate.node.store import StorageBroken
from casemate.protocol.errors import PeerBrokeProtocol


class Event:
    """Something that happened: a frame arrived, a socket closed, a person asked. Subclasses are frozen data."""

    __slots__ = ()


class Effect:
    """Something the core wants done: a frame sent, a socket closed. Subclasses are frozen data."""

    __slots__ = ()


class Wakeup(Event):
    """The time that `next_wakeup` named has come."""

    __slots__ = ()


class BatchEnd(Event):
    """The last event before a commit, for cores that said `wants_batch_end`: do once what many events asked for."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class EventRun(Event):
    """Events that follow each other and are handled as one: they stand together, or are handled one by one."""

    events: tuple[Event, ...] = field(repr=False)


class Core(Protocol):
    """Events in, effects out. Cores inherit this class and so get the answers of those hooks they do not need.

    An event may be undone (see `step`). The store then goes back by itself; memory cannot, so a core keeps its
    memory true in one of these ways, in this order of preference. In the internal service a test holds every class to
    the first two (`core/ground/undo.py`); the server's core has few enough fields to say of each which one it is.

    1. What matters lives in the store alone, and is read from it.
    2. Every change of memory notes how it is taken back, and `forget` does so, newest first.
    3. Memory that mirrors the store is dropped in `forget` and made anew when needed; doing twice what it kept from
       being done twice must be harmless.
    """

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        """Decide. Raises `PeerBrokeProtocol` when the event's sender did what is not allowed."""
        ...

    def gather(self, batch: Sequence[Event]) -> Sequence[Event]:
        """The batch, in its order, with a `EventRun` where `handle` does several at less cost than one after the other.

        A run that raises is undone, and its events are handled one by one: only one of them may be at fault.
        """
        return batch

    def next_wakeup(self) -> Monotonic | None:
        """When the core wants a `Wakeup` even if nothing happens; None for never."""
        ...

    def wants_batch_end(self) -> bool:
        """Whether something was put off until the events at hand are all handled."""
        return False

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Sequence[Effect]:
        """The event's sender broke the protocol and the event was undone: drop the link, tell who has to know."""
        return ()

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        """Handling the event hit a fault of our own and it was undone: tell whoever waits for an answer."""
        return ()

    def goes_on_without(self, error: StorageBroken) -> bool:
        """Whether this fault of the storage concerns a part that `failed` can close, so that the rest goes on."""
        return False

    def forget(self) -> None:
        """The store went back to before an event: drop all memory that mirrors it."""
        return
