"""What a batch of deposits and receipts costs the database: what is new, and each pair once."""

from collections import Counter
from collections.abc import Iterator

import pytest

from casemate.node import WritesRefused
from casemate.protocol.link import Deposit, Deposited, Receipt, ReceiptTaken
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import SqliteServerStore
from casemate.server.core.events import FrameArrived
from casemate.server.tests.office import Connection, Office, befriend, deposit, person_of


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def pair(office: Office) -> tuple[Connection, Connection]:
    """They have exchanged something already."""
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    alice.say(deposit(bob, [1]))
    bob.say(Receipt(person_of(alice).device_id, 1, b"sealed"))
    alice.say(ReceiptTaken(person_of(bob).device_id, 1))
    return alice, bob


@pytest.fixture
def statements(office: Office, pair: tuple[Connection, Connection]) -> Iterator[Counter[str]]:
    """The first two words of each that runs, beginnings and ends of transactions aside, and how often."""
    counted: Counter[str] = Counter()
    connection = office.store._database._connection
    connection.set_profile(lambda sql, _: counted.update({" ".join(sql.split()[:2])} - {"BEGIN", "COMMIT"}))
    yield counted
    connection.set_profile(None)


def test_deposits_and_receipts_of_a_commit_write_their_pair_once(
    office: Office, pair: tuple[Connection, Connection], statements: Counter[str]
) -> None:
    alice, bob = pair
    office.happen(*(FrameArrived(alice.number, deposit(bob, [number])) for number in range(2, 12)))
    assert statements == {"INSERT INTO": 10, "UPDATE pairs": 1}
    statements.clear()
    office.happen(*(FrameArrived(bob.number, Receipt(person_of(alice).device_id, n, b"sealed")) for n in (5, 9, 11)))
    statements.pop("SELECT count(*),")
    assert statements == {"DELETE FROM": 1, "INSERT OR": 1, "UPDATE pairs": 1}
    statements.clear()
    alice.say(ReceiptTaken(person_of(bob).device_id, 4))
    assert statements == {"DELETE FROM": 1}


def test_what_comes_where_nothing_may_be_written_is_refused_in_its_own_event(
    office: Office, pair: tuple[Connection, Connection]
) -> None:
    alice, bob = pair
    office.store.refuse_writes()
    office.happen(FrameArrived(alice.number, Deposit(person_of(bob).device_id, [(2, b"x")])))
    assert type(office.undone[0].event) is FrameArrived
    assert type(office.undone[0].error) is WritesRefused
    assert alice.all(Deposited)[-1].last == 1


def test_more_rows_than_are_kept_are_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("casemate.server.adapters.sqlite_store.MOST_ROWS", 2)
    office = Office()
    people = [office.newcomer(name) for name in ("alice", "bob", "carl")]
    for first, second in ((0, 1), (0, 2), (1, 2)):
        befriend(people[first], people[second])
    for number in range(1, 4):
        office.happen(
            *(
                FrameArrived(sender.number, deposit(reader, [number]))
                for sender in people
                for reader in people
                if sender is not reader
            )
        )
    store: SqliteServerStore = office.store
    assert isinstance(store._database, Database)
    for person in people:
        assert [held.deposited_up_to for held in store.mailbox.pairs_from(person_of(person).device_id)] == [3, 3]
