"""*Sent* means that the server has it, and no longer than it has it."""

from pathlib import Path

import pytest

from casemate.protocol.limits import DAY_SECONDS
from casemate.protocol.link import Deposited, Expired, Presence
from casemate.protocol.link_codec import ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import device

KEPT_SECONDS = 3_600.0


@pytest.fixture
def world(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path, mailbox_seconds=KEPT_SECONDS)


@pytest.fixture
def friends(world: Deployment) -> tuple[Person, Person]:
    """Alice, and Bob who has signed out."""
    alice, bob = world.person("alice"), world.person("bob")
    world.befriend(alice, bob)
    sign_out(world, bob)
    return alice, bob


def sign_out(world: Deployment, person: Person) -> None:
    world.do(person, lambda account, now: account.stop(now))


def sign_in(world: Deployment, person: Person) -> None:
    world.do(person, lambda account, now: account.start(now))


def shown(world: Deployment, alice: Person, bob: Person) -> list[str]:
    """Status of each message of alice, with its reason."""
    rows = [row for row in world.timeline(alice, bob) if row.mine]
    return [row.status if row.reason is None else f"{row.status}: {row.reason.code}" for row in rows]


def without_news(person: Person, frame: ServerFrame) -> list[ServerFrame]:
    """A server that tells writers nothing of what it dropped."""
    return [] if isinstance(frame, Expired) else [frame]


def test_a_writer_is_told_that_nobody_came_for_it(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "hello")
    world.pass_time(KEPT_SECONDS - 120)
    assert shown(world, alice, bob) == ["sent"]
    world.pass_time(300)
    assert shown(world, alice, bob) == ["queued: expired"]


def test_by_its_own_clock_where_the_server_does_not_say(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.to_device = without_news
    world.say(alice, bob, "hello")
    world.pass_time(KEPT_SECONDS + 120)
    assert shown(world, alice, bob) == ["queued: expired"]


def test_by_its_own_clock_while_the_server_is_away_and_after_a_restart(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "hello")
    world.server_up = False
    world.restart(alice)
    world.pass_time(KEPT_SECONDS + 120)
    assert shown(world, alice, bob) == ["queued: expired"]


def test_the_next_link_tells_what_went_meanwhile(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "hello")
    sign_out(world, alice)
    world.pass_time(KEPT_SECONDS + 120)
    world.jump_clocks(-2 * KEPT_SECONDS)  # by her own clock there is time left
    sign_in(world, alice)
    assert shown(world, alice, bob) == ["queued: expired"]


def test_what_the_server_lost_goes_again_with_the_next_link(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    sign_out(world, alice)
    world.change_at_the_server("DELETE FROM envelopes")
    sign_in(world, alice)
    assert shown(world, alice, bob) == ["sent"], "it was lost before its time, and did not expire"
    sign_in(world, bob)
    assert world.texts(bob, alice) == ["one"]


def test_what_expired_goes_again_when_they_are_back(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    world.pass_time(KEPT_SECONDS + 120)
    world.say(alice, bob, "two")
    assert shown(world, alice, bob) == ["queued: expired", "sent"]
    sign_in(world, bob)
    assert world.texts(bob, alice) == ["one", "two"]
    assert shown(world, alice, bob) == ["delivered", "delivered"]


def test_it_goes_again_when_both_come_back_later(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    sign_out(world, alice)
    world.pass_time(KEPT_SECONDS + 120)
    sign_in(world, bob)
    sign_in(world, alice)
    assert world.texts(bob, alice) == ["one"]
    assert shown(world, alice, bob) == ["delivered"]


def test_who_appears_offline_and_is_back_gets_it_too(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.to_device = lambda person, frame: [] if isinstance(frame, Presence) and person is alice else [frame]
    world.say(alice, bob, "one")
    world.pass_time(KEPT_SECONDS + 120)
    sign_in(world, bob)  # alice is not told, but hears his receipt
    world.pass_time(1)
    assert world.texts(bob, alice) == ["one"]


def test_a_receipt_says_otherwise(world: Deployment, friends: tuple[Person, Person]) -> None:
    """The server handed it over and says that it expired: the reader's own word counts."""
    alice, bob = friends
    world.say(alice, bob, "one")
    sign_in(world, bob)
    assert shown(world, alice, bob) == ["delivered"]

    lies = [Expired(device(bob), 1, 9)] * 5

    def lie(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [frame, lies.pop()] if isinstance(frame, Deposited) and lies else [frame]

    world.to_device = lie
    world.say(alice, bob, "two")
    assert not lies
    assert shown(world, alice, bob) == ["delivered", "delivered"]
    assert world.texts(bob, alice) == ["one", "two"]


@pytest.mark.parametrize("says", [float("nan"), float("inf"), -1.0, 0.0, 1e308])
def test_a_server_that_says_strange_times_is_not_believed_for_ever(
    world: Deployment, friends: tuple[Person, Person], says: float
) -> None:
    alice, bob = friends

    def strange(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deposited):
            return [Deposited(frame.to, frame.first, frame.last, says)]
        return without_news(person, frame)

    world.to_device = strange
    world.say(alice, bob, "one")
    assert shown(world, alice, bob) == ["sent"]
    world.pass_time(120)
    assert shown(world, alice, bob) == ["sent"]
    world.jump_clocks(3_651 * DAY_SECONDS)
    world.pass_time(120)
    assert shown(world, alice, bob) == ["queued: expired"]


def test_a_clock_that_jumps_takes_nothing_from_the_reader(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    world.jump_clocks(400 * DAY_SECONDS)
    world.pass_time(120)
    sign_out(world, alice)  # what comes now comes from the server
    sign_in(world, bob)
    assert world.texts(bob, alice) == ["one"]
