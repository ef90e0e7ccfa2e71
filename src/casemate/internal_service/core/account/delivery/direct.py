"""What goes to a peer's device over its path: which envelopes are under way, and whether an answer is overdue."""

from dataclasses import InitVar, dataclass, field
from typing import Final

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.delivery.batches import batches
from casemate.internal_service.core.account.paths.path import answer_seconds, patience_seconds
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict, UndoQueue
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import MIB, PEER_BATCH_BYTES, PEER_BATCH_ITEMS, PEER_UNANSWERED
from casemate.protocol.peer import Envelopes

UNDER_WAY_BYTES: Final = 4 * MIB
"""More waits in the outbox, unless it is a single envelope."""


@dataclass(eq=False)
class _Flight(Memory):
    """Envelopes of one device that went over its path and are not acknowledged."""

    connection: int
    """Which they went over: what a connection takes along when it ends goes again over another."""
    undo: InitVar[Undo]
    sent_up_to: int = 0
    items: UndoQueue[tuple[int, int]] = field(init=False)
    """Number and size."""
    bytes: int = 0
    waiting_since: float = 0.0
    """When the first of them went, or the last answer came."""
    is_told: bool = False
    """The path was called doubtful because of them."""

    def __post_init__(self, undo: Undo) -> None:
        self.items = UndoQueue(undo)
        self.goes_back_with(undo)

    def landed(self, up_to: int, now: float) -> None:
        if self.items and self.items.first[0] <= up_to:
            self.waiting_since, self.is_told = now, False
        while self.items and self.items.first[0] <= up_to:
            self.bytes -= self.items.take()[1]


class Direct(Memory):
    def __init__(self, context: Context, paths: Paths) -> None:
        super().__init__(context.undo)
        self._context = context
        self._paths = paths
        self._flights: UndoDict[DeviceId, _Flight] = UndoDict(context.undo)

    def send(self, device: DeviceId, now: Instant, *, even_sent: bool) -> Outcome:
        """Send what is sealed, as far as the window allows; `even_sent`: also what the mailbox has already."""
        connection = self._paths.live(device)
        if connection is None:
            return []
        flight = self._flights.get(device)
        if flight is None or flight.connection != connection.number:
            flight = self._flights[device] = _Flight(connection.number, self._context.undo)
        channel = self._context.store.channel(device)
        if channel is None or channel.next_number - 1 <= flight.sent_up_to:
            return []
        outcome: Outcome = []
        while (room := PEER_UNANSWERED - len(flight.items)) > 0 and flight.bytes < UNDER_WAY_BYTES:
            limit = min(room, PEER_BATCH_ITEMS)
            rows = self._context.store.deliveries_to_send(device, flight.sent_up_to, limit, even_sent=even_sent)
            for items in batches(rows, PEER_BATCH_BYTES):
                if not flight.items:
                    flight.waiting_since, flight.is_told = now.monotonic, False
                sizes = [(number, len(envelope)) for number, envelope in items]
                flight.items.extend(sizes)
                flight.bytes += sum(size for _, size in sizes)
                flight.sent_up_to = items[-1][0]
                outcome += self._paths.send(device, Envelopes(items))
            if len(rows) < limit:
                break
        return outcome

    def waiting_for(self, device: DeviceId) -> int | None:
        """The lowest number under way; None for none."""
        flight = self._flights.get(device)
        return flight.items.first[0] if flight is not None and flight.items else None

    def answered(self, device: DeviceId, up_to: int, now: Instant) -> None:
        """Their device has everything up to this number."""
        flight = self._flights.get(device)
        if flight is not None:
            flight.landed(up_to, now.monotonic)

    def begin_again(self, device: DeviceId, *, after: int = 0) -> None:
        """What is above this number and not acknowledged goes again."""
        flight = self._flights.pop(device, None)
        if flight is not None and after:
            self._flights[device] = _Flight(flight.connection, self._context.undo, min(flight.sent_up_to, after))

    def overdue(self, now: Instant) -> list[tuple[DeviceId, float]]:
        """Devices that owe an answer, each named once, and how many seconds more their connection is kept for it."""
        late: list[tuple[DeviceId, float]] = []
        for device, flight in self._flights.items():
            due = self._due(device, flight)
            if due is not None and due <= now.monotonic:
                flight.is_told = True
                late.append((device, patience_seconds(self._paths.rtt_ms(device), flight.bytes)))
        return late

    def next_wakeup(self) -> float | None:
        dues = (self._due(device, flight) for device, flight in self._flights.items())
        return min((due for due in dues if due is not None), default=None)

    def _due(self, device: DeviceId, flight: _Flight) -> float | None:
        if not flight.items or flight.is_told or not self._paths.is_live(device):
            return None
        return flight.waiting_since + answer_seconds(self._paths.rtt_ms(device), flight.bytes)
