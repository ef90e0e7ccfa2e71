"""One word, one thing: a class name stands once in the program, and what a module of the page exports once there."""

import ast
import re
from collections import Counter, defaultdict
from pathlib import Path
from typing import Final

import casemate

SOURCE: Final = Path(casemate.__path__[0])
TWINS: Final = frozenset(
    {"ConversationChanged", "MessageChanged", "PathChanged", "PeerChanged", "ScheduledChanged", "TypingChanged"}
)
"""A notice of an account, and the event of the client API by which views hear of the same."""
MODULES_OF_TWINS: Final = {"internal_service/core/ground/notices.py", "protocol/client/views.py"}

PAGE: Final = Path(__file__).parents[2] / "web" / "src"
_EXPORTED: Final = re.compile(
    r"^export (?:default )?(?:async )?(?:function|class|const|interface|type|enum) (\w+)", re.MULTILINE
)


def modules_of_classes() -> dict[str, list[str]]:
    modules: dict[str, list[str]] = defaultdict(list)
    for path in sorted(SOURCE.rglob("*.py")):
        if "tests" not in path.parts:
            for node in ast.parse(path.read_text()).body:
                if isinstance(node, ast.ClassDef):
                    modules[node.name].append(path.relative_to(SOURCE).as_posix())
    return modules


def test_a_class_name_stands_for_one_thing() -> None:
    more_than_once = {name: modules for name, modules in modules_of_classes().items() if len(modules) > 1}
    twins = {name: modules for name, modules in more_than_once.items() if set(modules) == MODULES_OF_TWINS}
    assert set(twins) == TWINS, "the list of twins says what is so"
    assert {name: modules for name, modules in more_than_once.items() if name not in twins} == {}


def test_what_the_page_exports_has_a_name_of_its_own() -> None:
    exported = Counter(
        name
        for path in PAGE.rglob("*.ts*")
        if ".test." not in path.name
        for name in set(_EXPORTED.findall(path.read_text()))
    )
    assert [name for name, modules in exported.items() if modules > 1] == []
