"""From the end of a path to the next delivered message: `python -m benchmarks.failover [--short]`.

One writes twenty messages a second to the other. Only those count that are written after the path ended, so the
figure is what a person waits who presses Enter at the worst moment.
"""

import argparse
import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Final

from benchmarks import network
from benchmarks.machine import Quantiles, print_heading
from benchmarks.people import Couple, couple
from benchmarks.ways import Way, deployment_by
from tests.support.deployment import Deployment

PAUSE_SECONDS: Final = 0.05
OUT_SECONDS: Final = 4.0
SETTLE_SECONDS: Final = 1.0
RUN_SECONDS: Final = 60.0
"""What hangs has no figure."""

Outage = Callable[[Deployment], AbstractContextManager[None]]
OUTAGES: Final[tuple[tuple[str, Way, Outage], ...]] = (
    ("direct, UDP blocked", "direct", lambda _: network.udp_blocked()),
    ("relayed, relay killed", "relayed", lambda deployment: network.relay_killed(deployment.server)),
    ("relayed, relay silent", "relayed", lambda deployment: network.relay_silent(deployment.server)),
)


@dataclass(frozen=True)
class Out:
    """Seconds after the path ended."""

    arrived: float
    """The next message was on the reader's disk and screen."""
    delivered: float
    """Its writer knew."""
    slowest: float
    """The longest that any message took from its writing to its arrival."""


async def write(people: Couple, written: dict[str, float], enough: asyncio.Event) -> None:
    while not enough.is_set():
        at = time.perf_counter()
        written[await people.send()] = at
        await asyncio.sleep(PAUSE_SECONDS)


async def one_outage(people: Couple, outage: AbstractContextManager[None]) -> Out:
    written: dict[str, float] = {}
    enough = asyncio.Event()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(write(people, written, enough))
        await asyncio.sleep(SETTLE_SECONDS)
        with outage:
            ended = time.perf_counter()
            await asyncio.sleep(OUT_SECONDS)
        enough.set()
    await people.until_delivered(written)
    arrived_at, delivered_at = people.two.arrived_at, people.one.delivered_at
    later = [message_id for message_id, at in written.items() if at > ended]
    return Out(
        min(arrived_at[message_id] for message_id in later) - ended,
        min(delivered_at[message_id] for message_id in later) - ended,
        max(arrived_at[message_id] - at for message_id, at in written.items()),
    )


async def measure(deployment: Deployment, title: str, way: Way, outage: Outage, runs: int) -> None:
    sample = []
    for number in range(1, runs + 1):
        # Two new people each time: how soon the old ones find their path again is another figure.
        async with asyncio.timeout(RUN_SECONDS), couple(deployment, way, number) as people:
            await asyncio.sleep(SETTLE_SECONDS)
            sample.append(await one_outage(people, outage(deployment)))
    print(f"* {title}, {runs} runs, s")
    print(f"  * to the next message at its reader: {Quantiles.of([out.arrived for out in sample])}")
    print(f"  * to the next delivered message at its writer: {Quantiles.of([out.delivered for out in sample])}")
    print(f"  * slowest message of each run: {Quantiles.of([out.slowest for out in sample])}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.failover", description=__doc__)
    parser.add_argument("--short", action="store_true", help="2 runs of each instead of 10")
    runs = 2 if parser.parse_args().short else 10
    print_heading("From the end of a path to the next delivered message")
    if reason := network.why_not():
        print(f"Left out: {reason}.")
        return
    for title, way, outage in OUTAGES:
        with deployment_by(way) as deployment:
            asyncio.run(measure(deployment, title, way, outage, runs))


if __name__ == "__main__":
    main()
