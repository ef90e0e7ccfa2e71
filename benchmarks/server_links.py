"""Many devices on one server: `python -m benchmarks.server_links [--links N]`.

They come a few at a time and are idle; then all come back after the server was away for a while. They try as the
internal service does: with its time for an opening, its back-off and its wait after a refusal. The devices share this
machine with the server, and their side of TLS and of the proofs costs as much as the server's: on two cores some of a
thousand are not through in time, are cut off by the server and come again. What it took the server is told by its
processor time.
"""

import argparse
import asyncio
import random
import resource
import tempfile
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

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

AT_ONCE: Final = 50
IDLE_SECONDS: Final = 10.0
AWAY_SECONDS: Final = 10.0
"""Long enough for every device to wait as long as it ever does between two tries."""


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
                link = await self._within_the_time(LinkClient.authenticate(self.url, person))
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

    async def _within_the_time(self, opening: Coroutine[Any, Any, LinkClient]) -> LinkClient:
        """Raises what it raised, and `TimeoutError`.

        As a task of its own: in a crowd of thousands a dial that ran out of time may end as cancelled by nobody.
        """
        task = asyncio.create_task(opening)
        await asyncio.wait((task,), timeout=OPENING_SECONDS)
        task.cancel()
        await asyncio.wait((task,))
        if task.cancelled():
            raise TimeoutError
        return task.result()


async def in_parts(people: list[Person], open_link: Callable[[Person], Awaitable[LinkClient]]) -> list[LinkClient]:
    links: list[LinkClient] = []
    for start in range(0, len(people), AT_ONCE):
        links += await asyncio.gather(*(open_link(person) for person in people[start : start + AT_ONCE]))
    return links


async def close_all(links: list[LinkClient]) -> None:
    await asyncio.gather(*(link.close() for link in links))


async def measure_idle(directory: Path, people: list[Person]) -> None:
    """What links cost that came one after the other: a crowd leaves behind what it needed to come in."""
    async with await ServerProcess.start(directory) as server:
        process = psutil.Process(server.process.pid)
        await close_all([await LinkClient.authenticate(server.url, people[0])])
        empty = process.memory_info().rss
        links = await in_parts(people, lambda person: LinkClient.authenticate(server.url, person))
        full = process.memory_info().rss
        print(f"* memory of the server: {empty / 2**20:.0f} MiB empty, {full / 2**20:.0f} MiB with all of them,")
        print(f"  {(full - empty) / len(people) / 2**10:.1f} KiB for each link")
        before = process.cpu_times()
        await asyncio.sleep(IDLE_SECONDS)
        after = process.cpu_times()
        busy = after.user + after.system - before.user - before.system
        print(f"* idle with all of them: {busy / IDLE_SECONDS:.1%} of a core")
        await close_all(links)


async def measure_crowd(directory: Path, people: list[Person]) -> None:
    async with await ServerProcess.start(directory) as server:
        await server.kill()
    returning = Returning(server.url)
    links_back = asyncio.gather(*(returning.come_back(person) for person in people))
    await asyncio.sleep(AWAY_SECONDS)
    async with await ServerProcess.start(directory, listen=server.listen) as server:
        process = psutil.Process(server.process.pid)
        start, began = sum(process.cpu_times()[:2]), time.perf_counter()
        links = await links_back
        print(f"* all {len(people):,} devices back after the server was ready: {time.perf_counter() - began:.2f} s")
        cpu = sum(process.cpu_times()[:2]) - start
        print(f"* processor time of the server for that: {cpu:.2f} s, after {start:.2f} s to start")
        print(f"* tries that found it: {returning.tries:,}, of which {returning.cut_off:,} were not through in time")
        if returning.refused:
            print(f"* refused: {dict(returning.refused)}")
        await close_all(links)


async def measure(directory: Path, count: int) -> None:
    people = [new_person(f"person{number}") for number in range(count)]
    async with await ServerProcess.start(directory) as server:
        await close_all(await in_parts(people, lambda person: LinkClient.create_account(server.url, person)))
    await measure_idle(directory, people)
    await measure_crowd(directory, people)


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
