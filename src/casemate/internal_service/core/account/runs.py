"""Runs of numbers: which messages were read, where what lies between was not."""

from collections.abc import Iterable
from typing import Final

Run = tuple[int, int]
"""First and last number, both read, and every message between them."""

RUNS_KEPT: Final = 64


def united(runs: Iterable[Run], *, above: int) -> tuple[Run, ...]:
    """What is above a number, newest first, each number in one run; of more than `RUNS_KEPT` the oldest go."""
    joined: list[Run] = []
    for first, last in sorted(((max(first, above + 1), last) for first, last in runs), reverse=True):
        if first > last:
            continue
        if joined and last >= joined[-1][0] - 1:
            joined[-1] = (first, max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(joined[:RUNS_KEPT])


def holds(runs: Iterable[Run], number: int) -> bool:
    return any(first <= number <= last for first, last in runs)
