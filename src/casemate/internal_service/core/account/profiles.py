"""What accounts share of themselves, and what their person keeps of others, as rows. Times are Unix seconds."""

import msgspec

from casemate.internal_service.core.account.rows import WithContents


class Status(WithContents, frozen=True):
    """A line that says how somebody is."""

    text: str
    set_at: float
    until: float | None
    """None: until it is changed."""


class SharedProfile(WithContents, frozen=True):
    """Of one account, besides its names."""

    picture_hash: bytes = b""
    """Empty: there is no picture here."""
    picture_salt: bytes = b""
    status_number: int = 0
    """A higher one replaces a lower one."""
    status: Status | None = None


class ToldProfile(msgspec.Struct, frozen=True):
    """What of our own was written for an account last."""

    names_number: int = 0
    """Of the names that went with the picture; 0: none went."""
    status_number: int = 0


class Remark(WithContents, frozen=True):
    """What is kept of somebody for our person alone: it goes to nobody."""

    nickname: str = ""
    note: str = ""
    declined_at: float | None = None
    """When we declined what they asked last, until one of us asks again."""
