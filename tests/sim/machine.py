"""A computer of a simulated world: its disk, its clocks, and the one process that runs on it."""

import random
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from casemate.crypto.testing import repeatable_entropy
from casemate.node import Core, Effect, Entropy, Event, EventUndone, Instant, StorageBroken, Store, Wakeup, step
from casemate.protocol.errors import PeerBrokeProtocol
from tests.sim.agenda import Agenda, Entry
from tests.sim.disk import Disk, Image
from tests.sim.story import Story
from tests.sim.vfs import mount, unmount

BATCH_EVENTS: Final = 256
FIRST_WALL_SECONDS: Final = 1_900_000_000.0


class ClosableStore(Store, Protocol):
    def close(self) -> None: ...


@dataclass(frozen=True)
class Process:
    """What runs on a machine between a start and its end."""

    core: Core
    store: ClosableStore
    perform: Callable[[Effect], None]
    first: Sequence[Event] = ()
    """What the core hears before anything else."""


class FaultPlanted(Exception):
    """A fault in the handling of an event, as any bug of a core would be."""


class _Faulty(Core):
    """Hands events on, and lets one of them fail when all of it is done but nothing of it is kept."""

    def __init__(self, core: Core, is_next: Callable[[], bool]) -> None:
        self._core = core
        self._is_next = is_next

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        effects = self._core.handle(event, now)
        if self._is_next():
            raise FaultPlanted
        return effects

    def next_wakeup(self) -> float | None:
        return self._core.next_wakeup()

    def wants_batch_end(self) -> bool:
        return self._core.wants_batch_end()

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Sequence[Effect]:
        return self._core.quarantine(event, error, now)

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        return self._core.failed(event, error, now)

    def goes_on_without(self, error: StorageBroken) -> bool:
        return self._core.goes_on_without(error)

    def forget(self) -> None:
        self._core.forget()


class BugFound(AssertionError):
    """A core did what it never may, whatever the network, the disk and the people do."""


