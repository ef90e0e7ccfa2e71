"""Would the tests notice small changes of the code? `python -m tests.mutants --mutants 300 --seed 1 --workers 2`."""

import argparse
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.mutants.reach import Reach
from tests.mutants.sample import drawn, modules
from tests.mutants.trials import Verdict, Workshop, learn


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description=__doc__)
    parser.add_argument("--mutants", type=int, default=300, help="how many changes are tried")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--workers", type=int, default=1, help="how many at a time")
    parser.add_argument("--only", default="", help="in files whose path holds this")
    parser.add_argument("--near", action="store_true", help="ask the nearest tests only")
    parser.add_argument("--believe", action="store_true", help="that all tests pass as the code is")
    parser.add_argument("--reach", type=Path, help="a folder: what each test runs, learnt once and kept there")
    choice = parser.parse_args()
    reach = known_reach(choice.reach, choice.only, choice.workers)
    mutations = drawn(modules(choice.only), choice.seed, choice.mutants)
    with TemporaryDirectory(prefix="mutants-") as folder:
        workshop = Workshop(Path(folder), choice.workers)
        try:
            failures = [] if choice.believe else workshop.failures_of_unchanged(mutations, reach)
            if failures:
                print("\n".join(failures), "\nThe code as it is does not pass: nothing would be known of a change.")
                return 1
            verdicts = []
            for verdict in workshop.verdicts(mutations, reach, thorough=not choice.near):
                verdicts.append(verdict)
                print(tell(verdict), flush=True)
        finally:
            workshop.close()
    unnoticed = sum(not verdict.noticed for verdict in verdicts)
    share = 100 * (1 - unnoticed / len(verdicts)) if verdicts else 100.0
    print(f"{len(verdicts)} changes, seed {choice.seed}: {unnoticed} unnoticed, {share:.1f} % noticed")
    return 0


def known_reach(folder: Path | None, only: str, workers: int) -> Reach:
    if folder is None:
        return Reach({})
    if not folder.is_dir():
        folder.mkdir(parents=True)
        learn(folder, modules(only), workers)
    return Reach.read(folder)


def tell(verdict: Verdict) -> str:
    said = "UNNOTICED" if not verdict.noticed else "noticed" if verdict.noticed == 1 else "noticed by far tests"
    line = f"{said}: {verdict.module}:{verdict.line} {verdict.operator.removeprefix('core/')}"
    return line if verdict.noticed else f"{line}\n{verdict.diff}"


if __name__ == "__main__":
    sys.exit(main())
