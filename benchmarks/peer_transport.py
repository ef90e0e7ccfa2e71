"""A connection between two services, one process each: `python -m benchmarks.peer_transport [--mib N]`.

Directly, then over the server's relay (a third process) with UDP blocked. Runs in a network of its own
(`scripts/own-network`); blocking UDP needs root and `nft`, and is left out without them.
"""

import argparse
import asyncio
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import psutil
import uvloop

from benchmarks.machine import Quantiles, print_heading
from casemate.crypto.keys import Ed25519Public, EndpointPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.adapters.peer_transport.bulk import BulkReader
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.transport import PeerTransport
from casemate.internal_service.core.ground.path_io import (
    ClosePeer,
    DialPeer,
    EndpointChanged,
    ObserverAddress,
    OpenEndpoint,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
    SendToPeer,
)
from casemate.node import Event
from casemate.protocol.bulk import BulkHeader, TransferId
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import MIB
from casemate.protocol.peer import Control, PathPing, PathPong
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue
from tests.support.open_relay import open_relay
from tests.support.own_network import WHY_NOT, in_own_network

ACCOUNT: Final = AccountId(b"a" * 32)
NEAR_KEY: Final = EndpointPrivate(b"1" * 32)
FAR_KEY: Final = EndpointPrivate(b"2" * 32)
DIALS: Final = 100
PINGS: Final = 2_000
CHAT_PER_SECOND: Final = 100
CHAT_BYTES: Final = 300
BULK_RUNS: Final = 5
BULK_PIECE: Final = 1 * MIB
ENDLESS_MIB: Final = 1_000_000
BLOCK_UDP: Final = (
    "table inet blocked { chain incoming { type filter hook input priority 0; meta l4proto udp drop; }; }"
)


class Service:
    """A transport, and whoever waits for its events on the event loop."""

    def __init__(self, *, answers: bool) -> None:
        self._answers = answers
        self.queue = EventQueue(SystemClock())
        self.transport = PeerTransport(self.queue, self._take_bulk)
        self.events: asyncio.Queue[Event] = asyncio.Queue()
        self._loop = asyncio.get_running_loop()
        self._pump = asyncio.create_task(asyncio.to_thread(self._run))

    def _run(self) -> None:
        while batch := self.queue.take(256, None):
            self._loop.call_soon_threadsafe(self._hand_out, batch)

    def _hand_out(self, batch: list[Event]) -> None:
        """As the core would: effects one hop after events."""
        for event in batch:
            match event:
                case PeerFrameArrived(account_id, generation, connection, PathPing(count)) if self._answers:
                    self.transport.perform(SendToPeer(account_id, generation, connection, PathPong(count)))
                case PeerFrameArrived(account_id, generation, connection, Control() as frame) if self._answers:
                    self.transport.perform(SendToPeer(account_id, generation, connection, frame))
                case _:
                    self.events.put_nowait(event)

    async def _take_bulk(self, name: ConnectionName, reader: BulkReader) -> None:
        while await reader.read():
            pass

    async def close(self) -> None:
        await self.transport.close()
        self.queue.close()
        await self._pump


