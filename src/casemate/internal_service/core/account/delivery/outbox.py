"""The durable queue: write a content, seal it, deposit it, and keep it until their device has it on disk."""

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Final

from msgspec.structs import replace

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.core.account.contents import OF_ONE_DEVICE
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.deposits import Deposits
from casemate.internal_service.core.account.delivery.direct import Direct
from casemate.internal_service.core.account.delivery.holdings import covers, lost_by_server, missed_by
from casemate.internal_service.core.account.delivery.kept import Kept, changed
from casemate.internal_service.core.account.delivery.ratchets import Ratchets
from casemate.internal_service.core.account.delivery.sealing import Sealing
from casemate.internal_service.core.account.delivery.writing import NewContent, write_contents
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.link.requests import Answer, ServerRequests
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Channel, Delivery, MessageRow, Peer
from casemate.internal_service.core.ground.notices import PathChanged
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.internal_service.core.ground.undo import Memory, UndoDict, UndoSet
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import OUTBOX_MESSAGES_PER_PEER
from casemate.protocol.link import BundleFound, Deposited, DepositRefused, Expired, FetchBundle, Holdings

NO_KEYS_RETRY_SECONDS: Final = 10.0
USELESS_KEYS_RETRY_SECONDS: Final = 60.0
REFILLED_AT_ONCE: Final = 256
RESERVED: Final = 1_000
"""Room that messages leave for what keeps a conversation going: a full queue must not stop a re-key."""
LOST_AGAIN_SECONDS: Final = 60.0
"""Within this time, what was sealed anew and could not be opened either rests for `IN_VAIN_SECONDS`."""
IN_VAIN_SECONDS: Final = 30.0


