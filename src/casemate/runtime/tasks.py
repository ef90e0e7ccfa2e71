"""Tasks whose end nobody waits for, and what hangs on to them."""

import asyncio
import contextlib
from typing import Any


def let_go(task: asyncio.Future[Any]) -> None:
    """To be called when a task is done that was cancelled, or may be, by somebody who keeps it.

    It holds on to its error until it is asked for it, and with the error to all frames that this came through. What
    those refer to, sockets of a library among it, would live until the garbage collector looks for cycles.
    """
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()
