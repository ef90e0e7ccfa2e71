"""Messages that are edited, taken back and reacted to, between two people: what each of them sees, and has on disk."""

from collections.abc import Callable, Sequence

import pytest

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.changes import Change as TheChange
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations.change_contents import encode_preview
from casemate.internal_service.core.account.conversations.changing import Changing
from casemate.internal_service.core.account.delivery import sealing
from casemate.internal_service.core.account.key_time import TIDY_SECONDS
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import CHANGES_WAITING_SECONDS, PIN_CHARACTERS
from casemate.protocol.link import Deliver
from casemate.protocol.link_previews import LinkPreview
from tests.accounts.deployment import Deployment, Person

Change = Callable[[Changing, ConversationId, Instant], Outcome]


def change(world: Deployment, one: Person, other: Person, made: Change) -> None:
    world.do(one, lambda account, now: made(account.changing, account.conversation_with(other.cid), now))


def edit(world: Deployment, one: Person, other: Person, message_id: MessageId, text: str) -> None:
    change(world, one, other, lambda changing, where, now: changing.edit(where, message_id, text, now))


def delete(world: Deployment, one: Person, other: Person, message_id: MessageId) -> None:
    change(world, one, other, lambda changing, where, now: changing.delete(where, [message_id], now))


def react(
    world: Deployment, one: Person, other: Person, author: Person, message_id: MessageId, emojis: Sequence[str]
) -> None:
    target = (author.account.account_id, message_id)
    change(world, one, other, lambda changing, where, now: changing.react(where, target, emojis, now))


def seen(world: Deployment, one: Person, other: Person, message_id: MessageId) -> MessageView:
    [view] = [view for view in world.timeline(one, other) if view.id == message_id.hex()]
    return view


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(Refused) as refused:
        act()
    return refused.value.reason.code


def test_an_edit_is_seen_by_both_with_its_time(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "Helo")
    edit(world, alice, bob, message_id, "Hello")
    for one, other in ((alice, bob), (bob, alice)):
        view = seen(world, one, other, message_id)
        assert (view.text, view.edited_at is not None, view.pending) == ("Hello", True, None)
    assert len(world.timeline(bob, alice)) == len(world.timeline(alice, bob))


def test_the_later_of_two_edits_stays_whatever_comes_first(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "one")
    world.cut(bob)
    edit(world, alice, bob, message_id, "two")
    edit(world, alice, bob, message_id, "three")
    world.pass_time(60)
    assert seen(world, bob, alice, message_id).text == "three"


def test_an_edit_that_waits_says_so(world: Deployment, alice: Person, bob: Person) -> None:
    """The message was delivered; what it says now was not."""
    message_id = world.say(alice, bob, "Helo")
    world.cut(alice)
    edit(world, alice, bob, message_id, "Hello")
    view = seen(world, alice, bob, message_id)
    assert (view.status, view.pending is not None and view.pending.status) == ("delivered", "queued")
    world.cut(bob)
    world.to_device = lambda person, frame: [] if isinstance(frame, Deliver) else [frame]
    world.pass_time(60)
    view = seen(world, alice, bob, message_id)
    assert view.pending is not None
    assert view.pending.status == "sent"
    world.to_device = lambda person, frame: [frame]
    world.cut(bob)
    world.pass_time(60)
    assert seen(world, alice, bob, message_id).pending is None
    assert seen(world, bob, alice, message_id).text == "Hello"


def test_what_is_taken_back_is_gone_from_both_disks(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "a word that nobody must find")
    edit(world, alice, bob, message_id, "another word that nobody must find")
    delete(world, alice, bob, message_id)
    for one, other in ((alice, bob), (bob, alice)):
        view = seen(world, one, other, message_id)
        assert (view.deleted, view.text, view.edited_at) == (True, "", None)
        assert world.texts(one, other) == [""]
        assert found_on_disk(one, b"nobody must find") == []


def test_what_was_not_sealed_yet_never_leaves(world: Deployment, alice: Person, bob: Person) -> None:
    world.to_device = lambda person, frame: [] if person is alice else [frame]
    world.restart(alice)  # until it has heard from the server, nothing is sealed
    message_id = world.say(alice, bob, "not yet")
    delete(world, alice, bob, message_id)
    world.to_device = lambda person, frame: [frame]
    world.cut(alice)
    world.pass_time(60)
    assert world.texts(alice, bob) == [""]
    assert world.texts(bob, alice) == []
    assert found_on_disk(bob, message_id) == []


