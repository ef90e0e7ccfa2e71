"""Events on their way from the event loop to the store thread: bounded, and slow senders feel it."""

import asyncio
import threading
from collections import deque

from casemate.node import Clock, Event, Monotonic, Wakeup

MAX_EVENTS = 10_000
MAX_BYTES = 64 * 1024 * 1024

COMPANY_EVENTS = 16
"""So many need not wait for more."""

LONGEST_WAIT_SECONDS = 3600.0
"""The system limits a single wait; waiting again costs nothing."""


class EventQueue:
    """Any thread puts, the store thread takes.

    What comes from a socket is put with `await put`, so a full queue stops the reading of that socket, and TCP slows
    its sender down. `offer` is for what can be refused at once. `post` is for what must not get lost and whose number
    is bounded elsewhere, such as the closing of a connection that was counted when it opened.
    """

    def __init__(self, clock: Clock, max_events: int = MAX_EVENTS, max_bytes: int = MAX_BYTES) -> None:
        self._clock = clock
        self._max_events = max_events
        self._max_bytes = max_bytes
        self._events: deque[tuple[Event, int]] = deque()
        self._bytes = 0
        self._closed = False
        self._changed = threading.Condition()
        self._waiting: deque[tuple[asyncio.AbstractEventLoop, asyncio.Event]] = deque()

    def __len__(self) -> int:
        return len(self._events)

    def offer(self, event: Event, size_bytes: int = 0) -> bool:
        """Put the event if there is room; False when the queue is full or closed."""
        with self._changed:
            if self._closed or self._is_full(size_bytes):
                return False
            self._append(event, size_bytes)
            return True

    def post(self, event: Event) -> bool:
        """Put the event whether or not there is room; False only when the queue is closed."""
        with self._changed:
            if self._closed:
                return False
            self._append(event, 0)
            return True

    async def put(self, event: Event, size_bytes: int = 0) -> bool:
        """Wait for room and put the event; False when the queue is closed."""
        while not self.offer(event, size_bytes):
            room = asyncio.Event()
            with self._changed:
                if self._closed:
                    return False
                if not self._is_full(size_bytes):
                    continue
                self._waiting.append((asyncio.get_running_loop(), room))
            await room.wait()
        return True

    def take(self, up_to: int, until: Monotonic | None, company_seconds: float = 0.0) -> list[Event]:
        """Wait for events, or for the time `until` (then a `Wakeup` is in front). Empty once closed and drained.

        A few events wait for others to go with them: until there are `COMPANY_EVENTS`, but no longer than asked for.
        """
        with self._changed:
            while True:
                due = until is not None and self._clock.now().monotonic >= until
                if self._events:
                    if company_seconds and len(self._events) < COMPANY_EVENTS and not self._closed:
                        self._changed.wait(company_seconds)
                    return ([Wakeup()] if due else []) + self._pop(up_to)
                if self._closed:  # a core that is always due must not keep the thread from ending
                    return []
                if due:
                    return [Wakeup()]
                self._changed.wait(None if until is None else self._seconds_to(until))

    def close(self) -> None:
        """Take no more events; those that are here are still handed out."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
            self._wake_waiting()

    def _seconds_to(self, until: Monotonic) -> float:
        return min(max(until - self._clock.now().monotonic, 0), LONGEST_WAIT_SECONDS)

    def _is_full(self, size_bytes: int) -> bool:
        # One event larger than the whole budget passes when it is alone, so it cannot wait for ever.
        too_many = len(self._events) >= self._max_events
        too_large = bool(self._events) and self._bytes + size_bytes > self._max_bytes
        return too_many or too_large

    def _append(self, event: Event, size_bytes: int) -> None:
        self._events.append((event, size_bytes))
        self._bytes += size_bytes
        if len(self._events) in (1, COMPANY_EVENTS):
            self._changed.notify()

    def _pop(self, up_to: int) -> list[Event]:
        batch = [self._events.popleft() for _ in range(min(up_to, len(self._events)))]
        self._bytes -= sum(size_bytes for _, size_bytes in batch)
        if batch:
            self._wake_waiting()
        return [event for event, _ in batch]

    def _wake_waiting(self) -> None:
        while self._waiting:
            loop, room = self._waiting.popleft()
            if not loop.is_closed():
                loop.call_soon_threadsafe(room.set)
