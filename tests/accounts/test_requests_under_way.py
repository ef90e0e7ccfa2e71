"""What is added to a request that is under way takes nothing from it, and tells nobody twice."""

from dataclasses import replace

import pytest

from casemate.internal_service.core.ground.link_io import LinkFrameArrived
from casemate.internal_service.core.ground.notices import RegistrationSettled, RegistrationWanted
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.link import AccountFound, AskRegistration, RequestDone, RequestFailed
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting
from tests.accounts.test_attacks_on_names import alarmed, leave_for_good, newcomer
from tests.accounts.test_introductions import LINE, asks
from tests.accounts.test_invitations import ends, invites, opens

CHANGED_AGAIN_SECONDS = 62
"""The server takes a changed request once a minute."""


@pytest.fixture
def two(world: Deployment) -> tuple[Person, Person]:
    return world.person("alice"), world.person("bob")


def is_registered(world: Deployment, one: Person, other: Person) -> bool:
    return world.sees(one, other).relation == world.sees(other, one).relation == "registered"


def test_a_line_takes_no_proof_from_a_request_that_shows_a_link(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    link = invites(world, alice)
    away = world.end(alice)
    opens(world, bob, link)
    world.pass_time(CHANGED_AGAIN_SECONDS)
    asks(world, bob, alice, LINE)
    assert world.sees(bob, alice).introduction == LINE
    world.restart(alice, database=away)
    world.pass_time(1)
    assert is_registered(world, alice, bob)


@pytest.mark.parametrize("again", ["without a line", "by a link that does not hold"])
def test_whoever_asks_again_keeps_the_line(world: Deployment, two: tuple[Person, Person], again: str) -> None:
    alice, bob = two
    link = invites(world, alice)
    asks(world, bob, alice, LINE)
    world.pass_time(CHANGED_AGAIN_SECONDS)
    ends(world, alice, link)
    asked, world.to_server = counting(AskRegistration)
    if again == "without a line":
        asks(world, bob, alice, "")
    else:
        opens(world, bob, link)
    assert len(asked) == 1
    assert world.sees(alice, bob).relation == "asks_you"
    assert (world.sees(bob, alice).introduction, world.sees(alice, bob).introduction) == (LINE, LINE)


def test_a_line_of_a_request_that_was_taken_back_does_not_come_with_the_next(
    world: Deployment, two: tuple[Person, Person]
) -> None:
    alice, bob = two
    link = invites(world, alice)
    ends(world, alice, link)
    asks(world, bob, alice, LINE)
    world.do(bob, lambda account, now: account.withdraw_registration(alice.cid, 1))
    world.pass_time(700)
    opens(world, bob, link)
    assert world.sees(alice, bob).relation == "asks_you"
    assert (world.sees(bob, alice).introduction, world.sees(alice, bob).introduction) == ("", "")


def test_the_answer_to_an_earlier_request_does_not_use_up_a_link(world: Deployment, two: tuple[Person, Person]) -> None:
    """A plain request is on its way when the link is opened, and the computer goes down before that is asked."""
    alice, bob = two
    link = invites(world, alice)
    answers = hold_answers(world, bob)
    asks(world, bob, alice, "")
    world.to_device = lambda person, frame: [] if isinstance(frame, AccountFound) else [frame]
    opens(world, bob, link)
    arrives(world, bob, answers[-1])
    assert world.sees(bob, alice).relation == "requested"
    world.to_device = lambda person, frame: [frame]
    world.restart(bob)
    world.pass_time(2 * CHANGED_AGAIN_SECONDS)
    assert is_registered(world, alice, bob)
    assert bob.account.profile.invitations == ()


def test_the_refusal_of_an_earlier_request_ends_no_later_one(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    link = invites(world, alice)
    asks(world, bob, alice, "")
    world.do(alice, lambda account, now: account.answer_registration(bob.cid, False, now))
    away = world.end(alice)
    answers = hold_answers(world, bob)
    asks(world, bob, alice, "")
    opens(world, bob, link)
    [refused, done] = answers[-2:]
    assert isinstance(refused, RequestFailed)
    for answer in (refused, done):
        arrives(world, bob, answer)
    assert (world.sees(bob, alice).relation, world.sees(bob, alice).awaited) == ("requested", True)
    world.to_device = lambda person, frame: [frame]
    world.restart(bob)
    world.restart(alice, database=away)
    world.pass_time(1)
    assert is_registered(world, alice, bob)


def hold_answers(world: Deployment, person: Person) -> list[RequestDone | RequestFailed]:
    held: list[RequestDone | RequestFailed] = []

    def hold(to: Person, frame: object) -> list[object]:
        if to is person and isinstance(frame, RequestDone | RequestFailed):
            held.append(frame)
            return []
        return [frame]

    world.to_device = hold  # type: ignore[assignment]
    return held


def arrives(world: Deployment, person: Person, frame: RequestDone | RequestFailed) -> None:
    world._step(person, LinkFrameArrived(person.account.account_id, person.generation, frame))
    world.settle()


def test_a_changed_line_is_shown_and_asks_nobody_twice(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, mallory = two
    asks(world, mallory, alice, "line 0")
    since = world.sees(alice, mallory).relation_since
    for number in range(1, 4):
        world.pass_time(CHANGED_AGAIN_SECONDS)
        asks(world, mallory, alice, f"line {number}")
        assert world.sees(alice, mallory).introduction == f"line {number}"
    assert [notice.introduction for notice in alice.heard(RegistrationWanted)] == ["line 0"]
    assert world.sees(alice, mallory).relation_since == since


def test_no_line_is_sent_to_a_name_that_was_somebody_elses_until_that_was_accepted(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    leave_for_good(world, bob)
    impostor = newcomer(world, "bob", "impostor")
    asked, world.to_server = counting(AskRegistration)
    asks(world, alice, impostor, LINE)  # the name is compared only when they are met
    refused = alice.heard(RegistrationSettled)[-1].refused
    assert refused is not None
    assert refused.code == "identity_changed"
    assert alarmed(world.sees(alice, impostor), bob)
    with pytest.raises(Refused, match="identity_changed"):
        asks(world, alice, impostor, LINE)
    assert asked == []
    world.do(alice, lambda account, now: account.accept_identity(impostor.cid, now))
    asks(world, alice, impostor, LINE)
    assert world.sees(impostor, alice).introduction == LINE


def test_a_line_that_waits_for_the_server_is_not_sent_after_an_alarm(
    world: Deployment, two: tuple[Person, Person]
) -> None:
    alice, bob = two
    world.to_server = lambda person, frame: [] if isinstance(frame, AskRegistration) else [frame]
    asks(world, alice, bob, LINE)
    peer = alice.store.peer(bob.account.account_id)
    assert peer is not None
    alice.store.put_peer(replace(peer, identity_changed=True))
    asked, world.to_server = counting(AskRegistration)
    world.restart(alice)
    assert asked == []
    world.do(alice, lambda account, now: account.accept_identity(bob.cid, now))
    assert (len(asked), world.sees(bob, alice).introduction) == (1, LINE)
