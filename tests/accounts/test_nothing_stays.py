"""Of a message that is deleted no word stays: not in the file of either side, and not in what is under way."""

from collections.abc import Callable

import pytest

from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.ids import MessageId
from casemate.protocol.link import Deliver
from casemate.protocol.link_previews import LinkPreview
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted

WORDS = "cormorants over the lagoon"
EDITED = "pelicans over the lagoon"
OF_ALL = b"over the lagoon"


def edit(world: Deployment, one: Person, other: Person, message_id: MessageId, text: str) -> None:
    world.do(
        one,
        lambda account, now: account.changing.edit(account.conversation_with(other.cid), message_id, text, now),
    )


def delete(world: Deployment, one: Person, other: Person, message_id: MessageId) -> None:
    world.do(one, lambda account, now: account.changing.delete(account.conversation_with(other.cid), [message_id], now))


def file_of(world: Deployment, person: Person) -> bytes:
    """What lies in the database file, once traces are erased."""
    person.store.erase_traces()
    return decrypted(person.path, DATABASE_KEY, world.folder)


def nobody_hears(world: Deployment, alice: Person, bob: Person) -> None:
    """What is sent lies at the server: bob's computer is off."""
    world.cut(bob)
    world.to_device = lambda person, frame: [] if person is bob and isinstance(frame, Deliver) else [frame]


def nothing_leaves(world: Deployment, alice: Person, bob: Person) -> None:
    """Nothing is even sealed: alice has not heard from the server since she started."""
    world.to_device = lambda person, frame: [] if person is alice else [frame]
    world.restart(alice)


def no_word_stays(world: Deployment, alice: Person, bob: Person) -> None:
    """At once in her file, and in both once everybody can hear everything."""
    assert OF_ALL not in file_of(world, alice)
    world.to_device = lambda person, frame: [frame]
    world.cut(alice)
    world.cut(bob)
    world.pass_time(60)
    assert OF_ALL not in file_of(world, bob)
    assert OF_ALL not in file_of(world, alice)


def both_are_there(world: Deployment, alice: Person, bob: Person) -> None:
    """Everything arrives."""


@pytest.mark.parametrize("when", [both_are_there, nobody_hears, nothing_leaves])
def test_no_word_of_a_message_or_its_versions_stays_in_the_files(
    world: Deployment, alice: Person, bob: Person, when: Callable[[Deployment, Person, Person], None]
) -> None:
    when(world, alice, bob)
    message_id = world.say(alice, bob, WORDS)
    edit(world, alice, bob, message_id, EDITED)
    assert OF_ALL in file_of(world, alice)
    delete(world, alice, bob, message_id)
    no_word_stays(world, alice, bob)
    assert world.texts(bob, alice) in ([""], [])


@pytest.mark.parametrize("when", [both_are_there, nobody_hears, nothing_leaves])
def test_no_word_of_a_preview_stays(
    world: Deployment, alice: Person, bob: Person, when: Callable[[Deployment, Person, Person], None]
) -> None:
    when(world, alice, bob)
    message_id, preview = MessageId(b"p" * 16), LinkPreview("https://birds.test/", "Birds", "", WORDS)
    world.do(
        alice,
        lambda account, now: account.send_chat(
            account.conversation_with(bob.cid), message_id, "https://birds.test/", now, preview=preview
        ),
    )
    assert OF_ALL in file_of(world, alice)
    delete(world, alice, bob, message_id)
    no_word_stays(world, alice, bob)


def test_no_word_of_a_preview_stays_of_what_was_to_be_sent_later(world: Deployment, alice: Person, bob: Person) -> None:
    message_id, preview = MessageId(b"p" * 16), LinkPreview("https://birds.test/", "Birds", "", WORDS)
    due = world.now.wall + 600
    world.do(
        alice,
        lambda account, now: account.scheduling.add(
            account.conversation_with(bob.cid), message_id, "https://birds.test/", None, due, now, preview
        ),
    )
    assert OF_ALL in file_of(world, alice)
    world.do(alice, lambda account, now: account.scheduling.cancel(message_id, now))
    assert OF_ALL not in file_of(world, alice)


def test_an_edit_that_is_under_way_goes_as_a_void_when_its_message_is_taken_back(
    world: Deployment, alice: Person, bob: Person
) -> None:
    """The message is there; what it was edited to must not arrive any more."""
    message_id = world.say(alice, bob, WORDS)
    world.cut(alice)
    edit(world, alice, bob, message_id, EDITED)
    delete(world, alice, bob, message_id)
    assert EDITED.encode() not in file_of(world, alice)
    world.pass_time(60)
    assert world.texts(bob, alice) == [""]
    assert OF_ALL not in file_of(world, bob)


def test_what_is_edited_and_under_way_cannot_be_deleted_here_alone(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = world.say(alice, bob, WORDS)
    world.cut(alice)
    edit(world, alice, bob, message_id, EDITED)
    with pytest.raises(Refused) as refused:
        world.do(
            alice,
            lambda account, now: account.changing.delete_here(account.conversation_with(bob.cid), [message_id]),
        )
    assert refused.value.reason.code == "still_under_way"
    world.pass_time(60)
    world.do(alice, lambda account, now: account.changing.delete_here(account.conversation_with(bob.cid), [message_id]))
    assert OF_ALL not in file_of(world, alice)
