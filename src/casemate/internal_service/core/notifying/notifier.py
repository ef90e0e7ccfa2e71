"""Decides what a person is told while they look at something else, and who shows it.

In memory only: what was unread when the service started was told before, or its count says so. What arrives while the
conversation is on a screen, is muted, or its person wants no disturbance calls nobody, also later.
"""

from typing import Final

from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground import notices
from casemate.internal_service.core.ground.desk import Desk
from casemate.internal_service.core.ground.effects import ShowOnDesktop, WithdrawFromDesktop
from casemate.internal_service.core.ground.undo import Memory, Undo, UndoDict
from casemate.internal_service.core.notifying import words
from casemate.internal_service.core.notifying.plans import (
    STRANGERS_RING_SECONDS,
    Put,
    Rung,
    Standing,
    Take,
    Wanted,
    is_bundled,
    is_quiet,
    plan,
)
from casemate.internal_service.core.sessions.hosts import Host, Hosts
from casemate.internal_service.core.sessions.machine import Machine
from casemate.protocol.client.notification_extensions import NotificationsChanged
from casemate.protocol.client.notification_views import NotificationView
from casemate.protocol.ids import Cid, ConversationId, SocketId

FLUSH_SECONDS: Final = 1.0
"""A conversation at full rate is shown anew this often."""
SOUND_SECONDS: Final = 3.0
"""Between two sounds, whoever they are of."""

_People = None
"""In the place of a conversation: who asks, and who agreed."""


