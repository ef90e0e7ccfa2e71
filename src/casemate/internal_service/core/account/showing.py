"""What an account's database and link look like to a view: rows become the view types of the client API."""

from collections.abc import Iterable, Sequence

from casemate.crypto.content import Kind
from casemate.crypto.safety import SafetyCode, safety_number
from casemate.internal_service.core.account.context import Context, milliseconds
from casemate.internal_service.core.account.conversations.chat_form import text_of
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.delivery.notes import NOTE_PREFIX
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.paths.reasons import why_away, why_no_path, why_relayed
from casemate.internal_service.core.account.people.namesakes import Namesakes
from casemate.internal_service.core.account.ports import DisplayOrder
from casemate.internal_service.core.account.rows import Peer, TimelineRow
from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.views import (
    ConversationView,
    DirectoryRow,
    MessageOrder,
    MessageView,
    NameLooks,
    Namesake,
    PathView,
    PeerView,
    Reason,
)
from casemate.protocol.ids import AccountId, DeviceId, cid_of
from casemate.protocol.limits import TIMELINE_PAGE_BYTES, TIMELINE_PAGE_ROWS
from casemate.protocol.link import AccountRow, PresenceRow
from casemate.protocol.names import holds_unseen, skeleton_of_drawn


class Showing:
    """Reads only."""

    def __init__(
        self,
        context: Context,
        conversations: Conversations,
        link: Link,
        endpoint: Endpoint,
        paths: Paths,
        outbox: Outbox,
    ) -> None:
        self._context = context
        self._conversations = conversations
        self._link = link
        self._endpoint = endpoint
        self._paths = paths
        self._outbox = outbox

    def peer(self, peer: Peer) -> PeerView:
        presence = self._presence(peer)
        return PeerView(
            cid=peer.cid,
            account_id=peer.account_id.hex(),
            conversation=self._conversations.of(peer).hex(),
            username=peer.username,
            full_name=peer.full_name,
            relation=peer.relation,
            relation_since=milliseconds(peer.relation_since),
            connection=peer.connection,
            blocked=peer.blocked,
            online=None if presence is None else presence.online,
            online_since=None if presence is None or presence.since is None else milliseconds(presence.since),
            path=self._path(peer),
            verified=peer.verified,
            identity_changed=peer.identity_changed,
            names_signed=bool(peer.names),
            looks=name_looks(peer.full_name, peer.username),
            namesake=_namesake(self._first(peer)),
        )

    def directory_rows(self, rows: Iterable[AccountRow]) -> list[DirectoryRow]:
        """Of others. Whom we know is called as we know them, whatever the server says."""
        namesakes = Namesakes(self._context.store.peers())
        return [self._directory_row(row, namesakes) for row in rows if row.account_id != self._context.account_id]

    def _directory_row(self, row: AccountRow, namesakes: Namesakes) -> DirectoryRow:
        peer = self._context.store.peer(row.account_id)
        called = row if peer is None else peer
        said = PresenceRow(row.account_id, row.online, None)
        presence = said if peer is None else self._presence(peer, said)
        return DirectoryRow(
            cid=cid_of(row.account_id),
            account_id=row.account_id.hex(),
            username=called.username,
            full_name=called.full_name,
            online=None if presence is None else presence.online,
            relation="none" if peer is None else peer.relation,
            connection="none" if peer is None else peer.connection,
            blocked=False if peer is None else peer.blocked,
            looks=name_looks(called.full_name, called.username),
            namesake=_namesake(namesakes.of(row.account_id, row.username) if peer is None else self._first(peer)),
            names_signed=peer is not None and bool(peer.names),
        )

    def _first(self, peer: Peer) -> Peer | None:
        """Whose name it was before."""
        return self._context.store.peer(AccountId(peer.namesake)) if peer.namesake else None

    def _presence(self, peer: Peer, said: PresenceRow | None = None) -> PresenceRow | None:
        """Whether they are here: whoever answers on a path is, whatever the server says. None: not known.

        Of whom we block nothing is told, as they are told nothing of us.
        """
        if peer.blocked:
            return None
        presence = said or self._context.store.presence(peer.account_id)
        answering_since = self._paths.answering_since(peer.account_id)
        if answering_since is None or (presence is not None and presence.online):
            return presence
        return PresenceRow(peer.account_id, True, answering_since)

    def conversation(self, peer: Peer) -> ConversationView:
        store = self._context.store
        last_id = store.last_message(peer.account_id)
        last = None if last_id is None else store.timeline_row(peer.account_id, last_id)
        first_unread = store.first_unread(peer.account_id)
        return ConversationView(
            id=self._conversations.of(peer).hex(),
            kind="direct",
            peer=peer.cid,
            unread=0 if peer.blocked else store.unread(peer.account_id),
            first_unread=None if first_unread is None else _order(first_unread),
            last=None if last is None else self.message(peer, last),
        )

    def message(self, peer: Peer, row: TimelineRow) -> MessageView:
        return MessageView(
            id=row.message_id.hex(),
            conversation=self._conversations.of(peer).hex(),
            author=self._author(peer, row),
            mine=row.mine,
            kind=row.kind,
            text=_text(row),
            bytes=len(row.body),
            status=row.status,
            reason=self._why_queued(peer, row),
            order=_order((row.counter, row.device)),
            arrival=row.arrival,
            written_at=milliseconds(row.written_at),
            arrived_at=milliseconds(row.arrived_at),
            shown_at=milliseconds(row.shown_at),
            arrived_late=row.late,
            seen=row.seen,
            painted=row.painted,
        )

    def _author(self, peer: Peer, row: TimelineRow) -> str | None:
        if row.kind.startswith(NOTE_PREFIX):
            return None
        return (self._context.account_id if row.mine else peer.account_id).hex()

    def timeline(
        self,
        peer: Peer,
        before: DisplayOrder | None,
        after: DisplayOrder | None,
        around: DisplayOrder | None,
        limit: int,
    ) -> tuple[list[MessageView], bool, bool]:
        """A page in display order, and whether there is more before and after it."""
        store = self._context.store
        limit = max(1, min(limit, TIMELINE_PAGE_ROWS))

        def page(*, before: DisplayOrder | None = None, after: DisplayOrder | None = None) -> list[TimelineRow]:
            return store.timeline_page(peer.account_id, before=before, after=after, limit=limit + 1)

        if around is not None:
            just_before = (around[0], DeviceId(around[1]))
            older, newer = page(before=just_before), page(after=(around[0], _before(around[1])))
            half = max(1, limit // 2)
            upper, lower = _last_that_fit(older[-half:]), _first_that_fit(newer[: limit - half])
            return self._messages(peer, upper + lower), len(older) > len(upper), len(newer) > len(lower)
        if after is not None:
            rows = page(after=after)
            shown = _first_that_fit(rows[:limit])
            return self._messages(peer, shown), True, len(rows) > len(shown)
        rows = page(before=before)
        shown = _last_that_fit(rows[-limit:])
        return self._messages(peer, shown), len(rows) > len(shown), before is not None

    def safety(self, peer: Peer) -> SafetyCode:
        return safety_number(self._context.secrets.account.keys, self._context.device_list(peer).account_keys)

    def _messages(self, peer: Peer, rows: list[TimelineRow]) -> list[MessageView]:
        return [self.message(peer, row) for row in rows]

    def _path(self, peer: Peer) -> PathView | None:
        if peer.connection != "connected":
            return None
        path = self._paths.path_of(self._context.device_of(peer))
        if path is None or path.kind == "mailbox":
            refused = self._outbox.why_refused(self._context.device_of(peer))
            why = why_no_path(self._context, self._link, self._endpoint, peer, path, refused)
            since = max(self._link.view().since, 0 if path is None else milliseconds(path.since))
            return PathView(kind="mailbox", since=since, reason=why)
        return PathView(
            kind=path.kind,
            since=milliseconds(path.since),
            rtt_ms=None if path.live is None else path.live.rtt_ms,
            reason=None
            if path.kind == "direct"
            else why_relayed(self._context, self._endpoint, peer, path.their_network),
            rtt_history=list(path.history),
            unsteady=path.unsteady,
        )

    def _why_queued(self, peer: Peer, row: TimelineRow) -> Reason | None:
        """What stands between a queued message and the server, most pressing first."""
        if not row.mine or row.status != "queued":
            return None
        if peer.identity_changed:
            return reason("identity_changed")
        if peer.blocked:
            return reason("blocked_by_you")
        if peer.relation != "registered":
            return reason("account_gone" if peer.relation == "gone" else "not_registered")
        queued = self._context.store.outbox_of_message(row.message_id)
        if queued is not None and queued.state == "expired":
            return reason("expired")
        if self._paths.is_healthy(self._context.device_of(peer)):
            return None
        link = self._link.view()
        if link.state != "online":
            return why_away(link)
        waiting = self._outbox.waiting_reason(self._context.device_of(peer))
        if waiting is not None:
            return reason(waiting)
        return None if queued is None or queued.reason is None else reason(queued.reason)


def name_looks(full_name: str, username: str) -> NameLooks:
    shown = full_name or username
    return NameLooks(drawn=skeleton_of_drawn(shown), unseen=holds_unseen(shown))


def _namesake(peer: Peer | None) -> Namesake | None:
    return None if peer is None else Namesake(cid=peer.cid, username=peer.username, full_name=peer.full_name)


def _first_that_fit(rows: Sequence[TimelineRow]) -> list[TimelineRow]:
    """At least one, and no more than a page may hold: whoever writes long messages decides nothing about its size."""
    size = 0
    fitting: list[TimelineRow] = []
    for row in rows:
        size += len(row.body)
        if fitting and size > TIMELINE_PAGE_BYTES:
            break
        fitting.append(row)
    return fitting


def _last_that_fit(rows: Sequence[TimelineRow]) -> list[TimelineRow]:
    return _first_that_fit(rows[::-1])[::-1]


def _text(row: TimelineRow) -> str | None:
    if row.kind == Kind.CHAT:
        return row.body.decode("utf-8", "replace")
    if row.kind.startswith(NOTE_PREFIX):
        return row.body.decode() or None
    return text_of(row.body) if row.kind == Kind.OPAQUE else None


def _order(order: DisplayOrder) -> MessageOrder:
    return MessageOrder(order[0], order[1].hex())


def _before(device: bytes) -> DeviceId:
    """The greatest device id below this one, so that `after` it includes the place itself."""
    number = int.from_bytes(device, "big")
    return DeviceId(max(0, number - 1).to_bytes(len(device), "big"))
