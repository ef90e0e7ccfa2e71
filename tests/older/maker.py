"""Fills a database of the older program: friends, and contents to and from them in any state.

Nothing of today's program runs here but the seals: rows are put through the kept store as that program put them.
"""

from dataclasses import replace
from pathlib import Path
from typing import Final, Literal

import msgspec

from casemate.crypto.envelope import START_BYTES, Origin
from casemate.crypto.session import Session
from casemate.crypto.testing import RepeatableKem, repeatable_entropy
from casemate.protocol.client.views import Connection, Relation
from casemate.protocol.ids import MESSAGE_ID_BYTES, DeviceId, MessageId
from tests.older.sides import DAYS, Side, Wire
from tests.older.store import SqliteAccountStore, open_account_store
from tests.older.store.rows import Channel, OutboxRow, OutboxState, Peer, Profile, RatchetRow, Start, TimelineRow
from tests.older.store.rows import StoredStatus as Status

KEY: Final = b"k" * 32
FIRST_WALL_SECONDS: Final = 1_900_000_000.0
NO_DEVICE: Final = DeviceId(bytes(16))
"""Lines of a conversation are written by nobody's device."""

Under = Literal["waiting", "queued", "sent", "expired", "delivered", "read"]
_SHOWN: Final[dict[Under, Status]] = {
    "waiting": "queued",
    "queued": "queued",
    "sent": "sent",
    "expired": "queued",
    "delivered": "delivered",
    "read": "read",
}


class Maker:
    """One account's database in the making; everything in it follows from the seed."""

    def __init__(self, path: Path, seed: bytes) -> None:
        self.entropy = repeatable_entropy(seed)
        self.kem = RepeatableKem(self.entropy)
        self.wall = FIRST_WALL_SECONDS
        self.store: SqliteAccountStore = open_account_store(path, KEY, synchronous="OFF")
        self.me = Side("ada", self.entropy, self.kem, self.wall)
        self.start_id = self.entropy(16)
        self.friends: list[Friend] = []
        with self.store.transaction():
            self._profile()

    def friend(
        self,
        name: str,
        *,
        relation: Relation = "registered",
        connection: Connection = "connected",
        blocked: bool = False,
        identity_changed: bool = False,
    ) -> "Friend":
        side = Side(name, self.entropy, self.kem, self.wall)
        peer = Peer(
            side.account_id,
            name,
            name.title(),
            side.device_list,
            relation,
            self.wall,
            connection,
            1 if connection != "none" else 0,
            blocked,
            False,
            identity_changed,
            connect_udp_mode="Enabled",
        )
        friend = Friend(self, Wire(self.me, side, self.entropy, self.kem), peer)
        self.store.put_peer(peer)
        self.friends.append(friend)
        return friend

    def with_new_device(self, friend: "Friend") -> "Friend":
        """The same person at another computer: their list names that one alone."""
        side = friend.wire.other.with_new_device(self.entropy, self.kem, self.wall)
        friend.put_peer(device_list=side.device_list)
        newer = Friend(self, Wire(self.me, side, self.entropy, self.kem), friend.peer)
        newer.change(counter=friend.channel.counter)
        self.friends.append(newer)
        return newer

    def pass_time(self, seconds: float = 1.0) -> float:
        self.wall += seconds
        return self.wall

    def new_id(self) -> MessageId:
        return MessageId(self.entropy(MESSAGE_ID_BYTES))

    def _profile(self) -> None:
        self.store.put_secrets(self.me.secrets(self.wall))
        private = msgspec.msgpack.encode(self.me.last_resort_secrets)
        bundle_id = self.me.last_resort_secrets.bundle_id
        self.store.add_prekey(bundle_id, private, self.wall + 38 * DAYS, last_resort=True)
        self.store.set_key_time(self.wall, self.wall)
        self.store.put_profile(
            Profile(
                account_id=self.me.account_id,
                username=self.me.name,
                full_name="Ada Lovelace",
                server_address="127.0.0.1:12349",
                server_key=self.entropy(32),
                enrolled=True,
                server_password=None,
                start_counter=7,
                auto_connect=False,
                appear_offline=True,
                starts=(Start(6, self.entropy(16)), Start(7, self.start_id)),
            )
        )


