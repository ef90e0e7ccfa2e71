"""The rule of `core/ground/undo.py`, for every class: what an event changes in memory goes back when it is undone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import casemate.internal_service.core as core
from tests.support.memory_rule import changed_attributes, is_frozen, plain_containers

ROOT = Path(core.__path__[0])
EXEMPT = {
    "ground/undo.py Undo": "it is what takes back",
    "ground/undo.py UndoQueue": "it notes its own steps",
    "views/streams.py Stream": "one append is one step",
    "ground/waits.py _Deadlines": "each addition is one step; what is over goes between events",
    "sessions/stores.py Stores": "it is the transaction itself",
    "ground/desk.py Desk.effects": "of the event at hand only",
    "service.py Service._at": "read after an event was undone",
    "service.py Service._rests_until": "set after an event was undone",
    "sessions/hosts.py Hosts.on_change": "put together at the start",
    "sessions/accounts.py Accounts.on_close": "put together at the start",
    "account/delivery/control.py SealedNotes.listeners": "put together at the start",
    "account/link/link.py Link.when_down": "put together at the start",
    "account/context.py Context._lists": "a function of its key alone",
    "account/context.py Context._conversations": "a function of its key alone",
    "account/conversations/conversation.py Conversations._with": "a function of ids alone",
}
used: set[str] = set()


def files() -> list[Path]:
    return [path for path in sorted(ROOT.rglob("*.py")) if "tests" not in path.parts]


def is_exempt(place: str, attribute: str) -> bool:
    for name in (place, f"{place}.{attribute}"):
        if name in EXEMPT:
            used.add(name)
            return True
    return False


def is_memory(node: ast.ClassDef) -> bool:
    return any(ast.unparse(base) == "Memory" for base in node.bases)


def faults(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ClassDef) and not is_frozen(node):
            place = f"{path.relative_to(ROOT).as_posix()} {node.name}"
            for attribute in changed_attributes(node):
                if not is_memory(node) and not is_exempt(place, attribute):
                    yield f"{place}.{attribute} is changed, and {node.name} is no Memory"
            for attribute in plain_containers(node):
                if not is_exempt(place, attribute):
                    yield f"{place}.{attribute} is a container that does not go back"


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_whatever_an_event_may_change_in_memory_goes_back(path: Path) -> None:
    assert list(faults(path)) == []


def test_no_exemption_is_left_over() -> None:
    for path in files():
        list(faults(path))
    assert used == set(EXEMPT)
