"""From start to ready, and the memory of an idle server and internal service: `python -m benchmarks.start_up`."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Final

import psutil

from benchmarks.machine import Quantiles, print_heading
from tests.support.deployment import Deployment, deployment_in
from tests.support.processes import ServiceProcess

STARTS: Final = 10
IDLE_SECONDS: Final = 5.0


def megabytes(process: ServiceProcess) -> float:
    return float(psutil.Process(process.pid).memory_info().rss) / 1e6


def start_seconds(process: ServiceProcess) -> Quantiles:
    """Of starts on data that is there already, as after a restart of the machine."""
    sample = []
    for _ in range(STARTS):
        sample.append(process.start())
        process.terminate()
    return Quantiles.of(sample)


async def one_account(deployment: Deployment) -> None:
    async with await deployment.service().view() as view:
        await view.subscribe(await view.register(deployment.server.address, "UserOne", "User One"))


def main() -> None:
    print_heading("Start-up and memory")
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
    ):
        service = deployment.service()
        first = {"server": deployment.server.start(), "internal service": service.start()}
        asyncio.run(one_account(deployment))
        deployment.kill_everything()
        for name, process in (("server", deployment.server), ("internal service", service)):
            print(f"* {name}: first start {first[name]:.2f} s; {STARTS} later starts, s: {start_seconds(process)}")
        deployment.server.start()
        service.start()
        time.sleep(IDLE_SECONDS)
        print(
            f"* memory after {IDLE_SECONDS:.0f} s with one account signed in: "
            f"server {megabytes(deployment.server):.0f} MB, internal service {megabytes(service):.0f} MB"
        )


if __name__ == "__main__":
    main()
