"""Messages that disappear: when their lives begin, and what becomes of them when these are over.

What is to become of one at a moment, `lives.py` decides; when that is, docs/protocol/disappearing.md says.
"""

from collections.abc import Iterable
from contextlib import suppress
from typing import Final

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.lives import UNREAD_SECONDS, Clocks, Life, begun, fate_of
from casemate.internal_service.core.account.rows import MessageRow
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant, Monotonic, WritesRefused

LOOK_SECONDS: Final = 30.0
"""The clock on the wall may be set: so often it is looked at."""
MOMENT_SECONDS: Final = 0.02
AT_ONCE: Final = 200
COUNT_SECONDS: Final = 600.0
"""So much running is lost at most when the process is killed; lives are longer by that, never shorter."""


class Living(Memory):
    def __init__(self, context: Context, outbox: Outbox) -> None:
        super().__init__(context.undo)
        self._context = context
        self._outbox = outbox
        self._look_at: Monotonic | None = 0.0
        """When to look for what ends; 0 after a start, None: nothing lives."""
        self._counted: tuple[float, Monotonic] | None = None
        """The running that is written down, and up to which moment that counts; None before the first look."""
        self._server: tuple[float, Instant] | None = None
        """What the server's clock said, and when."""

    # ---------------------------------------------------------------------------------------------------- they begin

    def wrote(self, rows: Iterable[MessageRow]) -> None:
        """Messages of ours: they live from when they are sent or delivered."""
        waiting = [row.arrival for row in rows if row.lives_for is not None and row.deleted is None]
        if waiting:
            self._context.store.lives_wait(waiting)

    def came(self, rows: Iterable[MessageRow], now: Instant) -> None:
        """Messages of theirs, which nobody has read."""
        self._begin([(row.arrival, UNREAD_SECONDS) for row in rows if _lives(row)], now)

    def painted(self, rows: Iterable[MessageRow], now: Instant) -> None:
        """Messages of theirs, which somebody has read now."""
        self._begin([(row.arrival, row.lives_for) for row in rows if _lives(row) and row.lives_for is not None], now)

    @property
    def wants_batch_end(self) -> bool:
        return self._outbox.has_moved

    def batch_end(self, now: Instant) -> Outcome:
        """What of ours was sent or delivered in this batch begins to live."""
        if not self._outbox.has_moved:
            return []
        self._outbox.has_moved = False
        rows = self._context.store.lives_to_begin()
        self._begin([(row.arrival, row.lives_for) for row in rows if row.lives_for is not None], now)
        return [MessageChanged(row.conversation, row.message_id) for row in rows]

    def _begin(self, lives: list[tuple[int, int]], now: Instant) -> None:
        if not lives:
            return
        clocks = self._clocks(now)
        at_most = self._server_at_most(now)
        self._context.store.lives_begin([begun(message, seconds, clocks, at_most) for message, seconds in lives])
        self._look_again(now)

    # ------------------------------------------------------------------------------------------------------- they end

    def link_up(self, server_time: float, now: Instant) -> None:
        self._server = server_time, now
        self._context.store.lives_heard_server(server_time, self._running(now))
        self._look_at = now.monotonic

    def stop(self, now: Instant) -> None:
        """The account is left. A full disk keeps nobody: lives are longer then, never shorter."""
        if self._look_at is not None:
            with suppress(WritesRefused), self._context.savepoint():
                self._count(now)

    def next_wakeup(self) -> Monotonic | None:
        return self._look_at

    def wakeup(self, now: Instant) -> Outcome:
        if self._look_at is None or self._look_at > now.monotonic:
            return []
        try:
            with self._context.savepoint():
                return self._look(now)
        except WritesRefused:
            self._look_at = now.monotonic + LOOK_SECONDS
            return []

    def _look(self, now: Instant) -> Outcome:
        store, clocks = self._context.store, self._clocks(now)
        due = store.lives_due(clocks, AT_ONCE)
        outcome = [effect for life in due for effect in self._become(life, clocks)]
        self._look_again(now)
        if len(due) == AT_ONCE:
            self._look_at = now.monotonic + MOMENT_SECONDS
        if self._look_at is not None and self._counted is not None:
            since_counted = now.monotonic - self._counted[1]
            if since_counted >= COUNT_SECONDS:
                self._count(now)
        return outcome

    def _become(self, life: Life, clocks: Clocks) -> Outcome:
        store = self._context.store
        message = store.message_at(life.message)
        fate = fate_of(life, clocks)
        if fate == "erased":
            looks_different = store.life_erase(message)
        elif fate == "hidden" and life.hidden_at is None:
            looks_different = store.life_hide(message, clocks.running)
        elif fate == "shown" and life.hidden_at is not None:
            looks_different = store.life_show(message)
        else:
            return []
        return [MessageChanged(message.conversation, message_id) for message_id in looks_different]

    def _look_again(self, now: Instant) -> None:
        by_wall, by_running = self._context.store.lives_next()
        pauses = [LOOK_SECONDS]
        if by_wall is not None:
            pauses.append(by_wall - now.wall)
        if by_running is not None:
            pauses.append(by_running - self._running(now))
        # Whatever is hidden has an end by running as well.
        self._look_at = None if by_running is None else now.monotonic + max(MOMENT_SECONDS, min(pauses))

    # --------------------------------------------------------------------------------------------------------- clocks

    def time_for_sure(self, now: Instant) -> float | None:
        """Unix seconds that two clocks say have come; None while the server's is not known."""
        server = self._clocks(now).server
        return None if server is None else min(now.wall, server)

    def _clocks(self, now: Instant) -> Clocks:
        server = None
        if self._server is not None:
            said, then = self._server
            server = said + now.monotonic - then.monotonic
        return Clocks(now.wall, self._running(now), server)

    def _server_at_most(self, now: Instant) -> float | None:
        """A computer that slept has run for less than has passed; its clock on the wall tells."""
        if self._server is None:
            return None
        said, then = self._server
        return said + max(now.monotonic - then.monotonic, now.wall - then.wall)

    def _running(self, now: Instant) -> float:
        if self._counted is None:
            self._counted = self._context.store.running(), now.monotonic
        seconds, since = self._counted
        return seconds + now.monotonic - since

    def _count(self, now: Instant) -> None:
        running = self._running(now)
        self._context.store.set_running(running)
        self._counted = running, now.monotonic


def _lives(row: MessageRow) -> bool:
    return row.lives_for is not None and not row.is_gone
