"""Tasks whose end nobody waits for, and what hangs on to them."""

import asyncio
import contextlib
from collections.abc import Awaitable
from typing import Any


def let_go(task: asyncio.Future[Any]) -> None:
    """To be called when a task is done that was cancelled, or may be, by somebody who keeps it.

    It holds on to its error until it is asked for it, and with the error to all frames that this came through. What
    those refer to, sockets of a library among it, would live until the garbage collector looks for cycles.
    """
    with contextlib.suppress(asyncio.CancelledError):
        task.exception()


async def first_of(*waiting: Awaitable[object]) -> None:
    """Until one of them has ended, however; the others are cancelled. Raises nothing that they raise."""
    tasks = [asyncio.ensure_future(each) for each in waiting]
    for task in tasks:
        task.add_done_callback(let_go)
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
