"""One unlocked account: the service it lives in routes events and requests here."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from casemate.crypto.invite import read_invitation
from casemate.crypto.kem import Kem
from casemate.crypto.keys import fingerprint
from casemate.internal_service.core.account.changes import Target
from casemate.internal_service.core.account.context import Context, Outcome, create_secrets
from casemate.internal_service.core.account.conversations.arranging import Arranging
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.conversations.disappearing import Disappearing
from casemate.internal_service.core.account.conversations.finding import Finding
from casemate.internal_service.core.account.conversations.keeping import Keeping
from casemate.internal_service.core.account.conversations.muting import Muting
from casemate.internal_service.core.account.conversations.scheduling import Scheduling
from casemate.internal_service.core.account.link.addresses import told_addresses
from casemate.internal_service.core.account.parts import Parts
from casemate.internal_service.core.account.people.opened_links import joined_by
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Beginning, DisplayOrder, Peer, Profile, Unseen
from casemate.internal_service.core.account.showing import name_looks
from casemate.internal_service.core.ground.link_io import (
    LinkClosed,
    LinkEvent,
    LinkFrameArrived,
    LinkOpened,
    ServerPasswordKeyMade,
)
from casemate.internal_service.core.ground.notices import Answered, LinkChanged
from casemate.internal_service.core.ground.path_io import (
    EndpointEvent,
    LanNeighbourSeen,
    PathEvent,
    PeerFrameArrived,
)
from casemate.internal_service.core.ground.refusals import reason, refuse
from casemate.internal_service.core.ground.undo import Memory, Undo
from casemate.node import BatchEnd, Entropy, Event, EventUndone, Instant, Wakeup
from casemate.protocol.client.message_extensions import MessageVersion
from casemate.protocol.client.views import (
    ConversationView,
    InviteView,
    LinkView,
    MessageView,
    NameLooks,
    PeerView,
    Reason,
    ServerAddressView,
)
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, Cid, ConversationId, InviteId, MessageId
from casemate.protocol.link_previews import LinkPreview
from casemate.protocol.names import skeleton_of_drawn

REST_SECONDS: Final = 1.0
"""After a fault in what time or the end of a batch brings about: it is tried again, but keeps nobody busy."""


class Account(Memory):
    def __init__(self, context: Context) -> None:
        super().__init__(context.undo)
        self._context = context
        self._rests_until: float | None = None
        """Until when (monotonic) what time should bring about waits, after a fault in that."""
        self._asking: tuple[int, int] | None = None
        """How many peers ask for something, and the version of peers at which they were counted."""
        self._drawn_twice: tuple[int, frozenset[str]] | None = None
        """What names look like that more than one peer has, and the version of peers at which that was looked at."""
        self._parts = Parts(context)

    @classmethod
    def create(
        cls,
        store: AccountStore,
        *,
        username: str,
        full_name: str,
        server_address: str,
        server_password: list[bytes] | None,
        auto_connect: bool = False,
        invitation: str = "",
        more_addresses: Sequence[str] = (),
        entropy: Entropy,
        kem: Kem,
        now: Instant,
        undo: Undo | None = None,
    ) -> "Account":
        """Make keys and profile in an empty database; the server hears of it with the first link.

        An `invitation`, which was read before, pins the server's key and names whom this account registers with first.
        """
        secrets = create_secrets(store, entropy, kem, now.wall)
        store.put_profile(
            Profile(
                account_id=secrets.account.account_id,
                username=username,
                full_name=full_name,
                server_address=server_address,
                more_addresses=told_addresses(server_address, more_addresses),
                server_key=read_invitation(invitation).server_key if invitation else None,
                enrolled=False,
                server_password=None if server_password is None else tuple(server_password),
                start_counter=0,
                auto_connect=auto_connect,
                appear_offline=False,
                invitations=(invitation,) if invitation else (),
            )
        )
        return cls(Context(store, entropy, kem, secrets, undo or Undo()))

    @classmethod
    def load(cls, store: AccountStore, *, entropy: Entropy, kem: Kem, undo: Undo | None = None) -> "Account":
        """The account of an opened database. Its memory goes back with `undo`."""
        return cls(Context.load(store, entropy, kem, undo or Undo()))

    @property
    def undo(self) -> Undo:
        return self._context.undo

    # ---------------------------------------------------------------------------------------------------- who it is

    @property
    def profile(self) -> Profile:
        return self._context.profile

    @property
    def account_id(self) -> AccountId:
        return self._context.account_id

    @property
    def cid(self) -> Cid:
        return self.profile.cid

    @property
    def username(self) -> str:
        return self.profile.username

    @property
    def full_name(self) -> str:
        return self.profile.full_name

    def name_looks(self) -> NameLooks:
        return name_looks(self.full_name, self.username)

    @property
    def server_address(self) -> str:
        return self.profile.server_address

    def is_at(self, address: str) -> bool:
        """Whether its server is looked for there."""
        return any(each.address == address for each in self.profile.addresses)

    @property
    def enrolled(self) -> bool:
        return self.profile.enrolled

    @property
    def auto_connect(self) -> bool:
        return self.profile.auto_connect

    @property
    def appear_offline(self) -> bool:
        return self.profile.appear_offline

    @property
    def server_fingerprint(self) -> str:
        """The server's identity in groups of four hex digits; empty before the first link."""
        key = self.profile.server_key
        return "" if key is None else fingerprint(key)

    # ---------------------------------------------------------------------------------------------- link and time

    def start(self, now: Instant) -> Outcome:
        """Keep a link open from now on. Counts the start, so that the server can tell a clone or an older copy."""
        begun = self._begin(now) if self._parts.link.is_over else []
        return begun + self._parts.link.start(now)

    def _begin(self, now: Instant) -> Outcome:
        store, profile = self._context.store, self.profile
        store.put_profile(replace(profile, start_counter=profile.start_counter + 1, fenced=False))
        store.forget_presence()
        self._parts.tidying.begin(now)
        understood = self._parts.understanding.begin(now)
        if not profile.fenced:
            return understood
        self._parts.scheduling.hold_back()
        return understood + self._parts.healing.start_over_with_all(now)

    def found_older(self) -> None:
        """Its database is older than it was, so keys and numbers in it were used: its next start begins anew with
        everybody, as after another start took the link."""
        self._context.store.put_profile(replace(self.profile, fenced=True))

    def stop(self, now: Instant) -> Outcome:
        """Sign out: the link goes, and every path; everything else stays."""
        self._parts.tidying.stop()
        self._parts.living.stop(now)
        owed = self._parts.receipts.settle_all(now)
        stopped = self._parts.link.stop(now)
        return owed + stopped + self._parts.peers.stop(now) + self._parts.lan.review(now)

    def abandon(self, now: Instant) -> Outcome:
        """Its database cannot be read any more: everything that is open ends, without another look at it."""
        ended = self._parts.link.abandon() + self._parts.endpoint.abandon() + self._parts.lan.abandon()
        return self._parts.requests.abandon(now) + ended

    def enrol_again(self, server_password: list[bytes] | None, now: Instant) -> Outcome:
        """Once more, after a lost answer or with another server password."""
        password = None if server_password is None else tuple(server_password)
        self._context.store.put_profile(replace(self.profile, server_password=password))
        return self.start(now)

    def join_again(self, invitation: str, addresses: Sequence[str], now: Instant) -> Outcome:
        """Once more, by this link: what it says of the server takes the place of what was found before."""
        if not self.enrolled:
            read = read_invitation(invitation)
            changed = replace(
                self.profile,
                invitations=joined_by(self._context, read),
                server_key=read.server_key,
                server_password=None,
                server_address=addresses[0],
                more_addresses=told_addresses(addresses[0], addresses[1:]),
                server_in_use="",
            )
            self._context.store.put_profile(changed)
        return self.start(now)

    def link_event(self, event: LinkEvent, now: Instant) -> Outcome:
        match event:
            case LinkOpened():
                return self._parts.link.opened(event)
            case ServerPasswordKeyMade():
                return self._parts.link.password_key_made(event)
            case LinkFrameArrived(frame=frame):
                return self._parts.server.arrived(frame, now) if self._parts.link.is_current(event.generation) else []
            case LinkClosed():
                return self._parts.link.closed(event, now)

    def path_event(self, event: PathEvent, now: Instant) -> Outcome:
        match event:
            case LanNeighbourSeen():
                return self._parts.lan.seen(event, now)
            case EndpointEvent():
                return self._parts.peers.arrived(event, now)
        raise AssertionError(event)

    def wakeup(self, now: Instant) -> Outcome:
        if self._rests_until is not None and now.monotonic < self._rests_until:
            return []
        self._rests_until = None
        return [effect for part in self._parts.with_timers for effect in part.wakeup(now)]

    def wants_batch_end(self) -> bool:
        parts = self._parts
        wants = parts.outbox.has_put_off or parts.receipts.has_unanswered or parts.finding.wants_batch_end
        wants = wants or parts.living.wants_batch_end
        return wants and self._rests_until is None

    def batch_end(self, now: Instant) -> Outcome:
        """A device that met a fault is tried again after a rest; the others are done with."""
        self._parts.finding.batch_end(now)
        outcome = self._parts.outbox.batch_end(now) + self._parts.receipts.batch_end(now)
        outcome += self._parts.living.batch_end(now)
        if any(isinstance(effect, EventUndone) for effect in outcome):
            self._rests_until = now.monotonic + REST_SECONDS
        return outcome

    def next_wakeup(self) -> float | None:
        if self._rests_until is not None:
            return self._rests_until
        timers = [part.next_wakeup() for part in self._parts.with_timers]
        return min((moment for moment in timers if moment is not None), default=None)

    def quarantine(self, event: Event, error: PeerBrokeProtocol, now: Instant) -> Outcome:
        """The server, or a peer on its connection, sent what is not allowed: drop that link, or that connection.

        What is inside of envelopes is caught envelope by envelope.
        """
        self._context.store.quarantine_add(
            at=now.wall, account_id=None, what=type(event).__name__, detail=type(error).__name__, data=b""
        )
        if isinstance(event, PeerFrameArrived):
            return self._parts.peers.broke_protocol(event, now)
        return self._parts.link.drop(reason("broke_protocol"), now)

    def undone(self, event: Event, now: Instant) -> Outcome:
        """A fault of ours undid this event: whoever sent it thinks that we know. Begin anew with them."""
        match event:
            case LinkOpened() | LinkFrameArrived() | LinkClosed() | ServerPasswordKeyMade():
                return self._parts.link.failed(event.generation, now)
            case EndpointEvent():
                return self._parts.peers.failed(event, now)
            case Wakeup() | BatchEnd():
                self._rests_until = now.monotonic + REST_SECONDS
        return []

    # ---------------------------------------------------------------------------------------------------- operations

    def ask_registration(self, cid: Cid, now: Instant, introduction: str = "") -> Outcome:
        """Ends in RegistrationSettled. Raises Refused."""
        return self._parts.registration.ask(cid, introduction, now)

    def answer_registration(self, cid: Cid, accept: bool, now: Instant) -> Outcome:
        """RegistrationSettled follows when the server has the answer. Raises Refused."""
        return self._parts.registration.answer(self._peer(cid, "not_asked"), accept, now)

    def withdraw_registration(self, cid: Cid, token: int) -> Outcome:
        """Take our request back: Answered(token). Raises Refused."""
        return self._parts.withdrawals.withdraw(self._peer(cid, "not_asked"), token)

    def make_invite(self, uses: int, seconds: float, token: int, now: Instant) -> Outcome:
        """Answered(token) when its link works. Raises Refused."""
        return self._parts.inviting.make(uses, seconds, token, now)

    def end_invite(self, invite_id: InviteId) -> Outcome:
        """Nobody comes by it from now on. Raises Refused."""
        return self._parts.inviting.end(invite_id)

    def open_invitation(self, text: str, now: Instant) -> Outcome:
        """Ask whoever made it to register; they agree by themselves. Raises Refused."""
        return self._parts.arrival.open(text, now)

    def block(self, cid: Cid, blocked: bool, token: int, now: Instant) -> Outcome:
        """Answered(token). Raises Refused."""
        return self._parts.blocking.block(self._peer(cid), blocked, token)

    def connect(self, cid: Cid, settings: bytes, udp_mode: str, now: Instant) -> Outcome:
        """ConnectSettled, when the other side answered. Raises Refused."""
        return self._parts.agreement.connect(self._peer(cid, "not_registered"), settings, udp_mode, now)

    def answer_connect(self, cid: Cid, accept: bool, settings: bytes, udp_mode: str, now: Instant) -> Outcome:
        """Accept or decline a ConnectWanted. Raises Refused."""
        return self._parts.agreement.answer(self._peer(cid, "not_asked"), accept, udp_mode, now)

    def disconnect(self, cid: Cid, now: Instant) -> Outcome:
        return self._parts.agreement.disconnect(self._peer(cid, "not_connected"), now)

    def send_chat(
        self,
        conversation: ConversationId,
        message_id: MessageId,
        text: str,
        now: Instant,
        *,
        reply_to: Target | None = None,
        preview: LinkPreview | None = None,
    ) -> Outcome:
        """Queue a text; the same message id again changes nothing. Raises Refused."""
        peer = self._peer_in(conversation, "not_connected")
        is_new = preview is not None and self._context.store.message(conversation, message_id) is None
        sent = self._parts.messages.send_chat(peer, message_id, text, reply_to, now)
        if preview is None or not is_new:
            return sent
        return [*sent, *self._parts.changing.preview(conversation, message_id, preview, now)]

    @property
    def changing(self) -> Changing:
        """Edits, deletes and reacts."""
        return self._parts.changing

    @property
    def disappearing(self) -> Disappearing:
        """For how long messages live."""
        return self._parts.disappearing

    @property
    def sharing(self) -> Sharing:
        """Picture and status."""
        return self._parts.sharing

    def remark_on(self, cid: Cid, nickname: str | None, note: str | None) -> Outcome:
        """What our person keeps of somebody. Raises Refused."""
        return self._parts.remarks.put(self._peer(cid), nickname, note)

    def picture_of(self, cid: Cid) -> bytes:
        """A peer's or our own; empty: none is here. Raises Refused."""
        if cid == self.cid:
            return self._context.store.picture(self.account_id)
        peer = self._peer(cid)
        return self._context.store.picture(peer.account_id) if peer.shares_with_us else b""

    def nickname_of(self, peer: Peer) -> str:
        """Empty: our person calls them as they call themselves."""
        return self._context.store.remark(peer.account_id).nickname

    @property
    def keeping(self) -> Keeping:
        """What stays on this computer, and for how long."""
        return self._parts.keeping

    @property
    def arranging(self) -> Arranging:
        """What stands on top, what is put away, what is unread once more."""
        return self._parts.arranging

    @property
    def scheduling(self) -> Scheduling:
        """What is sent later."""
        return self._parts.scheduling

    @property
    def muting(self) -> Muting:
        """What calls its person, and how."""
        return self._parts.muting

    @property
    def finding(self) -> Finding:
        """Looks for messages."""
        return self._parts.finding

    def send_opaque(self, conversation: ConversationId, bodies: Sequence[bytes], now: Instant) -> Outcome:
        """Queue another app's bytes. Raises Refused."""
        return self._parts.messages.send_opaque(self._peer_in(conversation, "not_connected"), bodies, now)

    def mark_read(
        self, conversation: ConversationId, painted: Sequence[MessageId], seen_up_to: int, now: Instant
    ) -> Outcome:
        return self._parts.reading.mark(self._peer_in(conversation), painted, seen_up_to, now)

    def set_typing(self, conversation: ConversationId, typing: bool, now: Instant) -> Outcome:
        return self._parts.typing.tell(self._peer_in(conversation), typing)

    def accept_identity(self, cid: Cid, now: Instant) -> Outcome:
        return self._parts.registration.accept_identity(self._peer(cid), now)

    def set_verified(self, cid: Cid, verified: bool, now: Instant) -> Outcome:
        return self._parts.registration.set_verified(self._peer(cid), verified)

    def list_directory(self, query: str, cursor: str, limit: int, token: int, now: Instant) -> Outcome:
        """DirectoryAnswered(token) or Answered(token, why not). Raises Refused."""
        return self._parts.membership.list_directory(query, cursor, limit, token)

    def look_for_server(self, now: Instant) -> Outcome:
        """At once, if it is away."""
        return self._parts.link.look_again(now)

    def add_server_address(self, address: str, now: Instant) -> Outcome:
        """Look for the server there as well, at once if it is away. Raises Refused."""
        self._parts.link.addresses.add(address)
        return [LinkChanged(), *self._parts.link.look_again(now)]

    def remove_server_address(self, address: str) -> Outcome:
        """Look for the server there no more."""
        self._parts.link.addresses.remove(address)
        return [LinkChanged()]

    def set_settings(
        self,
        *,
        auto_connect: bool | None = None,
        appear_offline: bool | None = None,
        relay_only: bool | None = None,
        lan_discovery: bool | None = None,
        read_receipts: bool | None = None,
        typing: bool | None = None,
        token: int,
        now: Instant,
    ) -> Outcome:
        """Answered(token); being seen or not is the server's to confirm. Raises Refused."""
        self._parts.membership.choose(
            auto_connect=auto_connect,
            relay_only=relay_only,
            lan_discovery=lan_discovery,
            read_receipts=read_receipts,
            typing=typing,
        )
        outcome = [] if self.profile.typing else self._parts.typing.hide()
        if appear_offline is None or appear_offline == self.profile.appear_offline:
            return [*outcome, Answered(token)]
        return outcome + self._parts.membership.appear_offline(appear_offline, token)

    def change_full_name(self, full_name: str, now: Instant) -> Outcome:
        """Raises Refused."""
        return self._parts.own_names.rename(full_name, now)

    def delete(self, token: int, now: Instant) -> Outcome:
        """AccountDeleted(token) or Answered(token, why not). Raises Refused."""
        return self._parts.membership.delete(token)

    # ------------------------------------------------------------------------------------------------------- reading

    def has_looked_everywhere(self) -> bool:
        """The server was found and lost since the link was started, or at none of its addresses."""
        return self._parts.link.has_met_server or self._parts.link.addresses.has_missed_all()

    def invitation_failed(self) -> Reason | None:
        """Why the last link that was opened led nowhere."""
        return self._parts.arrival.failed

    def invites_refused(self) -> int:
        """How many of our invitations the server takes nobody by now."""
        return self._parts.inviting.refused_count

    def link_view(self) -> LinkView:
        return self._parts.link.view()

    @property
    def server_version(self) -> str:
        """What the server that we reached last says that it runs; empty: nothing."""
        return self._parts.link.server_version

    def server_address_views(self) -> list[ServerAddressView]:
        return self._parts.link.addresses.views(online=self._parts.link.online)

    def cid_in(self, conversation: ConversationId) -> Cid:
        """Whom one talks to there. Raises Refused."""
        return self._peer_in(conversation).cid

    def conversation_with(self, cid: Cid, otherwise: str = "unknown_peer") -> ConversationId:
        """With a peer. Raises Refused, with that code if there is no such peer."""
        return self._parts.conversations.of(self._peer(cid, otherwise))

    def peer_view(self, cid: Cid) -> PeerView | None:
        peer = self._context.store.peer_by_cid(cid)
        return None if peer is None else self._parts.showing.peer(peer)

    def peer_views(self) -> list[PeerView]:
        return [self._parts.showing.peer(peer) for peer in self._context.store.peers()]

    def registered_peers(self) -> list[PeerView]:
        peers = self._context.store.peers()
        return [self._parts.showing.peer(peer) for peer in peers if peer.relation == "registered"]

    def connected_peers(self) -> list[PeerView]:
        return [
            self._parts.showing.peer(peer) for peer in self._context.store.peers() if peer.connection == "connected"
        ]

    def requests_waiting(self) -> list[tuple[Cid, str, str]]:
        """Who asks us to register: address, username and the line they wrote."""
        return [
            (peer.cid, peer.username, peer.introduction)
            for peer in self._context.store.peers()
            if peer.relation == "asks_you"
        ]

    def connects_waiting(self) -> list[tuple[Cid, bytes, str]]:
        """Who asks us to connect, with their settings and UDP mode."""
        return [
            (peer.cid, peer.connect_settings, peer.connect_udp_mode)
            for peer in self._context.store.peers()
            if peer.connection == "asks_you"
        ]

    def invite_views(self, now: Instant) -> list[InviteView]:
        """Those that this account made, the newest first."""
        return self._parts.showing.invites(self._parts.inviting, now.wall)

    @property
    def notes(self) -> ConversationId:
        """Of one's own, to oneself."""
        return self._context.conversation_with(self._context.account_id)

    def conversation_view(self, conversation: ConversationId) -> ConversationView | None:
        peer = self._parts.conversations.peer(conversation)
        # One's notes have a row once something was written there.
        if peer is None or not self._context.store.is_open(conversation):
            return None
        return self._parts.showing.conversation(peer)

    def conversation_views(self) -> list[ConversationView]:
        """Of everybody who is registered or with whom anything was said, and one's notes."""
        said = set(self._context.store.conversations())
        notes = self.conversation_view(self.notes)
        return [
            self._parts.showing.conversation(peer)
            for peer in self._context.store.peers()
            if peer.relation == "registered" or peer.is_awaited or self._parts.conversations.of(peer) in said
        ] + ([] if notes is None else [notes])

    def message_view(self, conversation: ConversationId, message_id: MessageId) -> MessageView | None:
        return next(iter(self.message_views(conversation, [message_id])), None)

    def message_views(self, conversation: ConversationId, message_ids: Iterable[MessageId]) -> list[MessageView]:
        """Of those that there are."""
        peer = self._parts.conversations.peer(conversation)
        if peer is None:
            return []
        return self._parts.showing.messages(peer, message_ids)

    def message_versions(self, conversation: ConversationId, target: Target) -> list[MessageVersion]:
        """What an edited message said, and says. Raises Refused."""
        return self._parts.showing.versions(self._peer_in(conversation), target)

    def timeline(
        self,
        conversation: ConversationId,
        before: DisplayOrder | None,
        after: DisplayOrder | None,
        around: DisplayOrder | None,
        limit: int,
    ) -> tuple[list[MessageView], bool, bool]:
        """A page, and whether there is more before and after. Raises Refused."""
        return self._parts.showing.timeline(self._peer_in(conversation), before, after, around, limit)

    def unread(self) -> int:
        """Of all conversations that are not muted and whose other side is not blocked."""
        return self._context.store.unread()

    def waiting(self) -> int:
        """These messages, and the people who ask for something."""
        version = self._context.peers_version
        if self._asking is None or self._asking[0] != version:
            self._asking = version, sum(1 for peer in self._context.store.peers() if peer.asks)
        return self.unread() + self._asking[1]

    def is_ambiguous(self, peer: Peer) -> bool:
        """Whether the username has to stand beside the name: it could be taken for somebody else's."""
        version = self._context.peers_version
        if self._drawn_twice is None or self._drawn_twice[0] != version:
            drawn = Counter(name for other in self._context.store.peers() for name in self._drawn(other))
            self._drawn_twice = version, frozenset(name for name, times in drawn.items() if times > 1)
        nickname = self.nickname_of(peer)
        shown = skeleton_of_drawn(nickname) if nickname else name_looks(peer.full_name, peer.username).drawn
        unseen = not nickname and name_looks(peer.full_name, peer.username).unseen
        return bool(peer.namesake) or unseen or shown in self._drawn_twice[1]

    def _drawn(self, peer: Peer) -> set[str]:
        """What their names look like: their own, and the one that our person gave them."""
        nickname = self.nickname_of(peer)
        given = {skeleton_of_drawn(nickname)} if nickname else set()
        return {name_looks(peer.full_name, peer.username).drawn, *given}

    def peers_asking(self) -> list[Peer]:
        """Who asks to register, the last one first."""
        asking = [peer for peer in self._context.store.peers() if peer.relation == "asks_you" and not peer.blocked]
        return sorted(asking, key=lambda peer: peer.relation_since, reverse=True)

    def peer_row(self, cid: Cid) -> Peer | None:
        return self._context.store.peer_by_cid(cid)

    def peer_row_in(self, conversation: ConversationId) -> Peer | None:
        return self._parts.conversations.peer(conversation)

    def unseen(self, conversation: ConversationId, limit: int) -> list[Unseen]:
        """What others wrote there and nobody saw, the last ones first."""
        return self._context.store.unseen(conversation, limit)

    def beginning(self, arrival: int, most_bytes: int) -> Beginning | None:
        """Of what the message says that came at this place."""
        return self._context.store.beginning(arrival, most_bytes)

    def safety_number(self, cid: Cid) -> tuple[str, str]:
        """60 digits, and the QR code's text (hex). Raises Refused."""
        number = self._parts.showing.safety(self._peer(cid))
        return number.digits, number.qr_payload.hex()

    # ------------------------------------------------------------------------------------------------------- helpers

    def _peer(self, cid: Cid, otherwise: str = "unknown_peer") -> Peer:
        peer = self._context.store.peer_by_cid(cid)
        if peer is None:
            raise refuse(otherwise)
        return peer

    def _peer_in(self, conversation: ConversationId, otherwise: str = "unknown_peer") -> Peer:
        return self._parts.conversations.who_is_in(conversation, otherwise)
