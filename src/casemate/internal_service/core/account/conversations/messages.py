"""Messages of people and of other apps: written into the timeline as they go out, and as they come in."""

import contextlib
from collections.abc import Sequence
from typing import Final

from casemate.crypto.content import Content, Kind, Shows
from casemate.internal_service.core.account.changes import Target
from casemate.internal_service.core.account.contents import decode_life_setting
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversations.arranging import Arranging
from casemate.internal_service.core.account.conversations.lines import which_are_lines
from casemate.internal_service.core.account.conversations.living import Living
from casemate.internal_service.core.account.conversations.reading import Reading
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.writing import NewContent
from casemate.internal_service.core.account.lives import life_in_bounds
from casemate.internal_service.core.account.rows import MessageRow, Peer
from casemate.internal_service.core.ground.notices import MessageArrived, MessageChanged
from casemate.internal_service.core.ground.refusals import refuse
from casemate.node import Instant
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import MESSAGE_BODY_BYTES

_TOLD_TO_CLIENTS: Final = (Kind.CHAT, Kind.OPAQUE)


class Messages:
    def __init__(
        self, context: Context, outbox: Outbox, reading: Reading, arranging: Arranging, living: Living
    ) -> None:
        self._context = context
        self._outbox = outbox
        self._reading = reading
        self._arranging = arranging
        self._living = living

    # ----------------------------------------------------------------------------------------------------------- ours

    def send_chat(self, peer: Peer, message_id: MessageId, text: str, reply_to: Target | None, now: Instant) -> Outcome:
        """Queue a text; the same message id again changes nothing. Raises Refused."""
        known = self._context.store.messages_with_id(message_id)
        conversation = self._context.conversation_with(peer.account_id)
        ours = [row for row in known if row.author == self._context.account_id]
        if any(row.conversation == conversation and row.shows == Shows.LINE for row in ours):
            return [MessageChanged(conversation, message_id)]
        body = text.encode("utf-8", "replace")
        if not ours:
            check_may_write(peer, body)
        if ours or any(row.conversation == conversation for row in known):
            raise refuse("malformed", what="message_id")
        return self._write(peer, Kind.CHAT, [body], now, message_id, reply_to)

    def send_opaque(self, peer: Peer, bodies: Sequence[bytes], now: Instant) -> Outcome:
        """Queue a run of another app's bytes. Raises Refused."""
        for body in bodies:
            check_may_write(peer, body)
        return self._write(peer, Kind.OPAQUE, bodies, now)

    def _write(
        self,
        peer: Peer,
        kind: str,
        bodies: Sequence[bytes],
        now: Instant,
        message_id: MessageId | None = None,
        reply_to: Target | None = None,
    ) -> Outcome:
        """Messages leave room in the queue for what keeps a conversation going."""
        context = self._context
        conversation = context.conversation_with(peer.account_id)
        if context.is_oneself(peer):
            context.store.open_conversation(conversation, peer.account_id)
        lines = which_are_lines(context.store, conversation, context.account_id, [(kind, body) for body in bodies])
        shows = [Shows.LINE if line else Shows.NOTHING for line in lines]
        life = context.store.disappearing(conversation)
        contents = [
            NewContent(kind, body, show, message_id, reply_to, life if show is Shows.LINE else None)
            for body, show in zip(bodies, shows, strict=True)
        ]
        rows = self._outbox.write_messages(peer, contents, now)
        self._living.wrote(rows)
        changed: Outcome = [MessageChanged(conversation, row.message_id) for row in rows if row.shows == Shows.LINE]
        return changed + (self._arranging.wrote(conversation) if changed else [])

    # --------------------------------------------------------------------------------------------------------- theirs

    def understood(self, rows: Sequence[MessageRow]) -> Outcome:
        """Lines that an earlier program of this account kept without knowing what they are."""
        for row in rows:
            # One that breaks the protocol stays the line that it is.
            with contextlib.suppress(MalformedFrame):
                self._take_settings([row])
                self._context.store.see_one(row)
        return [MessageChanged(row.conversation, row.message_id) for row in rows]

    def arrived(self, peer: Peer, device: DeviceId, run: Sequence[tuple[int, Content]], now: Instant) -> Outcome:
        """Messages and their numbers, or things of a newer version that are shown as such. The same message again
        changes nothing."""
        conversation = self._context.conversation_with(peer.account_id)
        bodies = [(content.kind, content.body) for _, content in run]
        lines = which_are_lines(self._context.store, conversation, peer.account_id, bodies)
        arrivals = self._add_new(peer, device, [item for item, line in zip(run, lines, strict=True) if line], now)
        outcome: Outcome = []
        for (number, content), line in zip(run, lines, strict=True):
            arrival = arrivals.get(number)
            if arrival is not None:
                outcome.append(MessageChanged(conversation, content.message_id))
            # Who speaks ILM may get what is no line twice, and answers every repeat.
            if not line or (arrival is not None and content.kind in _TOLD_TO_CLIENTS):
                outcome.append(MessageArrived(conversation, content.message_id, content.kind, content.body, arrival))
        return outcome + (self._arranging.wrote(conversation) if arrivals else [])

    def _add_new(
        self, peer: Peer, device: DeviceId, run: Sequence[tuple[int, Content]], now: Instant
    ) -> dict[int, int]:
        """The arrivals of those that were not here, by number."""
        store = self._context.store
        conversation = self._context.conversation_with(peer.account_id)
        highest_seen = store.highest_seen(conversation)
        here = {row.message_id for row in store.lines(conversation, [content.message_id for _, content in run])}
        rows: list[MessageRow] = []
        again: list[tuple[int, MessageId]] = []
        for number, content in run:
            if content.message_id in here:
                again.append((number, content.message_id))
                continue
            here.add(content.message_id)
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
                about=content.reply_to,
                late=highest_seen is not None and (content.counter, device, content.message_id) < highest_seen,
                # A setting calls nobody.
                seen=content.kind == Kind.DISAPPEARING,
                painted=False,
                lives_for=None if content.kind == Kind.DISAPPEARING else life_in_bounds(content.lives_for),
            )
            rows.append(row)
        added = store.messages_add(rows)
        self._living.came(added, now)
        self._take_settings(added)
        self._reading.came_again(peer, device, again)
        return {row.number: row.arrival for row in added if row.number is not None}

    def _take_settings(self, rows: Sequence[MessageRow]) -> None:
        """Raises MalformedFrame."""
        for row in rows:
            if row.kind == Kind.DISAPPEARING and row.deleted is None:
                lives_for = decode_life_setting(row.body).lives_for
                self._context.store.set_disappearing(row.conversation, row.order, lives_for)


def check_may_write(peer: Peer, body: bytes = b"") -> None:
    """Raises Refused."""
    if len(body) > MESSAGE_BODY_BYTES:
        raise refuse("too_long", limit=str(MESSAGE_BODY_BYTES), size=str(len(body)))
    if peer.blocked:
        raise refuse("blocked_by_you")
    if peer.connection != "connected" and not peer.is_awaited:
        raise refuse("not_connected")
