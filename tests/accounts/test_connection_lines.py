"""Who ended being connected, and who began it again, is a line of the conversation on both sides: once."""

from tests.accounts.deployment import Deployment, Person

ENDED, ENDED_THERE = "note_disconnected", "note_disconnected_there"
BEGUN, BEGUN_THERE = "note_connected", "note_connected_there"


def lines(world: Deployment, one: Person, other: Person) -> list[str]:
    return [line.kind for line in world.timeline(one, other) if line.kind.startswith("note_")]


def disconnect(world: Deployment, one: Person, other: Person) -> None:
    world.do(one, lambda account, now: account.disconnect(other.cid, now))


def connect(world: Deployment, one: Person, other: Person) -> None:
    world.do(one, lambda account, now: account.connect(other.cid, b"", "Enabled", now))


def accept(world: Deployment, one: Person, other: Person) -> None:
    world.do(one, lambda account, now: account.answer_connect(other.cid, True, b"", "Enabled", now))


def test_both_are_told_who_ended_it_and_who_began_it_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    assert lines(world, alice, bob) == lines(world, bob, alice) == [], "being connected at first is no news"
    disconnect(world, alice, bob)
    assert lines(world, alice, bob) == [ENDED]
    assert lines(world, bob, alice) == [ENDED_THERE]
    connect(world, bob, alice)
    assert lines(world, bob, alice) == [ENDED_THERE], "asked is not connected"
    accept(world, alice, bob)
    assert lines(world, alice, bob) == [ENDED, BEGUN_THERE]
    assert lines(world, bob, alice) == [ENDED_THERE, BEGUN]
    assert alice.account.unread() == bob.account.unread() == 0, "a line is nothing to be read"


def test_the_lines_survive_restarts_and_are_not_said_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.end(bob)
    disconnect(world, alice, bob)
    world.restart(alice)
    world.restart(bob)
    world.pass_time(120)
    for _ in range(2):
        world.restart(alice)
        world.restart(bob)
        world.pass_time(60)
    assert lines(world, alice, bob) == [ENDED]
    assert lines(world, bob, alice) == [ENDED_THERE]


def test_goodbyes_that_cross_are_one_line_on_each_side(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.server_up = False
    world.cut(alice)
    world.cut(bob)
    disconnect(world, alice, bob)
    disconnect(world, bob, alice)
    world.server_up = True
    world.pass_time(120)
    assert lines(world, alice, bob) == lines(world, bob, alice) == [ENDED]


def test_requests_that_cross_after_a_goodbye_are_one_line_on_each_side(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    disconnect(world, alice, bob)
    world.server_up = False
    world.cut(alice)
    world.cut(bob)
    connect(world, alice, bob)
    connect(world, bob, alice)
    world.server_up = True
    world.pass_time(120)
    assert lines(world, alice, bob) == [ENDED, BEGUN]
    assert lines(world, bob, alice) == [ENDED_THERE, BEGUN]


def test_taking_back_or_declining_a_request_to_connect_is_no_goodbye(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    disconnect(world, alice, bob)
    connect(world, alice, bob)
    disconnect(world, alice, bob)
    connect(world, alice, bob)
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, False, b"", "Enabled", now))
    assert lines(world, alice, bob) == [ENDED]
    assert lines(world, bob, alice) == [ENDED_THERE]


def test_a_goodbye_is_told_to_whoever_was_restored_to_before_it(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    disconnect(world, alice, bob)
    world.restart(bob, database=backup)
    world.pass_time(120)
    assert world.sees(bob, alice).connection == "none"
    assert lines(world, bob, alice).count(ENDED_THERE) == 1
    assert lines(world, alice, bob).count(ENDED) == 1
