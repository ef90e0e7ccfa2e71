"""The same for the page's folds and words: `python -m tests.mutants.web --mutants 30 --seed 1`.

Changes are made by pattern, since cosmic-ray knows Python alone, and tried against the tests that import the file.
"""

import argparse
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from tests.mutants.trials import TRIAL_SECONDS, copy_checkout

WEB: Final = Path("web")
FOLDERS: Final = ("state", "words")
"""Where the page decides: the folds, and what is said of them."""

SLIPS: Final = {
    r" === ": [" !== "],
    r" !== ": [" === "],
    r" < ": [" <= ", " >= "],
    r" <= ": [" < ", " > "],
    r" > ": [" >= ", " <= "],
    r" >= ": [" > ", " < "],
    r" && ": [" || "],
    r" \|\| ": [" && "],
    r" \+ ": [" - "],
    r" - ": [" + "],
    r"(?<=[\s(])!(?=[\w(])": [""],
    r"\btrue\b": ["false"],
    r"\bfalse\b": ["true"],
    r"\b0\b": ["1"],
    r"\b1\b": ["0", "2"],
}
NOT_CODE: Final = re.compile(
    r"^\s*(/?\*|//|import |export (type|interface) |readonly |const [A-Z_0-9]+ =)|\w\??: (true|false)[;>]"
)
"""Comments, types, and constants: a test that repeats one proves nothing."""


@dataclass(frozen=True, slots=True, order=True)
class Change:
    """The characters from `start` to `end` of a file's text become `new`."""

    file: Path
    start: int
    end: int
    new: str

    def applied(self, text: str) -> str:
        return text[: self.start] + self.new + text[self.end :]

    def told(self, text: str) -> str:
        line = text.count("\n", 0, self.start)
        before, after = (version.splitlines()[line] for version in (text, self.applied(text)))
        return f"{self.file}:{line + 1}\n-{before}\n+{after}"


def files() -> list[Path]:
    found = (path for folder in FOLDERS for path in (WEB / "src" / folder).rglob("*.ts"))
    return sorted(path for path in found if not path.name.endswith(".test.ts"))


def changes(file: Path) -> Iterator[Change]:
    """All that the patterns find in a file."""
    begin = 0
    for line in file.read_text("utf-8").splitlines(keepends=True):
        if not NOT_CODE.search(line):
            for old, others in SLIPS.items():
                for found in re.finditer(old, line):
                    yield from (Change(file, begin + found.start(), begin + found.end(), new) for new in others)
        begin += len(line)


def drawn(paths: list[Path], seed: int, mutants: int) -> list[Change]:
    """So many places, and one change at each."""
    places: dict[tuple[Path, int], list[Change]] = {}
    for path in paths:
        for change in changes(path):
            places.setdefault((path, change.start), []).append(change)
    lot = random.Random(seed)
    return [lot.choice(places[place]) for place in lot.sample(sorted(places), min(mutants, len(places)))]


def passes(file: Path) -> bool:
    """Whether all tests do that import this file; those beside it are quick, and asked first."""
    related = file.relative_to(WEB).as_posix()
    return all(
        run_passes(*tests)
        for tests in (("run", *(f"src/{folder}" for folder in FOLDERS)), ("related", "--run", related))
    )


def run_passes(*tests: str) -> bool:
    command = ["npx", "vitest", *tests, "--bail=1", "--maxWorkers=1", "--reporter=dot"]
    try:
        return subprocess.run(command, cwd=WEB, capture_output=True, timeout=TRIAL_SECONDS).returncode == 0
    except subprocess.TimeoutExpired:
        return False


def noticed(change: Change) -> bool:
    text = change.file.read_text("utf-8")
    change.file.write_text(change.applied(text), "utf-8")
    try:
        return not passes(change.file)
    finally:
        change.file.write_text(text, "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants.web", description=__doc__)
    parser.add_argument("--mutants", type=int, default=30, help="how many changes are tried")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--only", default="", help="in files whose path holds this")
    parser.add_argument("--believe", action="store_true", help="that all tests pass as the page is")
    choice = parser.parse_args()
    modules = (WEB / "node_modules").resolve()
    with TemporaryDirectory(prefix="mutants-web-") as folder:
        copy_checkout(Path(folder))
        os.chdir(folder)
        (WEB / "node_modules").symlink_to(modules)
        sample = drawn([file for file in files() if choice.only in file.as_posix()], choice.seed, choice.mutants)
        if not choice.believe and not all(passes(file) for file in {change.file for change in sample}):
            print("The page as it is does not pass: nothing would be known of a change.")
            return 1
        unnoticed = 0
        for change in sample:
            told = change.told(change.file.read_text("utf-8"))
            seen = noticed(change)
            unnoticed += not seen
            print(f"{'noticed' if seen else 'UNNOTICED'}: {told}", flush=True)
    share = 100 * (1 - unnoticed / len(sample)) if sample else 100.0
    print(f"{len(sample)} changes, seed {choice.seed}: {unnoticed} unnoticed, {share:.1f} % noticed")
    return 0


if __name__ == "__main__":
    sys.exit(main())
