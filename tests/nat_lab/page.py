"""The expected paths as docs/nat-lab.md shows them: `python -m tests.nat_lab.page` prints both tables."""

from collections.abc import Iterable

from tests.nat_lab.expected import DIRECT, GRID, OTHER_PAIRS, Expected, Pair, expected


def grid_table() -> str:
    """Every router with every other: rows are one side, columns the other."""
    rows = [[f"**{a}**", *(_cell(expected(Pair(a, b))) for b in GRID)] for a in GRID]
    return _table(["", *GRID], rows)


def other_pairs_table() -> str:
    rows = [[str(pair), path.kind, _reasons(path)] for pair, path in OTHER_PAIRS.items()]
    return _table(["pair", "path", "why not direct"], rows)


def _cell(path: Expected) -> str:
    return path.kind if path.kind == DIRECT else _reasons(path)


def _reasons(path: Expected) -> str:
    """What is shown to the row's side; the other is told the same from its own point of view."""
    return "–" if path.reason_a is None else f"`{path.reason_a}`"


def _table(head: list[str], rows: Iterable[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


if __name__ == "__main__":
    print(grid_table(), other_pairs_table(), sep="\n\n")
