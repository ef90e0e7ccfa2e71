"""docs/nat-lab.md shows the very table that the laboratory's tests assert."""

from pathlib import Path

import pytest

from tests.nat_lab.page import grid_table, other_pairs_table

PAGE = Path(__file__).parents[2] / "docs" / "nat-lab.md"


@pytest.mark.parametrize("table", [grid_table(), other_pairs_table()], ids=["grid", "other pairs"])
def test_the_page_shows_what_is_asserted(table: str) -> None:
    assert table in PAGE.read_text("utf-8"), f"python -m tests.nat_lab.page prints it:\n{table}"
