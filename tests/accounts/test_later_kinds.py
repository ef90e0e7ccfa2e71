"""What an earlier program of an account did not understand counts once a program does."""

import pytest
from msgspec.structs import replace

from casemate.crypto.content import Kind, Shows, decode_content, encode_content
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.conversations.change_contents import Edited, encode_change
from casemate.internal_service.core.account.delivery.writing import NewContent
from casemate.internal_service.core.account.understanding import AT_ONCE
from casemate.node import Instant
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import DAY_SECONDS, HOUR_SECONDS, LATER_SECONDS
from tests.accounts.deployment import Deployment, Person
from tests.accounts.test_disappearing import in_force, is_on_disk, set_life, unread

WORDS = b"of another time"


def write(world: Deployment, one: Person, other: Person, kind: str, shows: Shows, body: bytes = WORDS) -> None:
    """As a later program would."""
    peer = one.store.peer(other.account.account_id)
    assert peer is not None

    def run(account: Account, now: Instant) -> Outcome:
        account._parts.outbox.write_messages(peer, [NewContent(kind, body, shows)], now)
        return []

    world.do(one, run)


def of_before(person: Person, *kinds: str) -> None:
    """Their database as a program leaves it that knew all but these."""
    person.store.set_kinds_known(frozenset(Kind) - set(kinds))


def as_lines(person: Person, other: Person) -> None:
    """What the other one set is to this one a line of a later program, and unread."""
    store = person.store
    with store.transaction():
        before_all = (0, DeviceId(b""), MessageId(b""))
        store.unsee(person.account.conversation_with(other.cid), other.account.account_id, before_all, 1_000)
        store.database.execute("DELETE FROM disappearing")


def learns(person: Person, kind: str, really: Kind) -> None:
    """What came as the one was the other, and their next program is the first that knows it."""
    database = person.store.database
    for arrival, data in database.rows("SELECT arrival, content FROM later WHERE kind = ?", kind):
        content = encode_content(replace(decode_content(data), kind=really))
        database.execute("UPDATE later SET kind = ?, content = ? WHERE arrival = ?", really, content, arrival)
    of_before(person, really)


def kept(person: Person) -> int:
    return int(person.store.database.value("SELECT count(*) FROM later"))


@pytest.mark.parametrize("was_written_down", [True, False])
def test_a_setting_that_was_kept_as_a_line_is_in_force_after_the_upgrade(
    world: Deployment, alice: Person, bob: Person, was_written_down: bool
) -> None:
    for _ in range(AT_ONCE):
        set_life(world, alice, bob, HOUR_SECONDS)
        set_life(world, alice, bob, DAY_SECONDS)
    as_lines(bob, alice)
    if was_written_down:
        of_before(bob, Kind.DISAPPEARING)
    else:
        bob.store.set_kinds_known([])
    world.restart(bob)
    assert (in_force(bob, alice), unread(bob, alice)) == (DAY_SECONDS, 0)
    assert bob.store.kinds_known() == frozenset(Kind)
    as_lines(bob, alice)
    world.restart(bob)
    assert in_force(bob, alice) is None, "this program has looked at it"


def test_a_line_that_breaks_the_protocol_stays_a_line(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, HOUR_SECONDS)
    write(world, alice, bob, "poll", Shows.LINE, b"")
    as_lines(bob, alice)
    bob.store.database.execute("UPDATE messages SET kind = 'disappearing' WHERE kind = 'poll'")
    of_before(bob, Kind.DISAPPEARING)
    world.restart(bob)
    assert (in_force(bob, alice), unread(bob, alice)) == (HOUR_SECONDS, 1)


def test_a_line_of_a_later_program_disappears_when_it_says_so(world: Deployment, alice: Person, bob: Person) -> None:
    peer = alice.store.peer(bob.account.account_id)
    assert peer is not None

    def run(account: Account, now: Instant) -> Outcome:
        content = NewContent("poll", WORDS, Shows.LINE, lives_for=HOUR_SECONDS)
        account._parts.outbox.write_messages(peer, [content], now)
        return []

    world.do(alice, run)
    [line] = world.timeline(bob, alice)
    assert line.lives_for == HOUR_SECONDS


def test_changes_that_were_not_understood_are_kept_and_count_after_the_upgrade(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = world.say(alice, bob, "before")
    write(world, alice, bob, "vote", Shows.CHANGE, encode_change(Edited(message_id, b"after")))
    write(world, alice, bob, "sticker_set", Shows.NOTHING)
    assert (world.texts(bob, alice), kept(bob)) == (["before"], 2)
    learns(bob, "vote", Kind.EDIT)
    world.restart(bob)
    assert (world.texts(bob, alice), kept(bob)) == (["after"], 1), "nobody knows yet what a set of stickers is"
    assert world.timeline(bob, alice)[0].edited_at is not None


def test_one_that_breaks_the_protocol_is_kept_for_a_look_and_stops_no_other(
    world: Deployment, alice: Person, bob: Person
) -> None:
    message_id = world.say(alice, bob, "before")
    for body in (b"no edit", encode_change(Edited(message_id, b"after"))):
        write(world, alice, bob, "vote", Shows.CHANGE, body)
    learns(bob, "vote", Kind.EDIT)
    world.restart(bob)
    assert (world.texts(bob, alice), kept(bob)) == (["after"], 0)
    assert bob.store.database.value("SELECT count(*) FROM quarantine WHERE what = 'content'") == 1


def test_nothing_is_kept_where_messages_disappear(world: Deployment, alice: Person, bob: Person) -> None:
    set_life(world, alice, bob, HOUR_SECONDS)
    write(world, alice, bob, "vote", Shows.CHANGE)
    assert kept(bob) == 0


@pytest.mark.parametrize("by", ["emptying", "time"])
def test_no_word_of_it_stays(world: Deployment, alice: Person, bob: Person, by: str) -> None:
    write(world, alice, bob, "vote", Shows.CHANGE)
    assert is_on_disk(world, bob, WORDS.decode())
    if by == "time":
        world.pass_time(LATER_SECONDS + DAY_SECONDS)
    else:
        world.do(
            bob,
            lambda account, now: account.keeping.empty(account.conversation_with(alice.cid), None, 2**40)[0],
        )
    assert not is_on_disk(world, bob, WORDS.decode())
