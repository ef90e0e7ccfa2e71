"""The store thread: effects after the commit, in order, on the loop; faults stay small."""

import asyncio
import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from casemate.node import Core, Effect, Event, Instant, Monotonic, StorageBroken, Wakeup
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.logging import configure_logging
from casemate.runtime.runner import StoreThread, run


@dataclass(frozen=True, slots=True)
class Asked(Event):
    text: str


@dataclass(frozen=True, slots=True)
class Answered(Effect):
    text: str


class NoStore:
    """A store that keeps nothing but knows whether a transaction is open."""

    def __init__(self) -> None:
        self.open = False
        self.broken = False

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.open = True
        yield
        self.open = False
        if self.broken:
            raise StorageBroken

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        yield


class Echo(Core):
    """Answers what it is asked; raises what it is told to."""

    def __init__(self) -> None:
        self.due: Monotonic | None = None
        self.wakeups = 0
        self.on_wakeup: Callable[[], None] = lambda: None
        self.thread: threading.Thread | None = None

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        self.thread = threading.current_thread()
        match event:
            case Asked("break"):
                raise KeyError("what a person wrote")
            case Asked(text):
                return [Answered(text)]
            case Wakeup():
                self.wakeups += 1
                self.on_wakeup()
        return []

    def next_wakeup(self) -> Monotonic | None:
        return self.due

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        return [Answered("failed")]


async def test_effects_come_to_the_loop_in_order_from_another_thread() -> None:
    core, store = Echo(), NoStore()
    performed: list[tuple[Effect, bool]] = []
    thread = StoreThread(core, store, SystemClock(), lambda effect: performed.append((effect, store.open)))
    thread.start()
    for number in range(1000):
        await thread.events.put(Asked(str(number)))
    await thread.stop()
    assert [effect for effect, _ in performed] == [Answered(str(number)) for number in range(1000)]
    assert core.thread is not threading.current_thread()


def test_effects_are_performed_only_after_the_commit() -> None:
    core, store = Echo(), NoStore()
    was_open: list[bool] = []
    events = EventQueue(SystemClock())
    events.offer(Asked("a"))
    events.close()
    run(core, store, events, lambda effects: was_open.append(store.open), SystemClock())
    assert was_open == [False]


async def test_stopping_drains_what_waits() -> None:
    performed: list[Effect] = []
    thread = StoreThread(Echo(), NoStore(), SystemClock(), performed.append)
    for number in range(10):
        thread.events.offer(Asked(str(number)))
    thread.start()
    await thread.stop()
    assert len(performed) == 10
    assert not thread.events.offer(Asked("late"))


async def test_a_fault_in_one_event_is_logged_without_its_contents_and_the_rest_goes_on(
    capsys: pytest.CaptureFixture[str],
) -> None:
    configure_logging("json")
    performed: list[Effect] = []
    thread = StoreThread(Echo(), NoStore(), SystemClock(), performed.append)
    thread.start()
    for text in ("a", "break", "b"):
        await thread.events.put(Asked(text))
    await thread.stop()
    assert performed == [Answered("a"), Answered("failed"), Answered("b")]
    line = json.loads(capsys.readouterr().err)
    assert (line["event"], line["event_type"], line["error"]) == ("event undone", "Asked", "KeyError")
    assert line["at"][-1].startswith("test_runner.py:")
    assert "wrote" not in json.dumps(line)


async def test_broken_storage_ends_the_thread_and_is_raised() -> None:
    store = NoStore()
    store.broken = True
    performed: list[Effect] = []
    thread = StoreThread(Echo(), store, SystemClock(), performed.append)
    thread.start()
    await thread.events.put(Asked("a"))
    with pytest.raises(StorageBroken):
        await asyncio.wait_for(thread.finished, 5)
    with pytest.raises(StorageBroken):
        await thread.stop()
    assert performed == []
    assert not thread.events.offer(Asked("late"))


async def test_an_effect_that_cannot_be_performed_does_not_keep_the_others() -> None:
    performed: list[Effect] = []

    def perform(effect: Effect) -> None:
        if effect == Answered("a"):
            raise ConnectionResetError
        performed.append(effect)

    thread = StoreThread(Echo(), NoStore(), SystemClock(), perform)
    thread.start()
    await thread.events.put(Asked("a"))
    await thread.events.put(Asked("b"))
    await thread.stop()
    assert performed == [Answered("b")]


async def test_a_due_core_is_woken() -> None:
    core = Echo()
    woken = asyncio.Event()
    loop = asyncio.get_running_loop()

    def once() -> None:
        core.due = None
        loop.call_soon_threadsafe(woken.set)

    core.on_wakeup = once
    core.due = SystemClock().now().monotonic + 0.01
    thread = StoreThread(core, NoStore(), SystemClock(), lambda effect: None)
    thread.start()
    await asyncio.wait_for(woken.wait(), 5)
    await thread.stop()
    assert core.wakeups == 1


async def test_a_core_that_put_off_what_failed_is_woken_when_it_says() -> None:
    """The timers of one account must not wait for those of another that meets a fault each time."""
    core = Echo()
    done = asyncio.Event()
    loop = asyncio.get_running_loop()

    def fail_for_a_while() -> None:
        if core.wakeups == 20:
            core.due = None
            loop.call_soon_threadsafe(done.set)
            return
        core.due = SystemClock().now().monotonic + 0.005
        raise KeyError

    core.on_wakeup = fail_for_a_while
    core.due = 0.0
    thread = StoreThread(core, NoStore(), SystemClock(), lambda effect: None)
    thread.start()
    async with asyncio.timeout(10):
        await done.wait()
    await thread.stop()


async def test_a_wakeup_that_fails_is_not_tried_in_a_tight_loop() -> None:
    core = Echo()

    def fail() -> None:
        raise KeyError

    core.on_wakeup = fail
    core.due = 0.0
    thread = StoreThread(core, NoStore(), SystemClock(), lambda effect: None)
    thread.start()
    await asyncio.sleep(0.1)
    await thread.events.put(Asked("still answered"))
    await thread.stop()
    assert core.wakeups == 1
