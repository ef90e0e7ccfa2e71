"""What every store keeps for a later program of the account; part of `AccountStoreContract`."""

from msgspec.structs import replace

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import LaterContent
from casemate.protocol.limits import LATER_BYTES, LATER_CONTENTS, LATER_SECONDS
from tests.contracts.account_rows import BEA, CARL, THEIR_DEVICE, add, message

VOTE = LaterContent(BEA, THEIR_DEVICE, 1, 10.0, "vote", b"whole")
KINDS = {"vote", "poll"}


def numbers(store: AccountStore, *kinds: str) -> list[int]:
    return [later.number for later in store.later_take(kinds, 10_000)]


class LaterStoreContract:
    def test_the_kinds_that_were_known_are_those_that_were_written_last(self, store: AccountStore) -> None:
        assert store.kinds_known() == frozenset()
        for known in ({"chat", "vote"}, {"chat", "poll"}):
            store.set_kinds_known(known)
            assert store.kinds_known() == known

    def test_what_is_kept_is_taken_by_its_kind_once_in_the_order_in_which_it_came(self, store: AccountStore) -> None:
        kept = [replace(VOTE, number=number, kind=kind) for number, kind in enumerate(["vote", "other", "poll"] * 2)]
        for later in kept:
            store.later_add(later)
        assert store.later_take(KINDS, 3) == [kept[0], kept[2], kept[3]]
        assert store.later_take(KINDS, 3) == [kept[5]]
        assert store.later_take(KINDS, 3) == []
        assert numbers(store, "other") == [1, 4]

    def test_of_one_account_the_oldest_go_where_there_are_too_many_or_they_are_too_large(
        self, store: AccountStore
    ) -> None:
        store.later_add(replace(VOTE, account_id=CARL, number=0))
        for number in range(1, LATER_CONTENTS + 3):
            store.later_add(replace(VOTE, number=number))
        assert numbers(store, "vote") == [0, *range(3, LATER_CONTENTS + 3)]
        for number in range(3):
            store.later_add(replace(VOTE, number=number, content=bytes(LATER_BYTES // 2)))
        assert numbers(store, "vote") == [1, 2]
        store.later_add(replace(VOTE, content=bytes(LATER_BYTES + 1)))
        assert numbers(store, "vote") == []

    def test_it_goes_with_its_account_and_after_a_time(self, store: AccountStore) -> None:
        for account_id, arrived_at in ((BEA, 10.0), (CARL, 10.0), (CARL, 11.0)):
            store.later_add(replace(VOTE, account_id=account_id, number=int(arrived_at), arrived_at=arrived_at))
        store.later_drop(BEA)
        store.later_expire(10.0 + LATER_SECONDS)
        assert numbers(store, "vote") == [11]

    def test_lines_of_kinds_are_found_in_the_order_in_which_they_arrived(self, store: AccountStore) -> None:
        first, _, second, third = (
            add(store, replace(message(name, counter), kind=kind))
            for name, counter, kind in (("a", 9, "poll"), ("b", 8, "chat"), ("c", 7, "vote"), ("d", 6, "poll"))
        )
        add(store, replace(message("e", 5), kind="poll", shows="nothing"))
        assert store.lines_of_kinds(KINDS, 0, 2) == [first, second]
        assert store.lines_of_kinds(KINDS, second.arrival, 2) == [third]
