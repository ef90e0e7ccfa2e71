"""What the accounts notice, told to whoever holds their sessions: views, plain clients and waiting requests."""

from collections.abc import Collection

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.citadel.plain_delivery import PlainDelivery
from casemate.internal_service.core.citadel.plain_news import PlainNews
from casemate.internal_service.core.ground import notices
from casemate.internal_service.core.ground.notices import Notice
from casemate.internal_service.core.ground.refusals import Refused
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.internal_service.core.notifying.notifier import Notifier
from casemate.internal_service.core.sessions.accounts import Accounts
from casemate.internal_service.core.sessions.creating import Creating
from casemate.internal_service.core.sessions.hosts import Host
from casemate.internal_service.core.sessions.sessions import Sessions
from casemate.internal_service.core.sessions.signing_in import SigningIn
from casemate.internal_service.core.views.snapshots import Views
from casemate.protocol.client import views as rows
from casemate.protocol.ids import Cid, ConversationId, MessageId, SocketId


class Telling(Memory):
    def __init__(
        self,
        accounts: Accounts,
        plain_news: PlainNews,
        delivery: PlainDelivery,
        views: Views,
        notifier: Notifier,
        creating: Creating,
        signing_in: SigningIn,
        sessions: Sessions,
        undo: Undo,
    ) -> None:
        super().__init__(undo)
        self._desk = accounts.desk
        self._stores = accounts.stores
        self._hosts = accounts.hosts
        self._plain_news = plain_news
        self._delivery = delivery
        self._waits = accounts.waits
        self._views = views
        self._notifier = notifier
        self._creating = creating
        self._signing_in = signing_in
        self._sessions = sessions
        self._changed: UndoDict[tuple[Cid, ConversationId, MessageId | None], None] = UndoDict(undo)
        """Conversations that may look different since the last batch ended, and messages in them; all in order."""

        self._counts_differ: UndoDict[Cid, None] = UndoDict(undo)
        """Accounts of which more or fewer messages or people may wait: counted once a batch."""

    @property
    def wants_batch_end(self) -> bool:
        return bool(self._changed or self._counts_differ)

    def batch_end(self) -> None:
        """Messages and conversations are told once per batch, as they are then, however often they changed in it."""
        conversations: dict[tuple[Cid, ConversationId], list[MessageId]] = {}
        for cid, conversation, message_id in self._changed:
            message_ids = conversations.setdefault((cid, conversation), [])
            if message_id is not None:
                message_ids.append(message_id)
        self._changed.clear()
        for (cid, conversation), message_ids in conversations.items():
            host = self._hosts.get(cid)
            if host is None:
                continue
            self._notifier.conversation_changed(cid, conversation)
            if self._views.is_watched(host):
                self._tell_conversation(host, conversation, message_ids)
            self._counts_differ[cid] = None
        for cid in list(self._counts_differ):
            host = self._hosts.get(cid)
            if host is not None:
                self._views.unread_may_differ(host)
        self._counts_differ.clear()

    def _tell_conversation(self, host: Host, conversation: ConversationId, message_ids: Collection[MessageId]) -> None:
        messages = host.account.message_views(conversation, message_ids)
        events: list[rows.ViewEvent] = [rows.MessageChanged(message=message) for message in messages]
        gone = {message_id.hex() for message_id in message_ids} - {message.id for message in messages}
        events += [rows.MessageRemoved(conversation=conversation.hex(), id=each) for each in sorted(gone)]
        shown = host.account.conversation_view(conversation)
        if shown is not None:
            events.append(rows.ConversationChanged(conversation=shown))
        self._views.events(host, events)

    def _tell_scheduled(self, host: Host, message_id: MessageId) -> None:
        scheduled = host.account.scheduling.view(message_id)
        gone = rows.ScheduledRemoved(id=message_id.hex())
        self._views.event(host, gone if scheduled is None else rows.ScheduledChanged(scheduled=scheduled))

    def take(self, host: Host, items: Outcome) -> None:
        """What an account returned: effects go out, notices are told, in their order."""
        for item in items:
            if isinstance(item, Notice):
                current = self._hosts.get(host.cid)
                if current is not None:
                    self._tell(current, item)
            else:
                self._desk.effects.append(item)

    def _tell(self, host: Host, notice: Notice) -> None:
        match notice:
            case notices.Enrolled():
                self._creating.enrolled(host)
            case notices.EnrolmentRefused(why):
                self._creating.refused(host, why)
            case notices.LinkChanged():
                self._views.account_changed(host)
                self._creating.link_changed(host)
                self._signing_in.link_changed(host)
            case notices.InvitationEnded() | notices.InvitesJudged():
                self._views.account_changed(host)
            case notices.AccountDeleted():
                self._sessions.account_deleted(host, notice)
            case notices.Answered(token) | notices.DirectoryAnswered(token):
                self._waits.settle(token, notice)
            case _:
                self._tell_of_conversation(host, notice)

    def _tell_of_conversation(self, host: Host, notice: Notice) -> None:
        match notice:
            case notices.MessageChanged(conversation, message_id):
                self._changed[host.cid, conversation, message_id] = None
            case notices.ConversationChanged(conversation):
                self._changed[host.cid, conversation, None] = None
            case notices.ScheduledChanged(message_id):
                self._tell_scheduled(host, message_id)
            case notices.TypingChanged(conversation, typing):
                self._views.event(host, rows.TypingChanged(conversation=conversation.hex(), typing=typing))
            case notices.MessageArrived():
                self._notifier.message_arrived(host, notice)
                self._message_arrived(host, notice)
            case _:
                self._tell_of_person(host, notice)

    def _tell_of_person(self, host: Host, notice: Notice) -> None:
        match notice:
            case notices.PeerChanged(cid):
                peer = host.account.peer_view(cid)
                if peer is not None:
                    self._views.event(host, rows.PeerChanged(peer=peer))
                    self._remember_peer(host, peer)
                    self._notifier.people_changed(host.cid)
                    self._counts_differ[host.cid] = None
            case notices.PathChanged(cid):
                if self._views.is_watched(host):
                    peer = host.account.peer_view(cid)
                    self._views.event(host, rows.PathChanged(peer=cid, path=None if peer is None else peer.path))
            case _:
                if isinstance(notice, notices.RegistrationWanted):
                    self._notifier.asks(host, notice.cid)
                elif isinstance(notice, notices.RegistrationSettled):
                    self._notifier.settled(host, notice)
                self._plain_news.tell(host, notice)

    def tell_what_waits(self, host: Host, socket: SocketId) -> None:
        """A plain socket was bound: the questions that came before, and the messages that it is owed."""
        self._plain_news.tell_what_waits(host, socket)
        self._delivery.bound(host)

    def _message_arrived(self, host: Host, notice: notices.MessageArrived) -> None:
        if host.plain_holder:
            message = notice.body if notice.arrival is None else notice.arrival
            self._delivery.message(host, notice.conversation, message)
        elif notice.kind == "opaque":
            self._acknowledge(host, notice)

    def _acknowledge(self, host: Host, notice: notices.MessageArrived) -> None:
        """No plain client holds the session: this service is the ILM endpoint."""
        frame = ilm.decode(notice.body)
        peer = host.account.cid_in(notice.conversation)
        if isinstance(frame, ilm.Data) and frame.destination == host.cid and frame.source == peer:
            try:
                items = host.account.send_opaque(notice.conversation, [ilm.acknowledgement(frame)], self._desk.now)
            except Refused:
                return  # disconnected meanwhile: the other side asks again when it is back
            self.take(host, items)

    def _remember_peer(self, host: Host, peer: rows.PeerView) -> None:
        """The index keeps registered peers for when the account is locked."""
        known = self._stores.service.known_peers(host.name)
        is_peer = peer.relation == "registered"
        if is_peer and known.get(peer.cid) != peer.username:
            self._stores.service.put_known_peers(host.name, {**known, peer.cid: peer.username})
        elif not is_peer and peer.cid in known:
            remaining = {cid: username for cid, username in known.items() if cid != peer.cid}
            self._stores.service.put_known_peers(host.name, remaining)
