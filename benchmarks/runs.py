"""What a run of messages costs the two cores: `python -m benchmarks.runs [--run 64] [--parts] [--profile writer]`.

A server and two internal services in one thread, without sockets and without waiting for the disk. A plain client
writes, another one reads; a run of messages is one batch of the writer and one frame for the reader. Processor time of
the store thread's steps alone, so that it can be had beside a busy machine too.
"""

import argparse
import cProfile
import pstats
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import apsw

from benchmarks.machine import print_heading
from casemate.internal_service.core.account.delivery import message_runs, sealing
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


class Parts:
    """Processor time inside of what messages pass in both ends. Taken everywhere, counted for whoever steps."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        """Of the step at hand."""
        for what, module, name in (
            ("seal or open", sealing, "seal"),
            ("seal or open", message_runs, "open_envelope"),
            ("encode or decode", sealing, "encode_content"),
            ("encode or decode", message_runs, "decode_content"),
        ):
            setattr(module, name, self._timed(what, getattr(module, name)))
        timed = self._timed

        class Connection(apsw.Connection):
            execute = timed("SQLite", lambda *args: _whole(super(Connection, args[0]).execute(*args[1:])))
            executemany = timed("SQLite", apsw.Connection.executemany)

        apsw.Connection = Connection  # type: ignore[misc]

    def _timed(self, what: str, function: Callable[..., Any]) -> Callable[..., Any]:
        def timed(*args: Any, **options: Any) -> Any:
            began = time.thread_time()
            try:
                return function(*args, **options)
            finally:
                self.seconds[what] += time.thread_time() - began

        return timed


class _whole:  # noqa: N801  (stands for a cursor)
    """All rows of a statement, read at once."""

    def __init__(self, cursor: apsw.Cursor) -> None:
        self._rows = cursor.fetchall()

    def __iter__(self) -> Any:
        return iter(self._rows)

    def fetchall(self) -> Any:
        return self._rows

    def fetchone(self) -> Any:
        return self._rows[0] if self._rows else None


class Timed:
    """Counts the processor time of a house's steps."""

    def __init__(self, house: House, profiler: cProfile.Profile | None, parts: Parts | None) -> None:
        self._house = house
        self._profiler = profiler
        self._parts = parts
        self.of_parts: defaultdict[str, float] = defaultdict(float)
        self.seconds = 0.0
        self.counts = False
        house.tell_all = self._tell_all  # type: ignore[method-assign]

    def _tell_all(self, batch: Sequence[Event]) -> None:
        house = self._house
        profiler = self._profiler if self.counts else None
        if self._parts is not None:
            self._parts.seconds.clear()
        began = time.thread_time()
        if profiler is not None:
            profiler.enable()
        effects = step(house.service, house.service.stores, batch, house.street.now)
        if profiler is not None:
            profiler.disable()
        if self.counts:
            self.seconds += time.thread_time() - began
            for part, seconds in self._parts.seconds.items() if self._parts is not None else ():
                self.of_parts[part] += seconds
        for effect in effects:
            house._perform(effect)


def measure(folder: Path, run: int, profile: str | None, parts: Parts | None) -> None:
    street = Street(folder)
    house, other = street.house(), street.house("other")
    writer, reader = house.client(), other.client()
    a, b = writer.register("alice"), reader.register("bob")
    writer.befriend(a, reader, b)
    profiler = cProfile.Profile() if profile else None
    timed = {
        "writer": Timed(house, profiler if profile == "writer" else None, parts),
        "reader": Timed(other, profiler if profile == "reader" else None, parts),
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
        each = 1e6 / (ROUNDS * run)
        of_parts = "".join(f"; {part} {seconds * each:.0f}" for part, seconds in sorted(one.of_parts.items()))
        print(f"* {name}, {run} messages at once, µs a message: {one.seconds * each:.0f}{of_parts}")
    if profiler is not None:
        pstats.Stats(profiler).sort_stats("tottime").print_stats(45)


def send(client: Client, cid: Cid, peer_cid: Cid, run: int) -> None:
    requests = [decode_request(encode_request(message(cid, peer_cid, BODY))) for _ in range(run)]
    client.house.tell_all([events.RequestArrived(client.socket, request) for request in requests])
    client.house.street.settle()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.runs", description=__doc__)
    parser.add_argument("--run", type=int, default=None, help="messages that come together; 1, 20 and 64 without it")
    parser.add_argument("--parts", action="store_true", help="with what they are made up of, clocks included")
    parser.add_argument("--profile", choices=("writer", "reader"), help="by function")
    choice = parser.parse_args()
    print_heading("What a run of messages costs the cores")
    parts = Parts() if choice.parts else None
    for run in (choice.run,) if choice.run else (1, 20, 64):
        with tempfile.TemporaryDirectory() as folder:
            measure(Path(folder), run, choice.profile, parts)


if __name__ == "__main__":
    main()
