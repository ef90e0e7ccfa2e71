"""For how long messages of a conversation live: either of the two says so, for what is written from then on."""

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.core.account.contents import LifeSetting, encode
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.messages import check_may_write
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.writing import NewContent
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.node import Instant
from casemate.protocol.ids import ConversationId
from casemate.protocol.limits import LIFE_LEAST_SECONDS, LIFE_MOST_SECONDS


class Disappearing:
    def __init__(self, context: Context, conversations: Conversations, outbox: Outbox) -> None:
        self._context = context
        self._conversations = conversations
        self._outbox = outbox

    def set(self, conversation: ConversationId, lives_for: int | None, now: Instant) -> Outcome:
        """Seconds; None: what is written stays. A line says so, to both; what is so already changes nothing. Raises
        Refused."""
        if lives_for is not None and not LIFE_LEAST_SECONDS <= lives_for <= LIFE_MOST_SECONDS:
            raise refuse("malformed", what="lives_for")
        store = self._context.store
        peer = self._conversations.who_is_in(conversation)
        check_may_write(peer)
        if self._context.is_oneself(peer):
            raise refuse("malformed", what="conversation")
        if lives_for == store.disappearing(conversation):
            return []
        content = NewContent(Kind.DISAPPEARING, encode(LifeSetting(lives_for)), Shows.LINE)
        [row] = self._outbox.write_messages(peer, [content], now)
        store.set_disappearing(conversation, row.order, lives_for)
        return [MessageChanged(conversation, row.message_id)]
