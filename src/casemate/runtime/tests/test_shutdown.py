"""Signals ask once, politely."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from casemate.runtime.shutdown import shutdown_requested

HANGS_SECONDS = 300
"""Longer than anything takes here on the slowest machine: only what hangs is ended."""

TWICE = """
import asyncio, os, signal
from casemate.runtime.shutdown import shutdown_requested

async def main():
    requested = shutdown_requested()
    os.kill(os.getpid(), signal.SIGTERM)
    await requested.wait()
    os.kill(os.getpid(), signal.SIGTERM)
    await asyncio.sleep(5)

asyncio.run(main())
"""


CLOSED = """
import asyncio, os, signal
from casemate.runtime.shutdown import shutdown_requested

async def main():
    signal.signal(signal.SIGHUP, {before})
    requested = shutdown_requested()
    for _ in range(3):
        os.kill(os.getpid(), signal.SIGHUP)
        await asyncio.sleep(0.01)
    print(requested.is_set())

asyncio.run(main())
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_a_signal_requests_the_shutdown(number: signal.Signals) -> None:
    requested = shutdown_requested()
    try:
        assert not requested.is_set()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(requested.wait(), HANGS_SECONDS)
    finally:
        for each in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            asyncio.get_running_loop().remove_signal_handler(each)


def test_the_same_signal_again_ends_the_process_at_once() -> None:
    assert subprocess.run([sys.executable, "-c", TWICE], timeout=HANGS_SECONDS).returncode == -signal.SIGTERM


@pytest.mark.parametrize(("before", "asks"), [("signal.SIG_DFL", "True"), ("signal.SIG_IGN", "False")])
def test_a_terminal_that_is_closed_asks_however_often_it_says_so_unless_that_is_ignored(before: str, asks: str) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", CLOSED.format(before=before)], timeout=HANGS_SECONDS, capture_output=True, text=True
    )
    assert (ended.returncode, ended.stdout.strip()) == (0, asks)
