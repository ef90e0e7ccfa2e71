"""What is written, sealed or told goes back with its event alone, in the database and in what is remembered of it."""

from pathlib import Path

import pytest

from casemate.crypto.content import Shows
from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.ports import Line
from casemate.internal_service.core.account.rows import Delivery, MessageRow
from casemate.protocol.ids import AccountId, Cid, ConversationId, DeviceId, MessageId

DEVICE = DeviceId(b"d" * 16)
CONVERSATION = ConversationId(b"c" * 16)


@pytest.fixture
def store(tmp_path: Path) -> SqliteAccountStore:
    """It knows already that the conversation is empty, as it would after its first message."""
    store = open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF")
    opened(store)
    return store


def opened(store: SqliteAccountStore) -> None:
    store.open_conversation(CONVERSATION, AccountId(b"b" * 32))
    assert store.last_message(CONVERSATION) is None
    assert store.first_unread(CONVERSATION) is None


def named(name: str) -> MessageId:
    return MessageId(name.encode().ljust(16, b"."))


def place(name: str) -> Line:
    return CONVERSATION, named(name)


def line(name: str, counter: int, *, mine: bool = True) -> MessageRow:
    return MessageRow(
        arrival=0,
        message_id=named(name),
        conversation=CONVERSATION,
        author=AccountId((b"a" if mine else b"b") * 32),
        device=DEVICE,
        kind="chat",
        shows=Shows.LINE,
        body=name.encode(),
        counter=counter,
        written_at=1.0,
        arrived_at=1.0,
        seen=mine,
        painted=mine,
    )


def write(store: SqliteAccountStore, name: str, counter: int) -> None:
    [row] = store.messages_add([line(name, counter)])
    store.deliveries_add([Delivery(DEVICE, row.arrival)])


def seal(store: SqliteAccountStore, first: int) -> None:
    for number, row in enumerate(store.deliveries_waiting(DEVICE, 100), start=first):
        store.deliveries_sealed([Delivery(DEVICE, row.arrival, number, b"envelope", "queued")])


def in_database(store: SqliteAccountStore) -> list[tuple[str, str]]:
    waiting = "SELECT message, 'waiting', NULL FROM waiting"
    found: dict[int, str] = {
        message: f"{state} {number}"
        for message, state, number in store.database.rows(
            f"SELECT message, state, number FROM deliveries UNION ALL {waiting}"
        )
    }
    lines = store.database.rows("SELECT arrival, body FROM messages ORDER BY arrival")
    return [(body.decode(), found[arrival]) for arrival, body in lines]


def test_what_was_written_in_another_transaction_is_sealed_in_its_place(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
    with store.transaction():
        write(store, "two", 2)
        seal(store, 7)
    assert in_database(store) == [("one", "queued 7"), ("two", "queued 8")]


def test_a_message_goes_back_with_its_event_alone(store: SqliteAccountStore) -> None:
    with store.transaction():
        with store.savepoint():
            write(store, "one", 1)
        with pytest.raises(ZeroDivisionError), store.savepoint():
            write(store, "two", 2)
            write(store, "three", 3)
            raise ZeroDivisionError
        assert store.last_message(CONVERSATION) == named("one")
        assert store.message(*place("two")) is None
        assert store.waiting(DEVICE) == 1
        with store.savepoint():
            write(store, "two", 2)
        seal(store, 1)
    assert in_database(store) == [("one", "queued 1"), ("two", "queued 2")]


def test_sealing_goes_back_with_its_event(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
        with pytest.raises(ZeroDivisionError), store.savepoint():
            seal(store, 1)
            raise ZeroDivisionError
        assert [row.message_id for row in store.deliveries_waiting(DEVICE, 9)] == [named("one")]
    assert in_database(store) == [("one", "waiting None")]


def test_a_receipt_finds_what_was_sealed_in_the_same_transaction(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
        seal(store, 1)
        write(store, "two", 2)
        assert store.arrived(DEVICE, 1) == [place("one")]
    assert in_database(store) == [("one", "done 1"), ("two", "waiting None")]


def test_what_was_just_sealed_changes_by_its_number(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
        write(store, "two", 2)
        seal(store, 1)
        assert store.set_state(DEVICE, 2, 2, "sent", None) == [place("two")]
    with store.transaction():
        write(store, "three", 3)
        seal(store, 3)
        store.arrived(DEVICE, 3)
    assert [state for _, state in in_database(store)] == ["done 1", "done 2", "done 3"]


def test_what_the_database_refuses_fails_in_its_own_event(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
        with pytest.raises(OverflowError), store.savepoint():
            store.messages_add([line("two", 2**63)])
    assert in_database(store) == [("one", "waiting None")]


def test_messages_are_not_kept_in_memory(store: SqliteAccountStore) -> None:
    with store.transaction():
        write(store, "one", 1)
        assert store.message(*place("none")) is None
    store.database.execute("UPDATE messages SET body = x'00'")
    row = store.message(*place("one"))
    assert row is not None
    assert row.body == b"\0"


def test_the_last_message_is_that_of_the_display_order(store: SqliteAccountStore) -> None:
    with store.transaction():
        assert store.last_message(CONVERSATION) is None
        write(store, "late", 5)
        write(store, "early", 4)
        assert store.last_message(CONVERSATION) == named("late")


def test_the_first_unread_message_is_that_of_the_display_order_too(store: SqliteAccountStore) -> None:
    with store.transaction():
        for name, counter in (("second", 5), ("first", 4), ("third", 6)):
            store.messages_add([line(name, counter, mine=False)])
        assert store.first_unread(CONVERSATION) == line("first", 4).order
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.messages_add([line("undone", 1, mine=False)])
            assert store.first_unread(CONVERSATION) == line("undone", 1).order
            raise ZeroDivisionError
        assert store.first_unread(CONVERSATION) == line("first", 4).order
        store.see(CONVERSATION, 2)
        assert store.first_unread(CONVERSATION) == line("third", 6).order


def test_arrivals_count_on_after_a_restart(tmp_path: Path) -> None:
    for run in (1, 2):
        with open_account_store(tmp_path / "account.db", b"k" * 32, synchronous="OFF").database as database:
            store = SqliteAccountStore(database)
            store.open_conversation(CONVERSATION, AccountId(b"b" * 32))
            with store.transaction():
                write(store, f"run {run}", run)
    with open_account_store(tmp_path / "account.db", b"k" * 32).database as database:
        assert database.rows("SELECT arrival, body FROM messages") == [(1, b"run 1"), (2, b"run 2")]


def test_what_a_client_is_owed_goes_back_with_its_event_and_sequences_are_never_used_again(
    store: SqliteAccountStore,
) -> None:
    with store.transaction():
        store.plain_add(Cid(1), b"first")
        with pytest.raises(ZeroDivisionError), store.savepoint():
            store.plain_add(Cid(1), b"undone")
            raise ZeroDivisionError
        third = store.plain_add(Cid(1), b"third")
        assert [queued.message for queued in store.plain_after(0, 9)] == [b"first", b"third"]
    with store.transaction():
        store.plain_remove_up_to(third)
    with store.transaction():
        assert store.plain_add(Cid(1), b"fourth") > third
