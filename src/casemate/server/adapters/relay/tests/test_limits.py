"""Rates and queues."""

from casemate.server.adapters.relay.limits import (
    BURST_SECONDS,
    SEND_QUEUE_BYTES,
    SEND_QUEUES_BYTES,
    SHORTEST_QUEUE_BYTES,
    Allowance,
    queue_bytes,
)


def test_what_is_overdrawn_is_waited_for() -> None:
    allowance = Allowance.full(100.0, now=0.0)
    allowance.left -= 100.0 * BURST_SECONDS + 50
    seconds = allowance.wait_seconds(0.0)
    assert seconds >= 0.5
    assert allowance.wait_seconds(seconds) == 0


def test_a_pause_saves_up_no_more_than_a_burst() -> None:
    allowance = Allowance.full(100.0, now=0.0)
    assert allowance.wait_seconds(1_000.0) == 0
    assert allowance.left == 100.0 * BURST_SECONDS


def test_many_connections_have_shorter_queues_but_never_too_short_for_a_frame() -> None:
    assert queue_bytes(1) == SEND_QUEUE_BYTES
    for connections in (100, 257, 1_000, 2_000):
        assert queue_bytes(connections) * connections <= SEND_QUEUES_BYTES
    assert queue_bytes(1_000_000) == SHORTEST_QUEUE_BYTES > 64 * 1024 + 64
