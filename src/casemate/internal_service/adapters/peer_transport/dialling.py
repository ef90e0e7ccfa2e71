"""A dial that does not wait for a lost first packet."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

from casemate.runtime.quic import DialFailed, QuicConnection

FIRST_PAUSE_SECONDS: Final = 0.2
"""QUIC sends its first packet again after a second. It is lost whenever the peer, who just signed in, is not yet at the
relay; so another attempt begins beside the first, and then more of them, with longer and longer pauses."""
PAUSE_GROWTH: Final = 1.4


async def dial(attempt: Callable[[], Awaitable[QuicConnection]]) -> QuicConnection:
    """The first attempt that succeeds. Raises DialFailed once all have failed; the caller sets the time limit."""
    attempts = {asyncio.ensure_future(attempt())}
    pause = FIRST_PAUSE_SECONDS
    try:
        while True:
            done, attempts = await asyncio.wait(attempts, timeout=pause, return_when=asyncio.FIRST_COMPLETED)
            for each in done:
                if each.exception() is None:
                    return each.result()
                if not attempts:
                    raise DialFailed(str(each.exception()))
            if not done:
                attempts.add(asyncio.ensure_future(attempt()))
                pause *= PAUSE_GROWTH
    finally:
        for each in attempts:
            each.cancel()
