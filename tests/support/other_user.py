"""A program of another user of this computer: it becomes somebody else first. Only root can start one."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

import pytest

SOMEBODY: Final = 65_534
# First the imports: the library may lie where nobody else can read it.
_BECOME: Final = (
    "import encodings.idna, http.client, http.server, os, socket, sys\n"
    f"os.setgroups([]); os.setgid({SOMEBODY}); os.setuid({SOMEBODY})\n"
)

needs_other_user = pytest.mark.skipif(
    not sys.platform.startswith("linux") or os.geteuid() != 0,
    reason="only root can be another user, and only Linux tells",
)


@contextmanager
def other_user(program: str, *arguments: str) -> Iterator["OtherUser"]:
    """Runs this Python text as somebody else, with sockets and http imported; it is ended with the block."""
    process = subprocess.Popen(
        [sys.executable, "-c", _BECOME + program, *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        bufsize=1,
        # Where that user can be, too.
        cwd="/",
    )
    try:
        yield OtherUser(process)
    finally:
        process.kill()
        process.communicate()


class OtherUser:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def says(self) -> str:
        """Its next line; empty when it has ended."""
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()

    def go_on(self) -> None:
        """Gives it a line to read."""
        assert self._process.stdin is not None
        self._process.stdin.write("\n")
