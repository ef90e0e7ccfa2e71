"""Today's program as these tests use it: where it calls something by another name, that is followed here alone."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, NamedTuple

from casemate.crypto.identity import verify_device_list
from casemate.crypto.session import Session
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import Cid, ConversationId, DeviceId, MessageId

_PAGE: Final = 200
_ALL: Final = 100_000


@dataclass(frozen=True)
class Line:
    """A message as its reader finds it, and in which place it arrived. Times are milliseconds since 1970."""

    id: str
    mine: bool
    kind: str
    body: bytes
    status: str
    order: tuple[int, str]
    late: bool
    seen: bool
    painted: bool
    written_at: int
    arrived_at: int
    shown_at: int
    arrived: int


@dataclass(frozen=True)
class Conversation:
    """All of one. `first_unread` is in the display order."""

    unread: int
    first_unread: tuple[int, str] | None
    last: str | None
    lines: list[Line]


class Waiting(NamedTuple):
    """A content that is not sealed: `sent_at_ms` since 1970."""

    kind: str
    message_id: MessageId
    conversation: ConversationId
    counter: int
    sent_at_ms: int
    body: bytes


@dataclass(frozen=True)
class UnderWay:
    """What one device has not acknowledged: number and envelope of what is sealed, contents of what is not."""

    sealed: list[tuple[int, bytes]]
    waiting: list[Waiting]


Marks = dict[str, object]
"""How far numbers went both ways between us and one device, by what today's program calls them."""


def open_store(path: Path, key: bytes) -> SqliteAccountStore:
    """Brings an older database to today's shape."""
    return open_account_store(path, key, synchronous="OFF")


def load(store: SqliteAccountStore, seed: bytes) -> Account:
    entropy = repeatable_entropy(seed)
    return Account.load(store, entropy=entropy, kem=RepeatableKem(entropy))


def views(account: Account, peer_cid: Cid) -> list[MessageView]:
    """All messages of a conversation, in display order, a page at a time."""
    talk = account.conversation_with(peer_cid)
    shown, more, _ = account.timeline(talk, None, None, None, _PAGE)
    while more:
        first = shown[0].order
        place = first.counter, DeviceId(bytes.fromhex(first.device)), MessageId(bytes.fromhex(first.message))
        before, more, _ = account.timeline(talk, place, None, None, _PAGE)
        shown = before + shown
    return shown


def conversation(account: Account, store: SqliteAccountStore, peer_cid: Cid) -> Conversation:
    view = account.conversation_view(account.conversation_with(peer_cid))
    assert view is not None
    peer = account.peer_view(peer_cid)
    assert peer is not None
    shown = views(account, peer_cid)
    places = sorted(message.arrival for message in shown)
    lines: list[Line] = []
    for message in shown:
        row = store.message(account.conversation_with(peer_cid), MessageId(bytes.fromhex(message.id)))
        assert row is not None
        lines.append(
            Line(
                id=message.id,
                mine=message.mine,
                kind=message.kind,
                body=row.body,
                status=message.status,
                order=(message.order.counter, message.order.device),
                late=message.arrived_late,
                seen=message.seen,
                painted=message.painted,
                written_at=message.written_at,
                arrived_at=message.arrived_at,
                shown_at=message.shown_at,
                arrived=places.index(message.arrival),
            )
        )
    return Conversation(
        unread=0 if peer.blocked else view.unread,
        first_unread=None if view.first_unread is None else (view.first_unread.counter, view.first_unread.device),
        last=None if view.last is None else view.last.id,
        lines=lines,
    )


def device_of(store: SqliteAccountStore, peer_cid: Cid) -> DeviceId:
    """Their one device."""
    peer = store.peer_by_cid(peer_cid)
    assert peer is not None
    [entry] = verify_device_list(peer.device_list, peer.account_id).devices
    return entry.device_id


def talk_partners(account: Account) -> list[Cid]:
    """With whom there are conversations, in their order."""
    return [view.peer for view in account.conversation_views()]


def why_queued(account: Account, peer_cid: Cid, message_id: str) -> str | None:
    """The code of the reason that stands beside it."""
    view = account.message_view(account.conversation_with(peer_cid), MessageId(bytes.fromhex(message_id)))
    assert view is not None
    return None if view.reason is None else view.reason.code


def under_way(store: SqliteAccountStore, device: DeviceId) -> UnderWay:
    waiting = [
        Waiting(row.kind, row.message_id, row.conversation, row.counter, round(row.written_at * 1000), row.body)
        for row in store.deliveries_waiting(device, _ALL)
    ]
    return UnderWay(store.deliveries_to_send(device, 0, _ALL, even_sent=True), waiting)


def how_many(store: SqliteAccountStore, device: DeviceId) -> int:
    """Under way, as the limit of the queue counts them."""
    return store.under_way(device)


def not_at_the_server(store: SqliteAccountStore, device: DeviceId) -> list[int]:
    """Numbers that are sealed and for which the server has not confirmed that it has them."""
    return [number for number, _ in store.deliveries_to_send(device, 0, _ALL)]


def expired(store: SqliteAccountStore, device: DeviceId) -> list[int]:
    """Numbers that the server kept as long as it keeps anything."""
    return store.numbers_under_way(device, "expired")


def kept_no_longer(store: SqliteAccountStore, wall: float) -> list[tuple[DeviceId, int]]:
    """Device and number of what the server has and was to keep until this moment at most, the first to go first."""
    return store.overdue(wall, _ALL)


def noted_reason(store: SqliteAccountStore, message_id: MessageId) -> str | None:
    """Why it is still here, as far as the server said."""
    profile = store.profile()
    assert profile is not None
    [row] = [row for row in store.messages_with_id(message_id) if row.author == profile.account_id]
    [delivery] = store.deliveries_of([row.arrival])[row.arrival]
    return delivery.reason


def marks(store: SqliteAccountStore, device: DeviceId) -> Marks:
    """Empty where nothing ever went either way."""
    channel = store.channel(device)
    if channel is None:
        return {}
    return {
        name: getattr(channel, name)
        for name in (
            "next_number",
            "delivered_up_to",
            "read_up_to",
            "expected",
            "seen_up_to",
            "own_read_up_to",
            "lost",
            "opened",
            "opened_before",
            "origins",
            "receipt_session",
            "parked_receipt",
            "asked_back",
            "rekey_at",
            "read_runs",
            "own_read_runs",
            "spares_given",
            "spares_renew_at",
            "on_trial",
        )
    }


def counter(store: SqliteAccountStore, device: DeviceId) -> int:
    """The highest Lamport counter in the conversation with the account of this device."""
    profile, channel = store.profile(), store.channel(device)
    assert profile is not None
    return 0 if channel is None else store.counter(conversation_id(profile.account_id, channel.account_id))


def sending_session(store: SqliteAccountStore, device: DeviceId) -> Session | None:
    row = store.sending_ratchet(device)
    return None if row is None else row.session
