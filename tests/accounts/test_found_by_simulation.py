"""What seeded worlds brought to light, told step by step."""

from casemate.protocol.link import AnswerRegistration
from tests.accounts.deployment import Deployment, Person


def test_what_a_blocked_person_has_read_is_shown_as_read(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "before the quarrel")
    world.do(alice, lambda account, now: account.block(bob.cid, True, 1, now))
    world.read(bob, alice)
    world.do(alice, lambda account, now: account.block(bob.cid, False, 2, now))
    assert world.statuses(alice, bob) == ["read"]


def test_a_restored_database_seals_nothing_with_keys_that_were_used(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    copy = world.copy_of(alice)
    world.say(alice, bob, "after the copy")
    world.server_up = False
    world.restart(alice, database=copy)
    world.say(alice, bob, "written while the server is away")
    world.server_up = True
    world.pass_time(60)
    assert world.texts(bob, alice) == ["after the copy", "written while the server is away"]
    assert bob.store.database.rows("SELECT detail FROM quarantine") == []


def test_whoever_declines_and_changes_their_mind_can_ask_later(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.to_server = lambda person, frame: [] if isinstance(frame, AnswerRegistration) and frame.accept else [frame]
    world.do(
        bob,
        lambda account, now: [
            *account.answer_registration(alice.cid, False, now),
            *account.answer_registration(alice.cid, True, now),
        ],
    )
    world.to_server = lambda person, frame: [frame]
    world.cut(bob)
    world.pass_time(60)
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    assert world.sees(alice, bob).relation == "asks_you"
