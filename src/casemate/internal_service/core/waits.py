"""Requests that wait for something from elsewhere: the server's answer, a worker, a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casemate.internal_service.core.desk import Asker
from casemate.internal_service.core.refusals import refuse
from casemate.internal_service.core.undo import Undo, UndoDict
from casemate.node import Monotonic
from casemate.protocol.ids import SocketId
from casemate.protocol.limits import CLIENT_PENDING_REQUESTS


@dataclass(frozen=True, slots=True)
class Wait:
    asker: Asker | None
    done: Callable[[Any], None]
    """Called with what was waited for."""
    due: Monotonic | None
    late: Callable[[], None] | None
    """Called instead of `done` once `due` has come."""


class Waits:
    """Each has a token; the one who answers names it. What is gone or twice is ignored."""

    def __init__(self, undo: Undo) -> None:
        self._waits: UndoDict[int, Wait] = UndoDict(undo)
        self._tokens = 0

    def add(
        self,
        asker: Asker | None,
        done: Callable[[Any], None],
        *,
        due: Monotonic | None = None,
        late: Callable[[], None] | None = None,
    ) -> int:
        """The token. Raises Refused when too many requests of this socket wait."""
        if asker is not None and self.count(asker.socket) >= CLIENT_PENDING_REQUESTS:
            raise refuse("too_many_requests")
        self._tokens += 1
        self._waits[self._tokens] = Wait(asker, done, due, late)
        return self._tokens

    def settle(self, token: int | None, outcome: Any) -> bool:
        """Hand over what was waited for. False when nobody waits (any more)."""
        wait = None if token is None else self._waits.pop(token)
        if wait is None:
            return False
        wait.done(outcome)
        return True

    def is_open(self, token: int | None) -> bool:
        return token in self._waits

    def drop(self, token: int | None) -> None:
        if token is not None:
            self._waits.pop(token)

    def count(self, socket: SocketId) -> int:
        return sum(wait.asker is not None and wait.asker.socket == socket for wait in self._waits.values())

    def drop_socket(self, socket: SocketId) -> None:
        """Its requests need no answer; what they set going goes on."""
        for token, wait in list(self._waits.items()):
            if wait.asker is not None and wait.asker.socket == socket and wait.late is None:
                del self._waits[token]

    def next_due(self) -> Monotonic | None:
        return min((wait.due for wait in self._waits.values() if wait.due is not None), default=None)

    def fire(self, now: Monotonic) -> None:
        for token, wait in list(self._waits.items()):
            if wait.due is not None and wait.due <= now and self._waits.pop(token) is not None and wait.late:
                wait.late()
