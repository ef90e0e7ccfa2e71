"""What was overwritten or deleted leaves the logs of all databases within a minute, also on a quiet account."""

from casemate.internal_service.core.sessions.stores import ERASE_SECONDS
from tests.service.asking import disconnect
from tests.service.house import House, Street


def logs(house: House) -> dict[str, int]:
    """Bytes of each database's log."""
    return {path.name: path.stat().st_size for path in house.folder.rglob("*-wal")}


def test_keys_that_have_opened_a_message_leave_the_log_a_minute_later(street: Street, house: House) -> None:
    other = street.house("other")
    alice, bob = house.client(), other.client()
    cid, bob_cid = alice.register("alice"), bob.register("bob")
    alice.befriend(cid, bob, bob_cid)
    street.pass_time(2 * ERASE_SECONDS)
    assert set(logs(other).values()) == {0}
    alice.send(cid, bob_cid, b"first")
    street.settle()
    assert any(logs(other).values()), "the step of the ratchet is in the log"
    street.pass_time(ERASE_SECONDS - 1)
    alice.send(cid, bob_cid, b"more does not put it off")
    street.settle()
    street.pass_time(1.2)  # and not until its words are written behind it, which leaves traces of their own
    assert set(logs(other).values()) == {0}


def test_each_of_many_accounts_has_its_turn(street: Street, house: House) -> None:
    client = house.client()
    for number in range(5):
        client.register(f"person{number}")
    street.pass_time(2 * ERASE_SECONDS)
    assert len(logs(house)) == 6
    assert set(logs(house).values()) == {0}


def test_nothing_is_left_of_an_account_that_was_signed_out(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    assert logs(house) == {"service.db-wal": 0}
