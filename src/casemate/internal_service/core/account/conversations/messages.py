"""Messages of people and of other apps: written into the timeline as they go out, and as they come in."""

from typing import Final

from casemate.crypto.content import Content, Kind, Shows
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.lines import is_line
from casemate.internal_service.core.account.conversations.reading import Reading
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.internal_service.core.ground.notices import MessageArrived, MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.node import Instant
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import MESSAGE_BODY_BYTES

_TOLD_TO_CLIENTS: Final = (Kind.CHAT, Kind.OPAQUE)


class Messages:
    def __init__(self, context: Context, outbox: Outbox, reading: Reading) -> None:
        self._context = context
        self._outbox = outbox
        self._reading = reading

    # ----------------------------------------------------------------------------------------------------------- ours

    def send_chat(self, peer: Peer, message_id: MessageId, text: str, now: Instant) -> Outcome:
        """Queue a text; the same message id again changes nothing. Raises Refused."""
        known = self._context.store.messages_with_id(message_id)
        conversation = self._context.conversation_with(peer.account_id)
        ours = [row for row in known if row.author == self._context.account_id]
        if any(row.conversation == conversation and row.shows == Shows.LINE for row in ours):
            return [MessageChanged(conversation, message_id)]
        body = text.encode("utf-8", "replace")
        if not ours:
            _check_may_write(peer, body)
        if ours or any(row.conversation == conversation for row in known):
            raise refuse("malformed", what="message_id")
        return self._write(peer, Kind.CHAT, body, now, message_id)

    def send_opaque(self, peer: Peer, body: bytes, now: Instant) -> Outcome:
        """Queue another app's bytes. Raises Refused."""
        _check_may_write(peer, body)
        return self._write(peer, Kind.OPAQUE, body, now)

    def _write(self, peer: Peer, kind: str, body: bytes, now: Instant, message_id: MessageId | None = None) -> Outcome:
        """Messages leave room in the queue for what keeps a conversation going."""
        context = self._context
        conversation = context.conversation_with(peer.account_id)
        line = is_line(context.store, conversation, context.account_id, kind, body)
        shows = Shows.LINE if line else Shows.NOTHING
        row = self._outbox.write(peer, kind, body, now, shows=shows, message_id=message_id, reserve=0)
        return [MessageChanged(conversation, row.message_id)] if line else []

    # --------------------------------------------------------------------------------------------------------- theirs

    def arrived(self, peer: Peer, device: DeviceId, number: int, content: Content, now: Instant) -> Outcome:
        """A message, or something of a newer version that is shown as such. The same message again changes nothing."""
        store = self._context.store
        conversation = self._context.conversation_with(peer.account_id)
        if not is_line(store, conversation, peer.account_id, content.kind, content.body):
            # Who speaks ILM may get it twice, and answers every repeat.
            return [MessageArrived(conversation, content.message_id, content.kind, content.body, None)]
        highest_seen = store.highest_seen(conversation)
        row = MessageRow(
            arrival=0,
            message_id=content.message_id,
            conversation=conversation,
            author=peer.account_id,
            device=device,
            kind=content.kind,
            shows=Shows.LINE,
            body=content.body,
            counter=content.counter,
            heads=content.heads,
            number=number,
            written_at=min(content.sent_at_ms, milliseconds(now.wall)) / 1000,
            arrived_at=now.wall,
            late=highest_seen is not None and (content.counter, device, content.message_id) < highest_seen,
            seen=False,
            painted=False,
        )
        added = store.message_add(row)
        if added is None:
            self._reading.came_again(peer, device, content.message_id, number)
            return []
        outcome: Outcome = [MessageChanged(conversation, content.message_id)]
        if content.kind in _TOLD_TO_CLIENTS:
            told = MessageArrived(conversation, content.message_id, content.kind, content.body, added.arrival)
            outcome.append(told)
        return outcome


def _check_may_write(peer: Peer, body: bytes) -> None:
    if len(body) > MESSAGE_BODY_BYTES:
        raise refuse("too_long", limit=str(MESSAGE_BODY_BYTES), size=str(len(body)))
    if peer.blocked:
        raise refuse("blocked_by_you")
    if peer.connection != "connected":
        raise refuse("not_connected")
