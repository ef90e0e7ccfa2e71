"""The durable queue: write a content, seal it, deposit it, and keep it until their device has it on disk."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from casemate.crypto.content import CONTENT_VERSION, Content, Kind, encode_content
from casemate.crypto.envelope import seal
from casemate.crypto.errors import SessionExhausted
from casemate.internal_service.core.account.batches import batches
from casemate.internal_service.core.account.contents import VOID
from casemate.internal_service.core.account.context import Context, Outcome, milliseconds
from casemate.internal_service.core.account.conversation import conversation_id
from casemate.internal_service.core.account.direct import Direct
from casemate.internal_service.core.account.holdings import lost_by_server, missed_by
from casemate.internal_service.core.account.lines import is_line
from casemate.internal_service.core.account.link import Link
from casemate.internal_service.core.account.paths import Paths
from casemate.internal_service.core.account.rows import Channel, OutboxRow, Peer, StoredStatus, TimelineRow
from casemate.internal_service.core.account.secure_sessions import SecureSessions
from casemate.internal_service.core.account.server_requests import Answer, ServerRequests
from casemate.internal_service.core.notices import ConversationChanged, MessageChanged
from casemate.internal_service.core.refusals import Refused, refuse
from casemate.node import Instant
from casemate.protocol.ids import MESSAGE_ID_BYTES, Cid, DeviceId, MessageId, cid_of
from casemate.protocol.limits import (
    DEPOSIT_ITEMS,
    DEPOSITS_UNANSWERED,
    LINK_BATCH_BYTES,
    OUTBOX_MESSAGES_PER_PEER,
)
from casemate.protocol.link import BundleFound, Deposit, Deposited, DepositRefused, FetchBundle, Holdings

SEALED_AT_ONCE: Final = 256
"""Waiting messages sealed in one go; the rest follow when the server has answered for these."""
REFUSED_RETRY_SECONDS: Final = 30.0
NO_KEYS_RETRY_SECONDS: Final = 10.0
REFILLED_AT_ONCE: Final = 256
RESERVED: Final = 1_000
"""Room that messages leave for what keeps a conversation going: a full queue must not stop a re-key."""
LOST_AGAIN_SECONDS: Final = 60.0
"""Within this time, what was sealed anew and could not be opened either rests for `REFUSED_RETRY_SECONDS`."""
NUMBER_JUMP: Final = 2**12
"""The most that a server's word may push our numbering ahead: each number skipped has to be filled. Where it was more,
their receipts tell, and those are believed."""
VOIDS_AT_ONCE: Final = 2 * NUMBER_JUMP
VOIDS_PER_SECOND: Final = 256.0
"""Once so many were made at once; a later receipt asks for the rest."""


_MESSAGES: Final = (Kind.CHAT, Kind.OPAQUE)


class Outbox:
    def __init__(
        self,
        context: Context,
        link: Link,
        paths: Paths,
        direct: Direct,
        requests: ServerRequests,
        sessions: SecureSessions,
    ) -> None:
        self._context = context
        self._link = link
        self._paths = paths
        self._direct = direct
        self._requests = requests
        self._sessions = sessions
        self._compared = False
        """After a start nothing is sealed before our counters were compared with the server's record …"""
        self._compared_with: set[DeviceId] = set()
        """… or with what the peer's own device says of them."""
        self._deposited: dict[DeviceId, int] = {}
        """The highest number of each device that went over this link."""
        self._unanswered: dict[DeviceId, int] = defaultdict(int)
        self._paused: dict[DeviceId, tuple[str, float]] = {}
        """Why depositing rests, and until when (monotonic)."""
        self._fetching: set[DeviceId] = set()
        self._trying: set[DeviceId] = set()
        """Whose deposits were refused: one envelope alone tries whether they are taken again."""
        self._put_off: dict[DeviceId, None] = {}
        self._voids: dict[DeviceId, tuple[float, float]] = {}
        """How many more may be made for a device, and when that was counted (monotonic)."""
        self._sealed_anew: dict[DeviceId, tuple[int, float]] = {}
        """From which number on something was sealed anew lately, and until when that is lately (monotonic)."""
        self._sealed_in_vain: dict[DeviceId, float] = {}
        """Who could not open that either, and until when nothing goes there, whatever the way (monotonic)."""

    # ------------------------------------------------------------------------------------------------------- writing

    def write(
        self, peer: Peer, kind: str, body: bytes, now: Instant, *, message_id: MessageId | None = None
    ) -> Outcome:
        """Queue a content for the peer's device; a message also enters the timeline. Raises Refused when full."""
        store = self._context.store
        device = self._context.device_of(peer)
        channel = self._sessions.channel(peer, device)
        if self._is_full(channel, OUTBOX_MESSAGES_PER_PEER + (0 if kind in _MESSAGES else RESERVED)):
            raise refuse("mailbox_full")
        message_id = message_id or MessageId(self._context.entropy(MESSAGE_ID_BYTES))
        channel = replace(channel, counter=channel.counter + 1)
        last = store.last_message(peer.account_id)
        content = Content(
            version=CONTENT_VERSION,
            kind=kind,
            message_id=message_id,
            conversation_id=conversation_id(self._context.account_id, peer.account_id),
            counter=channel.counter,
            heads=() if last is None else (last.message_id,),
            sent_at_ms=milliseconds(now.wall),
            expires_at=None,
            body=body,
        )
        store.put_channel(channel)
        store.outbox_add(
            OutboxRow(0, device, peer.account_id, message_id, encode_content(content), None, None, "waiting", None)
        )
        outcome: Outcome = []
        if kind in _MESSAGES and is_line(store, peer.account_id, kind, body, mine=True):
            store.timeline_add(self._own_message(peer, kind, content, now))
            outcome += [MessageChanged(peer.cid, message_id), ConversationChanged(peer.cid)]
        self.flush_later(device)
        return outcome

    def _is_full(self, channel: Channel, most: int) -> bool:
        store = self._context.store
        waiting = store.outbox_waiting_count(channel.device)
        if channel.next_number - 1 - channel.delivered_up_to + waiting < most:
            return False
        # Numbers that were skipped after a restore stand for no rows: count those, which takes longer.
        sealed = [len(store.outbox_numbers(channel.device, state)) for state in ("queued", "sent")]
        return sum(sealed) + waiting >= most

    def _own_message(self, peer: Peer, kind: str, content: Content, now: Instant) -> TimelineRow:
        return TimelineRow(
            arrival=0,
            message_id=content.message_id,
            account_id=peer.account_id,
            mine=True,
            kind=kind,
            body=content.body,
            status="queued",
            counter=content.counter,
            device=self._context.device.device_id,
            number=None,
            written_at=now.wall,
            arrived_at=now.wall,
            late=False,
            read=True,
        )

    # -------------------------------------------------------------------------------------------- sealing and sending

    def flush(self, peer: Peer, now: Instant) -> Outcome:
        """Seal what waits and send what is sealed, as far as limits and the ways to them allow."""
        device = self._context.device_of(peer)
        if not self._may_send(peer) or self._sealed_in_vain.get(device, 0.0) > now.monotonic:
            return []
        outcome = self._seal_waiting(peer, device, now)
        outcome += self._direct.send(device, now, even_sent=not self._link.online)
        return outcome if self._paths.is_healthy(device) else outcome + self._deposit(device, now)

    def flush_later(self, device: DeviceId) -> None:
        """At the end of the batch: many messages that were written together leave together."""
        self._put_off[device] = None

    @property
    def has_put_off(self) -> bool:
        return bool(self._put_off)

    def batch_end(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in list(self._put_off):
            outcome += self._flush_device(device, now)
        self._put_off.clear()
        return outcome

    def _may_send(self, peer: Peer) -> bool:
        compared = self._compared or self._context.device_of(peer) in self._compared_with
        return compared and peer.relation == "registered" and not (peer.identity_changed or peer.blocked)

    def flush_all(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in self._context.store.outbox_devices():
            outcome += self._flush_device(device, now)
        return outcome

    def _refill_device(self, device: DeviceId, first: int, last: int, now: Instant) -> Outcome:
        peer, channel = self._peer_of(device), self._context.store.channel(device)
        if peer is None or channel is None or peer.relation != "registered":
            return []
        return self.refill(peer, channel, first, last, now)

    def _flush_device(self, device: DeviceId, now: Instant) -> Outcome:
        peer = self._peer_of(device)
        return [] if peer is None else self.flush(peer, now)

    def _seal_waiting(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        store = self._context.store
        waiting = store.outbox_waiting(device, SEALED_AT_ONCE)
        if not waiting:
            return []
        sending = self._sessions.sending(peer, device, now)
        if sending is None:
            return self._fetch_bundle(peer, device)
        ratchet, session = sending
        channel = self._sessions.channel(peer, device)
        number = channel.next_number
        try:
            for row in waiting:
                session, envelope = seal(session, number, row.content, self._context.entropy, self._context.kem)
                store.outbox_sealed(row.id, number, envelope)
                store.timeline_set_number(row.message_id, number)
                number += 1
        except SessionExhausted:
            self._sessions.stop_sending(device, now)
            return self._fetch_bundle(peer, device)
        self._sessions.save(ratchet, session)
        store.put_channel(replace(channel, next_number=number))
        return []

    def _deposit(self, device: DeviceId, now: Instant) -> Outcome:
        paused = self._paused.get(device)
        if not self._link.online or (paused is not None and paused[1] > now.monotonic):
            return []
        if self._paused.pop(device, None) is not None:
            self._trying.add(device)
        outcome: Outcome = []
        while self._unanswered[device] < (1 if device in self._trying else DEPOSITS_UNANSWERED):
            rows = self._context.store.outbox_queued(device, self._deposited.get(device, 0), DEPOSIT_ITEMS)
            rows = rows[:1] if device in self._trying else rows
            items = next(batches(rows, LINK_BATCH_BYTES, without_gaps=True), [])
            if not items:
                break
            outcome += self._link.send(Deposit(device, items))
            self._deposited[device] = items[-1][0]
            self._unanswered[device] += len(items)
            if len(items) == len(rows) < DEPOSIT_ITEMS:
                break  # that was all
        return outcome

    def deposited(self, frame: Deposited, now: Instant) -> Outcome:
        """The server has these on disk: *sent*."""
        store = self._context.store
        if store.channel(frame.to) is None:
            return []
        changed = store.outbox_set_state(frame.to, frame.first, frame.last, "sent", None)
        shown = self._show(changed, "sent")
        self._trying.discard(frame.to)
        self._unanswered[frame.to] = max(0, self._unanswered[frame.to] - (frame.last - frame.first + 1))
        return shown + self._flush_device(frame.to, now)

    def deposit_refused(self, frame: DepositRefused, now: Instant) -> Outcome:
        """The server took nothing of that frame: keep it *queued*, say why, try again later."""
        if self._context.store.channel(frame.to) is None:
            return []
        changed = self._context.store.outbox_set_state(frame.to, frame.first, frame.last, "queued", frame.code)
        shown = self._show(changed, "queued")
        self._unanswered[frame.to] = 0
        self._rewind(frame.to, frame.first)
        self._paused[frame.to] = (frame.code, now.monotonic + REFUSED_RETRY_SECONDS)
        return shown

    def resume(self, peer: Peer, now: Instant) -> Outcome:
        """Something changed for the better (they are back, unblocked, accepted): do not wait for the timer."""
        self._paused.pop(self._context.device_of(peer), None)
        return self.flush(peer, now)

    # ------------------------------------------------------------------------------------- what the server has of it

    def link_up(self, sent: Iterable[Holdings], now: Instant) -> Outcome:
        """Compare what we took for sent with what the server holds; what it lost is queued again. Then go on."""
        self._forget_link()
        held = {holdings.device: holdings for holdings in sent}
        missed: list[tuple[DeviceId, int, int]] = []
        outcome: Outcome = []
        for channel in self._context.store.channels():
            numbers = self._context.store.outbox_numbers(channel.device, "sent")
            for number in lost_by_server(numbers, held.get(channel.device)):
                changed = self._context.store.outbox_set_state(
                    channel.device, number, number, "queued", "server_lost_it"
                )
                outcome += self._show(changed, "queued")
            missed += missed_by(channel, held.get(channel.device))
        self._compared = True
        for device, first, last in missed:
            outcome += self._refill_device(device, first, last, now)
        return outcome + self.flush_all(now)

    def link_down(self, now: Instant) -> Outcome:
        """The mailbox hands nothing out any more: what it holds goes over the paths there are."""
        self._forget_link()
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
        outcome = self._direct.send(device, now, even_sent=True) if self._may_send(peer) else []
        return outcome + self.flush(peer, now) + self._show_queued(peer.cid)

    def acknowledged(self, device: DeviceId, up_to: int, now: Instant) -> None:
        self._direct.answered(device, up_to, now)

    def skip_numbers(self, channel: Channel, deposited_up_to: int) -> Channel:
        """Our data is older than what we once sent: never use a number twice."""
        jump = min(deposited_up_to, channel.next_number + NUMBER_JUMP)
        channel = replace(channel, next_number=max(channel.next_number, jump + 1))
        self._context.store.put_channel(channel)
        return channel

    # --------------------------------------------------------------------------------------- what their receipts say

    def has_another(self, peer: Peer, device: DeviceId, number: int, message_id: bytes) -> bool:
        """Whether we know our envelope of this number, and it is not the one they opened."""
        queued = self._context.store.outbox_row(device, number)
        row = queued or self._context.store.timeline_by_number(peer.account_id, number)
        return row is not None and row.message_id != message_id

    def start_over(self, peer: Peer, channel: Channel, from_number: int, now: Instant) -> Outcome:
        """Their device knows more of us than we do: all that is under way goes again, above what they have."""
        changed = self._unseal(channel.device, None)
        self._context.store.put_channel(replace(channel, next_number=max(channel.next_number, from_number)))
        return self._show(changed, "queued") + self.begin_anew(peer, channel.device, now)

    def begin_anew(self, peer: Peer, device: DeviceId, now: Instant) -> Outcome:
        """A new session, which says so as its first content."""
        self._sessions.stop_sending(device, now)
        try:
            return self.write(peer, Kind.REKEY, b"", now)
        except Refused:
            return self.flush(peer, now)  # the queue is full: its first message starts the new session

    def seal_anew(self, channel: Channel, numbers: Sequence[int], now: Instant) -> Outcome:
        """They could not open these: the same messages go again, under new numbers."""
        changed = self._unseal(channel.device, numbers)
        if changed:
            first, until = self._sealed_anew.get(channel.device, (0, 0.0))
            if now.monotonic >= until:
                self._sealed_anew[channel.device] = (channel.next_number, now.monotonic + LOST_AGAIN_SECONDS)
            elif max(numbers) >= first:
                self._sealed_in_vain[channel.device] = now.monotonic + REFUSED_RETRY_SECONDS
        return self._show(changed, "queued")

    def _unseal(self, device: DeviceId, numbers: Sequence[int] | None) -> list[MessageId]:
        """These (None: all) wait again, without a number; returns the messages."""
        changed = self._context.store.outbox_unseal(device, numbers, None)
        for message_id in changed:
            self._context.store.timeline_unnumber(message_id)
        return changed

    def refill(self, peer: Peer, channel: Channel, first: int, last: int, now: Instant) -> Outcome:
        """They miss these numbers although they were sent: send them again, from the outbox or sealed anew.

        With a path, later numbers may just have overtaken these: the server has not lost what is on its way there.
        """
        if not self._may_send(peer):
            return []
        store = self._context.store
        last = min(last, first + REFILLED_AT_ONCE - 1, channel.next_number - 1)
        by_path = self._paths.is_live(channel.device)
        under_way = self._direct.waiting_for(channel.device) if by_path else None
        if under_way is not None and under_way <= first:
            return []  # frames of a connection arrive in order, and this one is among them
        outcome: Outcome = []
        for number in range(first, last + 1):
            gone = store.outbox_row(channel.device, number) is None
            row = store.timeline_by_number(peer.account_id, number) if gone else None
            if gone and row is None and not self._may_fill(channel.device, now):
                break
            if gone and not self._reseal(peer, channel.device, number, row, now):
                return outcome + self._fetch_bundle(peer, channel.device)
            if by_path:
                continue
            changed = store.outbox_set_state(channel.device, number, number, "queued", "server_lost_it")
            outcome += self._show(changed, "queued")
        if by_path:
            self._direct.begin_again(channel.device, after=first - 1)
            return outcome + self._direct.send(channel.device, now, even_sent=True)
        self._rewind(channel.device, first)
        return outcome + self._deposit(channel.device, now)

    def _may_fill(self, device: DeviceId, now: Instant) -> bool:
        """Whether there may be one more void: a device that says it misses what never was shall not keep us busy."""
        left, counted_at = self._voids.get(device, (float(VOIDS_AT_ONCE), now.monotonic))
        left = min(VOIDS_AT_ONCE, left + (now.monotonic - counted_at) * VOIDS_PER_SECOND)
        may = left >= 1
        self._voids[device] = (left - 1 if may else left, now.monotonic)
        return may

    def _reseal(self, peer: Peer, device: DeviceId, number: int, row: TimelineRow | None, now: Instant) -> bool:
        """Put back the message that had this number, or a void where there is none any more."""
        sending = self._sessions.sending(peer, device, now)
        if sending is None:
            return False
        ratchet, session = sending
        content = Content(
            version=CONTENT_VERSION,
            kind=VOID if row is None else row.kind,
            message_id=MessageId(self._context.entropy(MESSAGE_ID_BYTES)) if row is None else row.message_id,
            conversation_id=conversation_id(self._context.account_id, peer.account_id),
            counter=0 if row is None else row.counter,
            heads=(),
            sent_at_ms=milliseconds(now.wall if row is None else row.written_at),
            expires_at=None,
            body=b"" if row is None else row.body,
        )
        data = encode_content(content)
        session, envelope = seal(session, number, data, self._context.entropy, self._context.kem)
        self._sessions.save(ratchet, session)
        self._context.store.outbox_add(
            OutboxRow(0, device, peer.account_id, content.message_id, data, number, envelope, "queued", None)
        )
        return True

    # ------------------------------------------------------------------------------------------------------- waiting

    def waiting_reason(self, device: DeviceId) -> str | None:
        """Why nothing goes to this device although the link is up."""
        if device in self._paused and not self._paths.is_healthy(device):
            return self._paused[device][0]
        if device in self._sealed_in_vain:
            return "server_lost_it"
        return "no_keys_yet" if device in self._fetching else None

    def next_wakeup(self) -> float | None:
        dues = [*(until for _, until in self._paused.values()), *self._sealed_in_vain.values()]
        return min(dues, default=None)

    def wakeup(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for device in [device for device, (_, until) in self._paused.items() if until <= now.monotonic]:
            del self._paused[device]
            self._trying.add(device)
            outcome += self._flush_device(device, now)
        for device in [device for device, until in self._sealed_in_vain.items() if until <= now.monotonic]:
            del self._sealed_in_vain[device]
            outcome += self._flush_device(device, now)
        return outcome

    def forget(self) -> None:
        """An event was undone: what we remember of this link may be ahead of the store. Deposits are idempotent."""
        self._forget_link()
        self._direct.forget()

    def _forget_link(self) -> None:
        self._deposited.clear()
        self._unanswered.clear()
        self._paused.clear()
        self._trying.clear()
        self._fetching.clear()

    def _rewind(self, device: DeviceId, number: int) -> None:
        self._deposited[device] = min(self._deposited.get(device, 0), number - 1)
        self._direct.begin_again(device, after=number - 1)

    def _fetch_bundle(self, peer: Peer, device: DeviceId) -> Outcome:
        if device in self._fetching or device in self._paused or not self._link.online:
            return []
        cid = peer.cid

        def got(answer: Answer, later: Instant) -> Outcome:
            outcome: Outcome = []
            if isinstance(answer, BundleFound):
                self._context.store.put_peer_bundle(device, answer.bundle)
                outcome = self._flush_device(device, later)
            self._fetching.discard(device)
            if self._context.store.sending_ratchet(device) is not None:
                return outcome
            # Not asked again at once: a server that hands out useless bundles would keep us busy.
            self._paused[device] = ("no_keys_yet", later.monotonic + NO_KEYS_RETRY_SECONDS)
            return outcome + self._show_queued(cid)

        try:
            outcome = self._requests.ask(lambda request_id: FetchBundle(request_id, device), got)
        except Refused:
            return []
        self._fetching.add(device)
        return outcome

    def _show(self, message_ids: Iterable[MessageId], status: StoredStatus) -> Outcome:
        """Let the timeline say so, for those of these contents that are messages."""
        changed = self._context.store.timeline_set_status(list(message_ids), status)
        return [MessageChanged(cid_of(account_id), message_id) for account_id, message_id in changed]

    def _show_queued(self, peer_cid: Cid) -> Outcome:
        peer = self._context.store.peer_by_cid(peer_cid)
        if peer is None:
            return []
        queued = self._context.store.queued_messages(peer.account_id, REFILLED_AT_ONCE)
        return [MessageChanged(peer_cid, message_id) for message_id in queued]

    def _peer_of(self, device: DeviceId) -> Peer | None:
        channel = self._context.store.channel(device)
        return None if channel is None else self._context.store.peer(channel.account_id)
