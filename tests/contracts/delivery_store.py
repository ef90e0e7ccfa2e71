"""What every store of deliveries does; part of `AccountStoreContract`."""

import pytest
from msgspec import structs

from casemate.crypto.content import Kind, Shows
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import Channel, Delivery
from tests.contracts.account_rows import (
    BEA,
    OTHER_DEVICE,
    THEIR_DEVICE,
    WITH_BEA,
    WITH_CARL,
    add,
    message,
    place,
    write,
)


class DeliveryStoreContract:
    def test_what_waits_keeps_the_order_in_which_it_was_written(self, store: AccountStore) -> None:
        for name in ("one", "two", "three"):
            write(store, name)
        rows = store.deliveries_waiting(THEIR_DEVICE, 2)
        assert [row.body for row in rows] == [b"one", b"two"]
        for number, row in enumerate(rows, start=7):
            store.deliveries_sealed([Delivery(THEIR_DEVICE, row.arrival, number, b"envelope", "queued")])
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

    def test_what_is_shared_is_found_until_all_have_it_and_can_be_emptied(self, store: AccountStore) -> None:
        store.put_channel(Channel(THEIR_DEVICE, BEA))
        write(store, "a line")
        with store.transaction():
            [sealed, waiting] = store.messages_add(
                [
                    structs.replace(message(name, counter), kind=Kind.PROFILE, shows=Shows.NOTHING, body=name.encode())
                    for counter, name in enumerate(("picture", "status"), start=8)
                ]
            )
            store.deliveries_add([Delivery(THEIR_DEVICE, sealed.arrival, 7, b"envelope", "queued")])
            store.deliveries_add([Delivery(THEIR_DEVICE, waiting.arrival)])
        assert [row.body for row in store.profiles_under_way(WITH_BEA)] == [b"picture", b"status"]
        assert store.profiles_under_way(WITH_CARL) == []
        with store.transaction():
            store.put_body(sealed.arrival, b"")
            store.waiting_drop(waiting.arrival)
        assert [row.body for row in store.profiles_under_way(WITH_BEA)] == [b""]
        with store.transaction():
            store.arrived(THEIR_DEVICE, 7)
        assert store.profiles_under_way(WITH_BEA) == []

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
        store.deliveries_add([Delivery(OTHER_DEVICE, arrival)])
        store.deliveries_sealed([Delivery(OTHER_DEVICE, arrival, 1, b"for the other", "queued")])
        store.arrived(OTHER_DEVICE, 1)
        store.read(OTHER_DEVICE, 1, 1)
        assert store.delivery(THEIR_DEVICE, 1) == Delivery(THEIR_DEVICE, arrival, 1, b"envelope", "queued")
        assert (store.under_way(THEIR_DEVICE), store.under_way(OTHER_DEVICE)) == (1, 0)

    def test_what_is_no_line_goes_with_its_last_delivery(self, store: AccountStore) -> None:
        row = add(store, structs.replace(message("rekey", 1, mine=True), shows=Shows.NOTHING))
        for device in (THEIR_DEVICE, OTHER_DEVICE):
            store.deliveries_add([Delivery(device, row.arrival)])
            store.deliveries_sealed([Delivery(device, row.arrival, 5, b"envelope", "queued")])
        assert store.arrived(THEIR_DEVICE, 5) == []
        assert store.messages_with_id(row.message_id) == [row]
        assert store.delivery(THEIR_DEVICE, 5) is None
        assert store.arrived(OTHER_DEVICE, 5) == []
        assert store.messages_with_id(row.message_id) == []

    def test_a_content_stays_for_a_device_that_it_was_queued_for_just_now(self, store: AccountStore) -> None:
        row = add(store, structs.replace(message("rekey", 1, mine=True), shows=Shows.NOTHING))
        store.deliveries_add([Delivery(THEIR_DEVICE, row.arrival)])
        store.deliveries_sealed([Delivery(THEIR_DEVICE, row.arrival, 5, b"envelope", "queued")])
        store.unread()  # brings everything to the database
        with store.transaction():
            store.deliveries_add([Delivery(OTHER_DEVICE, row.arrival)])
            store.arrived(THEIR_DEVICE, 5)
        assert store.deliveries_waiting(OTHER_DEVICE, 9) == [row]

    def test_a_line_of_theirs_may_have_the_id_of_a_content_of_ours(self, store: AccountStore) -> None:
        ours = add(store, structs.replace(message("one", 1, mine=True), shows=Shows.NOTHING))
        with store.transaction():
            theirs = add(store, message("one", 2))
            [again] = store.messages_add([structs.replace(message("one", 3, mine=True), shows=Shows.NOTHING)])
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
        store.deliveries_add([Delivery(OTHER_DEVICE, write(store, "elsewhere", seal=5))])
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
