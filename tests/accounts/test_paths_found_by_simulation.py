"""What seeded worlds with connections between computers brought to light, told step by step."""

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.node import Instant
from casemate.protocol.ids import AccountId, MessageId
from casemate.protocol.limits import PEER_UNANSWERED
from casemate.protocol.link import Deliver, Deposit, ReceiptArrived
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import Envelopes, PeerFrame
from tests.accounts.deployment import Person
from tests.accounts.neighbours import Neighbours


def hold_deliveries_to(neighbours: Neighbours, person: Person) -> None:
    """What the server hands out is on its way to this person, and stays there."""
    hold(neighbours, person, Deliver)


def hold(neighbours: Neighbours, person: Person, kind: type[ServerFrame]) -> None:
    honest = neighbours.world.to_device

    def to_device(one: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [] if one is person and isinstance(frame, kind) else list(honest(one, frame))

    neighbours.world.to_device = to_device


def test_what_waits_behind_a_link_that_is_stuck_comes_over_a_new_path(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.pass_time(8)
    hold_deliveries_to(neighbours, bob)
    world.say(ann, bob, "over the mailbox")
    assert world.statuses(ann, bob) == ["sent"]
    world.peers.silent = False
    world.pass_time(30)
    assert world.texts(bob, ann) == ["over the mailbox"]
    assert world.statuses(ann, bob) == ["delivered"]


def test_what_a_path_overtook_on_its_way_through_the_mailbox_is_not_called_lost(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    many, rest = PEER_UNANSWERED + 200, 200
    world.peers.silent = True
    world.pass_time(8)
    hold_deliveries_to(neighbours, bob)

    def say_much(account: Account, now: Instant) -> Outcome:
        texts = [(MessageId(world.entropy(16)), f"number {number}") for number in range(many)]
        talk = account.conversation_with(bob.cid)
        return [told for message_id, text in texts for told in account.send_chat(talk, message_id, text, now)]

    world.do(ann, say_much)
    assert set(world.statuses(ann, bob)) == {"sent"}
    world.peers.silent = False
    world.pass_time(20)
    seen: set[str] = set()
    sent: list[int] = []

    def look(_: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        seen.update(world.statuses(ann, bob)[:-1])
        if isinstance(frame, Envelopes):
            sent.extend(number for number, _ in frame.items)
        return [frame]

    world.peers.on_the_way = look
    world.say(ann, bob, "overtakes the rest")
    assert world.texts(bob, ann)[-2:] == [f"number {many - 1}", "overtakes the rest"]
    assert "queued" not in seen
    assert len(sent) == 1 + rest + 1, "what is under way is not sent again for every receipt"


def test_an_older_connection_is_not_believed_before_it_answered(neighbours: Neighbours) -> None:
    world = neighbours.world
    smaller, larger = sorted((neighbours.ann, neighbours.bob), key=lambda one: one.account._context.device.device_id)
    world.peers.silent = True
    world.restart(smaller)
    world.peers.silent = False
    world.pass_time(4)
    path = world.sees(larger, smaller).path
    assert path is not None
    assert path.kind == "direct"
    world.peers.silent = True
    world.pass_time(12)
    for _ in range(20):
        path = world.sees(larger, smaller).path
        assert path is not None
        assert path.kind == "mailbox"
        world.pass_time(0.5)


def test_what_a_restored_reader_cannot_open_is_not_sealed_anew_without_end(neighbours: Neighbours) -> None:
    """Restored twice within a minute, a reader does not begin another session so soon: trying waits as well."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup = world.copy_of(bob)
    for _ in range(2):
        world.pass_time(5)
        for number in range(3):
            world.say(bob, ann, f"from bob {number}")
            world.say(ann, bob, f"from ann {number}")
        world.server_up = False
        world.cut(ann)
        world.restart(bob, database=backup)
        world.pass_time(1)
        world.say(ann, bob, "for the restored one")
        world.peers.meet_on_lan()
        world.pass_time(1)
        backup = world.copy_of(bob)
        world.server_up = True
        world.pass_time(10)
    world.pass_time(120)
    assert sum(isinstance(frame, Envelopes) for _, frame in world.peers.sent) < 60
    assert world.texts(bob, ann)[-1] == "for the restored one"
    assert set(world.statuses(ann, bob)) == {"delivered"}


def test_a_restored_writer_takes_no_number_that_only_a_path_has_carried(neighbours: Neighbours) -> None:
    """Nothing of it was ever deposited, but the reader has told the server how far they are."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup, first = world.copy_of(ann), next_number(ann)
    world.pass_time(5)
    for number in range(5):
        world.say(ann, bob, f"over the path {number}")
    carried = set(range(first, next_number(ann)))
    world.pass_time(40)
    deposited: set[int] = set()

    def look(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if person is ann and isinstance(frame, Deposit):
            deposited.update(number for number, _ in frame.items)
        return [frame]

    world.to_server = look
    world.peers.is_on = False
    world.restart(ann, database=backup)
    world.say(ann, bob, "after the restore")
    assert deposited
    assert not deposited & carried
    assert world.texts(bob, ann)[-1] == "after the restore"


def next_number(person: Person) -> int:
    return person.store.channels()[0].next_number


def test_what_was_read_is_shown_as_read_after_a_restored_writer_has_sent_it_again(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.cut(bob)
    world.peers.is_on = False
    world.peers.cut()
    world.say(ann, bob, "one")
    backup = world.copy_of(ann)
    world.pass_time(30)
    world.say(ann, bob, "two")
    world.pass_time(1)
    world.read(bob, ann)
    assert world.statuses(ann, bob) == ["read", "read"]
    world.forget_everything_at_the_server()
    world.restart(ann, database=backup)
    world.pass_time(60)
    assert world.statuses(ann, bob) == ["read"]


def test_numbers_given_out_once_more_before_the_path_tells_of_it_deliver_nothing(neighbours: Neighbours) -> None:
    """The path says how far we were only after the mailbox has taken new messages under numbers that were used."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup = world.copy_of(ann)
    world.pass_time(5)
    for number in range(6):
        world.say(ann, bob, f"over the path {number}")
    world.peers.silent = True
    world.cut(ann)
    world.forget_everything_at_the_server()
    hold_deliveries_to(neighbours, bob)
    hold(neighbours, ann, ReceiptArrived)
    world.restart(ann, database=backup)
    written = [f"after the restore {number}" for number in range(4)]
    for text in written:
        world.say(ann, bob, text)
    assert world.statuses(ann, bob)[1:] == ["sent"] * 4
    world.peers.silent = False
    world.pass_time(60)
    assert [text for text in world.texts(bob, ann) if text in written] == written
    assert set(world.statuses(ann, bob)) == {"delivered"}


def test_on_a_slow_path_that_fell_silent_nobody_waits_for_three_of_its_round_trips(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.route(direct=True, rtt_ms=1_400.0)
    world.pass_time(1)
    world.peers.silent = True
    world.say(ann, bob, "over the mailbox")
    world.pass_time(1.6)
    assert world.texts(bob, ann) == ["over the mailbox"]
    world.pass_time(2)
    assert world.peers.connections == 2, "a slow connection is given the time that it needs"
