"""Messages from one internal service to another, by each way: `python -m benchmarks.messages [--short]`.

Every message has a key of its own and is on both disks (and the server's, by mailbox) when it counts as arrived.
The clients, the server and both services share this machine's cores.
"""

import argparse
import asyncio
import contextlib
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil

from benchmarks import floor, ways
from benchmarks.machine import Quantiles, print_heading
from benchmarks.people import couple, timed_view
from benchmarks.ways import Way
from tests.support.client import Answer, ApiClient
from tests.support.deployment import Deployment

RATES: Final = (100, 1_000)
WINDOW: Final = 512
"""Messages under way when the highest rate is looked for."""
SHARES: Final = (0.9, 0.8, 0.7, 0.6, 0.5)
"""Of the highest rate, which of them the services keep up with."""
HELD_SECONDS: Final = 10.0
HELD_MILLISECONDS: Final = 100.0
"""A rate holds when 99 of 100 messages take no longer: no queue builds up."""
BODY: Final = "x" * 64
FLOOR_SECONDS: Final = 5.0
SILENCE_SECONDS: Final = 120.0
"""Nothing at all arrives for so long: that is a fault, not a slow machine."""


@dataclass
class Pair:
    """Two people on two internal services, connected, each with a plain client."""

    writer: ApiClient
    reader: ApiClient
    writer_cid: int
    reader_cid: int


class Traffic:
    """Numbers its messages and remembers when each was written and when it was there."""

    def __init__(self, pair: Pair) -> None:
        self._pair = pair
        self._written: dict[int, float] = {}
        self.milliseconds: list[float] = []
        self._arrived = asyncio.Condition()
        pair.reader.arrived = self._notified  # type: ignore[method-assign]
        self._wake = asyncio.Event()

    @property
    def under_way(self) -> int:
        return len(self._written) - len(self.milliseconds)

    async def write(self) -> None:
        number = len(self._written)
        message = json.dumps([number, BODY]).encode()
        self._written[number] = time.perf_counter()
        await self._pair.writer.begin(
            "Message",
            message=list(message),
            cid=self._pair.writer_cid,
            peer_cid=self._pair.reader_cid,
            security_level="Standard",
        )

    def _notified(self, answer: Answer) -> None:
        if answer.name == "MessageNotification":
            number = json.loads(bytes(answer["message"]))[0]
            self.milliseconds.append((time.perf_counter() - self._written[number]) * 1e3)
            self._wake.set()

    async def until_under_way(self, most: int) -> None:
        while self.under_way > most:
            self._wake.clear()
            async with asyncio.timeout(SILENCE_SECONDS):
                await self._wake.wait()


async def at_rate(pair: Pair, per_second: int, seconds: float) -> Traffic:
    """Write at fixed times, whether or not the earlier ones have arrived."""
    traffic = Traffic(pair)
    began = time.perf_counter()
    for number in range(int(per_second * seconds)):
        wait = began + number / per_second - time.perf_counter()
        if wait > 0:
            await asyncio.sleep(wait)
        await traffic.write()
    await traffic.until_under_way(0)
    return traffic


async def as_fast_as_it_goes(pair: Pair, seconds: float) -> tuple[float, Traffic]:
    """Keep a window full. Answers messages per second that arrived."""
    traffic = Traffic(pair)
    began = time.perf_counter()
    while time.perf_counter() - began < seconds:
        await traffic.until_under_way(WINDOW - 1)
        await traffic.write()
    await traffic.until_under_way(0)
    return len(traffic.milliseconds) / (time.perf_counter() - began), traffic


async def highest_that_holds(pair: Pair, highest: float) -> tuple[int, Quantiles] | None:
    for share in SHARES:
        per_second = round(highest * share, -1)
        took = Quantiles.of((await at_rate(pair, int(per_second), HELD_SECONDS)).milliseconds)
        if took.p99 <= HELD_MILLISECONDS:
            return int(per_second), took
    return None


