"""Texts that views send, now or later."""

from typing import Final

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.ids import conversation_from_hex, message_from_hex
from casemate.internal_service.core.ground.refusals import refuse
from casemate.internal_service.core.requests.drafts import Drafts, slot_id
from casemate.internal_service.core.requests.message_changes import target_of
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.message_extensions import CancelScheduled, ChangeScheduled
from casemate.protocol.client.views import LinkPreviewView
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import MESSAGE_BODY_BYTES
from casemate.protocol.link_previews import LinkPreview, host_of, link_preview

_LAST_MILLISECOND: Final = 2**53 - 1


class Sending:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts, drafts: Drafts) -> None:
        self._accounts = accounts
        self._desk = accounts.desk
        self._hosts = accounts.hosts
        self._drafts = drafts

    def send_chat(self, asker: Asker, request: ext.SendChat) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        message_id = message_from_hex(request.message_id)
        slot = None if request.slot is None else slot_id(request.slot)
        _check_text(request.text)
        items = self._send(host, conversation, message_id, request)
        if slot is not None:
            self._drafts.sent(host, conversation, slot, request.draft_revision)
        self._desk.answer(asker, _became(asker, host, conversation, message_id))
        self._accounts.take(host, items)

    def _send(self, host: Host, conversation: ConversationId, message_id: MessageId, request: ext.SendChat) -> Outcome:
        reply_to = None if request.reply_to is None else target_of(request.reply_to.author, request.reply_to.id)
        account, now = host.account, self._desk.now
        if account.scheduling.was_cancelled(message_id):
            raise refuse("message_gone")
        preview = None if request.preview is None else _preview(request.preview)
        due_at = _seconds(request.due_at) or 0.0
        is_for_later = due_at > now.wall and account.message_view(conversation, message_id) is None
        # Asked once more, one that waits goes on waiting.
        if is_for_later or account.scheduling.view(message_id) is not None:
            return account.scheduling.add(conversation, message_id, request.text, reply_to, due_at, now, preview)
        return account.send_chat(conversation, message_id, request.text, now, reply_to=reply_to, preview=preview)

    def change_scheduled(self, asker: Asker, request: ChangeScheduled) -> None:
        if request.text is not None:
            _check_text(request.text)
        due_at = _seconds(request.due_at)
        host = self._hosts.session(request.cid)
        message_id = message_from_hex(request.message_id)
        self._do(asker, host, host.account.scheduling.change(message_id, request.text, due_at, self._desk.now))

    def cancel_scheduled(self, asker: Asker, request: CancelScheduled) -> None:
        host = self._hosts.session(request.cid)
        self._do(asker, host, host.account.scheduling.cancel(message_from_hex(request.message_id), self._desk.now))

    def _do(self, asker: Asker, host: Host, items: Outcome) -> None:
        self._desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)


def _became(
    asker: Asker, host: Host, conversation: ConversationId, message_id: MessageId
) -> ext.MessageQueued | ext.MessageScheduled:
    """What the text is now."""
    scheduled = host.account.scheduling.view(message_id)
    if scheduled is not None:
        return ext.MessageScheduled(cid=host.cid, request_id=asker.request_id, scheduled=scheduled)
    message = host.account.message_view(conversation, message_id)
    if message is None or not message.mine:
        raise refuse("malformed", what="message_id")
    return ext.MessageQueued(cid=host.cid, request_id=asker.request_id, message=message)


def _seconds(due_at: int | None) -> float | None:
    if due_at is not None and not 0 <= due_at <= _LAST_MILLISECOND:
        raise refuse("malformed", what="due_at")
    return None if due_at is None else due_at / 1000


def _preview(view: LinkPreviewView) -> LinkPreview:
    """Raises Refused."""
    if host_of(view.url) is None:
        raise refuse("malformed", what="preview")
    return link_preview(view.url, view.title, view.site, view.description)


def _check_text(text: str) -> None:
    if not text:
        raise refuse("malformed", what="text")
    if len(text.encode("utf-8", "replace")) > MESSAGE_BODY_BYTES:
        raise refuse("too_long", what="text", limit=str(MESSAGE_BODY_BYTES))
