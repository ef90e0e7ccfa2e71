"""The store thread: the only loop that waits for a disk, so that the event loop never does."""

import asyncio
import threading
import traceback
from collections.abc import Callable, Sequence
from typing import Any

import structlog

from casemate.node import Clock, Core, Effect, EventUndone, Store, Wakeup, step
from casemate.runtime.event_queue import EventQueue

BATCH_EVENTS = 256
"""More events share one commit when more are waiting; this bounds how long the first of them waits for the last."""

COMPANY_SECONDS = 0.002
"""What follows a batch of several waits for company: it is busy, and a commit costs the same for one as for many."""

MAX_BATCHES_UNPERFORMED = 64
"""A store thread that is faster than the sockets waits here, so effects do not pile up."""

FIRST_PAUSE_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 60.0

log = structlog.get_logger("casemate.runner")


def run(
    core: Core, store: Store, events: EventQueue, perform: Callable[[Sequence[Effect]], None], clock: Clock
) -> None:
    """Take, step, perform, until the queue is closed and drained. Only `StorageBroken` comes out of it."""
    pause = 0.0
    not_before = 0.0
    busy = False
    while True:
        until = core.next_wakeup()
        if until is not None and pause:
            until = max(until, not_before)
        batch = events.take(BATCH_EVENTS, until, COMPANY_SECONDS if busy else 0.0)
        if not batch:
            return
        busy = len(batch) > 1
        effects = step(core, store, batch, clock.now())
        undone = [effect for effect in effects if isinstance(effect, EventUndone)]
        for effect in undone:
            _report(effect)
        # What failed is still due, unless the core put it off: without a pause it would be tried again at once.
        if any(isinstance(effect.event, Wakeup) for effect in undone) and _is_due(core, clock):
            pause = min(max(pause * 2, FIRST_PAUSE_SECONDS), LONGEST_PAUSE_SECONDS)
            not_before = clock.now().monotonic + pause
        elif isinstance(batch[0], Wakeup):
            pause = 0.0
        wanted = [effect for effect in effects if not isinstance(effect, EventUndone)]
        if wanted:
            perform(wanted)


def _is_due(core: Core, clock: Clock) -> bool:
    due = core.next_wakeup()
    return due is not None and due <= clock.now().monotonic


def _report(undone: EventUndone) -> None:
    """Say what was undone: types and places only, because messages of exceptions can quote what a person wrote."""
    frames = traceback.extract_tb(undone.error.__traceback__)
    places = [f"{frame.filename.rpartition('/')[2]}:{frame.lineno}" for frame in frames[-6:]]
    log.warning("event undone", event_type=type(undone.event).__name__, error=type(undone.error).__name__, at=places)


class StoreThread:
    """Runs a core beside an event loop; effects come to the loop in one hop per batch.

    Made and stopped on the event loop. `finished` ends when the thread does, with its exception if storage broke.
    """

    def __init__(self, core: Core, store: Store, clock: Clock, perform: Callable[[Effect], None]) -> None:
        self.events = EventQueue(clock)
        self._core = core
        self._store = store
        self._clock = clock
        self._perform = perform
        self._loop = asyncio.get_running_loop()
        self._unperformed = threading.Semaphore(MAX_BATCHES_UNPERFORMED)
        self._thread = threading.Thread(target=self._run, name="store", daemon=True)
        self.finished: asyncio.Future[None] = self._loop.create_future()

    def start(self) -> None:
        self._thread.start()

    async def stop(self) -> None:
        """Take no more events, handle those that wait, perform what follows from them. Raises what broke storage."""
        self.events.close()
        await asyncio.shield(self.finished)

    def _run(self) -> None:
        try:
            run(self._core, self._store, self.events, self._hop, self._clock)
        except BaseException as error:  # noqa: BLE001  (whoever waits for the thread has to hear of it)
            self.events.close()
            self._call(self._finish, error)
        else:
            self._call(self._finish, None)

    def _hop(self, effects: Sequence[Effect]) -> None:
        self._unperformed.acquire()
        self._call(self._perform_all, effects)

    def _call(self, function: Callable[..., None], argument: Any) -> None:
        # The loop may be gone when a process is torn down in the middle: then nobody is left to tell.
        if not self._loop.is_closed():
            self._loop.call_soon_threadsafe(function, argument)

    def _perform_all(self, effects: Sequence[Effect]) -> None:
        self._unperformed.release()
        for effect in effects:
            try:
                self._perform(effect)
            except Exception as error:  # noqa: BLE001  (one socket's trouble must not keep effects from the others)
                log.error("effect not performed", effect_type=type(effect).__name__, error=type(error).__name__)

    def _finish(self, error: BaseException | None) -> None:
        if self.finished.done():
            return
        if error is None:
            self.finished.set_result(None)
        else:
            self.finished.set_exception(error)
