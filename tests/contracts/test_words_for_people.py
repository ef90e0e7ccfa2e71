"""What people read in a terminal and on pages of refusals has people's words; the UI's words are kept by its linter."""

import ast
import re
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[2] / "src" / "casemate"
READ_BY_PEOPLE = (
    *sorted((SOURCE / "cli").glob("*.py")),
    SOURCE / "internal_service" / "adapters" / "web_surface" / "pages.py",
    SOURCE / "internal_service" / "core" / "notifying" / "words.py",
)
OF_THE_PROTOCOL = re.compile(r"\b(peers?|cids?|endpoints?|internal service)\b|Find people", re.IGNORECASE)


def words_in(path: Path) -> list[str]:
    """Texts with a blank in them: anything else is a name or a code. What explains the code itself is for others."""
    tree = ast.parse(path.read_text("utf-8"))
    explained = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    return [
        node.value
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and " " in node.value
        and id(node) not in explained
    ]


@pytest.mark.parametrize("path", READ_BY_PEOPLE, ids=lambda path: path.stem)
def test_nobody_meets_a_word_of_the_protocol(path: Path) -> None:
    assert [text for text in words_in(path) if OF_THE_PROTOCOL.search(text)] == []


def test_words_are_found_where_there_are_some() -> None:
    assert any("Casemate" in text for path in READ_BY_PEOPLE for text in words_in(path))
