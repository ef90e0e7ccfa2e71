"""Much data from one process to another, by us and by others, side by side: `python -m benchmarks.bulk [--short]`.

All carry the same bytes from memory to memory; the clock runs from the first byte until the sender knows that the last
one arrived. The others need packages of their own, which `python -m benchmarks.contenders.install` fetches while there
is a network.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator
from contextlib import AsyncExitStack, ExitStack, contextmanager
from typing import Final

import uvloop

from benchmarks import network
from benchmarks.contenders import install
from benchmarks.contenders.race import OTHERS, OURSELVES, Contender, NoFigure, mib_per_second, wormhole_relay
from benchmarks.machine import Quantiles, print_heading
from benchmarks.peer_transport import Near, child
from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.ground.path_io import ObserverAddress
from tests.support.own_network import WHY_NOT, in_own_network

RUNS: Final = 3
STREAMS: Final = (1, 4)
"""Transfers that share what is carried."""
CHAT_SECONDS: Final = 10.0
LONGEST_CHAT_SECONDS: Final = 60.0
CHAT_MIB: Final = 100_000
"""More than can be carried while the chat is measured."""


class Table:
    """MiB/s by contender, in the order in which they ran first."""

    def __init__(self) -> None:
        self._figures: dict[str, list[float]] = {}
        self._reasons: dict[str, str] = {}

    def add(self, name: str, mib_per_second: float) -> None:
        self._figures.setdefault(name, []).append(mib_per_second)

    def give_up(self, name: str, reason: str) -> None:
        self._figures.setdefault(name, [])
        self._reasons[name] = reason

    def print(self) -> None:
        for name, figures in self._figures.items():
            each = ", ".join(f"{figure:.0f}" for figure in figures)
            reason = f" ({self._reasons[name]})" if name in self._reasons else ""
            print(f"* {name}: {each or 'no figure'}{' MiB/s' if each else ''}{reason}", flush=True)


async def connect(near: Near, way: str) -> None:
    await near.connect()
    await near.until_route(direct=way == "direct")


@contextmanager
def open_for(way: str) -> Iterator[None]:
    with ExitStack() as stack:
        if way == "relayed":
            stack.enter_context(network.udp_blocked())
        yield


async def our_round(near: Near, way: str, mib: int, table: Table) -> None:
    with open_for(way):
        await connect(near, way)
        for streams in STREAMS:
            table.add(f"ours, {way}, {streams} at a time", await near.bulk(mib, streams))
        near.hang_up()


async def race(near: Near, our_ways: list[str], others: tuple[Contender, ...], mib: int) -> Table:
    """Everybody in turn, so that what else the machine does meets all alike."""
    table = Table()
    for _ in range(RUNS):
        for way in our_ways:
            await our_round(near, way, mib, table)
        for contender in (*OURSELVES, *others):
            try:
                table.add(contender.name, await asyncio.to_thread(mib_per_second, contender, mib))
            except NoFigure as error:
                table.give_up(contender.name, str(error))
    return table


async def chat(near: Near, way: str) -> None:
    with open_for(way):
        await connect(near, way)
        async with asyncio.timeout(LONGEST_CHAT_SECONDS):
            alone = await near.chat(CHAT_SECONDS)
        bulk = asyncio.create_task(near.bulk(CHAT_MIB, 4))
        async with asyncio.timeout(LONGEST_CHAT_SECONDS):
            beside = await near.chat(CHAT_SECONDS)
        assert not bulk.done()
        bulk.cancel()
        await asyncio.wait([bulk])
        near.hang_up()
    print(f"* {way}, there and back, ms: {Quantiles.of(alone)}")
    print(f"* {way}, beside four transfers, ms: {Quantiles.of(beside)}", flush=True)


async def measure(mib: int) -> None:
    async with AsyncExitStack() as stack:
        _, said = await stack.enter_async_context(child("--relay"))
        url, key, host, ports = json.loads(said)
        await stack.enter_async_context(child("--far", url))
        near = Near(url, ObserverAddress(Ed25519Public(bytes.fromhex(key)), host, tuple(ports)))
        stack.push_async_callback(near.close)
        await near.open()
        our_ways = ["direct"]
        if reason := network.why_not():
            print(f"* ours, relayed: left out, {reason}")
        else:
            our_ways.append("relayed")
        others = OTHERS if install.is_installed() else ()
        if others:
            stack.enter_context(wormhole_relay())
        else:
            print("* aiortc and magic-wormhole: left out, python -m benchmarks.contenders.install was not run")
        print(f"\n## {mib} MiB, MiB/s of each of {RUNS} runs\n")
        (await race(near, our_ways, others, mib)).print()
        print("\n## A hundred messages a second on the same connection\n")
        for way in our_ways:
            await chat(near, way)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.bulk", description=__doc__)
    parser.add_argument("--short", action="store_true", help="32 MiB instead of 128")
    mib = 32 if parser.parse_args().short else 128
    if not in_own_network():
        print(WHY_NOT)
        return
    print_heading("Much data, by us and by others")
    uvloop.run(measure(mib))


if __name__ == "__main__":
    main()