@contextlib.asynccontextmanager
async def connected_pair(deployment: Deployment, way: Way) -> AsyncIterator[Pair]:
    """Without anybody who looks at the conversation."""
    one, two = deployment.service("one"), deployment.service("two")
    async with couple(deployment, way) as people:
        cids = people.one_cid, people.two_cid
    async with await one.plain_client() as writer, await two.plain_client() as reader:
        await writer.connect("One1")
        await reader.connect("Two1")
        yield Pair(writer, reader, *cids)
    async with await timed_view(deployment, "one") as view:
        await view.subscribe(cids[0])
        await view.until_path(*cids, way)


def processor_seconds(deployment: Deployment) -> dict[str, float]:
    """Used so far by each process. Says what a message costs, whatever else the machine does."""
    used = {}
    services = {"server": deployment.server, **deployment.services}
    for name, pid in {"clients": os.getpid(), **{name: process.pid for name, process in services.items()}}.items():
        times = psutil.Process(pid).cpu_times()
        used[name] = float(times.user + times.system)
    return used


async def measure(deployment: Deployment, way: Way, seconds: float) -> None:
    async with connected_pair(deployment, way) as pair:
        await at_rate(pair, 100, 2.0)  # the first messages make the session
        for rate in RATES:
            traffic = await at_rate(pair, rate, seconds)
            print(f"  * {rate} messages/s for {seconds:.0f} s, ms: {Quantiles.of(traffic.milliseconds)}", flush=True)
        before = processor_seconds(deployment)
        per_second, traffic = await as_fast_as_it_goes(pair, seconds)
        print(f"  * highest rate for {seconds:.0f} s with {WINDOW} under way: {per_second:.0f} messages/s, ", end="")
        print(f"ms: {Quantiles.of(traffic.milliseconds)}", flush=True)
        after = processor_seconds(deployment)
        costs = {name: (after[name] - before[name]) * 1e3 / len(traffic.milliseconds) for name in after}
        names = {"clients": "both clients", "server": "server", "one": "writer's service", "two": "reader's service"}
        print("  * processor time per message then, ms: ", end="")
        print(", ".join(f"{names[name]} {costs[name]:.2f}" for name in names), flush=True)
        if way == "direct":
            least = await asyncio.to_thread(floor.measure, FLOOR_SECONDS)
            print(f"  * share of the floor ({least.per_second:.0f} messages/s: `benchmarks.floor`, just now): ", end="")
            print(f"{per_second / least.per_second:.0%}", flush=True)
        held = await highest_that_holds(pair, per_second)
        which = "none tried" if held is None else f"{held[0]} messages/s, ms: {held[1]}"
        print(f"  * highest steady rate at which p99 stays within {HELD_MILLISECONDS:.0f} ms: {which}", flush=True)


def by(way: Way, seconds: float, *, profile: bool) -> None:
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        names = ("server", "one", "two") if profile else ()
        reports = {name: Path(directory) / f"{name}.profile" for name in names}
        with ways.deployment_by(way, reports=reports) as deployment:
            asyncio.run(measure(deployment, way, seconds))
            for process in (*deployment.services.values(), deployment.server):
                process.terminate()
        for name, report in reports.items():
            print(f"\n## {way}: {name}\n\n{report.read_text()}")


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.messages", description=__doc__)
    parser.add_argument("--short", action="store_true", help="5 s for each figure instead of 30")
    parser.add_argument("--profile", action="store_true", help="say where the three processes spend their time")
    parser.add_argument("--way", choices=ways.WAYS, help="only this way")
    choice = parser.parse_args()
    print_heading("Messages, durable at both ends")
    for way in (choice.way,) if choice.way else ways.WAYS:
        print(f"* {way}", flush=True)
        if reason := ways.why_not(way):
            print(f"  * left out: {reason}")
            continue
        by(way, 5.0 if choice.short else 30.0, profile=choice.profile)


if __name__ == "__main__":
    main()
