"""One database of the older program with rows in every state that it knew."""

import json
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import msgspec

from casemate.crypto.envelope import Origin
from casemate.crypto.handshake import replay_token
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.protocol.ids import Cid, ConversationId, SlotId
from casemate.protocol.link import PresenceRow
from tests.older.maker import Friend, Maker
from tests.older.sides import DAYS
from tests.older.store.rows import DisplayOrder, RatchetRow

PLAIN_QUEUE_MESSAGES: Final = 20_000
"""As many as that program kept for a plain client."""
NEW_DEVICE: Final = "vera's new device"
_ILM_DATA: Final = struct.Struct("<IQQQQ")
_ILM_ACK: Final = struct.Struct("<IIQQQ")


@dataclass
class Made:
    """What was made, and who could open it."""

    maker: Maker
    friends: dict[str, Friend] = field(default_factory=dict)

    def close(self) -> None:
        self.maker.store.close()


def make(path: Path, seed: bytes = b"every state") -> Made:
    """The database at `path`, open."""
    maker = Maker(path, seed)
    with maker.store.transaction():
        _bea_talks(maker)
        _carl_does_not_come(maker)
        _dora_is_blocked(maker)
        _emil_is_gone(maker)
        _fay_could_not_open(maker)
        _gus_knows_many_starts(maker)
        _hal_heals(maker)
        _iris_is_asked(maker)
        _kim_holds_what_is_no_line(maker)
        _lee_has_no_keys(maker)
        _mia_is_somebody_else_now(maker)
        _nobody_talks(maker)
        _one_id_in_two_conversations(maker)
        _uma_was_restored(maker)
        _vera_has_another_computer(maker)
    *friends, newer = maker.friends
    return Made(maker, {friend.peer.username: friend for friend in friends} | {NEW_DEVICE: newer})


def fill_plain_queue(made: Made, messages: int = PLAIN_QUEUE_MESSAGES) -> None:
    """A plain client is owed as much as there is room for: what it has in its timeline, and what is no line."""
    store, bea = made.maker.store, made.friends["bea"]
    after: DisplayOrder | None = None
    with store.transaction():
        store.plain_add(bea.peer.cid, b"taken before")
        store.plain_remove_up_to(store.plain_add(bea.peer.cid, b"taken, too"))
        for row in store.timeline_page(bea.peer.account_id, before=None, after=after, limit=500):
            if not row.mine and row.kind in ("chat", "opaque"):
                store.plain_add(bea.peer.cid, row.body)
        friends = list(made.friends.values())
        for number in range(messages - len(store.plain_after(0, messages))):
            store.plain_add(friends[number % len(friends)].peer.cid, b"owed %d" % number)


def _bea_talks(maker: Maker) -> None:
    """An ordinary conversation, with something in every state that messages pass."""
    bea = maker.friend("bea")
    bea.meet()
    maker.store.put_presence([PresenceRow(bea.peer.account_id, True, maker.wall)])
    bea.write("first, and read", "read")
    bea.hear("seen and painted")
    bea.write("delivered", "delivered")
    bea.write("read behind what was not", "read")
    bea.write("delivered again", "delivered")
    bea.write("read once more", "read")
    bea.hear("seen, but on no screen", painted=False)
    skipped = bea.channel.counter + 1
    bea.hear("painted behind that", counter=skipped + 1)
    bea.hear("\N{WAVING HAND SIGN} not ASCII, and long: " + "long " * 300)
    bea.note("note_names_changed", "Bea Before\nBea Now")
    bea.hear("late", late=True, counter=skipped, ago=3600.0)
    bea.hear(b"\x00\x01another app's bytes", kind="opaque")
    bea.hear(_text_message("text of another app"), kind="opaque")
    bea.hear(b"something that came later", kind="poll_of_later")
    bea.hear("unread", seen=False, painted=False)
    bea.hear("unread, too", seen=False, painted=False)
    bea.write(b"\x00\x02our app's bytes", "sent", kind="opaque")
    ilm = _ilm_data(maker, bea, 1, _text_message("in an ILM envelope"))
    bea.write(ilm, "sent", kind="opaque")
    bea.write(ilm, "sent", kind="opaque", is_line=False)
    bea.write(_ilm_ack(maker, bea, 4), "queued", kind="opaque", is_line=False)
    bea.write("at the server", "sent")
    bea.write("sealed", "queued")
    bea.write("refused by the server", "queued", reason="mailbox_full")
    bea.write("written while away", "waiting")
    bea.write("and one more", "waiting")
    bea.miss("early", "early, too")
    conversation = conversation_id(maker.me.account_id, bea.peer.account_id)
    maker.store.put_draft(conversation, SlotId(maker.entropy(16)), "begun and not sent", 3)
    maker.store.put_draft(conversation, SlotId(maker.entropy(16)), "in another window", 1)
    maker.store.put_draft(ConversationId(maker.entropy(16)), SlotId(maker.entropy(16)), "with nobody any more", 9)
    maker.store.put_browser_key(maker.entropy(32))
    maker.store.kv_set(bea.peer.cid, "kept", b"by a client")
    maker.store.kv_set(None, "kept", b"for all")
    maker.store.kv_set(Cid(5), "kept", b"of somebody unknown")
    _spares(maker, bea)


