"""One change at a time, in a copy of the checkout, against the tests that look at it."""

import os
import shlex
import subprocess
import sys
from collections.abc import Iterable, Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cosmic_ray.mutating import mutate_and_test
from cosmic_ray.testing import run_tests
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome

from tests.mutants.reach import FOLDER, Reach
from tests.mutants.sample import package_of
from tests.support.checkout import BUILT_UI, CHECKOUT, copy_tracked_files

TRIAL_SECONDS: Final = 900.0
"""Several times what the slowest of these runs takes; a change that makes an endless loop ends here, noticed."""

FAST: Final = "-m 'not slow and not e2e and not nat_lab and not processes'"
QUICK: Final = f"{FAST} -k 'not whichever_event and not test_large_messages and not list_of_thousands'"
THOROUGH: Final = f"{FAST} tests/sim tests/accounts tests/service"
"""Whole worlds, undone events, large messages: minutes, so only for what the near tests let through."""
WORLDS: Final = f"{FAST} tests/sim"


@dataclass(frozen=True, slots=True)
class Verdict:
    """`noticed` by the nearest tests (1), by others (2 and more), or by none (0)."""

    module: str
    line: int
    operator: str
    noticed: int
    diff: str


def pytest(arguments: str) -> str:
    return f"{shlex.quote(sys.executable)} -m pytest -x -q -p no:cacheprovider {arguments}"


def near(mutation: MutationSpec, reach: Reach) -> str:
    """The quickest tests that run what is changed, if that was learnt; else all that look at its package."""
    tests = reach.quickest(mutation.module_path, mutation.start_pos[0])
    if tests:
        return named(tests)
    return pytest(f"{' '.join(package_of(mutation.module_path).near)} {QUICK}")


def far(mutation: MutationSpec, reach: Reach) -> list[str]:
    """What is asked besides, one after the other: whatever else runs it, if that was learnt, and whole worlds."""
    place = (mutation.module_path, mutation.start_pos[0])
    if not reach.quickest(*place):
        return [pytest(THOROUGH)]
    others = reach.others(*place)
    return [*([named(others)] if others else []), pytest(WORLDS)]


def named(tests: Iterable[str]) -> str:
    return pytest(" ".join(map(shlex.quote, tests)))


def learn(folder: Path, modules: Iterable[Path], workers: int) -> None:
    """Run the tests that look at these once, and note what each of them runs. Takes some minutes."""
    looked_at = " ".join(sorted({test for module in modules for test in package_of(module).near}))
    command = f"{shlex.quote(sys.executable)} -m pytest -q -n {workers} -p tests.mutants.reach {looked_at} {QUICK}"
    environment = os.environ | {FOLDER: str(folder.absolute())}
    subprocess.run(shlex.split(command), check=True, env=environment)


def copy_checkout(to: Path) -> None:
    """Everything that git would take, as it is here, and the built page."""
    copy_tracked_files(to)
    if (CHECKOUT / BUILT_UI).exists():
        (to / BUILT_UI).symlink_to(CHECKOUT / BUILT_UI)


def enter(copies: Path) -> None:
    """A worker's first words: a copy of its own, from which its tests import."""
    copy = copies / str(os.getpid())
    copy_checkout(copy)
    os.chdir(copy)
    os.environ["PYTHONPATH"] = f"{copy / 'src'}{os.pathsep}{copy}"


def unchanged_passes(tests: str) -> str:
    """What the tests say of the code as it is, if they fail; a failure would count as noticed."""
    outcome, output = run_tests(tests, TRIAL_SECONDS)
    return "" if outcome is TestOutcome.SURVIVED else output[-3_000:]


def tried(mutation: MutationSpec, rounds: list[str]) -> Verdict:
    noticed, diff = 0, ""
    for number, tests in enumerate(rounds, start=1):
        result = mutate_and_test([mutation], tests, TRIAL_SECONDS)
        if result.worker_outcome is not WorkerOutcome.NORMAL or result.test_outcome is TestOutcome.INCOMPETENT:
            raise RuntimeError(f"{mutation} was not tried: {result.output}")
        diff = result.diff or ""
        if result.is_killed:
            noticed = number
            break
    return Verdict(mutation.module_path.as_posix(), mutation.start_pos[0], mutation.operator_name, noticed, diff)


class Workshop:
    """Workers with a copy each."""

    def __init__(self, copies: Path, workers: int) -> None:
        self._pool = ProcessPoolExecutor(workers, initializer=enter, initargs=(copies,))

    def close(self) -> None:
        self._pool.shutdown(cancel_futures=True)

    def failures_of_unchanged(self, mutations: list[MutationSpec], reach: Reach) -> list[str]:
        runs = dict.fromkeys(near(mutation, reach) for mutation in mutations)
        return [failure for failure in self._pool.map(unchanged_passes, runs) if failure]

    def verdicts(self, mutations: list[MutationSpec], reach: Reach, *, thorough: bool) -> Iterator[Verdict]:
        trials = [
            self._pool.submit(tried, mutation, [near(mutation, reach), *(far(mutation, reach) if thorough else [])])
            for mutation in mutations
        ]
        for done in as_completed(trials):
            yield done.result()
