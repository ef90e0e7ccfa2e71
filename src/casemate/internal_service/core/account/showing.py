"""What an account's database and link look like to a view: rows become the view types of the client API."""

from collections.abc import Iterable, Sequence
from typing import Final

from casemate.crypto.content import Kind
from casemate.crypto.safety import SafetyCode, safety_number
from casemate.internal_service.core.account.changes import Target
from casemate.internal_service.core.account.contents import decode_life_setting
from casemate.internal_service.core.account.context import Context, milliseconds
from casemate.internal_service.core.account.conversations.change_contents import decode_preview
from casemate.internal_service.core.account.conversations.chat_form import said
from casemate.internal_service.core.account.conversations.conversation import Conversations
from casemate.internal_service.core.account.conversations.statuses import status_of
from casemate.internal_service.core.account.delivery.notes import NOTE_PREFIX
from casemate.internal_service.core.account.delivery.outbox import Outbox
from casemate.internal_service.core.account.link.link import Link
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import PeerPath
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.paths.reasons import why_away, why_no_path, why_relayed
from casemate.internal_service.core.account.people.inviting import Inviting
from casemate.internal_service.core.account.people.namesakes import Namesakes
from casemate.internal_service.core.account.profiles import SharedProfile
from casemate.internal_service.core.account.rows import Beginning, Delivery, DisplayOrder, Guest, MessageRow, Peer, Pin
from casemate.internal_service.core.ground.refusals import reason
from casemate.protocol.client.message_extensions import MessageVersion
from casemate.protocol.client.notification_views import MuteView
from casemate.protocol.client.views import (
    ConversationView,
    DirectoryRow,
    GuestView,
    InviteState,
    InviteView,
    LinkPreviewView,
    MessageOrder,
    MessageView,
    NameLooks,
    Namesake,
    PathView,
    PeerView,
    PendingChange,
    PinView,
    ReactionView,
    Reason,
    ReplyState,
    ReplyView,
    StatusView,
)
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import MESSAGE_ID_BYTES, AccountId, ConversationId, MessageId, cid_of
from casemate.protocol.limits import PIN_CHARACTERS, TIMELINE_PAGE_BYTES, TIMELINE_PAGE_ROWS
from casemate.protocol.link import AccountRow, PresenceRow
from casemate.protocol.link_previews import is_preview_of, link_preview
from casemate.protocol.names import holds_unseen, shown_from_others, skeleton_of_drawn

