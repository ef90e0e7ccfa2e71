"""Rules of this package that no type can state."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from casemate.crypto import labels

PACKAGE = Path(__file__).parent.parent
MODULES = sorted(PACKAGE.glob("*.py"))
FORBIDDEN_TO_THE_SERVER = {"handshake", "ratchet", "session", "envelope", "control", "content"}


def imported(module: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(module.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module is not None:
            yield node.module


def test_one_file_touches_the_library() -> None:
    touching = {
        module.stem for module in MODULES if any(name.split(".")[0] == "cryptography" for name in imported(module))
    }
    assert touching == {"primitives"}


@pytest.mark.parametrize("start", ["identity", "names", "prekeys", "link_proof"])
def test_what_a_server_imports_does_not_reach_what_opens_envelopes(start: str) -> None:
    seen: set[str] = set()
    waiting = [start]
    while waiting:
        name = waiting.pop()
        seen.add(name)
        for target in imported(PACKAGE / f"{name}.py"):
            parts = target.split(".")
            if parts[:2] == ["casemate", "crypto"]:
                waiting += [part for part in parts[2:3] if part not in seen]
    assert not seen & FORBIDDEN_TO_THE_SERVER


def test_nothing_but_tests_and_simulation_imports_the_repeatable_kem() -> None:
    for module in MODULES:
        assert "casemate.crypto.testing" not in set(imported(module))


def test_no_label_is_the_beginning_of_another() -> None:
    every = [value for name, value in vars(labels).items() if name.isupper()]
    assert len(every) == len(set(every)) >= 20
    for one in every:
        assert not any(other != one and other.startswith(one) for other in every)