class Friend:
    """Somebody the account knows, and what went and goes both ways."""

    def __init__(self, maker: Maker, wire: Wire, peer: Peer) -> None:
        self._maker = maker
        self._store = maker.store
        self.wire = wire
        self.peer = peer
        self.device = wire.other.device_id
        self._their_number = 0
        self._their_start = maker.entropy(START_BYTES)
        self._last: tuple[MessageId, ...] = ()

    @property
    def channel(self) -> Channel:
        return self._store.channel(self.device) or Channel(self.device, self.peer.account_id)

    def change(self, **fields: object) -> None:
        """The channel's marks, as given."""
        self._store.put_channel(msgspec.structs.replace(self.channel, **fields))

    # ----------------------------------------------------------------------------------------------------- sessions

    def meet(self, *, confirmed: bool = True) -> None:
        """A session begins with our request to connect; they accept it, unless it is not confirmed yet."""
        number, origin = self._next()
        message_id, counter = self._maker.new_id(), self._count()
        request = msgspec.msgpack.encode((1, b"", "Enabled"))
        content = self.wire.content("connect_request", message_id, counter, (), request, self._maker.wall)
        self.wire.begin(number, origin, content, self._maker.wall)
        self.change(delivered_up_to=number)
        self._keep_session(confirmed=False)
        if confirmed:
            self._open_theirs("connect_answer", msgspec.msgpack.encode((1, True, "Enabled")))
            self.note("note_connected")

    def retire_session(self) -> None:
        """What sent until now opens what is under way, and goes in a week."""
        self._store.stop_sending(self.device, self._maker.wall + 7 * DAYS)

    # --------------------------------------------------------------------------------------------------------- ours

    def write(
        self,
        text: str | bytes,
        under: Under,
        *,
        kind: str = "chat",
        message_id: MessageId | None = None,
        reason: str | None = None,
        is_line: bool = True,
    ) -> MessageId:
        """A content of ours, as far as it got. Delivered ones come before the others. `is_line`: it is shown."""
        body = text.encode() if isinstance(text, str) else text
        message_id, counter, wall = message_id or self._maker.new_id(), self._count(), self._maker.pass_time()
        content = self.wire.content(kind, message_id, counter, self._last, body, wall)
        number: int | None = None
        if under == "waiting":
            self._queue(message_id, content, None, None, "waiting", reason)
        else:
            number, origin = self._next()
            envelope = self.wire.seal(number, origin, content)
            self._keep_session(confirmed=True)
            if under in ("delivered", "read"):
                self.wire.they_open(envelope)
                self.change(delivered_up_to=number)
            else:
                assert under in ("queued", "sent", "expired")
                self._queue(message_id, content, number, envelope, under, reason)
        if under == "read":
            assert number is not None
            self._they_read(number)
        if is_line:
            self._last = (message_id,)
            self._shown(message_id, True, kind, body, _SHOWN[under], counter, number, written_at=wall)
        return message_id

    def call_lost(self, message_id: MessageId, reason: str | None = None) -> None:
        """They could not open it: it waits without a number, to be sealed anew."""
        row = self._store.outbox_of_message(message_id)
        assert row is not None
        assert row.number is not None
        self._store.outbox_unseal(self.device, [row.number], reason)
        self._store.timeline_unnumber(message_id)
        self._store.timeline_set_status([message_id], "queued")

    def put_back(self, message_id: MessageId, under: Literal["queued", "sent"]) -> None:
        """It had arrived, and they have lost it: it goes once more, under its number."""
        row = self._store.timeline_row(self.peer.account_id, message_id)
        assert row is not None
        assert row.number is not None
        self._seal_again(row.kind, message_id, row.number, row.counter, row.body, row.written_at, under)

    def put_back_void(self, number: int) -> None:
        """What had this number is gone, and they wait for it."""
        self._seal_again("void", self._maker.new_id(), number, 0, b"", self._maker.wall, "queued")

    def _seal_again(
        self,
        kind: str,
        message_id: MessageId,
        number: int,
        counter: int,
        body: bytes,
        written_at: float,
        under: Literal["queued", "sent"],
    ) -> None:
        content = self.wire.content(kind, message_id, counter, (), body, written_at)
        envelope = self.wire.seal(number, self.channel.origins[-1], content)
        self._keep_session(confirmed=True)
        self._queue(message_id, content, number, envelope, under, None)

    # ------------------------------------------------------------------------------------------------------- theirs

    def hear(
        self,
        text: str | bytes,
        *,
        kind: str = "chat",
        seen: bool = True,
        painted: bool = True,
        late: bool = False,
        message_id: MessageId | None = None,
        counter: int | None = None,
        ago: float = 0.0,
    ) -> MessageId:
        """A message of theirs that was opened. `late`: written `ago` and before what was there, under this counter."""
        body = text.encode() if isinstance(text, str) else text
        message_id, wall = message_id or self._maker.new_id(), self._maker.pass_time()
        counter = self.channel.counter + 1 if counter is None else counter
        number = self._open_theirs(kind, body, message_id=message_id, counter=counter)
        if painted:
            self._we_painted(number)
        self._shown(
            message_id, False, kind, body, "received", counter, number,
            written_at=wall - ago, late=late, seen=seen, painted=painted,
        )  # fmt: skip
        self._last = (message_id,)
        return message_id

    def miss(self, *later: str) -> None:
        """One of theirs is not here yet; these came after it and are kept, sealed."""
        self._their_number += 1
        for text in later:
            number, envelope = self._theirs("chat", text.encode(), self._maker.new_id(), self.channel.counter + 1)
            self._store.early_put(self.device, number, envelope)
            self.change(seen_up_to=number)

    def cannot_open_next(self) -> None:
        """One of theirs that could not be opened: they have not heard of that yet."""
        number, envelope = self._theirs("chat", b"unreadable", self._maker.new_id(), self.channel.counter + 1)
        self._store.quarantine_add(
            at=self._maker.wall,
            account_id=self.peer.account_id,
            what="envelope",
            detail=f"EnvelopeUnreadable: number {number}",
            data=envelope,
        )
        self.change(lost=(*self.channel.lost, number), expected=number + 1, seen_up_to=number)

    def park_receipt(self) -> None:
        """They began a session with our last-resort bundle; its first envelope is on its way, its receipt is here."""
        known = self.wire.ours
        content = self.wire.content("rekey", self._maker.new_id(), 1, (), b"", self._maker.wall)
        bundle = self._maker.me.last_resort
        self._their_number += 1
        origin = Origin(self._their_start, self._their_number)
        self.wire.begun_by_them(self._their_number, origin, content, bundle, self._maker.wall)
        self.wire.ours = known
        self.change(parked_receipt=self.wire.they_say(("receipt", 0, 0, 0)))

    def note(self, kind: str, text: str = "") -> MessageId:
        """A line of the conversation that this computer wrote for its own person."""
        message_id, wall = self._maker.new_id(), self._maker.pass_time()
        self._shown(message_id, False, kind, text.encode(), "received", self._count(), None, NO_DEVICE, written_at=wall)
        self._last = (message_id,)
        return message_id

    # ------------------------------------------------------------------------------------------------------- helpers

    def _count(self) -> int:
        counter = self.channel.counter + 1
        self.change(counter=counter)
        return counter

    def _next(self) -> tuple[int, Origin]:
        number, origins = self.channel.next_number, self.channel.origins
        start = self._maker.start_id[:START_BYTES]
        if not origins or origins[-1].start != start:
            origins = (*origins, Origin(start, number))[-16:]
        self.change(next_number=number + 1, origins=origins)
        return number, origins[-1]

    def _theirs(self, kind: str, body: bytes, message_id: MessageId, counter: int) -> tuple[int, bytes]:
        self._their_number += 1
        content = self.wire.content(kind, message_id, counter, self._last, body, self._maker.wall)
        return self._their_number, self.wire.they_seal(self._their_number, Origin(self._their_start, 1), content)

    def _open_theirs(
        self, kind: str, body: bytes, *, message_id: MessageId | None = None, counter: int | None = None
    ) -> int:
        counter = self.channel.counter + 1 if counter is None else counter
        number, envelope = self._theirs(kind, body, message_id or self._maker.new_id(), counter)
        self.wire.open(envelope)
        self.change(
            expected=number + 1,
            seen_up_to=number,
            opened=(number, self._their_start),
            counter=max(self.channel.counter, counter),
            receipt_session=self.wire.ours.session_id,
        )
        self._keep_session(confirmed=True)
        return number

    def _keep_session(self, *, confirmed: bool) -> None:
        session: Session = self.wire.ours
        self._store.put_ratchet(RatchetRow(self.device, session, True, confirmed, self._maker.wall, None))

    def _they_read(self, number: int) -> None:
        if number == self.channel.read_up_to + 1 or not self.channel.read_up_to:
            self.change(read_up_to=number)
        else:
            self.change(read_runs=((number, number), *self.channel.read_runs))

    def _we_painted(self, number: int) -> None:
        if number == self.channel.own_read_up_to + 1 or not self.channel.own_read_up_to:
            self.change(own_read_up_to=number)
        else:
            self.change(own_read_runs=((number, number), *self.channel.own_read_runs))

    def _queue(
        self,
        message_id: MessageId,
        content: bytes,
        number: int | None,
        envelope: bytes | None,
        state: OutboxState,
        reason: str | None,
    ) -> None:
        kept_until = {"sent": self._maker.wall + 30 * DAYS, "expired": self._maker.wall - DAYS}.get(state)
        self._store.outbox_add(
            OutboxRow(
                0, self.device, self.peer.account_id, message_id, content, number, envelope, state, reason, kept_until
            )
        )

    def _shown(
        self,
        message_id: MessageId,
        mine: bool,
        kind: str,
        body: bytes,
        status: Status,
        counter: int,
        number: int | None,
        device: DeviceId | None = None,
        *,
        written_at: float,
        late: bool = False,
        seen: bool = True,
        painted: bool = True,
    ) -> None:
        writer = device or (self._maker.me.device_id if mine else self.device)
        row = TimelineRow(
            0, message_id, self.peer.account_id, mine, kind, body, status, counter, writer, number,
            written_at, self._maker.wall, late, seen, painted,
        )  # fmt: skip
        assert self._store.timeline_add(row)

    def put_peer(self, **fields: object) -> None:
        self.peer = replace(self.peer, **fields)  # type: ignore[arg-type]
        self._store.put_peer(self.peer)
