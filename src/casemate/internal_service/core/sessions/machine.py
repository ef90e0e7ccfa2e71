"""What the service knows of the computer it runs on."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from casemate.crypto.keys import MachineKey
from casemate.protocol.limits import MINUTES_OF_DAY


def _utc_minute(wall: float) -> int:
    return int(wall // 60) % MINUTES_OF_DAY


@dataclass(frozen=True, slots=True)
class Machine:
    version: str
    key: MachineKey = field(repr=False)
    """Wraps the database keys of signed-in accounts, so that sessions survive a restart."""
    unlocked_by: Literal["keyring", "key_file"]
    """Where `key` is kept."""
    default_server: str | None = None
    """The server to offer for a new account."""
    own_server_key: bytes | None = None
    """Of the server that was started with us, by the same person: nobody else need be asked whether it is that one."""
    start_command: str = "casemate up"
    """What a person types to start us again."""
    open_command: str = "casemate open"
    """What a person types for a fresh signed-in page."""
    update_command: str = ""
    """What a person types to have the newest version; empty: it cannot be told."""
    install_line: str = ""
    """What somebody without Casemate types to install it and join; empty: nobody said."""
    shows_notifications: bool = False
    """Of programs, as far as was asked for: whether its desktop does is found out when there is something."""
    minute_of_day: Callable[[float], int] = _utc_minute
    """Of a time (Unix seconds), as its clocks on the wall show it."""
