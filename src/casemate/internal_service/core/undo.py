"""Memory that goes back together with the store: every change notes how it is undone."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")
_MISSING = object()


class Undo:
    """How to take back what the event at hand has changed, newest first."""

    def __init__(self) -> None:
        self._steps: list[Callable[[], None]] = []

    def add(self, step: Callable[[], None]) -> None:
        self._steps.append(step)

    def keep(self) -> None:
        """The event before this one stands."""
        self._steps.clear()

    def roll_back(self) -> None:
        while self._steps:
            self._steps.pop()()


class UndoDict(dict[_Key, _Value]):
    """A dict of frozen values that can be taken back. Only item assignment, `pop` and `del` change it."""

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

    def _note(self, key: _Key) -> None:
        before = self.get(key, cast("_Value", _MISSING))

        def step() -> None:
            if before is _MISSING:
                dict.pop(self, key, None)
            else:
                dict.__setitem__(self, key, before)

        self._undo.add(step)
