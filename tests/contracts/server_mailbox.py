"""What a mailbox says in the middle of a transaction, and what is left of it: nothing shows what waits for the commit.

Mixed into the tests of an implementation together with `ServerStoreContract`, whose store and people these are.
"""

import random
from dataclasses import dataclass, field

import pytest

from casemate.protocol.ids import AccountId
from casemate.server.core.ports import ExpiredRun, Pair, ServerStore
from tests.contracts.server_store import add_account, counts, device_of, reread

ALICE, BOB = device_of("alice"), device_of("bob")


def held(store: ServerStore, pair: Pair) -> list[int]:
    return [number for number, _ in store.mailbox.after(pair.pair_id, 0, 100, 10_000)]


def back(store: ServerStore, pair: Pair) -> Pair:
    """The pair of the other direction."""
    return store.mailbox.add_pair(pair.recipient, pair.recipient_device, pair.sender, pair.sender_device)


class ServerMailboxContract:
    def test_what_waits_for_the_commit_is_read_as_if_it_were_there(self, store: ServerStore, pair: Pair) -> None:
        rows = store.mailbox
        with store.transaction():
            pair = rows.put(pair, [(2, b"b"), (3, b"c")], 2.0)
            pair = rows.put(pair, [(1, b"a")], 1.0)
            pair = rows.put_receipt(pair, b"sealed")
            assert reread(store) == pair
            assert rows.pairs_from(ALICE) == rows.pairs_to(BOB) == rows.waiting_for(BOB) == [pair]
            assert rows.held(pair.pair_id, [1, 4]) == {1}
            pair = rows.put(pair, [(5, b"e")], 3.0)
            assert rows.held_runs(pair, 9) == [(1, 3), (5, 5)]
            pair = rows.put(pair, [(6, b"f")], 0.5)
            assert rows.oldest_held(pair.pair_id, 1, 9) == 0.5
            pair = rows.put(pair, [(7, b"g")], 3.0)
            assert held(store, pair) == [1, 2, 3, 5, 6, 7]
            receipt = rows.receipt(pair.pair_id)
            assert receipt is not None
            assert (receipt.mark, receipt.sealed) == (1, b"sealed")
            assert rows.receipts_for(ALICE) == [pair.pair_id]
            assert rows.expire(0.7, 9) == [ExpiredRun(ALICE, BOB, 6, 6)]
            assert counts(store) == (7, 0, 5, 5)
        assert held(store, pair) == [1, 2, 3, 5, 7]

    def test_what_is_deposited_and_taken_at_once_is_gone(self, store: ServerStore, pair: Pair) -> None:
        other = back(store, pair)
        with store.transaction():
            other = store.mailbox.put(other, [(1, b"x"), (2, b"x")], 1.0)
            store.mailbox.take(store.mailbox.take(other, 1), 2)
            taken = store.mailbox.take(store.mailbox.put(pair, [(4, b"x"), (5, b"x")], 1.0), 4)
        assert (held(store, other), held(store, pair)) == ([], [5])
        assert reread(store) == taken
        assert counts(store) == (5, 4, 1, 1)

    def test_numbers_that_a_lower_receipt_asks_for_are_kept(self, store: ServerStore, pair: Pair) -> None:
        with store.transaction():
            pair = store.mailbox.put(pair, [(number, b"x") for number in range(1, 10)], 1.0)
        with store.transaction():
            pair = store.mailbox.take(store.mailbox.take(pair, 9), 3)
            pair = store.mailbox.put(pair, [(4, b"again")], 1.0)
        assert held(store, pair) == [4]
        assert counts(store) == (9, 3, 1, 5)

    def test_an_event_that_is_undone_takes_back_its_own_alone(self, store: ServerStore, pair: Pair) -> None:
        with store.transaction():
            with store.savepoint():
                pair = store.mailbox.put(pair, [(1, b"x"), (2, b"x")], 1.0)
            with pytest.raises(KeyError), store.savepoint():
                undone = store.mailbox.put(pair, [(3, b"x")], 1.0)
                undone = store.mailbox.put_receipt(store.mailbox.take(undone, 1), b"undone")
                store.mailbox.take_receipt(undone, 1)
                raise KeyError
            with pytest.raises(KeyError), store.savepoint():
                store.mailbox.take(pair, 1)
                assert held(store, pair) == [2]  # which brings all to the database
                raise KeyError
            assert reread(store) == pair
            with store.savepoint():
                pair = store.mailbox.put_receipt(store.mailbox.put(pair, [(4, b"x")], 1.0), b"kept")
        assert held(store, pair) == [1, 2, 4]
        receipt = store.mailbox.receipt(pair.pair_id)
        assert receipt is not None
        assert (receipt.mark, receipt.sealed) == (1, b"kept")
        assert reread(store) == pair

    def test_a_transaction_that_is_undone_leaves_the_mailbox_as_it_was(self, store: ServerStore, pair: Pair) -> None:
        with store.transaction():
            pair = store.mailbox.put_receipt(store.mailbox.put(pair, [(1, b"x")], 1.0), b"one")
        with pytest.raises(KeyError), store.transaction():
            with store.savepoint():
                store.mailbox.put_receipt(store.mailbox.take(pair, 1), b"two")
            raise KeyError
        assert (reread(store), held(store, pair)) == (pair, [1])
        with store.transaction():
            pass
        receipt = store.mailbox.receipt(pair.pair_id)
        assert receipt is not None
        assert receipt.sealed == b"one"

    def test_a_receipt_goes_with_its_mark_whenever_that_comes(self, store: ServerStore, pair: Pair) -> None:
        with store.transaction():
            pair = store.mailbox.put_receipt(pair, b"one")
            store.mailbox.take_receipt(pair, 1)
            assert store.mailbox.receipt(pair.pair_id) is None
        with store.transaction():
            store.mailbox.take_receipt(pair, 2**63 - 1)  # by somebody who has not seen the next one
            pair = store.mailbox.put_receipt(pair, b"two")
        assert store.mailbox.receipts_for(ALICE) == [pair.pair_id]

    def test_a_route_follows_whatever_changes_it(self, store: ServerStore, alice: AccountId, bob: AccountId) -> None:
        def route() -> tuple[bool, bool] | None:
            found = store.mailbox.route(alice, BOB)
            return None if found is None else (found.registered, found.blocked)

        with store.transaction():
            assert route() == (False, False)
            store.registrations.register(bob, alice, 1.0)
            assert route() == (True, False)
            with pytest.raises(KeyError), store.savepoint():
                store.registrations.block(bob, alice, None)
                assert route() == (True, True)
                raise KeyError
            assert route() == (True, False)
            store.registrations.block(bob, alice, None)
            assert route() == (True, True)
            store.registrations.unblock(bob, alice)
            assert route() == (True, False)
            store.accounts.remove(bob)
            assert route() is None
            add_account(store, "bob", "Another Bob")
            assert route() == (False, False)
            store.accounts.remove_device(BOB)
            assert route() is None

    def test_what_waits_goes_with_its_device(self, store: ServerStore, alice: AccountId, pair: Pair) -> None:
        with store.transaction():
            pair = store.mailbox.put(pair, [(1, b"x"), (2, b"x")], 1.0)
            store.mailbox.put_receipt(store.mailbox.take(pair, 1), b"sealed")
            store.accounts.remove_device(BOB)
            assert store.mailbox.pair(ALICE, BOB) is None
        assert store.mailbox.pair(ALICE, BOB) is None
        assert store.mailbox.expire(9.0, 9) == []
        with store.transaction():
            store.mailbox.put(back(store, pair_with_carl(store, alice)), [(1, b"x")], 1.0)
            store.accounts.remove(alice)
        assert store.mailbox.expire(9.0, 9) == []

    @pytest.mark.parametrize("seed", range(30))
    def test_in_any_order_it_holds_what_a_list_would(self, store: ServerStore, pair: Pair, seed: int) -> None:
        chance = random.Random(seed)
        mailboxes = [Expected(pair), Expected(back(store, pair))]
        for _ in range(12):
            with store.transaction():
                for _ in range(chance.randint(1, 8)):
                    mailbox = chance.choice(mailboxes)
                    before = mailbox.copy()
                    try:
                        with store.savepoint():
                            happen(store, mailbox, chance)
                            if chance.random() < 0.25:
                                raise KeyError
                    except KeyError:
                        mailboxes[mailboxes.index(mailbox)] = before
            for mailbox in mailboxes:
                agree(store, mailbox)


