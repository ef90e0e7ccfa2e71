"""What is tried in the page follows from the seed, and changes one place of the code."""

from pathlib import Path

import pytest

from tests.mutants.web import Change, changes, drawn, files

ROOT = Path(__file__).parents[3]


def test_the_folds_are_found_and_a_seed_draws_the_same_changes_each_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert Path("web/src/state/workspace.ts") in files()
    assert drawn(files(), 1, 10) == drawn(files(), 1, 10) != drawn(files(), 2, 10)


def test_a_comparison_becomes_another_and_nothing_around_it(tmp_path: Path) -> None:
    code = tmp_path / "code.ts"
    code.write_text("const a = 2;\nif (a < b) return;\n", "utf-8")
    text = code.read_text("utf-8")
    assert [change.applied(text).splitlines()[1] for change in changes(code)] == [
        "if (a <= b) return;",
        "if (a >= b) return;",
    ]
    assert Change(code, 18, 21, " >= ").told(text) == f"{code}:2\n-if (a < b) return;\n+if (a >= b) return;"


def test_comments_types_and_constants_are_left_alone(tmp_path: Path) -> None:
    code = tmp_path / "code.ts"
    code.write_text('/** 1 < 2 */\nimport { a } from "b - 1";\nconst MOST = 1;\n  readonly known: true;\n', "utf-8")
    assert list(changes(code)) == []
