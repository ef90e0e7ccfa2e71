"""Messages that are edited, taken back, reacted to, pinned or given a preview: what goes out, and what comes in."""

from collections.abc import Iterable, Sequence

from casemate.crypto.content import Content, Kind, Shows
from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.change_contents import (
    ChangeBody,
    Deleted,
    Edited,
    Pinned,
    Previewed,
    Reacted,
    decode_preview,
    encode_change,
    read_change,
)
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.emojis import is_emoji
from casemate.internal_service.core.account.conversations.messages import check_may_write
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.writing import NewContent
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.node import Instant
from casemate.protocol.ids import ConversationId, DeviceId, MessageId
from casemate.protocol.limits import EDITED_BYTES, REACTIONS_OF_ONE
from casemate.protocol.link_previews import LinkPreview, is_preview_of


class Changing:
    def __init__(self, context: Context, conversations: Conversations, outbox: Outbox) -> None:
        self._context = context
        self._conversations = conversations
        self._outbox = outbox

    # ----------------------------------------------------------------------------------------------------------- ours

    def edit(self, conversation: ConversationId, message_id: MessageId, text: str, now: Instant) -> Outcome:
        """A message of ours says this from now on; what it says already changes nothing. Raises Refused."""
        message = self._ours(conversation, message_id)
        new = text.encode("utf-8", "replace")
        if message.kind != Kind.CHAT:
            raise refuse("not_editable")
        if not new:
            raise refuse("malformed", what="text")
        if len(new) > EDITED_BYTES:
            raise refuse("too_long", limit=str(EDITED_BYTES), size=str(len(new)))
        if new == message.body:
            return []
        target = (self._context.account_id, message_id)
        before = self._preview_of(message)
        edited = self._write(conversation, target, Kind.EDIT, Edited(message_id, new), now)
        # A preview is of what the message says: where its link still stands it goes along.
        return edited + ([] if before is None else self.preview(conversation, message_id, before, now))

    def preview(
        self, conversation: ConversationId, message_id: MessageId, preview: LinkPreview, now: Instant
    ) -> Outcome:
        """A message of ours shows where a link in it leads; what is of no link in it changes nothing. Raises
        Refused."""
        message = self._ours(conversation, message_id)
        if message.kind != Kind.CHAT or not is_preview_of(preview, message.body.decode("utf-8", "replace")):
            return []
        if preview == self._preview_of(message):
            return []
        target = (self._context.account_id, message_id)
        return self._write(conversation, target, Kind.PREVIEW, Previewed(message_id, preview), now)

    def delete(self, conversation: ConversationId, message_ids: Iterable[MessageId], now: Instant) -> Outcome:
        """Take messages of ours back from everybody: where one is not yet it does not come, elsewhere it goes. All of
        them, or none: raises Refused. What has disappeared meanwhile is gone from everybody without that."""
        with self._context.savepoint():
            return [
                effect
                for message_id in dict.fromkeys(message_ids)
                if not self._has_vanished(conversation, message_id)
                for effect in self._delete(conversation, message_id, now)
            ]

    def _has_vanished(self, conversation: ConversationId, message_id: MessageId) -> bool:
        message = self._context.store.message(conversation, message_id)
        return message is not None and message.author == self._context.account_id and message.vanished

    def _delete(self, conversation: ConversationId, message_id: MessageId, now: Instant) -> Outcome:
        message = self._ours(conversation, message_id)
        target = (self._context.account_id, message_id)
        peer, store = self._conversations.who_is_in(conversation), self._context.store
        under_way = store.said_under_way(message)
        if self._outbox.may_be_there(message):
            outcome = self._write(conversation, target, Kind.DELETE, Deleted(message_id), now)
        else:
            outcome = self._apply(conversation, target, Change("delete", target[0], message.order, now.wall), now)
        for said in (message, *under_way):
            self._outbox.take_back(peer, store.message_at(said.arrival), now)
        return outcome

    def react(self, conversation: ConversationId, target: Target, emojis: Sequence[str], now: Instant) -> Outcome:
        """All that we say to a message with emojis; none takes them back. Raises Refused."""
        message = self._there(conversation, target)
        emojis = tuple(dict.fromkeys(emojis))
        if len(emojis) > REACTIONS_OF_ONE or not all(map(is_emoji, emojis)):
            raise refuse("malformed", what="emojis")
        if emojis == dict(message.reactions).get(self._context.account_id, ()):
            return []
        return self._write(conversation, target, Kind.REACT, Reacted(*target, emojis), now)

    def pin(self, conversation: ConversationId, target: Target, pinned: bool, now: Instant) -> Outcome:
        """A message stands at the top of the conversation for both, or does so no more. Raises Refused."""
        self._there(conversation, target)
        if pinned == any(pin.target == target for pin in self._context.store.pins(conversation)):
            return []
        return self._write(conversation, target, Kind.PIN, Pinned(*target, pinned), now)

    def delete_here(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> Outcome:
        """The user of this computer wants to see these no more. Raises Refused while one of ours is under way."""
        store = self._context.store
        for message in store.lines(conversation, message_ids):
            if message.author == self._context.account_id and message.deleted is None and self.is_under_way(message):
                raise refuse("still_under_way")
        return self._changed(conversation, store.delete_here(conversation, message_ids))

    def is_under_way(self, message: MessageRow) -> bool:
        """It, or what it says by now."""
        store = self._context.store
        deliveries = store.deliveries_of([message.arrival]).get(message.arrival, [])
        if any(delivery.state != "done" for delivery in deliveries):
            return True
        return bool(store.said_under_way(message))

    # --------------------------------------------------------------------------------------------------------- theirs

    def arrived(self, peer: Peer, device: DeviceId, content: Content, now: Instant) -> Outcome:
        """Raises PeerBrokeProtocol."""
        order = (content.counter, device, content.message_id)
        # By their clock, which both sides show alike; but no reader knows every number as a day.
        made_at = milliseconds(content.sent_at_ms / 1000) / 1000
        target, change = read_change(content.kind, content.body, peer.account_id, order, made_at)
        return self._apply(content.conversation_id, target, change, now)

    # --------------------------------------------------------------------------------------------------------- inside

    def _write(
        self,
        conversation: ConversationId,
        target: Target,
        kind: Kind,
        body: ChangeBody,
        now: Instant,
    ) -> Outcome:
        peer = self._conversations.who_is_in(conversation)
        check_may_write(peer)
        content = NewContent(kind, encode_change(body), Shows.CHANGE, about=target)
        [row] = self._outbox.write_messages(peer, [content], now)
        _, change = read_change(row.kind, row.body, self._context.account_id, row.order, row.written_at)
        return self._apply(conversation, target, change, now)

    def _apply(self, conversation: ConversationId, target: Target, change: Change, now: Instant) -> Outcome:
        return self._changed(conversation, self._context.store.change_add(conversation, target, change, now.wall))

    def _preview_of(self, message: MessageRow) -> LinkPreview | None:
        return decode_preview(self._context.store.previews([message]).get(message.arrival, b""))

    def _there(self, conversation: ConversationId, target: Target) -> MessageRow:
        author, message_id = target
        message = self._context.store.message(conversation, message_id)
        if message is None or message.author != author or message.is_gone:
            raise refuse("message_gone")
        return message

    def _ours(self, conversation: ConversationId, message_id: MessageId) -> MessageRow:
        message = self._context.store.message(conversation, message_id)
        if message is None or message.author != self._context.account_id or message.is_gone:
            raise refuse("message_gone")
        return message

    def _changed(self, conversation: ConversationId, message_ids: Sequence[MessageId]) -> Outcome:
        return [MessageChanged(conversation, message_id) for message_id in message_ids]
