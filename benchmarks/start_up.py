"""From start to ready, and the memory of an idle server and internal service: `python -m benchmarks.start_up`.

Programs are started as they are once installed: with their modules compiled.
"""

import asyncio
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import psutil

from benchmarks.machine import Quantiles, print_heading
from tests.support.deployment import Deployment, deployment_in
from tests.support.own_network import service_environment
from tests.support.processes import CASEMATE, ServiceProcess

STARTS: Final = 10
IDLE_SECONDS: Final = 5.0
MIB: Final = 2**20


def as_installed(directory: Path) -> dict[str, str]:
    """The environment of every start: whoever works on Casemate may have switched compiled files off."""
    return {"PYTHONPYCACHEPREFIX": str(directory / "compiled"), "PYTHONDONTWRITEBYTECODE": ""}


def mebibytes(process: ServiceProcess) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / MIB


def starts(process: ServiceProcess, environment: Mapping[str, str]) -> tuple[Quantiles, Quantiles]:
    """Seconds, and seconds of processor time, of starts on data that is there already."""
    passed, used = [], []
    for _ in range(STARTS):
        passed.append(process.start(environment=environment))
        times = psutil.Process(process.pid).cpu_times()
        used.append(times.user + times.system)
        process.terminate()
    return Quantiles.of(passed), Quantiles.of(used)


def start_of_up(directory: Path, environment: Mapping[str, str]) -> float:
    """Seconds until `casemate up`, its server and its internal service run, and the address of the page is printed."""
    ports = ("--listen", "127.0.0.1:0", "--server-listen", "127.0.0.1:0")
    began = time.perf_counter()
    with subprocess.Popen(
        [*CASEMATE, "up", "--no-browser", "--data-dir", str(directory), *ports],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, **service_environment(), **environment},
    ) as process:
        assert process.stdout is not None
        while "?launch=" not in process.stdout.readline():
            assert process.poll() is None
        seconds = time.perf_counter() - began
        process.send_signal(signal.SIGINT)
    return seconds


async def one_account(deployment: Deployment) -> None:
    async with await deployment.service().view() as view:
        await view.subscribe(await view.register(deployment.server.address, "UserOne", "User One"))


@contextmanager
def deployment_with_an_account() -> Iterator[tuple[Path, Deployment, dict[str, str]]]:
    """A folder, a server and a service in it that have run and have an account, and the environment of their starts."""
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as folder,
        deployment_in(Path(folder)) as deployment,
    ):
        environment = as_installed(Path(folder))
        deployment.server.start(environment=environment)
        deployment.service().start(environment=environment)
        asyncio.run(one_account(deployment))
        yield Path(folder), deployment, environment


def main() -> None:
    print_heading("Start-up and memory")
    with deployment_with_an_account() as (directory, deployment, environment):
        service = deployment.service()
        deployment.kill_everything()
        for name, process in (("server", deployment.server), ("internal service", service)):
            passed, used = starts(process, environment)
            print(f"* {name}, {STARTS} starts, s: {passed}; of processor time: {used}", flush=True)
        start_of_up(directory / "up", environment)
        together = [start_of_up(directory / "up", environment) for _ in range(STARTS)]
        print(f"* `casemate up` with both, {STARTS} starts, s: {Quantiles.of(together)}", flush=True)
        deployment.server.start(environment=environment)
        service.start(environment=environment)
        time.sleep(IDLE_SECONDS)
        print(
            f"* memory after {IDLE_SECONDS:.0f} s with one account signed in, MiB: "
            f"server {mebibytes(deployment.server):.0f}, internal service {mebibytes(service):.0f}"
        )


if __name__ == "__main__":
    main()
