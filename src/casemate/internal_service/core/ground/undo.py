"""Memory that goes back together with the store: every change notes how it is undone.

The rule, which tests/test_memory_rule.py checks in every class of this core: what an event may change in memory is an
attribute of a `Memory`, or an entry of an `UndoDict`, `UndoSet` or `UndoQueue`. Whatever they hold is frozen, or is
such a thing itself. So an event that is undone leaves nothing behind, wherever in its handling it raised.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import partial
from typing import Any, Final, Generic, Never, TypeVar, cast

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MISSING = object()


class Undo:
    """How to take back what the event at hand has changed, newest first."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], object]] = []
        self.add: Final = self._steps.append
        """A step back. Called with every change, and so without a call of ours in between."""

    def keep(self) -> None:
        """The event before this one stands."""
        self._steps.clear()

    def roll_back(self) -> None:
        self._roll_back_to(0)

    def begin_savepoint(self) -> int:
        return len(self._steps)

    def end_savepoint(self, mark: int, error: BaseException | None) -> None:
        if error is not None:
            self._roll_back_to(mark)

    def _roll_back_to(self, mark: int) -> None:
        while len(self._steps) > mark:
            self._steps.pop()()


class Memory:
    """Its attributes go back. A dataclass says `goes_back_with` when it is made, others pass their `Undo` on."""

    _undo: Undo | None = None

    def __init__(self, undo: Undo) -> None:
        self.goes_back_with(undo)

    def goes_back_with(self, undo: Undo) -> None:
        """From now on."""
        object.__setattr__(self, "_undo", undo)

    def __setattr__(self, name: str, value: object) -> None:
        if self._undo is not None:
            before = self.__dict__.get(name, _MISSING)
            if before is _MISSING:
                self._undo.add(partial(object.__delattr__, self, name))
            else:
                self._undo.add(partial(object.__setattr__, self, name, before))
        object.__setattr__(self, name, value)


class UndoDict(dict[_Key, _Value]):
    """A dict that goes back. Its order may be another one afterwards."""

    def __init__(self, undo: Undo) -> None:
        super().__init__()
        self._undo = undo

    def __setitem__(self, key: _Key, value: _Value) -> None:
        self._note(key)
        super().__setitem__(key, value)

    def __delitem__(self, key: _Key) -> None:
        self._note(key)
        super().__delitem__(key)

    def pop(self, key: _Key, default: Any = None) -> Any:
        """The value, or `default`; never raises."""
        if key not in self:
            return default
        value = self[key]
        del self[key]
        return value

    def setdefault(self, key: _Key, default: _Value) -> _Value:
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        for key in list(self):
            del self[key]

    def update(self, other: Mapping[_Key, _Value]) -> None:  # type: ignore[override]
        for key, value in other.items():
            self[key] = value

    def popitem(self) -> Never:
        raise NotImplementedError

    def __ior__(self, other: object) -> Never:  # type: ignore[misc]
        raise NotImplementedError

    def _note(self, key: _Key) -> None:
        before = self.get(key, cast("_Value", _MISSING))
        if before is _MISSING:
            self._undo.add(partial(dict.pop, self, key, None))
        else:
            self._undo.add(partial(dict.__setitem__, self, key, before))


class UndoSet(Generic[_Key]):
    """A set that goes back."""

    def __init__(self, undo: Undo) -> None:
        self._keys: UndoDict[_Key, None] = UndoDict(undo)

    def __contains__(self, key: object) -> bool:
        return key in self._keys

    def __iter__(self) -> Iterator[_Key]:
        return iter(list(self._keys))

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, key: _Key) -> None:
        if key not in self._keys:
            self._keys[key] = None

    def discard(self, key: _Key) -> None:
        self._keys.pop(key)

    def clear(self) -> None:
        self._keys.clear()


class UndoQueue(Generic[_Value]):
    """First in, first out; goes back."""

    def __init__(self, undo: Undo) -> None:
        self._undo = undo
        self._items: deque[_Value] = deque()

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[_Value]:
        return iter(self._items)

    @property
    def first(self) -> _Value:
        return self._items[0]

    def extend(self, values: Iterable[_Value]) -> None:
        for value in values:
            self._items.append(value)
            self._undo.add(self._items.pop)

    def take(self) -> _Value:
        """Remove and return the first."""
        value = self._items.popleft()
        self._undo.add(partial(self._items.appendleft, value))
        return value
