"""How the two ends of a contender agree and report: lines of JSON on stdin and stdout, which lead to the other end."""

import asyncio
import json
import sys
import time
from pathlib import Path
from typing import Any, Final

MIB: Final = 2**20


def say(value: Any) -> None:
    """To the other end."""
    print(json.dumps(value), flush=True)


def hear() -> Any:
    """What the other end says next."""
    return json.loads(sys.stdin.readline())


async def hear_soon() -> Any:
    return await asyncio.to_thread(hear)


class Stopwatch:
    """Runs from the first byte until the other end has the last."""

    def __init__(self) -> None:
        self._began = time.perf_counter()

    def report(self) -> None:
        """To whoever started us, into the file named by the last argument."""
        Path(sys.argv[-1]).write_text(str(time.perf_counter() - self._began))
