"""From PeerConnect to a path: `python -m benchmarks.connect [--short]`.

Every account on one internal service connects once to every account on the other. They know each other; all are online,
and were for a while, but nothing is left of earlier connections: both services were started anew since.
"""

import argparse
import asyncio
import time
from dataclasses import dataclass
from typing import Final

from benchmarks import ways
from benchmarks.machine import Quantiles, print_heading
from benchmarks.people import PATH_SECONDS, TimedView, account, timed_view
from benchmarks.ways import Way
from tests.support.deployment import Deployment

ONLINE_SECONDS: Final = 10.0
PAUSE_SECONDS: Final = 0.3


@dataclass(frozen=True)
class Person:
    view: TimedView
    cid: int


@dataclass(frozen=True)
class Connect:
    """Milliseconds after PeerConnect was sent, until both sides were told."""

    agreed: float
    usable: float
    """A path that is not the mailbox."""
    best: float
    """The best path that the network allows."""


async def register(one: Person, two: Person) -> None:
    """They agree to know each other; their services connect them by themselves then."""
    await one.view.begin_peer_register(one.cid, two.cid)
    await two.view.until(lambda: relation(two, one) == "asks_you")
    await two.view.expect("PeerRegisterSuccess", "PeerRegisterRespond", cid=two.cid, peer_cid=one.cid, accept=True)
    await until_both(one, two, "connected")


async def disconnect(one: Person, two: Person) -> None:
    await one.view.expect("DisconnectNotification", "PeerDisconnect", cid=one.cid, peer_cid=two.cid)
    await until_both(one, two, "none")


def relation(person: Person, peer: Person) -> str | None:
    row = person.view.accounts[person.cid].peers.get(peer.cid)
    return None if row is None else str(row["relation"])


def connection(person: Person, peer: Person) -> str:
    row = person.view.accounts[person.cid].peers.get(peer.cid)
    return "none" if row is None else str(row["connection"])


async def until_both(one: Person, two: Person, state: str) -> None:
    for person, peer in ((one, two), (two, one)):
        await person.view.until(lambda p=person, q=peer: connection(p, q) == state)  # type: ignore[misc]


async def connect(one: Person, two: Person, best: Way) -> Connect:
    began = time.perf_counter()
    await one.view.begin_peer_connect(one.cid, two.cid)
    await two.view.until(lambda: connection(two, one) in {"asks_you", "connected"})
    if connection(two, one) == "asks_you":
        await two.view.accept_peer_connect(two.cid, one.cid)
    await until_both(one, two, "connected")
    agreed = time.perf_counter()
    for person, peer in ((one, two), (two, one)):
        await person.view.until(
            lambda p=person, q=peer: p.view.path(p.cid, q.cid) == best,  # type: ignore[misc]
            seconds=PATH_SECONDS,
        )
    await asyncio.sleep(PAUSE_SECONDS)
    usable, shown_best = (
        max(first(one, two, kinds, began), first(two, one, kinds, began))
        for kinds in ({"relayed", "direct"}, {str(best)})
    )
    return Connect((agreed - began) * 1e3, (usable - began) * 1e3, (shown_best - began) * 1e3)


def first(person: Person, peer: Person, kinds: set[str], since: float) -> float:
    """When the person was first shown such a path."""
    return next(
        at
        for at, cid, peer_cid, kind in person.view.paths
        if at >= since and (cid, peer_cid) == (person.cid, peer.cid) and kind in kinds
    )


async def prepare(deployment: Deployment, accounts: int) -> list[tuple[int, int]]:
    """Everybody on one service knows everybody on the other, and has disconnected. Answers the pairs' cids."""
    async with await timed_view(deployment, "one") as one, await timed_view(deployment, "two") as two:
        ones = [Person(one, await account(deployment, one, f"One{number}")) for number in range(accounts)]
        twos = [Person(two, await account(deployment, two, f"Two{number}")) for number in range(accounts)]
        for here in ones:
            for there in twos:
                await register(here, there)
                await disconnect(here, there)
        return [(here.cid, there.cid) for here in ones for there in twos]


async def measure(deployment: Deployment, pairs: list[tuple[int, int]], way: Way) -> list[Connect]:
    async with await timed_view(deployment, "one") as one, await timed_view(deployment, "two") as two:
        for view, cids in ((one, {pair[0] for pair in pairs}), (two, {pair[1] for pair in pairs})):
            for cid in cids:
                await view.subscribe(cid)
        await asyncio.sleep(ONLINE_SECONDS)
        sample: list[Connect] = []
        for one_cid, two_cid in pairs:
            here, there = Person(one, one_cid), Person(two, two_cid)
            # Each side asks half the time, so who dials first depends on neither.
            sample.append(await (connect(here, there, way) if len(sample) % 2 else connect(there, here, way)))
        return sample


def one_deployment(way: Way, accounts: int) -> list[Connect]:
    with ways.deployment_by(way) as deployment:
        pairs = asyncio.run(prepare(deployment, accounts))
        # What the endpoints learned about each other is forgotten.
        for service in deployment.services.values():
            service.terminate()
        for service in deployment.services.values():
            service.start()
        return asyncio.run(measure(deployment, pairs, way))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.connect", description=__doc__)
    parser.add_argument("--short", action="store_true", help="2 × 2 accounts instead of 6 × 6")
    accounts = 2 if parser.parse_args().short else 6
    print_heading("From PeerConnect to a path")
    routes: dict[Way, str] = {"direct": "UDP open", "relayed": "UDP blocked"}
    for way, title in routes.items():
        if reason := ways.why_not(way):
            print(f"* {title}: left out, {reason}")
            continue
        sample = one_deployment(way, accounts)
        print(f"* {title}, {len(sample)} pairs, ms from PeerConnect until both sides were told")
        print(f"  * connected: {Quantiles.of([each.agreed for each in sample])}")
        print(f"  * a usable path: {Quantiles.of([each.usable for each in sample])}")
        print(f"  * {way}: {Quantiles.of([each.best for each in sample])}", flush=True)


if __name__ == "__main__":
    main()
