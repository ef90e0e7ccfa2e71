"""Services as child processes that never outlive us."""

import asyncio
import re
import sys
from collections.abc import Callable, Sequence

from casemate.runtime.errors import CannotStart

START_SECONDS = 60.0
DRAIN_SECONDS = 20.0
_READY = re.compile(rb"casemate \S+ ready on (\S+)\s*")


class Child:
    """One service in a process of its own; its log lines go where ours go."""

    def __init__(self, name: str, process: asyncio.subprocess.Process) -> None:
        self.name = name
        self._process = process

    @classmethod
    async def start(cls, name: str, options: Sequence[str]) -> "Child":
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-P",  # a module of the folder that we were started in is none of ours
            "-m",
            "casemate",
            name,
            *options,
            "--stop-when-stdin-closes",
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            # Ctrl-C in a terminal reaches us alone, so that we can end the services in the right order.
            start_new_session=True,
        )
        return cls(name, process)

    def tell(self, word: str) -> None:
        """One line to its stdin."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{word}\n".encode())

    async def ready(self) -> str:
        """Its URL once it accepts connections. Raises `CannotStart` when it ends or takes too long."""
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(START_SECONDS):
                while line := await self._process.stdout.readline():
                    if match := _READY.fullmatch(line):
                        return match[1].decode()
        except TimeoutError:
            raise CannotStart(f"The {self.name} did not get ready within {START_SECONDS:.0f} seconds.") from None
        raise CannotStart(f"The {self.name} did not start (exit code {await self._process.wait()}).")

    async def ended(self, heard: Callable[[bytes], None]) -> int:
        """Wait for its end; its exit code. `heard` gets the lines that it writes until then."""
        assert self._process.stdout is not None
        while True:
            try:
                line = await self._process.stdout.readline()
            except ValueError:
                continue  # longer than any line of ours, and dropped: it must not fill the pipe and block the child
            if not line:
                return await self._process.wait()
            heard(line)

    async def stop(self) -> int:
        """Ask it to finish, insist after a while; its exit code."""
        if self._process.returncode is None:
            try:
                self._process.terminate()
                async with asyncio.timeout(DRAIN_SECONDS):
                    await self._process.wait()
            except TimeoutError:
                self._process.kill()
            except ProcessLookupError:
                pass
        return await self._process.wait()
