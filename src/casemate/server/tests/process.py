"""A server in a process of its own, to be killed."""

import asyncio
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO, Final, Self

READY: Final = "casemate server ready on "
START_SECONDS: Final = 30.0
STOP_SECONDS: Final = 15.0


class ServerProcess:
    """`casemate.server.main` on a port of the system's choice, or the one it had before."""

    def __init__(self, process: asyncio.subprocess.Process, url: str) -> None:
        self.process = process
        self.url = url

    @classmethod
    async def start(
        cls, data_dir: Path, *arguments: str, listen: str = "127.0.0.1:0", log: BinaryIO | None = None
    ) -> Self:
        """What it writes to stderr goes to `log`."""
        process = await launch(data_dir, *arguments, listen=listen, log=log)
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), START_SECONDS)).decode()
        assert line.startswith(READY), line
        return cls(process, line.removeprefix(READY).strip())

    @property
    def listen(self) -> str:
        return self.url.removeprefix("https://").removeprefix("http://").rstrip("/")

    async def stop(self) -> int:
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)

    async def kill(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def died(self) -> int:
        return await asyncio.wait_for(self.process.wait(), STOP_SECONDS)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.kill()


async def launch(
    data_dir: Path, *arguments: str, listen: str, log: BinaryIO | None = None
) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "casemate.server.tests.serve",
        str(data_dir),
        listen,
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        stderr=log or (None if os.environ.get("SHOW_LOGS") else asyncio.subprocess.DEVNULL),
    )
