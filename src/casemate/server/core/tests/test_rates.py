"""How much one link may ask."""

from casemate.server.core.rates import BURST_SECONDS, TokenBucket


def test_a_bucket_begins_full_whatever_the_clock_says_and_fills_at_its_rate() -> None:
    bucket = TokenBucket(10)
    assert bucket.take(0.0, 10 * BURST_SECONDS)
    assert not bucket.take(0.0)
    assert bucket.take(0.1)
    assert not bucket.take(0.1)


def test_a_pause_of_any_length_allows_one_burst() -> None:
    bucket = TokenBucket(10)
    assert not bucket.take(3_600.0, 10 * BURST_SECONDS + 1)
    assert bucket.take(3_600.0, 10 * BURST_SECONDS)
