"""Runs of messages: what comes in turn, in one session and from one start of its writer, is opened and kept as one.

Nothing here raises: a run ends before whatever is not plain, and that is then looked at by itself.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from casemate.crypto.content import Content, decode_content
from casemate.crypto.envelope import EnvelopeHeader, open_envelope, read_envelope
from casemate.internal_service.core.account.context import Context
from casemate.internal_service.core.account.delivery.origins import contradicts, opening_on
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.rows import Channel, Peer, RatchetRow
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import COUNTER_JUMP

IsMessage = Callable[[Content], bool]
"""Whether it may stand in a run: it changes nothing that the next one depends on."""


@dataclass(frozen=True, slots=True)
class MessageRun:
    """Opened, and not kept yet."""

    header: EnvelopeHeader
    """Of the last envelope."""
    ratchet: RatchetRow
    """After it."""
    contents: list[tuple[int, Content]]
    """Number and content, in order; one at least."""
    counter: int
    """The highest of the conversation after it."""


class MessageRuns:
    def __init__(self, context: Context, ratchets: Ratchets, is_message: IsMessage) -> None:
        self._context = context
        self._ratchets = ratchets
        self._is_message = is_message

    def open(self, peer: Peer, device: DeviceId, items: Sequence[tuple[int, bytes]]) -> MessageRun | None:
        """The run at the head of these envelopes, if it is one: the first of them is in turn, and a message."""
        channel = self._ratchets.channel(peer, device)
        run: MessageRun | None = None
        for number, envelope in items:
            if number != channel.expected + (0 if run is None else len(run.contents)):
                break
            try:
                longer = self._opened(peer, device, channel, run, number, envelope)
            except PeerBrokeProtocol:
                break
            if longer is None:
                break
            run = longer
        return run

    def keep(self, peer: Peer, device: DeviceId, run: MessageRun, now: Instant) -> None:
        """One step of ratchet, channel and counter."""
        store = self._context.store
        channel = self._ratchets.channel(peer, device)
        last = run.header.number
        opened, before = opening_on(channel, (last, run.header.origin.start))
        store.put_channel(
            replace(
                channel,
                expected=last + 1,
                seen_up_to=max(channel.seen_up_to, last),
                opened=opened,
                opened_before=before,
                receipt_session=run.header.session_id,
            )
        )
        self._ratchets.used(run.ratchet, now)
        conversation = self._context.conversation_with(peer.account_id)
        if run.counter > store.counter(conversation):
            store.set_counter(conversation, run.counter)

    def _opened(
        self, peer: Peer, device: DeviceId, channel: Channel, run: MessageRun | None, number: int, envelope: bytes
    ) -> MessageRun | None:
        """Longer by this one; None: it does not belong to it. Raises PeerBrokeProtocol."""
        header = read_envelope(envelope)
        if header.number != number or header.sender != device:
            return None
        conversation = self._context.conversation_with(peer.account_id)
        if run is None:
            known = self._ratchets.known(header.session_id, device)
            if known is None or contradicts(header.origin, channel.opened):
                return None
            run = MessageRun(header, known, [], self._context.store.counter(conversation))
        elif (header.session_id, header.origin) != (run.header.session_id, run.header.origin):
            return None
        session, _, data = open_envelope(run.ratchet.session, envelope, self._context.kem)
        content = decode_content(data)
        fits = content.conversation_id == conversation and content.counter <= run.counter + COUNTER_JUMP
        if not fits or not self._is_message(content):
            return None
        run.contents.append((number, content))
        return MessageRun(
            header, replace(run.ratchet, session=session), run.contents, max(run.counter, content.counter)
        )