REPLY_CHARACTERS: Final = 200
"""Of the message that another one answers; its own place shows the rest."""
_BEST_FIRST: Final = ("direct", "relayed", "mailbox")


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
        remark = self._context.store.remark(peer.account_id)
        shared = self._context.store.shared_profile(peer.account_id) if peer.shares_with_us else SharedProfile()
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
            met=peer.met,
            awaited=peer.is_awaited,
            introduction=peer.introduction,
            picture=shared.picture_hash.hex(),
            status=status_view(shared),
            nickname=remark.nickname,
            nickname_drawn=skeleton_of_drawn(remark.nickname),
            note=remark.note,
            declined_at=None if remark.declined_at is None else milliseconds(remark.declined_at),
        )

    def invites(self, inviting: Inviting, wall: float) -> list[InviteView]:
        """Of this account; the link of one that cannot be used any more is not shown."""
        views = []
        for invite in self._context.store.invites():
            guests = self._context.store.guests(invite.invite_id)
            refused = None
            if invite.ended:
                state: InviteState = "ended"
            elif not invite.can_be_used(wall):
                state = "over"
            elif len(guests) >= invite.uses:
                state = "used_up"
            else:
                refused = invite.refused
                state = "usable" if refused is None else "refused"
            views.append(
                InviteView(
                    id=invite.invite_id.hex(),
                    state=state,
                    link=inviting.link_text(invite) if state in ("usable", "refused") else None,
                    uses=invite.uses,
                    made_at=milliseconds(invite.made_at),
                    ends_at=milliseconds(invite.ends_at),
                    guests=[self._guest(guest) for guest in guests],
                    refused=refused,
                )
            )
        return views

    def _guest(self, guest: Guest) -> GuestView:
        peer = self._context.store.peer(guest.account_id)
        return GuestView(
            cid=cid_of(guest.account_id),
            username="" if peer is None else peer.username,
            full_name="" if peer is None else peer.full_name,
            came_at=milliseconds(guest.came_at),
        )

    def directory_rows(self, rows: Iterable[AccountRow]) -> list[DirectoryRow]:
        """Of others. Whom we know is called as we know them, whatever the server says."""
        namesakes = Namesakes(self._context.store.peers())
        return [self._directory_row(row, namesakes) for row in rows if row.account_id != self._context.account_id]

    def _directory_row(self, row: AccountRow, namesakes: Namesakes) -> DirectoryRow:
        peer = self._context.store.peer(row.account_id)
        called = row if peer is None else peer
        full_name = shown_from_others(called.full_name)
        said = PresenceRow(row.account_id, row.online, None)
        presence = said if peer is None else self._presence(peer, said)
        return DirectoryRow(
            cid=cid_of(row.account_id),
            account_id=row.account_id.hex(),
            username=called.username,
            full_name=full_name,
            online=None if presence is None else presence.online,
            relation="none" if peer is None else peer.relation,
            connection="none" if peer is None else peer.connection,
            blocked=False if peer is None else peer.blocked,
            looks=name_looks(full_name, called.username),
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
        conversation = self._conversations.of(peer)
        last_id = store.last_message(conversation)
        first_unread = store.first_unread(conversation)
        mute = store.mute(conversation)
        arrangement = store.arrangement(conversation)
        return ConversationView(
            id=conversation.hex(),
            kind="notes" if self._context.is_oneself(peer) else "direct",
            peer=peer.cid,
            unread=0 if peer.blocked else store.unread(conversation),
            first_unread=None if first_unread is None else view_order(first_unread),
            last=next(iter(self.messages(peer, [] if last_id is None else [last_id])), None),
            muted=None if mute is None else MuteView(until=None if mute.until is None else milliseconds(mute.until)),
            pinned=arrangement.pinned,
            archived=arrangement.archived,
            pins=self._pins(conversation),
            lives_for=store.disappearing(conversation),
        )

    def _pins(self, conversation: ConversationId) -> list[PinView]:
        return [_pin_view(pin, pin.says) for pin in self._context.store.pins(conversation) if pin.says is not None]

    def messages(self, peer: Peer, message_ids: Iterable[MessageId]) -> list[MessageView]:
        """Of those that there are, in this order."""
        ids = list(message_ids)
        found = {row.message_id: row for row in self._context.store.lines(self._conversations.of(peer), ids)}
        return self._messages(peer, [found[message_id] for message_id in ids if message_id in found])

    def _messages(self, peer: Peer, rows: Sequence[MessageRow]) -> list[MessageView]:
        ours = [row.arrival for row in rows if row.author == self._context.account_id]
        deliveries = self._context.store.deliveries_of(ours) if ours else {}
        changing = self._context.store.changes_under_way(rows)
        with_links = [row for row in rows if row.kind == Kind.CHAT and b"://" in row.body]
        previews = self._context.store.previews(with_links) if with_links else {}
        ends = self._context.store.ends_of([row.arrival for row in rows if row.lives_for is not None])
        return [
            self._message(
                peer,
                row,
                deliveries.get(row.arrival, ()),
                changing.get(row.arrival, ()),
                ends.get(row.arrival),
                previews.get(row.arrival, b""),
            )
            for row in rows
            if row.deleted != "here" and not row.vanished
        ]

    def _message(
        self,
        peer: Peer,
        row: MessageRow,
        deliveries: Sequence[Delivery],
        changing: Sequence[Delivery],
        ends_at: float | None,
        preview: bytes,
    ) -> MessageView:
        mine = row.author == self._context.account_id
        # Of what was taken back nothing is on its way; how far the taking back is, `pending` says.
        # Nor is anything of what one wrote to oneself: it is here.
        goes = mine and row.deleted is None and not self._context.is_oneself(peer)
        status = status_of(row, deliveries) if goes else "received"
        return MessageView(
            id=row.message_id.hex(),
            conversation=row.conversation.hex(),
            author=None if row.author is None else row.author.hex(),
            mine=mine,
            kind=row.kind,
            text=said_in(row),
            bytes=len(row.body),
            status=status,
            reason=self._why_queued(peer, deliveries) if status == "queued" else None,
            order=view_order(row.order),
            arrival=row.arrival,
            written_at=milliseconds(row.written_at),
            arrived_at=milliseconds(row.arrived_at),
            shown_at=milliseconds(row.shown_at),
            arrived_late=row.late,
            seen=row.seen,
            painted=row.painted,
            reply=None if row.about is None else self._reply(row.conversation, row.about),
            edited_at=None if row.edited_at is None else milliseconds(row.edited_at),
            deleted=row.deleted is not None,
            reactions=_reactions(row),
            pending=self._pending(peer, changing),
            preview=_preview(preview, row),
            untold=row.untold,
            lives_for=_set_in(row) if row.kind == Kind.DISAPPEARING else row.lives_for,
            ends_at=None if ends_at is None else milliseconds(ends_at),
        )

    def _reply(self, conversation: ConversationId, target: Target) -> ReplyView:
        author, message_id = target
        row = self._context.store.message(conversation, message_id)
        if row is None or row.author != author:
            return ReplyView(author=author.hex(), id=message_id.hex(), state="unknown", text=None)
        if row.is_gone:
            state: ReplyState = "vanished" if row.vanished else "deleted"
            return ReplyView(author=author.hex(), id=message_id.hex(), state=state, text=None)
        text = said_in(row)
        return ReplyView(
            author=author.hex(),
            id=message_id.hex(),
            state="here",
            text=None if text is None else text[:REPLY_CHARACTERS],
        )

    def _pending(self, peer: Peer, changing: Sequence[Delivery]) -> PendingChange | None:
        """Of several, as far as the one that is least far."""
        missing = [delivery for delivery in changing if delivery.told is None]
        if not missing:
            return None
        queued = [delivery for delivery in missing if delivery.state != "sent"]
        reason_why = self._why_queued(peer, queued) if queued else None
        return PendingChange(status="queued" if queued else "sent", reason=reason_why)

    def versions(self, peer: Peer, target: Target) -> list[MessageVersion]:
        """Of an edited message, the oldest first."""
        conversation = self._conversations.of(peer)
        message = self._context.store.message(conversation, target[1])
        if message is None or message.author != target[0] or message.edited_at is None or message.is_gone:
            return []
        changes = self._context.store.changes_of(conversation, target)
        return [
            MessageVersion(text=change.text.decode("utf-8", "replace"), made_at=milliseconds(change.made_at))
            for change in changes
            if change.kind == "edit"
        ]

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
        conversation = self._conversations.of(peer)
        limit = max(1, min(limit, TIMELINE_PAGE_ROWS))

        def page(*, before: DisplayOrder | None = None, after: DisplayOrder | None = None) -> list[MessageRow]:
            return store.timeline_page(conversation, before=before, after=after, limit=limit + 1)

        if around is not None:
            older, newer = page(before=around), page(after=_just_before(around))
            half = limit // 2
            upper, lower = _last_that_fit(older, half), _first_that_fit(newer, limit - half)
            return self._messages(peer, upper + lower), len(older) > len(upper), len(newer) > len(lower)
        if after is not None:
            rows = page(after=after)
            shown = _first_that_fit(rows, limit)
            return self._messages(peer, shown), True, len(rows) > len(shown)
        rows = page(before=before)
        shown = _last_that_fit(rows, limit)
        return self._messages(peer, shown), len(rows) > len(shown), before is not None

    def safety(self, peer: Peer) -> SafetyCode:
        return safety_number(self._context.secrets.account.keys, self._context.device_list(peer).account_keys)

    def _path(self, peer: Peer) -> PathView | None:
        if peer.connection != "connected":
            return None
        path = self._best_path(peer)
        if path is None or path.kind == "mailbox":
            whys = (self._outbox.why_refused(device) for device in self._context.devices_of(peer))
            refused = next((why for why in whys if why is not None), None)
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

    def _best_path(self, peer: Peer) -> PeerPath | None:
        """To the one of their devices that is reached best."""
        paths = [path for path in map(self._paths.path_of, self._context.devices_of(peer)) if path is not None]
        return min(paths, key=lambda path: _BEST_FIRST.index(path.kind), default=None)

    def _why_queued(self, peer: Peer, deliveries: Sequence[Delivery]) -> Reason | None:
        """What stands between a queued message and the server, most pressing first."""
        if peer.identity_changed:
            return reason("identity_changed")
        if peer.blocked:
            return reason("blocked_by_you")
        if peer.relation != "registered":
            return reason(_why_not_registered(peer))
        if any(delivery.state == "expired" for delivery in deliveries):
            return reason("expired")
        if any(self._paths.is_healthy(delivery.device) for delivery in deliveries):
            return None
        link = self._link.view()
        if link.state != "online":
            return why_away(link)
        whys = [self._outbox.waiting_reason(delivery.device) or delivery.reason for delivery in deliveries]
        return next((reason(why) for why in whys if why is not None), None)


def _why_not_registered(peer: Peer) -> str:
    if peer.relation == "gone":
        return "account_gone"
    return "not_registered_yet" if peer.is_awaited else "not_registered"


def name_looks(full_name: str, username: str) -> NameLooks:
    shown = full_name or username
    return NameLooks(drawn=skeleton_of_drawn(shown), unseen=holds_unseen(shown))


def _namesake(peer: Peer | None) -> Namesake | None:
    return None if peer is None else Namesake(cid=peer.cid, username=peer.username, full_name=peer.full_name)


def _first_that_fit(rows: Sequence[MessageRow], most: int) -> list[MessageRow]:
    """Up to `most`, as long as they fit, but always one: whoever writes long messages does not decide a page's size."""
    size = 0
    fitting: list[MessageRow] = []
    for row in rows[:most]:
        size += len(row.body)
        if fitting and size > TIMELINE_PAGE_BYTES:
            break
        fitting.append(row)
    return fitting


def _last_that_fit(rows: Sequence[MessageRow], most: int) -> list[MessageRow]:
    return _first_that_fit(rows[::-1], most)[::-1]


def _set_in(row: MessageRow) -> int | None:
    """None also of what cannot be read: programs that did not know this kind kept whatever came."""
    if row.deleted is not None:
        return None
    try:
        return decode_life_setting(row.body).lives_for
    except MalformedFrame:
        return None


def _reactions(row: MessageRow) -> list[ReactionView]:
    given: dict[str, list[str]] = {}
    for author, emojis in row.reactions:
        for emoji in emojis:
            given.setdefault(emoji, []).append(author.hex())
    return [ReactionView(emoji=emoji, authors=authors) for emoji, authors in given.items()]


def _preview(data: bytes, row: MessageRow) -> LinkPreviewView | None:
    """What was sealed is the other one's word, in any form that fits."""
    preview = decode_preview(data)
    if preview is None or not is_preview_of(preview, said_in(row) or ""):
        return None
    shown = link_preview(preview.url, preview.title, preview.site, preview.description)
    return LinkPreviewView(url=shown.url, title=shown.title, site=shown.site, description=shown.description)


def said_in(row: MessageRow | Beginning) -> str | None:
    if row.kind.startswith(NOTE_PREFIX):
        return row.body.decode() or None
    return said(row.kind, row.body)


def _pin_view(pin: Pin, says: Beginning) -> PinView:
    text = said_in(says)
    return PinView(
        author=pin.target[0].hex(),
        id=pin.target[1].hex(),
        text=None if text is None else text[:PIN_CHARACTERS],
        by=pin.by.hex(),
        made_at=milliseconds(pin.made_at),
    )


def view_order(order: DisplayOrder) -> MessageOrder:
    return MessageOrder(order[0], order[1].hex(), order[2].hex())


def _just_before(order: DisplayOrder) -> DisplayOrder:
    """So that what comes after it includes the place itself."""
    counter, device, message_id = order
    number = int.from_bytes(message_id, "big")
    return counter, device, MessageId((number - 1).to_bytes(MESSAGE_ID_BYTES, "big") if number else b"")


def status_view(shared: SharedProfile) -> StatusView | None:
    status = shared.status
    if status is None:
        return None
    until = None if status.until is None else milliseconds(status.until)
    return StatusView(text=status.text, set_at=milliseconds(status.set_at), until=until)
