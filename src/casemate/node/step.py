"""One event, one transaction, then the world may know."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from casemate.node.core import BatchEnd, Core, Effect, Event, EventRun
from casemate.node.instant import Instant
from casemate.node.store import StorageBroken, Store
from casemate.protocol.errors import PeerBrokeProtocol


@dataclass(frozen=True, slots=True)
class EventUndone(Effect):
    """An event, or a part of one, was undone; the runner writes this down. Only types and places are logged, never what
    they carry."""

    event: Event = field(repr=False)
    error: Exception = field(repr=False)


def step(core: Core, store: Store, batch: Sequence[Event], now: Instant) -> list[Effect]:
    """Handle a batch: one savepoint per event, or run of events, and one commit for all.

    Effects are returned only after the commit, so nobody outside can have seen a change that a crash could still
    undo. An event that raises is undone alone, and the rest of the batch goes on:

    * `PeerBrokeProtocol`: the sender's fault. `core.quarantine` says what follows (drop the link, tell somebody).
    * `StorageBroken`: nothing can be relied on any more. The whole batch is undone and the error goes up; whoever
      runs the core begins anew from the last commit, or ends. Only when it is about a part that the core goes on
      without (the file of one account) is the event undone alone, and `core.failed` closes that part.
    * any other exception: our fault, in the handling of this one event. One request that meets a bug must not take
      everybody's service away, nor may it leave half of its changes, so it is undone and `core.failed` answers
      whoever waits. It is not tried again.

    A run that raises is undone and handled event by event, so that the above holds for each of them.

    Should `quarantine` or `failed` raise in turn, their changes are undone too and the event has no effects.
    """
    effects: list[Effect] = []
    with store.transaction():
        for event in core.gather(batch):
            effects += _handle(core, store, event, now)
        if core.wants_batch_end():
            effects += _handle(core, store, BatchEnd(), now)
    return effects


def _handle(core: Core, store: Store, event: Event, now: Instant) -> Sequence[Effect]:
    try:
        with store.savepoint():
            return core.handle(event, now)
    except StorageBroken as error:
        if not core.goes_on_without(error):
            raise
        return _after_undo(core, store, event, error, now)
    except Exception as error:  # noqa: BLE001  (see above: one event's fault stays with that event)
        return _after_undo(core, store, event, error, now)


def _one_by_one(core: Core, store: Store, run: EventRun, now: Instant) -> list[Effect]:
    return [effect for event in run.events for effect in _handle(core, store, event, now)]


def _after_undo(core: Core, store: Store, event: Event, error: Exception, now: Instant) -> list[Effect]:
    core.forget()
    if isinstance(event, EventRun):
        return _one_by_one(core, store, event, now)
    effects: list[Effect] = [EventUndone(event, error)]
    try:
        with store.savepoint():
            if isinstance(error, PeerBrokeProtocol):
                effects += core.quarantine(event, error, now)
            else:
                effects += core.failed(event, error, now)
    except StorageBroken:
        raise
    except Exception as second:  # noqa: BLE001  (nobody is left to ask)
        core.forget()
        effects.append(EventUndone(event, second))
    return effects
