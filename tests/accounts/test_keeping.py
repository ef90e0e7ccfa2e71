"""What stays on a computer: old messages go where that is wanted, and a conversation can be emptied, here alone."""

import pytest

from casemate.internal_service.core.account.conversations.keeping import LOOK_SECONDS, UNSURE_SECONDS
from casemate.internal_service.core.account.rows import Size
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.ids import MessageId
from casemate.protocol.limits import DAY_SECONDS, KEEP_MOST_DAYS
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted

WORDS = "herons at dawn"


def keep(world: Deployment, person: Person, days: int | None) -> None:
    def set_days(account, now):  # type: ignore[no-untyped-def]
        account.keeping.set_days(days, now)
        return []

    world.do(person, set_days)


def said(world: Deployment, one: Person, other: Person) -> list[str | None]:
    return [message.text for message in world.timeline(one, other) if message.kind == "chat"]


def is_on_disk(world: Deployment, person: Person) -> bool:
    person.store.erase_traces()
    return WORDS.encode() in decrypted(person.path, DATABASE_KEY, world.folder)


def empty(world: Deployment, one: Person, other: Person, up_to: int) -> None:
    conversation = one.account.conversation_with(other.cid)
    places = [None]
    while places:
        after = places.pop()

        def go_on(account, now):  # type: ignore[no-untyped-def]
            outcome, further = account.keeping.empty(conversation, after, up_to)  # noqa: B023
            if further is not None:
                places.append(further)
            return outcome

        world.do(one, go_on)


def last_arrival(world: Deployment, one: Person, other: Person) -> int:
    return max(message.arrival for message in world.timeline(one, other))


def test_old_messages_go_from_this_computer_alone_once_they_were_seen(
    world: Deployment, alice: Person, bob: Person
) -> None:
    world.say(alice, bob, WORDS)
    world.read(bob, alice, WORDS)
    world.say(alice, bob, "unseen")
    world.pass_time(8 * DAY_SECONDS)
    world.say(alice, bob, "new")
    keep(world, bob, 7)
    world.pass_time(LOOK_SECONDS - 1)
    assert is_on_disk(world, bob), "it can be set back"
    world.pass_time(2 * UNSURE_SECONDS)
    assert said(world, bob, alice) == ["unseen", "new"]
    assert said(world, alice, bob) == [WORDS, "unseen", "new"]
    assert not is_on_disk(world, bob)
    assert is_on_disk(world, alice)
    world.pass_time(8 * DAY_SECONDS + LOOK_SECONDS)
    assert said(world, bob, alice) == ["unseen", "new"], "nobody has seen them"
    world.read(bob, alice, "unseen", "new")
    world.pass_time(2 * LOOK_SECONDS)
    assert said(world, bob, alice) == []


def test_a_clock_that_jumps_erases_nothing(world: Deployment, alice: Person, bob: Person) -> None:
    world.say(alice, bob, WORDS)
    world.read(bob, alice, WORDS)
    keep(world, bob, 7)
    world.jump_clocks(400 * DAY_SECONDS)
    world.pass_time(2 * LOOK_SECONDS)
    assert said(world, bob, alice) == [WORDS]


def test_what_is_on_its_way_stays_and_everything_stays_again_when_that_is_set(
    world: Deployment, alice: Person, bob: Person
) -> None:
    world.say(alice, bob, WORDS)
    world.end(bob)
    world.say(alice, bob, "to be had yet")
    keep(world, alice, 1)
    world.pass_time(2 * DAY_SECONDS)
    assert said(world, alice, bob) == ["to be had yet"]
    keep(world, alice, None)
    world.pass_time(2 * DAY_SECONDS + LOOK_SECONDS)
    world.say(alice, bob, "later")
    assert said(world, alice, bob) == ["to be had yet", "later"]


@pytest.mark.parametrize("days", [0, -1, KEEP_MOST_DAYS + 1])
def test_numbers_of_days_that_cannot_be_are_refused(world: Deployment, alice: Person, days: int) -> None:
    with pytest.raises(Refused):
        alice.account.keeping.set_days(days, world.now)


def test_a_conversation_is_emptied_here_alone_and_what_came_meanwhile_stays(
    world: Deployment, alice: Person, bob: Person
) -> None:
    for number in range(205):
        world.say(alice, bob, f"{WORDS} {number}")
    up_to = last_arrival(world, bob, alice)
    world.say(alice, bob, "meanwhile")
    conversation = bob.account.conversation_with(alice.cid)
    assert bob.account.keeping.size_of(conversation).lines == 206
    empty(world, bob, alice, up_to)
    assert said(world, bob, alice) == ["meanwhile"]
    assert bob.account.keeping.size_of(conversation) == Size(1, len("meanwhile"), up_to + 1)
    assert not is_on_disk(world, bob)
    assert said(world, alice, bob)[-2:] == [f"{WORDS} 204", "meanwhile"]
    world.restart(bob)
    assert said(world, bob, alice) == ["meanwhile"], "nothing comes again"


def test_notes_to_oneself_are_never_too_old(world: Deployment, alice: Person) -> None:
    world.do(alice, lambda account, now: account.send_chat(account.notes, MessageId(b"n" * 16), WORDS, now))
    keep(world, alice, 1)
    world.pass_time(3 * DAY_SECONDS)
    assert is_on_disk(world, alice)


def test_what_is_pinned_is_never_too_old(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, WORDS)
    world.say(alice, bob, "passing")
    conversation = alice.account.conversation_with(bob.cid)
    target = (alice.account.account_id, message_id)
    world.do(alice, lambda account, now: account.changing.pin(conversation, target, True, now))
    keep(world, alice, 1)
    world.pass_time(3 * DAY_SECONDS)
    assert said(world, alice, bob) == [WORDS]


def test_what_is_hidden_goes_with_an_emptied_conversation(world: Deployment, alice: Person, bob: Person) -> None:
    conversation = alice.account.conversation_with(bob.cid)
    world.do(alice, lambda account, now: account.disappearing.set(conversation, DAY_SECONDS, now))
    world.say(alice, bob, WORDS)
    world.read(bob, alice, WORDS)
    world.server_up = False
    for person in (alice, bob):
        world.cut(person)
    world.jump_clocks(3 * DAY_SECONDS)
    world.pass_time(2 * UNSURE_SECONDS)
    assert said(world, bob, alice) == []
    empty(world, bob, alice, 1_000)
    world.jump_clocks(-3 * DAY_SECONDS)
    world.pass_time(2 * UNSURE_SECONDS)
    assert said(world, bob, alice) == []
    assert not is_on_disk(world, bob)
