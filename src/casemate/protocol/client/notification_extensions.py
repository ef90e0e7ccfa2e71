"""Being told, as views ask for it: docs/protocol/notifications.md.

What is to be shown is decided by the service. One tab of each browser says that it can show it, and the service gives
it to one of those; while there is none, it uses the notifications of this computer.
"""

from casemate.protocol.client.extension_bases import ExtensionRequest, ExtensionResponse
from casemate.protocol.client.notification_views import (
    DesktopState,
    NotificationShows,
    NotificationView,
    QuietMode,
)
from casemate.protocol.ids import Cid


class NotificationsChanged(ExtensionResponse, frozen=True, kw_only=True):
    """Unasked, to the view that shows them. `cid` is 0: they are of all accounts that are signed in."""

    shown: list[NotificationView]
    withdrawn: list[str]
    """Keys of those that are over. One that does not stand there is passed over."""


class DesktopTold(ExtensionResponse, frozen=True, kw_only=True):
    state: DesktopState


class ShowNotifications(ExtensionRequest, frozen=True, kw_only=True):
    """This view can show notifications, or can no longer. NotificationsChanged follows whenever there is something."""

    on: bool


class DismissNotification(ExtensionRequest, frozen=True, kw_only=True):
    """Somebody put it away. What is new calls again."""

    key: str


class LookAt(ExtensionRequest, frozen=True, kw_only=True):
    """What somebody has before their eyes in this view: nothing of it calls. `cid` 0: nobody looks."""

    cid: Cid
    conversation: str | None = None


class MuteConversation(ExtensionRequest, frozen=True, kw_only=True):
    """It calls nobody until then. ConversationChanged follows, now and when it ends."""

    cid: Cid
    conversation: str
    until: int | None = None
    """Unix milliseconds; None: until UnmuteConversation."""


class UnmuteConversation(ExtensionRequest, frozen=True, kw_only=True):
    cid: Cid
    conversation: str


class SetNotifications(ExtensionRequest, frozen=True, kw_only=True):
    """Null leaves a setting as it is. AccountChanged follows."""

    cid: Cid
    shows: NotificationShows | None = None
    sound: bool | None = None
    quiet: QuietMode | None = None
    quiet_from: int | None = None
    quiet_to: int | None = None


class GetDesktop(ExtensionRequest, frozen=True, kw_only=True):
    """Whether this computer shows notifications while no tab does."""

    answers = (DesktopTold,)
