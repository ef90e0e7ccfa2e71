"""Who does not want it told what they read, or that they type, tells nobody, and is not told either."""

import pytest

from casemate.internal_service.core.ground.notices import TypingChanged
from casemate.protocol.link import Deposit, Ephemeral, Receipt
from casemate.protocol.link_codec import ClientFrame
from casemate.protocol.peer import Control, Envelopes, PeerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours


class Wire:
    """What is sealed and goes from somebody, to the server or on a path."""

    def __init__(self, world: Deployment, person: Person) -> None:
        self._peers, self._person = world.peers, person
        self._to_server: list[ClientFrame] = []
        self._before = len(world.peers.sent)
        world.to_server = lambda sender, frame: self._note(frame) if sender is person else [frame]

    def _note(self, frame: ClientFrame) -> list[ClientFrame]:
        self._to_server.append(frame)
        return [frame]

    def sealed(self) -> list[ClientFrame | PeerFrame]:
        on_a_path = [
            frame for sender, frame in self._peers.sent[self._before :] if sender == self._person.account.account_id
        ]
        return [
            frame
            for frame in (*self._to_server, *on_a_path)
            if isinstance(frame, Deposit | Receipt | Ephemeral | Control | Envelopes)
        ]


def choose(world: Deployment, person: Person, *, read_receipts: bool | None = None, typing: bool | None = None) -> None:
    world.do(
        person,
        lambda account, now: account.set_settings(read_receipts=read_receipts, typing=typing, token=1, now=now),
    )


def types(world: Deployment, one: Person, other: Person, typing: bool = True) -> None:
    world.do(one, lambda account, now: account.set_typing(account.conversation_with(other.cid), typing, now))


def read_of(world: Deployment, writer: Person, reader: Person) -> list[str | None]:
    return [message.text for message in world.timeline(writer, reader) if message.status == "read"]


def test_nothing_is_sent_when_somebody_reads_without_read_receipts(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    choose(world, bob, read_receipts=False)
    world.say(alice, bob, "for your eyes")
    world.pass_time(1)
    wire = Wire(world, bob)
    world.read(bob, alice)
    world.pass_time(10)
    assert wire.sealed() == []
    assert bob.account.unread() == 0
    assert world.statuses(alice, bob) == ["delivered"]
    [shown] = [message for message in world.timeline(bob, alice) if message.text is not None]
    assert (shown.seen, shown.painted, shown.untold) == (True, True, True)


def test_the_next_receipt_does_not_say_it_either_nor_once_they_are_sent_again(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "before")
    world.read(bob, alice)
    choose(world, bob, read_receipts=False)
    world.say(alice, bob, "hidden one")
    world.say(alice, bob, "hidden two")
    world.read(bob, alice)
    world.say(alice, bob, "its receipt says what is delivered")
    assert read_of(world, alice, bob) == ["before"]
    choose(world, bob, read_receipts=True)
    world.read(bob, alice)
    world.say(alice, bob, "after")
    world.read(bob, alice)
    world.restart(bob)
    world.pass_time(60)
    assert read_of(world, alice, bob) == ["before", "its receipt says what is delivered", "after"]
    assert world.statuses(alice, bob) == ["read", "delivered", "delivered", "read", "read"]


def test_what_was_hidden_stays_so_when_it_comes_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    """Their writer was restored from an older copy, and it has another number now."""
    alice, bob = friends
    choose(world, bob, read_receipts=False)
    world.say(alice, bob, "one")
    world.say(alice, bob, "two")
    backup = world.copy_of(alice)
    world.say(alice, bob, "three")
    world.read(bob, alice)
    choose(world, bob, read_receipts=True)
    world.restart(alice, database=backup)
    world.pass_time(120)
    assert read_of(world, alice, bob) == []


def test_who_sends_no_read_receipts_takes_none(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "before")
    world.read(bob, alice)
    choose(world, alice, read_receipts=False)
    assert world.statuses(alice, bob) == ["read"], "what was told once stays so"
    world.say(alice, bob, "meanwhile")
    world.read(bob, alice)
    assert world.statuses(alice, bob) == ["read", "delivered"]
    choose(world, alice, read_receipts=True)
    world.say(alice, bob, "after")
    world.read(bob, alice)
    assert world.statuses(alice, bob) == ["read", "read", "read"], "receipts are cumulative"


@pytest.mark.parametrize("by_path", [False, True])
def test_nothing_is_sent_when_somebody_types_unseen(neighbours: Neighbours, by_path: bool) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    if not by_path:
        world.peers.silent = True
        world.peers.cut()
        world.settle()
        world.pass_time(6)
    choose(world, bob, typing=False)
    wire = Wire(world, bob)
    types(world, bob, ann)
    types(world, bob, ann, typing=False)
    assert wire.sealed() == []
    assert ann.heard(TypingChanged) == []
    choose(world, bob, typing=True)
    types(world, bob, ann)
    assert len(wire.sealed()) == 1, "otherwise it is"
    assert [notice.typing for notice in ann.heard(TypingChanged)] == [True]


def test_who_types_unseen_does_not_see_others_type(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    types(world, ann, bob)
    assert [notice.typing for notice in bob.heard(TypingChanged)] == [True]
    choose(world, bob, typing=False)
    assert [notice.typing for notice in bob.heard(TypingChanged)] == [True, False], "at once"
    types(world, ann, bob)
    world.pass_time(20)
    assert len(bob.heard(TypingChanged)) == 2


def test_the_choice_outlives_a_restart(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    choose(world, bob, read_receipts=False, typing=False)
    world.restart(bob)
    world.say(alice, bob, "hello")
    world.read(bob, alice)
    assert world.statuses(alice, bob) == ["delivered"]
    assert (bob.account.profile.read_receipts, bob.account.profile.typing) == (False, False)
