"""Requests that wait for something from elsewhere: the server's answer, a worker, a moment."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.internal_service.core.ground.waiting import Deadlines, Shares
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


class Waits(Memory):
    """Each has a token; the one who answers names it. What is gone or twice is ignored."""

    def __init__(self, undo: Undo) -> None:
        super().__init__(undo)
        self._waits: UndoDict[int, Wait] = UndoDict(undo)
        self._shares = Shares(undo)
        self._deadlines = Deadlines(self.is_open, undo)
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
        if asker is not None:
            self._shares.more(asker.socket)
        if due is not None:
            self._deadlines.add(self._tokens, due)
        return self._tokens

    def settle(self, token: int | None, outcome: Any) -> bool:
        """Hand over what was waited for. False when nobody waits (any more)."""
        wait = self._take(token)
        if wait is None:
            return False
        wait.done(outcome)
        return True

    def is_open(self, token: int | None) -> bool:
        return token in self._waits

    def drop(self, token: int | None) -> None:
        self._take(token)

    def count(self, socket: SocketId) -> int:
        return self._shares.of(socket)

    def drop_socket(self, socket: SocketId) -> None:
        """Its requests need no answer; what they set going goes on."""
        for token, wait in list(self._waits.items()):
            if wait.asker is not None and wait.asker.socket == socket and wait.late is None:
                self._take(token)

    def next_due(self) -> Monotonic | None:
        return self._deadlines.next()

    def fire(self, now: Monotonic) -> None:
        for token in self._deadlines.reached(now):
            wait = self._take(token)
            if wait is not None and wait.late is not None:
                wait.late()

    def _take(self, token: int | None) -> Wait | None:
        wait: Wait | None = None if token is None else self._waits.pop(token)
        if wait is not None and wait.asker is not None:
            self._shares.less(wait.asker.socket)
        return wait
