"""What `step` needs of a store; the cores' own ports add the rows."""

from contextlib import AbstractContextManager
from typing import Protocol


class StorageBroken(Exception):
    """Our own storage no longer keeps its promises (disk full, I/O error, corruption, a commit that failed): stop.

    Nothing that was not committed has been told to anybody, so the next start goes on from the last commit.
    """


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
