"""What every `AccountStore` does. An implementation's tests subclass `AccountStoreContract` and provide `store`."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from msgspec import structs

from casemate.crypto.envelope import Origin
from casemate.crypto.keys import ControlKey, InviteSecret, RootKey, X25519Public
from casemate.crypto.primitives import Aead
from casemate.crypto.ratchet import initiator_state
from casemate.crypto.session import Session, SessionId
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import (
    Channel,
    Guest,
    Invite,
    RatchetRow,
    UsedPrekey,
)
from casemate.protocol.client.views import Reason
from casemate.protocol.ids import Cid, DeviceId, InviteId, cid_of
from casemate.protocol.link import PresenceRow
from tests.contracts.account_rows import (
    BEA,
    CARL,
    OWN_DEVICE,
    PEER,
    PROFILE,
    THEIR_DEVICE,
)
from tests.contracts.arranged_store import ArrangedStoreContract
from tests.contracts.change_store import ChangeStoreContract
from tests.contracts.delivery_store import DeliveryStoreContract
from tests.contracts.finding_store import FindingStoreContract
from tests.contracts.later_store import LaterStoreContract
from tests.contracts.lives_store import LivesStoreContract
from tests.contracts.message_store import MessageStoreContract
from tests.contracts.notifying_store import NotifyingStoreContract
from tests.contracts.profiles_store import ProfilesStoreContract
from tests.contracts.scheduled_store import ScheduledStoreContract


def session(name: bytes) -> Session:
    root = RootKey(b"r" * 32)
    ratchet = initiator_state(Aead.AES_256_GCM, root, root, X25519Public(b"p" * 32))
    control = ControlKey(b"c" * 32)
    return Session(1, 1, SessionId(name * 16), OWN_DEVICE, BEA, THEIR_DEVICE, b"transcript", control, b"first", ratchet)


RATCHET = RatchetRow(THEIR_DEVICE, session(b"s"), True, False, 1.0, None)


class AccountStoreContract(
    MessageStoreContract,
    ChangeStoreContract,
    FindingStoreContract,
    ScheduledStoreContract,
    ArrangedStoreContract,
    LaterStoreContract,
    LivesStoreContract,
    ProfilesStoreContract,
    NotifyingStoreContract,
    DeliveryStoreContract,
):
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

    # --- invitations

    def test_invitations_are_read_as_they_were_written(self, store: AccountStore) -> None:
        older = Invite(InviteId(b"1" * 16), InviteSecret(b"s" * 16), 1, made_at=1.5, ends_at=3.5)
        newer = Invite(InviteId(b"2" * 16), InviteSecret(b"t" * 16), 100, made_at=2.5, ends_at=3.0)
        for invite in (older, newer):
            store.put_invite(invite)
        assert store.invites() == [newer, older]
        assert store.invites_refused() == []
        refused = replace(newer, refused=Reason(code="registration_closed", params={"what": "it"}, acts="admin"))
        store.put_invite(refused)
        assert store.invites_refused() == [refused]
        store.put_invite(newer)
        assert store.invites_refused() == []
        ended = replace(older, ended=True)
        store.put_invite(ended)
        assert store.invite(older.invite_id) == ended
        store.forget_invite(older.invite_id)
        assert (store.invite(older.invite_id), store.invites()) == (None, [newer])

    def test_guests_come_in_order_and_go_with_their_invitation(self, store: AccountStore) -> None:
        invite = Invite(InviteId(b"1" * 16), InviteSecret(b"s" * 16), 2, made_at=1.5, ends_at=3.5)
        store.put_invite(invite)
        first, second = Guest(invite.invite_id, BEA, 2.5), Guest(invite.invite_id, CARL, 2.0)
        for guest in (first, second):
            store.add_guest(guest)
        store.put_invite(replace(invite, ended=True))
        assert store.guests(invite.invite_id) == [first, second]
        assert store.guests(InviteId(b"2" * 16)) == []
        store.forget_invite(invite.invite_id)
        store.put_invite(invite)
        assert store.guests(invite.invite_id) == []

    # --- inbox

    def test_an_early_envelope_is_kept_once_and_taken_once(self, store: AccountStore) -> None:
        store.early_put(THEIR_DEVICE, 5, b"first")
        store.early_put(THEIR_DEVICE, 5, b"second")
        assert store.early_held(THEIR_DEVICE) == (1, 5)
        assert store.early_take(THEIR_DEVICE, 4) is None
        assert store.early_take(THEIR_DEVICE, 5) == b"first"
        assert store.early_take(THEIR_DEVICE, 5) is None
        assert store.early_held(THEIR_DEVICE) == (0, 0)
