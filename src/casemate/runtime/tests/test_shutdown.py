"""Signals ask once, politely."""

import asyncio
import os
import signal
import subprocess
import sys

import pytest

from casemate.runtime.shutdown import shutdown_requested

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


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_requests_the_shutdown(number: signal.Signals) -> None:
    requested = shutdown_requested()
    try:
        assert not requested.is_set()
        os.kill(os.getpid(), number)
        await asyncio.wait_for(requested.wait(), 5)
    finally:
        for each in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().remove_signal_handler(each)


def test_the_same_signal_again_ends_the_process_at_once() -> None:
    assert subprocess.run([sys.executable, "-c", TWICE], timeout=10).returncode == -signal.SIGTERM
