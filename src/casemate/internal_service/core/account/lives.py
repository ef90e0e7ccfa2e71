"""When a message that disappears is hidden, and when it is erased: docs/protocol/disappearing.md.

Pure. A clock on a wall jumps, so that by itself it hides and does not erase.
"""

from typing import Final, Literal

import msgspec

from casemate.protocol.limits import DAY_SECONDS, LIFE_LEAST_SECONDS, LIFE_MOST_SECONDS

HIDDEN_SECONDS: Final = DAY_SECONDS
"""So much running shows that a clock which nobody confirms was not ahead for a moment only."""
UNREAD_SECONDS: Final = 30 * DAY_SECONDS
"""What nobody reads lives so long."""

Fate = Literal["shown", "hidden", "erased"]


class Clocks(msgspec.Struct, frozen=True):
    """What each of them says now, in seconds."""

    wall: float
    running: float
    """For how long this account has been open in all: never ahead of what has truly passed."""
    server: float | None
    """None: it was not heard since this account was opened. Never ahead of the server."""


class Life(msgspec.Struct, frozen=True):
    """Of one message, from when it began."""

    message: int
    """Its `arrival`."""
    ends_wall: float
    ends_running: float
    ends_server: float | None
    """None: the server's clock was not known since it began."""
    hidden_at: float | None = None
    """In seconds of running; None: it is shown."""


def fate_of(life: Life, now: Clocks) -> Fate:
    """What becomes of it at this moment, whatever it is now."""
    if now.running >= life.ends_running:
        return "erased"
    if now.wall < life.ends_wall:
        return "shown"
    server_agrees = now.server is not None and life.ends_server is not None and now.server >= life.ends_server
    was_hidden_long = life.hidden_at is not None and now.running >= life.hidden_at + HIDDEN_SECONDS
    return "erased" if server_agrees or was_hidden_long else "hidden"


def begun(message: int, seconds: float, now: Clocks, server_at_most: float | None) -> Life:
    """A life that begins now. `server_at_most`: the server's clock is not past this; None: it is not known."""
    return Life(
        message,
        ends_wall=now.wall + seconds,
        ends_running=now.running + seconds,
        ends_server=None if server_at_most is None else server_at_most + seconds,
    )


def life_in_bounds(seconds: int | None) -> int | None:
    """What a message says of its own life; None: it stays."""
    return min(max(seconds, LIFE_LEAST_SECONDS), LIFE_MOST_SECONDS) if seconds else None
