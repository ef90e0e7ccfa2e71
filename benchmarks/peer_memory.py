"""What a connected peer costs its neighbour's memory: `python -m benchmarks.peer_memory [--short]`.

One account connects to more and more others, which are accounts on two other internal services. The same is done by
mailbox alone, which tells what of it is the connection.
"""

import argparse
import asyncio
from typing import Final

import psutil

from benchmarks import ways
from benchmarks.machine import print_heading
from benchmarks.people import account, timed_view
from benchmarks.ways import Way
from tests.support.deployment import Deployment

SETTLE_SECONDS: Final = 10.0
HOSTS: Final = ("two", "three")


def resident(deployment: Deployment) -> float:
    """MB of the service whose peers become more."""
    return float(psutil.Process(deployment.service("one").pid).memory_info().rss) / 1e6


async def measure(deployment: Deployment, way: Way, numbers: list[int]) -> dict[int, float]:
    """MB by the number of connected peers."""
    async with await timed_view(deployment, "one") as one:
        cid = await account(deployment, one, "UserOne")
        views = [await timed_view(deployment, host) for host in HOSTS]
        used = {}
        peers = 0
        for number in numbers:
            while peers < number:
                view = views[peers % len(views)]
                peer_cid = await account(deployment, view, f"Peer{peers}")
                await one.make_friends(cid, view, peer_cid)
                await one.until_path(cid, peer_cid, way)
                await view.send_chat(peer_cid, cid, "Hello")
                peers += 1
            await asyncio.sleep(SETTLE_SECONDS)
            used[number] = resident(deployment)
        for view in views:
            await view.close()
        return used


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.peer_memory", description=__doc__)
    parser.add_argument("--short", action="store_true", help="up to 5 peers instead of 50")
    numbers = [0, 1, 5] if parser.parse_args().short else [0, 10, 50]
    print_heading("Memory of connected peers")
    routes: tuple[Way, ...] = ("mailbox", "direct")
    for way in routes:
        with ways.deployment_by(way, "one", *HOSTS) as deployment:
            used = asyncio.run(measure(deployment, way, numbers))
        print(f"* {way}: " + ", ".join(f"{number} peers {megabytes:.1f} MB" for number, megabytes in used.items()))
        few, many = numbers[1:]
        print(f"  * each after the first {few}: {(used[many] - used[few]) * 1e3 / (many - few):.0f} kB", flush=True)


if __name__ == "__main__":
    main()
