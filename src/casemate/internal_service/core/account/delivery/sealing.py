"""Contents become numbered envelopes: those that wait, and those that are to go once more under their old number."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import CONTENT_VERSION, Content, Shows, encode_content
from casemate.crypto.envelope import START_BYTES, seal
from casemate.crypto.errors import SessionExhausted
from casemate.internal_service.core.account.contents import VOID
from casemate.internal_service.core.account.context import Context, milliseconds
from casemate.internal_service.core.account.delivery.origins import counting_on, origin_of
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.writing import NewContent, write_contents
from casemate.internal_service.core.account.rows import Delivery, MessageRow, Peer, RatchetRow
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.ids import DeviceId

SEALED_AT_ONCE: Final = 256
"""Waiting messages sealed in one go; the rest follow when these were answered."""
VOIDS_AT_ONCE: Final = 2**13
VOIDS_PER_SECOND: Final = 256.0
"""Once so many were made at once; a later receipt asks for the rest."""


class Sealing(Memory):
    def __init__(self, context: Context, ratchets: Ratchets) -> None:
        super().__init__(context.undo)
        self._context = context
        self._ratchets = ratchets
        self._voids: UndoDict[DeviceId, tuple[float, float]] = UndoDict(context.undo)
        """How many more may be made for a device, and when that was counted (monotonic)."""

    def seal_waiting(self, peer: Peer, device: DeviceId, now: Instant) -> bool:
        """Seal what waits for this device, in order. False when there is no session and nothing to start one with."""
        waiting = self._context.store.deliveries_waiting(device, SEALED_AT_ONCE)
        if not waiting:
            return True
        sealed = self.seal(peer, device, waiting, now)
        if sealed:
            self._context.store.deliveries_sealed(sealed)
        return len(sealed) == len(waiting)

    def seal(self, peer: Peer, device: DeviceId, rows: Sequence[MessageRow], now: Instant) -> list[Delivery]:
        """A run of contents under the next numbers, in one step of channel and ratchet; as many as can be sealed."""
        store = self._context.store
        number = self._ratchets.channel(peer, device).next_number
        ratchet = self._ratchets.sending(peer, device, number, now)
        if ratchet is None:
            return []
        session = ratchet.session
        channel = self._ratchets.channel(peer, device)
        origins = counting_on(channel.origins, number, self._context.start_id[:START_BYTES])
        sealed: list[Delivery] = []
        for row in rows:
            try:
                session, envelope = seal(
                    session, number, origins[-1], _content(row), self._context.entropy, self._context.kem
                )
            except SessionExhausted:
                break
            sealed.append(Delivery(device, row.arrival, number, envelope, "queued"))
            number += 1
        store.put_ratchet(replace(ratchet, session=session))
        store.put_channel(replace(channel, next_number=number, origins=origins))
        if len(sealed) < len(rows):
            self._ratchets.stop_sending(device, now)
        return sealed

    def may_fill(self, device: DeviceId, now: Instant) -> bool:
        """Whether there may be one more void: a device that says it misses what never was shall not keep us busy."""
        left, counted_at = self._voids.get(device, (float(VOIDS_AT_ONCE), now.monotonic))
        left = min(VOIDS_AT_ONCE, left + (now.monotonic - counted_at) * VOIDS_PER_SECOND)
        may = left >= 1
        self._voids[device] = (left - 1 if may else left, now.monotonic)
        return may

    def void(self, peer: Peer, device: DeviceId, number: int, gone: MessageRow, now: Instant) -> None:
        """What is under way with this number says nothing any more, wherever it has not arrived. Without a session it
        stays as it is."""
        ratchet = self._ratchets.sending(peer, device, number, now)
        if ratchet is not None:
            envelope = self._seal_under(peer, ratchet, number, gone)
            self._context.store.delivery_void(device, number, envelope)

    def seal_again(self, peer: Peer, device: DeviceId, number: int, done: Delivery | None, now: Instant) -> bool:
        """Put back what had this number, or a void where that is gone. False as above."""
        ratchet = self._ratchets.sending(peer, device, number, now)
        if ratchet is None:
            return False
        context, store = self._context, self._context.store
        if done is None:
            [row] = write_contents(context, peer, [NewContent(VOID, b"")], now)
        else:
            row = store.message_at(done.message)
        envelope = self._seal_under(peer, ratchet, number, row)
        if done is None:
            store.deliveries_add([Delivery(device, row.arrival, number, envelope, "queued")])
        else:
            store.delivery_again(device, number, envelope)
        return True

    def _seal_under(self, peer: Peer, ratchet: RatchetRow, number: int, row: MessageRow) -> bytes:
        """A content under a number that was used before."""
        context = self._context
        origin = origin_of(self._ratchets.channel(peer, ratchet.device).origins, number)
        session, envelope = seal(ratchet.session, number, origin, _content(row), context.entropy, context.kem)
        context.store.put_ratchet(replace(ratchet, session=session))
        return envelope


def _content(row: MessageRow) -> bytes:
    if row.deleted is not None:
        row = replace(row, kind=VOID, shows=Shows.NOTHING, heads=(), about=None, lives_for=None)
    content = Content(
        version=CONTENT_VERSION,
        kind=row.kind,
        message_id=row.message_id,
        conversation_id=row.conversation,
        counter=row.counter,
        heads=row.heads,
        sent_at_ms=milliseconds(row.written_at),
        expires_at=None,
        body=row.body,
        shows=row.shows,
        reply_to=row.about if row.shows == Shows.LINE else None,
        lives_for=row.lives_for,
    )
    return encode_content(content)
