"""Memory and stores that go back together."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.crypto.keys import DatabaseKey
from casemate.internal_service.core.ground.undo import Undo, UndoDict
from casemate.internal_service.core.sessions.stores import Stores
from casemate.internal_service.core.views.streams import Streams
from casemate.protocol.client.views import TypingChanged
from casemate.protocol.ids import Cid
from casemate.protocol.limits import VIEW_EVENTS_KEPT

changes = st.lists(st.tuples(st.sampled_from(["set", "pop", "del"]), st.integers(0, 4), st.integers()), max_size=20)


def apply(memory: UndoDict[int, int], steps: list[tuple[str, int, int]]) -> None:
    for what, key, value in steps:
        if what == "set":
            memory[key] = value
        elif what == "pop":
            memory.pop(key)
        elif key in memory:
            del memory[key]


@given(changes, changes)
def test_whatever_an_event_changed_is_taken_back_and_nothing_before_it(
    before: list[tuple[str, int, int]], after: list[tuple[str, int, int]]
) -> None:
    undo = Undo()
    memory: UndoDict[int, int] = UndoDict(undo)
    apply(memory, before)
    kept = dict(memory)
    undo.keep()
    apply(memory, after)
    undo.roll_back()
    assert memory == kept


def test_an_event_ring_goes_back_also_when_it_was_full() -> None:
    undo = Undo()
    streams = Streams(undo, "epoch")
    cid = Cid(1)
    for number in range(VIEW_EVENTS_KEPT):
        streams.append(cid, TypingChanged(conversation=f"{number:032x}", typing=False))
    undo.keep()
    start = streams.position(cid)
    first = streams.after(cid, start.__class__(epoch=start.epoch, sequence=0))
    for number in range(5):
        streams.append(cid, TypingChanged(conversation=f"{number:032x}", typing=False))
    undo.roll_back()
    assert streams.position(cid) == start
    assert streams.after(cid, start.__class__(epoch=start.epoch, sequence=0)) == first


class Recorded:
    """A store that writes down what is done with it."""

    has_traces = False

    def __init__(self, name: str, log: list[str]) -> None:
        self._name = name
        self._log = log

    @contextmanager
    def _block(self, kind: str) -> Iterator[None]:
        self._log.append(f"{self._name} {kind}")
        try:
            yield
        except BaseException:
            self._log.append(f"{self._name} undo {kind}")
            raise
        self._log.append(f"{self._name} end {kind}")

    def transaction(self) -> Any:
        return self._block("transaction")

    def begin_savepoint(self) -> None:
        self._log.append(f"{self._name} savepoint")

    def end_savepoint(self, _mark: None, error: BaseException | None) -> None:
        self._log.append(f"{self._name} {'end' if error is None else 'undo'} savepoint")

    def close(self) -> None:
        self._log.append(f"{self._name} close")


class RecordedFiles:
    def __init__(self, log: list[str]) -> None:
        self._log = log

    def create(self, name: str, key: DatabaseKey, vault: bytes) -> Recorded:
        self._log.append(f"{name} create")
        return Recorded(name, self._log)

    def open(self, name: str, key: DatabaseKey, *, check: bool) -> Recorded:
        self._log.append(f"{name} create")
        return Recorded(name, self._log)

    def delete(self, name: str) -> None:
        self._log.append(f"{name} delete")


KEY = DatabaseKey(b"k" * 32)


@pytest.fixture
def log() -> list[str]:
    return []


@pytest.fixture
def undo() -> Undo:
    return Undo()


@pytest.fixture
def stores(log: list[str], undo: Undo) -> Stores:
    return Stores(cast("Any", Recorded("service", log)), cast("Any", RecordedFiles(log)), undo)


def test_account_databases_are_committed_before_the_index(stores: Stores, log: list[str]) -> None:
    with stores.transaction(), stores.savepoint():
        stores.create("a", KEY, b"vault")
        stores.touch("a")
    assert log[-2:] == ["a end transaction", "service end transaction"]
    assert log.count("a transaction") == log.count("a savepoint") == 1


def test_every_touched_database_goes_back_with_the_event(stores: Stores, log: list[str]) -> None:
    with stores.transaction():
        stores.create("a", KEY, b"vault")
        log.clear()
        with pytest.raises(ZeroDivisionError), stores.savepoint():
            stores.touch("a")
            raise ZeroDivisionError
        assert log == ["service savepoint", "a savepoint", "a undo savepoint", "service undo savepoint"]


def test_a_database_is_closed_after_the_commit(stores: Stores, log: list[str]) -> None:
    with stores.transaction(), stores.savepoint():
        stores.create("a", KEY, b"vault")
        stores.discard("a")
    assert log[-3:] == ["service end transaction", "a close", "a delete"]


def test_nothing_is_deleted_when_the_commit_fails(stores: Stores, log: list[str]) -> None:
    with stores.transaction(), stores.savepoint():
        stores.create("a", KEY, b"vault")
    with pytest.raises(ZeroDivisionError), stores.transaction():
        with stores.savepoint():
            stores.discard("a")
        raise ZeroDivisionError
    assert "a delete" not in log


def test_a_database_made_by_an_event_that_was_undone_is_deleted(stores: Stores, log: list[str], undo: Undo) -> None:
    with stores.transaction():
        with pytest.raises(ZeroDivisionError), stores.savepoint():
            stores.create("a", KEY, b"vault")
            raise ZeroDivisionError
        undo.roll_back()
    assert log[-2:] == ["a close", "a delete"]


def test_a_database_that_is_released_and_opened_again_stays_open(stores: Stores, log: list[str]) -> None:
    with stores.transaction(), stores.savepoint():
        stores.create("a", KEY, b"vault")
    log.clear()
    with stores.transaction(), stores.savepoint():
        stores.release("a")
        stores.open("a", KEY)
    assert "a close" not in log
    assert "a create" not in log


def test_a_release_that_was_undone_closes_nothing(stores: Stores, log: list[str], undo: Undo) -> None:
    with stores.transaction(), stores.savepoint():
        stores.create("a", KEY, b"vault")
    undo.keep()
    with stores.transaction():
        with pytest.raises(ZeroDivisionError), stores.savepoint():
            stores.release("a")
            raise ZeroDivisionError
        undo.roll_back()
    assert "a close" not in log
