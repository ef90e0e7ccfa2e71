"""How much of what others chose the size of is kept."""

from collections.abc import Iterable


def kept_of(sizes: Iterable[int], most: int, most_bytes: int) -> int:
    """How many of these, from the first on, stay within both bounds."""
    kept = total = 0
    for size in sizes:
        total += size
        if kept == most or total > most_bytes:
            break
        kept += 1
    return kept
