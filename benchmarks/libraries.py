"""What each library costs a service that starts: `python -m benchmarks.libraries`.

In the order of a real start, where whoever comes first pays for what others use as well; and each in a process of its
own, with everything that it loads in turn. What is then left of a process is Python itself, and what it makes of them.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

from benchmarks.loaded import Cost
from benchmarks.machine import print_heading
from benchmarks.start_up import IDLE_SECONDS, deployment_with_an_account
from tests.support.processes import ServiceProcess, loaded

SMALL_KIB: Final = 300
"""Libraries that take less than this, in less than `SMALL_SECONDS`, are one line together."""
SMALL_SECONDS: Final = 0.01
ALONE: Final = """
import time
from benchmarks.loaded import resident
before = resident()
began = time.perf_counter()
try:
    import {name}
except ImportError:
    raise SystemExit
print(time.perf_counter() - began, *(now - then for now, then in zip(resident(), before)))
"""


def costs(process: ServiceProcess, report: Path, environment: dict[str, str]) -> dict[str, Cost]:
    """Of a start whose modules are compiled already."""
    for _ in range(2):
        process.launch(loaded(report), environment=environment)
        process.wait_ready()
        time.sleep(IDLE_SECONDS)
        process.terminate()
    found: dict[str, dict[str, Any]] = json.loads(report.read_text())
    return {name: Cost(**values) for name, values in found.items()}


def alone(name: str, environment: dict[str, str]) -> Cost | None:
    """In a process that has nothing else; None for a part that nobody can import by this name."""
    told: list[str] = []
    for _ in range(2):  # the second finds it compiled
        told = subprocess.run(
            [sys.executable, "-c", ALONE.format(name=name)],
            env={**os.environ, **environment},
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout.split()
    return Cost(0, float(told[0]), int(told[1]), int(told[2])) if told else None


def is_small(cost: Cost) -> bool:
    return cost.private + cost.shared < SMALL_KIB and cost.seconds < SMALL_SECONDS


def print_table(name: str, libraries: dict[str, Cost], environment: dict[str, str]) -> None:
    print(f"## {name}\n\n| | modules | ms | own KiB | of files | alone: ms | own KiB | of files |")
    print("| --- " * 8 + "|")
    others, everything = Cost(), Cost()
    for library, cost in sorted(libraries.items(), key=lambda item: -(item[1].private + item[1].shared)):
        everything.add(cost)
        if is_small(cost):
            others.add(cost)
            continue
        by_itself = alone(library, environment)
        rest = ["", "", ""] if by_itself is None else columns(by_itself)
        print("|", " | ".join([library, str(cost.modules), *columns(cost), *rest]), "|")
    for title, cost in (("all others", others), ("together", everything)):
        print("|", " | ".join([title, str(cost.modules), *columns(cost), "", "", ""]), "|")
    print(flush=True)


def columns(cost: Cost) -> list[str]:
    return [f"{cost.seconds * 1e3:.0f}", f"{cost.private:,}", f"{cost.shared:,}"]


def main() -> None:
    print_heading("Libraries of a service")
    with deployment_with_an_account() as (directory, deployment, environment):
        service = deployment.service()
        service.terminate()
        deployment.server.terminate()
        report = directory / "loaded.json"
        # The server stays for the service, whose account is to find it.
        for name, process in (("server", deployment.server), ("internal service", service)):
            print_table(name, costs(process, report, environment), environment)
            process.start(environment=environment)


if __name__ == "__main__":
    main()