def _carl_does_not_come(maker: Maker) -> None:
    """The server kept his messages as long as it keeps anything."""
    carl = maker.friend("carl")
    carl.meet()
    maker.store.put_presence([PresenceRow(carl.peer.account_id, False, maker.wall - 40 * DAYS)])
    carl.write("delivered long ago", "delivered")
    carl.write("expired", "expired", reason="expired")
    carl.write("expired, too", "expired", reason="expired")
    carl.write("sent after that", "sent")
    carl.write("lost by the server", "queued", reason="server_lost_it")


def _dora_is_blocked(maker: Maker) -> None:
    dora = maker.friend("dora", blocked=True)
    dora.meet()
    dora.hear("unread of somebody blocked", seen=False, painted=False)
    dora.write("sealed before the block", "queued")
    dora.write("waits for the end of the block", "waiting")


def _emil_is_gone(maker: Maker) -> None:
    emil = maker.friend("emil")
    emil.meet()
    emil.write("read", "read")
    emil.hear("a last word")
    emil.write("never arrives", "expired", reason="expired")
    emil.write("nor does this", "waiting")
    emil.put_peer(relation="gone", connection="none")
    emil.note("note_disconnected_there")


def _fay_could_not_open(maker: Maker) -> None:
    """Both sides have lost some of what the other one sealed."""
    fay = maker.friend("fay")
    fay.meet()
    fay.write("read", "read")
    lost = [fay.write(f"lost {number}", "sent") for number in (1, 2)]
    fay.write("opened behind the lost ones", "delivered")
    for message_id in lost:
        fay.call_lost(message_id)
    fay.write("sealed after that", "queued")
    fay.cannot_open_next()
    fay.hear("readable again", seen=False, painted=False)
    fay.cannot_open_next()
    fay.note("note_rekeyed")


def _gus_knows_many_starts(maker: Maker) -> None:
    """As many starts as are kept gave out numbers, on both sides."""
    gus = maker.friend("gus")
    gus.meet()
    for _ in range(17):
        maker.start_id = maker.entropy(16)
        gus.write("from one more start", "delivered")
    gus.write("under way from the last one", "sent")
    maker.start_id = maker.entropy(16)
    gus.write("and from this one", "queued")
    gus.hear("opened")
    gus.change(opened_before=tuple((number, maker.entropy(8)) for number in (4, 3, 2, 1)))


def _hal_heals(maker: Maker) -> None:
    """Our data was restored: all goes again in a new session, and what they have of ours is asked back."""
    hal = maker.friend("hal")
    hal.meet()
    hal.write("delivered before", "delivered")
    again = [hal.write("goes again", "sent"), hal.write("goes again, too", "queued")]
    for message_id in again:
        hal.call_lost(message_id)
    hal.retire_session()
    hal.change(next_number=40, origins=(), asked_back=True, rekey_at=maker.wall)
    hal.write(msgspec.msgpack.encode((True, hal.channel.delivered_up_to)), "waiting", kind="rekey", is_line=False)
    hal.note("note_restored")
    hal.note("note_returned", "what had been written, and is not here")
    hal.note("note_missing", "3")
    hal.park_receipt()


