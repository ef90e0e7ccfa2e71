"""The shape of every core: events in, one transaction, effects out."""

from casemate.node.core import BatchEnd, Core, Effect, Event, EventRun, Wakeup
from casemate.node.instant import Clock, Entropy, Instant, Monotonic
from casemate.node.savepoint import GoesBack, Savepoint
from casemate.node.step import EventUndone, step
from casemate.node.store import StorageBroken, StorageDamaged, StorageFull, Store, WritesRefused

__all__ = [
    "BatchEnd",
    "Clock",
    "Core",
    "Effect",
    "Entropy",
    "Event",
    "EventRun",
    "EventUndone",
    "GoesBack",
    "Instant",
    "Monotonic",
    "Savepoint",
    "StorageBroken",
    "StorageDamaged",
    "StorageFull",
    "Store",
    "Wakeup",
    "WritesRefused",
    "step",
]
