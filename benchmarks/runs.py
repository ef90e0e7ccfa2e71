"""What a run of messages costs the two cores: `python -m benchmarks.runs [--run 64] [--profile writer|reader]`.

A server and two internal services in one thread, without sockets and without waiting for the disk. A plain client
writes, another one reads; a run of messages is one batch of the writer and one frame for the reader. Processor time of
the store thread's steps alone, so that it can be had beside a busy machine too.
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from benchmarks.machine import print_heading
from casemate.internal_service.core.ground import events
from casemate.node import Event, step
from casemate.protocol.client.codec import decode_request, encode_request
from casemate.protocol.ids import Cid
from tests.service.asking import message
from tests.service.client import Client
from tests.service.house import House, Street

BODY: Final = b"x" * 72
ROUNDS: Final = 40
WARM_UP: Final = 4


class Timed:
    """Counts the processor time of a house's steps."""

    def __init__(self, house: House, profiler: cProfile.Profile | None) -> None:
        self._house = house
        self._profiler = profiler
        self.seconds = 0.0
        self.counts = False
        house.tell_all = self._tell_all  # type: ignore[method-assign]

    def _tell_all(self, batch: Sequence[Event]) -> None:
        house = self._house
        profiler = self._profiler if self.counts else None
        began = time.thread_time()
        if profiler is not None:
            profiler.enable()
        effects = step(house.service, house.service.stores, batch, house.street.now)
        if profiler is not None:
            profiler.disable()
        if self.counts:
            self.seconds += time.thread_time() - began
        for effect in effects:
            house._perform(effect)


def measure(folder: Path, run: int, profile: str | None) -> None:
    street = Street(folder)
    house, other = street.house(), street.house("other")
    writer, reader = house.client(), other.client()
    a, b = writer.register("alice"), reader.register("bob")
    writer.befriend(a, reader, b)
    profiler = cProfile.Profile() if profile else None
    timed = {
        "writer": Timed(house, profiler if profile == "writer" else None),
        "reader": Timed(other, profiler if profile == "reader" else None),
    }
    for count in range(WARM_UP + ROUNDS):
        for one in timed.values():
            one.counts = count >= WARM_UP
        send(writer, a, b, run)
        reader.takes_messages()
        writer.received.clear()
        reader.received.clear()
        street.pass_time(0.01)
    for name, one in timed.items():
        print(f"* {name}, {run} messages at once, µs a message: {one.seconds * 1e6 / (ROUNDS * run):.0f}")
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def send(client: Client, cid: Cid, peer_cid: Cid, run: int) -> None:
    requests = [decode_request(encode_request(message(cid, peer_cid, BODY))) for _ in range(run)]
    client.house.tell_all([events.RequestArrived(client.socket, request) for request in requests])
    client.house.street.settle()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__)
    parser.add_argument("--run", type=int, default=None, help="messages that come together; 1, 20 and 64 without it")
    parser.add_argument("--profile", choices=("writer", "reader"), help="by function")
    choice = parser.parse_args()
    print_heading("What a run of messages costs the cores")
    for run in (choice.run,) if choice.run else (1, 20, 64):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), run, choice.profile)


if __name__ == "__main__":
    main()