class Notifier(Memory):
    def __init__(self, desk: Desk, hosts: Hosts, machine: Machine, undo: Undo) -> None:
        super().__init__(undo)
        self._desk = desk
        self._hosts = hosts
        self._machine = machine
        self._showers: UndoDict[SocketId, None] = UndoDict(undo)
        """Views that can show notifications: one of each browser."""
        self._looking: UndoDict[SocketId, tuple[Cid, ConversationId | None]] = UndoDict(undo)
        """What somebody has before their eyes."""
        self._called: UndoDict[tuple[Cid, ConversationId], tuple[int, int]] = UndoDict(undo)
        """From which arrival on messages call, and up to which one."""
        self._asked: UndoDict[Cid, tuple[float, int]] = UndoDict(undo)
        """Since when requests call, and the newest of `_news` of people there."""
        self._agreed: UndoDict[tuple[Cid, Cid], int] = UndoDict(undo)
        self._news = 0
        """Counts what people did: clocks may stand still, or be put back."""
        self._dirty: UndoDict[tuple[Cid, ConversationId | None], None] = UndoDict(undo)
        """Where something else may be wanted than before."""
        self._wanted: UndoDict[str, Wanted] = UndoDict(undo)
        self._standing: UndoDict[str, Standing] = UndoDict(undo)
        self._rung: UndoDict[str, Rung] = UndoDict(undo)
        self._flush_at = 0.0
        self._due: float | None = None
        self._sound_at = 0.0

    # --- views

    def show_in(self, socket: SocketId, on: bool) -> None:
        if on:
            self._showers[socket] = None
        else:
            self._showers.pop(socket)

    def look_at(self, socket: SocketId, cid: Cid, conversation: ConversationId | None) -> None:
        """0: nobody looks."""
        if not cid:
            self._looking.pop(socket)
            return
        self._looking[socket] = cid, conversation
        # Who asks and who agreed stands beside every screen of the account.
        if self._asked.pop(cid) is not None:
            self._dirty[cid, _People] = None
        for key in [key for key in self._agreed if key[0] == cid]:
            del self._agreed[key]
            self._dirty[cid, _People] = None

    def socket_closed(self, socket: SocketId) -> None:
        self._showers.pop(socket)
        self._looking.pop(socket)

    def dismiss(self, key: str) -> None:
        """Somebody put it away. What they have not read calls no more."""
        shown = self._standing.pop(key)
        if shown is None:
            return
        cid, conversation = shown.wanted.account, shown.wanted.conversation
        match shown.wanted.about:
            case "asks":
                self._asked.pop(cid)
            case "agreed":
                for each in [each for each in self._agreed if key == _agreed_key(*each)]:
                    del self._agreed[each]
            case _:
                for where in [where for where in self._called if where[0] == cid]:
                    if conversation in (None, where[1]):
                        del self._called[where]
                        self._dirty[where] = None
        self._dirty[cid, _People] = None

    # --- what the accounts notice

    def message_arrived(self, host: Host, notice: notices.MessageArrived) -> None:
        if notice.arrival is not None and self._may_call(host, notice.conversation):
            where = host.cid, notice.conversation
            known = self._called.get(where)
            self._called[where] = (notice.arrival if known is None else known[0]), notice.arrival
            self._dirty[where] = None

    def conversation_changed(self, cid: Cid, conversation: ConversationId) -> None:
        if (cid, conversation) in self._called:
            self._dirty[cid, conversation] = None

    def asks(self, host: Host, peer: Cid) -> None:
        row = host.account.peer_row(peer)
        if row is not None and self._may_call(host, None):
            self._news += 1
            since, _ = self._asked.get(host.cid, (row.relation_since, 0))
            self._asked[host.cid] = since, self._news
        self.people_changed(host.cid)

    def settled(self, host: Host, notice: notices.RegistrationSettled) -> None:
        row = host.account.peer_row(notice.cid)
        agreed = notice.refused is None and row is not None and row.relation == "registered"
        if agreed and self._may_call(host, None):
            self._news += 1
            self._agreed[host.cid, notice.cid] = self._news
        self.people_changed(host.cid)

    def people_changed(self, cid: Cid) -> None:
        if cid in self._asked or any(key[0] == cid for key in self._agreed):
            self._dirty[cid, _People] = None

    def settings_changed(self, cid: Cid) -> None:
        """Also what stands says no more than it may."""
        for where in [where for where in self._called if where[0] == cid]:
            self._dirty[where] = None
        self._dirty[cid, _People] = None

    def ended(self, cid: Cid) -> None:
        """The account is locked."""
        self.settings_changed(cid)

    # --- time

    @property
    def wants_batch_end(self) -> bool:
        return bool(self._dirty) and self._desk.now.monotonic >= self._flush_at

    def next_wakeup(self) -> float | None:
        return self._flush_at if self._dirty else self._due

    def flush(self) -> None:
        """What is due, at the end of a batch and when its time has come."""
        if self.wants_batch_end or (self._due is not None and self._desk.now.monotonic >= self._due):
            self._flush()

    # --- inside

    def _may_call(self, host: Host, conversation: ConversationId | None) -> bool:
        """Whether what happens there now calls its person."""
        if host.plain_holder or not (self._showers or self._machine.shows_notifications):
            return False  # a program takes its messages, or there is nobody to show anything
        looked_at = self._looking.values()
        if conversation is None:
            if any(cid == host.cid for cid, _ in looked_at):
                return False
        elif (host.cid, conversation) in looked_at or host.account.muting.mute_of(conversation) is not None:
            return False
        return not is_quiet(host.account.muting.settings, self._machine.minute_of_day(self._desk.now.wall))

    def _flush(self) -> None:
        now = self._desk.now.monotonic
        for cid, conversation in list(self._dirty):
            host = self._hosts.get(cid)
            if conversation is not None:
                self._renew(_conversation_key(cid, conversation), self._messages(host, cid, conversation))
            else:
                self._renew_people(host, cid)
        self._dirty.clear()
        self._flush_at = now + FLUSH_SECONDS
        at = min(self._showers, default=None)
        if at is None and not self._machine.shows_notifications:
            self._forget_all()
            return
        wanted, members = self._bundled()
        changes = plan(wanted, self._standing, self._rung, at, now)
        self._due = changes.due
        self._remember(changes.put, changes.take, at, members)
        self._tell(changes.put, changes.take, at)

    def _renew(self, key: str, wanted: Wanted | None) -> None:
        if wanted is None:
            self._wanted.pop(key)
        elif self._wanted.get(key) != wanted:
            self._wanted[key] = wanted

    def _messages(self, host: Host | None, cid: Cid, conversation: ConversationId) -> Wanted | None:
        calls = self._called.get((cid, conversation))
        peer = None if host is None else host.account.peer_row_in(conversation)
        if host is None or calls is None or peer is None or peer.blocked or host.account.muting.mute_of(conversation):
            self._called.pop((cid, conversation))
            return None
        first, last = calls
        unseen = host.account.unseen(conversation, words.MOST_COUNTED)
        rows = [row for row in unseen if first <= row.arrival <= last]
        if not rows:
            self._called.pop((cid, conversation))
            return None
        shows = host.account.muting.settings.shows
        last_said = host.account.beginning(rows[0].arrival, words.BEGINNING_BYTES) if shows == "text" else None
        name = _called(host, peer)
        said = words.of_messages(name, len(rows), last_said, shows)
        title, body = self._for_account(host, said)
        newest, begin = max(row.arrival for row in rows), min(rows, key=lambda row: row.order)
        return Wanted("messages", cid, conversation, title, body, newest, begin.message_id)

    def _renew_people(self, host: Host | None, cid: Cid) -> None:
        self._renew(_asks_key(cid), self._asking(host, cid))
        for key in [key for key, wanted in self._wanted.items() if (wanted.about, wanted.account) == ("agreed", cid)]:
            self._wanted.pop(key)
        for account, peer in [key for key in self._agreed if key[0] == cid]:
            row = None if host is None else host.account.peer_row(peer)
            if host is None or row is None or row.relation != "registered" or row.blocked:
                self._agreed.pop((account, peer))
                continue
            name = _called(host, row)
            title, body = self._for_account(host, words.of_agreed(name, host.account.muting.settings.shows))
            conversation = host.account.conversation_with(peer)
            newest = self._agreed[account, peer]
            self._wanted[_agreed_key(cid, peer)] = Wanted("agreed", cid, conversation, title, body, newest)

    def _asking(self, host: Host | None, cid: Cid) -> Wanted | None:
        asked = self._asked.get(cid)
        asking = [] if host is None else host.account.peers_asking()
        new = [peer for peer in asking if asked is not None and peer.relation_since >= asked[0]]
        if host is None or asked is None or not new:
            self._asked.pop(cid)
            return None
        names = [_called(host, peer) for peer in new]
        title, body = self._for_account(host, words.of_asking(names, host.account.muting.settings.shows))
        return Wanted("asks", cid, None, title, body, asked[1])

    def _for_account(self, host: Host, said: words.Words) -> words.Words:
        several = sum(1 for other in self._hosts.peek() if other.signed_in) > 1
        is_named = several and host.account.muting.settings.shows != "nothing"
        own = words.name_of(host.account.full_name, host.account.username) if is_named else None
        return words.with_account(said, own)

    def _bundled(self) -> tuple[dict[str, Wanted], dict[str, list[str]]]:
        """With one in the place of many of an account, and what that one stands for."""
        of_account: dict[Cid, dict[str, Wanted]] = {}
        for key, wanted in self._wanted.items():
            if wanted.about == "messages":
                of_account.setdefault(wanted.account, {})[key] = wanted
        result, members = dict(self._wanted), {}
        for cid, conversations in of_account.items():
            many = _many_key(cid)
            if not is_bundled(len(conversations), many in self._standing):
                continue
            for key in conversations:
                del result[key]
            result[many] = self._one_for(cid, conversations)
            members[many] = list(conversations)
        return result, members

    def _one_for(self, cid: Cid, conversations: dict[str, Wanted]) -> Wanted:
        newest_first = sorted(conversations.values(), key=lambda wanted: -wanted.newest)
        host = self._hosts.get(cid)
        assert host is not None, "what is wanted is of accounts that are open"
        peers = [host.account.peer_row_in(wanted.conversation) for wanted in newest_first if wanted.conversation]
        names = [
            words.called(peer, host.account.nickname_of(peer), ambiguous=False) for peer in peers if peer is not None
        ]
        title, body = self._for_account(host, words.of_many(names, host.account.muting.settings.shows))
        return Wanted("many", cid, None, title, body, newest_first[0].newest)

    def _remember(
        self, put: tuple[Put, ...], take: tuple[Take, ...], at: SocketId | None, members: dict[str, list[str]]
    ) -> None:
        now = self._desk.now.monotonic
        for gone in take:
            self._standing.pop(gone.key)
        for each in put:
            self._standing[each.key] = Standing(each.wanted, at)
            if each.ring:
                for key in (each.key, *members.get(each.key, ())):
                    self._rung[key] = Rung(each.wanted.newest, now)
        over = [key for key, rung in self._rung.items() if key not in self._wanted and key not in self._standing]
        for key in over:
            if now - self._rung[key].at >= STRANGERS_RING_SECONDS:
                del self._rung[key]

    def _tell(self, put: tuple[Put, ...], take: tuple[Take, ...], at: SocketId | None) -> None:
        shown = [self._view(each) for each in put]
        replaced = {each.key for each in put}
        for where in {at, *(gone.at for gone in take)}:
            over = [gone.key for gone in take if gone.at == where and (where != at or gone.key not in replaced)]
            here = shown if where == at else []
            if not here and not over:
                continue
            if where is not None:
                told = NotificationsChanged(cid=Cid(0), request_id=None, shown=here, withdrawn=over)
                self._desk.send(where, told)
            else:
                self._desk.effects += [WithdrawFromDesktop(key) for key in over]
                self._desk.effects += [ShowOnDesktop(view) for view in here]

    def _view(self, each: Put) -> NotificationView:
        wanted, now = each.wanted, self._desk.now.monotonic
        host = self._hosts.get(wanted.account)
        sound = each.ring and host is not None and host.account.muting.settings.sound and now >= self._sound_at
        if sound:
            self._sound_at = now + SOUND_SECONDS
        return NotificationView(
            key=each.key,
            account=wanted.account,
            conversation=None if wanted.conversation is None else wanted.conversation.hex(),
            message=None if wanted.message is None else wanted.message.hex(),
            title=wanted.title,
            body=wanted.body,
            ring=each.ring,
            sound=sound,
        )

    def _forget_all(self) -> None:
        """Nobody shows anything: what was to be shown is not shown later."""
        for table in (self._called, self._asked, self._agreed, self._wanted, self._standing):
            table.clear()
        self._due = None


def _called(host: Host, peer: Peer) -> str:
    return words.called(peer, host.account.nickname_of(peer), ambiguous=host.account.is_ambiguous(peer))


def _conversation_key(cid: Cid, conversation: ConversationId) -> str:
    return f"{cid}.{conversation.hex()}"


def _asks_key(cid: Cid) -> str:
    return f"{cid}.asks"


def _agreed_key(cid: Cid, peer: Cid) -> str:
    return f"{cid}.agreed.{peer}"


def _many_key(cid: Cid) -> str:
    return f"{cid}.many"
