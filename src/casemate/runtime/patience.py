"""A WebSocket that is given up for want of a pong only if the pong could have come."""

import array
import asyncio
import fcntl
import math
import sys
import termios
from collections.abc import Callable
from typing import Any, Final

WAITS: Final = 2
"""For one pong; the second time nothing may have been acknowledged since the first."""
_CEILED_ABOVE_SECONDS: Final = 5
"""The library rounds a longer wait up to a whole second of its clock."""
_CAN_ASK_KERNEL: Final = sys.platform == "linux"


class Patience:
    """Put before a WebSocket class of the library: where the other end is merely slow, its pong waits behind data.

    The library ends a connection when a ping was not answered in time. Here it asks again in a moment as long as the
    other end acknowledges what we send, or we do not read what it sends.
    """

    _pong_heartbeat: float
    _pong_response_cb: asyncio.TimerHandle | None

    def __init__(self, *arguments: Any, **settings: Any) -> None:
        super().__init__(*arguments, **settings)
        self.is_paused: Callable[[], bool] = lambda: False
        """True while we leave what arrived unread."""
        self.bytes_sent: Callable[[], int] = lambda: 0
        """Handed to the connection so far, what is being written included."""
        self._acknowledged = -math.inf

    def transport_now(self) -> asyncio.WriteTransport | None:
        """The connection below, while there is one."""
        raise NotImplementedError

    def _pong_not_received(self) -> None:
        acknowledged = self._acknowledged_now()
        if self.is_paused() or acknowledged > self._acknowledged:
            self._acknowledged = acknowledged
            loop = asyncio.get_running_loop()
            # Where the library keeps the timer that a pong cancels.
            self._pong_response_cb = loop.call_later(self._pong_heartbeat, self._pong_not_received)
        else:
            super()._pong_not_received()  # type: ignore[misc]  # the library's class comes after this one

    def _acknowledged_now(self) -> int:
        """Bytes that are past this machine: they left our buffers, and the other end's kernel said that it has them."""
        transport = self.transport_now()
        if transport is None:
            return 0
        return self.bytes_sent() - transport.get_write_buffer_size() - _unacknowledged(transport)


def found_within_seconds(heartbeat_seconds: float) -> float:
    """The longest that a half-open connection goes unnoticed: a ping comes due, and then its waits are over."""
    due = heartbeat_seconds + (1.0 if heartbeat_seconds > _CEILED_ABOVE_SECONDS else 0.0)
    return due + WAITS * heartbeat_seconds / 2


def _unacknowledged(transport: asyncio.BaseTransport) -> int:
    """Bytes in the kernel's send queue."""
    socket = transport.get_extra_info("socket")
    if socket is None or not _CAN_ASK_KERNEL:
        return 0
    waiting = array.array("i", [0])
    try:
        fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, waiting)
    except OSError:
        return 0
    return waiting[0]