def _iris_is_asked(maker: Maker) -> None:
    """Nothing was said yet: all that is under way is about being connected."""
    iris = maker.friend("iris", connection="asking")
    iris.meet()
    iris.write(msgspec.msgpack.encode((2,)), "sent", kind="disconnect", is_line=False)
    iris.write(msgspec.msgpack.encode((3, b"{}", "Disabled")), "sent", kind="connect_request", is_line=False)
    iris.write(msgspec.msgpack.encode((3, True, "Enabled")), "waiting", kind="connect_answer", is_line=False)
    iris.put_peer(connection_round=3)


def _kim_holds_what_is_no_line(maker: Maker) -> None:
    """Voids, spare bundles and what is given back, sealed and waiting, in a session that began with a spare bundle."""
    kim = maker.friend("kim", connection="none")
    kim.meet()
    first_session = kim.wire.ours
    kim.note("note_disconnected")
    kim.retire_session()
    kim.meet(confirmed=False)
    kim.change(on_trial=kim.channel.next_number - 1)
    kim.write(b"", "queued", kind="void", is_line=False)
    bundles = [kim.wire.me.one_time_bundle(maker.entropy, maker.kem, maker.wall)[0] for _ in range(2)]
    kim.write(msgspec.msgpack.encode(((), bundles)), "queued", kind="spares", is_line=False)
    returned = (maker.new_id(), 3, round(maker.wall * 1000), "chat", b"yours")
    kim.write(msgspec.msgpack.encode(((returned,), 2)), "waiting", kind="returned", is_line=False)
    kim.write(b"", "waiting", kind="rekey", is_line=False)
    header = kim.wire.ours.initial_header
    assert header is not None
    assert not maker.store.initial_seen_before(replay_token(header), maker.wall + 38 * DAYS)
    assert maker.store.ratchet(first_session.session_id) is not None
    _retired(maker, kim)


def _lee_has_no_keys(maker: Maker) -> None:
    """No session was ever begun; a bundle that came with a card lies ready."""
    lee = maker.friend("lee")
    lee.write("waits for keys", "waiting", reason="no_keys_yet")
    maker.store.put_peer_bundle(lee.device, lee.wire.other.last_resort)
    ned = maker.friend("ned", connection="asking")
    ned.write(msgspec.msgpack.encode((1, b"", "Enabled")), "waiting", kind="connect_request", is_line=False)


def _mia_is_somebody_else_now(maker: Maker) -> None:
    mia = maker.friend("mia", identity_changed=True)
    mia.meet()
    mia.hear("from before", seen=False, painted=False)
    mia.write("waits until that is accepted", "waiting")
    mia.write("sealed before", "queued")


def _nobody_talks(maker: Maker) -> None:
    """People with whom there is no conversation."""
    asks = maker.friend("olga", relation="asks_you", connection="none")
    asks.put_peer(their_card=b"a card of theirs", names=b"signed names")
    asked = maker.friend("paul", relation="requested", connection="none")
    asked.put_peer(our_card=b"a card of ours", namesake=bytes(asks.peer.account_id))
    maker.friend("quin", relation="declined", connection="none")
    maker.friend("ruth", relation="none", connection="none").note("note_namesake", "ruth")


