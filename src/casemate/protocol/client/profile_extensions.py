"""Profiles: what accounts share of themselves with those they talk with, and what is kept of others for oneself.

docs/protocol/profiles.md. Pictures travel as base64 of a JPEG; times are Unix milliseconds.
"""

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.ids import Cid


class PictureTold(ExtensionResponse, frozen=True, kw_only=True):
    picture: str
    """Empty: there is none any more."""

    def __repr__(self) -> str:
        return f"PictureTold({self.cid})"


class GetPicture(ExtensionRequest, frozen=True, kw_only=True):
    """The picture that a row names by its hash."""

    answers = (PictureTold,)

    cid: Cid
    peer: Cid
    """Or `cid` itself, for one's own."""


class SetPicture(ExtensionRequest, frozen=True, kw_only=True):
    """Everybody whom one agreed to talk with gets it, sealed. AccountChanged follows."""

    cid: Cid
    picture: str
    """At most 32 KiB and 256 pixels a side, with nothing in it but what it takes to draw it; empty: none."""


class SetStatus(ExtensionRequest, frozen=True, kw_only=True):
    """A line that says how one is, told to the same people. AccountChanged follows."""

    cid: Cid
    text: str
    """At most 100 characters; empty takes it back."""
    until: int | None = None
    """When it is over; None: when it is changed."""


class SetRemark(ExtensionRequest, frozen=True, kw_only=True):
    """What one calls somebody, and notes about them; told to nobody. None leaves it, empty takes it away. PeerChanged
    follows."""

    cid: Cid
    peer: Cid
    nickname: str | None = None
    """At most 77 bytes."""
    note: str | None = None
    """At most 4 KiB."""