def test_a_change_whose_message_never_comes_goes_after_its_time(world: Deployment, alice: Person, bob: Person) -> None:
    conversation = bob.account.conversation_with(alice.cid)
    target = (alice.account.account_id, MessageId(b"n" * 16))
    order = (5, alice.account._context.device.device_id, MessageId(b"c" * 16))
    never = TheChange("delete", target[0], order, world.now.wall)
    with bob.store.transaction():
        bob.store.change_add(conversation, target, never, world.now.wall - CHANGES_WAITING_SECONDS + 60)
    assert bob.store.changes_of(conversation, target) == [never]
    world.pass_time(TIDY_SECONDS + 60)
    assert bob.store.changes_of(conversation, target) == []


def test_what_waits_in_the_mailbox_goes_with_its_taking_back(world: Deployment, alice: Person, bob: Person) -> None:
    world.cut(bob)
    message_id = world.say(alice, bob, "too early")
    delete(world, alice, bob, message_id)
    world.pass_time(60)
    assert [view.text for view in world.timeline(bob, alice) if view.kind == Kind.CHAT] == [""]
    assert world.sees(bob, alice).relation == "registered"
    assert bob.account.unread() == 0


def test_a_message_that_is_taken_back_does_not_come_again(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "once")
    delete(world, alice, bob, message_id)
    edit_refused = refusal(lambda: edit(world, alice, bob, message_id, "twice"))
    assert edit_refused == "message_gone"
    assert refusal(lambda: react(world, bob, alice, alice, message_id, ["👍"])) == "message_gone"


def test_reactions_of_both(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "Cake?")
    react(world, bob, alice, alice, message_id, ["🎂", "👍"])
    react(world, alice, bob, alice, message_id, ["👍"])
    for one, other in ((alice, bob), (bob, alice)):
        given = {each.emoji: each.authors for each in seen(world, one, other, message_id).reactions}
        a, b = alice.account.account_id.hex(), bob.account.account_id.hex()
        assert given == {"🎂": [b], "👍": [b, a]}
    react(world, bob, alice, alice, message_id, [])
    assert [each.emoji for each in seen(world, alice, bob, message_id).reactions] == ["👍"]


@pytest.mark.parametrize(
    "emojis", [["no"], ["👍 "], ["\u202e"], ["👍"] * 2 + ["a"], [str(n) + "\ufe0f\u20e3" for n in range(9)]]
)
def test_what_is_no_emoji_is_none(world: Deployment, alice: Person, bob: Person, emojis: list[str]) -> None:
    message_id = world.say(alice, bob, "Cake?")
    assert refusal(lambda: react(world, bob, alice, alice, message_id, emojis)) == "malformed"


def test_nobody_changes_what_somebody_else_wrote(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "mine")
    assert refusal(lambda: edit(world, bob, alice, message_id, "yours")) == "message_gone"
    assert refusal(lambda: delete(world, bob, alice, message_id)) == "message_gone"


def test_a_reply_shows_what_it_answers_as_that_is_now(world: Deployment, alice: Person, bob: Person) -> None:
    question = world.say(alice, bob, "Tee?")
    answer = MessageId(b"a" * 16)
    target = (alice.account.account_id, question)
    world.do(
        bob,
        lambda account, now: account.send_chat(
            account.conversation_with(alice.cid), answer, "Yes", now, reply_to=target
        ),
    )
    for one, other in ((alice, bob), (bob, alice)):
        reply = seen(world, one, other, answer).reply
        assert reply is not None
        assert (reply.state, reply.text, reply.id) == ("here", "Tee?", question.hex())
    edit(world, alice, bob, question, "Tea?")
    reply = seen(world, bob, alice, answer).reply
    assert reply is not None
    assert reply.text == "Tea?"
    delete(world, alice, bob, question)
    reply = seen(world, bob, alice, answer).reply
    assert reply is not None
    assert (reply.state, reply.text) == ("deleted", None)


