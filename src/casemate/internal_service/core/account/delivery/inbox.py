"""What peers' devices send: opened strictly by number, stored in one step with the ratchet, then acknowledged."""

from collections.abc import Callable, Sequence
from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import Content, Kind, decode_content
from casemate.crypto.envelope import EnvelopeHeader, open_envelope, read_envelope
from casemate.crypto.errors import BadDeviceList, BadKeyMaterial, EnvelopeUnreadable, HandshakeRefused
from casemate.internal_service.core.account.contents import NUMBERS_LOST_KEPT, VOID, Rekey, decode_rekey
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.control import SealedNotes
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.later import is_of_later, keep_for_later
from casemate.internal_service.core.account.delivery.message_runs import IsMessage, MessageRun, MessageRuns
from casemate.internal_service.core.account.delivery.notes import Note, write_once
from casemate.internal_service.core.account.delivery.origins import contradicts, opening_on
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.rows import Peer, RatchetRow
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant, StorageBroken, WritesRefused
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import COUNTER_JUMP, EARLY_BYTES_PER_PEER, EARLY_ENVELOPES_PER_PEER

_UNREADABLE: Final = (EnvelopeUnreadable, HandshakeRefused, BadKeyMaterial, BadDeviceList)
"""A new session may help; anything else a peer did wrong would only be done again in it."""

TakeContent = Callable[[Peer, DeviceId, int, Content, Instant], Outcome]
"""What a content means is decided above. Raises PeerBrokeProtocol, or Refused where an answer finds no room."""
TakeMessages = Callable[[Peer, DeviceId, Sequence[tuple[int, Content]], Instant], Outcome]
"""A run of those that are messages, with their numbers."""
BeganAnew = Callable[[Peer, DeviceId, Rekey, Instant], None]
"""Their data may be older than what was agreed on since. Raises Refused."""


class RestoredWriter(PeerBrokeProtocol):
    """Their device was restored and uses numbers again. Our receipt tells it, and all comes again under higher ones."""


