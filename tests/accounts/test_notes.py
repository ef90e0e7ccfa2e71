"""Notes to oneself: a conversation like others, of which nobody hears."""

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.conversations.scheduling import LOOK_SECONDS
from casemate.internal_service.core.ground.notices import MessageArrived
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import MessageId
from casemate.protocol.link_codec import ClientFrame
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted


def note(world: Deployment, person: Person, text: str) -> MessageId:
    message_id = MessageId(world.entropy(16))
    world.do(person, lambda account, now: account.send_chat(account.notes, message_id, text, now))
    return message_id


def notes(person: Person) -> list[MessageView]:
    return person.account.timeline(person.account.notes, None, None, None, 200)[0]


def shown(person: Person) -> list[tuple[str | None, str]]:
    return [(message.text, message.status) for message in notes(person)]


def only(person: Person) -> MessageView:
    [message] = notes(person)
    return message


@pytest.fixture
def sent(world: Deployment, friends: tuple[Person, Person]) -> list[ClientFrame]:
    """What goes to the server from now on, from anybody."""
    frames: list[ClientFrame] = []

    def noted(_: Person, frame: ClientFrame) -> list[ClientFrame]:
        frames.append(frame)
        return [frame]

    world.to_server = noted
    return frames


def test_a_note_is_here_at_once_and_goes_nowhere(
    world: Deployment, friends: tuple[Person, Person], sent: list[ClientFrame]
) -> None:
    alice, bob = friends
    note(world, alice, "buy milk")
    world.pass_time(60)
    assert shown(alice) == [("buy milk", "received")]
    assert only(alice).mine
    assert only(alice).reason is None
    assert sent == []
    assert alice.heard(MessageArrived) == []
    assert alice.account.unread() == 0
    assert world.texts(bob, alice) == []


def test_they_are_in_the_list_once_used_and_stay_there(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    assert alice.account.conversation_view(alice.account.notes) is None
    message_id = note(world, alice, "buy milk")
    [view] = [view for view in alice.account.conversation_views() if view.kind == "notes"]
    assert (view.id, view.peer, view.unread) == (alice.account.notes.hex(), alice.cid, 0)
    assert view.last is not None
    world.do(alice, lambda account, now: account.changing.delete_here(account.notes, [message_id]))
    view = alice.account.conversation_view(alice.account.notes)  # type: ignore[assignment]
    assert view is not None
    assert view.last is None
    assert [view.kind for view in bob.account.conversation_views()] == ["direct"]


def test_nobody_else_is_made_of_oneself(world: Deployment, friends: tuple[Person, Person]) -> None:
    """Lists of people, plain clients and paths know of no such person."""
    alice, bob = friends
    note(world, alice, "buy milk")
    assert [peer.cid for peer in alice.account.peer_views()] == [bob.cid]
    assert [peer.cid for peer in alice.account.connected_peers()] == [bob.cid]
    assert [peer.cid for peer in alice.account.registered_peers()] == [bob.cid]
    assert [channel.account_id for channel in alice.store.channels()] == [bob.account.account_id]
    with pytest.raises(Refused):
        world.do(alice, lambda account, now: account.disconnect(account.cid, now))


def test_they_survive_a_restart_in_their_order(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    for number in range(5):
        note(world, alice, f"n{number}")
    world.restart(alice)
    note(world, alice, "after")
    world.pass_time(60)
    assert [text for text, _ in shown(alice)] == ["n0", "n1", "n2", "n3", "n4", "after"]


def test_the_same_note_twice_is_one(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    message_id = note(world, alice, "buy milk")
    world.do(alice, lambda account, now: account.send_chat(account.notes, message_id, "buy milk", now))
    assert shown(alice) == [("buy milk", "received")]


def test_what_is_done_with_messages_is_done_with_notes(
    world: Deployment, friends: tuple[Person, Person], sent: list[ClientFrame]
) -> None:
    alice, _ = friends
    first = note(world, alice, "buy milk")
    target = (alice.account.account_id, first)

    def do(change: object) -> None:
        world.do(alice, change)  # type: ignore[arg-type]

    do(lambda account, now: account.changing.edit(account.notes, first, "buy oat milk", now))
    do(lambda account, now: account.changing.react(account.notes, target, ["👍"], now))
    do(lambda account, now: account.changing.pin(account.notes, target, True, now))
    do(lambda account, now: account.arranging.arrange(account.notes, pinned=True, archived=None))
    message = only(alice)
    assert (message.text, message.pending) == ("buy oat milk", None)
    assert [reaction.emoji for reaction in message.reactions] == ["👍"]
    view = alice.account.conversation_view(alice.account.notes)
    assert view is not None
    assert (view.pinned, len(view.pins)) == (True, 1)
    assert [version.text for version in alice.account.message_versions(alice.account.notes, target)] == [
        "buy milk",
        "buy oat milk",
    ]
    reply = MessageId(bytes(15) + b"r")
    do(lambda account, now: account.send_chat(account.notes, reply, "done", now, reply_to=target))
    answer = notes(alice)[-1]
    assert answer.reply is not None
    assert answer.reply.text == "buy oat milk"
    do(lambda account, now: account.changing.delete(account.notes, [first], now))
    assert [message.deleted for message in notes(alice)] == [True, False]
    world.pass_time(60)
    assert sent == []


def test_of_a_note_that_is_deleted_no_word_stays(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    first = note(world, alice, "the canary sings")
    world.do(alice, lambda account, now: account.changing.edit(account.notes, first, "the canary flies", now))
    world.do(alice, lambda account, now: account.changing.delete(account.notes, [first], now))
    world.pass_time(60)
    alice.store.erase_traces()
    assert b"canary" not in decrypted(alice.path, DATABASE_KEY, world.folder)
    assert alice.store.conversations() == [alice.account.notes]


def test_a_note_for_later_comes_when_it_is_due(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    due = world.now.wall + 120
    later = MessageId(bytes(15) + b"l")
    world.do(alice, lambda account, now: account.scheduling.add(account.notes, later, "remember", None, due, now))
    assert shown(alice) == []
    world.pass_time(120 + 2 * LOOK_SECONDS)
    assert shown(alice) == [("remember", "received")]


def test_what_has_no_meaning_among_one_is_refused_or_does_nothing(
    world: Deployment, friends: tuple[Person, Person], sent: list[ClientFrame]
) -> None:
    alice, _ = friends
    first = note(world, alice, "buy milk")
    world.do(alice, lambda account, now: account.set_typing(account.notes, True, now))
    world.do(alice, lambda account, now: account.mark_read(account.notes, [first], 99, now))
    assert sent == []
    with pytest.raises(Refused):
        world.do(alice, lambda account, now: account.disappearing.set(account.notes, 60, now))


def test_nobody_writes_into_the_notes_of_another(world: Deployment, friends: tuple[Person, Person]) -> None:
    """The id of a conversation is reckoned from who writes, so no name of it leads there."""
    alice, bob = friends
    with pytest.raises(Refused):
        send_to(world, bob, alice.account)
    assert shown(alice) == []


def send_to(world: Deployment, person: Person, other: Account) -> None:
    world.do(
        person, lambda account, now: account.send_chat(other.notes, MessageId(bytes(15) + b"x"), "from outside", now)
    )