def pinned(one: Person, other: Person) -> list[tuple[str, str | None, bool]]:
    """As `one` sees it: which messages, how they begin, and whether they pinned them themselves."""
    view = one.account.conversation_view(one.account.conversation_with(other.cid))
    assert view is not None
    return [(pin.id, pin.text, pin.by == one.account.account_id.hex()) for pin in view.pins]


def pin(world: Deployment, one: Person, other: Person, target: tuple[Person, MessageId], pinned: bool = True) -> None:
    named = (target[0].account.account_id, target[1])
    change(world, one, other, lambda changing, where, now: changing.pin(where, named, pinned, now))


def test_either_pins_and_unpins_what_either_said(world: Deployment, alice: Person, bob: Person) -> None:
    first, second = world.say(alice, bob, "The address"), world.say(bob, alice, "The hour")
    pin(world, bob, alice, (alice, first))
    pin(world, alice, bob, (bob, second))
    assert pinned(alice, bob) == [(second.hex(), "The hour", True), (first.hex(), "The address", False)]
    assert pinned(bob, alice) == [(second.hex(), "The hour", False), (first.hex(), "The address", True)]
    pin(world, alice, bob, (alice, first), pinned=False)
    assert [text for _, text, _ in pinned(bob, alice)] == ["The hour"]


def test_a_pin_shows_what_the_message_says_now_and_goes_with_it(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "At fore " + "x" * PIN_CHARACTERS)
    pin(world, bob, alice, (alice, message_id))
    assert len(pinned(alice, bob)[0][1] or "") == PIN_CHARACTERS
    edit(world, alice, bob, message_id, "At four")
    assert pinned(bob, alice) == [(message_id.hex(), "At four", True)]
    delete(world, alice, bob, message_id)
    assert pinned(alice, bob) == pinned(bob, alice) == []
    assert refusal(lambda: pin(world, bob, alice, (alice, message_id))) == "message_gone"


LAST_DAY_OF_A_PAGE = 8_640_000_000_000_000
"""Milliseconds: later ones are no time to a browser."""


