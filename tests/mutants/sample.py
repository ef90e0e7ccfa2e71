"""Which small changes are tried: drawn by seed from all that cosmic-ray can make in the packages that decide."""

import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cosmic_ray.ast import ast_nodes, get_ast_from_path
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec

DECLARED: Final = re.compile(r"^\s*@|^class |: Final\b")
"""`frozen`, `slots` and the like, which no behaviour shows, and constants: a test that repeats one proves nothing."""
ACCOUNT: Final = "src/casemate/internal_service/core/account"
SERVICE: Final = "src/casemate/internal_service/core"
SERVER: Final = "src/casemate/server/core"
CRYPTO: Final = "src/casemate/crypto"

_COMPARED: Final = {
    "Eq": ["NotEq"],
    "NotEq": ["Eq"],
    "Lt": ["LtE", "GtE"],
    "LtE": ["Lt", "Gt"],
    "Gt": ["GtE", "LtE"],
    "GtE": ["Gt", "Lt"],
    "Is": ["IsNot"],
    "IsNot": ["Is"],
}
_RECKONED: Final = {
    "Add": ["Sub"],
    "Sub": ["Add"],
    "Mul": ["FloorDiv"],
    "Div": ["Mul"],
    "FloorDiv": ["Mul"],
    "Mod": ["Mul"],
    "BitAnd": ["BitXor"],
    "LShift": ["RShift"],
    "RShift": ["LShift"],
}
OPERATORS: Final = (
    *(f"core/ReplaceComparisonOperator_{old}_{new}" for old, others in _COMPARED.items() for new in others),
    *(f"core/ReplaceBinaryOperator_{old}_{new}" for old, others in _RECKONED.items() for new in others),
    "core/AddNot",
    "core/NumberReplacer",
    "core/ReplaceAndWithOr",
    "core/ReplaceOrWithAnd",
    "core/ReplaceTrueWithFalse",
    "core/ReplaceFalseWithTrue",
    "core/ReplaceBreakWithContinue",
    "core/ReplaceContinueWithBreak",
    "core/ReplaceUnaryOperator_Delete_Not",
    "core/ReplaceUnaryOperator_Delete_USub",
    "core/ZeroIterationForLoop",
)
"""Of cosmic-ray's two hundred: what could be a slip. The rest fails at once, or means the same."""


@dataclass(frozen=True, slots=True)
class Package:
    """A folder, and the tests that look at it: those nearest first, since the first failure ends a trial."""

    folder: str
    near: tuple[str, ...]


PACKAGES: Final = (
    Package(CRYPTO, ("src/casemate/crypto/tests",)),
    Package(SERVER, ("src/casemate/server/core/tests",)),
    Package(ACCOUNT, ("src/casemate/internal_service/core/tests", "tests/accounts")),
    Package(SERVICE, ("src/casemate/internal_service/core/tests", "tests/service")),
)


def package_of(module: Path) -> Package:
    """The first that holds it: an account's folder stands before the one around it."""
    return next(package for package in PACKAGES if module.as_posix().startswith(package.folder + "/"))


def modules(only: str) -> list[Path]:
    """Of all packages, without their tests; those whose path holds `only`."""
    found = {path for package in PACKAGES for path in Path(package.folder).rglob("*.py") if "tests" not in path.parts}
    return sorted(path for path in found if only in path.as_posix() and path.name != "testing.py")


def drawn(paths: Sequence[Path], seed: int, mutants: int) -> list[MutationSpec]:
    """So many places of the code, and one change at each."""
    places: dict[tuple[str, tuple[int, int]], list[MutationSpec]] = {}
    for path in paths:
        for change in changes(path):
            places.setdefault((path.as_posix(), change.start_pos), []).append(change)
    lot = random.Random(seed)
    return [lot.choice(places[place]) for place in lot.sample(sorted(places), min(mutants, len(places)))]


def changes(path: Path) -> Iterator[MutationSpec]:
    """All that can be made in a file; an operator counts where it could be applied."""
    lines = path.read_text("utf-8").splitlines()
    nodes = list(ast_nodes(get_ast_from_path(path)))
    for name in OPERATORS:
        operator = get_operator(name)()
        positions = (position for node in nodes for position in operator.mutation_positions(node))
        for occurrence, (start, end) in enumerate(positions):
            if not DECLARED.search(lines[start[0] - 1]):
                yield MutationSpec(path, name, occurrence, start, end)
