"""From a click to *delivered* at its writer, by each way: `python -m benchmarks.chat [--short]`.

A message goes through both services, is on both disks, and its receipt is back at the writer's screen. Both people look
at the conversation meanwhile, so both services tell them every change.
"""

import argparse
import asyncio
import time
from typing import Final

from benchmarks import ways
from benchmarks.machine import Quantiles, print_heading
from benchmarks.people import Couple, couple
from benchmarks.ways import Way
from tests.support.deployment import Deployment

RATES: Final = (2, 100)
"""Messages a second."""
FIRST_MESSAGES: Final = 20


async def at_rate(people: Couple, per_second: float, seconds: float) -> dict[str, list[float]]:
    """Milliseconds until the reader was shown each message, and until its writer knew."""
    written: dict[str, float] = {}
    began = time.perf_counter()
    for number in range(int(per_second * seconds)):
        await asyncio.sleep(max(0.0, began + number / per_second - time.perf_counter()))
        at = time.perf_counter()
        written[await people.send()] = at
    await people.until_delivered(written)
    delivered_at, arrived_at = people.one.delivered_at, people.two.arrived_at
    return {
        "shown to the reader": [(arrived_at[each] - at) * 1e3 for each, at in written.items()],
        "delivered at the writer": [(delivered_at[each] - at) * 1e3 for each, at in written.items()],
    }


async def measure(deployment: Deployment, way: Way, seconds: float) -> None:
    async with couple(deployment, way) as people:
        await at_rate(people, 10, FIRST_MESSAGES / 10)  # the first messages make the session
        for rate in RATES:
            for title, sample in (await at_rate(people, rate, seconds)).items():
                print(f"  * {rate} messages/s for {seconds:.0f} s, {title}, ms: {Quantiles.of(sample)}", flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.chat", description=__doc__)
    parser.add_argument("--short", action="store_true", help="5 s for each figure instead of 30")
    seconds = 5.0 if parser.parse_args().short else 30.0
    print_heading("From a click to delivered")
    for way in ways.WAYS:
        print(f"* {way}", flush=True)
        if reason := ways.why_not(way):
            print(f"  * left out: {reason}")
            continue
        with ways.deployment_by(way) as deployment:
            asyncio.run(measure(deployment, way, seconds))


if __name__ == "__main__":
    main()
