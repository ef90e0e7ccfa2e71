"""What every `ServerStore` does. An implementation's tests subclass `ServerStoreContract` and provide `store`."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.ids import AccountId, DeviceId, InviteId, cid_of
from casemate.protocol.names import fold
from casemate.server.core.names import Username
from casemate.server.core.ports import ExpiredRun, KeptName, Pair, ServerStore, StoredInvite

KEY = Ed25519Public(b"k" * 32)


class ServerStoreContract:
    @pytest.fixture
    def store(self) -> Iterator[ServerStore]:
        """An empty store, inside no transaction."""
        raise NotImplementedError

    @pytest.fixture
    def alice(self, store: ServerStore) -> AccountId:
        return add_account(store, "alice", "Alice Liddell")

    @pytest.fixture
    def bob(self, store: ServerStore) -> AccountId:
        return add_account(store, "bob", "Bob Example")

    @pytest.fixture
    def pair(self, store: ServerStore, alice: AccountId, bob: AccountId) -> Pair:
        """From alice's device to bob's."""
        return store.mailbox.add_pair(alice, device_of("alice"), bob, device_of("bob"))

    # --- accounts and devices

    def test_an_account_is_found_in_every_way(self, store: ServerStore, alice: AccountId) -> None:
        account = store.accounts.account(alice)
        assert account is not None
        assert (account.username, account.full_name, account.device_list_number) == ("alice", "Alice Liddell", 1)
        assert (account.appear_offline, account.shown_online, account.shown_since) == (False, False, None)
        assert store.accounts.with_cid(cid_of(alice)) == alice
        assert store.accounts.with_folded("alice") == alice
        assert store.accounts.with_skeleton("skeleton of alice") == alice

    def test_signed_names_are_kept_and_their_full_name_is_found(self, store: ServerStore, alice: AccountId) -> None:
        account = store.accounts.account(alice)
        assert account is not None
        assert account.names == b""
        store.accounts.set_names(alice, b"signed", "Alice Pleasance")
        account = store.accounts.account(alice)
        assert account is not None
        assert (account.names, account.username, account.full_name) == (b"signed", "alice", "Alice Pleasance")
        viewer = AccountId(bytes(32))
        assert store.directory.count(viewer, "pleasance") == 1
        assert store.directory.count(viewer, "liddell") == 0
        assert store.directory.count(viewer, "alice") == 1
        store.accounts.forget_names(alice)
        account = store.accounts.account(alice)
        assert account is not None
        assert (account.names, account.full_name) == (b"", "Alice Pleasance")

    def test_a_signal_waits_until_it_is_taken(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        number = store.signals.add(alice, "Answered", bob, b"yes")
        assert store.signals.waits(alice, "Answered", bob)
        assert not store.signals.waits(alice, "Asked", bob)
        assert not store.signals.waits(bob, "Answered", alice)
        store.signals.take(alice, number)
        assert not store.signals.waits(alice, "Answered", bob)

    def test_a_kept_name_is_found_as_it_is_and_as_it_looks(self, store: ServerStore, alice: AccountId) -> None:
        store.kept_names.keep(alice, 50.0, 10)
        assert store.kept_names.like("alice", "x") == [KeptName(alice, 50.0)]
        assert store.kept_names.like("x", "skeleton of alice") == [KeptName(alice, 50.0)]
        assert store.kept_names.like("bob", "x") == []
        store.kept_names.free_before(49.0)
        assert store.kept_names.like("alice", "x")
        store.kept_names.free_before(50.0)
        assert store.kept_names.like("alice", "x") == []

    def test_invitations_are_read_as_they_were_written_and_used(self, store: ServerStore, alice: AccountId) -> None:
        invite = StoredInvite(InviteId(b"1" * 16), alice, b"digest", uses=2, used=0, ends_at=50.0)
        other = replace(invite, invite_id=InviteId(b"2" * 16), ends_at=60.0)
        for one in (invite, other):
            store.invites.put(one)
        assert store.invites.invite(invite.invite_id) == invite
        assert store.invites.count(alice, 49.0) == 2
        store.invites.use(invite.invite_id)
        store.invites.use(invite.invite_id)
        assert store.invites.invite(invite.invite_id) == replace(invite, used=2)
        assert store.invites.count(alice, 49.0) == 1, "one is used up"
        assert store.invites.count(alice, 60.0) == 0, "the other is over"
        store.invites.forget_ended_before(60.0)
        assert store.invites.invite(invite.invite_id) is None
        third = replace(invite, invite_id=InviteId(b"3" * 16))
        store.invites.put(third)
        store.invites.put(replace(other, uses=1))
        store.invites.keep_newest(alice, 1)
        assert store.invites.invite(other.invite_id) is None, "put again is no newer"
        assert store.invites.invite(third.invite_id) == third

    def test_invitations_go_with_their_account(self, store: ServerStore, alice: AccountId) -> None:
        invite = StoredInvite(InviteId(b"1" * 16), alice, b"digest", uses=2, used=0, ends_at=50.0)
        store.invites.put(invite)
        store.accounts.remove(alice)
        assert store.invites.invite(invite.invite_id) is None

    def test_whom_a_link_let_through_is_known_as_long_as_both_are_there(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        invite = StoredInvite(InviteId(b"1" * 16), alice, b"digest", uses=2, used=0, ends_at=50.0)
        store.invites.put(invite)
        assert not store.invites.has_let_through(invite.invite_id, bob)
        store.invites.let_through(invite.invite_id, bob)
        store.invites.put(replace(invite, used=1))
        assert store.invites.has_let_through(invite.invite_id, bob)
        assert not store.invites.has_let_through(invite.invite_id, alice)
        store.invites.forget_ended_before(60.0)
        store.invites.put(invite)
        assert not store.invites.has_let_through(invite.invite_id, bob)
        store.invites.let_through(invite.invite_id, bob)
        store.accounts.remove(bob)
        assert not store.invites.has_let_through(invite.invite_id, bob)

    def test_kept_names_are_bounded_and_given_back(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        store.kept_names.keep(alice, 50.0, 1)
        store.kept_names.keep(bob, 60.0, 1)
        assert store.kept_names.like("alice", "x") == []
        store.kept_names.give_back(bob)
        assert store.kept_names.like("bob", "x") == []

    def test_whoever_was_registered_once_had_peers(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        before = store.accounts.account(alice)
        store.registrations.register(alice, bob, 1.0)
        store.accounts.remove(bob)
        after = store.accounts.account(alice)
        assert before is not None
        assert after is not None
        assert (before.had_peers, after.had_peers) == (False, True)

    def test_nobody_is_found_under_what_nobody_has(self, store: ServerStore, alice: AccountId) -> None:
        assert store.accounts.account(AccountId(bytes(32))) is None
        assert store.accounts.with_cid(cid_of(AccountId(bytes(32)))) is None
        assert store.accounts.with_folded("Alice") is None
        assert store.accounts.device(DeviceId(bytes(16))) is None

    def test_cids_cover_all_64_bits(self, store: ServerStore) -> None:
        for first in (0x00, 0x7F, 0x80, 0xFF):
            account_id = AccountId(bytes([first]) * 32)
            store.accounts.add(account_id, name(f"n{first}"), "Somebody", b"list", 1, 0.0)
            assert store.accounts.with_cid(cid_of(account_id)) == account_id

    def test_what_an_account_changes_is_kept(self, store: ServerStore, alice: AccountId) -> None:
        store.accounts.set_device_list(alice, b"newer list", 7)
        store.accounts.set_appear_offline(alice, appear_offline=True)
        store.accounts.set_shown(alice, online=True, since=5.5)
        account = store.accounts.account(alice)
        assert account is not None
        assert (account.device_list, account.device_list_number) == (b"newer list", 7)
        assert (account.appear_offline, account.shown_online, account.shown_since) == (True, True, 5.5)

    def test_showing_all_offline_changes_only_who_was_online(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        store.accounts.set_shown(alice, online=True, since=5.0)
        store.accounts.set_shown(bob, online=False, since=6.0)
        store.accounts.show_all_offline(9.0)
        shown = [store.accounts.account(account_id) for account_id in (alice, bob)]
        assert [(a.shown_online, a.shown_since) for a in shown if a] == [(False, 9.0), (False, 6.0)]

    def test_devices_come_and_go_with_what_is_theirs(self, store: ServerStore, alice: AccountId, pair: Pair) -> None:
        second = DeviceId(b"second device 16")
        store.accounts.add_device(alice, second, KEY)
        assert sorted(store.accounts.devices(alice)) == sorted([device_of("alice"), second])
        store.mailbox.put(pair, [(1, b"x")], 0.0)
        store.mailbox.put_receipt(pair, b"sealed")
        store.accounts.remove_device(device_of("bob"))
        assert store.mailbox.pairs_from(device_of("alice")) == []
        assert store.mailbox.receipts_for(device_of("alice")) == []
        assert store.mailbox.expire(1e12, 10) == []

    def test_a_device_remembers_its_start_and_bundle(self, store: ServerStore, alice: AccountId) -> None:
        device = store.accounts.device(device_of("alice"))
        assert device is not None
        assert (device.account_id, device.signing_key, device.start_counter) == (alice, KEY, 0)
        assert (device.start_id, device.linked_start) == (b"", b"")
        assert store.accounts.bundle(device_of("alice")) is None
        store.accounts.set_start(device_of("alice"), 2**63 - 1, b"start")
        store.accounts.set_linked_start(device_of("alice"), b"linked")
        store.accounts.set_bundle(device_of("alice"), b"bundle")
        device = store.accounts.device(device_of("alice"))
        assert device is not None
        assert (device.start_counter, device.start_id, device.linked_start) == (2**63 - 1, b"start", b"linked")
        assert store.accounts.bundle(device_of("alice")) == b"bundle"

    def test_endpoint_keys_are_the_newest_lists_and_go_with_their_device(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        first, second, other = (Ed25519Public(bytes([number]) * 32) for number in range(3))
        assert not store.endpoints.has_any(alice)
        store.endpoints.replace(alice, [(first, device_of("alice")), (second, device_of("alice"))])
        store.endpoints.replace(bob, [(other, device_of("bob"))])
        assert store.endpoints.account_of(second) == alice
        store.endpoints.replace(alice, [(first, device_of("alice"))])
        assert (store.endpoints.account_of(first), store.endpoints.account_of(second)) == (alice, None)
        store.accounts.remove_device(device_of("alice"))
        assert not store.endpoints.has_any(alice)
        assert store.endpoints.account_of(other) == bob
        store.accounts.remove(bob)
        assert store.endpoints.account_of(other) is None

    def test_removing_an_account_removes_everything_about_it(
        self, store: ServerStore, alice: AccountId, bob: AccountId, pair: Pair
    ) -> None:
        store.mailbox.put(pair, [(1, b"x")], 0.0)
        store.registrations.put_ask(alice, bob, b"card", 0.0)
        store.registrations.put_ask(bob, alice, b"card", 0.0)
        store.registrations.register(alice, bob, 0.0)
        store.registrations.set_declined(bob, alice, 9.0)
        store.registrations.block(bob, alice, None)
        store.signals.add(bob, "kind", alice, b"body")
        store.accounts.remove(alice)
        assert store.accounts.account(alice) is None
        assert store.accounts.device(device_of("alice")) is None
        assert store.registrations.asks_to(bob) == store.registrations.asks_by(bob) == []
        assert store.registrations.peers(bob) == store.registrations.blocked_by(bob) == []
        assert store.registrations.declined_until(bob, alice) is None
        assert store.signals.count(bob) == 0
        assert store.mailbox.pairs_to(device_of("bob")) == []
        assert add_account(store, "alice", "Another Alice") == alice

    # --- directory

    def test_pages_are_ordered_and_leave_the_viewer_out(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        for username, full_name in (("a1", "Zoë"), ("a2", "Émile"), ("zz", "bob"), ("z0", "Bob")):
            add_account(store, username, full_name)
        page = store.directory.page(bob, "", "", 2)
        assert [row.full_name for _, row in page] == ["Alice Liddell", "Bob"]
        rest = store.directory.page(bob, "", page[-1][0], 9)
        assert [row.username for _, row in rest] == ["zz", "a2", "a1"]
        assert store.directory.count(bob, "") == 5

    def test_pages_go_on_where_the_last_one_ended_whoever_was_there(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        """Its last person is renamed, and then leaves: nobody comes twice and nobody is left out."""
        carl = add_account(store, "carl", "Carl")
        for name in ("Dora", "Emil"):
            add_account(store, name.lower(), name)
        cursor = store.directory.page(bob, "", "", 2)[-1][0]
        store.accounts.set_names(carl, b"signed", "Zacharias")
        assert [row.full_name for _, row in store.directory.page(bob, "", cursor, 9)] == ["Dora", "Emil", "Zacharias"]
        store.accounts.remove(carl)
        assert [row.full_name for _, row in store.directory.page(bob, "", cursor, 9)] == ["Dora", "Emil"]

    def test_accents_are_not_needed_to_find_somebody(self, store: ServerStore, bob: AccountId) -> None:
        zoe = add_account(store, "zoë", "Zoë Ångström")
        for query in ("zoe", "angstrom"):
            assert [row.account_id for _, row in store.directory.page(bob, query, "", 9)] == [zoe]

    @pytest.mark.parametrize(("query", "found"), [("lid", 1), ("ali", 1), ("e", 2), ("%", 0), ("_", 0), ("eali", 0)])
    def test_a_query_is_looked_for_in_either_name(
        self, store: ServerStore, alice: AccountId, bob: AccountId, query: str, found: int
    ) -> None:
        viewer = add_account(store, "viewer", "Viewer")
        assert len(store.directory.page(viewer, query, "", 10)) == found
        assert store.directory.count(viewer, query) == found

    def test_who_blocks_the_viewer_is_offline_since_the_fixed_time(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        store.accounts.set_shown(alice, online=True, since=5.0)
        store.registrations.register(alice, bob, 0.0)
        seen = store.directory.presence(bob, alice)
        assert seen is not None
        assert (seen.online, seen.since) == (True, 5.0)
        store.registrations.block(alice, bob, 3.0)
        seen = store.directory.presence(bob, alice)
        row = store.directory.row(bob, alice)
        assert seen is not None
        assert row is not None
        assert (seen.online, seen.since, row.online) == (False, 3.0, False)
        assert store.directory.presence_of_peers(bob) == [seen]
        assert [r.online for _, r in store.directory.page(bob, "alice", "", 9)] == [False]
        own_view = store.directory.row(alice, alice)
        assert own_view is not None
        assert own_view.online, "only the blocked side sees it so"

    # --- registrations

    def test_asks_are_found_from_both_ends_and_by_age(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        carl = add_account(store, "carl", "Carl")
        rows = store.registrations
        rows.put_ask(alice, bob, b"old card", 1.0)
        rows.put_ask(alice, bob, b"card", 2.0)
        rows.put_ask(carl, bob, b"card", 3.0)
        ask = rows.ask(alice, bob)
        assert ask is not None
        assert (ask.request, ask.asked_served) == (b"card", 2.0)
        assert rows.asks_by(alice) == [bob]
        assert sorted(rows.asks_to(bob)) == sorted([alice, carl])
        assert rows.asked_before(2.5, 10) == [(alice, bob)]
        assert rows.asked_before(9.0, 1) == [(alice, bob)]
        rows.remove_ask(alice, bob)
        assert rows.ask(alice, bob) is None

    def test_being_registered_is_mutual_and_repeatable(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        for _ in range(2):
            store.registrations.register(alice, bob, 1.0)
        assert store.registrations.registered(alice, bob)
        assert store.registrations.registered(bob, alice)
        assert store.registrations.peers(bob) == [alice]

    def test_declines_are_forgotten_one_by_one_or_by_age(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        rows = store.registrations
        rows.set_declined(alice, bob, 5.0)
        rows.set_declined(bob, alice, 9.0)
        assert rows.declined_until(alice, bob) == 5.0
        rows.forget_declined_before(7.0)
        assert (rows.declined_until(alice, bob), rows.declined_until(bob, alice)) == (None, 9.0)
        rows.forget_declined(bob, alice)
        assert rows.declined_until(bob, alice) is None

    def test_a_block_is_one_sided(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        store.registrations.block(alice, bob, None)
        assert store.registrations.blocks(alice, bob)
        assert not store.registrations.blocks(bob, alice)
        assert store.registrations.blocked_by(alice) == [bob]
        store.registrations.unblock(alice, bob)
        assert not store.registrations.blocks(alice, bob)

    # --- signals

    def test_signals_are_numbered_per_account_and_never_twice(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        assert [store.signals.add(alice, "kind", bob, b"%d" % n) for n in range(3)] == [1, 2, 3]
        assert store.signals.add(bob, "kind", alice, b"x") == 1
        store.signals.take(alice, 3)
        assert store.signals.add(alice, "kind", bob, b"more") == 4
        assert store.signals.after(alice, 0, 10) == [(4, b"more")]

    def test_signals_are_read_in_order_and_in_parts(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        for n in range(5):
            store.signals.add(alice, "kind", bob, b"%d" % n)
        assert store.signals.after(alice, 1, 2) == [(2, b"1"), (3, b"2")]
        assert store.signals.count(alice) == 5

    def test_only_signals_of_that_kind_about_that_account_are_dropped(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        for kind, about in (("one", bob), ("two", bob), ("one", alice)):
            store.signals.add(alice, kind, about, b"")
        store.signals.drop(alice, "one", bob)
        assert [sequence for sequence, _ in store.signals.after(alice, 0, 9)] == [2, 3]

    # --- mailbox

    def test_a_route_tells_who_is_registered_and_who_blocks(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        def route() -> tuple[AccountId, bool, bool]:
            found = store.mailbox.route(alice, device_of("bob"))
            assert found is not None
            return found.account_id, found.registered, found.blocked

        assert route() == (bob, False, False)
        store.registrations.register(alice, bob, 0.0)
        store.registrations.block(alice, bob, None)
        assert route() == (bob, True, False)
        store.registrations.block(bob, alice, None)
        assert route() == (bob, True, True)
        assert store.mailbox.route(alice, DeviceId(bytes(16))) is None

    def test_a_pair_counts_what_it_holds(self, store: ServerStore, pair: Pair) -> None:
        assert counts(store) == (0, 0, 0, 0)
        store.mailbox.put(pair, [(1, b"aa"), (2, b"bbb"), (5, b"c")], 1.0)
        assert counts(store) == (5, 0, 3, 6)
        store.mailbox.put(reread(store), [(4, b"dd")], 2.0)
        assert counts(store) == (5, 0, 4, 8)
        store.mailbox.take(reread(store), 2)
        assert counts(store) == (5, 2, 2, 3)
        assert [(gone.first, gone.last) for gone in store.mailbox.expire(1.5, 10)] == [(5, 5)]
        assert counts(store) == (5, 2, 1, 2)
        store.mailbox.take(reread(store), 9)
        assert counts(store) == (5, 9, 0, 0)

    def test_held_numbers_and_runs_are_told(self, store: ServerStore, pair: Pair) -> None:
        assert store.mailbox.held_runs(reread(store), 64) == []
        store.mailbox.put(pair, [(number, b"x") for number in (1, 2, 3)], 1.0)
        assert store.mailbox.held_runs(reread(store), 64) == [(1, 3)]
        store.mailbox.put(reread(store), [(number, b"x") for number in (7, 2**62, 2**62 + 1)], 1.0)
        assert store.mailbox.held_runs(reread(store), 64) == [(1, 3), (7, 7), (2**62, 2**62 + 1)]
        assert store.mailbox.held_runs(reread(store), 2) == [(1, 3), (7, 7)]
        assert store.mailbox.held(pair.pair_id, [2, 5, 7]) == {2, 7}
        assert store.mailbox.held(pair.pair_id, []) == set()

    def test_the_next_envelopes_come_in_order_within_their_limits(self, store: ServerStore, pair: Pair) -> None:
        store.mailbox.put(pair, [(1, b"x" * 10), (2, b"x" * 10), (4, b"x" * 100)], 1.0)
        after = store.mailbox.after
        assert [number for number, _ in after(pair.pair_id, 0, 10, 1000)] == [1, 2, 4]
        assert [number for number, _ in after(pair.pair_id, 1, 10, 1000)] == [2, 4]
        assert [number for number, _ in after(pair.pair_id, 0, 2, 1000)] == [1, 2]
        assert [number for number, _ in after(pair.pair_id, 0, 10, 30)] == [1, 2]
        assert [number for number, _ in after(pair.pair_id, 2, 10, 30)] == [4], "one at least"
        assert after(pair.pair_id, 4, 10, 30) == []

    def test_waiting_pairs_leave_out_blocked_senders(
        self, store: ServerStore, alice: AccountId, bob: AccountId, pair: Pair
    ) -> None:
        assert store.mailbox.waiting_for(device_of("bob")) == []
        store.mailbox.put(pair, [(1, b"x")], 1.0)
        assert [waiting.sender for waiting in store.mailbox.waiting_for(device_of("bob"))] == [alice]
        store.registrations.block(bob, alice, None)
        assert store.mailbox.waiting_for(device_of("bob")) == []

    def test_expiry_takes_the_oldest_first_and_not_more_than_asked(self, store: ServerStore, pair: Pair) -> None:
        for number in (1, 2, 3):
            store.mailbox.put(reread(store), [(number, b"x")], float(number))
        assert store.mailbox.expire(2.5, 1) == [ExpiredRun(device_of("alice"), device_of("bob"), 1, 1)]
        assert [number for number, _ in store.mailbox.after(pair.pair_id, 0, 9, 99)] == [2, 3]
        assert store.mailbox.oldest_held(pair.pair_id, 1, 9) == 2.0
        assert store.mailbox.expire(2.5, 9) == [ExpiredRun(device_of("alice"), device_of("bob"), 2, 2)]
        assert reread(store).expired_up_to == 2
        assert store.mailbox.expire(2.5, 9) == []
        assert store.mailbox.oldest_held(pair.pair_id, 1, 2) is None

    def test_a_receipt_is_replaced_and_marked_higher_each_time(
        self, store: ServerStore, bob: AccountId, pair: Pair
    ) -> None:
        assert store.mailbox.receipt(pair.pair_id) is None
        marks = [store.mailbox.put_receipt(reread(store), sealed).receipts_given for sealed in (b"one", b"two")]
        assert marks == [1, 2]
        stored = store.mailbox.receipt(pair.pair_id)
        assert stored is not None
        assert (stored.sender, stored.sender_device, stored.mark, stored.sealed) == (bob, device_of("bob"), 2, b"two")
        assert store.mailbox.receipts_for(device_of("alice")) == [pair.pair_id]
        store.mailbox.take_receipt(reread(store), 1)
        assert store.mailbox.receipt(pair.pair_id) == stored
        store.mailbox.take_receipt(reread(store), 2)
        assert store.mailbox.receipts_for(device_of("alice")) == []
        assert store.mailbox.put_receipt(reread(store), b"three").receipts_given == 3

    # --- time

    def test_the_time_that_was_served_is_kept(self, store: ServerStore) -> None:
        assert store.served_time.seconds() == 0.0
        store.served_time.set_seconds(61.5)
        assert store.served_time.seconds() == 61.5

    # --- transactions

    def test_a_savepoint_that_raises_is_undone_alone(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        with store.transaction():
            with store.savepoint():
                store.registrations.put_ask(alice, bob, b"kept", 1.0)
            with pytest.raises(KeyError), store.savepoint():
                store.registrations.put_ask(bob, alice, b"undone", 1.0)
                raise KeyError
        assert store.registrations.ask(alice, bob) is not None
        assert store.registrations.ask(bob, alice) is None

    def test_a_transaction_that_raises_is_undone_whole(
        self, store: ServerStore, alice: AccountId, bob: AccountId
    ) -> None:
        with pytest.raises(KeyError), store.transaction():
            with store.savepoint():
                store.registrations.put_ask(alice, bob, b"undone", 1.0)
            raise KeyError
        assert store.registrations.ask(alice, bob) is None


def name(text: str) -> Username:
    return Username(text, fold(text), f"skeleton of {fold(text)}")


def device_of(username: str) -> DeviceId:
    return DeviceId(f"device {username}".encode().ljust(16)[:16])


def add_account(store: ServerStore, username: str, full_name: str) -> AccountId:
    account_id = AccountId(username.encode().ljust(32)[:32])
    store.accounts.add(account_id, name(username), full_name, b"list", 1, 0.0)
    store.accounts.add_device(account_id, device_of(username), KEY)
    return account_id


def reread(store: ServerStore) -> Pair:
    pair = store.mailbox.pair(device_of("alice"), device_of("bob"))
    assert pair is not None
    return pair


def counts(store: ServerStore) -> tuple[int, int, int, int]:
    pair = reread(store)
    return pair.deposited_up_to, pair.taken_up_to, pair.envelopes, pair.bytes
