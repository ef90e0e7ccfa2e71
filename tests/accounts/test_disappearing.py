"""Messages that disappear: when they are hidden, when they are erased, and what a clock that jumps cannot do."""

import pytest

from casemate.internal_service.core.account.conversations.living import COUNT_SECONDS, LOOK_SECONDS
from casemate.internal_service.core.account.lives import HIDDEN_SECONDS, UNREAD_SECONDS
from casemate.internal_service.core.account.wanted import WantedMessages, read_terms
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import MessageId
from casemate.protocol.limits import DAY_SECONDS, HOUR_SECONDS, LIFE_MOST_SECONDS
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted

WORDS = "herons at dawn"
LIFE = HOUR_SECONDS
YEAR = 365 * DAY_SECONDS


def set_life(world: Deployment, one: Person, other: Person, lives_for: int | None) -> None:
    world.do(one, lambda account, now: account.disappearing.set(account.conversation_with(other.cid), lives_for, now))


def said(world: Deployment, one: Person, other: Person) -> list[str | None]:
    """What people wrote, as it is on one's pages."""
    return [message.text for message in world.timeline(one, other) if message.kind == "chat"]


def in_force(one: Person, other: Person) -> int | None:
    view = one.account.conversation_view(one.account.conversation_with(other.cid))
    assert view is not None
    return view.lives_for


def lines(world: Deployment, one: Person, other: Person) -> list[MessageView]:
    return [message for message in world.timeline(one, other) if message.kind == "disappearing"]


def is_on_disk(world: Deployment, person: Person, words: str = WORDS) -> bool:
    person.store.erase_traces()
    return words.encode() in decrypted(person.path, DATABASE_KEY, world.folder)


def finds(one: Person, typed: str) -> int:
    return len(one.account.finding.find(WantedMessages(read_terms(typed)), None)[0])


def unread(one: Person, other: Person) -> int:
    return one.account.conversation_view(one.account.conversation_with(other.cid)).unread  # type: ignore[union-attr]


def server_is_away(world: Deployment, *people: Person) -> None:
    world.server_up = False
    for person in people:
        world.cut(person)


# ------------------------------------------------------------------------------------------------------- the setting


