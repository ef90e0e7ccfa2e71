"""Messages that are sent later: nobody hears of them before, all of them go once, and what is late says so."""

from collections.abc import Callable

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations.scheduling import LOOK_SECONDS
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.ids import MessageId
from casemate.protocol.limits import SCHEDULED_AHEAD_SECONDS, SCHEDULED_BYTES, SCHEDULED_MESSAGES
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted

LATER = MessageId(b"l" * 16)


def later(
    world: Deployment, one: Person, other: Person, text: str, seconds: float, message_id: MessageId = LATER
) -> None:
    def add(account: Account, now: Instant) -> Outcome:
        where = account.conversation_with(other.cid)
        return account.scheduling.add(where, message_id, text, None, now.wall + seconds, now)

    world.do(one, add)


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason.code


def waiting(person: Person) -> list[str]:
    return [view.text for view in person.account.scheduling.views()]


def test_it_goes_when_it_is_due_and_nobody_hears_of_it_before(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Good morning", 3_600)
    counter = alice.store.counter(alice.account.conversation_with(bob.cid))
    world.pass_time(3_590)
    assert (world.texts(alice, bob), world.texts(bob, alice), waiting(alice)) == ([], [], ["Good morning"])
    assert alice.store.counter(alice.account.conversation_with(bob.cid)) == counter
    world.pass_time(20)
    assert (world.texts(alice, bob), world.texts(bob, alice), waiting(alice)) == (["Good morning"],) * 2 + ([],)


def test_what_is_cancelled_is_never_sent_and_leaves_no_word(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "cormorants over the lagoon", 5)
    world.do(alice, lambda account, now: account.scheduling.cancel(LATER, now))
    world.pass_time(60)
    assert (world.texts(bob, alice), waiting(alice)) == ([], [])
    alice.store.erase_traces()
    assert b"cormorants" not in decrypted(alice.path, DATABASE_KEY, world.folder)


def test_what_was_sent_cannot_be_cancelled(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Gone", 5)
    world.pass_time(10)
    assert refusal(lambda: alice.account.scheduling.cancel(LATER, world.now)) == "already_sent"
    assert refusal(lambda: alice.account.scheduling.cancel(MessageId(b"n" * 16), world.now)) == "message_gone"


def test_another_text_and_another_time(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Tee", 3_600)
    world.do(alice, lambda account, now: account.scheduling.change(LATER, "Tea", None, now))
    world.do(alice, lambda account, now: account.scheduling.change(LATER, None, now.wall + 60, now))
    world.pass_time(61)
    assert world.texts(bob, alice) == ["Tea"]


def test_a_time_that_has_passed_sends_it_now(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Now", 3_600)
    world.do(alice, lambda account, now: account.scheduling.change(LATER, None, 0, now))
    world.pass_time(1)
    assert world.texts(bob, alice) == ["Now"]


def test_what_came_due_while_it_was_closed_goes_at_the_start_and_is_said_to_be_late(
    world: Deployment, alice: Person, bob: Person
) -> None:
    later(world, alice, bob, "At nine", 3_600)
    due = world.now.wall + 3_600
    data = world.end(alice)
    world.pass_time(7_200)
    assert world.texts(bob, alice) == []
    world.restart(alice, database=data)
    world.pass_time(60)
    assert world.texts(bob, alice) == ["At nine"]
    [note] = [view for view in world.timeline(alice, bob) if view.kind == "note_sent_late"]
    assert note.text == str(round(due * 1000))


def test_an_older_copy_that_sends_it_again_shows_it_once(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Once", 600)
    copy = world.copy_of(alice)
    world.pass_time(700)
    assert world.texts(bob, alice) == ["Once"]
    world.end(alice)
    world.restart(alice, database=copy)
    world.pass_time(700)
    assert world.texts(bob, alice) == ["Once"]


def test_what_cannot_go_waits_says_why_and_is_not_overtaken(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "first", 60)
    later(world, alice, bob, "second", 61, MessageId(b"m" * 16))
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    world.pass_time(120)
    assert waiting(alice) == ["first", "second"]
    codes = [view.refused and view.refused.code for view in alice.account.scheduling.views()]
    assert codes == ["not_connected", None]
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Enabled", now))
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Enabled", now))
    world.pass_time(LOOK_SECONDS + 1)
    assert [text for text in world.texts(bob, alice) if text] == ["first", "second"]


def test_a_clock_that_is_set_forward_is_noticed(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Good morning", 3_600)
    world.jump_clocks(3_600)
    world.pass_time(LOOK_SECONDS + 1)
    assert world.texts(bob, alice) == ["Good morning"]


def test_there_is_a_limit_to_how_many_and_how_long_and_how_far(world: Deployment, alice: Person, bob: Person) -> None:
    assert refusal(lambda: later(world, alice, bob, "x", SCHEDULED_AHEAD_SECONDS + 60)) == "malformed"
    for number in range(SCHEDULED_MESSAGES):
        later(world, alice, bob, "x", 3_600, MessageId(number.to_bytes(16)))
    assert refusal(lambda: later(world, alice, bob, "x", 3_600)) == "too_many_scheduled"
    for number in range(3):
        world.do(
            alice,
            lambda account, now, number=number: account.scheduling.change(  # type: ignore[misc]
                MessageId(number.to_bytes(16)), "x" * 2**20, None, now
            ),
        )
    fourth = MessageId((3).to_bytes(16))
    long = "x" * 2**20
    assert SCHEDULED_BYTES == 4 * 2**20
    assert (
        refusal(lambda: world.do(alice, lambda account, now: account.scheduling.change(fourth, long, None, now)))
        == "too_many_scheduled"
    )


def test_asked_once_more_it_is_the_same(world: Deployment, alice: Person, bob: Person) -> None:
    later(world, alice, bob, "Once", 60)
    later(world, alice, bob, "Once", 60)
    world.pass_time(61)
    assert world.texts(bob, alice) == ["Once"]


def test_data_that_is_older_than_it_was_sends_nothing_by_itself(world: Deployment, alice: Person, bob: Person) -> None:
    """What waits in it may have been cancelled since: a person decides."""
    later(world, alice, bob, "I take this back", 600)
    data = world.end(alice)
    world.restart(alice, database=data)
    with alice.store.transaction():
        alice.account.found_older()
    data = world.end(alice)
    world.restart(alice, database=data)
    world.pass_time(700)
    assert world.texts(bob, alice) == []
    [held] = alice.account.scheduling.views()
    assert held.refused is not None
    assert held.refused.code == "held_back"
    world.do(alice, lambda account, now: account.scheduling.change(LATER, None, 0, now))
    world.pass_time(60)
    assert world.texts(bob, alice) == ["I take this back"]
