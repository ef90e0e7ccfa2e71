"""The queue between the event loop and the store thread: order, bounds, deadlines."""

import asyncio
import threading
import time
from dataclasses import dataclass

from casemate.node import Event, Instant, Wakeup
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import COMPANY_EVENTS, EventQueue


@dataclass(frozen=True, slots=True)
class Number(Event):
    value: int


class StoppedClock:
    def __init__(self) -> None:
        self.monotonic = 0.0

    def now(self) -> Instant:
        return Instant(self.monotonic, 0.0)


def test_events_come_out_in_order_and_in_batches() -> None:
    queue = EventQueue(StoppedClock())
    for value in range(5):
        assert queue.offer(Number(value))
    assert queue.take(3, None) == [Number(0), Number(1), Number(2)]
    assert queue.take(3, None) == [Number(3), Number(4)]


def test_a_full_queue_refuses_an_offer_but_not_a_post() -> None:
    queue = EventQueue(StoppedClock(), max_events=2)
    assert queue.offer(Number(0))
    assert queue.offer(Number(1))
    assert not queue.offer(Number(2))
    assert queue.post(Number(3))
    assert queue.take(9, None) == [Number(0), Number(1), Number(3)]
    assert queue.offer(Number(4))


def test_bytes_are_bounded_too_but_one_large_event_passes_alone() -> None:
    queue = EventQueue(StoppedClock(), max_bytes=100)
    assert queue.offer(Number(0), size_bytes=1000)
    assert not queue.offer(Number(1), size_bytes=1)
    assert queue.take(1, None) == [Number(0)]
    assert queue.offer(Number(1), size_bytes=60)
    assert not queue.offer(Number(2), size_bytes=60)


def test_a_wakeup_comes_first_when_its_time_has_come_even_under_load() -> None:
    clock = StoppedClock()
    queue = EventQueue(clock)
    queue.offer(Number(0))
    clock.monotonic = 10.0
    first, second = queue.take(9, until=10.0)
    assert isinstance(first, Wakeup)
    assert second == Number(0)


def test_no_wakeup_before_its_time() -> None:
    queue = EventQueue(StoppedClock())
    queue.offer(Number(0))
    assert queue.take(9, until=0.001) == [Number(0)]


def test_taking_waits_until_the_deadline() -> None:
    queue = EventQueue(SystemClock())
    started = time.monotonic()
    [event] = queue.take(9, until=started + 0.05)
    assert isinstance(event, Wakeup)
    assert time.monotonic() >= started + 0.05


def test_taking_waits_for_an_event_from_another_thread() -> None:
    queue = EventQueue(SystemClock())
    threading.Timer(0.02, queue.post, [Number(7)]).start()
    assert queue.take(9, until=float("inf")) == [Number(7)]


def test_a_few_events_wait_for_company_until_there_is_enough_of_it() -> None:
    queue = EventQueue(StoppedClock())
    taken: list[Event] = []
    taker = threading.Thread(target=lambda: taken.extend(queue.take(99, None, company_seconds=3600)), daemon=True)
    queue.offer(Number(0))
    taker.start()
    for value in range(1, COMPANY_EVENTS):
        assert taken == []
        queue.offer(Number(value))
    taker.join(5)
    assert taken == [Number(value) for value in range(COMPANY_EVENTS)]


def test_nobody_waits_for_company_once_the_queue_is_closed() -> None:
    queue = EventQueue(StoppedClock())
    taken: list[Event] = []
    taker = threading.Thread(target=lambda: taken.extend(queue.take(99, None, company_seconds=3600)), daemon=True)
    queue.offer(Number(0))
    taker.start()
    queue.close()
    taker.join(5)
    assert taken == [Number(0)]


def test_a_closed_queue_hands_out_the_rest_and_then_nothing() -> None:
    queue = EventQueue(StoppedClock())
    queue.offer(Number(0))
    queue.close()
    assert not queue.offer(Number(1))
    assert not queue.post(Number(2))
    assert queue.take(9, None) == [Number(0)]
    assert queue.take(9, None) == []
    assert queue.take(9, until=0.0) == []


async def test_a_put_waits_for_room() -> None:
    queue = EventQueue(StoppedClock(), max_events=1)
    assert await queue.put(Number(0))
    second = asyncio.create_task(queue.put(Number(1)))
    await asyncio.sleep(0.01)
    assert not second.done()
    assert await asyncio.to_thread(queue.take, 9, None) == [Number(0)]
    assert await second
    assert queue.take(9, None) == [Number(1)]


async def test_many_waiting_puts_all_get_through_without_passing_the_bound() -> None:
    queue = EventQueue(SystemClock(), max_events=3)
    puts = [asyncio.create_task(queue.put(Number(value))) for value in range(50)]
    taken: list[Event] = []
    while len(taken) < 50:
        assert len(queue) <= 3
        taken += await asyncio.to_thread(queue.take, 2, None)
    assert all(await asyncio.gather(*puts))
    assert {event.value for event in taken if isinstance(event, Number)} == set(range(50))


async def test_a_put_that_waits_is_refused_when_the_queue_closes() -> None:
    queue = EventQueue(StoppedClock(), max_events=1)
    queue.offer(Number(0))
    waiting = asyncio.create_task(queue.put(Number(1)))
    await asyncio.sleep(0)
    queue.close()
    assert not await waiting
