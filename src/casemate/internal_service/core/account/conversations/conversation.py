"""Whom the id of a conversation stands for."""

from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.internal_service.core.account.ports import PeerStore
from casemate.internal_service.core.account.rows import Peer
from casemate.protocol.ids import AccountId, ConversationId


class Conversations:
    """The conversations of one account, by id.

    Remembers only what hashing gives, so that nothing of it has to be undone: whether there is such a peer is asked
    of the store each time.
    """

    def __init__(self, account_id: AccountId, peers: PeerStore) -> None:
        self._account_id = account_id
        self._peers = peers
        self._with: dict[ConversationId, AccountId] = {}

    def peer(self, conversation: ConversationId) -> Peer | None:
        if conversation not in self._with:
            self._with = {self.of(peer): peer.account_id for peer in self._peers.peers()}
        account_id = self._with.get(conversation)
        return None if account_id is None else self._peers.peer(account_id)

    def of(self, peer: Peer) -> ConversationId:
        return conversation_id(self._account_id, peer.account_id)
