"""What every store keeps of messages that disappear; part of `AccountStoreContract`."""

import itertools

from msgspec import structs

from casemate.internal_service.core.account.lives import HIDDEN_SECONDS, Clocks, Life, begun
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Delivery, MessageRow
from casemate.protocol.ids import DeviceId, MessageId
from tests.contracts.account_rows import BEA, THEIR_DEVICE, WITH_BEA, WITH_CARL, add, message, place

NOW = Clocks(wall=1000.0, running=50.0, server=None)


def living(store: AccountStore, name: str, counter: int, *, mine: bool = False) -> MessageRow:
    return add(store, structs.replace(message(name, counter, mine=mine), lives_for=60))


def shown(store: AccountStore) -> list[bytes]:
    return [row.body for row in store.timeline_page(WITH_BEA, before=None, after=None, limit=9)]


class LivesStoreContract:
    def test_of_settings_the_highest_place_is_in_force_in_whatever_order_they_come(self, store: AccountStore) -> None:
        other_device = DeviceId(bytes([THEIR_DEVICE[0] + 1]) * 16)
        settings = [
            ((5, THEIR_DEVICE, MessageId(b"b" * 16)), 60),
            ((5, other_device, MessageId(b"a" * 16)), None),
            ((5, THEIR_DEVICE, MessageId(b"c" * 16)), 120),
            ((4, other_device, MessageId(b"d" * 16)), 3600),
        ]
        for turn in itertools.permutations([*settings, settings[0]]):
            store.database.execute("DELETE FROM disappearing")  # type: ignore[attr-defined]
            store.set_disappearing(WITH_CARL, (0, THEIR_DEVICE, MessageId(bytes(16))), 7)
            for order, lives_for in turn:
                store.set_disappearing(WITH_BEA, order, lives_for)
                store.disappearing(WITH_BEA)
            assert store.disappearing(WITH_BEA) is None
            assert store.disappearing(WITH_CARL) == 7

    def test_what_is_ours_waits_until_it_is_sent_or_delivered(self, store: AccountStore) -> None:
        row = living(store, "ours", 5, mine=True)
        store.lives_wait([row.arrival])
        store.deliveries_add([Delivery(THEIR_DEVICE, row.arrival)])
        store.deliveries_sealed([Delivery(THEIR_DEVICE, row.arrival, 1, b"envelope", "queued")])
        assert (store.lives_to_begin(), store.lives_next(), store.ends_of([row.arrival])) == ([], (None, None), {})
        store.set_state(THEIR_DEVICE, 1, 1, "sent", None)
        assert [each.message_id for each in store.lives_to_begin()] == [row.message_id]
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        assert store.lives_to_begin() == []
        assert (store.lives_next(), store.ends_of([row.arrival])) == ((1060.0, 110.0), {row.arrival: 1060.0})

    def test_what_is_due_is_found_by_each_clock(self, store: AccountStore) -> None:
        row = living(store, "theirs", 5)
        life = begun(row.arrival, 60, NOW, None)
        store.lives_begin([life])
        assert store.lives_due(NOW, 9) == []
        assert store.lives_due(Clocks(1060.0, 50.0, None), 9) == [life]
        assert store.lives_due(Clocks(0.0, 110.0, None), 9) == [life]
        store.life_hide(row, 51.0)
        hidden = structs.replace(life, hidden_at=51.0)
        assert store.lives_due(Clocks(1060.0, 51.0, 9e9), 9) == [], "the server's clock was never heard"
        assert store.lives_due(Clocks(1059.0, 51.0, None), 9) == [hidden], "it is to be shown"
        assert store.lives_due(Clocks(1060.0, 51.0 + HIDDEN_SECONDS, None), 9) == [hidden]
        store.lives_heard_server(500.0, 70.0)
        [known] = store.lives_due(Clocks(1060.0, 51.0, 540.0), 9)
        assert known == structs.replace(hidden, ends_server=540.0)
        store.lives_heard_server(9000.0, 70.0)
        assert store.lives_due(Clocks(1060.0, 51.0, 540.0), 9) == [known], "that counts once"

    def test_what_is_hidden_is_on_no_page_and_comes_back_as_it_was(self, store: AccountStore) -> None:
        first, row = add(store, message("first", 4)), living(store, "theirs", 5)
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        answer = add(store, structs.replace(message("answer", 6), about=(BEA, row.message_id)))
        store.see(WITH_BEA, first.arrival)
        assert store.life_hide(row, 51.0) == [row.message_id, answer.message_id]
        assert (shown(store), store.unread(WITH_BEA)) == ([b"first", b"answer"], 1)
        assert store.message(*place("theirs")).vanished  # type: ignore[union-attr]
        assert [each.message_id for each in store.unseen(WITH_BEA, 9)] == [answer.message_id]
        assert store.life_show(row) == [row.message_id, answer.message_id]
        assert (shown(store), store.unread(WITH_BEA)) == ([b"first", b"theirs", b"answer"], 2)
        assert store.lives_due(NOW, 9) == []

    def test_the_last_message_is_the_last_one_that_is_shown(self, store: AccountStore) -> None:
        first, row = add(store, message("first", 4)), living(store, "theirs", 5)
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        assert store.last_message(WITH_BEA) == row.message_id
        store.life_hide(row, 51.0)
        assert store.last_message(WITH_BEA) == first.message_id
        store.life_show(row)
        assert store.last_message(WITH_BEA) == row.message_id

    def test_what_is_erased_has_no_words_and_no_life(self, store: AccountStore) -> None:
        row = living(store, "theirs", 5)
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        store.life_erase(row)
        kept = store.message(*place("theirs"))
        assert kept is not None
        assert (kept.body, kept.deleted, kept.vanished, shown(store)) == (b"", "here", True, [])
        assert (store.lives_next(), store.unread(WITH_BEA)) == ((None, None), 0)

    def test_what_is_deleted_has_no_life(self, store: AccountStore) -> None:
        row = living(store, "theirs", 5)
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        store.delete_here(WITH_BEA, [row.message_id])
        assert store.lives_due(Clocks(9e9, 9e9, 9e9), 9) == []

    def test_a_life_that_begins_anew_takes_the_place_of_the_one_before(self, store: AccountStore) -> None:
        row = living(store, "theirs", 5)
        store.lives_begin([begun(row.arrival, 3600, NOW, 7.0)])
        store.lives_begin([begun(row.arrival, 60, NOW, None)])
        assert store.lives_due(Clocks(9e9, 0.0, None), 9) == [Life(row.arrival, 1060.0, 110.0, None)]

    def test_running_is_kept(self, store: AccountStore) -> None:
        assert store.running() == 0.0
        store.set_running(7.5)
        store.set_running(8.5)
        assert store.running() == 8.5