class Outbox(Memory):
    def __init__(
        self,
        context: Context,
        link: Link,
        paths: Paths,
        direct: Direct,
        deposits: Deposits,
        requests: ServerRequests,
        ratchets: Ratchets,
        sealing: Sealing,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._paths = paths
        self._direct = direct
        self._deposits = deposits
        self._requests = requests
        self._ratchets = ratchets
        self._sealing = sealing
        self._kept = Kept(context, deposits, self.flush_later)
        self._compared = False
        """After a start nothing is sealed before our counters were compared with the server's record …"""
        self._compared_with: UndoSet[DeviceId] = UndoSet(context.undo)
        """… or with what the peer's own device says of them."""
        self.has_moved = True
        """Something may be sent or delivered that was not, since whoever wants to know looked."""
        self._fetching: UndoSet[DeviceId] = UndoSet(context.undo)
        self._put_off: UndoDict[DeviceId, None] = UndoDict(context.undo)
        self._sealed_anew: UndoDict[DeviceId, tuple[int, float]] = UndoDict(context.undo)
        """From which number on something was sealed anew lately, and until when that is lately (monotonic)."""
        self._sealed_in_vain: UndoDict[DeviceId, float] = UndoDict(context.undo)
        """Who could not open that either, and until when nothing goes there, whatever the way (monotonic)."""

    # ------------------------------------------------------------------------------------------------------- writing

    def write(
        self,
        peer: Peer,
        kind: str,
        body: bytes,
        now: Instant,
        *,
        to: DeviceId | None = None,
        reserve: int = RESERVED,
    ) -> None:
        """Queue a content that keeps a conversation going for the peer's devices, or for one of them.

        A device whose queue is full, with what is reserved for such, is left out while another one has room. Raises
        Refused when none has.
        """
        devices = self._with_room(self._context.devices_of(peer) if to is None else [to], 1, reserve)
        [row] = write_contents(self._context, peer, [NewContent(kind, body)], now)
        for device in devices:
            self._context.open_channel(peer, device)
            self._put_under_way(device, [Delivery(device, row.arrival)])

    def write_messages(self, peer: Peer, contents: Sequence[NewContent], now: Instant) -> list[MessageRow]:
        """Queue a run of messages for the peer's devices; what can be sealed at once never waits.

        A device is left out as by `write`. Raises Refused when none has room, or one for a part of the run only.
        What one writes to oneself goes nowhere: of it only what is read stays.
        """
        if self._context.is_oneself(peer):
            rows = write_contents(self._context, peer, contents, now)
            for row in rows:
                if row.shows is not Shows.LINE:
                    self._context.store.waiting_drop(row.arrival)
            return rows
        devices = self._with_room(self._context.devices_of(peer), len(contents), reserve=0)
        rows = write_contents(self._context, peer, contents, now)
        for device in devices:
            may_seal = self._may_seal(peer, device, now) and not self._context.store.waiting(device)
            sealed = self._sealing.seal(peer, device, rows, now) if may_seal else []
            self._context.open_channel(peer, device)
            waiting = [Delivery(device, row.arrival) for row in rows[len(sealed) :]]
            self._put_under_way(device, [*sealed, *waiting])
        return rows

    def may_be_there(self, message: MessageRow) -> bool:
        """Whether any device may have got it by now."""
        deliveries = self._context.store.deliveries_of([message.arrival]).get(message.arrival, [])
        return message.settled is not None or any(delivery.number is not None for delivery in deliveries)

    def take_back(self, peer: Peer, gone: MessageRow, now: Instant) -> None:
        """What is not there yet of this message says nothing any more; what waits does not go at all."""
        store = self._context.store
        deliveries = store.deliveries_of([gone.arrival]).get(gone.arrival, [])
        store.waiting_drop(gone.arrival)
        for delivery in deliveries:
            if delivery.number is not None and delivery.state != "done":
                self._sealing.void(peer, delivery.device, delivery.number, gone, now)

    def empty(self, peer: Peer, content: MessageRow, now: Instant) -> None:
        """The same of a content that is no line."""
        self._context.store.put_body(content.arrival, b"")
        self.take_back(peer, replace(content, body=b""), now)

    def _put_under_way(self, device: DeviceId, deliveries: Sequence[Delivery]) -> None:
        self._context.store.deliveries_add(deliveries)
        self.flush_later(device)

    def _with_room(self, devices: Iterable[DeviceId], contents: int, reserve: int) -> list[DeviceId]:
        most = OUTBOX_MESSAGES_PER_PEER + reserve
        room = {device: most - self._context.store.under_way(device) for device in devices}
        with_room = [device for device in room if room[device] > 0]
        if not with_room or any(room[device] < contents for device in with_room):
            raise refuse("mailbox_full")
        return with_room

    def device_gone(self, peer: Peer, device: DeviceId) -> Outcome:
        """Their account lists it no more: what was to go there alone goes to the devices there are, room or not."""
        lines, nowhere = self._context.store.forget_device(device, OF_ONE_DEVICE)
        self._sealed_in_vain.pop(device, None)
        for other in self._context.devices_of(peer) if nowhere else ():
            self._context.open_channel(peer, other)
            self._put_under_way(other, [Delivery(other, arrival) for arrival in nowhere])
        return changed(lines)

    # -------------------------------------------------------------------------------------------- sealing and sending

    def flush(self, peer: Peer, now: Instant) -> Outcome:
        """Seal what waits and send what is sealed, as far as limits and the ways to them allow."""
        return [effect for device in self._context.devices_of(peer) for effect in self._flush(peer, device, now)]

    def _flush(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        if not self._may_seal(peer, device, now):
            return []
        outcome = [] if self._sealing.seal_waiting(peer, device, now) else self._fetch_bundle(peer, device)
        outcome += self._direct.send(device, now, even_sent=not self._link.online)
        return outcome if self._paths.is_healthy(device) else outcome + self._deposits.send(device, now)

    def flush_later(self, device: DeviceId) -> None:
        """At the end of the batch: many messages that were written together leave together."""
        self._put_off[device] = None

    @property
    def has_put_off(self) -> bool:
        return bool(self._put_off)

    def batch_end(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in list(self._put_off):
            outcome += self._context.alone(partial(self._flush_put_off, device, now))
        return outcome

    def _flush_put_off(self, device: DeviceId, now: Instant) -> Outcome:
        del self._put_off[device]
        return self._flush_device(device, now)

    def _may_send(self, peer: Peer, device: DeviceId) -> bool:
        compared = self._compared or device in self._compared_with
        return (
            compared
            and device in self._context.devices_of(peer)
            and peer.relation == "registered"
            and not (peer.identity_changed or peer.blocked)
        )

    def _may_seal(self, peer: Peer, device: DeviceId, now: Instant) -> bool:
        return self._may_send(peer, device) and self._sealed_in_vain.get(device, 0.0) <= now.monotonic

    def flush_all(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in self._context.store.devices_to_send():
            outcome += self._flush_device(device, now)
        return outcome

    def _flush_device(self, device: DeviceId, now: Instant) -> Outcome:
        peer = self._context.peer_of(device)
        return [] if peer is None else self._flush(peer, device, now)

    def deposited(self, frame: Deposited, now: Instant) -> Outcome:
        """The server has these on disk: *sent*."""
        store = self._context.store
        if store.channel(frame.to) is None:
            return []
        kept_until = self._kept.deposited(frame, now)
        self.has_moved = True
        shown = changed(store.set_state(frame.to, frame.first, frame.last, "sent", None, kept_until))
        if self._deposits.taken(frame):
            shown += self._path_changed(frame.to)
        return shown + self._flush_device(frame.to, now)

    def deposit_refused(self, frame: DepositRefused, now: Instant) -> Outcome:
        """The server took nothing of that frame: keep it *queued*, say why, try again later."""
        if self._context.store.channel(frame.to) is None:
            return []
        shown = changed(self._context.store.set_state(frame.to, frame.first, frame.last, "queued", frame.code))
        self._deposits.refused(frame, now)
        return shown + self._path_changed(frame.to)

    def _path_changed(self, device: DeviceId) -> Outcome:
        """The mailbox takes nothing for them, or does again."""
        peer = self._context.peer_of(device)
        return [] if peer is None else [PathChanged(peer.cid)]

    def resume(self, peer: Peer, now: Instant) -> Outcome:
        """Something changed for the better (they are back, unblocked, accepted): do not wait for the timer."""
        outcome: Outcome = []
        for device in self._context.devices_of(peer):
            self._deposits.resume(device)
            outcome += self.heard_from(device)
        return outcome + self.flush(peer, now)

    def expired(self, frame: Expired) -> Outcome:
        """The server kept these for as long as it keeps anything, and they did not come."""
        return self._kept.expire(frame.to, frame.first, frame.last)

    def heard_from(self, device: DeviceId) -> Outcome:
        """It is back, whoever says so."""
        return self._kept.revive(device)

    # ------------------------------------------------------------------------------------- what the server has of it

    def link_up(self, sent: Iterable[Holdings], now: Instant) -> Outcome:
        """Compare what we took for sent with what the server holds; what it lost is queued again. Then go on."""
        self._forget_link()
        held = {holdings.device: holdings for holdings in sent}
        missed: list[tuple[Channel, int, int]] = []
        outcome: Outcome = []
        for channel in self._context.store.channels():
            holdings = held.get(channel.device)
            numbers = self._context.store.numbers_under_way(channel.device, "sent")
            for number in lost_by_server(numbers, holdings):
                if holdings is not None and number <= holdings.expired_up_to:
                    outcome += self._kept.expire(channel.device, number, number)
                    continue
                outcome += self._lost_by_server(channel.device, number)
            expired = self._context.store.numbers_under_way(channel.device, "expired")
            missed += [(channel, *run) for run in missed_by(channel, holdings) if not covers(expired, *run)]
        outcome += self._kept.revive_who_is_here(self._context.store.peers())
        self._compared = True
        for channel, first, last in missed:
            peer = self._context.store.peer(channel.account_id)
            outcome += [] if peer is None else self.refill(peer, channel, first, last, now)
        return outcome + self.flush_all(now)

    def link_down(self, now: Instant) -> Outcome:
        """The mailbox hands nothing out any more: what it holds goes over the paths there are."""
        self._forget_link()
        if self._link.is_over:
            # Another start may have our numbers now. Whoever starts this one again has to be told first.
            self._compared = False
            self._compared_with.clear()
            return []
        outcome: Outcome = []
        for device in [path.device for path in self._paths.all() if path.connections]:
            self._direct.begin_again(device)
            outcome += self._flush_device(device, now)
        return outcome

    # ----------------------------------------------------------------------------------------------------- the path

    def path_up(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """Their device told how far we had gone, so that sealing is safe; what is under way goes over the path."""
        self._compared_with.add(device)
        # Also what the mailbox has: the link that should bring it may be dead without their knowing yet.
        outcome = self._direct.send(device, now, even_sent=True) if self._may_send(peer, device) else []
        return outcome + self._flush(peer, device, now) + self.show_queued(peer)

    def acknowledged(self, device: DeviceId, up_to: int, now: Instant) -> None:
        self.has_moved = True
        self._direct.answered(device, up_to, now)

    # --------------------------------------------------------------------------------------- what their receipts say

    def start_over(self, channel: Channel, used_up_to: int) -> Outcome:
        """Our data is older than what we once sent: go on above that, in a new session that the caller begins.

        All that is under way goes again. Its numbers may be some that we had used for something else before.
        """
        unsealed = self._context.store.unseal(channel.device, None)
        next_number = max(channel.next_number, used_up_to + 1)
        self._context.store.put_channel(replace(channel, next_number=next_number, origins=()))
        return changed(unsealed)

    def begin_anew(self, peer: Peer, device: DeviceId, now: Instant, body: bytes = b"") -> Outcome:
        """A new session, which says so as its first content."""
        self._ratchets.stop_sending(device, now)
        try:
            self.write(peer, Kind.REKEY, body, now, to=device)
        except Refused:
            return self._flush(peer, device, now)  # the queue is full: its first message starts the new session
        return []

    def seal_anew(self, channel: Channel, numbers: Sequence[int], now: Instant) -> Outcome:
        """They could not open these: the same messages go again, under new numbers."""
        if not numbers:
            return []
        before = self._context.store.waiting(channel.device)
        unsealed = self._context.store.unseal(channel.device, numbers)
        if self._context.store.waiting(channel.device) > before:
            self._ratchets.give_up_on_trial(channel, numbers, now)
            first, until = self._sealed_anew.get(channel.device, (0, 0.0))
            if now.monotonic >= until:
                self._sealed_anew[channel.device] = (channel.next_number, now.monotonic + LOST_AGAIN_SECONDS)
            elif max(numbers) >= first:
                self._sealed_in_vain[channel.device] = now.monotonic + IN_VAIN_SECONDS
        return changed(unsealed)

    def refill(self, peer: Peer, channel: Channel, first: int, last: int, now: Instant) -> Outcome:
        """They miss these numbers although they were sent: send them again, as they were or sealed anew.

        With a path, later numbers may just have overtaken these: the server has not lost what is on its way there.
        """
        device = channel.device
        if not self._may_send(peer, device):
            return []
        last = min(last, first + REFILLED_AT_ONCE - 1)
        by_path = self._paths.is_live(device)
        under_way = self._direct.waiting_for(device) if by_path else None
        if under_way is not None and under_way <= first:
            return []  # frames of a connection arrive in order, and this one is among them
        outcome: Outcome = []
        for number in range(first, last + 1):
            delivery = self._context.store.delivery(device, number)
            if delivery is None and not self._sealing.may_fill(device, now):
                break
            is_gone = delivery is None or delivery.state == "done"
            if is_gone and not self._sealing.seal_again(peer, device, number, delivery, now):
                return outcome + self._fetch_bundle(peer, device)
            if not by_path:
                outcome += self._lost_by_server(device, number)
        if by_path:
            self._direct.begin_again(device, after=first - 1)
            return outcome + self._direct.send(device, now, even_sent=True)
        self._deposits.begin_again(device, first)
        return outcome + self._deposits.send(device, now)

    def _lost_by_server(self, device: DeviceId, number: int) -> Outcome:
        return changed(self._context.store.set_state(device, number, number, "queued", "server_lost_it"))

    # ------------------------------------------------------------------------------------------------------- waiting

    def waiting_reason(self, device: DeviceId) -> str | None:
        """Why nothing goes to this device although the link is up."""
        paused = self._deposits.why_paused(device)
        if paused is not None and not self._paths.is_healthy(device):
            return paused
        if device in self._sealed_in_vain:
            return "server_lost_it"
        return "no_keys_yet" if device in self._fetching else None

    def gone(self, peer: Peer) -> Outcome:
        """The account was deleted, and with it what the server kept for it."""
        channels = self._context.store.channels_of(peer.account_id)
        expired = [effect for one in channels for effect in self._kept.expire(one.device, 1, one.next_number)]
        return expired + self.show_queued(peer)

    def why_refused(self, device: DeviceId) -> str | None:
        """Why the server takes nothing for this device, as far as it said."""
        return self._deposits.why_refused(device)

    def next_wakeup(self) -> float | None:
        dues = [self._deposits.next_wakeup(), self._kept.next_wakeup(), *self._sealed_in_vain.values()]
        return min((due for due in dues if due is not None), default=None)

    def wakeup(self, now: Instant) -> Outcome:
        outcome = self._kept.wakeup(now)
        for device in self._deposits.rested(now):
            outcome += self._flush_device(device, now)
        for device in [device for device, until in self._sealed_in_vain.items() if until <= now.monotonic]:
            del self._sealed_in_vain[device]
            outcome += self._flush_device(device, now)
        return outcome

    def _forget_link(self) -> None:
        self._deposits.forget()
        self._fetching.clear()

    def _fetch_bundle(self, peer: Peer, device: DeviceId) -> Outcome:
        if device in self._fetching or self._deposits.why_paused(device) is not None or not self._link.online:
            return []

        def got(answer: Answer, later: Instant) -> Outcome:
            outcome: Outcome = []
            if isinstance(answer, BundleFound):
                self._context.store.put_peer_bundle(device, answer.bundle)
                outcome = self._flush_device(device, later)
            self._fetching.discard(device)
            if self._context.store.sending_ratchet(device) is not None:
                return outcome
            # Not asked again at once: a bundle that has expired stays so until its owner is back, and a server that
            # hands out useless ones would keep us busy.
            seconds = USELESS_KEYS_RETRY_SECONDS if isinstance(answer, BundleFound) else NO_KEYS_RETRY_SECONDS
            self._deposits.pause(device, "no_keys_yet", later.monotonic + seconds)
            return outcome + self.show_queued(peer)

        try:
            outcome = self._requests.ask(lambda request_id: FetchBundle(request_id, device), got)
        except Refused:
            return []
        self._fetching.add(device)
        return outcome

    def show_queued(self, peer: Peer, limit: int = REFILLED_AT_ONCE) -> Outcome:
        """The reason why the newest queued messages wait may look different now."""
        conversation = self._context.conversation_with(peer.account_id)
        queued = self._context.store.queued_messages(conversation, limit)
        return changed((conversation, message_id) for message_id in queued)
