"""Whom the id of a conversation stands for."""

from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.ids import AccountId, ConversationId


class Conversations:
    """The conversations of one account, by id.

    Remembers only what hashing gives, so that nothing of it has to be undone: whether there is such a peer is asked
    of the store each time.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._with: dict[ConversationId, AccountId] = {}

    def peer(self, conversation: ConversationId) -> Peer | None:
        """Of one's notes: oneself."""
        if conversation == self._context.conversation_with(self._context.account_id):
            return self._context.oneself()
        store = self._context.store
        if conversation not in self._with:
            self._with = {self.of(peer): peer.account_id for peer in store.peers()}
        account_id = self._with.get(conversation)
        return None if account_id is None else store.peer(account_id)

    def who_is_in(self, conversation: ConversationId, otherwise: str = "not_connected") -> Peer:
        """Raises Refused, with that code if there is no such conversation."""
        peer = self.peer(conversation)
        if peer is None:
            raise refuse(otherwise)
        return peer

    def of(self, peer: Peer) -> ConversationId:
        return self._context.conversation_with(peer.account_id)