async def far_end(relay_url: str) -> None:
    """Answers pings, sends chat back, reads what is bulk; until stdin closes."""
    service = Service(answers=True)
    service.transport.perform(OpenEndpoint(ACCOUNT, 1, FAR_KEY, relay_url, None, relay_only=False))
    while True:
        event = await service.events.get()
        if isinstance(event, EndpointChanged) and event.relay_connected:
            break
    print("ready", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    await service.close()


async def relay_process() -> None:
    async with open_relay() as relay:
        observer = relay.observer
        assert observer is not None
        print(json.dumps([relay.url, observer.key.hex(), observer.host, observer.ports]), flush=True)
        await asyncio.to_thread(sys.stdin.read)


@asynccontextmanager
async def child(*arguments: str) -> AsyncIterator[tuple[psutil.Process, str]]:
    """Another process of this program, and the first line it says."""
    command = (sys.executable, "-m", "benchmarks.peer_transport", *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert process.stdout is not None
    assert process.stdin is not None
    try:
        yield psutil.Process(process.pid), (await process.stdout.readline()).decode().strip()
    finally:
        process.stdin.close()
        await process.wait()


class Near:
    """Measures from this end."""

    def __init__(self, relay_url: str, observer: ObserverAddress) -> None:
        self._service = Service(answers=False)
        self._number = 0
        self._relay_url = relay_url
        self._observer = observer

    async def open(self) -> None:
        began = time.perf_counter()
        self._service.transport.perform(
            OpenEndpoint(ACCOUNT, 1, NEAR_KEY, self._relay_url, self._observer, relay_only=False)
        )
        while True:
            event = await self._service.events.get()
            if isinstance(event, EndpointChanged) and event.relay_connected:
                print(f"* endpoint open and at the relay: {(time.perf_counter() - began) * 1e3:.0f} ms")
                return

    async def connect(self) -> float:
        """Milliseconds from the dial to the first answer."""
        self._number += 2
        began = time.perf_counter()
        key = Ed25519Public(ed25519_public(FAR_KEY))
        self._service.transport.perform(DialPeer(ACCOUNT, 1, self._number, key, ()))
        self.send(PathPing(0))
        while not isinstance(event := await self._service.events.get(), PeerConnected | PeerFrameArrived):
            pass
        while not isinstance(event, PeerFrameArrived):
            event = await self._service.events.get()
        return (time.perf_counter() - began) * 1e3

    def send(self, frame: PathPing | Control) -> None:
        self._service.transport.perform(SendToPeer(ACCOUNT, 1, self._number, frame))

    def hang_up(self) -> None:
        self._service.transport.perform(ClosePeer(ACCOUNT, 1, self._number, "bye"))

    async def ping(self) -> float:
        began = time.perf_counter()
        self.send(PathPing(1))
        while not isinstance(await self._service.events.get(), PeerFrameArrived):
            pass
        return (time.perf_counter() - began) * 1e3

    async def chat(self, seconds: float) -> list[float]:
        """Milliseconds there and back of messages that are sent at a steady rate."""
        count = round(seconds * CHAT_PER_SECOND)
        sent: dict[bytes, float] = {}
        times: list[float] = []

        async def hear() -> None:
            while len(times) < count:
                event = await self._service.events.get()
                if isinstance(event, PeerFrameArrived) and isinstance(event.frame, Control):
                    times.append((time.perf_counter() - sent[event.frame.sealed]) * 1e3)

        hearing = asyncio.create_task(hear())
        began = time.perf_counter()
        for number in range(count):
            await asyncio.sleep(max(0, began + number / CHAT_PER_SECOND - time.perf_counter()))
            message = number.to_bytes(8, "big").ljust(CHAT_BYTES, b"x")
            sent[message] = time.perf_counter()
            self.send(Control(message))
        await hearing
        return times

    async def bulk(self, mib: int, streams: int = 1) -> float:
        """MiB/s until the last byte is at the other side."""
        name = ConnectionName(ACCOUNT, 1, self._number)
        piece = os.urandom(BULK_PIECE)

        async def one(number: int) -> None:
            header = BulkHeader(0, TransferId(bytes(15) + bytes((number,))))
            async with await self._service.transport.open_bulk(name, header) as writer:
                for _ in range(mib // streams):
                    await writer.write(piece)
                await writer.finish()

        began = time.perf_counter()
        await asyncio.gather(*(one(number) for number in range(streams)))
        return mib / (time.perf_counter() - began)

    async def until_route(self, *, direct: bool) -> None:
        async with asyncio.timeout(60):
            while True:
                event = await self._service.events.get()
                if isinstance(event, PeerRouteSeen) and event.direct is direct:
                    return

    async def close(self) -> None:
        await self._service.close()


def busy_seconds(*processes: psutil.Process) -> list[float]:
    return [sum(process.cpu_times()[:2]) for process in processes]


async def measure_way(near: Near, way: str, mib: int, processes: dict[str, psutil.Process]) -> None:
    print(f"* round trip of a frame: {Quantiles.of([await near.ping() for _ in range(PINGS)])} ms")
    print(f"* chat at {CHAT_PER_SECOND}/s, there and back: {Quantiles.of(await near.chat(5))} ms")
    for streams in (1, 4):
        before = busy_seconds(*processes.values())
        speeds = sorted([await near.bulk(mib, streams) for _ in range(BULK_RUNS)])
        after = busy_seconds(*processes.values())
        spent = ", ".join(
            f"{name} {(end - start) / BULK_RUNS / mib * 1024:.1f}"
            for name, start, end in zip(processes, before, after, strict=True)
        )
        print(
            f"* bulk {way}, {streams} at a time, {BULK_RUNS} runs of {mib} MiB: "
            f"median {speeds[BULK_RUNS // 2]:.0f}, best {speeds[-1]:.0f} MiB/s; processor seconds per GiB: {spent}"
        )
    bulk = asyncio.create_task(near.bulk(ENDLESS_MIB, 4))
    times = await near.chat(5)
    print(f"* the same chat beside bulk, 4 at a time: {Quantiles.of(times)} ms")
    bulk.cancel()
    await asyncio.wait([bulk])


async def measure(mib: int) -> None:
    async with child("--relay") as (relay, said):
        url, key, host, ports = json.loads(said)
        observer = ObserverAddress(Ed25519Public(bytes.fromhex(key)), host, tuple(ports))
        async with child("--far", url) as (far, _):
            near = Near(url, observer)
            await near.open()
            times = []
            for _ in range(DIALS):
                times.append(await near.connect())
                near.hang_up()
                await asyncio.sleep(0.02)
            print(f"* connect by key and relay, {DIALS} times, to the first answer: {Quantiles.of(times)} ms\n")
            processes = {"sender": psutil.Process(), "receiver": far}
            print("## Direct\n")
            await near.connect()
            await near.until_route(direct=True)
            await measure_way(near, "direct", mib, processes)
            near.hang_up()
            print("\n## Over the relay\n")
            if not block_udp():
                print("* left out: blocking UDP needs root and nft")
            else:
                await near.connect()
                await measure_way(near, "over the relay", mib // 4, processes | {"relay": relay})
            await near.close()


def block_udp() -> bool:
    nft = shutil.which("nft")
    return nft is not None and subprocess.run([nft, BLOCK_UDP], check=False, capture_output=True).returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--mib", type=int, default=512)
    parser.add_argument("--far", help=argparse.SUPPRESS)
    parser.add_argument("--relay", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.relay:
        uvloop.run(relay_process())
    elif options.far:
        uvloop.run(far_end(options.far))
    elif in_own_network():
        print_heading("A connection between two services")
        uvloop.run(measure(options.mib))
    else:
        print(WHY_NOT)


if __name__ == "__main__":
    main()
