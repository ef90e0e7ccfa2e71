"""What stays on this computer, as views ask for it: how much, for how long, and emptying a conversation."""

from casemate.internal_service.core.account.showing import view_order
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.ids import conversation_from_hex, order_from_view
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.views.snapshots import Views
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.message_extensions import (
    ConversationEmptied,
    EmptyConversation,
    GetStorageUse,
    SetRetention,
    StorageUse,
)


class KeepingRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts, views: Views) -> None:
        self._accounts = accounts
        self._desk = accounts.desk
        self._hosts = accounts.hosts
        self._views = views

    def use(self, asker: Asker, request: GetStorageUse) -> None:
        host = self._hosts.session(request.cid)
        size = host.account.keeping.size_of(conversation_from_hex(request.conversation))
        answer = StorageUse(
            cid=request.cid,
            request_id=asker.request_id,
            messages=size.lines,
            bytes=size.bytes,
            last_arrival=size.last_arrival,
        )
        self._desk.answer(asker, answer)

    def empty(self, asker: Asker, request: EmptyConversation) -> None:
        host = self._hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        emptied, after = host.account.keeping.empty(conversation, order_from_view(request.after), request.up_to)
        answer = ConversationEmptied(
            cid=request.cid, request_id=asker.request_id, after=None if after is None else view_order(after)
        )
        self._desk.answer(asker, answer)
        self._accounts.take(host, emptied)

    def set_retention(self, asker: Asker, request: SetRetention) -> None:
        host = self._hosts.session(request.cid)
        host.account.keeping.set_days(request.days, self._desk.now)
        self._desk.answer(asker, Done(cid=request.cid, request_id=asker.request_id))
        self._views.account_changed(host)
