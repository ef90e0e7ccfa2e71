"""What every `AccountStore` does. An implementation's tests subclass `AccountStoreContract` and provide `store`."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs

from casemate.crypto.content import Shows
from casemate.crypto.envelope import Origin
from casemate.crypto.keys import ControlKey, RootKey, X25519Public
from casemate.crypto.primitives import Aead
from casemate.crypto.ratchet import initiator_state
from casemate.crypto.session import Session, SessionId
from casemate.internal_service.core.account.ports import AccountStore, Line
from casemate.internal_service.core.account.rows import (
    Channel,
    Delivery,
    MessageRow,
    Peer,
    Profile,
    RatchetRow,
    UsedPrekey,
)
from casemate.internal_service.core.account.starts import Start
from casemate.protocol.ids import AccountId, Cid, ConversationId, DeviceId, MessageId, cid_of
from casemate.protocol.link import PresenceRow

OWN_DEVICE = DeviceId(b"o" * 16)
THEIR_DEVICE = DeviceId(b"t" * 16)
OTHER_DEVICE = DeviceId(b"u" * 16)
BEA = AccountId(b"\xff" * 32)
CARL = AccountId(b"\x01" * 32)
WITH_BEA = ConversationId(b"b" * 16)
WITH_CARL = ConversationId(b"c" * 16)

PROFILE = Profile(
    account_id=AccountId(b"a" * 32),
    username="alice",
    full_name="Alice Liddell",
    server_address="127.0.0.1:12349",
    server_key=None,
    enrolled=False,
    server_password=(b"one", b"two"),
    start_counter=1,
    auto_connect=False,
    appear_offline=True,
    starts=(Start(1, b"the first start."), Start(2**62, b"the last start..")),
    fenced=True,
)
PEER = Peer(
    account_id=BEA,
    username="bea",
    full_name="Bea Lindqvist",
    device_list=b"list",
    relation="none",
    relation_since=1.5,
    connection="none",
    connection_round=0,
    blocked=False,
    verified=True,
    identity_changed=False,
)


def session(name: bytes) -> Session:
    root = RootKey(b"r" * 32)
    ratchet = initiator_state(Aead.AES_256_GCM, root, root, X25519Public(b"p" * 32))
    control = ControlKey(b"c" * 32)
    return Session(1, 1, SessionId(name * 16), OWN_DEVICE, BEA, THEIR_DEVICE, b"transcript", control, b"first", ratchet)


RATCHET = RatchetRow(THEIR_DEVICE, session(b"s"), True, False, 1.0, None)


def message(name: str, counter: int, *, mine: bool = False) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=place(name)[1],
        conversation=WITH_BEA,
        author=PROFILE.account_id if mine else BEA,
        device=OWN_DEVICE if mine else THEIR_DEVICE,
        kind="chat",
        shows=Shows.LINE,
        body=name.encode(),
        counter=counter,
        written_at=1.0,
        arrived_at=2.0,
        number=None if mine else counter,
        seen=mine,
        painted=mine,
    )


def place(name: str) -> Line:
    return WITH_BEA, MessageId(name.encode().ljust(16, b"."))


def write(store: AccountStore, name: str, *, seal: int | None = None) -> int:
    """A line of ours to their device, sealed under this number; its arrival."""
    row = store.message_add(message(name, 1, mine=True), is_new=True)
    assert row is not None
    store.delivery_add(Delivery(THEIR_DEVICE, row.arrival))
    if seal is not None:
        store.delivery_sealed(THEIR_DEVICE, row.arrival, seal, b"envelope")
    return row.arrival


class AccountStoreContract:
    @pytest.fixture
    def store(self) -> Iterator[AccountStore]:
        """Inside no transaction, and empty but for the conversations with Bea and with Carl, which are open."""
        raise NotImplementedError

    # --- profile, secrets, peers

    def test_a_profile_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.profile() is None
        store.put_profile(PROFILE)
        assert store.profile() == PROFILE
        newer = replace(PROFILE, server_key=b"k" * 32, enrolled=True, server_password=None, names=b"names")
        store.put_profile(newer)
        assert store.profile() == newer
        store.put_profile(replace(newer, names_kept=True))
        assert store.profile() == replace(newer, names_kept=True)

    def test_there_are_no_keys_before_some_were_kept(self, store: AccountStore) -> None:
        with pytest.raises(LookupError):
            store.secrets()
        store.put_secrets(b"keys")
        assert store.secrets() == b"keys"

    def test_a_peer_is_found_by_account_and_by_cid(self, store: AccountStore) -> None:
        store.put_peer(PEER)
        assert store.peer(BEA) == store.peer_by_cid(cid_of(BEA)) == PEER
        assert store.peer_by_cid(Cid(2**64 - 1)) == PEER, "cids above 2^63 are exact"
        assert store.peer(CARL) is None
        changed = replace(PEER, relation="asks_you", their_card=b"card", blocked=True, names=b"names", namesake=CARL)
        store.put_peer(changed)
        assert store.peers() == [changed]

    def test_presence_is_forgotten_with_the_link(self, store: AccountStore) -> None:
        store.put_presence([PresenceRow(BEA, True, None), PresenceRow(CARL, False, 3.5)])
        assert store.presence(BEA) == PresenceRow(BEA, True, None)
        assert store.presence(CARL) == PresenceRow(CARL, False, 3.5)
        store.forget_presence()
        assert store.presence(BEA) is None

    # --- transactions

    def test_an_undone_savepoint_takes_back_rows_and_what_was_remembered_of_them(self, store: AccountStore) -> None:
        store.put_peer(PEER)
        store.put_channel(Channel(THEIR_DEVICE, BEA))
        store.put_ratchet(RATCHET)
        with pytest.raises(ZeroDivisionError), store.transaction():
            with pytest.raises(KeyError), store.savepoint():
                store.put_peer(replace(PEER, username="changed"))
                store.put_channel(Channel(THEIR_DEVICE, BEA, next_number=9))
                store.put_ratchet(structs.replace(RATCHET, session=RATCHET.session.confirmed()))
                raise KeyError
            assert store.peer(BEA) == PEER
            assert store.channel(THEIR_DEVICE) == Channel(THEIR_DEVICE, BEA)
            assert store.ratchet(RATCHET.session.session_id) == RATCHET
            store.put_peer(replace(PEER, username="changed later"))
            raise ZeroDivisionError
        assert store.peer(BEA) == PEER

    # --- channels, ratchets, prekeys

    def test_a_channel_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.channel(THEIR_DEVICE) is None
        channel = Channel(
            THEIR_DEVICE,
            BEA,
            next_number=2**62,
            lost=(3, 2**62),
            opened=(7, b"theirs.."),
            asked_back=True,
            opened_before=((2**62, b"before.."), (1, b"first...")),
            origins=(Origin(b"first...", 1), Origin(b"second..", 2**62)),
            receipt_session=b"s" * 16,
            parked_receipt=b"r",
            rekey_at=1.5,
            spares_given=2,
            spares_renew_at=2.5,
            on_trial=2**62,
        )
        store.put_channel(channel)
        assert store.channel(THEIR_DEVICE) == channel
        assert store.channels() == store.channels_of(BEA) == [channel]
        assert store.channels_of(CARL) == []

    def test_one_session_of_a_device_sends(self, store: AccountStore) -> None:
        store.put_ratchet(RATCHET)
        assert store.sending_ratchet(THEIR_DEVICE) == RATCHET
        store.stop_sending(THEIR_DEVICE, 50.0)
        assert store.sending_ratchet(THEIR_DEVICE) is None
        newer = structs.replace(RATCHET, session=session(b"n"))
        store.put_ratchet(newer)
        assert store.sending_ratchet(THEIR_DEVICE) == newer
        assert store.ratchet(RATCHET.session.session_id) == structs.replace(RATCHET, sends=False, retire_at=50.0)
        store.retire_ratchets(50.0)
        assert store.ratchet(RATCHET.session.session_id) is None
        assert store.ratchet(newer.session.session_id) == newer

    def test_a_one_time_prekey_goes_with_its_first_use(self, store: AccountStore) -> None:
        store.add_prekey(b"once", b"secret 1", 100.0, last_resort=False)
        store.add_prekey(b"last resort", b"secret 2", 100.0, last_resort=True)
        store.use_prekey(b"once")
        store.use_prekey(b"last resort")
        assert store.prekey(b"once") is None
        assert store.prekey(b"last resort") == b"secret 2"
        store.expire_prekeys(100.0)
        assert store.prekey(b"last resort") is None

    def test_last_resort_prekeys_can_be_made_to_go_sooner(self, store: AccountStore) -> None:
        store.add_prekey(b"once", b"secret 1", 100.0, last_resort=False)
        store.add_prekey(b"last resort", b"secret 2", 100.0, last_resort=True)
        store.add_prekey(b"going", b"secret 3", 40.0, last_resort=True)
        store.shorten_prekeys(50.0)
        store.expire_prekeys(40.0)
        assert store.prekey(b"going") is None
        assert store.prekey(b"last resort") is not None
        store.expire_prekeys(50.0)
        assert store.prekey(b"last resort") is None
        assert store.prekey(b"once") == b"secret 1"

    def test_a_spare_prekey_tells_for_whom_it_was_and_whether_it_was_replaced(self, store: AccountStore) -> None:
        for number in range(3):
            store.add_prekey(b"spare %d" % number, b"x", 100.0 + number, last_resort=False, spare_for=THEIR_DEVICE)
        assert store.spares_given(THEIR_DEVICE) == [b"spare 0", b"spare 1", b"spare 2"]
        assert store.use_prekey(b"spare 0") == UsedPrekey(THEIR_DEVICE, superseded=False)
        assert store.use_prekey(b"spare 0") == UsedPrekey()
        store.supersede_spares(THEIR_DEVICE, 1)
        assert store.spares_given(THEIR_DEVICE) == []
        assert store.prekey(b"spare 1") is None
        assert store.use_prekey(b"spare 2") == UsedPrekey(THEIR_DEVICE, superseded=True)

    def test_a_spare_bundle_is_used_once_the_oldest_first(self, store: AccountStore) -> None:
        for number in range(3):
            store.put_spare_bundle(THEIR_DEVICE, b"id %d" % number, b"bundle %d" % number, 100.0)
        assert store.take_spare_bundle(THEIR_DEVICE) == b"bundle 0"
        store.put_spare_bundle(THEIR_DEVICE, b"id 0", b"bundle 0", 100.0)
        assert store.take_spare_bundle(THEIR_DEVICE) == b"bundle 1"
        store.keep_spare_bundles(THEIR_DEVICE, [b"id 1"])
        assert store.take_spare_bundle(THEIR_DEVICE) is None
        store.put_spare_bundle(THEIR_DEVICE, b"id 1", b"bundle 1", 100.0)
        assert store.take_spare_bundle(THEIR_DEVICE) is None, "that it was used is remembered"

    def test_spare_bundles_go_when_they_are_too_old_and_with_their_device(self, store: AccountStore) -> None:
        store.put_spare_bundle(THEIR_DEVICE, b"id 0", b"bundle 0", 100.0)
        store.put_spare_bundle(THEIR_DEVICE, b"id 1", b"bundle 1", 200.0)
        store.add_prekey(b"spare", b"x", 300.0, last_resort=False, spare_for=THEIR_DEVICE)
        store.expire_prekeys(100.0)
        store.wipe_spares(DeviceId(b"?" * 16))
        assert store.take_spare_bundle(THEIR_DEVICE) == b"bundle 1"
        store.put_spare_bundle(THEIR_DEVICE, b"id 2", b"bundle 2", 200.0)
        store.wipe_spares(THEIR_DEVICE)
        assert store.take_spare_bundle(THEIR_DEVICE) is None
        assert store.prekey(b"spare") is None

    def test_key_time_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.key_time() is None
        store.set_key_time(1.5, 7.0)
        store.set_key_time(2.5, 8.0)
        assert store.key_time() == (2.5, 8.0)

    def test_an_initial_message_is_new_once(self, store: AccountStore) -> None:
        assert not store.initial_seen_before(b"digest", 100.0)
        assert store.initial_seen_before(b"digest", 100.0)
        store.expire_prekeys(100.0)
        assert not store.initial_seen_before(b"digest", 200.0)

    def test_a_peers_bundle_is_used_once(self, store: AccountStore) -> None:
        store.put_peer_bundle(THEIR_DEVICE, b"older")
        store.put_peer_bundle(THEIR_DEVICE, b"newer")
        assert store.take_peer_bundle(THEIR_DEVICE) == b"newer"
        assert store.take_peer_bundle(THEIR_DEVICE) is None

    # --- conversations

    def test_a_conversation_counts_on_and_is_opened_once(self, store: AccountStore) -> None:
        assert store.counter(WITH_BEA) == 0
        store.set_counter(WITH_BEA, 7)
        store.open_conversation(WITH_BEA, BEA)
        assert store.counter(WITH_BEA) == 7
        with pytest.raises(LookupError):
            store.counter(ConversationId(b"?" * 16))
        with pytest.raises(OverflowError):
            store.set_counter(WITH_BEA, 2**63)

    def test_a_conversation_is_one_once_there_is_a_line(self, store: AccountStore) -> None:
        store.message_add(structs.replace(message("m1", 1, mine=True), shows=Shows.NOTHING))
        assert store.conversations() == []
        store.message_add(message("m2", 2))
        assert store.conversations() == [WITH_BEA]

    # --- messages

    def test_a_message_is_kept_once(self, store: AccountStore) -> None:
        kept = store.message_add(message("one", 1))
        assert kept is not None
        assert store.message_add(structs.replace(message("one", 5), body=b"other")) is None
        row = store.message(WITH_BEA, message("one", 1).message_id)
        assert row == kept == store.message_at(1)
        assert (row.body, row.arrival) == (b"one", 1)

    def test_a_message_is_read_as_it_was_written(self, store: AccountStore) -> None:
        heads = (MessageId(b"h" * 16), MessageId(b"i" * 16))
        row = structs.replace(message("one", 1), heads=heads, late=True, written_at=0.5, author=None, number=None)
        kept = store.message_add(row)
        assert kept == structs.replace(row, arrival=1, shown_at=0.5)
        store.unread()  # brings everything to the database
        assert store.messages_with_id(row.message_id) == [kept]

    def test_two_people_may_use_one_id(self, store: AccountStore) -> None:
        store.message_add(message("one", 1))
        store.message_add(structs.replace(message("one", 1), conversation=WITH_CARL, author=CARL))
        found = store.messages_with_id(message("one", 1).message_id)
        assert sorted(row.conversation for row in found) == sorted([WITH_BEA, WITH_CARL])
        assert store.message(ConversationId(b"?" * 16), message("one", 1).message_id) is None

    def test_pages_are_in_display_order_whatever_the_arrival(self, store: AccountStore) -> None:
        for counter in (3, 1, 2, 5, 4):
            store.message_add(message(f"m{counter}", counter))
        store.message_add(structs.replace(message("no line", 3, mine=True), shows=Shows.NOTHING))
        every = [row.body for row in store.timeline_page(WITH_BEA, before=None, after=None, limit=9)]
        assert every == [b"m1", b"m2", b"m3", b"m4", b"m5"]
        before = store.timeline_page(WITH_BEA, before=message("m4", 4).order, after=None, limit=2)
        assert [row.counter for row in before] == [2, 3]
        after = store.timeline_page(WITH_BEA, before=None, after=message("m2", 2).order, limit=2)
        assert [row.counter for row in after] == [3, 4]
        assert store.last_message(WITH_BEA) == message("m5", 5).message_id

    def test_what_one_device_wrote_at_one_place_is_ordered_by_id(self, store: AccountStore) -> None:
        for name in ("c", "a", "b"):
            store.message_add(message(name, 1))
        every = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
        assert [row.body for row in every] == [b"a", b"b", b"c"]
        [before] = store.timeline_page(WITH_BEA, before=every[1].order, after=None, limit=9)
        [after] = store.timeline_page(WITH_BEA, before=None, after=every[1].order, limit=9)
        assert (before.body, after.body) == (b"a", b"c")
        assert store.last_message(WITH_BEA) == every[2].message_id
        assert store.first_unread(WITH_BEA) == every[0].order

    def test_unread_is_counted_and_seen_up_to_an_arrival(self, store: AccountStore) -> None:
        for counter in (2, 1, 3):
            store.message_add(message(f"m{counter}", counter))
        store.message_add(message("mine", 4, mine=True))
        assert (store.unread(), store.unread(WITH_BEA), store.unread(WITH_CARL)) == (3, 3, 0)
        assert store.first_unread(WITH_BEA) == message("m1", 1).order
        assert store.highest_seen(WITH_BEA) is None
        assert store.see(WITH_BEA, 1) == [message("m2", 2).message_id]
        assert store.highest_seen(WITH_BEA) == message("m2", 2).order
        assert len(store.see(WITH_BEA, 99)) == 2
        assert store.highest_seen(WITH_BEA) == message("m3", 3).order
        assert store.unread() == 0
        assert store.unpainted_around(THEIR_DEVICE, 2) == (1, 3), "what was seen need not have been painted"

    def test_whom_one_blocks_is_not_counted(self, store: AccountStore) -> None:
        store.put_peer(replace(PEER, blocked=True))
        store.message_add(message("m1", 1))
        store.message_add(structs.replace(message("m2", 1), conversation=WITH_CARL, author=CARL))
        assert store.unread() == 1
        assert store.unread(WITH_BEA) == 1

    def test_what_was_painted_is_a_set_and_is_seen(self, store: AccountStore) -> None:
        for counter in (1, 2, 3, 4):
            store.message_add(message(f"m{counter}", counter))
        mine = message("mine", 5, mine=True)
        store.message_add(mine)
        second, third = message("m2", 2).message_id, message("m3", 3).message_id
        store.see(WITH_BEA, 2)
        painted = store.paint(WITH_BEA, [third, second, mine.message_id, MessageId(bytes(16))])
        assert sorted((row.number, row.seen, row.painted) for row in painted) == [(2, True, True), (3, True, True)]
        assert store.paint(WITH_BEA, [third]) == []
        assert store.paint(WITH_BEA, []) == []
        assert store.unread(WITH_BEA) == 1
        assert store.unpainted_around(THEIR_DEVICE, 2) == (1, 4)
        assert store.unpainted_around(THEIR_DEVICE, 0) == (None, 1)
        assert store.unpainted_around(THEIR_DEVICE, 4) == (1, None)
        assert store.unpainted_around(OWN_DEVICE, 2) == (None, None)

    def test_a_message_of_theirs_that_came_again_has_its_new_number(self, store: AccountStore) -> None:
        for counter in (1, 2):
            store.message_add(message(f"m{counter}", counter))
        store.renumber(WITH_BEA, message("m1", 1).message_id, 7)
        assert store.unpainted_around(THEIR_DEVICE, 0) == (None, 2)
        assert store.unpainted_around(THEIR_DEVICE, 6) == (2, 7)

    def test_what_came_after_a_number_is_found_the_newest_first(self, store: AccountStore) -> None:
        for counter in (1, 2, 3, 4):
            store.message_add(message(f"m{counter}", counter))
        rows, there_are = store.theirs_after(WITH_BEA, THEIR_DEVICE, 1, 2)
        assert ([row.number for row in rows], there_are) == ([4, 3], 3)

    # --- deliveries

    def test_what_waits_keeps_the_order_in_which_it_was_written(self, store: AccountStore) -> None:
        for name in ("one", "two", "three"):
            write(store, name)
        rows = store.deliveries_waiting(THEIR_DEVICE, 2)
        assert [row.body for row in rows] == [b"one", b"two"]
        for number, row in enumerate(rows, start=7):
            store.delivery_sealed(THEIR_DEVICE, row.arrival, number, b"envelope")
        assert store.deliveries_to_send(THEIR_DEVICE, 0, 10) == [(7, b"envelope"), (8, b"envelope")]
        assert store.deliveries_to_send(THEIR_DEVICE, 7, 10) == [(8, b"envelope")]
        assert [row.body for row in store.deliveries_waiting(THEIR_DEVICE, 10)] == [b"three"]
        assert (store.waiting(THEIR_DEVICE), store.under_way(THEIR_DEVICE)) == (1, 3)
        assert store.devices_to_send() == [THEIR_DEVICE]

    def test_a_delivery_is_read_as_it_was_written(self, store: AccountStore) -> None:
        arrival = write(store, "one", seal=7)
        sealed = Delivery(THEIR_DEVICE, arrival, 7, b"envelope", "queued")
        assert store.delivery(THEIR_DEVICE, 7) == sealed
        assert store.delivery(THEIR_DEVICE, 8) is None
        other = write(store, "two")
        assert store.deliveries_of([arrival, other, 99]) == {
            arrival: [structs.replace(sealed, envelope=None)],
            other: [Delivery(THEIR_DEVICE, other)],
        }
        assert store.deliveries_of([]) == {}

    def test_a_state_says_which_lines_it_changed(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two", "three"), start=1):
            write(store, name, seal=number)
        assert store.set_state(THEIR_DEVICE, 1, 2, "sent", None, 50.0) == [place("one"), place("two")]
        assert store.set_state(THEIR_DEVICE, 1, 2, "sent", None, 50.0) == []
        assert store.numbers_under_way(THEIR_DEVICE, "sent") == [1, 2]
        assert store.set_state(THEIR_DEVICE, 3, 3, "queued", "not_accepting") == [place("three")]
        delivery = store.delivery(THEIR_DEVICE, 3)
        assert delivery is not None
        assert delivery.reason == "not_accepting"

    def test_what_arrived_stays_without_its_envelope(self, store: AccountStore) -> None:
        arrivals = [write(store, name, seal=number) for number, name in enumerate(("one", "two", "three"), start=1)]
        assert store.arrived(THEIR_DEVICE, 2) == [place("one"), place("two")]
        assert store.arrived(THEIR_DEVICE, 2) == []
        assert store.delivery(THEIR_DEVICE, 2) == Delivery(THEIR_DEVICE, arrivals[1], 2, None, "done", "delivered")
        assert store.deliveries_to_send(THEIR_DEVICE, 0, 9, even_sent=True) == [(3, b"envelope")]
        assert (store.under_way(THEIR_DEVICE), store.waiting(THEIR_DEVICE)) == (1, 0)

    def test_what_was_read_stays_so(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two", "three"), start=1):
            write(store, name, seal=number)
        store.arrived(THEIR_DEVICE, 3)
        assert store.read(THEIR_DEVICE, 2, 3) == [place("two"), place("three")]
        assert store.read(THEIR_DEVICE, 1, 3) == [place("one")]
        store.delivery_again(THEIR_DEVICE, 2, b"once more")
        assert store.deliveries_to_send(THEIR_DEVICE, 0, 9) == [(2, b"once more")]
        assert store.set_state(THEIR_DEVICE, 2, 2, "sent", None, 9.0) == [], "it looks as it did"
        assert store.under_way(THEIR_DEVICE) == 1
        store.arrived(THEIR_DEVICE, 2)
        again = store.delivery(THEIR_DEVICE, 2)
        assert again is not None
        assert (again.state, again.told, again.envelope) == ("done", "read", None)
        assert store.under_way(THEIR_DEVICE) == 0

    def test_one_device_says_nothing_of_what_goes_to_another(self, store: AccountStore) -> None:
        arrival = write(store, "one", seal=1)
        store.delivery_add(Delivery(OTHER_DEVICE, arrival))
        store.delivery_sealed(OTHER_DEVICE, arrival, 1, b"for the other")
        store.arrived(OTHER_DEVICE, 1)
        store.read(OTHER_DEVICE, 1, 1)
        assert store.delivery(THEIR_DEVICE, 1) == Delivery(THEIR_DEVICE, arrival, 1, b"envelope", "queued")
        assert (store.under_way(THEIR_DEVICE), store.under_way(OTHER_DEVICE)) == (1, 0)

    def test_what_is_no_line_goes_with_its_last_delivery(self, store: AccountStore) -> None:
        row = store.message_add(structs.replace(message("rekey", 1, mine=True), shows=Shows.NOTHING))
        assert row is not None
        for device in (THEIR_DEVICE, OTHER_DEVICE):
            store.delivery_add(Delivery(device, row.arrival))
            store.delivery_sealed(device, row.arrival, 5, b"envelope")
        assert store.arrived(THEIR_DEVICE, 5) == []
        assert store.messages_with_id(row.message_id) == [row]
        assert store.delivery(THEIR_DEVICE, 5) is None
        assert store.arrived(OTHER_DEVICE, 5) == []
        assert store.messages_with_id(row.message_id) == []

    def test_a_content_stays_for_a_device_that_it_was_queued_for_just_now(self, store: AccountStore) -> None:
        row = store.message_add(structs.replace(message("rekey", 1, mine=True), shows=Shows.NOTHING))
        assert row is not None
        store.delivery_add(Delivery(THEIR_DEVICE, row.arrival))
        store.delivery_sealed(THEIR_DEVICE, row.arrival, 5, b"envelope")
        store.unread()  # brings everything to the database
        with store.transaction():
            store.delivery_add(Delivery(OTHER_DEVICE, row.arrival))
            store.arrived(THEIR_DEVICE, 5)
        assert store.deliveries_waiting(OTHER_DEVICE, 9) == [row]

    def test_a_line_of_theirs_may_have_the_id_of_a_content_of_ours(self, store: AccountStore) -> None:
        ours = store.message_add(structs.replace(message("one", 1, mine=True), shows=Shows.NOTHING))
        with store.transaction():
            theirs = store.message_add(message("one", 2))
            again = store.message_add(structs.replace(message("one", 3, mine=True), shows=Shows.NOTHING), is_new=True)
        assert ours is not None
        assert theirs is not None
        assert store.message(WITH_BEA, theirs.message_id) == theirs
        assert store.messages_with_id(theirs.message_id) == [ours, theirs, again]

    def test_what_the_server_keeps_no_longer_is_expired_until_they_are_back(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two", "three", "four"), start=1):
            write(store, name, seal=number)
        assert store.next_overdue() is None
        store.set_state(THEIR_DEVICE, 1, 1, "sent", None, 50.0)
        store.set_state(THEIR_DEVICE, 2, 3, "sent", None, 40.0)
        assert store.next_overdue() == 40.0
        assert store.overdue(39.0, 9) == []
        assert store.overdue(50.0, 1) == [(THEIR_DEVICE, 2)]
        assert store.overdue(50.0, 9) == [(THEIR_DEVICE, 2), (THEIR_DEVICE, 3), (THEIR_DEVICE, 1)]
        assert store.revive(THEIR_DEVICE) is None
        assert store.expire(THEIR_DEVICE, 2, 4) == [place("two"), place("three")], "only what was sent"
        assert store.numbers_under_way(THEIR_DEVICE, "expired") == [2, 3]
        assert store.deliveries_to_send(THEIR_DEVICE, 0, 9) == [(4, b"envelope")], "not deposited by itself"
        assert [number for number, _ in store.deliveries_to_send(THEIR_DEVICE, 0, 9, even_sent=True)] == [1, 2, 3, 4]
        store.arrived(THEIR_DEVICE, 2)
        assert store.revive(THEIR_DEVICE) == (3, [place("three")])
        assert store.revive(THEIR_DEVICE) is None
        assert [number for number, _ in store.deliveries_to_send(THEIR_DEVICE, 0, 9)] == [3, 4]

    def test_an_expiry_that_is_undone_leaves_nothing(self, store: AccountStore) -> None:
        write(store, "one", seal=1)
        store.set_state(THEIR_DEVICE, 1, 1, "sent", None, 40.0)
        with store.transaction():
            with pytest.raises(ZeroDivisionError), store.savepoint():
                store.expire(THEIR_DEVICE, 1, 1)
                assert store.revive(THEIR_DEVICE) is not None
                store.set_state(THEIR_DEVICE, 1, 1, "sent", None, 40.0)
                store.expire(THEIR_DEVICE, 1, 1)
                raise ZeroDivisionError
            assert store.revive(THEIR_DEVICE) is None
            assert store.expire(THEIR_DEVICE, 1, 1) == [place("one")]
        assert store.revive(THEIR_DEVICE) == (1, [place("one")])

    def test_what_is_unsealed_waits_again_without_a_number(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two", "three"), start=1):
            write(store, name, seal=number)
        store.arrived(THEIR_DEVICE, 1)
        assert store.unseal(THEIR_DEVICE, [1, 2, 99]) == [place("two")], "what arrived goes on being there"
        assert [row.body for row in store.deliveries_waiting(THEIR_DEVICE, 10)] == [b"two"]
        assert store.unseal(THEIR_DEVICE, None) == [place("three")]
        assert [row.body for row in store.deliveries_waiting(THEIR_DEVICE, 10)] == [b"two", b"three"]
        assert (store.waiting(THEIR_DEVICE), store.under_way(THEIR_DEVICE)) == (2, 2)

    def test_queued_lines_are_found_the_newest_first(self, store: AccountStore) -> None:
        store.put_channel(Channel(THEIR_DEVICE, BEA))
        for number, name in enumerate(("arrived", "sent", "queued"), start=1):
            write(store, name, seal=number)
        write(store, "waiting")
        store.arrived(THEIR_DEVICE, 1)
        store.set_state(THEIR_DEVICE, 2, 2, "sent", None, 50.0)
        assert store.queued_messages(WITH_BEA, 9) == [place("waiting")[1], place("queued")[1]]
        assert store.queued_messages(WITH_BEA, 1) == [place("waiting")[1]]
        assert store.queued_messages(WITH_CARL, 9) == []

    def test_of_a_device_that_is_gone_stays_what_it_told(self, store: AccountStore) -> None:
        for number, name in enumerate(("read", "delivered", "sent", "queued"), start=1):
            write(store, name, seal=number)
        store.delivery_add(Delivery(OTHER_DEVICE, write(store, "elsewhere", seal=5)))
        write(store, "waiting")
        store.set_state(THEIR_DEVICE, 3, 3, "sent", None, 50.0)
        store.arrived(THEIR_DEVICE, 2)
        store.read(THEIR_DEVICE, 1, 1)
        lines, nowhere = store.forget_device(THEIR_DEVICE, ())
        assert lines == [place("sent")]
        assert [store.message_at(arrival).body for arrival in nowhere] == [b"sent", b"queued", b"waiting"]
        settled = {
            row.body.decode(): row.settled for row in store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
        }
        assert settled == {
            "read": "read",
            "delivered": "delivered",
            "sent": None,
            "queued": None,
            "waiting": None,
            "elsewhere": None,
        }
        assert (store.under_way(THEIR_DEVICE), store.under_way(OTHER_DEVICE)) == (0, 1)

    # --- inbox

    def test_an_early_envelope_is_kept_once_and_taken_once(self, store: AccountStore) -> None:
        store.early_put(THEIR_DEVICE, 5, b"first")
        store.early_put(THEIR_DEVICE, 5, b"second")
        assert store.early_held(THEIR_DEVICE) == (1, 5)
        assert store.early_take(THEIR_DEVICE, 4) is None
        assert store.early_take(THEIR_DEVICE, 5) == b"first"
        assert store.early_take(THEIR_DEVICE, 5) is None
        assert store.early_held(THEIR_DEVICE) == (0, 0)
