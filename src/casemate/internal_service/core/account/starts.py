"""Which starts of this device had its link: what betrays a copy of its data that was started elsewhere."""

from dataclasses import dataclass
from typing import Final

STARTS_KEPT: Final = 16


@dataclass(frozen=True, slots=True)
class Start:
    """One start of this device: how many there had been, and 16 bytes drawn at random."""

    counter: int
    id: bytes


def with_start(starts: tuple[Start, ...], start: Start) -> tuple[Start, ...]:
    """The newest starts that asked for the link. Kept when they ask: a Welcome may get lost."""
    return (*(known for known in starts if known.id != start.id), start)[-STARTS_KEPT:]


def somebody_else_was_linked(starts: tuple[Start, ...], linked_before: bytes, counter_seen: int) -> bool:
    """Whether a start that is none of ours had our link before, or one that both of us have had came in between.

    An older one of our own alone means that the server was restored: it has forgotten later ones. If it remembers a
    higher count than that start had, it has not: then that start came back after a later one, in another life of us.
    """
    if not linked_before or not starts:
        return False  # nothing is known: the counts decide
    known = next((start for start in starts if start.id == linked_before), None)
    return known is None or counter_seen > known.counter
