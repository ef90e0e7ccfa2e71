"""Runs of numbers are read as the sets that they stand for."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.core.account.runs import RUNS_KEPT, Run, holds, united, without

NUMBERS = st.integers(1, 24)
RUNS = st.lists(st.tuples(NUMBERS, st.integers(0, 5)).map(lambda drawn: (drawn[0], sum(drawn))), max_size=6)


def numbers(runs: list[Run] | tuple[Run, ...]) -> set[int]:
    return {number for first, last in runs for number in range(first, last + 1)}


@given(RUNS, NUMBERS)
def test_united_are_the_same_numbers_each_in_one_run_newest_first(runs: list[Run], above: int) -> None:
    joined = united(runs, above=above)
    assert numbers(joined) == {number for number in numbers(runs) if number > above}
    assert all(newer > last + 1 for (newer, _), (_, last) in pairwise(joined))


def test_of_too_many_runs_the_oldest_go() -> None:
    runs = [(number, number) for number in range(2, 2 * RUNS_KEPT + 4, 2)]
    assert united(runs, above=0) == tuple(reversed(runs[1:]))


@given(RUNS, NUMBERS)
def test_a_number_is_held_by_the_runs_around_it(runs: list[Run], number: int) -> None:
    assert holds(runs, number) == (number in numbers(runs))


@given(RUNS, NUMBERS, NUMBERS)
def test_without_what_is_known_the_rest_of_a_run_is_left(known: list[Run], first: int, last: int) -> None:
    rest = without((first, last), known)
    assert numbers(rest) == numbers([(first, last)]) - numbers(known)
    assert all(start <= end for start, end in rest)
