"""A server that moved is found where it said that it would be, and nobody else is taken for it."""

from collections import Counter

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.link.link import REFUSED_RETRY_SECONDS
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.client.views import ServerAddressView
from casemate.server.core.events import AddressesFound
from tests.accounts.deployment import Deployment, Person

FIRST = "127.0.0.1:12349"
THERE = "chat.example.org:12349"
ELSEWHERE = "192.168.1.5:12349"


def tell(world: Deployment, *addresses: str) -> None:
    """The server can be reached there; everybody hears of it with a new link."""
    world._server(AddressesFound(addresses))
    for person in world.people:
        world.cut(person)
    world.pass_time(30)


def write(world: Deployment, person: Person, *addresses: str) -> None:
    def add(account: Account, now: Instant) -> Outcome:
        return [item for address in addresses for item in account.add_server_address(address, now)]

    world.do(person, add)


def listed(person: Person) -> list[str]:
    return [view.address for view in person.account.server_address_views()]


def shown(person: Person, address: str) -> ServerAddressView:
    [view] = [view for view in person.account.server_address_views() if view.address == address]
    return view


def online(person: Person) -> bool:
    return person.account.link_view().state == "online"


@pytest.fixture
def alice(world: Deployment) -> Person:
    return world.person("alice")


def test_a_server_that_moved_is_found_at_an_address_that_it_told(world: Deployment, alice: Person) -> None:
    tell(world, THERE, ELSEWHERE)
    world.nobody_at = {FIRST, THERE}
    world.cut(alice)
    world.pass_time(30)
    assert online(alice)
    assert shown(alice, ELSEWHERE).in_use
    since = shown(alice, FIRST).away_since
    assert since is not None
    assert alice.account.server_address == FIRST, "its name on screen is what the person wrote"


def test_where_it_was_found_last_comes_first_after_a_start(world: Deployment, alice: Person) -> None:
    tell(world, THERE)
    world.nobody_at = {FIRST}
    world.cut(alice)
    world.pass_time(30)
    world.dialled.clear()
    world.restart(alice)
    assert (world.dialled, online(alice)) == ([THERE], True)
    for _ in range(2):
        world.dialled.clear()
        world.cut(alice)
        world.pass_time(30)
        assert (world.dialled, online(alice)) == ([THERE], True)


def test_the_servers_word_replaces_its_own_and_never_the_persons(world: Deployment, alice: Person) -> None:
    write(world, alice, "mine.example.org:12349")
    tell(world, THERE, ELSEWHERE)
    assert listed(alice) == [FIRST, "mine.example.org:12349", THERE, ELSEWHERE]
    tell(world, *(f"h{number}.example.org:12349" for number in range(8)))
    assert listed(alice)[:2] == [FIRST, "mine.example.org:12349"]
    assert listed(alice)[2:] == [f"h{number}.example.org:12349" for number in range(6)]


def test_another_server_at_a_told_address_is_refused_and_said_and_raises_no_alarm(
    world: Deployment, alice: Person
) -> None:
    tell(world, THERE)
    world.another_at = {THERE: b"k" * 32}
    world.nobody_at = {FIRST}
    world.cut(alice)
    world.pass_time(10)
    view = alice.account.link_view()
    assert (view.state, view.reason and view.reason.code) == ("away", "server_unreachable")
    why = shown(alice, THERE).reason
    assert why is not None
    assert why.code == "server_identity_changed"
    assert alice.account.profile.server_key == world.server_key
    assert alice.account.profile.reached_at == FIRST
    world.nobody_at = set()
    world.pass_time(10)
    assert online(alice)


def test_another_server_where_ours_was_is_an_alarm_until_ours_is_found_elsewhere(
    world: Deployment, alice: Person
) -> None:
    tell(world, THERE)
    world.another_at = {FIRST: b"k" * 32}
    world.nobody_at = {THERE}
    world.cut(alice)
    world.pass_time(10)
    why = alice.account.link_view().reason
    assert why is not None
    assert why.code == "server_identity_changed"
    world.nobody_at = set()
    world.pass_time(10)
    assert online(alice)
    assert shown(alice, THERE).in_use


def test_where_another_server_answers_nobody_knocks_again_at_once(world: Deployment, alice: Person) -> None:
    tell(world, THERE, ELSEWHERE)
    world.another_at = {FIRST: b"k" * 32, THERE: b"k" * 32}
    world.nobody_at = {ELSEWHERE}
    world.cut(alice)
    world.dialled.clear()
    world.pass_time(REFUSED_RETRY_SECONDS - 1)
    counts = Counter(world.dialled)
    assert counts[FIRST] <= 2
    assert counts[THERE] <= 1


def test_a_hostile_list_makes_us_knock_no_more_often_than_one_address(world: Deployment, alice: Person) -> None:
    world.server_up = False
    world.cut(alice)
    world.pass_time(60)
    world.dialled.clear()
    world.pass_time(600)
    alone = len(world.dialled)
    world.server_up = True
    world.pass_time(10)
    tell(world, *(f"h{number}.example.org:12349" for number in range(1_000)))
    world.server_up = False
    world.cut(alice)
    world.pass_time(60)
    world.dialled.clear()
    world.pass_time(600)
    counts = Counter(world.dialled)
    assert len(counts) == 8
    assert len(world.dialled) < 1.3 * alone
    assert max(count for address, count in counts.items() if address != FIRST) < alone / 10


@pytest.mark.parametrize("address", ["127.0.0.1:5432", "localhost:6000", "[::1]:6000"])
def test_a_server_elsewhere_cannot_point_at_this_computer(world: Deployment, alice: Person, address: str) -> None:
    write(world, alice, THERE)
    world.do(alice, lambda account, now: account.remove_server_address(FIRST))
    tell(world, address, ELSEWHERE)
    assert listed(alice) == [THERE, ELSEWHERE]
    addresses = alice.account._parts.link.addresses
    mine, told = alice.account.profile.addresses
    assert not addresses.must_lead_elsewhere(mine)
    assert addresses.must_lead_elsewhere(told), "and its name must not turn out to be this computer either"


def test_the_first_address_can_be_taken_away_and_the_last_one_cannot(world: Deployment, alice: Person) -> None:
    write(world, alice, THERE)
    world.do(alice, lambda account, now: account.remove_server_address(FIRST))
    assert (listed(alice), alice.account.server_address) == ([THERE], THERE)
    world.do(alice, lambda account, now: account.remove_server_address(THERE))
    assert listed(alice) == [THERE]


def test_a_person_keeps_eight_addresses_and_hears_that_there_is_no_room_for_more(
    world: Deployment, alice: Person
) -> None:
    write(world, alice, *(f"h{number}.example.org:12349" for number in range(7)))
    with pytest.raises(Refused):
        write(world, alice, THERE)
    assert len(listed(alice)) == 8


def test_an_address_that_somebody_adds_is_tried_at_once(world: Deployment, alice: Person) -> None:
    world.nobody_at = {FIRST}
    world.cut(alice)
    world.pass_time(120)
    assert not online(alice)
    write(world, alice, THERE)
    world.pass_time(1)
    assert online(alice)
    assert shown(alice, THERE).in_use
