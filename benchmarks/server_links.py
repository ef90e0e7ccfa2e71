"""Many devices on one server: `python -m benchmarks.server_links [--links N]`.

All of them come back at once after the server was killed; then they are idle. The devices share this machine with the
server, and their side of TLS and of the proofs costs as much as the server's.
"""

import argparse
import asyncio
import resource
import tempfile
import time
from pathlib import Path
from typing import Final

import aiohttp
import psutil
import uvloop

from benchmarks.machine import print_heading
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess

REGISTERING_AT_ONCE: Final = 50
RETRY_SECONDS: Final = 0.2


async def register_all(url: str, people: list[Person]) -> None:
    for start in range(0, len(people), REGISTERING_AT_ONCE):
        some = people[start : start + REGISTERING_AT_ONCE]
        for link in await asyncio.gather(*(LinkClient.register(url, person) for person in some)):
            await link.close()


async def come_back(url: str, person: Person) -> LinkClient:
    """As a device does: try until the server is there."""
    while True:
        try:
            return await LinkClient.authenticate(url, person)
        except (OSError, aiohttp.ClientError):
            await asyncio.sleep(RETRY_SECONDS)


async def measure(directory: Path, count: int) -> None:
    people = [new_person(f"person{number}") for number in range(count)]
    async with await ServerProcess.start(directory) as server:
        await register_all(server.url, people)
        await server.kill()
    returning = asyncio.gather(*(come_back(server.url, person) for person in people))
    await asyncio.sleep(2 * RETRY_SECONDS)
    async with await ServerProcess.start(directory, listen=server.listen) as server:
        process = psutil.Process(server.process.pid)
        empty, began = process.memory_info().rss, time.perf_counter()
        links = await returning
        print(f"* all {count:,} devices back after the server was ready: {time.perf_counter() - began:.2f} s")
        cpu = process.cpu_times()
        print(f"* processor time of the server for that: {cpu.user + cpu.system:.2f} s, start included")
        full = process.memory_info().rss
        print(f"* memory of the server: {empty / 2**20:.0f} MiB empty, {full / 2**20:.0f} MiB with all of them,")
        print(f"  {(full - empty) / count / 2**10:.0f} KiB for each link")
        before = process.cpu_times()
        await asyncio.sleep(10)
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        print(f"* idle with all of them: {busy / 10:.1%} of a core")
        await asyncio.gather(*(link.close() for link in links))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--links", type=int, default=1_000)
    count = parser.parse_args().links
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * count)), hard))
    print_heading(f"{count:,} devices on one server")
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        uvloop.run(measure(Path(directory), count))


if __name__ == "__main__":
    main()
