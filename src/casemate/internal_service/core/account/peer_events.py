"""What happens on the connections to peers, and what follows from it."""

from typing import Final

from casemate.internal_service.core.account.contents import PathNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.control import SealedNotes
from casemate.internal_service.core.account.delivery.direct import Direct
from casemate.internal_service.core.account.delivery.healing import Healing
from casemate.internal_service.core.account.delivery.inbox import Inbox
from casemate.internal_service.core.account.delivery.origins import is_another_life
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.internal_service.core.account.paths.admission import Admission
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import Connection
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.path_io import (
    EndpointChanged,
    EndpointClosed,
    EndpointEvent,
    EndpointOpened,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
)
from casemate.internal_service.core.ground.undo import Memory
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import PEER_ADDRESSES
from casemate.protocol.peer import Control, Envelopes, Network, PathPing, PathPong, PeerHello

NOTE_PAUSE_SECONDS: Final = 2.0
"""The least time between two notes about our addresses."""


class PeerEvents(Memory):
    def __init__(
        self,
        context: Context,
        endpoint: Endpoint,
        paths: Paths,
        dialling: Dialling,
        admission: Admission,
        direct: Direct,
        outbox: Outbox,
        healing: Healing,
        inbox: Inbox,
        receipts: Receipts,
        notes: SealedNotes,
    ) -> None:
        super().__init__(context.undo)
        self._context = context
        self._endpoint = endpoint
        self._paths = paths
        self._dialling = dialling
        self._admission = admission
        self._direct = direct
        self._outbox = outbox
        self._healing = healing
        self._inbox = inbox
        self._receipts = receipts
        self._notes = notes
        self._note_after = 0.0
        self._note_due: float | None = None

    def arrived(self, event: EndpointEvent, now: Instant) -> Outcome:
        """Raises PeerBrokeProtocol when the peer may not say this now."""
        if event.generation != self._endpoint.generation:
            return []
        return self._handle(event, now) + self._catch_fallen(now)

    def _handle(self, event: EndpointEvent, now: Instant) -> Outcome:
        match event:
            case PeerFrameArrived():
                return self._frame(event, now)
            case PeerRouteSeen():
                return self._admission.route_seen(event, now)
            case PeerConnected():
                return self._admission.connected(event, now)
            case PeerClosed():
                return self._admission.closed(event, now)
            case EndpointOpened():
                self._endpoint.opened(event)
                return []
            case EndpointChanged():
                return self._endpoint_changed(event, now)
            case EndpointClosed():
                self._endpoint.closed(event, now)
                return self._paths.all_gone(now)
            case _:
                raise AssertionError(event)

    def wakeup(self, now: Instant) -> Outcome:
        if self._endpoint.relay_is_overdue(now) and not self._endpoint.is_in_use():
            self._endpoint.renew()
        outcome = self._endpoint.wakeup(now) + self._dialling.wakeup(now) + self._admission.wakeup(now)
        outcome += self._paths.wakeup(now)
        for device, patience_seconds in self._direct.overdue(now):
            outcome += self._paths.doubt(device, now, patience_seconds)
        if self._note_due is not None and self._note_due <= now.monotonic:
            outcome += self._tell_addresses(now)
        return outcome + self._catch_fallen(now)

    def next_wakeup(self) -> float | None:
        parts = (self._endpoint, self._dialling, self._admission, self._paths, self._direct)
        dues = [self._note_due, *(part.next_wakeup() for part in parts)]
        return min((due for due in dues if due is not None), default=None)

    def stop(self, now: Instant) -> Outcome:
        """Signed out: no connection outlives that."""
        self._note_due = None
        return self._dialling.review(now) + self._catch_fallen(now)

    def broke_protocol(self, event: PeerFrameArrived, now: Instant) -> Outcome:
        """What came on this connection is not allowed: it ends."""
        return self._admission.drop(event.connection, "broke_protocol", now) + self._catch_fallen(now)

    def failed(self, event: EndpointEvent, now: Instant) -> Outcome:
        """A fault of ours undid this event: it is told again on another connection, or by another endpoint."""
        if event.generation != self._endpoint.generation:
            return []
        match event:
            case PeerFrameArrived() | PeerRouteSeen() | PeerConnected() | PeerClosed():
                return self._admission.failed(event.connection, now) + self._catch_fallen(now)
            case _:
                self._endpoint.failed(now)
                return self._dialling.review(now) + self._catch_fallen(now)

    # ---------------------------------------------------------------------------------------------- what peers say

    def _frame(self, event: PeerFrameArrived, now: Instant) -> Outcome:
        if isinstance(event.frame, PeerHello):
            return self._greeted(event.connection, event.frame, now)
        connection, closed = self._admission.greeted_or_closed(event.connection, now)
        if connection is None:
            return closed
        self._admission.heard(connection, now)
        match event.frame:
            case PathPing(count):
                return self._paths.send_on(event.connection, PathPong(count))
            case PathPong(count):
                return self._answered(connection, count, now)
            case Network():
                return self._admission.told_network(connection, event.frame, now)
        peer = self._peer_of(connection.device)
        if peer is None or peer.blocked or peer.relation != "registered":
            return self._admission.drop(event.connection, "bye", now)
        if connection.device not in self._context.devices_of(peer):
            return self._admission.drop(event.connection, "bye", now)
        if isinstance(event.frame, Envelopes):
            return self._inbox.delivered(peer, connection.device, event.frame.items, now, by_path=True)
        return self._control(peer, connection.device, event.frame, now)

    def _control(self, peer: Peer, device: DeviceId, frame: Control, now: Instant) -> Outcome:
        """One that cannot be read is kept aside: the next one says all of it again."""
        waiting = self._direct.waiting_for(device)
        try:
            with self._context.savepoint():
                outcome = self._notes.arrived(peer, device, frame.sealed, now, by_path=True)
        except PeerBrokeProtocol as error:
            self._context.store.quarantine_add(
                at=now.wall, account_id=peer.account_id, what="control", detail=type(error).__name__, data=b""
            )
            return []
        if waiting is not None and self._direct.waiting_for(device) != waiting:
            outcome += self._paths.trust(device, now)
        return outcome + self._inbox.go_on(peer, device, now)

    def _answered(self, connection: Connection, count: int, now: Instant) -> Outcome:
        """The path can be relied on. What they had before the ping and did not acknowledge goes again."""
        device = connection.device
        outcome = self._admission.answered(connection, count, now)
        peer = self._peer_of(device)
        if not outcome or peer is None or self._direct.waiting_for(device) is None:
            return outcome
        self._direct.begin_again(device)
        return outcome + self._outbox.flush(peer, now)

    def _greeted(self, number: int, hello: PeerHello, now: Instant) -> Outcome:
        """From now on what is said to this device takes the path. First compare how far they say we had gone."""
        device, outcome = self._admission.greeted(number, hello, now)
        peer = None if device is None else self._peer_of(device)
        if device is None or peer is None:
            return outcome
        channel = self._context.store.channel(device)
        if channel is not None and (hello.seen_up_to >= channel.next_number or is_another_life(channel, hello.opened)):
            used_up_to = max([hello.seen_up_to, *(number for number, _ in hello.opened)])
            outcome += self._healing.believe(peer, channel, used_up_to, now)
        outcome += self._receipts.send_again(peer, now)
        return outcome + self._outbox.path_up(peer, device, now)

    # -------------------------------------------------------------------------------------------- when a path is gone

    def _catch_fallen(self, now: Instant) -> Outcome:
        """The mailbox takes over: what is under way goes there as well, and what we owe them is said there."""
        outcome: Outcome = []
        while self._paths.fallen:
            device = min(self._paths.fallen)
            self._paths.fallen.discard(device)
            peer = self._peer_of(device)
            if peer is not None:
                outcome += self._receipts.path_fell(peer, device, now)
                outcome += self._receipts.send_again(peer, now) + self._outbox.flush(peer, now)
        return outcome

    # ----------------------------------------------------------------------------------------------- our own network

    def _endpoint_changed(self, event: EndpointChanged, now: Instant) -> Outcome:
        moved = event.addresses != self._endpoint.addresses
        other_network = event.network != self._endpoint.network
        other_relay = event.relay_connected != self._endpoint.relay_connected
        self._endpoint.changed(event)
        outcome = self._paths.tell_network() if other_network else []
        if other_network or other_relay:
            for path in self._paths.all():
                outcome += self._paths.tell(path, now)  # it may be the reason why something is not direct
        return outcome + (self._tell_addresses(now) if moved else [])

    def _tell_addresses(self, now: Instant) -> Outcome:
        """Through the server, sealed: a way through two NATs has to be opened from both sides at once."""
        if now.monotonic < self._note_after:
            self._note_due = self._note_after
            return []
        self._note_after, self._note_due = now.monotonic + NOTE_PAUSE_SECONDS, None
        note = PathNote(self._endpoint.addresses[:PEER_ADDRESSES], again=True)
        outcome: Outcome = []
        for path in self._paths.all():
            peer = self._peer_of(path.device)
            presence = self._context.store.presence(path.account_id)
            if peer is not None and presence is not None and presence.online:
                outcome += self._notes.send_by_server(peer, path.device, note)
        return outcome

    def _peer_of(self, device: DeviceId) -> Peer | None:
        """Whose device it is: of one to which nothing was said yet, only its path knows."""
        known = self._paths.path_of(device) or self._context.store.channel(device)
        return None if known is None else self._context.store.peer(known.account_id)
