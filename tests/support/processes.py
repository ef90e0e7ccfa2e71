"""One `casemate` process: started, found ready, stopped or killed, started again on the same data."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from tests.support.own_network import service_environment

START_SECONDS: Final = 30.0
"""Far beyond what a start takes (`benchmarks/` measures it): a busy machine must not fail a test."""
STOP_SECONDS: Final = 30.0
_READY: Final = re.compile(r"^casemate (?P<name>\S+) ready on (?P<url>\S+)$", re.MULTILINE)
CASEMATE: Final = (str(Path(sys.executable).with_name("casemate")),)


class DidNotStart(Exception):
    """The process ended, or said nothing in time; the message holds what it wrote."""


def shifted_clock(seconds: float) -> tuple[str, ...]:
    """The program that runs `casemate` with its wall clock so far ahead of ours (or behind)."""
    return (sys.executable, "-m", "tests.support.at_another_time", str(seconds)) if seconds else CASEMATE


def sampled(report: Path) -> tuple[str, ...]:
    """The program that runs `casemate` and writes at its end where the time went."""
    return (sys.executable, "-m", "benchmarks.sampled", str(report))


def loaded(report: Path) -> tuple[str, ...]:
    """The program that runs `casemate` and writes at its end what loading each library cost it."""
    return (sys.executable, "-m", "benchmarks.loaded", str(report))


class ServiceProcess:
    """A service with its data directory; a port that the first start was given by the system stays."""

    def __init__(
        self,
        command: Sequence[str],
        data_dir: Path,
        logs: Path,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        within: Sequence[str] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """`within` is put before its command line, to run it elsewhere; the environment goes with every start."""
        self.data_dir = data_dir
        self._command = list(command)
        self._logs = logs
        self._host = host
        self._within = list(within)
        self._environment = {**service_environment(), "PYTHONUNBUFFERED": "1", **(environment or {})}
        self._starts = 0
        self._process: subprocess.Popen[bytes] | None = None
        self._port = port
        self.url = ""
        """As its ready line names it."""

    @property
    def address(self) -> str:
        """HOST:PORT where it listens."""
        return f"{self._host}:{self._port}"

    @property
    def pid(self) -> int:
        return self._running().pid

    @property
    def stdout(self) -> Path:
        return self._logs / f"{self._starts}.out"

    @property
    def stderr(self) -> Path:
        return self._logs / f"{self._starts}.err"

    def start(self, *, clock_shift_seconds: float = 0.0, environment: Mapping[str, str] | None = None) -> float:
        """Start it and wait for its ready line. Answers how many seconds that took."""
        began = self.launch(shifted_clock(clock_shift_seconds), environment=environment)
        self.wait_ready()
        return time.perf_counter() - began

    def launch(self, program: Sequence[str] = (), *, environment: Mapping[str, str] | None = None) -> float:
        """Start it without waiting, perhaps through another program than `casemate` itself."""
        assert self._process is None, "it runs already"
        self._starts += 1
        self._logs.mkdir(parents=True, exist_ok=True)
        arguments = [*self._command, "--data-dir", str(self.data_dir), "--listen", self.address]
        began = time.perf_counter()
        with self.stdout.open("wb") as out, self.stderr.open("wb") as err:
            self._process = subprocess.Popen(
                [*self._within, *(program or CASEMATE), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                cwd=Path(__file__).parents[2],
                env={**os.environ, **self._environment, **(environment or {})},
                start_new_session=True,
            )
        return began

    def wait_ready(self) -> None:
        """Raises DidNotStart."""
        deadline = time.monotonic() + START_SECONDS
        while (ready := _READY.search(self.stdout.read_text())) is None:
            if self._running().poll() is not None:
                code = self._running().returncode
                self._process = None
                raise DidNotStart(f"exit code {code}\n{self.tail()}")
            if time.monotonic() > deadline:
                self.kill()
                raise DidNotStart(f"not ready within {START_SECONDS} s\n{self.tail()}")
            time.sleep(0.002)
        self.url = ready["url"]
        port = urlsplit(self.url).port
        assert port is not None, self.url
        self._port = port

    def suspend(self) -> None:
        """As a computer that sleeps: it does nothing, and its sockets stay."""
        self._running().send_signal(signal.SIGSTOP)

    def resume(self) -> None:
        self._running().send_signal(signal.SIGCONT)

    def kill(self) -> None:
        """SIGKILL: it hears nothing of it."""
        self._end(signal.SIGKILL)

    def terminate(self) -> int:
        """SIGTERM, and wait for the end. Answers the exit code."""
        return self._end(signal.SIGTERM)

    def stop_if_running(self) -> None:
        if self._process is not None:
            self.kill()

    def tail(self, characters: int = 6000) -> str:
        """The end of what the newest start wrote, for failures."""
        return f"stdout:\n{self.stdout.read_text()[-characters:]}\nstderr:\n{self.stderr.read_text()[-characters:]}"

    def all_logs(self) -> str:
        """What every start wrote to stdout and stderr."""
        return "\n".join(path.read_text(errors="replace") for path in sorted(self._logs.iterdir()))

    def _running(self) -> subprocess.Popen[bytes]:
        assert self._process is not None, "it does not run"
        return self._process

    def _end(self, how: signal.Signals) -> int:
        process = self._running()
        process.send_signal(how)
        try:
            code = process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        finally:
            self._process = None
        return code
