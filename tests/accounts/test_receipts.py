"""How often somebody says what of a peer's is on their disk: one receipt answers all that came since the last one."""

from casemate.protocol.link import Receipt
from casemate.protocol.link_codec import ClientFrame
from casemate.protocol.peer import Control
from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours


def receipts_on_the_path(neighbours: Neighbours, reader: Person) -> int:
    account_id = reader.account.account_id
    return sum(sender == account_id and isinstance(frame, Control) for sender, frame in neighbours.world.peers.sent)


def say_all_within(world: Deployment, one: Person, other: Person, count: int, seconds: float) -> list[str]:
    """As somebody who pastes, or a program, does: without waiting for what becomes of the one before."""
    texts = [f"m{number}" for number in range(count)]
    for text in texts:
        world.say(one, other, text)
        world.pass_time(seconds / count)
    return texts


def test_one_receipt_answers_for_all_that_came_within_a_moment(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.pass_time(1)
    world.moment = 0.0
    before = receipts_on_the_path(neighbours, bob)
    texts = say_all_within(world, ann, bob, 100, seconds=0.2)
    world.pass_time(0.05)
    assert world.statuses(ann, bob) == ["delivered"] * 100
    assert world.texts(bob, ann) == texts
    assert receipts_on_the_path(neighbours, bob) - before <= 12


def test_a_message_that_comes_alone_is_answered_at_once(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.pass_time(1)
    world.moment = 0.0
    world.say(ann, bob, "alone")
    assert world.statuses(ann, bob) == ["delivered"]


def test_who_signs_out_in_between_has_answered(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    taken: list[int] = []

    def note(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        taken.extend([frame.taken_up_to] if isinstance(frame, Receipt) and person is bob else [])
        return [frame]

    world.to_server = note
    world.moment = 0.0
    for text in ("one", "two", "three"):
        world.say(alice, bob, text)
    assert world.statuses(alice, bob) == ["delivered", "sent", "sent"], "the second answer waits for company"
    world.do(bob, lambda account, now: account.stop(now))
    assert [number - taken[0] for number in taken] == [0, 2]


def kinds(world: Deployment, one: Person, other: Person) -> list[str]:
    return [message.kind for message in world.timeline(one, other)]


def test_who_reads_while_no_way_is_there_begins_no_new_session(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """The next link tells; an answer that finds no way says nothing about sessions."""
    alice, bob = friends
    world.say(alice, bob, "one")
    world.pass_time(120)
    world.server_up = False
    world.cut(bob)
    world.read(bob, alice)
    assert kinds(world, bob, alice) == ["chat"]
    world.server_up = True
    world.pass_time(60)
    assert world.statuses(alice, bob) == ["read"]


def test_an_answer_that_waits_when_the_link_is_lost_begins_no_new_session(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.pass_time(120)
    world.moment = 0.0
    for text in ("one", "two", "three"):
        world.say(alice, bob, text)
    world.cut(bob)
    world.pass_time(60)
    assert kinds(world, bob, alice) == ["chat"] * 3
    assert world.statuses(alice, bob) == ["delivered"] * 3


def test_whom_we_block_gets_no_answer_and_no_new_session(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.pass_time(120)
    world.say(alice, bob, "one")
    world.do(bob, lambda account, now: account.block(alice.cid, True, 7, now))
    world.read(bob, alice)
    assert kinds(world, bob, alice) == ["chat"]
    assert world.statuses(alice, bob) == ["delivered"]
