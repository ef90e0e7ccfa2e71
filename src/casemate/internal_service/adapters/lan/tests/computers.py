"""Computers of a network of the tests, each with an internal service's local network on it."""

import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Final

PROGRAM: Final = (sys.executable, "-m", "casemate.internal_service.adapters.lan.tests.neighbour")
PATIENCE_SECONDS: Final = 60.0


@dataclass
class Seen:
    account: str
    tags: list[str]
    addresses: list[str]


@dataclass
class Computer:
    """One internal service's view of the local network."""

    process: subprocess.Popen[str]
    lines: "queue.Queue[Seen]" = field(default_factory=queue.Queue)
    all: list[Seen] = field(default_factory=list)

    def announce(self, account: str, *tags: str, port: int = 40_001) -> None:
        self._order({"account": account, "tags": [tag.encode().hex() for tag in tags], "port": port})

    def leave(self, account: str) -> None:
        self._order({"account": account})

    def waits_to_see(self, tag: str, account: str | None = None, address: str = "") -> Seen:
        """Until somebody with this tag, and this address, was told to an account."""

        def fits(seen: Seen) -> bool:
            is_told = account is None or seen.account == account
            return (
                is_told and tag.encode().hex() in seen.tags and any(one.startswith(address) for one in seen.addresses)
            )

        return self._wait(fits)

    def close(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.close()
        assert self.process.wait(PATIENCE_SECONDS) == 0

    def read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.put(Seen(**json.loads(line)))

    def _wait(self, fits: Callable[[Seen], bool]) -> Seen:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            for seen in self.all:
                if fits(seen):
                    return seen
            self.all.append(self.lines.get(timeout=max(deadline - time.monotonic(), 0.01)))

    def _order(self, what: object) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write(json.dumps(what) + "\n")
        self.process.stdin.flush()


@contextmanager
def computer(within: Sequence[str] = ()) -> Iterator[Computer]:
    with subprocess.Popen([*within, *PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        made = Computer(process)
        reader = threading.Thread(target=made.read)
        try:
            assert process.stdout is not None
            assert json.loads(process.stdout.readline()) == {"ready": True}
            reader.start()
            yield made
        finally:
            process.kill()
            reader.join()
