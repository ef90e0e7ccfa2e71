"""What healed is seen in the conversation; what a copy had lost comes back as the other side's word."""

import pytest

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.contents import Returned, ReturnedMessage, encode
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations import giving_back
from casemate.internal_service.core.account.delivery.notes import Note, write_note
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import MessageId
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import altering, passed_on


def lines(world: Deployment, one: Person, other: Person) -> list[tuple[str, str | None]]:
    return [(line.kind, line.text) for line in shown(world, one, other) if line.kind.startswith("note_")]


def shown(world: Deployment, one: Person, other: Person) -> list[MessageView]:
    return world.timeline(one, other)


def test_an_ordinary_restart_shows_no_line(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    for _ in range(3):
        world.restart(alice)
        world.restart(bob)
    world.say(bob, alice, "two")
    assert lines(world, alice, bob) == lines(world, bob, alice) == []


def test_lines_make_no_message_late(world: Deployment, friends: tuple[Person, Person]) -> None:
    """What is written here alone moves no mark behind which messages of others are late."""
    alice, bob = friends
    world.say(bob, alice, "one")
    world.read(alice, bob)
    peer = alice.store.peer(bob.account.account_id)
    assert peer is not None
    world.cut(bob)
    for name in ("Bobby", "Robert", "Bob again"):
        changed = f"Bob\n{name}"
        world.do(alice, lambda account, now, text=changed: write_note(  # type: ignore[misc]
            account._context, peer, Note.NAMES_CHANGED, text, now
        ))  # fmt: skip
    world.restart(alice)
    world.say(bob, alice, "two")
    world.pass_time(10)
    assert world.texts(alice, bob) == ["one", "two"]
    assert not any(line.arrived_late for line in shown(world, alice, bob))


def test_messages_that_a_restored_copy_had_lost_come_back_as_the_word_of_the_other_device(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "kept")
    world.say(bob, alice, "kept as well")
    backup = world.copy_of(alice)
    world.pass_time(10)
    lost = [f"lost {number}" for number in range(5)]
    for text in lost:
        world.say(alice, bob, text)
    world.restart(alice, database=backup)
    world.pass_time(10)
    assert lines(world, alice, bob) == [("note_restored", None), *(("note_returned", text) for text in lost)]
    assert lines(world, bob, alice) == [("note_restored_there", None)]
    assert not any(line.mine for line in shown(world, alice, bob) if line.kind == "note_returned")
    assert world.statuses(alice, bob) == ["delivered"]
    assert alice.account.unread() == 1, "a line is nothing to be read"
    world.say(alice, bob, "and on")
    assert world.texts(bob, alice)[-1] == "and on"
    assert not any(line.arrived_late for line in shown(world, bob, alice))


def test_what_did_not_come_back_is_counted(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(giving_back, "RETURNED_BYTES", 30)
    alice, bob = friends
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"ten bytes {number}")
    world.restart(alice, database=backup)
    world.pass_time(10)
    assert lines(world, alice, bob) == [
        ("note_restored", None),
        ("note_returned", "ten bytes 3"),
        ("note_returned", "ten bytes 4"),
        ("note_missing", "3"),
    ]


def test_what_the_copy_wrote_is_shown_to_the_original_and_nothing_twice(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "before the copy")
    copy = world.clone(alice, world.copy_of(alice))
    world.say(copy, bob, "by the copy")
    world.say(alice, bob, "by the original")
    world.pass_time(10)
    world.end(copy)
    world.restart(alice)
    world.pass_time(30)
    assert [text for kind, text in lines(world, alice, bob) if kind == "note_returned"] == ["by the copy"]
    assert sorted(map(str, (line.text for line in shown(world, bob, alice) if line.kind == "chat"))) == [
        "before the copy",
        "by the copy",
        "by the original",
    ]


def test_a_session_that_is_begun_anew_is_seen_on_both_sides(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "fine")
    world.to_device = altering(bob)
    world.say(alice, bob, "altered")
    world.to_device = passed_on
    world.pass_time(120)
    assert lines(world, bob, alice) == [("note_rekeyed", None)]
    assert lines(world, alice, bob) == [("note_rekeyed", None)]


def test_nobody_can_write_lines_into_the_conversation_of_another(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends

    def write(kind: str, body: bytes) -> None:
        def run(account: object, now: object) -> Outcome:
            peer = alice.store.peer(bob.account.account_id)
            assert peer is not None
            alice.account._parts.outbox.write(peer, kind, body, world.now)
            return []

        world.do(alice, run)

    write("note_returned", b"you said so")
    message = ReturnedMessage(MessageId(world.entropy(16)), 1, 1, Kind.CHAT, b"you wrote this")
    write(Kind.RETURNED, encode(Returned((message,), 7)))
    world.say(alice, bob, "honest")
    assert lines(world, bob, alice) == []
    assert "honest" in world.texts(bob, alice)
