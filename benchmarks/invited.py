"""Two machines with Casemate, from nothing to the first message delivered by a link: `python -m benchmarks.invited`."""

import asyncio
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.machine import Quantiles, print_heading
from tests.support.client import PASSWORD
from tests.support.deployment import Deployment, deployment_in
from tests.support.view import View

RUNS: Final = 7


@dataclass(frozen=True)
class Run:
    """Seconds since nothing ran on either machine; the second begins when the link is there."""

    link: float
    joined: float
    delivered: float


async def invite(view: View, cid: int) -> str:
    made = await view.answer_to(await view.begin("MakeInvite", cid=cid, uses=1, seconds=3600.0))
    link: str = made["invites"][0]["link"]
    return link


async def come_together(deployment: Deployment, began: float) -> Run:
    async with await deployment.service("one").view() as one:
        mine = await one.register(deployment.server.address, "UserOne", "User One")
        await one.subscribe(mine)
        link = await invite(one, mine)
        invited = time.perf_counter() - began
        await asyncio.to_thread(deployment.service("two").start)
        async with await deployment.service("two").view() as two:
            joined = await two.expect(
                "ConnectSuccess",
                "Join",
                text=link,
                username="UserTwo",
                full_name="User Two",
                password=list(PASSWORD.encode()),
            )
            theirs = joined["cid"]
            await two.subscribe(theirs)
            await two.until(lambda: two.accounts[theirs].peers.get(mine, {}).get("connection") == "connected")
            together = time.perf_counter() - began
            message_id = await two.send_chat(theirs, mine, "Hello")
            await two.until_status(theirs, message_id, "delivered", "read")
            return Run(invited, together, time.perf_counter() - began)


def one_run() -> Run:
    with (
        tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory,
        deployment_in(Path(directory)) as deployment,
    ):
        began = time.perf_counter()
        deployment.start("one")
        return asyncio.run(come_together(deployment, began))


def main() -> None:
    print_heading("Two machines to the first delivered message, by a link")
    runs = [one_run() for _ in range(RUNS)]
    for step in ("link", "joined", "delivered"):
        print(f"* {step}, s after the start, {RUNS} runs: {Quantiles.of([getattr(run, step) for run in runs])}")


if __name__ == "__main__":
    main()
