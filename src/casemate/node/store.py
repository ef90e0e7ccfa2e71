"""What `step` needs of a store; the cores' own ports add the rows."""

from contextlib import AbstractContextManager
from typing import Protocol


class StorageBroken(Exception):
    """Our own storage no longer keeps its promises: the disk answers with errors, or a commit failed.

    Nothing that was not committed has been told to anybody, so the next start goes on from the last commit. `path` is
    the file it happened to, where that is known.
    """

    def __init__(self, detail: str = "", path: str | None = None) -> None:
        super().__init__(detail)
        self.path = path


class StorageDamaged(StorageBroken):
    """The disk answers, but what it gives for this one file is not what was written there."""


class StorageFull(StorageBroken):
    """There is no room for what is new. What is written stays readable, and is whole."""


class WritesRefused(Exception):
    """Writing is switched off for now, because there was no room: this one event is undone, reading goes on."""


class Store(Protocol):
    """A place that keeps all changes of a transaction or none of them."""

    def transaction(self) -> AbstractContextManager[None]:
        """Make what changed inside durable at its end, or undo all of it when it raises.

        Costs nothing on the disk when nothing changed. Raises `StorageBroken` when the commit fails.
        """
        ...

    def savepoint(self) -> AbstractContextManager[None]:
        """Inside a transaction: undo what changed inside when it raises, and raise on."""
        ...
