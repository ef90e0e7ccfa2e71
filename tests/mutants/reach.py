"""Which tests run which functions: learnt once, so that a change is tried against the quickest tests that can see it.

As a pytest plugin (`-p tests.mutants.reach`) it writes for each test one line of JSON into a file of its process in the
folder that `MUTANTS_REACH` names: the test's id, its seconds under the recorder, and the functions it ran.
"""

import json
import os
import sys
import threading
import time
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from pathlib import Path
from types import CodeType, FrameType
from typing import Any, Final

import pytest

FOLDER: Final = "MUTANTS_REACH"
SECONDS: Final = 30.0
"""As many of the quickest tests are asked as take so long under the recorder, which is some times their own time."""

Function = tuple[str, int]
"""A module's path in the checkout, and the line on which the function begins."""


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, Any, Any]:
    ran: set[CodeType] = set()

    def note(frame: FrameType, event: str, _: object) -> None:
        if event == "call":
            ran.add(frame.f_code)

    began = time.perf_counter()
    threading.setprofile(note)
    sys.setprofile(note)
    try:
        return (yield)
    finally:
        sys.setprofile(None)
        threading.setprofile(None)
        _write(item.nodeid, time.perf_counter() - began, ran)


def _write(test: str, seconds: float, ran: Iterable[CodeType]) -> None:
    root = str(Path.cwd()) + os.sep
    functions = sorted(
        (code.co_filename.removeprefix(root), code.co_firstlineno)
        for code in ran
        if code.co_filename.startswith(f"{root}src{os.sep}")
    )
    with (Path(os.environ[FOLDER]) / f"{os.getpid()}.jsonl").open("a", encoding="utf-8") as file:
        file.write(json.dumps([test, seconds, functions]) + "\n")


@dataclass(frozen=True, slots=True)
class Reach:
    """Of each function, the tests that run it, the quickest first."""

    tests: dict[Function, list[tuple[float, str]]]

    @classmethod
    def read(cls, folder: Path) -> "Reach":
        found: dict[Function, list[tuple[float, str]]] = {}
        for file in sorted(folder.glob("*.jsonl")):
            for line in file.read_text("utf-8").splitlines():
                test, seconds, functions = json.loads(line)
                for module, first in functions:
                    found.setdefault((module, first), []).append((seconds, test))
        return cls({function: sorted(tests) for function, tests in found.items()})

    def quickest(self, module: Path, line: int) -> list[str]:
        """Tests that run the function around this line, at least one of them if there is any."""
        chosen: list[str] = []
        total = 0.0
        for seconds, test in self._of(module, line):
            total += seconds
            if chosen and total > SECONDS:
                break
            chosen.append(test)
        return chosen

    def others(self, module: Path, line: int) -> list[str]:
        """All that run it besides the quickest."""
        return [test for _, test in self._of(module, line)][len(self.quickest(module, line)) :]

    def _of(self, module: Path, line: int) -> list[tuple[float, str]]:
        begins = [first for name, first in self.tests if name == module.as_posix() and first <= line]
        return self.tests.get((module.as_posix(), max(begins, default=0)), [])
