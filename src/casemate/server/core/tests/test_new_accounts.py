"""One network makes so many accounts at once, and then one a minute."""

from casemate.protocol.limits import NEW_ACCOUNT_SECONDS
from casemate.protocol.link import OpeningRefused, Welcome
from casemate.server.core import allowances
from casemate.server.core.allowances import Allowances
from casemate.server.core.events import Caller
from casemate.server.tests.office import Office
from casemate.server.tests.people import new_person

CROWD, ELSEWHERE = Caller("192.0.2.1"), Caller("2001:db8:0:1::/64")


def test_a_network_makes_so_many_accounts_at_once_and_then_one_a_minute() -> None:
    office = Office(new_accounts_at_once=3)
    for name in ("alice", "bob", "carol"):
        assert office.create_account(new_person(name), CROWD).all(Welcome)
    late = new_person("dora")
    [refused] = office.create_account(late, CROWD).all(OpeningRefused)
    assert (refused.code, refused.params) == ("too_many_accounts", {"seconds": str(int(NEW_ACCOUNT_SECONDS))})
    assert office.create_account(new_person("emil"), ELSEWHERE).all(Welcome), "others are not held up"
    office.pass_time(NEW_ACCOUNT_SECONDS)
    assert office.create_account(late, CROWD).all(Welcome)
    assert office.create_account(new_person("fritz"), CROWD).all(OpeningRefused)


def test_only_an_account_that_is_made_counts() -> None:
    office = Office(new_accounts_at_once=2)
    alice = new_person("alice")
    for _ in range(5):
        assert office.create_account(alice, CROWD).all(Welcome), "the same one again"
        assert office.create_account(new_person("Alice"), CROWD).all(OpeningRefused), "a name that is taken"
        assert office.authenticate(alice).all(Welcome)
    assert office.create_account(new_person("bob"), CROWD).all(Welcome)


def test_so_many_networks_are_remembered_and_no_more() -> None:
    counts = Allowances(1, NEW_ACCOUNT_SECONDS, "too_many_accounts")
    for number in range(allowances.NETWORKS_REMEMBERED + 5):
        counts.take(str(number), 0.0)
    assert len(counts._left) == allowances.NETWORKS_REMEMBERED
