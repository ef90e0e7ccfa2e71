"""The rule of `core/undo.py`, for every class: what an event may change in memory goes back when it is undone."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import casemate.internal_service.core as core

ROOT = Path(core.__path__[0])
READ_ONLY = {"Mapping", "Sequence", "frozenset"}
MUTABLE_CALLS = {"dict", "set", "list", "deque", "defaultdict", "Counter", "OrderedDict", "bytearray"}
EXEMPT = {
    "undo.py Undo": "it is what takes back",
    "undo.py UndoQueue": "it notes its own steps",
    "streams.py Stream": "one append is one step",
    "waiting.py Deadlines": "each addition is one step; what is over goes between events",
    "stores.py Stores": "it is the transaction itself",
    "desk.py Desk.effects": "of the event at hand only",
    "service.py Service._at": "read after an event was undone",
    "service.py Service._rests_until": "set after an event was undone",
    "service.py Service._handlers": "never changed",
    "service.py Service._view_handlers": "never changed",
    "hosts.py Hosts.on_change": "put together at the start",
    "accounts.py Accounts.on_close": "put together at the start",
    "account/link.py Link.when_down": "put together at the start",
    "account/context.py Context._lists": "a function of its key alone",
    "account/conversation.py Conversations._with": "a function of ids alone",
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


def is_frozen(node: ast.ClassDef) -> bool:
    words = [ast.unparse(one) for one in (*node.decorator_list, *node.keywords, *node.bases)]
    return any(
        "frozen=True" in word or word in ("Protocol", "Exception", "PeerBrokeProtocol", "StrEnum") for word in words
    )


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


def changed_attributes(node: ast.ClassDef) -> Iterator[str]:
    """Attributes of self that are assigned after the object is made."""
    for method in node.body:
        if isinstance(method, ast.FunctionDef) and method.name not in ("__init__", "__post_init__"):
            for statement in ast.walk(method):
                if isinstance(statement, ast.Assign | ast.AugAssign | ast.AnnAssign):
                    yield from own_targets(statement)


def plain_containers(node: ast.ClassDef) -> Iterator[str]:
    """Attributes that are made as a plain container and not declared to be read only."""
    for method in node.body:
        if isinstance(method, ast.AnnAssign) and method.value is not None and not is_read_only(method):
            text = ast.unparse(method.value)
            if any(f"default_factory={call}" in text for call in MUTABLE_CALLS) or "lambda: deque" in text:
                yield ast.unparse(method.target)
        if isinstance(method, ast.FunctionDef):
            for statement in ast.walk(method):
                if isinstance(statement, ast.Assign | ast.AnnAssign) and is_plain(statement):
                    yield from own_targets(statement)


def is_plain(statement: ast.Assign | ast.AnnAssign) -> bool:
    if isinstance(statement, ast.AnnAssign) and is_read_only(statement):
        return False
    value = statement.value
    if isinstance(value, ast.Call):
        return ast.unparse(value.func) in MUTABLE_CALLS
    return isinstance(value, ast.Dict | ast.List | ast.Set)


def is_read_only(statement: ast.AnnAssign) -> bool:
    return ast.unparse(statement.annotation).split("[")[0] in READ_ONLY


def own_targets(statement: ast.Assign | ast.AugAssign | ast.AnnAssign) -> Iterator[str]:
    targets = statement.targets if isinstance(statement, ast.Assign) else [statement.target]
    for target in targets:
        for one in target.elts if isinstance(target, ast.Tuple) else [target]:
            if isinstance(one, ast.Attribute) and isinstance(one.value, ast.Name) and one.value.id == "self":
                yield one.attr


@pytest.mark.parametrize("path", files(), ids=lambda path: path.relative_to(ROOT).as_posix())
def test_whatever_an_event_may_change_in_memory_goes_back(path: Path) -> None:
    assert list(faults(path)) == []


def test_no_exemption_is_left_over() -> None:
    for path in files():
        list(faults(path))
    assert used == set(EXEMPT)
