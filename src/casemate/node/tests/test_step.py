"""`step`: what is undone, what is kept, and what the world hears of."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import pytest

from casemate.node import Core, Effect, Event, EventRun, EventUndone, Instant, Monotonic, StorageBroken, step
from casemate.protocol.errors import PeerBrokeProtocol

NOW = Instant(monotonic=1.0, wall=1_700_000_000.0)


@dataclass(frozen=True, slots=True)
class Note(Event):
    """The core writes `text`, then raises `error` if there is one."""

    text: str
    error: Exception | None = None


@dataclass(frozen=True, slots=True)
class Said(Effect):
    text: str


class ListStore:
    """A store of lines that remembers how often it committed."""

    def __init__(self, *, disk_full: bool = False) -> None:
        self.lines: list[str] = []
        self.committed: list[str] = []
        self.disk_full = disk_full

    @contextmanager
    def transaction(self) -> Iterator[None]:
        try:
            yield
        except BaseException:
            self.lines = list(self.committed)
            raise
        if self.disk_full:
            raise StorageBroken
        self.committed = list(self.lines)

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        before = list(self.lines)
        try:
            yield
        except BaseException:
            self.lines = before
            raise


class Notebook(Core):
    """Writes every note and says so."""

    def __init__(self, store: ListStore, *, clumsy: bool = False) -> None:
        self.store = store
        self.forgot = 0
        self.clumsy = clumsy

    def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
        if isinstance(event, EventRun):
            return [effect for note in event.events for effect in self.handle(note, now)]
        assert isinstance(event, Note)
        self.store.lines.append(event.text)
        if event.error is not None:
            raise event.error
        return [Said(event.text)]

    def next_wakeup(self) -> Monotonic | None:
        return None

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Sequence[Effect]:
        self.store.lines.append("quarantined")
        if self.clumsy:
            raise RuntimeError
        return [Said("quarantined")]

    def failed(self, event: Event, error: Exception, now: Instant) -> Sequence[Effect]:
        return [Said("failed")]

    def forget(self) -> None:
        self.forgot += 1


class Gathering(Notebook):
    """Takes all notes of a batch as one."""

    def gather(self, batch: Sequence[Event]) -> Sequence[Event]:
        return [EventRun(tuple(batch))]


def said(effects: Sequence[Effect]) -> list[str]:
    return [effect.text for effect in effects if isinstance(effect, Said)]


def test_a_batch_is_one_commit_and_its_effects_come_in_order() -> None:
    store = ListStore()
    assert said(step(Notebook(store), store, [Note("a"), Note("b")], NOW)) == ["a", "b"]
    assert store.committed == ["a", "b"]


@pytest.mark.parametrize(
    ("error", "answer"), [(PeerBrokeProtocol(), "quarantined"), (KeyError("ours"), "failed")], ids=["peer", "own fault"]
)
def test_an_event_that_raises_is_undone_alone(error: Exception, answer: str) -> None:
    store = ListStore()
    core = Notebook(store)
    effects = step(core, store, [Note("a"), Note("bad", error), Note("c")], NOW)
    assert said(effects) == ["a", answer, "c"]
    assert "bad" not in store.committed
    assert [line for line in store.committed if line != "quarantined"] == ["a", "c"]
    assert core.forgot == 1


@pytest.mark.parametrize("bad", range(3))
@pytest.mark.parametrize(
    ("error", "answer"), [(PeerBrokeProtocol(), "quarantined"), (KeyError("ours"), "failed")], ids=["peer", "own fault"]
)
def test_a_run_that_raises_is_undone_and_handled_one_by_one(error: Exception, answer: str, bad: int) -> None:
    store = ListStore()
    notes = [Note(name, error if number == bad else None) for number, name in enumerate("abc")]
    effects = step(Gathering(store), store, notes, NOW)
    assert said(effects) == [answer if number == bad else note.text for number, note in enumerate(notes)]
    assert [line for line in store.committed if line != "quarantined"] == [
        note.text for note in notes if note.error is None
    ]
    assert [report.event for report in effects if isinstance(report, EventUndone)] == [notes[bad]]


def test_broken_storage_in_a_run_undoes_the_whole_batch() -> None:
    store = ListStore()
    with pytest.raises(StorageBroken):
        step(Gathering(store), store, [Note("a"), Note("b", StorageBroken())], NOW)
    assert store.lines == []


def test_the_undone_event_and_its_error_are_reported_without_showing_them() -> None:
    store = ListStore()
    error = PeerBrokeProtocol("contents")
    bad = Note("secret", error)
    [report] = [e for e in step(Notebook(store), store, [bad], NOW) if isinstance(e, EventUndone)]
    assert (report.event, report.error) == (bad, error)
    assert "secret" not in repr(report)
    assert "contents" not in repr(report)


def test_a_quarantine_that_raises_is_undone_too_and_the_batch_goes_on() -> None:
    store = ListStore()
    core = Notebook(store, clumsy=True)
    effects = step(core, store, [Note("bad", PeerBrokeProtocol()), Note("b")], NOW)
    assert said(effects) == ["b"]
    assert store.committed == ["b"]
    assert [type(e.error) for e in effects if isinstance(e, EventUndone)] == [PeerBrokeProtocol, RuntimeError]
    assert core.forgot == 2


def test_broken_storage_undoes_the_whole_batch_and_goes_up() -> None:
    store = ListStore()
    with pytest.raises(StorageBroken):
        step(Notebook(store), store, [Note("a"), Note("b", StorageBroken())], NOW)
    assert store.lines == []


def test_nobody_hears_of_what_could_not_be_committed() -> None:
    store = ListStore(disk_full=True)
    heard: list[Effect] = []
    with pytest.raises(StorageBroken):
        heard += step(Notebook(store), store, [Note("a")], NOW)
    assert heard == []
    assert store.committed == []


def test_hooks_that_a_core_does_not_need_answer_nothing() -> None:
    class Silent(Core):
        def handle(self, event: Event, now: Instant) -> Sequence[Effect]:
            raise PeerBrokeProtocol

        def next_wakeup(self) -> Monotonic | None:
            return None

    store = ListStore()
    effects = step(Silent(), store, [Note("a")], NOW)
    assert [type(effect) for effect in effects] == [EventUndone]
