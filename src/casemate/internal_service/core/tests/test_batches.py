"""Envelopes of the outbox, cut into what one frame may hold."""

import pytest

from casemate.internal_service.core.account.delivery.batches import batches


def numbers(sizes: dict[int, int], most_bytes: int, *, without_gaps: bool = False) -> list[list[int]]:
    """Of the batches of envelopes with these numbers and sizes."""
    envelopes = [(number, bytes(size)) for number, size in sizes.items()]
    return [[number for number, _ in items] for items in batches(envelopes, most_bytes, without_gaps=without_gaps)]


@pytest.mark.parametrize("without_gaps", [False, True])
def test_a_batch_is_as_large_as_a_frame_may_be(without_gaps: bool) -> None:
    assert numbers({1: 50, 2: 50, 3: 1, 4: 99, 5: 2}, 100, without_gaps=without_gaps) == [[1, 2], [3, 4], [5]]


def test_an_envelope_that_is_larger_comes_alone() -> None:
    assert numbers({1: 1, 2: 101, 3: 1}, 100) == [[1], [2], [3]]


def test_a_gap_ends_a_batch_where_none_may_be_in_it() -> None:
    assert numbers({1: 1, 2: 1, 4: 1, 5: 1}, 100, without_gaps=True) == [[1, 2], [4, 5]]
    assert numbers({1: 1, 2: 1, 4: 1, 5: 1}, 100) == [[1, 2, 4, 5]]
    assert numbers({}, 100) == []
