"""What the server says on a link, and what follows from it."""

from dataclasses import replace
from typing import Final

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.conversations.living import Living
from casemate.internal_service.core.account.delivery.control import SealedNotes
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.inbox import Inbox
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.link.addresses import with_told
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.link.requests import ServerRequests
from casemate.internal_service.core.account.link.tidying import Tidying
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.people.arrival import Arrival
from casemate.internal_service.core.account.people.inviting import Inviting
from casemate.internal_service.core.account.people.registration import Registration
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.people.withdrawals import Withdrawals
from casemate.internal_service.core.account.rows import Channel, Peer, Profile
from casemate.internal_service.core.account.starts import Start, somebody_else_was_linked, with_start
from casemate.internal_service.core.ground.notices import Enrolled, LinkChanged, PeerChanged
from casemate.internal_service.core.ground.undo import Memory, UndoSet
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.link import (
    AccountFound,
    AccountGone,
    AccountPage,
    BundleFound,
    Closing,
    Deliver,
    Deposited,
    DepositRefused,
    DeviceListChanged,
    EphemeralArrived,
    Expired,
    OpeningRefused,
    PeerBecameRegistered,
    Presence,
    PresenceRow,
    ReceiptArrived,
    ReceiptTaken,
    RegistrationAnswered,
    RegistrationAsked,
    RegistrationExpired,
    RegistrationWithdrawn,
    RequestDone,
    RequestFailed,
    ServerHello,
    SetVisibility,
    Signal,
    SignalBody,
    SignalsTaken,
    Welcome,
)
from casemate.protocol.link_codec import ServerFrame

START_JUMP: Final = 2**32
"""The most that a server's record may push our count of starts ahead: no lie can bring it to its end."""
QUEUED_SHOWN_AGAIN: Final = 100
"""Queued messages of a conversation whose reason is told anew when the link comes or goes."""


