"""What is stored for a device goes out to it: signals, receipts, envelopes, as fast as the device takes them.

Nothing waits in memory. What cannot be pushed now, because the connection's credit or the sender's window is used up,
stays in the store and is read from there when there is room again.
"""

from typing import Final

import msgspec

from casemate.node import Effect, Instant
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import DELIVERY_ITEMS, LINK_BATCH_BYTES
from casemate.protocol.link import (
    Deliver,
    ReceiptArrived,
    RegistrationAnswered,
    RegistrationAsked,
    Signal,
    SignalBody,
    SignalsTaken,
)
from casemate.protocol.link_codec import ServerFrame
from casemate.server.core.events import Send
from casemate.server.core.links import DeviceLink, Links
from casemate.server.core.ports import Pair, ServerStore
from casemate.server.core.pushes import Pushes, Window

SIGNALS_READ: Final = 16
FRAME_OVERHEAD_BYTES: Final = 128
"""Counted for each frame and each item besides their payload."""

_signal_bodies: Final = msgspec.msgpack.Decoder(SignalBody)
_encoder: Final = msgspec.msgpack.Encoder()


class Outflow:
    def __init__(self, store: ServerStore, links: Links) -> None:
        self._store = store
        self._links = links

    def signal(self, account_id: AccountId, about: AccountId, body: SignalBody) -> list[Effect]:
        """Store a signal for an account and push it to its devices that are here."""
        self._store.signals.add(account_id, _kind(body), about, _encoder.encode(body))
        effects: list[Effect] = []
        for link in self._links.of_account(account_id):
            self._links.pushes_of(link).more_signals = True
            effects += self.flush(link)
        return effects

    def signals_taken(self, link: DeviceLink, frame: SignalsTaken, _now: Instant) -> list[Effect]:
        """The account has these signals on its own disk."""
        self._store.signals.take(link.account_id, frame.up_to)
        return []

    def withdraw(self, account_id: AccountId, about: AccountId, kind: type[SignalBody]) -> bool:
        """Drop signals of one kind that the account has not taken yet. Whether none of its devices has seen them."""
        dropped = self._store.signals.drop(account_id, kind.__name__, about)
        return dropped and not self._links.is_online(account_id)

    def deposited(self, link: DeviceLink, pair: Pair, items: list[tuple[int, bytes]]) -> list[Effect]:
        """These envelopes are in the mailbox now; `pair` is as it was before them."""
        pushes = self._links.pushes_of(link)
        if not pushes.known:
            return self.flush(link)  # all that is stored is looked up, these among it
        window = pushes.windows.get(pair.sender_device)
        if window is None:
            window = Window(pair.pair_id, pair.sender, pair.deposited_up_to)
            pushes.windows[pair.sender_device] = window
        has_room = pushes.credit > 0 and len(items) <= window.room
        if has_room and not window.more_stored and _fits_one_frame(items):
            return [self._deliver(link, pushes, pair.sender_device, window, items)]
        window.pushed_up_to = min(window.pushed_up_to, items[0][0] - 1)
        window.more_stored = True
        pushes.ready[pair.sender_device] = None
        return self.flush(link)

    def taken(self, link: DeviceLink, sender_device: DeviceId, up_to: int) -> list[Effect]:
        """The device on `link` has this sender's envelopes up to a number."""
        pushes = self._links.pushes_of(link)
        window = pushes.windows.get(sender_device)
        if window is None:
            return []
        window.taken(up_to)
        if not window.more_stored:
            return []
        pushes.ready[sender_device] = None
        return self.flush(link)

    def receipt(self, link: DeviceLink, pair_id: int) -> list[Effect]:
        """A newer receipt is stored for the device on `link`."""
        self._links.pushes_of(link).receipts[pair_id] = None
        return self.flush(link)

    def hold_back(self, link: DeviceLink, sender: AccountId) -> None:
        """Push nothing more from an account that was blocked."""
        pushes = self._links.pushes_of(link)
        for sender_device, window in pushes.windows.items():
            if window.sender == sender:
                window.more_stored = False
                pushes.ready.pop(sender_device, None)

    def look_again(self, link: DeviceLink) -> list[Effect]:
        """Something that was held back may go out now."""
        self._links.pushes_of(link).known = False
        return self.flush(link)

    def written(self, link: DeviceLink, credit: int) -> list[Effect]:
        """The network took so many bytes of what was pushed."""
        self._links.pushes_of(link).credit += credit
        return self.flush(link)

    def flush(self, link: DeviceLink) -> list[Effect]:
        """Push what there is room for."""
        pushes = self._links.pushes_of(link)
        if not pushes.known:
            self._look_up(link, pushes)
        return [*self._signals(link, pushes), *self._receipts(link, pushes), *self._envelopes(link, pushes)]

    def _look_up(self, link: DeviceLink, pushes: Pushes) -> None:
        for pair in self._store.mailbox.waiting_for(link.device_id):
            window = pushes.windows.setdefault(pair.sender_device, Window(pair.pair_id, pair.sender, pair.taken_up_to))
            window.more_stored = True
            pushes.ready[pair.sender_device] = None
        pushes.receipts.update(dict.fromkeys(self._store.mailbox.receipts_for(link.device_id)))
        pushes.more_signals = True
        pushes.known = True

    def _signals(self, link: DeviceLink, pushes: Pushes) -> list[Effect]:
        effects: list[Effect] = []
        while pushes.more_signals and pushes.credit > 0:
            rows = self._store.signals.after(link.account_id, pushes.signals_up_to, SIGNALS_READ)
            for sequence, body in rows:
                frame = Signal(sequence, self._up_to_date(link.account_id, _signal_bodies.decode(body)))
                effects.append(self._push(link, pushes, frame, len(body)))
                pushes.signals_up_to = sequence
            pushes.more_signals = len(rows) == SIGNALS_READ
        return effects

    def _up_to_date(self, viewer: AccountId, body: SignalBody) -> SignalBody:
        """With the sender's row as it is now: whether somebody is online is not what it was when they asked."""
        if not isinstance(body, RegistrationAsked | RegistrationAnswered):
            return body
        row = self._store.directory.row(viewer, body.sender.account_id)
        return body if row is None else msgspec.structs.replace(body, sender=row)

    def _receipts(self, link: DeviceLink, pushes: Pushes) -> list[Effect]:
        effects: list[Effect] = []
        while pushes.receipts and pushes.credit > 0:
            pair_id = next(iter(pushes.receipts))
            del pushes.receipts[pair_id]
            stored = self._store.mailbox.receipt(pair_id)
            if stored is not None:
                frame = ReceiptArrived(stored.sender, stored.sender_device, stored.mark, stored.sealed)
                effects.append(self._push(link, pushes, frame, len(stored.sealed)))
        return effects

    def _envelopes(self, link: DeviceLink, pushes: Pushes) -> list[Effect]:
        """Senders take turns, so that one who sent much does not make the others wait."""
        effects: list[Effect] = []
        while pushes.ready and pushes.credit > 0:
            sender_device = next(iter(pushes.ready))
            del pushes.ready[sender_device]
            window = pushes.windows[sender_device]
            rows = self._next(window)
            if not rows:
                continue
            pushes.ready[sender_device] = None
            fresh = [row for row in rows if not window.is_under_way(row[0])]
            window.pushed_up_to = rows[-1][0]
            if fresh:
                effects.append(self._deliver(link, pushes, sender_device, window, fresh))
        return effects

    def _next(self, window: Window) -> list[tuple[int, bytes]]:
        """What to push next; nothing when all is pushed, or when `taken` has to make room first."""
        if window.room > 0:
            limit = min(window.room, DELIVERY_ITEMS)
            rows = self._store.mailbox.after(window.pair_id, window.pushed_up_to, limit, LINK_BATCH_BYTES)
            window.more_stored = bool(rows)
            return rows
        # A gap was filled below a full window: only that gap keeps the window from moving.
        lowest = window.lowest_under_way
        if window.pushed_up_to + 1 >= lowest:
            return []
        rows = self._store.mailbox.after(window.pair_id, window.pushed_up_to, DELIVERY_ITEMS, LINK_BATCH_BYTES)
        return [row for row in rows if row[0] < lowest]

    def _deliver(
        self, link: DeviceLink, pushes: Pushes, sender_device: DeviceId, window: Window, items: list[tuple[int, bytes]]
    ) -> Effect:
        window.pushed([number for number, _ in items])
        size = sum(len(envelope) + FRAME_OVERHEAD_BYTES for _, envelope in items)
        return self._push(link, pushes, Deliver(window.sender, sender_device, items), size)

    def _push(self, link: DeviceLink, pushes: Pushes, frame: ServerFrame, size: int) -> Effect:
        credit = size + FRAME_OVERHEAD_BYTES
        pushes.credit -= credit
        return Send(link.connection, frame, credit)


def _fits_one_frame(items: list[tuple[int, bytes]]) -> bool:
    size = sum(len(envelope) for _, envelope in items)
    return len(items) <= DELIVERY_ITEMS and (size <= LINK_BATCH_BYTES or len(items) == 1)


def _kind(body: SignalBody) -> str:
    return type(body).__name__
