"""*Typing* is over when they say so, and when they say nothing more."""

import pytest

from casemate.internal_service.core.account.conversations.typing import TYPING_SECONDS
from casemate.internal_service.core.ground.notices import TypingChanged
from tests.accounts.deployment import Deployment, Person


@pytest.fixture
def friends(world: Deployment) -> tuple[Person, Person]:
    ann, bob = world.person("ann"), world.person("bob")
    world.befriend(ann, bob)
    world.say(ann, bob, "hello")
    return ann, bob


def types(world: Deployment, one: Person, other: Person, typing: bool = True) -> None:
    world.do(one, lambda account, now: account.set_typing(account.conversation_with(other.cid), typing, now))


def heard(person: Person) -> list[bool]:
    return [notice.typing for notice in person.heard(TypingChanged)]


def test_it_ends_by_time_when_the_writers_tab_is_closed(world: Deployment, friends: tuple[Person, Person]) -> None:
    ann, bob = friends
    types(world, ann, bob)
    assert heard(bob) == [True]
    world.pass_time(TYPING_SECONDS - 0.1)
    assert heard(bob) == [True]
    world.pass_time(0.2)
    assert heard(bob) == [True, False]
    world.pass_time(60)
    assert heard(bob) == [True, False]


def test_it_goes_on_as_long_as_it_is_said_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    ann, bob = friends
    for _ in range(5):
        types(world, ann, bob)
        world.pass_time(4)
    assert heard(bob) == [True] * 5
    types(world, ann, bob, typing=False)
    world.pass_time(60)
    assert heard(bob) == [True] * 5 + [False]


def test_it_ends_although_they_and_the_server_are_gone(world: Deployment, friends: tuple[Person, Person]) -> None:
    ann, bob = friends
    types(world, ann, bob)
    world.server_up = False
    world.cut(bob)
    world.pass_time(TYPING_SECONDS + 0.1)
    assert heard(bob)[-1] is False
