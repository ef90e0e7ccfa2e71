"""Rows of the outbox, cut into what one frame may hold."""

from collections.abc import Iterable, Iterator

from casemate.internal_service.core.account.rows import OutboxRow


def batches(
    rows: Iterable[OutboxRow], most_bytes: int, *, without_gaps: bool = False
) -> Iterator[list[tuple[int, bytes]]]:
    """(number, envelope) pairs, ascending; a single envelope may be larger than `most_bytes`."""
    items: list[tuple[int, bytes]] = []
    size = 0
    for row in rows:
        assert row.number is not None, "queued rows are sealed"
        assert row.envelope is not None, "queued rows are sealed"
        size += len(row.envelope)
        if items and (size > most_bytes or (without_gaps and row.number != items[-1][0] + 1)):
            yield items
            items, size = [], len(row.envelope)
        items.append((row.number, row.envelope))
    if items:
        yield items