class Machine:
    """It feeds events to its process in batches, performs effects one by one, and may die before each of them."""

    def __init__(
        self, name: str, agenda: Agenda, chance: random.Random, story: Story, start: Callable[["Machine"], Process]
    ) -> None:
        self.name = name
        self.agenda = agenda
        self.chance = chance
        self.story = story
        self.disk = Disk()
        self.wall_shift = 0.0
        """Seconds that its wall clock is ahead of the world's."""
        self.boots = 0
        self.process: Process | None = None
        self.asleep = False
        self.awake_since = 0.0
        """When it was last started or woken."""
        self.when_started: list[Callable[[], None]] = []
        self.when_stopped: list[Callable[[bool], None]] = []
        """Called with True if the power went, so that nobody hears of it at once."""
        self._start = start
        self._events: deque[Event] = deque()
        self._turn_entry: Entry | None = None
        self._wakeup_entry: Entry | None = None
        self._die_before_effect: int | None = None
        self._fault_in: int | None = None
        self._monotonic_shift = 0.0
        self._fell_asleep_at = 0.0
        self._off_until = 0.0
        self._ends_by_power = False
        self.path = mount(f"{name}-{id(self)}", self.disk)

    def dispose(self) -> None:
        """Close what is open; the machine is never used again."""
        if self.process is not None:
            self.process.store.close()
            self.process = None
        unmount(self.path[1:])

    def file(self, name: str) -> Path:
        """Where a database of this machine is."""
        return Path(self.path) / name

    @property
    def running(self) -> bool:
        return self.process is not None

    def now(self) -> Instant:
        return Instant(
            monotonic=self.agenda.now + self._monotonic_shift,
            wall=FIRST_WALL_SECONDS + self.agenda.now + self.wall_shift,
        )

    def entropy(self) -> Entropy:
        """Different for every start, the same for every run of this seed."""
        return repeatable_entropy(self.chance.randbytes(16))

    def tell(self, line: str) -> None:
        self.story.tell(self.agenda.now, f"{self.name}: {line}")

    # --- life and death

    def boot(self) -> None:
        if self.process is not None or self.agenda.now < self._off_until:
            return
        self.boots += 1
        self.awake_since = self.agenda.now
        # A monotonic clock starts anywhere: nobody may carry its readings over a restart.
        self._monotonic_shift = self.chance.uniform(0, 1e6) - self.agenda.now
        self.tell(f"starts (start {self.boots})")
        self.process = self._start(self)
        for event in self.process.first:
            self.feed(event)
        for call in self.when_started:
            call()
        self._plan_wakeup()

    def die(self, *, by_power: bool) -> None:
        """Now: the process is gone, and so is what the disk had not kept."""
        if self.process is None:
            return
        image = self.disk.stopped_with
        if image is None:
            image = self.disk.after_power_cut(self.chance) if by_power else self.disk.as_written()
        self.tell("loses power" if by_power else "is killed")
        self.process.store.close()
        self.disk.become(image)
        self.process = None
        self.asleep = False
        self._events.clear()
        for entry in (self._turn_entry, self._wakeup_entry):
            if entry is not None:
                entry.cancel()
        self._turn_entry = self._wakeup_entry = None
        self._die_before_effect = None
        for call in self.when_stopped:
            call(by_power)

    def stay_off(self, seconds: float) -> None:
        """Whoever starts it before that does so in vain."""
        self.tell(f"stays off for {seconds:.0f} s")
        self._off_until = self.agenda.now + seconds
        self.agenda.at(self._off_until, self.boot)

    def die_before_effect(self, count: int, *, by_power: bool) -> None:
        """Between a commit and what follows from it, or between two effects."""
        self._die_before_effect, self._ends_by_power = count, by_power

    def die_at_write(self, count: int, *, by_power: bool) -> None:
        """In the middle of a transaction or of its commit."""
        self._ends_by_power = by_power
        chance, disk = self.chance, self.disk
        disk.spring_after(count, lambda: disk.after_power_cut(chance) if by_power else disk.as_written())

    def undo_event(self, count: int) -> None:
        """The handling of the event after this many others meets a fault and is undone."""
        self._fault_in = count

    def _is_faulty(self) -> bool:
        if self._fault_in is None:
            return False
        self._fault_in -= 1
        if self._fault_in >= 0:
            return False
        self._fault_in = None
        return True

    def disarm(self) -> None:
        """The storm is over: nothing that was planned for later happens."""
        self._die_before_effect = self._fault_in = None
        self._off_until = 0.0
        self.disk.disarm()
        self.wake()

    def sleep(self) -> None:
        """The lid is closed: what arrives waits, and nothing is done until it wakes."""
        if self.process is None or self.asleep:
            return
        self.tell("falls asleep")
        self.asleep = True
        self._fell_asleep_at = self.agenda.now
        for entry in (self._turn_entry, self._wakeup_entry):
            if entry is not None:
                entry.cancel()
        self._turn_entry = self._wakeup_entry = None

    def wake(self) -> None:
        """On some systems the monotonic clock has stood still meanwhile, on others it has not."""
        if not self.asleep:
            return
        self.tell("wakes up")
        self.asleep = False
        self.awake_since = self.agenda.now
        if self.chance.random() < 0.5:
            self._monotonic_shift -= self.agenda.now - self._fell_asleep_at
        self._plan_turn()
        self._plan_wakeup()

    def copy_of_disk(self) -> Image:
        """As a backup program would take it while the process stands still."""
        return self.disk.as_written()

    def restore(self, image: Image) -> None:
        """Only while nothing runs."""
        assert self.process is None
        self.tell("is restored from an older copy")
        self.disk.become(image)

    # --- events

    def feed(self, event: Event) -> None:
        """The process will handle it soon, together with what else arrives until then."""
        if self.process is None:
            return
        self._events.append(event)
        self._plan_turn()

    def _plan_turn(self) -> None:
        if self._events and self._turn_entry is None and not self.asleep:
            self._turn_entry = self.agenda.after(self.chance.choice((0.0, 0.0001, 0.002)), self._turn)

    def _turn(self) -> None:
        self._turn_entry = None
        if self.process is None:
            return
        batch = [self._events.popleft() for _ in range(min(BATCH_EVENTS, len(self._events)))]
        if self._events:
            self._turn_entry = self.agenda.after(0.0, self._turn)
        core = _Faulty(self.process.core, self._is_faulty)
        effects = step(core, self.process.store, batch, self.now())
        if self.disk.stopped_with is not None:
            self.die(by_power=self._ends_by_power)
            return
        for effect in effects:
            if isinstance(effect, EventUndone):
                if isinstance(effect.error, FaultPlanted):
                    self.tell(f"meets a fault in {type(effect.event).__name__}, which is undone")
                    continue
                raise BugFound(f"{self.name} could not handle {effect.event!r}: {effect.error!r}") from effect.error
            if self._die_before_effect is not None:
                self._die_before_effect -= 1
                if self._die_before_effect < 0:
                    self.die(by_power=self._ends_by_power)
                    return
            self.process.perform(effect)
        self._plan_wakeup()

    def _plan_wakeup(self) -> None:
        assert self.process is not None
        if self._wakeup_entry is not None:
            self._wakeup_entry.cancel()
            self._wakeup_entry = None
        due = self.process.core.next_wakeup()
        if due is not None:
            self._wakeup_entry = self.agenda.at(due - self._monotonic_shift, lambda: self.feed(Wakeup()))
