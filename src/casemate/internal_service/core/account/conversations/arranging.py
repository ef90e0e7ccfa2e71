"""How a person arranges their conversations: what stands on top, what is put away, what is unread once more.

It is theirs alone; nobody else hears of it.
"""

from msgspec.structs import replace

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.rows import Arrangement
from casemate.internal_service.core.ground.notices import ConversationChanged, MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import UNREAD_AGAIN


class Arranging:
    def __init__(self, context: Context, conversations: Conversations) -> None:
        self._context = context
        self._conversations = conversations

    def arrange(self, conversation: ConversationId, *, pinned: bool | None, archived: bool | None) -> Outcome:
        """None leaves it as it is. What is on top is not put away, nor the other way round. Raises Refused."""
        self._conversations.who_is_in(conversation, "unknown_peer")
        before = after = self._context.store.arrangement(conversation)
        if pinned is not None:
            after = replace(after, pinned=pinned, archived=after.archived and not pinned)
        if archived is not None:
            after = replace(after, archived=archived, pinned=after.pinned and not archived)
        return self._become(conversation, after) if after != before else []

    def wrote(self, conversation: ConversationId) -> Outcome:
        """Somebody said something there: it is put away no more, unless it is muted."""
        store = self._context.store
        before = store.arrangement(conversation)
        if not before.archived or store.mute(conversation) is not None:
            return []
        return self._become(conversation, replace(before, archived=False))

    def unread_from(self, conversation: ConversationId, message_id: MessageId) -> Outcome:
        """This message of theirs and those after it are unread once more, the newest `UNREAD_AGAIN` at most. What its
        writer was told of it stays told. Raises Refused."""
        peer = self._conversations.peer(conversation)
        message = self._context.store.message(conversation, message_id)
        if peer is None or message is None or message.author != peer.account_id or message.is_gone:
            raise refuse("message_gone")
        unread = self._context.store.unsee(conversation, peer.account_id, message.order, UNREAD_AGAIN)
        return [MessageChanged(conversation, each) for each in unread]

    def _become(self, conversation: ConversationId, arrangement: Arrangement) -> Outcome:
        self._context.store.arrange(conversation, arrangement)
        return [ConversationChanged(conversation)]