def test_no_clock_of_theirs_names_a_time_that_a_page_cannot_show(
    world: Deployment, alice: Person, bob: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    message_id = world.say(bob, alice, "At four")
    with monkeypatch.context() as theirs:
        theirs.setattr(sealing, "milliseconds", lambda seconds: 2**53)
        edit(world, bob, alice, message_id, "At five")
        pin(world, bob, alice, (bob, message_id))
    changed = seen(world, alice, bob, message_id)
    assert changed.text == "At five"
    assert changed.edited_at is not None
    assert changed.edited_at == LAST_DAY_OF_A_PAGE
    view = alice.account.conversation_view(alice.account.conversation_with(bob.cid))
    assert view is not None
    assert [pinned.made_at for pinned in view.pins] == [LAST_DAY_OF_A_PAGE]


def test_what_an_older_program_kept_of_such_a_clock_is_shown_as_the_last_time_of_all(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = world.say(bob, alice, "At four")
    edit(world, bob, alice, message_id, "At five")
    alice.store.database.execute("UPDATE messages SET edited_at = 9007199254740.992 WHERE edited_at IS NOT NULL")
    assert seen(world, alice, bob, message_id).edited_at == LAST_DAY_OF_A_PAGE


def test_a_pin_that_waits_says_so_and_saying_it_again_sends_nothing(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = world.say(alice, bob, "The address")
    world.cut(alice)
    pin(world, alice, bob, (alice, message_id))
    pending = seen(world, alice, bob, message_id).pending
    assert pending is not None
    counter = alice.store.counter(alice.account.conversation_with(bob.cid))
    pin(world, alice, bob, (alice, message_id))
    assert alice.store.counter(alice.account.conversation_with(bob.cid)) == counter
    world.pass_time(60)
    assert seen(world, alice, bob, message_id).pending is None
    assert len(pinned(bob, alice)) == 1


SOUP = LinkPreview("https://soup.test/", "Soup", "Kitchen", "For two")


def say_with_link(
    world: Deployment, one: Person, other: Person, text: str = "See https://soup.test/ there"
) -> MessageId:
    message_id = MessageId(b"l" * 16)
    world.do(
        one,
        lambda account, now: account.send_chat(
            account.conversation_with(other.cid), message_id, text, now, preview=SOUP
        ),
    )
    return message_id


def shown_preview(world: Deployment, one: Person, other: Person, message_id: MessageId) -> tuple[str, str] | None:
    preview = seen(world, one, other, message_id).preview
    return None if preview is None else (preview.url, preview.title)


def test_a_preview_goes_along_with_its_message(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = say_with_link(world, alice, bob)
    for one, other in ((alice, bob), (bob, alice)):
        assert shown_preview(world, one, other, message_id) == ("https://soup.test/", "Soup")
        assert seen(world, one, other, message_id).pending is None


def test_a_preview_is_of_a_link_in_the_message_or_is_not_shown(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = say_with_link(world, alice, bob, "See https://bread.test/ there")
    assert shown_preview(world, bob, alice, message_id) is None
    target = (alice.account.account_id, message_id)
    order = (99, alice.account._context.device.device_id, MessageId(b"c" * 16))
    forged = TheChange("preview", target[0], order, 1.0, text=encode_preview(SOUP))
    with bob.store.transaction():
        bob.store.change_add(bob.account.conversation_with(alice.cid), target, forged, 1.0)
    assert shown_preview(world, bob, alice, message_id) is None


def test_an_edit_keeps_the_preview_of_a_link_that_stays_and_no_other(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = say_with_link(world, alice, bob)
    edit(world, alice, bob, message_id, "Look: https://soup.test/")
    assert shown_preview(world, bob, alice, message_id) == ("https://soup.test/", "Soup")
    edit(world, alice, bob, message_id, "Look: nothing")
    edit(world, alice, bob, message_id, "Look: https://soup.test/ again")
    assert shown_preview(world, bob, alice, message_id) is None


def test_what_a_preview_says_is_shown_in_one_line_and_turns_nothing_around(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = say_with_link(world, alice, bob)
    target = (alice.account.account_id, message_id)
    order = (99, alice.account._context.device.device_id, MessageId(b"c" * 16))
    hostile = LinkPreview("https://soup.test/", "So\u202eup\n\x00\u200b", "", "")
    forged = TheChange("preview", target[0], order, 1.0, text=encode_preview(hostile))
    with bob.store.transaction():
        bob.store.change_add(bob.account.conversation_with(alice.cid), target, forged, 1.0)
    assert shown_preview(world, bob, alice, message_id) == ("https://soup.test/", "Soup")


def test_what_is_sent_later_has_its_preview_then(world: Deployment, alice: Person, bob: Person) -> None:
    message_id, due = MessageId(b"l" * 16), world.now.wall + 60
    world.do(
        alice,
        lambda account, now: account.scheduling.add(
            account.conversation_with(bob.cid), message_id, "See https://soup.test/", None, due, now, SOUP
        ),
    )
    world.pass_time(120)
    assert shown_preview(world, bob, alice, message_id) == ("https://soup.test/", "Soup")


def test_what_is_deleted_here_stays_with_the_other(world: Deployment, alice: Person, bob: Person) -> None:
    message_id = world.say(alice, bob, "for you alone")
    change(world, bob, alice, lambda changing, where, now: changing.delete_here(where, [message_id]))
    assert world.texts(bob, alice) == []
    assert found_on_disk(bob, b"for you alone") == []
    assert world.texts(alice, bob) == ["for you alone"]


def test_what_is_under_way_cannot_be_deleted_here_alone(world: Deployment, alice: Person, bob: Person) -> None:
    world.cut(bob)
    message_id = world.say(alice, bob, "soon")
    deletes = lambda: change(world, alice, bob, lambda changing, where, now: changing.delete_here(where, [message_id]))  # noqa: E731
    assert refusal(deletes) == "still_under_way"


def found_on_disk(person: Person, words: bytes) -> list[str]:
    """Tables of the account in which these words stand."""
    database = person.store.database
    tables = [row[0] for row in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'")]
    return [table for table in tables if any(words in as_bytes(row) for row in database.rows(f"SELECT * FROM {table}"))]


def as_bytes(row: Sequence[object]) -> bytes:
    return b"\n".join(value if isinstance(value, bytes) else str(value).encode() for value in row)
