"""One `casemate up`: started, found ready, and looked after until both services are gone."""

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

import psutil

from tests.support.checkout import CHECKOUT

CASEMATE: Final = str(Path(sys.executable).with_name("casemate"))
SECONDS: Final = 60.0
_OPTIONS: Final = "--no-browser --data-dir {} --listen 127.0.0.1:0 --server-listen 127.0.0.1:0"


class Up:
    """`casemate up` on ports that the system chose, unless a command is given that chooses others."""

    def __init__(
        self,
        directory: Path,
        *,
        program: Sequence[str] = (CASEMATE, "up"),
        through_make: bool = False,
        typed_in: Path = CHECKOUT,
        typed: str = "",
        options: str = _OPTIONS,
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """The environment is ours, unless another one is given. `typed` is what its standard input says."""
        self.directory = directory
        options = options.format(directory)
        command = ["make", "run", f"ARGS={options}"] if through_make else [*program, *options.split()]
        number = len(list(directory.parent.glob("*.out")))
        self._out = directory.parent / f"{number}.out"
        self._err = directory.parent / f"{number}.err"
        with self._out.open("wb") as out, self._err.open("wb") as err:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=err,
                cwd=typed_in,
                env=environment,
                start_new_session=True,
            )
        assert self.process.stdin is not None
        with self.process.stdin as stdin:
            stdin.write(typed.encode())
        self.services: list[psutil.Process] = []

    def url(self) -> str:
        """Wait until it is ready; the URL that it prints."""
        deadline = time.monotonic() + SECONDS
        while (found := re.search(r"http://\S+\?launch=\S+", self.out)) is None:
            assert self.process.poll() is None, self.err
            assert time.monotonic() < deadline, self.err
            time.sleep(0.01)
        self.find_services()
        return found[0]

    def find_services(self) -> None:
        self.services = psutil.Process(self.process.pid).children(recursive=True)

    def until_said(self, sentence: str, times: int) -> None:
        """On stderr."""
        deadline = time.monotonic() + SECONDS
        while self.err.count(sentence) < times:
            assert self.process.poll() is None, self.err
            assert time.monotonic() < deadline, self.err
            time.sleep(0.01)

    def service(self, name: str) -> psutil.Process:
        [service] = [each for each in self.services if name in each.cmdline()]
        return service

    def end(self, then_seconds: float = 0.1) -> int:
        """Wait for its end, by when both services are gone, or that much later; its exit code."""
        code = self.process.wait(SECONDS)
        _, alive = psutil.wait_procs(self.services, then_seconds)
        assert alive == []
        return code

    def kill_everything(self) -> None:
        """Whatever a failed test leaves."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()
        for service in self.services:
            with suppress(psutil.NoSuchProcess):
                service.kill()

    @property
    def server_address(self) -> str:
        """HOST:PORT, as it says it once it is ready."""
        [address] = re.findall(r"^The server is (\S+)\.", self.out, re.MULTILINE)
        return str(address)

    @property
    def token(self) -> str:
        """Of its internal service, for programs."""
        return (self.directory / "internal-service" / "token").read_text().strip()

    @property
    def out(self) -> str:
        return self._out.read_text()

    @property
    def err(self) -> str:
        return self._err.read_text()
