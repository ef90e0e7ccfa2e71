"""Runs the two ends of a contender and tells how fast it was."""

import contextlib
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from benchmarks.contenders.install import ENVIRONMENT, PYTHON

LONGEST_SECONDS: Final = 180.0
RELAY_PORT: Final = 4001
RELAY_SECONDS: Final = 10.0


class NoFigure(Exception):
    """The text says why."""


@dataclass(frozen=True)
class Contender:
    """A module of this package with a sender and a receiver, started with `before` and `after` around the role."""

    name: str
    module: str
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()
    python: str = sys.executable

    def ends(self, mib: int, result: Path) -> list[list[str]]:
        """The command lines of both."""
        module = f"benchmarks.contenders.{self.module}"
        return [
            [self.python, "-m", module, *self.before, role, *self.after, str(mib), str(result)]
            for role in ("send", "receive")
        ]


OURSELVES: Final = (
    Contender("plain TCP", "tcp", before=("plain",)),
    Contender("TCP with TLS 1.3", "tcp", before=("tls",)),
)
OTHERS: Final = (
    Contender("aiortc data channel", "aiortc_channel", python=str(PYTHON)),
    Contender("magic-wormhole, direct", "wormhole_transit", after=("direct",), python=str(PYTHON)),
    Contender("magic-wormhole, its relay", "wormhole_transit", after=(str(RELAY_PORT),), python=str(PYTHON)),
)


def mib_per_second(contender: Contender, mib: int) -> float:
    """Raises NoFigure."""
    with tempfile.TemporaryDirectory(prefix="casemate-bench-") as directory:
        result, errors = Path(directory) / "seconds", Path(directory) / "errors"
        to_receiver, to_sender = os.pipe(), os.pipe()
        with errors.open("wb") as stderr, contextlib.ExitStack() as stack:
            ends = []
            for command, hears, says in zip(
                contender.ends(mib, result), (to_sender[0], to_receiver[0]), (to_receiver[1], to_sender[1]), strict=True
            ):
                ends.append(subprocess.Popen(command, stdin=hears, stdout=says, stderr=stderr))
                stack.callback(_end, ends[-1])
            for descriptor in (*to_receiver, *to_sender):
                os.close(descriptor)
            try:
                for end in ends:
                    end.wait(LONGEST_SECONDS)
            except subprocess.TimeoutExpired as error:
                raise NoFigure(f"longer than {LONGEST_SECONDS:.0f} s") from error
        if not result.exists():
            raise NoFigure(errors.read_text(errors="replace").strip().rpartition("\n")[2] or "it gave no result")
        return mib / float(result.read_text())


@contextlib.contextmanager
def wormhole_relay() -> Iterator[None]:
    """Magic Wormhole's own relay for transit."""
    listen = f"--port=tcp:{RELAY_PORT}:interface=127.0.0.1"
    command = [str(ENVIRONMENT / "bin" / "twist"), "--log-level=error", "transitrelay", listen]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        _wait_for_port(RELAY_PORT)
        yield
    finally:
        _end(process)


def _wait_for_port(port: int) -> None:
    deadline = time.monotonic() + RELAY_SECONDS
    while True:
        try:
            socket.create_connection(("127.0.0.1", port)).close()
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return


def _end(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
