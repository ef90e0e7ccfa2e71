"""What one event changed stands or goes back together, wherever it is kept."""

from types import TracebackType
from typing import Any, Protocol


class GoesBack(Protocol):
    """A place whose changes can be undone."""

    def begin_savepoint(self) -> Any:
        """A mark of how things are now. Others may be set after it; the newest ends first."""
        ...

    def end_savepoint(self, mark: Any, error: BaseException | None) -> None:
        """Keep what changed since, or undo it because of this error. May raise what is worse."""
        ...


class Savepoint:
    """Undoes what changed inside, in all its parts, when it raises, and raises on. The part named first ends last.

    A plain class: every event has two or more of these over several parts each, and generators cost five times as much.
    """

    __slots__ = ("_marks", "_parts")

    def __init__(self, *parts: GoesBack) -> None:
        self._parts = parts
        self._marks: list[tuple[GoesBack, Any]] = []

    def __enter__(self) -> None:
        for part in self._parts:
            self.join(part)

    def join(self, part: GoesBack) -> None:
        """From now on this part, too."""
        self._marks.append((part, part.begin_savepoint()))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        raised = error
        while self._marks:
            part, mark = self._marks.pop()
            try:
                part.end_savepoint(mark, raised)
            except BaseException as worse:  # noqa: BLE001  (the other parts go back because of it)
                raised = worse
        if raised is not None and raised is not error:
            raise raised
