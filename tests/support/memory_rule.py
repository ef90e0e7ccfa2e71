"""Reads classes for what an event may change in memory: attributes set after they are made, and plain containers."""

import ast
from collections.abc import Iterator

READ_ONLY = {"Mapping", "Sequence", "frozenset"}
MUTABLE_CALLS = {"dict", "set", "list", "deque", "defaultdict", "Counter", "OrderedDict", "bytearray"}


def is_frozen(node: ast.ClassDef) -> bool:
    words = [ast.unparse(one) for one in (*node.decorator_list, *node.keywords, *node.bases)]
    return any(
        "frozen=True" in word or word in ("Protocol", "Exception", "PeerBrokeProtocol", "StrEnum") for word in words
    )


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
