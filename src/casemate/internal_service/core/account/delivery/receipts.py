"""Receipts: what we tell a peer's device about its envelopes, and what it tells us of ours."""

from functools import partial
from math import inf
from typing import Final

from msgspec.structs import replace

from casemate.internal_service.core.account.contents import ReceiptNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.control import NoteSender, SealedNotes
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.kept import changed
from casemate.internal_service.core.account.delivery.origins import is_another_life
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.spares import Spares
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Channel, Peer
from casemate.internal_service.core.account.runs import Run, united, without
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.link import Receipt
from casemate.protocol.peer import Control

OWED_SECONDS: Final = 5.0
"""Until the server knows how far we are: a writer that is restored before then may use a number again."""
START_OVER_PAUSE_SECONDS: Final = 10.0
HIGHEST_JUMP: Final = 2**40
"""More messages than a device can have forgotten."""
ANSWER_PAUSE_SECONDS: Final = 0.02
"""The least time between two receipts that answer what a device sends: a receipt costs both ends about as much as ten
messages, and the next one says all that this one would."""
REFILL_PAUSE_SECONDS: Final = 2.0
"""The least time between two refills unless the later one is for higher numbers; receipts can be replayed."""


class Receipts(Memory):
    def __init__(
        self,
        context: Context,
        link: Link,
        paths: Paths,
        ratchets: Ratchets,
        outbox: Outbox,
        healing: Healing,
        spares: Spares,
        notes: SealedNotes,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._paths = paths
        self._ratchets = ratchets
        self._outbox = outbox
        self._healing = healing
        self._spares = spares
        self._notes = notes
        self._refilled: UndoDict[DeviceId, tuple[int, float]] = UndoDict(context.undo)
        self._starts_over_again: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When a device may make us start over again (monotonic)."""
        self._overtaken: UndoDict[DeviceId, int] = UndoDict(context.undo)
        """How far a receipt through the server said that a device is: less than those on its path had said."""
        self._owed: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """Whose receipts took the path only, and when the server has to be told, too (monotonic)."""
        self._unanswered: UndoDict[DeviceId, bool] = UndoDict(context.undo)
        """Who is to get a receipt at the end of this batch or of a later one, and whether the path alone will do."""
        self._sent_at: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """When the last receipt went (monotonic)."""

    # --------------------------------------------------------------------------------------------------------- theirs

    def answer(self, device: DeviceId, *, by_path: bool) -> None:
        """At the end of the batch, but `ANSWER_PAUSE_SECONDS` after the one before: one receipt for all that came."""
        self._unanswered[device] = by_path and self._unanswered.get(device, True)

    @property
    def has_unanswered(self) -> bool:
        return bool(self._unanswered)

    def batch_end(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in [device for device in self._unanswered if self._answer_due(device) <= now.monotonic]:
            outcome += self._context.alone(partial(self._answer, device, now))
        return outcome

    def _answer(self, device: DeviceId, now: Instant) -> Outcome:
        by_path = self._unanswered.pop(device)
        peer = self._context.peer_of(device)
        return [] if peer is None else self.send(peer, device, now, by_path=by_path)

    def _answer_due(self, device: DeviceId) -> float:
        return self._sent_at.get(device, -inf) + ANSWER_PAUSE_SECONDS

    def send(
        self, peer: Peer, device: DeviceId, now: Instant, anew: tuple[int, ...] = (), *, by_path: bool = False
    ) -> Outcome:
        """Say what of theirs is on disk here. Cumulative, so the newest is all that matters.

        What answers envelopes that came `by_path` need not pass through the server, which clears its mailbox by
        receipts; it hears now and then how far we are. Whom we block hears nothing: that would tell them we are here.
        """
        if peer.blocked:
            return []
        channel = self._ratchets.channel(peer, device)
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
        sealed = self._notes.seal(channel, note)
        if sealed is None:
            return []
        self._sent_at[device] = now.monotonic
        by_path = self._unanswered.pop(device, True) and by_path
        outcome = self._paths.send(device, Control(sealed))
        if by_path and self._paths.is_healthy(device):
            self._owed.setdefault(device, now.monotonic + OWED_SECONDS)
            return outcome
        self._owed.pop(device, None)
        return outcome + self._link.send(Receipt(device, channel.expected - 1, sealed))

    def settle_all(self, now: Instant) -> Outcome:
        """Before signing out."""
        outcome = [effect for device in list(self._unanswered) for effect in self._answer(device, now)]
        return outcome + self.settle_owed(now, before=inf)

    def settle_owed(self, now: Instant, *, before: float | None = None) -> Outcome:
        """Tell the server how far we are, so that after a restart nobody takes delivered messages for lost."""
        outcome: Outcome = []
        for device in [device for device, due in self._owed.items() if due <= (before or now.monotonic)]:
            del self._owed[device]
            peer = self._context.peer_of(device)
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

    # ----------------------------------------------------------------------------------------------------------- ours

    def arrived(self, sender: NoteSender, note: ReceiptNote, now: Instant) -> Outcome:
        """Raises PeerBrokeProtocol."""
        outcome = self._apply(sender.peer, sender.device, note, now, by_path=sender.by_path)
        if note.takes_spares:
            self._spares.refill(sender.peer, sender.device, sender.session_id, now)
        return outcome

    def _apply(self, peer: Peer, device: DeviceId, note: ReceiptNote, now: Instant, *, by_path: bool) -> Outcome:
        store = self._context.store
        channel = self._ratchets.channel(peer, device)
        highest = channel.next_number - 1
        opened = (note.opened, *note.opened_before)
        if max(number for number, _ in opened) > note.delivered_up_to:
            raise PeerBrokeProtocol("a receipt for what is both opened and missing")
        if note.delivered_up_to > highest or is_another_life(channel, opened):
            return self._start_over(peer, channel, note, now)
        seen_up_to = min(note.seen_up_to, highest)  # only the server's word, before an envelope is opened
        had, before = channel.delivered_up_to, channel
        read_up_to, read = channel.read_up_to, channel.read_runs
        if self._context.profile.read_receipts:  # who sends none takes none
            read_up_to = max(read_up_to, min(note.read_up_to, note.delivered_up_to))
            read += tuple((first, min(last, note.delivered_up_to)) for first, last in note.read)
        channel = replace(
            channel,
            delivered_up_to=max(had, note.delivered_up_to),
            read_up_to=read_up_to,
            read_runs=united(read, above=read_up_to),
            lost=tuple(number for number in channel.lost if number not in note.anew),
        )
        store.put_channel(channel)
        self._outbox.acknowledged(device, channel.delivered_up_to, now)
        outcome = self._outbox.seal_anew(channel, note.lost, now)
        moved = store.arrived(device, note.delivered_up_to)
        for first, last in newly_read(before, channel):
            moved += store.read(device, first, last)
        outcome += changed(dict.fromkeys(moved))
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

    def path_fell(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """What the last receipt through the server said was not contradicted by one on the path."""
        delivered_up_to = self._overtaken.pop(device, None)
        channel = self._ratchets.channel(peer, device)
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

    def next_wakeup(self) -> float | None:
        dues = [*self._owed.values(), *(self._answer_due(device) for device in self._unanswered)]
        return min(dues, default=None)


def newly_read(before: Channel, channel: Channel) -> list[Run]:
    """Runs of numbers that are read now and were not before."""
    known = [(1, before.read_up_to), *before.read_runs]
    return [part for run in ((1, channel.read_up_to), *channel.read_runs) for part in without(run, known)]
