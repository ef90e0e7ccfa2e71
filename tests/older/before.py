"""What a database of the older program holds, in the words of `program.py`."""

from typing import Final

from casemate.crypto.content import decode_content
from casemate.protocol.ids import DeviceId
from tests.older.program import Conversation, Line, Marks, UnderWay, Waiting
from tests.older.store import SqliteAccountStore
from tests.older.store.rows import DisplayOrder, OutboxRow, Peer, TimelineRow

_ALL: Final = 100_000


def conversation(store: SqliteAccountStore, peer: Peer) -> Conversation:
    rows = store.timeline_page(peer.account_id, before=None, after=None, limit=_ALL)
    arrivals = sorted(row.arrival for row in rows)
    first_unread = store.first_unread(peer.account_id)
    last = store.last_message(peer.account_id)
    return Conversation(
        unread=0 if peer.blocked else store.unread(peer.account_id),
        first_unread=None if first_unread is None else _order(first_unread),
        last=None if last is None else last.hex(),
        lines=[_line(row, arrivals.index(row.arrival)) for row in rows],
    )


def under_way(store: SqliteAccountStore, device: DeviceId) -> UnderWay:
    waiting = [_waiting(row) for row in store.outbox_waiting(device, _ALL)]
    return UnderWay(store.outbox_queued(device, 0, _ALL, even_sent=True), waiting)


def outgoing(store: SqliteAccountStore, device: DeviceId) -> list[OutboxRow]:
    """In the order in which they were sealed; then what waits."""
    numbers = [number for number, _ in store.outbox_queued(device, 0, _ALL, even_sent=True)]
    rows = [store.outbox_row(device, number) for number in numbers]
    return [row for row in rows if row is not None] + store.outbox_waiting(device, _ALL)


def sealed(store: SqliteAccountStore, device: DeviceId) -> list[OutboxRow]:
    return [row for row in outgoing(store, device) if row.number is not None]


def marks(store: SqliteAccountStore, device: DeviceId, names: Marks) -> Marks:
    channel = store.channel(device)
    return {} if channel is None else {name: getattr(channel, name) for name in names}


def _waiting(row: OutboxRow) -> Waiting:
    content = decode_content(row.content)
    where = content.message_id, content.conversation_id
    return Waiting(content.kind, *where, content.counter, content.sent_at_ms, content.body)


def _line(row: TimelineRow, arrived: int) -> Line:
    return Line(
        id=row.message_id.hex(),
        mine=row.mine,
        kind=row.kind,
        body=row.body,
        status=row.status,
        order=_order((row.counter, row.device)),
        late=row.late,
        seen=row.seen,
        painted=row.painted,
        written_at=round(row.written_at * 1000),
        arrived_at=round(row.arrived_at * 1000),
        shown_at=round(row.shown_at * 1000),
        arrived=arrived,
    )


def _order(order: DisplayOrder) -> tuple[int, str]:
    return order[0], order[1].hex()
