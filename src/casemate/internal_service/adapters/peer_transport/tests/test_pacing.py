"""The window of large transfers on networks that are simulated: a queue, a rate, a way."""

import asyncio

import pytest

from casemate.internal_service.adapters.peer_transport.pacing import QUEUE_PART, QUEUE_SECONDS, WINDOW_BYTES, Pacer
from casemate.protocol.limits import KIB, MIB

SECONDS = 20.0


def run(
    rate: float, way_seconds: float, pacer: Pacer | None = None, began: float = 0.0, seconds: float = SECONDS
) -> tuple[float, float]:
    """Always something to send, over a link of this rate (bytes per second): the last second's rate, and its delay."""
    pacer = pacer or Pacer()
    now = free_at = began
    arriving: list[tuple[float, float, int]] = []
    under_way = 0
    arrived: list[tuple[float, float, int]] = []
    while now < began + seconds:
        size = pacer.piece_bytes
        if not under_way or under_way + size <= pacer._window:
            free_at = max(free_at, now) + size / rate
            arriving.append((free_at + way_seconds, now, size))
            pacer._under_way += size
            under_way += size
            continue
        now, written_at, size = arriving.pop(0)
        under_way -= size
        pacer.arrived(size, now - written_at, now)
        arrived.append((now, now - written_at, size))
    last = [(delay, size) for at, delay, size in arrived if at > now - 1]
    return sum(size for _, size in last), max(delay for delay, _ in last)


@pytest.mark.parametrize("way_seconds", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("rate", [1 * MIB, 10 * MIB, 100 * MIB])
def test_a_link_is_used_and_hardly_slower_for_others(rate: float, way_seconds: float) -> None:
    reached, delay = run(rate, way_seconds)
    window = WINDOW_BYTES[1] / (way_seconds + QUEUE_SECONDS)
    assert reached > 0.7 * min(rate, window)
    assert delay < (way_seconds + 256 * KIB / rate) * (1 + 2 * QUEUE_PART) + 3 * QUEUE_SECONDS


def test_a_very_slow_link_holds_no_more_than_the_smallest_window() -> None:
    reached, delay = run(50 * KIB, 0.02)
    assert reached > 40 * KIB
    assert delay < (WINDOW_BYTES[0] + 16 * KIB) / (50 * KIB) + 0.1


def test_a_longer_way_is_not_taken_for_a_queue_for_long() -> None:
    pacer = Pacer()
    run(50 * MIB, 0.001, pacer)
    run(50 * MIB, 0.08, pacer, began=SECONDS)
    reached, _ = run(50 * MIB, 0.08, pacer, began=2 * SECONDS)
    assert reached > 0.7 * 50 * MIB


def test_a_way_that_is_known_to_be_another_is_used_at_once() -> None:
    pacer = Pacer()
    run(50 * MIB, 0.001, pacer)
    pacer.forget_fastest()
    reached, _ = run(50 * MIB, 0.08, pacer, began=SECONDS, seconds=3.0)
    assert reached > 0.7 * 50 * MIB


async def test_who_finds_no_room_waits_for_it_and_one_piece_always_passes() -> None:
    pacer = Pacer()
    await pacer.enter(64 * MIB)
    waiting = [asyncio.create_task(pacer.enter(100)) for _ in range(3)]
    await asyncio.sleep(0.01)
    assert not any(task.done() for task in waiting)
    pacer.leave(64 * MIB)
    async with asyncio.timeout(30):
        await asyncio.gather(*waiting)
