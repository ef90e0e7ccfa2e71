"""What the internal service wants done by its sockets and workers; link effects are in `link_io`."""

from dataclasses import dataclass, field

from casemate.node import Effect
from casemate.protocol.client.codec import ClientResponse
from casemate.protocol.client.notification_views import NotificationView
from casemate.protocol.client.views import Reach
from casemate.protocol.ids import SocketId


@dataclass(frozen=True, slots=True)
class SendResponse(Effect):
    socket: SocketId
    response: ClientResponse = field(repr=False)
    mark: int = 0
    """Above 0: tell with MessagesTaken when the client's machine has it."""


@dataclass(frozen=True, slots=True)
class CloseSocket(Effect):
    socket: SocketId
    code: int
    """WebSocket close code."""


@dataclass(frozen=True, slots=True)
class AskBrowsers(Effect):
    """Which browsers are signed in, after one of them was signed out if that is wanted. Answer: BrowsersTold."""

    token: int
    socket: SocketId
    """Who asks."""
    sign_out: str | None
    """Id of a browser; one that is not signed in is fine."""


@dataclass(frozen=True, slots=True)
class AskAutostart(Effect):
    """Whether what runs here starts with the computer, after it was turned on or off if that is wanted. Answer:
    AutostartSeen."""

    token: int
    turn: bool | None


@dataclass(frozen=True, slots=True)
class AskUp(Effect):
    """Who can come to the server that `casemate up` runs beside us. Answer: UpAnswered."""

    token: int
    wanted: Reach | None
    """What it is to be from now on; None: only look."""


@dataclass(frozen=True, slots=True)
class ShowOnDesktop(Effect):
    """No tab shows notifications: this computer does, as far as it can. It tells with NotificationDismissed."""

    view: NotificationView = field(repr=False)


@dataclass(frozen=True, slots=True)
class WithdrawFromDesktop(Effect):
    key: str


@dataclass(frozen=True, slots=True)
class AskDesktop(Effect):
    """Whether this computer shows notifications. Answer: DesktopSeen."""

    token: int


@dataclass(frozen=True, slots=True)
class FetchLinkPreview(Effect):
    """Ask the page behind a link what it is. Answer: LinkPreviewFetched."""

    token: int
    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class MakeVault(Effect):
    """Draw a database key and lock it with the password (slow on purpose). Answer: VaultMade."""

    token: int
    name: str
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class TryVaults(Effect):
    """Try the password on these vaults, by account name (slow on purpose). Answer: VaultsTried."""

    token: int
    vaults: dict[str, bytes] = field(repr=False)
    password: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class RelockVault(Effect):
    """Wrap what the old password opens under the new one (slow on purpose, twice). Answer: VaultRelocked."""

    token: int
    name: str
    vault: bytes = field(repr=False)
    old_password: bytes = field(repr=False)
    new_password: bytes = field(repr=False)
