"""What every store of conversations and messages does; part of `AccountStoreContract`."""

from dataclasses import replace

import pytest
from msgspec import structs

from casemate.crypto.content import Shows
from casemate.internal_service.core.account.ports import AccountStore
from casemate.protocol.ids import ConversationId, MessageId
from tests.contracts.account_rows import (
    BEA,
    CARL,
    OWN_DEVICE,
    PEER,
    THEIR_DEVICE,
    WITH_BEA,
    WITH_CARL,
    add,
    message,
)


class MessageStoreContract:
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
        add(store, structs.replace(message("m1", 1, mine=True), shows=Shows.NOTHING))
        assert store.conversations() == []
        add(store, message("m2", 2))
        assert store.conversations() == [WITH_BEA]

    # --- messages

    def test_a_message_is_kept(self, store: AccountStore) -> None:
        kept = add(store, message("one", 1))
        row = store.message(WITH_BEA, message("one", 1).message_id)
        assert row == kept == store.message_at(1)
        assert (row.body, row.arrival) == (b"one", 1)

    def test_a_message_is_read_as_it_was_written(self, store: AccountStore) -> None:
        heads = (MessageId(b"h" * 16), MessageId(b"i" * 16))
        row = structs.replace(message("one", 1), heads=heads, late=True, written_at=0.5, author=None, number=None)
        kept = add(store, row)
        assert kept == structs.replace(row, arrival=1, shown_at=0.5)
        store.unread()  # brings everything to the database
        assert store.messages_with_id(row.message_id) == [kept]

    def test_two_people_may_use_one_id(self, store: AccountStore) -> None:
        add(store, message("one", 1))
        add(store, structs.replace(message("one", 1), conversation=WITH_CARL, author=CARL))
        found = store.messages_with_id(message("one", 1).message_id)
        assert sorted(row.conversation for row in found) == sorted([WITH_BEA, WITH_CARL])
        assert store.message(ConversationId(b"?" * 16), message("one", 1).message_id) is None

    def test_pages_are_in_display_order_whatever_the_arrival(self, store: AccountStore) -> None:
        for counter in (3, 1, 2, 5, 4):
            add(store, message(f"m{counter}", counter))
        add(store, structs.replace(message("no line", 3, mine=True), shows=Shows.NOTHING))
        every = [row.body for row in store.timeline_page(WITH_BEA, before=None, after=None, limit=9)]
        assert every == [b"m1", b"m2", b"m3", b"m4", b"m5"]
        before = store.timeline_page(WITH_BEA, before=message("m4", 4).order, after=None, limit=2)
        assert [row.counter for row in before] == [2, 3]
        after = store.timeline_page(WITH_BEA, before=None, after=message("m2", 2).order, limit=2)
        assert [row.counter for row in after] == [3, 4]
        assert store.last_message(WITH_BEA) == message("m5", 5).message_id

    def test_what_one_device_wrote_at_one_place_is_ordered_by_id(self, store: AccountStore) -> None:
        for name in ("c", "a", "b"):
            add(store, message(name, 1))
        every = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
        assert [row.body for row in every] == [b"a", b"b", b"c"]
        [before] = store.timeline_page(WITH_BEA, before=every[1].order, after=None, limit=9)
        [after] = store.timeline_page(WITH_BEA, before=None, after=every[1].order, limit=9)
        assert (before.body, after.body) == (b"a", b"c")
        assert store.last_message(WITH_BEA) == every[2].message_id
        assert store.first_unread(WITH_BEA) == every[0].order

    def test_unread_is_counted_and_seen_up_to_an_arrival(self, store: AccountStore) -> None:
        for counter in (2, 1, 3):
            add(store, message(f"m{counter}", counter))
        add(store, message("mine", 4, mine=True))
        assert (store.unread(), store.unread(WITH_BEA), store.unread(WITH_CARL)) == (3, 3, 0)
        assert store.first_unread(WITH_BEA) == message("m1", 1).order
        assert store.highest_seen(WITH_BEA) is None
        assert store.see(WITH_BEA, 1) == [message("m2", 2).message_id]
        assert store.highest_seen(WITH_BEA) == message("m2", 2).order
        assert len(store.see(WITH_BEA, 99)) == 2
        assert store.highest_seen(WITH_BEA) == message("m3", 3).order
        assert store.unread() == 0
        assert store.untold_around(THEIR_DEVICE, 2) == (1, 3), "what was seen need not have been painted"

    def test_whom_one_blocks_is_not_counted(self, store: AccountStore) -> None:
        store.put_peer(replace(PEER, blocked=True))
        add(store, message("m1", 1))
        add(store, structs.replace(message("m2", 1), conversation=WITH_CARL, author=CARL))
        assert store.unread() == 1
        assert store.unread(WITH_BEA) == 1

    def test_what_was_painted_is_a_set_and_is_seen(self, store: AccountStore) -> None:
        for counter in (1, 2, 3, 4):
            add(store, message(f"m{counter}", counter))
        mine = message("mine", 5, mine=True)
        add(store, mine)
        second, third = message("m2", 2).message_id, message("m3", 3).message_id
        store.see(WITH_BEA, 2)
        painted = store.paint(WITH_BEA, [third, second, mine.message_id, MessageId(bytes(16))], told=True)
        assert sorted((row.number, row.seen, row.painted) for row in painted) == [(2, True, True), (3, True, True)]
        assert store.paint(WITH_BEA, [third], told=True) == []
        assert store.paint(WITH_BEA, [], told=True) == []
        assert store.unread(WITH_BEA) == 1
        assert store.untold_around(THEIR_DEVICE, 2) == (1, 4)
        assert store.untold_around(THEIR_DEVICE, 0) == (None, 1)
        assert store.untold_around(THEIR_DEVICE, 4) == (1, None)
        assert store.untold_around(OWN_DEVICE, 2) == (None, None)

    def test_what_is_painted_and_kept_to_oneself_is_never_told(self, store: AccountStore) -> None:
        for counter in (1, 2, 3):
            add(store, message(f"m{counter}", counter))
        first, second = message("m1", 1).message_id, message("m2", 2).message_id
        [hidden] = store.paint(WITH_BEA, [second], told=False)
        assert (hidden.seen, hidden.painted, hidden.untold) == (True, True, True)
        assert store.paint(WITH_BEA, [second], told=True) == [], "it was painted once"
        [told] = store.paint(WITH_BEA, [first], told=True)
        assert (told.painted, told.untold) == (True, False)
        assert store.untold_around(THEIR_DEVICE, 0) == (None, 2)
        assert store.untold_around(THEIR_DEVICE, 2) == (None, 3)

    def test_a_message_of_theirs_that_came_again_has_its_new_number(self, store: AccountStore) -> None:
        for counter in (1, 2):
            add(store, message(f"m{counter}", counter))
        store.renumber(WITH_BEA, message("m1", 1).message_id, 7)
        assert store.untold_around(THEIR_DEVICE, 0) == (None, 2)
        assert store.untold_around(THEIR_DEVICE, 6) == (2, 7)

    def test_what_came_after_a_number_is_found_the_newest_first(self, store: AccountStore) -> None:
        for counter in (1, 2, 3, 4):
            add(store, message(f"m{counter}", counter))
        rows, there_are = store.theirs_after(WITH_BEA, THEIR_DEVICE, 1, 2)
        assert ([row.number for row in rows], there_are) == ([4, 3], 3)
