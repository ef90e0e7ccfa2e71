"""Envelopes of the outbox, cut into what one frame may hold."""

from collections.abc import Iterable, Iterator


def batches(
    envelopes: Iterable[tuple[int, bytes]], most_bytes: int, *, without_gaps: bool = False
) -> Iterator[list[tuple[int, bytes]]]:
    """(number, envelope) pairs, ascending; a single envelope may be larger than `most_bytes`."""
    items: list[tuple[int, bytes]] = []
    size = 0
    for number, envelope in envelopes:
        size += len(envelope)
        if items and (size > most_bytes or (without_gaps and number != items[-1][0] + 1)):
            yield items
            items, size = [], len(envelope)
        items.append((number, envelope))
    if items:
        yield items
