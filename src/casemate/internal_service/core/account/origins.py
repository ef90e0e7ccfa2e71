"""Which start of a service gave out which numbers: what betrays a restored copy that uses numbers once more.

Every start draws an id and puts it on each number that it gives out, with the first of those numbers. A number keeps
its origin when its message is sealed again. Two starts that both gave out one number are two lives of one device, of
which the later one forgot what the earlier one did.
"""

from typing import Final

from casemate.crypto.envelope import UNKNOWN_ORIGIN, Origin

ORIGINS_KEPT: Final = 16
"""Starts that wrote to one device and can still be told apart; of numbers before them nothing is said."""

Opened = tuple[int, bytes]
"""A number and the start that gave it out."""


def origin_of(origins: tuple[Origin, ...], number: int) -> Origin:
    """Of a number of ours. Those that were skipped, or given out too long ago, have none."""
    return next((origin for origin in reversed(origins) if origin.since <= number), UNKNOWN_ORIGIN)


def counting_on(origins: tuple[Origin, ...], number: int, start: bytes) -> tuple[Origin, ...]:
    """The origins once this start has given out this number."""
    if origins and origins[-1].start == start:
        return origins
    return (*origins, Origin(start, number))[-ORIGINS_KEPT:]


def was_given_out_by_another(origins: tuple[Origin, ...], opened: Opened) -> bool:
    """Whether what they opened is not ours of that number, as far as we remember who gave it out."""
    number, start = opened
    return origin_of(origins, number).start not in (UNKNOWN_ORIGIN.start, start)


def contradicts(origin: Origin, opened: Opened) -> bool:
    """Whether whoever gave out their next number also gave out one that we had from another start already."""
    number, start = opened
    return origin != UNKNOWN_ORIGIN and origin.start != start and origin.since <= number
