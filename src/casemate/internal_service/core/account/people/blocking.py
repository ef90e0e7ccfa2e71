"""Blocks: the server enforces them, and so do we."""

from dataclasses import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import Answered, ConversationChanged, PeerChanged
from casemate.internal_service.core.ground.refusals import told_reason
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import RequestFailed, SetBlock


class Blocking:
    def __init__(
        self, context: Context, requests: ServerRequests, outbox: Outbox, receipts: Receipts, sharing: Sharing
    ) -> None:
        self._context = context
        self._requests = requests
        self._outbox = outbox
        self._receipts = receipts
        self._sharing = sharing

    def block(self, peer: Peer, blocked: bool, token: int) -> Outcome:
        """Block, or end that: Answered(token) once the server has agreed. Raises Refused."""
        return self._requests.ask(
            lambda request_id: SetBlock(request_id, peer.account_id, blocked),
            lambda answer, later: self._kept(peer.account_id, blocked, token, answer, later),
        )

    def _kept(self, account_id: AccountId, blocked: bool, token: int, answer: Answer, now: Instant) -> Outcome:
        if isinstance(answer, RequestFailed):
            return [Answered(token, told_reason(answer))]
        peer = self._context.store.peer(account_id)
        if peer is None:
            return [Answered(token)]
        peer = replace(peer, blocked=blocked)
        if blocked and peer.relation == "asks_you":
            peer = replace(peer, relation="none", their_card=None, our_card=None, introduction="")
        self._context.put_peer(peer)
        if blocked:
            self._sharing.not_for(peer, now)
        else:
            self._sharing.settle(peer, now)
        resumed = [] if blocked else self._outbox.resume(peer, now) + self._receipts.send_again(peer, now)
        # What they wrote counts, or does not count any more.
        return [*looks_different(self._context, peer), *resumed, Answered(token)]


def looks_different(context: Context, peer: Peer) -> Outcome:
    """They do, and the conversation with them."""
    return [PeerChanged(peer.cid), ConversationChanged(context.conversation_with(peer.account_id))]