class Inbox:
    def __init__(
        self,
        context: Context,
        ratchets: Ratchets,
        outbox: Outbox,
        healing: Healing,
        receipts: Receipts,
        notes: SealedNotes,
        spares: Spares,
        take: TakeContent,
        is_message: IsMessage,
        take_messages: TakeMessages,
        began_anew: BeganAnew,
    ) -> None:
        self._context = context
        self._ratchets = ratchets
        self._outbox = outbox
        self._healing = healing
        self._receipts = receipts
        self._notes = notes
        self._spares = spares
        self._runs = MessageRuns(context, ratchets, is_message)
        self._take_content = take
        self._take_messages = take_messages
        self._began_anew = began_anew

    def delivered(
        self,
        peer: Peer,
        device: DeviceId,
        items: Sequence[tuple[int, bytes]],
        now: Instant,
        *,
        by_path: bool = False,
    ) -> Outcome:
        """Envelopes of a registered peer's certified device. One receipt answers for all, repeats included."""
        outcome = self._take_all(peer, device, items, now)
        if not self._notes.can_seal(self._ratchets.channel(peer, device)):
            # Nothing of theirs could be opened yet and no session is there to say so in: begin one.
            return outcome + self._healing.rekey(self._current(peer), device, now)
        self._receipts.answer(device, by_path=by_path)
        return outcome

    def _take_all(self, peer: Peer, device: DeviceId, items: Sequence[tuple[int, bytes]], now: Instant) -> Outcome:
        """Runs of messages at once, all else one by one; and one by one once anything was wrong with a run."""
        outcome: Outcome = []
        taken, in_runs = 0, True
        while taken < len(items):
            run = self._open_run(peer, device, items[taken:]) if in_runs else None
            if run is not None:
                try:
                    with self._context.savepoint():
                        outcome += self._keep_run(self._current(peer), device, run, now)
                    taken += len(run.contents)
                    continue
                except (StorageBroken, WritesRefused):
                    raise
                except Exception:  # noqa: BLE001  (whatever it is, it concerns one of them, and not the others)
                    in_runs = False
            outcome += self._take(peer, device, *items[taken], now)
            taken += 1
        return outcome

    def _open_run(self, peer: Peer, device: DeviceId, items: Sequence[tuple[int, bytes]]) -> MessageRun | None:
        channel = self._ratchets.channel(peer, device)
        early, _ = self._context.store.early_held(device)
        # What came early may be among them, and their device may have to hear first of all that was lost.
        if early or len(channel.lost) >= NUMBERS_LOST_KEPT:
            return None
        return self._runs.open(peer, device, items)

    def _keep_run(self, peer: Peer, device: DeviceId, run: MessageRun, now: Instant) -> Outcome:
        self._runs.keep(peer, device, run, now)
        return self._parked_receipt(peer, device, now) + self._take_messages(peer, device, run.contents, now)

    def _take(self, peer: Peer, device: DeviceId, number: int, envelope: bytes, now: Instant) -> Outcome:
        store = self._context.store
        channel = self._ratchets.channel(peer, device)
        if number < channel.expected:
            return []
        if number > channel.seen_up_to:
            channel = replace(channel, seen_up_to=number)
            store.put_channel(channel)
        if number > channel.expected or len(channel.lost) >= NUMBERS_LOST_KEPT:
            # Too early, or their device has to hear first of all that was lost: a receipt has room for no more.
            held, held_bytes = store.early_held(device)
            if held < EARLY_ENVELOPES_PER_PEER and held_bytes + len(envelope) <= EARLY_BYTES_PER_PEER:
                store.early_put(device, number, envelope)
            return []
        outcome = self._open_in_turn(peer, device, number, envelope, now)
        return outcome if channel.seen_up_to == number else outcome + self._open_early(peer, device, now)

    def go_on(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """Their receipt may have told what it does about lost numbers: what waited for that is opened now."""
        opened = self._open_early(peer, device, now)
        return opened and opened + self._receipts.send(self._current(peer), device, now)

    def _open_early(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        outcome: Outcome = []
        while True:
            channel = self._ratchets.channel(peer, device)
            if channel.seen_up_to < channel.expected or len(channel.lost) >= NUMBERS_LOST_KEPT:
                return outcome
            early = self._context.store.early_take(device, channel.expected)
            if early is None:
                return outcome
            outcome += self._open_in_turn(peer, device, channel.expected, early, now)

    def _open_in_turn(self, peer: Peer, device: DeviceId, number: int, envelope: bytes, now: Instant) -> Outcome:
        """Open one and step on. What cannot be read or breaks the protocol is undone, kept aside and reported."""
        store = self._context.store
        try:
            with self._context.savepoint():
                outcome = self._open_or_refuse(self._current(peer), device, number, envelope, now)
        except PeerBrokeProtocol as error:
            store.quarantine_add(
                at=now.wall,
                account_id=peer.account_id,
                what="envelope",
                detail=f"{type(error).__name__}: number {number}",
                data=envelope,
            )
            channel = self._ratchets.channel(peer, device)
            store.put_channel(replace(channel, expected=number + 1, lost=(*channel.lost, number)))
            return self._healing.rekey(self._current(peer), device, now) if isinstance(error, _UNREADABLE) else []
        channel = self._ratchets.channel(peer, device)
        store.put_channel(replace(channel, expected=number + 1))
        return outcome

    def _open_or_refuse(self, peer: Peer, device: DeviceId, number: int, envelope: bytes, now: Instant) -> Outcome:
        try:
            return self._open(peer, device, number, envelope, now)
        except Refused as refused:
            raise PeerBrokeProtocol("an answer that finds no room in the queue") from refused

    def _open(self, peer: Peer, device: DeviceId, number: int, envelope: bytes, now: Instant) -> Outcome:
        header = read_envelope(envelope)
        if header.number != number or header.sender != device:
            raise EnvelopeUnreadable("another number or sender than the server said")
        known = self._ratchets.known(header.session_id, device)
        row = known or self._ratchets.answer(peer, header, now)
        session, _, data = open_envelope(row.session, envelope, self._context.kem)
        channel = self._ratchets.channel(peer, device)
        if contradicts(header.origin, channel.opened):
            raise RestoredWriter
        content = decode_content(data)
        self._check(peer, content)
        opened, before = opening_on(channel, (number, header.origin.start))
        self._context.store.put_channel(replace(channel, opened=opened, opened_before=before))
        self._keep_session(peer, replace(row, session=session), content, is_new=known is None, now=now)
        self._note_session(peer, device, header)
        if is_of_later(content):
            keep_for_later(self._context, peer, device, number, content.kind, data, now)
        return self._handle(self._current(peer), device, number, content, now)

    def _keep_session(self, peer: Peer, row: RatchetRow, content: Content, *, is_new: bool, now: Instant) -> None:
        if content.kind == Kind.REKEY:
            self._ratchets.prefer(row, now)
        elif is_new:
            self._ratchets.adopt(peer, row, now)
        else:
            self._ratchets.used(row, now)

    def _note_session(self, peer: Peer, device: DeviceId, header: EnvelopeHeader) -> None:
        channel = self._ratchets.channel(peer, device)
        if channel.receipt_session != header.session_id:
            self._context.store.put_channel(replace(channel, receipt_session=header.session_id))

    def _check(self, peer: Peer, content: Content) -> None:
        if content.conversation_id != self._context.conversation_with(peer.account_id):
            raise PeerBrokeProtocol("another conversation")
        if content.counter > self._context.store.counter(content.conversation_id) + COUNTER_JUMP:
            raise PeerBrokeProtocol("the counter jumps too far")

    def _handle(self, peer: Peer, device: DeviceId, number: int, content: Content, now: Instant) -> Outcome:
        if content.counter > self._context.store.counter(content.conversation_id):
            self._context.store.set_counter(content.conversation_id, content.counter)
        outcome = self._parked_receipt(peer, device, now)
        match content.kind:
            case Kind.REKEY:
                outcome += self._rekeyed(peer, device, decode_rekey(content.body), now)
                return outcome + self._outbox.flush(peer, now)
            case kind if kind == VOID:
                return outcome
            case _:
                return outcome + self._take_content(peer, device, number, content, now)

    def _parked_receipt(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """It may have been sealed in the session that is known now."""
        channel = self._ratchets.channel(peer, device)
        return self._notes.session_known(peer, device, now) if channel.parked_receipt is not None else []

    def _rekeyed(self, peer: Peer, device: DeviceId, rekey: Rekey, now: Instant) -> Outcome:
        """They began anew. Whoever agreed on something with them says what it holds for true."""
        if rekey.restored:
            self._spares.forget(device)
        told = write_once(self._context, peer, Note.RESTORED_THERE if rekey.restored else Note.REKEYED, now)
        self._began_anew(peer, device, rekey, now)
        return told

    def _current(self, peer: Peer) -> Peer:
        """As it is now: an earlier envelope of the same delivery may have changed it."""
        return self._context.store.peer(peer.account_id) or peer
