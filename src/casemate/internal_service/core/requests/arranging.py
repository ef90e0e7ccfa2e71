"""How views arrange conversations: pinned, put away, unread once more."""

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.desk import Asker
from casemate.internal_service.core.ground.ids import conversation_from_hex, message_from_hex
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.hosts import Host
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.message_extensions import ArrangeConversation, MarkUnread


class ArrangingRequests:
    """Every method raises Refused."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def arrange(self, asker: Asker, request: ArrangeConversation) -> None:
        host = self._accounts.hosts.session(request.cid)
        conversation = conversation_from_hex(request.conversation)
        arranged = host.account.arranging.arrange(conversation, pinned=request.pinned, archived=request.archived)
        self._do(asker, host, arranged)

    def mark_unread(self, asker: Asker, request: MarkUnread) -> None:
        host = self._accounts.hosts.session(request.cid)
        conversation, message_id = conversation_from_hex(request.conversation), message_from_hex(request.message_id)
        self._do(asker, host, host.account.arranging.unread_from(conversation, message_id))

    def _do(self, asker: Asker, host: Host, items: Outcome) -> None:
        self._accounts.desk.answer(asker, Done(cid=host.cid, request_id=asker.request_id))
        self._accounts.take(host, items)
