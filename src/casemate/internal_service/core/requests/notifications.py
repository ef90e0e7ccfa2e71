"""Being told, as views ask for it: who shows what, what is looked at, what is muted and what may be shown."""

from typing import Final

from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.effects import AskDesktop
from casemate.internal_service.core.ground.events import DesktopSeen
from casemate.internal_service.core.ground.failures import failure
from casemate.internal_service.core.ground.ids import conversation_from_hex
from casemate.internal_service.core.ground.notices import Answered
from casemate.internal_service.core.ground.refusals import reason, refuse
from casemate.internal_service.core.notifying.notifier import Notifier
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.views.snapshots import Views
from casemate.protocol.client.extension_bases import Done, ExtensionRequest
from casemate.protocol.client.notification_extensions import (
    DesktopTold,
    DismissNotification,
    GetDesktop,
    LookAt,
    MuteConversation,
    SetNotifications,
    ShowNotifications,
    UnmuteConversation,
)
from casemate.protocol.ids import Cid

_KEY_CHARACTERS: Final = 100
_LAST_MILLISECOND: Final = 2**53 - 1


class NotificationRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts, views: Views, notifier: Notifier) -> None:
        self._accounts = accounts
        self._desk = accounts.desk
        self._hosts = accounts.hosts
        self._waits = accounts.waits
        self._views = views
        self._notifier = notifier

    def mute(self, asker: Asker, request: MuteConversation) -> None:
        until = request.until
        if until is not None and not 0 <= until <= _LAST_MILLISECOND:
            raise refuse("malformed", what="until")
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        seconds = None if until is None else until / 1000
        items = host.account.muting.mute(conversation, seconds, self._desk.now)
        self._done(asker, request.cid)
        self._accounts.take(host, items)

    def unmute(self, asker: Asker, request: UnmuteConversation) -> None:
        host = self._hosts.session(request.cid)
        items = host.account.muting.unmute(conversation_from_hex(request.conversation), self._desk.now)
        self._done(asker, request.cid)
        self._accounts.take(host, items)

    def set(self, asker: Asker, request: SetNotifications) -> None:
        host = self._hosts.session(request.cid)
        host.account.muting.choose(
            shows=request.shows,
            sound=request.sound,
            quiet=request.quiet,
            quiet_from=request.quiet_from,
            quiet_to=request.quiet_to,
        )
        self._done(asker, request.cid)
        self._views.account_changed(host)
        self._notifier.settings_changed(host.cid)

    def show(self, asker: Asker, request: ShowNotifications) -> None:
        self._notifier.show_in(asker.socket, request.on)
        self._done(asker, Cid(0))

    def dismiss(self, asker: Asker, request: DismissNotification) -> None:
        if len(request.key) > _KEY_CHARACTERS:
            raise refuse("too_long", what="key", limit=str(_KEY_CHARACTERS))
        self._notifier.dismiss(request.key)
        self._done(asker, Cid(0))

    def look_at(self, asker: Asker, request: LookAt) -> None:
        conversation = None if request.conversation is None else conversation_from_hex(request.conversation)
        self._notifier.look_at(asker.socket, request.cid, conversation)
        self._done(asker, request.cid)

    def desktop(self, asker: Asker, request: GetDesktop) -> None:
        token = self._waits.add(asker, lambda seen: self._seen(asker, request, seen))
        self._desk.effects.append(AskDesktop(token))

    def _seen(self, asker: Asker, request: ExtensionRequest, seen: DesktopSeen | Answered) -> None:
        if isinstance(seen, Answered):
            self._desk.answer(asker, failure(request, seen.refused or reason("internal")))
            return
        self._desk.answer(asker, DesktopTold(cid=Cid(0), request_id=asker.request_id, state=seen.state))

    def _done(self, asker: Asker, cid: Cid) -> None:
        self._desk.answer(asker, Done(cid=cid, request_id=asker.request_id))
