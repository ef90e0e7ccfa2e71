"""Which start had the link before, and what follows from it."""

from casemate.internal_service.core.account.starts import (
    STARTS_KEPT,
    Start,
    somebody_else_was_linked,
    with_start,
)

OURS = (Start(3, b"three"), Start(4, b"four"), Start(5, b"five"))


def test_our_last_start_or_no_name_at_all_means_nothing() -> None:
    assert not somebody_else_was_linked(OURS, b"five", 5)
    assert not somebody_else_was_linked(OURS, b"", 9)
    assert not somebody_else_was_linked((), b"of a version before", 4)


def test_a_start_that_is_none_of_ours_was_somebody_else() -> None:
    assert somebody_else_was_linked(OURS, b"other", 4)


def test_an_older_start_of_ours_means_that_the_server_was_restored() -> None:
    assert not somebody_else_was_linked(OURS, b"three", 3)


def test_an_older_start_of_ours_that_came_back_after_a_later_one_was_another_life_of_us() -> None:
    assert somebody_else_was_linked(OURS, b"three", 4)


def test_the_newest_starts_are_kept_each_once() -> None:
    starts: tuple[Start, ...] = ()
    for count in range(40):
        starts = with_start(starts, Start(count, bytes([count])))
    assert [start.counter for start in starts] == list(range(40 - STARTS_KEPT, 40))
    again = with_start(starts, Start(99, bytes([30])))
    assert len(again) == STARTS_KEPT
    assert again[-1] == Start(99, bytes([30]))
