"""Whoever waits for something from elsewhere: the server's answer, a person's, a worker's, a moment."""

import heapq
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict, UndoSet
from casemate.node import Monotonic
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid, SocketId
from casemate.protocol.limits import CLIENT_PENDING_REQUESTS

_Asked = TypeVar("_Asked")
_TIDY_FROM: Final = 1_024
"""Deadlines, of open waits or not; then those that are over are dropped, wherever they are."""


@dataclass(frozen=True, slots=True)
class _Wait:
    asker: Asker | None
    done: Callable[[Any], None]
    about: tuple[Hashable, ...]
    session: Cid | None
    late: Any
    goes_on: bool


class Waits(Memory):
    """Each ends once: by an answer to its token or to what it is about, at its time, with its session, or, unheard,
    with its socket. An answer that comes later or twice is ignored."""

    def __init__(self, undo: Undo) -> None:
        super().__init__(undo)
        self._steps = undo
        self._waits: UndoDict[int, _Wait] = UndoDict(undo)
        self._about: UndoDict[Hashable, UndoSet[int]] = UndoDict(undo)
        self._shares: UndoDict[SocketId, int] = UndoDict(undo)
        """How many are a socket's, known without a look at all."""
        self._deadlines = _Deadlines(self._waits, undo)
        self._tokens = 0

    def add(
        self,
        asker: Asker | None,
        done: Callable[[Any], None],
        *,
        about: tuple[Hashable, ...] = (),
        session: Cid | None = None,
        due: Monotonic | None = None,
        late: Any = None,
        goes_on: bool = False,
    ) -> int:
        """The token. `done` hears what was waited for; `late` once it is `due`; when `session` ends, the reason.

        `about`: what several may wait for. `goes_on` also without its socket, because `done` ends or finishes
        something. Raises Refused when too many requests of this socket wait.
        """
        if asker is not None:
            self.check_room(asker.socket)
            self._shares[asker.socket] = self._share(asker.socket) + 1
        self._tokens += 1
        self._waits[self._tokens] = _Wait(asker, done, about, session, late, goes_on)
        for thing in about:
            self._about.setdefault(thing, UndoSet(self._steps)).add(self._tokens)
        if due is not None:
            self._deadlines.add(self._tokens, due)
        return self._tokens

    def ask(self, asker: Asker | None, done: Callable[[Any], None], question: Callable[[int], _Asked]) -> _Asked:
        """What asking answered, given the token. Raises Refused, also when that does; then nobody waits."""
        token = self.add(asker, done)
        try:
            return question(token)
        except Refused:
            self._take(token)
            raise

    def check_room(self, socket: SocketId) -> None:
        """For whoever must not begin what nobody could wait for. Raises Refused."""
        if self._share(socket) >= CLIENT_PENDING_REQUESTS:
            raise refuse("too_many_requests")

    def is_waited_for(self, about: Hashable) -> bool:
        return about in self._about

    def settle(self, token: int, outcome: Any) -> bool:
        """Hand over what was waited for. False when nobody waits (any more)."""
        wait = self._take(token)
        if wait is None:
            return False
        wait.done(outcome)
        return True

    def settle_all(self, about: Hashable, outcome: Any) -> bool:
        """Hand it to everybody who waits for this. False when nobody does."""
        tokens = list(self._about.get(about, ()))
        for token in tokens:
            self.settle(token, outcome)
        return bool(tokens)

    def session_ended(self, cid: Cid, why: Reason) -> None:
        for token in [token for token, wait in self._waits.items() if wait.session == cid]:
            self.settle(token, why)

    def socket_closed(self, socket: SocketId) -> None:
        """Its requests need no answer; what they set going goes on."""
        for token, wait in list(self._waits.items()):
            if wait.asker is not None and wait.asker.socket == socket and not wait.goes_on:
                self._take(token)

    def next_due(self) -> Monotonic | None:
        return self._deadlines.next()

    def fire(self, now: Monotonic) -> None:
        for token in self._deadlines.reached(now):
            wait = self._take(token)
            if wait is not None:
                wait.done(wait.late)

    def _share(self, socket: SocketId) -> int:
        return self._shares.get(socket, 0)

    def _take(self, token: int) -> _Wait | None:
        wait: _Wait | None = self._waits.pop(token)
        if wait is None:
            return None
        if wait.asker is not None:
            self._shares[wait.asker.socket] -= 1
            if not self._shares[wait.asker.socket]:
                del self._shares[wait.asker.socket]
        for thing in wait.about:
            self._about[thing].discard(token)
            if not self._about[thing]:
                del self._about[thing]
        return wait


class _Deadlines:
    """Which wait is due first. Those that are over are passed over, and forgotten between events."""

    def __init__(self, waits: UndoDict[int, _Wait], undo: Undo) -> None:
        self._waits = waits
        self._undo = undo
        self._heap: list[tuple[Monotonic, int]] = []
        self._tidy_at = _TIDY_FROM

    def add(self, token: int, due: Monotonic) -> None:
        entry = (due, token)
        heapq.heappush(self._heap, entry)
        self._undo.add(lambda: self._take_back(entry))

    def next(self) -> Monotonic | None:
        """Called between events, when nothing can be undone any more."""
        if len(self._heap) > self._tidy_at:
            self._heap = [entry for entry in self._heap if entry[1] in self._waits]
            heapq.heapify(self._heap)
            self._tidy_at = max(_TIDY_FROM, 2 * len(self._heap))
        while self._heap and self._heap[0][1] not in self._waits:
            heapq.heappop(self._heap)
        return self._heap[0][0] if self._heap else None

    def reached(self, now: Monotonic) -> list[int]:
        """The open ones that are due, the first first."""
        if not self._heap or self._heap[0][0] > now:
            return []
        return [token for due, token in sorted(self._heap) if due <= now and token in self._waits]

    def _take_back(self, entry: tuple[Monotonic, int]) -> None:
        """Its token is given out again."""
        self._heap.remove(entry)
        heapq.heapify(self._heap)
