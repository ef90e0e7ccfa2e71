"""What every `AccountStore` does. An implementation's tests subclass `AccountStoreContract` and provide `store`."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs

from casemate.crypto.envelope import Origin
from casemate.crypto.keys import ControlKey, RootKey, X25519Public
from casemate.crypto.primitives import Aead
from casemate.crypto.ratchet import initiator_state
from casemate.crypto.session import Session, SessionId
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import (
    Channel,
    OutboxRow,
    Peer,
    Profile,
    RatchetRow,
    StoredStatus,
    TimelineRow,
    UsedPrekey,
)
from casemate.internal_service.core.account.starts import Start
from casemate.protocol.ids import AccountId, Cid, DeviceId, MessageId, cid_of
from casemate.protocol.link import PresenceRow

OWN_DEVICE = DeviceId(b"o" * 16)
THEIR_DEVICE = DeviceId(b"t" * 16)
BEA = AccountId(b"\xff" * 32)
CARL = AccountId(b"\x01" * 32)

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


def message(name: str, counter: int, *, mine: bool = False, status: StoredStatus = "received") -> TimelineRow:
    return TimelineRow(
        arrival=0,
        message_id=MessageId(name.encode().ljust(16, b".")),
        account_id=BEA,
        mine=mine,
        kind="chat",
        body=name.encode(),
        status=status,
        counter=counter,
        device=OWN_DEVICE if mine else THEIR_DEVICE,
        number=counter,
        written_at=1.0,
        arrived_at=2.0,
        late=False,
        seen=mine,
        painted=mine,
    )


def waiting(name: str) -> OutboxRow:
    message_id = MessageId(name.encode().ljust(16, b"."))
    return OutboxRow(0, THEIR_DEVICE, BEA, message_id, name.encode(), None, None, "waiting", None)


class AccountStoreContract:
    @pytest.fixture
    def store(self) -> Iterator[AccountStore]:
        """An empty store, inside no transaction."""
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

    # --- outbox

    def test_the_outbox_keeps_the_order_in_which_it_was_filled(self, store: AccountStore) -> None:
        for name in ("one", "two", "three"):
            store.outbox_add(waiting(name))
        rows = store.outbox_waiting(THEIR_DEVICE, 2)
        assert [row.content for row in rows] == [b"one", b"two"]
        for number, row in enumerate(rows, start=7):
            store.outbox_sealed(row, number, b"envelope")
        assert store.outbox_queued(THEIR_DEVICE, 0, 10) == [(7, b"envelope"), (8, b"envelope")]
        assert store.outbox_queued(THEIR_DEVICE, 7, 10) == [(8, b"envelope")]
        assert [row.content for row in store.outbox_waiting(THEIR_DEVICE, 10)] == [b"three"]
        assert store.outbox_waiting_count(THEIR_DEVICE) == 1
        assert store.outbox_devices() == [THEIR_DEVICE]

    def test_a_state_says_which_messages_it_changed(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two", "three"), start=1):
            store.outbox_sealed(store.outbox_add(waiting(name)), number, b"envelope")
        assert len(store.outbox_set_state(THEIR_DEVICE, 1, 2, "sent", None)) == 2
        assert store.outbox_set_state(THEIR_DEVICE, 1, 2, "sent", None) == []
        assert store.outbox_numbers(THEIR_DEVICE, "sent") == [1, 2]
        assert len(store.outbox_set_state(THEIR_DEVICE, 3, 3, "queued", "not_accepting")) == 1
        row = store.outbox_row(THEIR_DEVICE, 3)
        assert row is not None
        assert row.reason == "not_accepting"
        store.outbox_remove_up_to(THEIR_DEVICE, 2)
        assert store.outbox_numbers(THEIR_DEVICE, "sent") == []
        assert store.outbox_row(THEIR_DEVICE, 2) is None

    def test_what_the_server_keeps_no_longer_is_expired_until_they_are_back(self, store: AccountStore) -> None:
        ids = [waiting(name).message_id for name in ("one", "two", "three", "four")]
        for number, name in enumerate(("one", "two", "three", "four"), start=1):
            store.outbox_sealed(store.outbox_add(waiting(name)), number, b"envelope")
        assert store.outbox_next_overdue() is None
        store.outbox_set_state(THEIR_DEVICE, 1, 1, "sent", None, 50.0)
        store.outbox_set_state(THEIR_DEVICE, 2, 3, "sent", None, 40.0)
        assert store.outbox_next_overdue() == 40.0
        assert store.outbox_overdue(39.0, 9) == []
        assert store.outbox_overdue(50.0, 1) == [(THEIR_DEVICE, 2)]
        assert store.outbox_overdue(50.0, 9) == [(THEIR_DEVICE, 2), (THEIR_DEVICE, 3), (THEIR_DEVICE, 1)]
        assert store.outbox_revive(THEIR_DEVICE) == []
        assert sorted(store.outbox_expire(THEIR_DEVICE, 2, 4)) == sorted(ids[1:3]), "only what was sent"
        assert store.outbox_numbers(THEIR_DEVICE, "expired") == [2, 3]
        assert store.outbox_queued(THEIR_DEVICE, 0, 9) == [(4, b"envelope")], "not deposited by itself"
        assert [number for number, _ in store.outbox_queued(THEIR_DEVICE, 0, 9, even_sent=True)] == [1, 2, 3, 4]
        store.outbox_remove_up_to(THEIR_DEVICE, 2)
        assert store.outbox_revive(THEIR_DEVICE) == [(3, ids[2])]
        assert store.outbox_revive(THEIR_DEVICE) == []
        assert [number for number, _ in store.outbox_queued(THEIR_DEVICE, 0, 9)] == [3, 4]

    def test_an_expiry_that_is_undone_leaves_nothing(self, store: AccountStore) -> None:
        store.outbox_sealed(store.outbox_add(waiting("one")), 1, b"envelope")
        store.outbox_set_state(THEIR_DEVICE, 1, 1, "sent", None, 40.0)
        with store.transaction():
            with pytest.raises(ZeroDivisionError), store.savepoint():
                store.outbox_expire(THEIR_DEVICE, 1, 1)
                assert store.outbox_revive(THEIR_DEVICE) != []
                store.outbox_set_state(THEIR_DEVICE, 1, 1, "sent", None, 40.0)
                store.outbox_expire(THEIR_DEVICE, 1, 1)
                raise ZeroDivisionError
            assert store.outbox_revive(THEIR_DEVICE) == []
            assert store.outbox_expire(THEIR_DEVICE, 1, 1) == [waiting("one").message_id]
        assert store.outbox_revive(THEIR_DEVICE) == [(1, waiting("one").message_id)]

    def test_what_is_unsealed_waits_again_without_a_number(self, store: AccountStore) -> None:
        for number, name in enumerate(("one", "two"), start=1):
            store.outbox_sealed(store.outbox_add(waiting(name)), number, b"envelope")
        assert store.outbox_unseal(THEIR_DEVICE, [1, 99], None) == [waiting("one").message_id]
        assert [row.content for row in store.outbox_waiting(THEIR_DEVICE, 10)] == [b"one"]
        assert store.outbox_unseal(THEIR_DEVICE, None, None) == [waiting("two").message_id]

    # --- timeline

    def test_a_message_is_kept_once(self, store: AccountStore) -> None:
        assert store.timeline_add(message("one", 1))
        assert not store.timeline_add(structs.replace(message("one", 5), body=b"other"))
        row = store.timeline_row(BEA, message("one", 1).message_id)
        assert row is not None
        assert (row.body, row.arrival) == (b"one", 1)

    def test_pages_are_in_display_order_whatever_the_arrival(self, store: AccountStore) -> None:
        for counter in (3, 1, 2, 5, 4):
            store.timeline_add(message(f"m{counter}", counter))
        every = [row.body for row in store.timeline_page(BEA, before=None, after=None, limit=9)]
        assert every == [b"m1", b"m2", b"m3", b"m4", b"m5"]
        before = store.timeline_page(BEA, before=(4, THEIR_DEVICE), after=None, limit=2)
        assert [row.counter for row in before] == [2, 3]
        after = store.timeline_page(BEA, before=None, after=(2, THEIR_DEVICE), limit=2)
        assert [row.counter for row in after] == [3, 4]
        assert store.last_message(BEA) == message("m5", 5).message_id
        assert store.conversations() == [BEA]

    def test_statuses_only_move_forward(self, store: AccountStore) -> None:
        for counter in (1, 2, 3):
            store.timeline_add(message(f"m{counter}", counter, mine=True, status="queued"))
        first = message("m1", 1).message_id
        assert store.timeline_set_status([first], "sent") == [(BEA, first)]
        assert len(store.timeline_advance(BEA, 2, "delivered")) == 2
        assert store.timeline_advance(BEA, 1, "read") == [first]
        assert store.timeline_advance(BEA, 2, "delivered") == []
        assert store.timeline_advance(BEA, 9, "read", first=3) == [message("m3", 3).message_id]
        assert store.timeline_set_status([first], "queued") == [], "what was delivered is never queued again"
        store.timeline_add(message("m4", 4, mine=True, status="queued"))
        assert store.queued_messages(BEA, 10) == [message("m4", 4).message_id]

    def test_a_message_without_a_number_is_not_advanced(self, store: AccountStore) -> None:
        store.timeline_add(message("m1", 1, mine=True, status="queued"))
        store.timeline_unnumber(message("m1", 1).message_id)
        assert store.timeline_advance(BEA, 10, "delivered") == []
        assert store.timeline_by_number(BEA, 1) is None
        store.timeline_set_number(BEA, message("m1", 1).message_id, 11)
        assert store.timeline_by_number(BEA, 11) is not None

    def test_unread_is_counted_and_seen_up_to_an_arrival(self, store: AccountStore) -> None:
        for counter in (2, 1, 3):
            store.timeline_add(message(f"m{counter}", counter))
        store.timeline_add(message("mine", 4, mine=True, status="queued"))
        assert (store.unread(), store.unread(BEA), store.unread(CARL)) == (3, 3, 0)
        assert store.first_unread(BEA) == (1, THEIR_DEVICE)
        assert store.highest_seen(BEA) is None
        assert store.timeline_see(BEA, 1) == [message("m2", 2).message_id]
        assert store.highest_seen(BEA) == (2, THEIR_DEVICE)
        assert len(store.timeline_see(BEA, 99)) == 2
        assert store.unread() == 0
        assert store.unpainted_around(THEIR_DEVICE, 2) == (1, 3), "what was seen need not have been painted"

    def test_what_was_painted_is_a_set_and_is_seen(self, store: AccountStore) -> None:
        for counter in (1, 2, 3, 4):
            store.timeline_add(message(f"m{counter}", counter))
        mine = message("mine", 5, mine=True, status="queued")
        store.timeline_add(mine)
        second, third = message("m2", 2).message_id, message("m3", 3).message_id
        store.timeline_see(BEA, 2)
        painted = store.timeline_paint(BEA, [third, second, mine.message_id, MessageId(bytes(16))])
        assert sorted((row.number, row.seen, row.painted) for row in painted) == [(2, True, True), (3, True, True)]
        assert store.timeline_paint(BEA, [third]) == []
        assert store.timeline_paint(BEA, []) == []
        assert store.unread(BEA) == 1
        assert store.unpainted_around(THEIR_DEVICE, 2) == (1, 4)
        assert store.unpainted_around(THEIR_DEVICE, 0) == (None, 1)
        assert store.unpainted_around(THEIR_DEVICE, 4) == (1, None)
        assert store.unpainted_around(OWN_DEVICE, 2) == (None, None)

    def test_a_message_of_theirs_that_came_again_has_its_new_number(self, store: AccountStore) -> None:
        for counter in (1, 2):
            store.timeline_add(message(f"m{counter}", counter))
        store.timeline_renumber(BEA, message("m1", 1).message_id, 7)
        assert store.unpainted_around(THEIR_DEVICE, 0) == (None, 2)
        assert store.unpainted_around(THEIR_DEVICE, 6) == (2, 7)

    # --- inbox

    def test_an_early_envelope_is_kept_once_and_taken_once(self, store: AccountStore) -> None:
        store.early_put(THEIR_DEVICE, 5, b"first")
        store.early_put(THEIR_DEVICE, 5, b"second")
        assert store.early_held(THEIR_DEVICE) == (1, 5)
        assert store.early_take(THEIR_DEVICE, 4) is None
        assert store.early_take(THEIR_DEVICE, 5) == b"first"
        assert store.early_take(THEIR_DEVICE, 5) is None
        assert store.early_held(THEIR_DEVICE) == (0, 0)
