"""How people are found and ordered: one rule for server and page, by vectors that both read."""

import json
from pathlib import Path

import pytest

from casemate.protocol.limits import FULL_NAME_BYTES, USERNAME_BYTES
from casemate.protocol.names import searchable, sorting_key
from casemate.server.core.wellformed import QUERY_CHARS

VECTORS = json.loads((Path(__file__).parents[5] / "tests" / "vectors" / "searching.json").read_text("utf-8"))


@pytest.mark.parametrize(("name", "query"), VECTORS["found_alike"])
def test_a_name_is_found_without_its_accents(name: str, query: str) -> None:
    assert searchable(query) in searchable(name)


@pytest.mark.parametrize(("name", "query"), VECTORS["found_apart"])
def test_what_is_another_word_is_not_found(name: str, query: str) -> None:
    assert searchable(query) != searchable(name)


def test_names_are_ordered_as_one_sees_them() -> None:
    assert sorted(VECTORS["in_order"], key=lambda name: sorting_key(name, "")) == VECTORS["in_order"]


def test_the_longest_names_make_a_place_that_may_be_asked_for() -> None:
    """One letter may be found as many, so a key is longer than what it was made of."""
    longest = sorting_key("ﷺ" * (FULL_NAME_BYTES[1] // 3), "a" * USERNAME_BYTES[1])
    assert len(longest) <= QUERY_CHARS
