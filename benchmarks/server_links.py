"""Many devices on one server: `python -m benchmarks.server_links [--links N]`.

All of them come back after the server was away for a while; then they are idle. They try as the internal service
does: with its time for an opening, its back-off and its wait after a refusal. The devices share this machine with the
server, and their side of TLS and of the proofs costs as much as the server's: on two cores some of a thousand are not
through in time, are cut off by the server and come again. What it took the server is told by its processor time.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp
import psutil
import uvloop

from benchmarks.machine import print_heading
from casemate.internal_service.core.account.link.link import (
    BACKOFF_FIRST_SECONDS,
    OPENING_SECONDS,
    REFUSED_RETRY_SECONDS,
    UNREACHABLE_CEILING_SECONDS,
)
from casemate.server.tests.link_client import LinkClient, LinkEnded, LinkRefused
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess

REGISTERING_AT_ONCE: Final = 50
AWAY_SECONDS: Final = 10.0
"""Long enough for every device to wait as long as it ever does between two tries."""


async def register_all(url: str, people: list[Person]) -> None:
    for start in range(0, len(people), REGISTERING_AT_ONCE):
        some = people[start : start + REGISTERING_AT_ONCE]
        for link in await asyncio.gather(*(LinkClient.register(url, person) for person in some)):
            await link.close()


@dataclass
class Returning:
    """The devices that are on their way."""

    url: str
    tries: int = 0
    """That found a server, whatever became of them."""
    cut_off: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    async def come_back(self, person: Person) -> LinkClient:
        """As a device does: until it is in."""
        attempt = 0
        while True:
            try:
                async with asyncio.timeout(OPENING_SECONDS):
                    link = await LinkClient.authenticate(self.url, person)
                    self.tries += 1
                    return link
            except LinkRefused as refusal:
                self.tries += 1
                self.refused[refusal.code] += 1
                await asyncio.sleep(REFUSED_RETRY_SECONDS)
                continue
            except aiohttp.ClientConnectorError:
                pass  # nobody listens yet
            except (LinkEnded, OSError, aiohttp.ClientError):
                self.tries += 1
                self.cut_off += 1
            ceiling = min(BACKOFF_FIRST_SECONDS * 2.0**attempt, UNREACHABLE_CEILING_SECONDS)
            attempt = min(attempt + 1, 10)
            await asyncio.sleep(random.uniform(0, ceiling))


async def measure(directory: Path, count: int) -> None:
    people = [new_person(f"person{number}") for number in range(count)]
    async with await ServerProcess.start(directory) as server:
        await register_all(server.url, people)
        await server.kill()
    returning = Returning(server.url)
    links_back = asyncio.gather(*(returning.come_back(person) for person in people))
    await asyncio.sleep(AWAY_SECONDS)
    async with await ServerProcess.start(directory, listen=server.listen) as server:
        process = psutil.Process(server.process.pid)
        start = process.cpu_times().user + process.cpu_times().system
        empty, began = process.memory_info().rss, time.perf_counter()
        links = await links_back
        print(f"* all {count:,} devices back after the server was ready: {time.perf_counter() - began:.2f} s")
        cpu = process.cpu_times()
        print(f"* processor time of the server for that: {cpu.user + cpu.system - start:.2f} s, {start:.2f} s to start")
        print(f"* tries that found it: {returning.tries:,}, of which {returning.cut_off:,} were not through in time")
        if returning.refused:
            print(f"* refused: {dict(returning.refused)}")
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
