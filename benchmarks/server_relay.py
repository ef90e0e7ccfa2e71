"""What passes through a server's relay, and what an idle endpoint costs: `python -m benchmarks.server_relay`.

Sender and recipient share this machine with the server, and their side of a WebSocket costs more than the server's; so
the figures to look at are those per second of the server's own processor time.
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
from casemate.protocol.limits import MIB
from casemate.protocol.link import AnswerRegistration, AskRegistration, PathOffer, Welcome
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.tests.house import Endpoint
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess

REGISTERING_AT_ONCE: Final = 50
WINDOW_BYTES: Final = 512 * 1024
"""Under way at most, so that nothing is dropped."""
FRAME_BYTES: Final = (100, 1_200, 12_000, 60_000)
"""A small datagram, a usual one, a usual batch, a large batch."""


async def come(session: aiohttp.ClientSession, url: str, person: Person) -> Endpoint:
    endpoint = await Endpoint(person.username, person.device.endpoint.secret).dial_url(session, url)
    await endpoint.prove()
    assert await endpoint.hear() == frames.confirmed_frame()
    return endpoint


async def pass_through(
    sender: Endpoint, recipient: Endpoint, size: int, seconds: float, server: psutil.Process
) -> None:
    frame = bytes((frames.DATAGRAM_TO,)) + recipient.key + bytes(size)
    arrived = sent = 0
    room = asyncio.Event()
    room.set()
    window = max(4, WINDOW_BYTES // size)
    cpu, began = server.cpu_times(), time.perf_counter()

    async def read() -> None:
        nonlocal arrived
        while arrived < sent or not is_over:
            await recipient.hear()
            arrived += 1
            room.set()

    is_over = False
    reading = asyncio.ensure_future(read())
    while time.perf_counter() - began < seconds:
        if sent - arrived >= window:
            room.clear()
            await room.wait()
        sent += 1
        await sender.say(frame)
    is_over = True
    await sender.say(frame)
    sent += 1
    await reading
    wall, after = time.perf_counter() - began, server.cpu_times()
    busy = after.user + after.system - cpu.user - cpu.system
    print(
        f"| {size:,} | {sent / wall:,.0f} | {sent * size / wall / MIB:,.0f} "
        f"| {sent / busy:,.0f} | {sent * size / busy / MIB:,.0f} |"
    )


async def measure(directory: Path, count: int, seconds: float) -> None:
    people = [new_person(f"person{number}") for number in range(count)]
    options = ("--relay-listen", "127.0.0.1:0", "--relay-megabytes-per-second", "100000")
    async with (
        await ServerProcess.start(directory, *options) as server,
        aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session,
    ):
        links = [await LinkClient.create_account(server.url, person) for person in people[:2]]
        paths = links[0].heard[1]
        assert isinstance(paths, Welcome)
        assert isinstance(paths.paths, PathOffer)
        url = f"http://127.0.0.1:{paths.paths.relay_port}/"
        await links[0].ask(people[0], AskRegistration, people[1].account_id, b"card")
        await links[1].ask(people[1], AnswerRegistration, people[0].account_id, True, b"card")
        process = psutil.Process(server.process.pid)
        sender, recipient = [await come(session, url, person) for person in people[:2]]
        await sender.send(recipient, b"may we?")
        await recipient.hear()
        print("| bytes in a frame | frames/s | MiB/s | frames per s of processor time | MiB per s of processor time |")
        print("| --- | --- | --- | --- | --- |")
        for size in FRAME_BYTES:
            await pass_through(sender, recipient, size, seconds, process)
        await measure_idle(session, server.url, url, people[2:], process)
        for link in links:
            await link.close()


async def measure_idle(
    session: aiohttp.ClientSession, link_url: str, relay_url: str, people: list[Person], server: psutil.Process
) -> None:
    for start in range(0, len(people), REGISTERING_AT_ONCE):
        some = people[start : start + REGISTERING_AT_ONCE]
        for link in await asyncio.gather(*(LinkClient.create_account(link_url, person) for person in some)):
            await link.close()
    before = server.memory_info().rss
    began = time.perf_counter()
    endpoints = [await come(session, relay_url, person) for person in people]
    seconds = time.perf_counter() - began
    used = server.memory_info().rss - before
    print(f"\n* {len(people):,} endpoints let in, one after another: {seconds / len(people) * 1000:.1f} ms each")
    print(f"* memory of an idle endpoint: {used / len(people) / 1024:.0f} KiB")
    cpu = server.cpu_times()
    await asyncio.sleep(10)
    after = server.cpu_times()
    busy = after.user + after.system - cpu.user - cpu.system
    print(f"* idle with all of them: {busy / 10:.1%} of a core")
    assert not any(endpoint.socket.closed for endpoint in endpoints)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--endpoints", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=4.0)
    arguments = parser.parse_args()
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4 * arguments.endpoints)), hard))
    print_heading("The relay of a server")
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        uvloop.run(measure(Path(directory), arguments.endpoints, arguments.seconds))


if __name__ == "__main__":
    main()
