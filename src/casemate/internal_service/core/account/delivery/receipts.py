"""Receipts and ephemeral events: what we tell a peer's device about its envelopes, and what it tells us."""

from collections.abc import Sequence
from typing import Final

from msgspec.structs import replace

from casemate.crypto.control import control_session_id, open_control, seal_control
from casemate.internal_service.core.account.contents import (
    ControlNote,
    PathNote,
    ReceiptNote,
    TypingNote,
    decode_control,
    encode,
)
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.reading import Reading
from casemate.internal_service.core.account.conversations.typing import Typing
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.origins import is_another_life
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.ratchets import SecureSessions
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.internal_service.core.account.runs import united
from casemate.internal_service.core.ground.notices import MessageChanged
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import CONTROL_BYTES
from casemate.protocol.link import Ephemeral, Receipt
from casemate.protocol.peer import Control

PARKED_SECONDS: Final = 10.0
OWED_SECONDS: Final = 5.0
"""Until the server knows how far we are: a writer that is restored before then may use a number again."""
STUCK_PAUSE_SECONDS: Final = 600.0
"""The least time between two new links that one device's unreadable receipts may bring about."""
START_OVER_PAUSE_SECONDS: Final = 10.0
HIGHEST_JUMP: Final = 2**40
"""More messages than a device can have forgotten."""
REFILL_PAUSE_SECONDS: Final = 2.0
"""The least time between two refills unless the later one is for higher numbers; receipts can be replayed."""


