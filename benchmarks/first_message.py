"""Two new people, from nothing to the first delivered message: `python -m benchmarks.first_message`."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.machine import Quantiles, print_heading
from tests.support.deployment import Deployment, deployment_in

RUNS: Final = 5


@dataclass(frozen=True)
class Run:
    """Seconds since the processes were started."""

    ready: float
    accounts: float
    connected: float
    delivered: float


async def talk(deployment: Deployment, began: float, ready: float) -> Run:
    async with await deployment.service("one").view() as one, await deployment.service("two").view() as two:
        cids = [
            await one.register(deployment.server.address, "UserOne", "User One"),
            await two.register(deployment.server.address, "UserTwo", "User Two"),
        ]
        await one.subscribe(cids[0])
        await two.subscribe(cids[1])
        accounts = time.perf_counter() - began
        await one.make_friends(cids[0], two, cids[1])
        connected = time.perf_counter() - began
        message_id = await one.send_chat(cids[0], cids[1], "Hello")
        await one.until_status(cids[0], message_id, "delivered", "read")
        return Run(ready, accounts, connected, time.perf_counter() - began)


def one_run() -> Run:
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
    ):
        began = time.perf_counter()
        deployment.start("one", "two")
        return asyncio.run(talk(deployment, began, time.perf_counter() - began))


def main() -> None:
    print_heading("Two fresh accounts to the first delivered message")
    runs = [one_run() for _ in range(RUNS)]
    for step in ("ready", "accounts", "connected", "delivered"):
        print(f"* {step}, s after the start, {RUNS} runs: {Quantiles.of([getattr(run, step) for run in runs])}")


if __name__ == "__main__":
    main()
