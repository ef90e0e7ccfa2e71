"""What every `LocalDbStore`, `PlainQueueStore` and `ServiceStore` does; implementations' tests subclass these."""

from dataclasses import replace

import pytest

from casemate.internal_service.core.sessions.ports import (
    DraftStore,
    ListLost,
    LocalAccountRow,
    LocalDbStore,
    PlainQueueStore,
    ServiceStore,
)
from casemate.node import Savepoint
from casemate.protocol.ids import AccountId, Cid, ConversationId, SlotId

HERE, THERE = ConversationId(b"h" * 16), ConversationId(b"t" * 16)
ONE, OTHER = SlotId(b"1" * 16), SlotId(b"2" * 16)
HIGHEST = Cid(2**64 - 1)
ALICE = LocalAccountRow(
    name="a" * 32,
    account_id=AccountId(b"a" * 32),
    cid=HIGHEST,
    username="Alice",
    username_folded="alice",
    full_name="Alice Liddell",
    server_address="127.0.0.1:12349",
    enrolled=False,
    vault=b"vault",
    machine_vault=None,
    ask_password_at_start=False,
    plain_holder=False,
    unread=0,
)
BOB = replace(ALICE, name="b" * 32, account_id=AccountId(b"b" * 32), cid=Cid(1), username="bob", username_folded="bob")


class LocalDbContract:
    @pytest.fixture
    def store(self) -> LocalDbStore:
        raise NotImplementedError

    def test_values_come_back_byte_for_byte_in_their_scope(self, store: LocalDbStore) -> None:
        every_byte = bytes(range(256))
        store.kv_set(None, "k", every_byte)
        store.kv_set(HIGHEST, "k", b"")
        assert store.kv_get(None, "k") == every_byte
        assert store.kv_get(HIGHEST, "k") == b""
        assert store.kv_get(Cid(1), "k") is None

    def test_keys_are_any_text_and_tell_case(self, store: LocalDbStore) -> None:
        for number, key in enumerate(("", "K", "k", "ключ", "a\x00b", "a", "%_'\"")):
            store.kv_set(None, key, b"%d" % number)
        assert store.kv_get(None, "k") == b"2"
        assert store.kv_get(None, "a\x00b") == b"4"
        assert store.kv_get(None, "a") == b"5"

    def test_a_scope_is_listed_and_cleared_by_itself(self, store: LocalDbStore) -> None:
        store.kv_set(None, "b", b"2")
        store.kv_set(None, "a", b"1")
        store.kv_set(Cid(0), "c", b"3")
        assert store.kv_all(None) == {"a": b"1", "b": b"2"}
        store.kv_clear(None)
        assert store.kv_all(None) == {}
        assert store.kv_all(Cid(0)) == {"c": b"3"}

    def test_the_size_follows_every_change(self, store: LocalDbStore) -> None:
        assert store.kv_bytes() == 0
        store.kv_set(None, "ключ", bytes(10))
        assert store.kv_bytes() == 18
        store.kv_set(None, "ключ", bytes(3))
        assert store.kv_bytes() == 11
        store.kv_set(Cid(1), "k", bytes(5))
        store.kv_delete(None, "ключ")
        store.kv_delete(None, "ключ")
        assert store.kv_bytes() == 6
        store.kv_clear(Cid(1))
        assert store.kv_bytes() == 0


class PlainQueueContract:
    @pytest.fixture
    def store(self) -> PlainQueueStore:
        raise NotImplementedError

    def test_messages_come_in_the_order_they_were_added(self, store: PlainQueueStore) -> None:
        sequences = [store.plain_add(HIGHEST, b"%d" % number) for number in range(5)]
        assert sequences == sorted(set(sequences))
        first = store.plain_after(0, 2)
        assert [queued.message for queued in first] == [b"0", b"1"]
        assert first[0].peer_cid == HIGHEST
        assert [queued.message for queued in store.plain_after(first[-1].sequence, 10)] == [b"2", b"3", b"4"]

    def test_what_was_taken_is_gone_and_its_number_is_not_used_again(self, store: PlainQueueStore) -> None:
        last = [store.plain_add(Cid(1), b"x") for _ in range(3)][-1]
        store.plain_remove_up_to(last)
        assert store.plain_after(0, 10) == []
        assert store.plain_add(Cid(1), b"y") > last

    def test_the_oldest_go_beyond_either_bound(self, store: PlainQueueStore) -> None:
        for number in range(6):
            store.plain_add(Cid(1), b"%d" % number * 10)
        assert store.plain_trim(5, 1_000) == 1
        assert store.plain_trim(5, 30) == 2
        assert [queued.message for queued in store.plain_after(0, 10)] == [b"3" * 10, b"4" * 10, b"5" * 10]
        assert store.plain_trim(5, 30) == 0


