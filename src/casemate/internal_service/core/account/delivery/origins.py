"""Which start of a service gave out which numbers: what betrays a restored copy that uses numbers once more.

Every start draws an id and puts it on each number that it gives out, with the first of those numbers. A number keeps
its origin when its message is sealed again. Two starts that both gave out one number are two lives of one device, of
which the later one forgot what the earlier one did.
"""

from collections.abc import Iterable
from typing import Final

from casemate.crypto.envelope import UNKNOWN_ORIGIN, Origin
from casemate.internal_service.core.account.rows import Channel, Opened

ORIGINS_KEPT: Final = 16
"""Starts that wrote to one device and can still be told apart; of numbers before them nothing is said."""

OPENED_KEPT: Final = 4
"""Starts of theirs of which is kept, and told, what was opened before the last one."""


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


def is_another_life(channel: Channel, opened: Iterable[Opened]) -> bool:
    """Whether some of what they opened was never given out by us, or by another start than we remember."""
    return any(
        number >= channel.next_number or was_given_out_by_another(channel.origins, (number, start))
        for number, start in opened
    )


def opening_on(channel: Channel, opened: Opened) -> tuple[Opened, tuple[Opened, ...]]:
    """What was opened last, and before that from other starts, once this is opened as well."""
    before = channel.opened_before
    if channel.opened[1] not in (opened[1], UNKNOWN_ORIGIN.start):
        others = (one for one in before if one[1] != channel.opened[1])
        before = (channel.opened, *others)[:OPENED_KEPT]
    return opened, before


def contradicts(origin: Origin, opened: Opened) -> bool:
    """Whether whoever gave out their next number also gave out one that we had from another start already."""
    number, start = opened
    return origin != UNKNOWN_ORIGIN and origin.start != start and origin.since <= number
