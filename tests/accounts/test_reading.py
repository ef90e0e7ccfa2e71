"""*Read* is said of the messages that were on a screen, and of no other."""

import msgspec
import pytest

from casemate.crypto.content import Kind
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.contents import ReceiptNote, decode_control, encode
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.runs import RUNS_KEPT
from casemate.protocol.errors import MalformedFrame
from casemate.protocol.ids import ConversationId
from casemate.protocol.link import Deliver, ReceiptArrived
from tests.accounts.deployment import Deployment, Person


def read_of(world: Deployment, writer: Person, reader: Person) -> list[str | None]:
    return [message.text for message in world.timeline(writer, reader) if message.status == "read"]


def test_only_what_was_painted_is_told(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    for number in range(10):
        world.say(alice, bob, f"m{number}")
    world.read(bob, alice, "m2", "m3", "m7", up_to=0)
    assert read_of(world, alice, bob) == ["m2", "m3", "m7"]
    assert bob.account.unread() == 7
    world.read(bob, alice, "m0", "m1", "m4", up_to=0)
    assert read_of(world, alice, bob) == ["m0", "m1", "m2", "m3", "m4", "m7"]
    world.read(bob, alice)
    assert read_of(world, alice, bob) == [f"m{number}" for number in range(10)]
    [channel] = bob.store.channels()
    assert channel.own_read_runs == (), "one number says it all again"


def test_a_jump_to_the_end_leaves_nothing_unread_and_claims_nothing(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    for number in range(5):
        world.say(alice, bob, f"m{number}")
    world.read(bob, alice, "m4")
    assert bob.account.unread() == 0
    assert read_of(world, alice, bob) == ["m4"]


def test_what_is_read_later_joins_what_was_read_before(world: Deployment, friends: tuple[Person, Person]) -> None:
    """The second receipt is the only one that arrives, the first is lost; then the writer starts again."""
    alice, bob = friends
    for number in range(6):
        world.say(alice, bob, f"m{number}")
    world.server_up = False
    world.read(bob, alice, "m1", up_to=0)
    world.read(bob, alice, "m4", up_to=0)
    world.server_up = True
    world.pass_time(60)
    assert read_of(world, alice, bob) == ["m1", "m4"]
    world.restart(alice)
    world.pass_time(60)
    assert read_of(world, alice, bob) == ["m1", "m4"]


def test_more_gaps_than_a_receipt_holds_make_no_message_unread_again(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    every = [f"m{number}" for number in range(2 * RUNS_KEPT + 20)]
    for text in every:
        world.say(alice, bob, text)
    odd = every[1::2]
    for text in odd:
        world.read(bob, alice, text, up_to=0)
    [channel] = bob.store.channels()
    assert len(channel.own_read_runs) == RUNS_KEPT
    assert read_of(world, alice, bob) == odd
    world.read(bob, alice)
    assert read_of(world, alice, bob) == every


def test_what_was_painted_and_comes_again_under_another_number_is_read(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    world.say(alice, bob, "two")
    backup = world.copy_of(alice)
    world.say(alice, bob, "three")
    world.read(bob, alice, "two", up_to=0)
    world.restart(alice, database=backup)
    world.pass_time(120)
    assert read_of(world, alice, bob) == ["two"]


def test_a_receipt_of_before_there_were_runs_says_what_it_said() -> None:
    old = msgspec.msgpack.encode(["receipt", 9, 9, 4, [], [], [9, bytes(8)]])
    note = decode_control(old)
    assert isinstance(note, ReceiptNote)
    assert (note.read_up_to, note.read) == (4, ())


def test_what_follows_the_runs_is_passed_over() -> None:
    """A later version tells more of its devices: this one still reads what it knows."""
    note = ReceiptNote(9, 9, 4, read=((6, 7),))
    later = msgspec.msgpack.encode([*msgspec.msgpack.decode(encode(note)), {"devices": 2}, b"more"])
    assert decode_control(later) == note


@pytest.mark.parametrize("runs", [[[6]], [[6, 7, 8]], [[-1, 4]], [[1, 2**63]], [[6, 7]] * (RUNS_KEPT + 1)])
def test_runs_that_no_receipt_has_are_no_receipt(runs: list[list[int]]) -> None:
    fields = msgspec.msgpack.decode(encode(ReceiptNote(9, 9, 4)))
    with pytest.raises(MalformedFrame):
        decode_control(msgspec.msgpack.encode([*fields[:-1], runs]))


def test_a_reader_cannot_claim_what_was_not_delivered(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "here")
    world.to_device = lambda person, frame: [] if isinstance(frame, Deliver) else [frame]
    world.say(alice, bob, "on its way")
    [channel] = bob.store.channels()
    claims = ((2**62, 2**63 - 1), (9, 3), (1, 2**62))
    bob.store.put_channel(msgspec.structs.replace(channel, own_read_runs=claims))
    world.cut(bob)
    world.pass_time(60)
    assert world.statuses(alice, bob) == ["read", "sent"]


def test_messages_that_come_again_together_are_read_as_they_were(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """The writer heard of none of them and begins anew: all go once more, under new numbers, in one frame."""
    alice, bob = friends
    world.to_device = lambda person, frame: [] if isinstance(frame, ReceiptArrived) else [frame]
    for number in range(6):
        world.say(alice, bob, f"m{number}")
    world.read(bob, alice, "m1", "m3", up_to=0)
    numbers = [row.number for row in bob.store.timeline_page(talk(bob, alice), before=None, after=None, limit=9)]
    world.do(alice, lambda account, now: found_older(account))
    world.to_device = lambda person, frame: [frame]
    world.restart(alice)
    world.pass_time(60)
    rows = bob.store.timeline_page(talk(bob, alice), before=None, after=None, limit=9)
    again = [row.number for row in rows if row.kind == Kind.CHAT]
    assert min(number or 0 for number in again) > max(number or 0 for number in numbers)
    assert read_of(world, alice, bob) == ["m1", "m3"]


def found_older(account: Account) -> Outcome:
    account.found_older()
    return []


def talk(one: Person, other: Person) -> ConversationId:
    return one.account.conversation_with(other.cid)
