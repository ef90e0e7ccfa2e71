"""What every store keeps of how a person arranges their conversations; part of `AccountStoreContract`."""

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Arrangement
from tests.contracts.account_rows import BEA, WITH_BEA, WITH_CARL, add, message


class ArrangedStoreContract:
    def test_an_arrangement_is_read_as_it_was_written(self, store: AccountStore) -> None:
        assert store.arrangement(WITH_BEA) == Arrangement()
        for arrangement in (Arrangement(pinned=True), Arrangement(archived=True), Arrangement()):
            with store.transaction():
                store.arrange(WITH_BEA, arrangement)
            assert (store.arrangement(WITH_BEA), store.arrangement(WITH_CARL)) == (arrangement, Arrangement())

    def test_what_was_seen_from_a_message_on_is_unread_once_more(self, store: AccountStore) -> None:
        rows = [add(store, message(text, counter)) for counter, text in enumerate(("one", "two", "three"), start=1)]
        with store.transaction():
            store.see(WITH_BEA, rows[-1].arrival)
        assert store.unread(WITH_BEA) == 0
        with store.transaction():
            again = store.unsee(WITH_BEA, BEA, rows[1].order, 10)
        assert set(again) == {rows[1].message_id, rows[2].message_id}
        assert (store.unread(WITH_BEA), store.first_unread(WITH_BEA)) == (2, rows[1].order)
        with store.transaction():
            assert store.unsee(WITH_BEA, BEA, rows[0].order, 1) == [], "the newest is unread already"
            store.see(WITH_BEA, rows[-1].arrival)
        assert (store.unread(WITH_BEA), store.first_unread(WITH_BEA)) == (0, None)