def test_either_of_the_two_sets_it_and_a_line_says_so_to_both(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    assert (in_force(alice, bob), in_force(bob, alice)) == (LIFE, LIFE)
    for one, other in ((alice, bob), (bob, alice)):
        [line] = lines(world, one, other)
        assert (line.lives_for, line.text, line.mine, line.seen) == (LIFE, None, one is alice, True)
    set_life(world, bob, alice, LIFE)
    assert len(lines(world, alice, bob)) == 1, "what is so already is not said again"
    set_life(world, bob, alice, None)
    assert (in_force(alice, bob), in_force(bob, alice)) == (None, None)
    assert [line.lives_for for line in lines(world, alice, bob)] == [LIFE, None]
    assert (unread(alice, bob), unread(bob, alice)) == (0, 0)


@pytest.mark.parametrize("lives_for", [0, -1, 4, LIFE_MOST_SECONDS + 1])
def test_a_life_has_bounds(world: Deployment, alice: Person, bob: Person, lives_for: int) -> None:
    with pytest.raises(Refused):
        set_life(world, alice, bob, lives_for)
    assert in_force(alice, bob) is None


def test_of_two_that_are_set_at_once_the_same_one_is_in_force_on_both_sides(
    world: Deployment, alice: Person, bob: Person
) -> None:
    server_is_away(world, alice, bob)
    set_life(world, alice, bob, LIFE)
    set_life(world, bob, alice, DAY_SECONDS)
    assert (in_force(alice, bob), in_force(bob, alice)) == (LIFE, DAY_SECONDS)
    world.server_up = True
    world.pass_time(120)
    assert in_force(alice, bob) == in_force(bob, alice)
    for one, other in ((alice, bob), (bob, alice)):
        assert {line.lives_for for line in lines(world, one, other)} == {LIFE, DAY_SECONDS}, "both lines stay true"


def test_a_message_has_the_life_that_is_in_force_when_it_is_written(
    world: Deployment, alice: Person, bob: Person
) -> None:
    world.say(alice, bob, "before")
    set_life(world, alice, bob, LIFE)
    world.say(bob, alice, "while")
    set_life(world, alice, bob, None)
    world.say(alice, bob, "after")
    for one, other in ((alice, bob), (bob, alice)):
        lives = {message.text: message.lives_for for message in world.timeline(one, other) if message.kind == "chat"}
        assert lives == {"before": None, "while": LIFE, "after": None}


def test_what_is_sent_later_has_the_life_that_is_in_force_when_it_goes(
    world: Deployment, alice: Person, bob: Person
) -> None:
    conversation, later = alice.account.conversation_with(bob.cid), MessageId(b"l" * 16)
    world.do(
        alice,
        lambda account, now: account.scheduling.add(conversation, later, WORDS, None, now.wall + 60, now),
    )
    set_life(world, bob, alice, LIFE)
    world.pass_time(61)
    [message] = [message for message in world.timeline(bob, alice) if message.kind == "chat"]
    assert (message.text, message.lives_for) == (WORDS, LIFE)


# ------------------------------------------------------------------------------------------------------- how it ends


def test_both_copies_go_with_every_word_each_at_its_time(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    world.say(alice, bob, WORDS)
    assert is_on_disk(world, alice)
    world.pass_time(LIFE / 2)
    world.read(bob, alice)
    world.pass_time(LIFE / 2)
    assert (said(world, alice, bob), said(world, bob, alice)) == ([], [WORDS]), "hers began when it was sent"
    assert not is_on_disk(world, alice)
    world.pass_time(LIFE / 2)
    assert (said(world, alice, bob), said(world, bob, alice)) == ([], [])
    assert not is_on_disk(world, bob)


def test_what_waits_has_not_begun_to_end(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    server_is_away(world, alice, bob)
    world.say(alice, bob, WORDS)
    world.pass_time(2 * LIFE)
    assert said(world, alice, bob) == [WORDS]
    assert [m.ends_at for m in world.timeline(alice, bob) if m.kind == "chat"] == [None]
    world.server_up = True
    world.pass_time(120)
    assert said(world, bob, alice) == [WORDS]
    world.pass_time(LIFE)
    assert said(world, alice, bob) == []


def test_what_ends_at_its_writer_arrives_nevertheless(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    gone = world.end(bob)
    world.say(alice, bob, WORDS)
    world.pass_time(2 * LIFE)
    assert said(world, alice, bob) == []
    assert not is_on_disk(world, alice)
    world.restart(bob, database=gone)
    world.pass_time(60)
    assert said(world, bob, alice) == [WORDS]


def test_what_nobody_reads_ends_after_its_time_and_is_unread_no_more(
    world: Deployment, alice: Person, bob: Person
) -> None:
    set_life(world, alice, bob, LIFE)
    world.say(alice, bob, WORDS)
    world.jump_clocks(UNREAD_SECONDS - 60)
    world.pass_time(LOOK_SECONDS)
    assert (said(world, bob, alice), unread(bob, alice)) == ([WORDS], 1)
    world.pass_time(LOOK_SECONDS + 1)
    assert (said(world, bob, alice), unread(bob, alice)) == ([], 0)
    world.cut(bob)
    world.pass_time(LOOK_SECONDS)
    assert not is_on_disk(world, bob)


def test_edits_reactions_and_what_answers_it_go_along(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    message_id = world.say(alice, bob, "ducks at noon")
    conversation, target = alice.account.conversation_with(bob.cid), (alice.account.account_id, message_id)
    world.do(alice, lambda account, now: account.changing.edit(conversation, message_id, WORDS, now))
    world.do(bob, lambda account, now: account.changing.pin(conversation, target, True, now))
    set_life(world, alice, bob, None)
    answer = MessageId(b"a" * 16)
    world.do(bob, lambda account, now: account.send_chat(conversation, answer, "where?", now, reply_to=target))
    world.read(bob, alice)
    world.pass_time(LIFE + 60)
    for one, other in ((alice, bob), (bob, alice)):
        assert said(world, one, other) == ["where?"]
        assert one.account.conversation_view(conversation).pins == []  # type: ignore[union-attr]
        assert [m.reply and (m.reply.state, m.reply.text) for m in world.timeline(one, other) if m.kind == "chat"] == [
            ("vanished", None)
        ]
        assert not is_on_disk(world, one)
        assert not is_on_disk(world, one, "ducks at noon")


def test_an_edit_that_is_under_way_goes_along(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    message_id = world.say(alice, bob, "ducks at noon")
    server_is_away(world, alice, bob)
    conversation = alice.account.conversation_with(bob.cid)
    world.do(alice, lambda account, now: account.changing.edit(conversation, message_id, WORDS, now))
    assert is_on_disk(world, alice)
    world.pass_time(LIFE)
    assert said(world, alice, bob) == []
    assert not is_on_disk(world, alice)
    assert not is_on_disk(world, alice, "ducks at noon")


# --------------------------------------------------------------------------------------------------- clocks that jump


def read_by_bob(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    world.say(alice, bob, WORDS)
    world.read(bob, alice)


def test_a_clock_that_jumps_hides_and_what_it_hid_comes_back_with_it(
    world: Deployment, alice: Person, bob: Person
) -> None:
    read_by_bob(world, alice, bob)
    world.say(alice, bob, "unread")
    server_is_away(world, alice, bob)
    world.jump_clocks(YEAR)
    world.pass_time(LOOK_SECONDS)
    for one, other in ((alice, bob), (bob, alice)):
        assert said(world, one, other) == []
        assert is_on_disk(world, one)
        assert finds(one, "herons") == 0
    assert unread(bob, alice) == 0
    assert bob.account.unseen(bob.account.conversation_with(alice.cid), 9) == []
    world.jump_clocks(-YEAR)
    world.pass_time(LOOK_SECONDS)
    assert (said(world, alice, bob), said(world, bob, alice)) == ([WORDS, "unread"], [WORDS, "unread"])
    assert (unread(bob, alice), finds(bob, "herons")) == (1, 1)


def test_a_jump_is_no_proof_for_the_server_either_unless_its_clock_says_the_same(
    world: Deployment, alice: Person, bob: Person
) -> None:
    read_by_bob(world, alice, bob)
    world.server_clock_ahead = -YEAR  # the deployment's server goes by the same clock: it does not jump
    world.jump_clocks(YEAR)
    world.cut(bob)
    world.pass_time(2 * LOOK_SECONDS)
    assert said(world, bob, alice) == []
    assert is_on_disk(world, bob)
    world.server_clock_ahead = 0.0
    world.cut(bob)
    world.pass_time(2 * LOOK_SECONDS)
    assert not is_on_disk(world, bob)


def test_what_is_hidden_for_a_day_of_running_is_erased_whoever_agrees(
    world: Deployment, alice: Person, bob: Person
) -> None:
    set_life(world, alice, bob, 10 * DAY_SECONDS)
    world.say(alice, bob, WORDS)
    world.read(bob, alice)
    world.server_clock_ahead = -YEAR
    world.jump_clocks(YEAR)
    world.pass_time(HIDDEN_SECONDS - 60)
    world.restart(bob)
    world.pass_time(LOOK_SECONDS)
    assert is_on_disk(world, bob), "running is written down, and what is lost of it counts as not passed"
    world.pass_time(COUNT_SECONDS + 60)
    assert not is_on_disk(world, bob)


def test_a_clock_that_is_set_back_prolongs_nothing(world: Deployment, alice: Person, bob: Person) -> None:
    read_by_bob(world, alice, bob)
    server_is_away(world, alice, bob)
    world.jump_clocks(-YEAR)
    world.pass_time(LIFE)
    assert (said(world, alice, bob), said(world, bob, alice)) == ([], [])
    assert not is_on_disk(world, bob)


# ------------------------------------------------------------------------------------------------ restarts and copies


def test_a_restart_goes_on_from_what_was_written_down(world: Deployment, alice: Person, bob: Person) -> None:
    read_by_bob(world, alice, bob)
    world.pass_time(LIFE / 2)
    away = world.end(bob)
    world.pass_time(LIFE)
    world.restart(bob, database=away)
    assert said(world, bob, alice) == []
    world.pass_time(60)
    assert not is_on_disk(world, bob), "the server's clock agrees"


def test_an_older_copy_of_the_data_keeps_the_ends_it_knew(world: Deployment, alice: Person, bob: Person) -> None:
    read_by_bob(world, alice, bob)
    copy = world.copy_of(bob)
    world.pass_time(2 * LIFE)
    assert not is_on_disk(world, bob)
    world.restart(bob, database=copy)
    world.pass_time(60)
    assert said(world, bob, alice) == []
    assert not is_on_disk(world, bob)


def test_a_restored_device_gets_nothing_back_that_disappears(world: Deployment, alice: Person, bob: Person) -> None:
    copy = world.copy_of(alice)
    world.say(alice, bob, "stays")
    set_life(world, alice, bob, LIFE)
    world.say(alice, bob, WORDS)
    world.restart(alice, database=copy)
    world.pass_time(60)
    texts = {message.kind: message.text for message in world.timeline(alice, bob)}
    assert texts["note_returned"] == "stays"
    assert texts["note_missing"] == "1"
    assert not is_on_disk(world, alice)


def test_a_setting_that_an_older_program_kept_and_nobody_can_read_is_a_line_that_says_nothing(
    world: Deployment, alice: Person, bob: Person
) -> None:
    set_life(world, alice, bob, LIFE)
    bob.store.database.execute("UPDATE messages SET body = x'c1' WHERE kind = 'disappearing'")
    [line] = lines(world, bob, alice)
    assert line.lives_for is None
    assert in_force(bob, alice) == LIFE


def test_what_has_disappeared_keeps_no_other_from_being_taken_back(
    world: Deployment, alice: Person, bob: Person
) -> None:
    set_life(world, alice, bob, LIFE)
    gone = world.say(alice, bob, WORDS)
    world.read(bob, alice)
    set_life(world, alice, bob, None)
    stays = world.say(alice, bob, "cranes at dusk")
    world.pass_time(LIFE + 60)
    assert said(world, alice, bob) == ["cranes at dusk"]
    world.do(
        alice,
        lambda account, now: account.changing.delete(account.conversation_with(bob.cid), [gone, stays], now),
    )
    assert [message.deleted for message in world.timeline(bob, alice) if message.kind == "chat"] == [True]


def test_a_full_disk_keeps_nobody_from_leaving(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, LIFE)
    world.say(alice, bob, WORDS)
    alice.store.refuse_writes()
    world.do(alice, lambda account, now: account.stop(now))
    assert alice.account.link_view().state != "online"
    assert world.sees(alice, bob).online is None
