"""What the internal service hears from its sockets and workers; link events are in `link_io`."""

from dataclasses import dataclass, field

from casemate.crypto.keys import DatabaseKey
from casemate.node import Event
from casemate.protocol.client.codec import ClientRequest
from casemate.protocol.client.notification_views import DesktopState
from casemate.protocol.client.types import Uuid
from casemate.protocol.client.views import AutostartState, BrowserView, ReachView, Reason
from casemate.protocol.ids import SocketId
from casemate.protocol.link_previews import LinkPreview


@dataclass(frozen=True, slots=True)
class SessionLeft(Event):
    """At the start, once for each account of this computer: if the last run left it signed in, it is again.

    An event for each, so that what is wrong with one account keeps nobody else out.
    """

    name: str


@dataclass(frozen=True, slots=True)
class SpaceSeen(Event):
    """How much room the disk under the data directory has."""

    free_bytes: int


@dataclass(frozen=True, slots=True)
class ShutdownAsked(Event):
    """The process is to end; `drain_seconds` remain for what is on its way."""

    drain_seconds: float


@dataclass(frozen=True, slots=True)
class SocketOpened(Event):
    socket: SocketId
    connection_id: Uuid


@dataclass(frozen=True, slots=True)
class SocketClosed(Event):
    socket: SocketId


@dataclass(frozen=True, slots=True)
class RequestArrived(Event):
    socket: SocketId
    request: ClientRequest = field(repr=False)


@dataclass(frozen=True, slots=True)
class BadRequestArrived(Event):
    """A frame that did not decode, with what could be read of it."""

    socket: SocketId
    name: str
    request_id: Uuid | None
    cid: int | None
    peer_cid: int | None


@dataclass(frozen=True, slots=True)
class MessagesTaken(Event):
    """The client's machine answered a ping that was sent after everything marked ≤ `mark`."""

    socket: SocketId
    mark: int


@dataclass(frozen=True, slots=True)
class BrowsersTold(Event):
    token: int
    browsers: list[BrowserView] | None
    """None: what was asked for holds until the next start only, because the disk does not take it."""


@dataclass(frozen=True, slots=True)
class AutostartSeen(Event):
    token: int
    state: AutostartState
    reason: Reason | None = None
    before_login: bool = False
    refused: Reason | None = None
    """Why it was not turned on or off."""


@dataclass(frozen=True, slots=True)
class UpAnswered(Event):
    token: int
    view: ReachView


@dataclass(frozen=True, slots=True)
class LinkPreviewFetched(Event):
    token: int
    preview: LinkPreview | None
    refused: Reason | None
    """Why there is none."""


@dataclass(frozen=True, slots=True)
class DesktopSeen(Event):
    token: int
    state: DesktopState


@dataclass(frozen=True, slots=True)
class NotificationDismissed(Event):
    """Somebody put it away on this computer's desktop."""

    key: str


@dataclass(frozen=True, slots=True)
class VaultMade(Event):
    token: int
    name: str
    vault: bytes
    key: DatabaseKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class VaultsTried(Event):
    token: int
    opened: dict[str, DatabaseKey] = field(repr=False)
    """The vaults that the password opens, by the local name of their account."""


@dataclass(frozen=True, slots=True)
class VaultRelocked(Event):
    token: int
    vault: bytes | None = field(repr=False)
    """Under the new password; None: the old one does not open it."""
