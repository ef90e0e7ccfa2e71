"""What a view shows of being told: what calls somebody away from other work, and what does not."""

from typing import Literal

import msgspec

from casemate.protocol.ids import Cid

NotificationShows = Literal["text", "name", "nothing"]
"""text: who wrote, and what. name: only who. nothing: only that something came."""
QuietMode = Literal["never", "hours", "always"]
"""Do not disturb: hours: each day between two times of this computer."""
DesktopState = Literal["works", "missing", "off", "unknown"]
"""Whether this computer shows notifications of programs. off: the service was started without. unknown: nobody looked
so far."""


class NotificationSettings(msgspec.Struct, frozen=True, kw_only=True):
    """Of one account. Minutes are counted from midnight."""

    shows: NotificationShows = "text"
    sound: bool = True
    quiet: QuietMode = "never"
    quiet_from: int = 22 * 60
    quiet_to: int = 7 * 60


class MuteView(msgspec.Struct, frozen=True, kw_only=True):
    """This conversation calls nobody, and is in no total."""

    until: int | None
    """Unix milliseconds; None: until somebody ends it."""


class NotificationView(msgspec.Struct, frozen=True, kw_only=True):
    """What is to stand on a person's desktop. It takes the place of what had its key."""

    key: str
    """Opaque. One for each conversation, and a few for what concerns an account."""
    account: Cid
    conversation: str | None
    """Where a click leads, 32 hex digits; None: to the account."""
    message: str | None
    """The first one that called, 32 hex digits; None: to the conversation."""
    title: str
    """Plain text, as is the body: names and words of others, in one line."""
    body: str
    ring: bool
    """It may make itself noticed. Else it only replaces what stands there."""
    sound: bool
    """Its account wants to hear it, when it rings."""

    def __repr__(self) -> str:
        return f"NotificationView({self.key}, ring={self.ring})"
