"""The server's rule for memory: whatever an event may change stands here, with how it goes back."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import casemate.server.core as core
from tests.support.memory_rule import changed_attributes, is_frozen, plain_containers

ROOT = Path(core.__path__[0])
NOTED = "each change notes how it is taken back (`Links.rewind`)"
PUSHED_AGAIN = "forgotten as a whole, and everything untaken is pushed once more"
READ_AGAIN = "mirrors the store, and is dropped (`forget`)"
COUNTS_ANYWAY = "counts against abuse: what is undone counts as well"
ONLY_WHEN = "says when to look; to look again, or a little late, is no harm"
HOW_IT_GOES_BACK = {
    "links.py Links._connections": NOTED,
    "links.py Links._devices": NOTED,
    "links.py Links._accounts": NOTED,
    "links.py Links._undo": "the notes themselves",
    "links.py Links._credits": "the notes themselves",
    "pushes.py Window": PUSHED_AGAIN,
    "pushes.py Pushes": PUSHED_AGAIN,
    "served_time.py ServedTime._counted": READ_AGAIN,
    "served_time.py ServedTime._since": "an undone sweep leaves it ahead: that time is not counted",
    "allowances.py Allowances._left": COUNTS_ANYWAY,
    "rates.py TokenBucket": COUNTS_ANYWAY,
    "rates.py LinkRates.refused": COUNTS_ANYWAY,
    "sweep.py Sweep.due": ONLY_WHEN,
    "core.py ServerCore._rewound": "links to push to again: one too many is no harm",
    "core.py ServerCore._not_begun": "set after an event was undone; what clears it notes how that is taken back",
    "core.py ServerCore._bounded_by_quota": "never changed",
    "core.py ServerCore._requests": "never changed",
    "core.py ServerCore._signs": "never changed",
}
used: set[str] = set()


def files() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if "tests" not in path.parts]


def is_written_down(place: str, attribute: str) -> bool:
    for name in (place, f"{place}.{attribute}"):
        if name in HOW_IT_GOES_BACK:
            used.add(name)
            return True
    return False


def faults(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and not is_frozen(node):
            place = f"{path.relative_to(ROOT).as_posix()} {node.name}"
            for attribute in (*changed_attributes(node), *plain_containers(node)):
                if not is_written_down(place, attribute):
                    yield f"{place}.{attribute} may change, and nobody says how it goes back"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_of_whatever_an_event_may_change_in_memory_it_is_said_how_it_goes_back(path: Path) -> None:
    assert list(faults(path)) == []


def test_nothing_is_written_down_that_is_not_there() -> None:
    for path in files():
        list(faults(path))
    assert used == set(HOW_IT_GOES_BACK)
