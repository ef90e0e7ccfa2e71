"""What a test ran is told of each function, and the quickest tests come first."""

import json
from pathlib import Path

from tests.mutants.reach import Reach

MODULE = "src/casemate/some.py"


def written(folder: Path, *lines: tuple[str, float, list[int]]) -> Reach:
    for number, (test, seconds, functions) in enumerate(lines):
        line = json.dumps([test, seconds, [(MODULE, first) for first in functions]])
        (folder / f"{number}.jsonl").write_text(f"{line}\n", "utf-8")
    return Reach.read(folder)


def test_a_change_is_shown_to_the_quickest_tests_that_run_its_function(tmp_path: Path) -> None:
    reach = written(tmp_path, ("slow", 20.0, [10, 30]), ("quick", 1.0, [10]), ("other", 0.1, [30]), ("too", 15.0, [10]))
    assert reach.quickest(Path(MODULE), 12) == ["quick", "too"]
    assert reach.quickest(Path(MODULE), 29) == ["quick", "too"]
    assert reach.quickest(Path(MODULE), 30) == ["other", "slow"]
    assert reach.others(Path(MODULE), 12) == ["slow"]
    assert reach.others(Path(MODULE), 30) == []


def test_one_test_is_asked_however_slow_it_is(tmp_path: Path) -> None:
    assert written(tmp_path, ("slow", 900.0, [10])).quickest(Path(MODULE), 10) == ["slow"]


def test_what_no_test_runs_is_known_to_nobody(tmp_path: Path) -> None:
    reach = written(tmp_path, ("one", 1.0, [10]))
    assert reach.quickest(Path(MODULE), 9) == []
    assert reach.quickest(Path("src/casemate/other.py"), 10) == []