def pair_with_carl(store: ServerStore, alice: AccountId) -> Pair:
    carl = add_account(store, "carl", "Carl")
    return store.mailbox.add_pair(alice, ALICE, carl, device_of("carl"))


@dataclass(eq=False)
class Expected:
    """One pair, in plain values."""

    pair: Pair
    envelopes: dict[int, bytes] = field(default_factory=dict)
    receipt: tuple[int, bytes] | None = None

    def copy(self) -> "Expected":
        return Expected(self.pair, dict(self.envelopes), self.receipt)


def happen(store: ServerStore, mailbox: Expected, chance: random.Random) -> None:
    """One thing that a device does, in the store and in what we expect of it."""
    pair = mailbox.pair
    match chance.choice(["put", "put", "put", "take", "take", "receipt", "receipt taken"]):
        case "put":
            numbers = sorted(chance.sample(range(1, 40), chance.randint(1, 4)))
            fresh = [(n, b"x" * n) for n in numbers if n > pair.taken_up_to and n not in mailbox.envelopes]
            if fresh:
                mailbox.pair = store.mailbox.put(pair, fresh, 1.0)
                mailbox.envelopes.update(fresh)
        case "take":
            up_to = chance.randint(0, 40)
            mailbox.pair = store.mailbox.take(pair, up_to)
            mailbox.envelopes = {n: envelope for n, envelope in mailbox.envelopes.items() if n > up_to}
        case "receipt":
            mailbox.pair = store.mailbox.put_receipt(pair, b"receipt")
            mailbox.receipt = (mailbox.pair.receipts_given, b"receipt")
        case "receipt taken":
            mark = chance.randint(0, 9)
            store.mailbox.take_receipt(pair, mark)
            if mailbox.receipt is not None and mailbox.receipt[0] <= mark:
                mailbox.receipt = None


def agree(store: ServerStore, mailbox: Expected) -> None:
    pair = store.mailbox.pair(mailbox.pair.sender_device, mailbox.pair.recipient_device)
    assert pair == mailbox.pair
    assert pair in store.mailbox.pairs_from(pair.sender_device)
    assert dict(store.mailbox.after(pair.pair_id, 0, 100, 10_000)) == mailbox.envelopes
    assert (pair.envelopes, pair.bytes) == (len(mailbox.envelopes), sum(map(len, mailbox.envelopes.values())))
    receipt = store.mailbox.receipt(pair.pair_id)
    assert (None if receipt is None else (receipt.mark, receipt.sealed)) == mailbox.receipt