class DraftStoreContract:
    @pytest.fixture
    def store(self) -> DraftStore:
        raise NotImplementedError

    def test_drafts_are_listed_by_their_last_change(self, store: DraftStore) -> None:
        first = store.put_draft(HERE, ONE, "first", 1)
        second = store.put_draft(HERE, OTHER, "zweiter ü\x00", 1)
        assert store.drafts() == [first, second]
        changed = store.put_draft(HERE, ONE, "first, longer", 2)
        assert store.drafts() == [second, changed]
        assert store.draft(HERE, ONE) == changed
        assert store.draft(THERE, ONE) is None

    def test_the_size_of_drafts_follows_every_change(self, store: DraftStore) -> None:
        store.put_draft(HERE, ONE, "über", 1)
        store.put_draft(HERE, OTHER, "x", 1)
        store.put_draft(THERE, ONE, "y", 1)
        assert (store.draft_bytes(), store.draft_slots(HERE)) == (7, 2)
        store.put_draft(HERE, ONE, "u", 2)
        store.remove_draft(HERE, OTHER)
        store.remove_draft(HERE, OTHER)
        assert (store.draft_bytes(), store.draft_slots(HERE)) == (2, 1)

    def test_the_key_of_browsers_is_kept(self, store: DraftStore) -> None:
        assert store.browser_key() is None
        store.put_browser_key(b"k" * 32)
        assert store.browser_key() == b"k" * 32


class ServiceStoreContract(LocalDbContract):
    @pytest.fixture
    def accounts(self, store: ServiceStore) -> ServiceStore:
        store.put_account(ALICE)
        store.put_account(BOB)
        return store

    def test_accounts_are_listed_in_the_order_they_were_made(self, accounts: ServiceStore) -> None:
        changed = replace(
            ALICE,
            full_name="Alice Another",
            server_address="elsewhere:1",
            enrolled=True,
            vault=b"new",
            machine_vault=b"machine",
            ask_password_at_start=True,
            plain_holder=True,
            unread=7,
            page=b"p" * 16,
        )
        accounts.put_account(changed)
        assert accounts.accounts() == [changed, BOB]

    def test_accounts_are_found_by_cid_and_by_folded_name(self, accounts: ServiceStore) -> None:
        assert accounts.account(HIGHEST) == ALICE
        assert accounts.account(Cid(2)) is None
        assert accounts.accounts_named("alice") == [ALICE]
        assert accounts.accounts_named("Alice") == []

    def test_a_deleted_account_takes_its_known_peers_along(self, accounts: ServiceStore) -> None:
        accounts.put_known_peers(ALICE.name, {Cid(5): "bea", HIGHEST: "carl"})
        accounts.put_known_peers(ALICE.name, {HIGHEST: "carl"})
        assert accounts.known_peers(ALICE.name) == {HIGHEST: "carl"}
        accounts.delete_account(ALICE.name)
        assert accounts.accounts() == [BOB]
        assert accounts.known_peers(ALICE.name) == {}

    def test_files_of_a_deleted_account_are_named_until_they_are_gone(self, accounts: ServiceStore) -> None:
        accounts.delete_account(ALICE.name)
        assert accounts.deleted_accounts() == [ALICE.name]
        accounts.deletion_done(ALICE.name)
        assert accounts.deleted_accounts() == []

    def test_found_files_and_a_lost_list_are_remembered(self, store: ServiceStore) -> None:
        assert (store.found_accounts(), store.list_lost()) == ({}, None)
        store.put_found_accounts({"a": 5, "b": 3})
        store.put_found_accounts({"b": 3})
        store.put_list_lost(ListLost("damaged", 7, "service.db.damaged"))
        assert (store.found_accounts(), store.list_lost()) == ({"b": 3}, ListLost("damaged", 7, "service.db.damaged"))
        store.put_list_lost(None)
        assert store.list_lost() is None

    def test_the_last_server_is_remembered(self, store: ServiceStore) -> None:
        assert store.last_server() is None
        store.put_last_server("a:1")
        store.put_last_server("b:2")
        assert store.last_server() == "b:2"

    def test_a_savepoint_undoes_its_changes_alone(self, store: ServiceStore) -> None:
        with store.transaction():
            store.put_account(ALICE)
            with pytest.raises(ZeroDivisionError), Savepoint(store):
                store.put_account(BOB)
                store.kv_set(None, "k", b"v")
                raise ZeroDivisionError
        assert store.accounts() == [ALICE]
        assert store.kv_bytes() == 0