class ServerEvents(Memory):
    def __init__(
        self,
        context: Context,
        link: Link,
        requests: ServerRequests,
        sharing: Sharing,
        tidying: Tidying,
        registration: Registration,
        withdrawals: Withdrawals,
        inviting: Inviting,
        arrival: Arrival,
        outbox: Outbox,
        healing: Healing,
        inbox: Inbox,
        receipts: Receipts,
        notes: SealedNotes,
        dialling: Dialling,
        living: Living,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._link = link
        self._requests = requests
        self._sharing = sharing
        self._tidying = tidying
        self._registration = registration
        self._withdrawals = withdrawals
        self._inviting = inviting
        self._arrival = arrival
        self._outbox = outbox
        self._healing = healing
        self._inbox = inbox
        self._receipts = receipts
        self._notes = notes
        self._dialling = dialling
        self._living = living
        self._signals_up_to = 0
        """Highest signal handled on this link. A signal that comes again on the next one changes nothing; numbers are
        not compared over links, because a server that was restored counts from lower ones."""
        link.when_down.append(self._link_lost)
        self._ignored: UndoSet[AccountId] = UndoSet(context.undo)
        """Of whom this link said something before we knew that they are registered: envelopes, or, in its welcome, how
        far we had gone with them. A new link says it again."""

    def arrived(self, frame: ServerFrame, now: Instant) -> Outcome:
        """Raises PeerBrokeProtocol when the server may not say this now."""
        match frame:
            case ServerHello():
                return self._link.greeted(frame, now)
            case OpeningRefused():
                return self._link.refused(frame, now)
            case Welcome():
                return self._welcome(frame, now)
            case Closing():
                return self._link.closing(frame, now)
        if not self._link.online:
            raise PeerBrokeProtocol("a frame before the welcome")
        outcome = self._arrived_online(frame, now)
        return outcome + self._listen_to_the_ignored(now)

    def _arrived_online(self, frame: ServerFrame, now: Instant) -> Outcome:
        match frame:
            case RequestDone() | RequestFailed() | AccountPage() | AccountFound() | BundleFound():
                return self._requests.answered(frame, now)
            case Signal(sequence, body):
                return self._signal(sequence, body, now)
            case Deposited():
                return self._outbox.deposited(frame, now)
            case DepositRefused():
                return self._outbox.deposit_refused(frame, now)
            case Expired():
                return self._outbox.expired(frame)
            case Deliver(sender, device, items):
                peer = self._certified(sender, device)
                if peer is None:
                    self._ignore(sender)
                    return []
                return self._outbox.heard_from(device) + self._inbox.delivered(peer, device, items, now)
            case ReceiptArrived(sender, device, mark, sealed):
                return [*self._control(sender, device, sealed, now), *self._link.send(ReceiptTaken(device, mark))]
            case EphemeralArrived(sender, device, sealed):
                return self._control(sender, device, sealed, now, lasting=False)
            case Presence(row):
                return self._presence(row, now)
            case PeerBecameRegistered(row):
                return self._presence(PresenceRow(row.account_id, row.online, now.wall), now)
            case _:
                raise PeerBrokeProtocol("a frame out of turn")

    def _link_lost(self, now: Instant) -> Outcome:
        """Whatever waited for this link waits for the next one; nobody's presence is known any more."""
        self._ignored.clear()
        self._signals_up_to = 0
        self._context.store.forget_presence()
        outcome = self._requests.link_lost(now) + self._outbox.link_down(now)
        return outcome + self._show_peers_and_queued()

    def wakeup(self, now: Instant) -> Outcome:
        """The next Welcome tells what a peer's device has, where its receipts cannot."""
        owed = self._receipts.settle_owed(now)
        if not self._notes.parked_too_long(now):
            return owed
        return owed + self._link.again(now)

    def next_wakeup(self) -> float | None:
        dues = (self._receipts.next_wakeup(), self._notes.next_wakeup())
        return min((due for due in dues if due is not None), default=None)

    def _welcome(self, frame: Welcome, now: Instant) -> Outcome:
        store = self._context.store
        profile = self._context.profile
        if frame.account.account_id != profile.account_id:
            raise PeerBrokeProtocol("a welcome for another account")
        if frame.start_counter_seen > profile.start_counter + START_JUMP:
            raise PeerBrokeProtocol("a start counter out of bounds")
        found_at = self._link.welcomed(frame.version, now)
        first_time = not profile.enrolled
        older = frame.start_counter_seen > profile.start_counter
        other = somebody_else_was_linked(profile.starts, frame.linked_before, frame.start_counter_seen)
        store.put_profile(
            replace(
                with_told(profile, found_at, frame.addresses),
                enrolled=True,
                server_password=None,
                appear_offline=frame.appear_offline or profile.appear_offline,
                paths=frame.paths,
                start_counter=frame.start_counter_seen + 1 if older else profile.start_counter,
                starts=with_start(
                    profile.starts,
                    Start(max(frame.start_counter_seen, profile.start_counter), self._context.start_id),
                ),
            )
        )
        store.put_presence(frame.presence)
        outcome: Outcome = [LinkChanged(), *([Enrolled()] if first_time else [])]
        if first_time or not self._server_remembers(profile, frame):
            self._context.bundle_is_kept(self._context.secrets.bundle, kept=first_time)
        outcome += self._tidying.link_up(now)  # first, while there is room for another request
        outcome += self._sharing.link_up(frame.account.full_name, now, older=older or other)
        outcome += self._hide_again(frame)
        outcome += self._registration.link_up(frame.blocked, now)
        outcome += self._withdrawals.link_up()
        outcome += self._inviting.link_up(frame.server_time, now)
        self._living.link_up(frame.server_time, now)
        outcome += self._arrival.link_up(now)
        # Before anything is sealed: a restored ratchet would use keys again that it has used already.
        for peer, channel, used_up_to in self._restored(frame, older=older or other):
            outcome += self._healing.believe(peer, channel, used_up_to, now)
        outcome += self._outbox.link_up(frame.sent, now)
        outcome += self._receipts.send_all(now)
        return outcome + self._show_peers_and_queued()

    def _server_remembers(self, profile: Profile, frame: Welcome) -> bool:
        """Whether its last word of us is from this start or the one before: else it, or our data, was restored."""
        return frame.linked_before in {start.id for start in profile.starts[-2:]}

    def _hide_again(self, frame: Welcome) -> Outcome:
        """A server that was restored, or lies, does not make anybody visible."""
        if frame.appear_offline or not self._context.profile.appear_offline:
            return []
        return self._requests.ask(lambda request_id: SetVisibility(request_id, True), lambda answer, later: [])

    def _restored(self, frame: Welcome, *, older: bool) -> list[tuple[Peer, Channel, int]]:
        """Devices with whom we have gone further than our data knows, and how far: it was restored from an older copy.

        Numbering goes on above the server's record before anything is sealed, and new ratchets begin.
        """
        # What went over a path was never deposited, but they may have told the server that they have it.
        sent = {holdings.device: max(holdings.deposited_up_to, holdings.taken_up_to) for holdings in frame.sent}
        taken = {holdings.device: holdings.taken_up_to for holdings in frame.received}
        behind: list[tuple[Peer, Channel, int]] = []
        for peer in self._context.store.peers():
            for device in self._context.devices_of(peer) if peer.relation == "registered" else ():
                known = self._context.store.channel(device)
                # The copy may be from before anything was said to this device.
                channel = known or Channel(device, peer.account_id)
                used_up_to = sent.get(device, 0)
                further = used_up_to >= channel.next_number or taken.get(device, 0) >= channel.expected
                if further or (older and known is not None):
                    behind.append((peer, channel, used_up_to))
        return behind

    def _signal(self, sequence: int, body: SignalBody, now: Instant) -> Outcome:
        """Handled once, in order; one that is wrong goes to quarantine and does not block the rest."""
        outcome: Outcome = []
        if sequence > self._signals_up_to:
            try:
                with self._context.savepoint():
                    outcome = self._signal_body(body, now)
            except PeerBrokeProtocol as error:
                self._context.store.quarantine_add(
                    at=now.wall,
                    account_id=None,
                    what=type(body).__name__,
                    detail=type(error).__name__,
                    data=b"",
                )
                if isinstance(body, RegistrationAsked):
                    outcome = self._withdrawals.decline_unproven(body.sender.account_id)
            self._signals_up_to = sequence
        return [*outcome, *self._link.send(SignalsTaken(sequence))]

    def _signal_body(self, body: SignalBody, now: Instant) -> Outcome:
        match body:
            case RegistrationAsked():
                return self._registration.asked(body, now)
            case RegistrationAnswered():
                outcome = self._registration.answered(body, now)
                if self._registration.takes_up_again(body.sender.account_id):
                    self._ignored.add(body.sender.account_id)
                return outcome
            case RegistrationExpired():
                return self._registration.expired(body, now)
            case RegistrationWithdrawn():
                return self._withdrawals.heard(body, now)
            case DeviceListChanged():
                return self._registration.device_list_changed(body, now)
            case AccountGone():
                return self._registration.gone(body, now)

    def _control(
        self, sender: AccountId, device: DeviceId, sealed: bytes, now: Instant, *, lasting: bool = True
    ) -> Outcome:
        """A receipt or ephemeral event. One that cannot be read is dropped: the next one says all of it again."""
        peer = self._certified(sender, device, even_blocked=True)  # a receipt answers for our own messages
        if peer is None:
            return []
        try:
            with self._context.savepoint():
                outcome = self._notes.arrived(peer, device, sealed, now, lasting=lasting)
        except PeerBrokeProtocol as error:
            self._context.store.quarantine_add(
                at=now.wall, account_id=sender, what="control", detail=type(error).__name__, data=b""
            )
            return []
        if peer.blocked:
            return outcome
        return outcome + self._outbox.heard_from(device) + self._inbox.go_on(peer, device, now)

    def _presence(self, row: PresenceRow, now: Instant) -> Outcome:
        peer = self._context.store.peer(row.account_id)
        if peer is None:
            return []
        self._context.store.put_presence([row])
        if not row.online:
            return [PeerChanged(peer.cid)]
        resumed = self._outbox.resume(peer, now)
        return [PeerChanged(peer.cid), *resumed, *self._dialling.near_again(peer.account_id, now)]

    def _ignore(self, account_id: AccountId) -> None:
        peer = self._context.store.peer(account_id)
        if peer is not None and peer.relation in ("asks_you", "requested") and not peer.blocked:
            self._ignored.add(account_id)

    def _listen_to_the_ignored(self, now: Instant) -> Outcome:
        """Their envelopes may overtake the news that we agreed; the server holds them and hands them out anew."""
        for account_id in self._ignored:
            peer = self._context.store.peer(account_id)
            if peer is not None and peer.relation == "registered":
                return self._link.again(now)
        return []

    def _certified(self, account_id: AccountId, device: DeviceId, *, even_blocked: bool = False) -> Peer | None:
        """The sender, if we agreed to talk and the account certifies the device: nothing else comes in."""
        peer = self._context.store.peer(account_id)
        if peer is None or peer.relation != "registered" or (peer.blocked and not even_blocked):
            return None
        return peer if device in self._context.devices_of(peer) else None

    def _show_peers_and_queued(self) -> Outcome:
        """Presence, and the reason why messages are queued, may look different now."""
        outcome: Outcome = []
        for peer in self._context.store.peers():
            outcome.append(PeerChanged(peer.cid))
            outcome += self._outbox.show_queued(peer, QUEUED_SHOWN_AGAIN)
        return outcome