def _one_id_in_two_conversations(maker: Maker) -> None:
    """Whoever knows an id of somebody else's message may use it: it is another message in another conversation."""
    sam, tim = maker.friend("sam"), maker.friend("tim")
    for friend in (sam, tim):
        friend.meet()
    shared = sam.write("ours, with this id", "delivered")
    tim.hear("theirs, with the same id", message_id=shared)
    theirs = sam.hear("theirs to us", seen=False, painted=False)
    tim.hear("the same id once more", message_id=theirs, seen=False, painted=False)
    under_way = sam.write("under way, with an id that tim uses", "queued")
    tim.hear("theirs, with the id of what is under way", message_id=under_way, seen=False, painted=False)
    no_line = sam.write(b"", "waiting", kind="rekey", is_line=False)
    sam.hear("theirs, with the id of what is no line", message_id=no_line, seen=False, painted=False)
    tim.hear("as sam", message_id=no_line, seen=False, painted=False)
    at_once = tim.channel.counter + 1
    tim.write("written at the same time as", "sent")
    tim.hear("this", counter=at_once, seen=False, painted=False)


def _uma_was_restored(maker: Maker) -> None:
    """She had what she has lost: it goes again under its number, and is what it was to us."""
    uma = maker.friend("uma")
    uma.meet()
    had = uma.write("had arrived", "delivered")
    read = uma.write("had been read", "read")
    uma.write(b"", "delivered", kind="spares", is_line=False)
    gone = uma.channel.next_number - 1
    unreadable = uma.write("had arrived, and cannot be opened now", "delivered")
    uma.note("note_restored_there")
    uma.put_back(had, "sent")
    uma.put_back(read, "queued")
    uma.put_back_void(gone)
    uma.put_back(unreadable, "sent")
    uma.call_lost(unreadable)
    uma.write("written after that", "queued")
    uma.write("waits behind all that", "waiting")


def _vera_has_another_computer(maker: Maker) -> None:
    """What was under way to the old one is there still; numbers to the new one begin again."""
    vera = maker.friend("vera")
    vera.meet()
    vera.write("to the old one, read", "read")
    vera.write("to the old one", "sent")
    newer = maker.with_new_device(vera)
    newer.meet()
    newer.write("to the new one, delivered", "delivered")
    newer.write("to the new one", "sent")
    newer.write("to the new one, not sealed", "waiting")
    newer.hear("from the new one", seen=False, painted=False)


def _spares(maker: Maker, friend: Friend) -> None:
    """Bundles that both sides hold for sessions that are begun anew."""
    for spare in range(3):
        bundle, secrets = friend.wire.me.one_time_bundle(maker.entropy, maker.kem, maker.wall)
        private, expires_at = msgspec.msgpack.encode(secrets), maker.wall + (40 + spare) * DAYS
        maker.store.add_prekey(secrets.bundle_id, private, expires_at, last_resort=False, spare_for=friend.device)
        bundle, secrets = friend.wire.other.one_time_bundle(maker.entropy, maker.kem, maker.wall)
        maker.store.put_spare_bundle(friend.device, secrets.bundle_id, bundle, maker.wall + 30 * DAYS)
        if not spare:
            maker.store.supersede_spares(friend.device, 9)
            maker.store.take_spare_bundle(friend.device)
    friend.change(spares_given=2, spares_renew_at=maker.wall + 15 * DAYS)


def _retired(maker: Maker, friend: Friend) -> None:
    """A session that only opens, and goes in three days."""
    known, kept = friend.wire.ours, friend.wire.theirs
    friend.wire.begin(0, Origin(bytes(8), 0), b"never sent", maker.wall)
    row = RatchetRow(friend.device, friend.wire.ours, False, True, maker.wall, maker.wall + 3 * DAYS)
    maker.store.put_ratchet(row)
    friend.wire.ours, friend.wire.theirs = known, kept


def _text_message(text: str) -> bytes:
    return json.dumps({"type": "TextMessage", "data": {"text": text}}).encode()


def _ilm_data(maker: Maker, friend: Friend, number: int, body: bytes) -> bytes:
    """As Citadel's messenger wraps what it sends."""
    return _ILM_DATA.pack(0, _cid(maker), friend.peer.cid, number, len(body)) + body


def _ilm_ack(maker: Maker, friend: Friend, number: int) -> bytes:
    return _ILM_ACK.pack(1, 0, _cid(maker), friend.peer.cid, number)


def _cid(maker: Maker) -> int:
    profile = maker.store.profile()
    assert profile is not None
    return profile.cid
