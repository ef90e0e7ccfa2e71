"""What views do with messages that are there: edit, take back, react, pin; and for how long those to come live."""

from typing import Final

from casemate.internal_service.core.account.changes import Target
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.ids import conversation_from_hex, id_from_hex, message_from_hex
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.message_extensions import (
    DeleteMessages,
    EditMessage,
    GetMessageVersions,
    MessageVersions,
    PinMessage,
    ReactToMessage,
    SetDisappearing,
)
from casemate.protocol.ids import (
    ACCOUNT_ID_BYTES,
    AccountId,
)
from casemate.protocol.limits import TIMELINE_PAGE_ROWS

_AT_ONCE: Final = TIMELINE_PAGE_ROWS


class MessageChangeRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts
        self._desk = accounts.desk
        self._hosts = accounts.hosts

    def edit(self, asker: Asker, request: EditMessage) -> None:
        host = self._hosts.session(request.cid)
        changed = host.account.changing.edit(
            conversation_from_hex(request.conversation),
            message_from_hex(request.message_id),
            request.text,
            self._desk.now,
        )
        self._do(asker, host, changed)

    def delete(self, asker: Asker, request: DeleteMessages) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        message_ids = [message_from_hex(text) for text in request.message_ids]
        if not 0 < len(message_ids) <= _AT_ONCE:
            raise refuse("malformed", what="message_ids")
        changing = host.account.changing
        if request.everywhere:
            changed = changing.delete(conversation, message_ids, self._desk.now)
        else:
            changed = changing.delete_here(conversation, message_ids)
        self._do(asker, host, changed)

    def react(self, asker: Asker, request: ReactToMessage) -> None:
        host = self._hosts.session(request.cid)
        conversation, target = (
            conversation_from_hex(request.conversation),
            target_of(request.author, request.message_id),
        )
        self._do(asker, host, host.account.changing.react(conversation, target, request.emojis, self._desk.now))

    def pin(self, asker: Asker, request: PinMessage) -> None:
        host = self._hosts.session(request.cid)
        conversation, target = (
            conversation_from_hex(request.conversation),
            target_of(request.author, request.message_id),
        )
        self._do(asker, host, host.account.changing.pin(conversation, target, request.pinned, self._desk.now))

    def set_disappearing(self, asker: Asker, request: SetDisappearing) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        self._do(asker, host, host.account.disappearing.set(conversation, request.lives_for, self._desk.now))

    def versions(self, asker: Asker, request: GetMessageVersions) -> None:
        host = self._hosts.session(request.cid)
        conversation, target = (
            conversation_from_hex(request.conversation),
            target_of(request.author, request.message_id),
        )
        versions = host.account.message_versions(conversation, target)
        self._desk.answer(asker, MessageVersions(cid=request.cid, request_id=asker.request_id, versions=versions))

    def _do(self, asker: Asker, host: Host, items: Outcome) -> None:
        self._desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)


def target_of(author: str, message_id: str) -> Target:
    """Raises Refused."""
    return AccountId(id_from_hex(author, ACCOUNT_ID_BYTES, "author")), message_from_hex(message_id)
