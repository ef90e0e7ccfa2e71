"""Runs of numbers: which messages were read, where what lies between was not."""

from collections.abc import Iterable
from typing import Final

Run = tuple[int, int]
"""First and last number, both read, and every message between them."""

RUNS_KEPT: Final = 64


def united(runs: Iterable[Run], *, above: int) -> tuple[Run, ...]:
    """What is above a number, newest first, each number in one run; of more than `RUNS_KEPT` the oldest go."""
    joined: list[Run] = []
    for first, last in sorted(((max(first, above + 1), last) for first, last in runs)):
        if first > last:
            continue
        if joined and first <= joined[-1][1] + 1:
            joined[-1] = (joined[-1][0], max(last, joined[-1][1]))
        else:
            joined.append((first, last))
    return tuple(reversed(joined[-RUNS_KEPT:]))


def holds(runs: Iterable[Run], number: int) -> bool:
    return any(first <= number <= last for first, last in runs)


def without(run: Run, known: Iterable[Run]) -> list[Run]:
    """What of a run is in none of these."""
    first, end = run
    parts: list[Run] = []
    for known_first, known_last in sorted(known):
        if known_last < first:
            continue
        if known_first > end:
            break
        if known_first > first:
            parts.append((first, known_first - 1))
        first = max(first, known_last + 1)
    return [*parts, (first, end)] if first <= end else parts