class Receipts(Memory):
    def __init__(
        self,
        context: Context,
        link: Link,
        paths: Paths,
        dialling: Dialling,
        sessions: SecureSessions,
        outbox: Outbox,
        healing: Healing,
        spares: Spares,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._paths = paths
        self._dialling = dialling
        self._sessions = sessions
        self._outbox = outbox
        self._healing = healing
        self._spares = spares
        self._reading = Reading(context)
        self.typing = Typing(context)
        self._refilled: UndoDict[DeviceId, tuple[int, float]] = UndoDict(context.undo)
        self._starts_over_again: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a device may make us start over again (monotonic)."""
        self._parked: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a receipt that could not be read was parked (monotonic)."""
        self._believed_again: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a parked receipt may bring about a new link again (monotonic)."""
        self._overtaken: UndoDict[DeviceId, int] = UndoDict(context.undo)
        """How far a receipt through the server said that a device is: less than those on its path had said."""
        self._owed: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """Whose receipts took the path only, and when the server has to be told, too (monotonic)."""

    # --------------------------------------------------------------------------------------------------------- theirs

    def send(
        self, peer: Peer, device: DeviceId, now: Instant, anew: tuple[int, ...] = (), *, by_path: bool = False
    ) -> Outcome:
        """Say what of theirs is on disk here. Cumulative, so the newest is all that matters.

        What answers envelopes that came `by_path` need not pass through the server, which clears its mailbox by
        receipts; it hears now and then how far we are. Whom we block hears nothing: that would tell them we are here.
        """
        if peer.blocked:
            return []
        channel = self._sessions.channel(peer, device)
        note = ReceiptNote(
            channel.expected - 1,
            channel.seen_up_to,
            channel.own_read_up_to,
            channel.lost,
            anew,
            channel.opened,
            channel.opened_before,
            channel.own_read_runs,
            takes_spares=True,
        )
        sealed = self._seal(channel, note)
        if sealed is None:
            return []
        outcome = self._paths.send(device, Control(sealed))
        if by_path and self._paths.is_healthy(device):
            self._owed.setdefault(device, now.monotonic + OWED_SECONDS)
            return outcome
        self._owed.pop(device, None)
        return outcome + self._link.send(Receipt(device, channel.expected - 1, sealed))

    def settle_owed(self, now: Instant, *, before: float | None = None) -> Outcome:
        """Tell the server how far we are, so that after a restart nobody takes delivered messages for lost."""
        outcome: Outcome = []
        for device in [device for device, due in self._owed.items() if due <= (before or now.monotonic)]:
            del self._owed[device]
            channel = self._context.store.channel(device)
            peer = None if channel is None else self._context.store.peer(channel.account_id)
            if peer is not None and self._link.online:
                outcome += self.send(peer, device, now)
        return outcome

    def send_all(self, now: Instant) -> Outcome:
        """On every new link: a receipt may have been lost with the last one."""
        return [effect for peer in self._context.store.peers() for effect in self.send_again(peer, now)]

    def send_again(self, peer: Peer, now: Instant) -> Outcome:
        """A receipt may have been lost, or held back while they were blocked."""
        outcome: Outcome = []
        for channel in self._context.store.channels_of(peer.account_id):
            if channel.seen_up_to > 0:
                outcome += self.send(peer, channel.device, now)
        return outcome

    def mark_read(self, peer: Peer, painted: Sequence[MessageId], seen_up_to: int, now: Instant) -> Outcome:
        """`painted` were on a screen, and their writer hears it; what arrived up to `seen_up_to` is unread no more."""
        outcome, told = self._reading.mark(peer, painted, seen_up_to)
        for channel in told:
            outcome += self.send(peer, channel.device, now, by_path=True)
        return outcome

    def came_again(self, peer: Peer, device: DeviceId, message_id: MessageId, number: int) -> None:
        """A message that is here has a new number: the next receipt speaks of this one."""
        self._reading.came_again(self._sessions.channel(peer, device), peer, message_id, number)

    def send_typing(self, peer: Peer, typing: bool) -> Outcome:
        device = self._context.device_of(peer)
        sealed = self._seal(self._sessions.channel(peer, device), TypingNote(typing))
        if sealed is None:
            return []
        if self._paths.is_healthy(device):
            return self._paths.send(device, Control(sealed))
        return self._link.send(Ephemeral(device, sealed))

    def send_addresses(self, peer: Peer, note: PathNote) -> Outcome:
        """Through the server: it is for when there is no path, or none that is good."""
        device = self._context.device_of(peer)
        sealed = self._seal(self._sessions.channel(peer, device), note)
        return [] if sealed is None else self._link.send(Ephemeral(device, sealed))

    # ----------------------------------------------------------------------------------------------------------- ours

    def arrived(
        self, peer: Peer, device: DeviceId, sealed: bytes, now: Instant, *, lasting: bool = True, by_path: bool = False
    ) -> Outcome:
        """A sealed receipt, or ephemeral event, from a registered peer's device. Raises PeerBrokeProtocol."""
        note = self._open(device, sealed)
        if note is None:
            if lasting:
                self._park(peer, device, sealed, now)
            return []
        if isinstance(note, TypingNote):
            return self.typing.heard(peer, note.typing, now)
        if isinstance(note, PathNote):
            return self._dialling.noted(device, note, now)
        outcome = self._apply(peer, device, note, now, by_path=by_path)
        if note.takes_spares:
            outcome += self._spares.refill(peer, device, control_session_id(sealed), now)
        return outcome

    def session_known(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """A session began: a receipt that came before its first message can be read now."""
        channel = self._sessions.channel(peer, device)
        if channel.parked_receipt is None:
            return []
        self._context.store.put_channel(replace(channel, parked_receipt=None))
        try:
            return self.arrived(peer, device, channel.parked_receipt, now)
        except PeerBrokeProtocol:
            return []

    def _apply(
        self, peer: Peer, device: DeviceId, note: ReceiptNote, now: Instant, *, by_path: bool = False
    ) -> Outcome:
        store = self._context.store
        channel = self._sessions.channel(peer, device)
        highest = channel.next_number - 1
        opened = (note.opened, *note.opened_before)
        if max(number for number, _ in opened) > note.delivered_up_to:
            raise PeerBrokeProtocol("a receipt for what is both opened and missing")
        if note.delivered_up_to > highest or is_another_life(channel, opened):
            return self._start_over(peer, channel, note, now)
        seen_up_to = min(note.seen_up_to, highest)  # only the server's word, before an envelope is opened
        had, before = channel.delivered_up_to, channel
        read_up_to = max(channel.read_up_to, min(note.read_up_to, note.delivered_up_to))
        read = [(first, min(last, note.delivered_up_to)) for first, last in note.read]
        channel = replace(
            channel,
            delivered_up_to=max(had, note.delivered_up_to),
            read_up_to=read_up_to,
            read_runs=united([*channel.read_runs, *read], above=read_up_to),
            lost=tuple(number for number in channel.lost if number not in note.anew),
        )
        store.put_channel(channel)
        self._outbox.acknowledged(device, channel.delivered_up_to, now)
        outcome = self._outbox.seal_anew(channel, note.lost, now)
        store.outbox_remove_up_to(device, note.delivered_up_to)
        moved = self._they_read(before, channel)
        moved += store.timeline_advance(peer.account_id, channel.delivered_up_to, "delivered")
        outcome += [MessageChanged(peer.cid, message_id) for message_id in moved]
        self._overtaken.pop(device, None)
        if note.delivered_up_to < max(seen_up_to, had):
            if not by_path and self._paths.is_healthy(device):
                # Those on the path may have overtaken it: they decide, or the end of the path does.
                self._overtaken[device] = note.delivered_up_to
            elif self._may_refill(device, note.delivered_up_to, now):
                last = max(seen_up_to - 1, had)
                outcome += self._outbox.refill(peer, channel, note.delivered_up_to + 1, last, now)
        self._outbox.flush_later(device)
        return outcome + self.send(peer, device, now, note.lost) if note.lost else outcome

    def _they_read(self, before: Channel, channel: Channel) -> list[MessageId]:
        store, account_id = self._context.store, channel.account_id
        moved: list[MessageId] = []
        if channel.read_up_to > before.read_up_to:
            moved += store.timeline_advance(account_id, channel.read_up_to, "read")
        for first, last in channel.read_runs:
            if (first, last) not in before.read_runs:
                moved += store.timeline_advance(account_id, last, "read", first=first)
        return moved

    def path_fell(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """What the last receipt through the server said was not contradicted by one on the path."""
        delivered_up_to = self._overtaken.pop(device, None)
        channel = self._sessions.channel(peer, device)
        if delivered_up_to is None or delivered_up_to >= channel.delivered_up_to:
            return []
        return self._outbox.refill(peer, channel, delivered_up_to + 1, channel.delivered_up_to, now)

    def _start_over(self, peer: Peer, channel: Channel, note: ReceiptNote, now: Instant) -> Outcome:
        """They have what we never sent: our data is older than we were, and the server did not say so."""
        if now.monotonic < self._starts_over_again.get(channel.device, now.monotonic):
            return []
        if note.delivered_up_to > channel.next_number + HIGHEST_JUMP:
            raise PeerBrokeProtocol("a receipt for what was never sent")
        self._starts_over_again[channel.device] = now.monotonic + START_OVER_PAUSE_SECONDS
        return self._healing.start_over(peer, channel, note.delivered_up_to, now)

    def _may_refill(self, device: DeviceId, delivered_up_to: int, now: Instant) -> bool:
        last = self._refilled.get(device)
        if last is not None and delivered_up_to <= last[0] and now.monotonic - last[1] < REFILL_PAUSE_SECONDS:
            return False
        self._refilled[device] = (delivered_up_to, now.monotonic)
        return True

    def _park(self, peer: Peer, device: DeviceId, sealed: bytes, now: Instant) -> None:
        if len(sealed) > CONTROL_BYTES:
            raise PeerBrokeProtocol("a receipt that is too large")
        channel = self._sessions.channel(peer, device)
        self._context.store.put_channel(replace(channel, parked_receipt=sealed))
        self._parked.setdefault(device, now.monotonic)

    def parked_too_long(self, now: Instant) -> bool:
        """A receipt is still unreadable: their device and ours may have been restored, and wait for each other."""
        due = [device for device, since in self._parked.items() if since + PARKED_SECONDS <= now.monotonic]
        for device in due:
            del self._parked[device]
        return any(self._is_stuck(device, now) for device in due)

    def _is_stuck(self, device: DeviceId, now: Instant) -> bool:
        """Its receipt is still parked. A device that sends what nobody can read is not believed again for a while."""
        channel = self._context.store.channel(device)
        believed = now.monotonic >= self._believed_again.get(device, now.monotonic)
        if not believed or channel is None or channel.parked_receipt is None:
            return False
        self._believed_again[device] = now.monotonic + STUCK_PAUSE_SECONDS
        return True

    def next_wakeup(self) -> float | None:
        dues = [since + PARKED_SECONDS for since in self._parked.values()]
        return min([*dues, *self._owed.values()], default=None)

    def _seal(self, channel: Channel, note: ControlNote) -> bytes | None:
        """Under the session that last opened an envelope of theirs, which they are sure to know; else under our own."""
        store = self._context.store
        row = None if channel.receipt_session is None else store.ratchet(channel.receipt_session)
        row = row or store.sending_ratchet(channel.device)
        if row is None:
            return None
        return seal_control(row.session, encode(note), self._context.entropy)

    def _open(self, device: DeviceId, sealed: bytes) -> ControlNote | None:
        """None when it belongs to a session we do not know (yet)."""
        row = self._sessions.known(control_session_id(sealed), device)
        if row is None:
            return None
        note = decode_control(open_control(row.session, sealed))
        if row.session.initial_header is not None:
            # They have the session: from now on envelopes need not carry how it began.
            self._context.store.put_ratchet(replace(row, confirmed=True, session=row.session.confirmed()))
        return note
