"""A path falls silent, or the server goes: messages take the way that is left, and none is lost or doubled."""

import pytest

from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.ground.link_io import LinkFrameArrived
from casemate.internal_service.core.ground.path_io import (
    DialPeer,
    EndpointClosed,
    EndpointOpened,
    LanNeighbourSeen,
    PathEffect,
    PeerFrameArrived,
)
from casemate.protocol.ids import AccountId
from casemate.protocol.link import Receipt, ReceiptArrived
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import Control, Envelopes, PathPong, PeerFrame
from tests.accounts.deployment import Person
from tests.accounts.neighbours import Neighbours, path_kind, reason_code


def test_the_mailbox_takes_over_when_the_path_falls_silent(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.say(ann, bob, "can you hear me")
    assert world.texts(bob, ann) == []
    world.pass_time(1)
    assert world.texts(bob, ann) == ["can you hear me"]
    assert world.statuses(ann, bob) == ["delivered"]
    assert path_kind(world, ann, bob) == "direct, unsteady"
    world.pass_time(5.1)
    assert path_kind(world, ann, bob) == "mailbox"
    assert reason_code(world, ann, bob) == "peer_unreachable"


def test_a_silent_connection_is_dialled_anew_within_two_seconds(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.say(ann, bob, "one")
    world.pass_time(1.9)
    world.peers.silent = False
    world.pass_time(0.3)
    assert world.peers.connections == 2
    world.pass_time(10)
    assert neighbours.kinds() == ("direct", "direct")
    assert world.peers.connections == 2
    world.say(bob, ann, "two")
    assert world.texts(ann, bob) == ["one", "two"]


def test_an_idle_connection_that_is_dead_is_noticed_by_its_heartbeat(neighbours: Neighbours) -> None:
    neighbours.world.peers.silent = True
    neighbours.world.pass_time(6.5)
    assert neighbours.kinds() == ("direct, unsteady", "direct, unsteady")
    neighbours.world.pass_time(5.1)
    assert neighbours.kinds() == ("mailbox", "mailbox")


def test_a_path_that_loses_answers_is_called_one_thing(neighbours: Neighbours) -> None:
    """In doubt and out of it all the time: the badge stays where it is, and says that it is unsteady."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.on_the_way = lambda sender, frame: [] if isinstance(frame, Control) else [frame]
    seen: list[str | None] = []
    for number in range(20):
        world.say(ann, bob, f"a{number}")
        for _ in range(10):
            world.pass_time(0.1)
            seen.append(path_kind(world, ann, bob))
    assert seen == ["direct"] * seen.index("direct, unsteady") + ["direct, unsteady"] * seen.count("direct, unsteady")
    assert world.texts(bob, ann) == [f"a{number}" for number in range(20)]
    world.peers.on_the_way = lambda sender, frame: [frame]
    world.pass_time(10)
    assert path_kind(world, ann, bob) == "direct"


def test_a_receipt_for_what_was_overdue_ends_the_doubt(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    receipts: list[PeerFrame] = []

    def hold(sender: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        if not isinstance(frame, Control):
            return [] if isinstance(frame, PathPong) else [frame]
        receipts.append(frame)
        return []

    world.peers.on_the_way = hold
    world.to_device = lambda person, frame: [] if isinstance(frame, ReceiptArrived) else [frame]
    world.say(ann, bob, "one")
    world.pass_time(1)
    assert path_kind(world, ann, bob) == "direct, unsteady"
    place = world.peers.place_of(ann.account.account_id)
    world.peers.later(place[0], PeerFrameArrived(*place, receipts[-1]))
    world.settle()
    neighbours.deposits = 0
    world.say(ann, bob, "two")
    assert neighbours.deposits == 0
    assert world.texts(bob, ann) == ["one", "two"]


def test_a_better_path_is_called_so_at_once(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.route(direct=False, rtt_ms=40.0)
    world.settle()
    assert path_kind(world, ann, bob) == "direct, unsteady"
    world.pass_time(4.5)
    assert path_kind(world, ann, bob) == "direct, unsteady"
    world.pass_time(1)
    assert path_kind(world, ann, bob) == "relayed"
    world.peers.route(direct=True, rtt_ms=4.0)
    world.settle()
    assert path_kind(world, ann, bob) == "direct"


def test_after_a_goodbye_nothing_is_unsteady(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(bob, lambda account, now: account.stop(now))
    world.cut(bob)
    assert (path_kind(world, ann, bob), world.sees(ann, bob).online) == ("mailbox", False)


def test_an_idle_connection_that_lives_is_kept(neighbours: Neighbours) -> None:
    before = len(neighbours.world.peers.sent)
    neighbours.world.pass_time(60)
    assert neighbours.kinds() == ("direct", "direct")
    assert 30 <= len(neighbours.world.peers.sent) - before <= 100


def test_cut_connections_lose_and_double_nothing(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    for number in range(20):
        if number % 4 == 1:
            world.peers.silent = True
        world.say(ann, bob, f"a{number}")
        world.say(bob, ann, f"b{number}")
        if number % 4 == 3:
            world.peers.silent = False
            world.peers.cut()
    world.pass_time(30)
    said = [f"{who}{number}" for number in range(20) for who in "ab"]
    assert sorted(str(text) for text in world.texts(bob, ann)) == sorted(said)
    assert world.texts(ann, bob) == world.texts(bob, ann)
    assert set(world.statuses(ann, bob)) == {"delivered"}
    assert neighbours.kinds() == ("direct", "direct")


def test_talk_goes_on_while_the_server_is_away(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.server_up = False
    world.cut(ann)
    world.cut(bob)
    world.say(ann, bob, "the server is gone")
    world.say(bob, ann, "who cares")
    assert world.texts(ann, bob) == world.texts(bob, ann) == ["the server is gone", "who cares"]
    assert neighbours.kinds() == ("direct", "direct")
    assert ann.account.link_view().state == "away"
    neighbours.deposits = 0
    world.server_up = True
    world.pass_time(60)
    assert world.texts(ann, bob) == world.texts(bob, ann) == ["the server is gone", "who cares"]
    assert neighbours.deposits == 0


def test_what_waits_in_the_mailbox_of_a_server_that_is_away_takes_the_path(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.pass_time(12)
    world.cut(bob)
    world.do(bob, lambda account, now: account.stop(now))
    world.say(ann, bob, "sealed on the server")
    assert world.statuses(ann, bob) == ["sent"]
    world.server_up = False
    world.cut(ann)
    world.peers.silent = False
    world.do(bob, lambda account, now: account.start(now))
    world.peers.meet_on_lan()
    world.pass_time(10)
    world.peers.meet_on_lan()
    world.pass_time(3)
    assert world.texts(bob, ann) == ["sealed on the server"]
    assert world.statuses(ann, bob) == ["delivered"]


def test_restarted_without_a_server_they_find_each_other_on_the_local_network(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.server_up = False
    world.restart(ann)
    world.restart(bob)
    world.pass_time(1)
    world.say(ann, bob, "are you there")
    assert world.texts(bob, ann) == []
    world.peers.meet_on_lan()
    world.pass_time(2)
    assert neighbours.kinds() == ("direct", "direct")
    assert world.texts(bob, ann) == ["are you there"]
    world.server_up = True
    world.pass_time(60)
    assert world.texts(bob, ann) == ["are you there"]
    assert world.statuses(ann, bob) == ["delivered"]


def test_somebody_whose_server_is_away_is_dialled_where_they_were_seen_on_the_local_network(
    neighbours: Neighbours,
) -> None:
    """Our own link stands, and says that they are offline; they know no address of ours."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.server_up = False
    world.restart(bob)
    world.pass_time(60)
    assert (path_kind(world, ann, bob), world.sees(ann, bob).online) == ("mailbox", False)
    anns, bobs = ann.account.account_id, bob.account.account_id
    world.peers.later(anns, LanNeighbourSeen(anns, world.peers.announced[bobs].tags, ("192.0.2.1:7",)))
    world.settle()
    world.pass_time(5)
    assert neighbours.kinds() == ("direct", "direct")


def test_a_restored_writer_who_talks_over_the_path_repeats_no_number(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup = world.copy_of(ann)
    world.pass_time(5.1)
    for number in range(5):
        world.say(ann, bob, f"later {number}")
    world.server_up = False
    world.cut(bob)
    world.restart(ann, database=backup)
    world.say(ann, bob, "after the restore")
    world.pass_time(1)
    world.peers.meet_on_lan()
    world.pass_time(20)
    world.server_up = True
    world.pass_time(60)
    assert "after the restore" in world.texts(bob, ann)
    assert world.statuses(ann, bob) == ["delivered"] * 2


def test_repeated_tags_do_not_make_us_forget_where_a_peer_is(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.server_up = False
    world.cut(ann)
    world.cut(bob)
    dialled: list[tuple[str, ...]] = []
    perform = world.peers.perform

    def note(effect: PathEffect) -> None:
        if isinstance(effect, DialPeer):
            dialled.append(effect.addresses)
        perform(effect)

    world.peers.perform = note  # type: ignore[method-assign]
    world.peers.meet_on_lan("192.0.2.7:7")
    world.peers.meet_on_lan("192.0.2.66:66")
    world.settle()
    world.peers.cut()
    world.pass_time(5.1)
    assert {"192.0.2.7:7", "192.0.2.66:66"} <= set(dialled[-1])


def test_an_endpoint_whose_relay_does_not_come_back_with_the_server_is_opened_anew(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.relay_connects = False
    world.server_up = False
    for person in (ann, bob):
        world.restart(person)
    world.pass_time(20)
    before = world.peers.opened
    world.server_up, world.peers.relay_connects = True, True
    world.pass_time(12)
    assert world.peers.opened == before + 2
    assert neighbours.kinds() == ("direct", "direct")
    world.pass_time(120)
    assert world.peers.opened == before + 2


def test_an_endpoint_that_failed_is_opened_again_after_a_while(neighbours: Neighbours) -> None:
    world = neighbours.world
    account_id, generation, _ = world.peers.place_of(neighbours.ann.account.account_id)
    world.peers.crash(account_id)
    world.peers.later(account_id, EndpointClosed(account_id, generation, "no socket"))
    world.settle()
    assert world.peers.connections == 0
    world.pass_time(40)
    assert neighbours.kinds() == ("direct", "direct")


def test_an_endpoint_that_a_fault_kept_us_from_hearing_of_is_opened_anew(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, bob = neighbours.world, neighbours.bob
    opened = Endpoint.opened
    faults = [ZeroDivisionError()]

    def opened_once_in_vain(endpoint: Endpoint, event: EndpointOpened) -> None:
        opened(endpoint, event)
        if faults:
            raise faults.pop()

    monkeypatch.setattr(Endpoint, "opened", opened_once_in_vain)
    before = world.peers.opened
    with pytest.raises(ZeroDivisionError):
        world.restart(bob)
    world.pass_time(5)
    assert world.peers.opened == before + 2
    assert neighbours.kinds() == ("direct", "direct")


def test_an_endpoint_with_connections_is_left_alone_when_its_relay_is_late(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.relay_connects = False
    world.server_up = False
    for person in (ann, bob):
        world.restart(person)
    world.pass_time(1)
    world.peers.meet_on_lan()
    world.pass_time(3)
    assert neighbours.kinds() == ("direct", "direct")
    before = world.peers.opened
    world.server_up = True
    world.pass_time(60)
    assert world.peers.opened == before
    assert world.peers.connections == 2


def test_the_server_soon_knows_how_far_a_reader_is_although_it_carried_nothing(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    told: list[int] = []

    def listening(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if person is bob and isinstance(frame, Receipt):
            told.append(frame.taken_up_to)
        return [frame]

    world.to_server = listening
    world.say(ann, bob, "one")
    assert told == []
    world.pass_time(6)
    assert len(told) == 1
    world.say(ann, bob, "two")
    world.do(bob, lambda account, now: account.stop(now))
    assert told == [told[0], told[0] + 1]


def test_a_receipt_that_those_on_the_path_have_overtaken_brings_nothing_back(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    held: list[ServerFrame] = []
    offer = world.to_device

    def holding(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is ann and isinstance(frame, ReceiptArrived):
            held.append(frame)
            return []
        return list(offer(person, frame))

    world.to_device = holding
    world.say(ann, bob, "one")
    world.pass_time(6)
    assert held
    for number in range(5):
        world.say(ann, bob, f"later {number}")
    sent = len(world.peers.sent)
    ann_link = (ann.account.account_id, ann.generation)
    world.do(ann, lambda account, now: account.link_event(LinkFrameArrived(*ann_link, held[-1]), now))
    assert not any(isinstance(frame, Envelopes) for _, frame in world.peers.sent[sent:])
    assert world.statuses(ann, bob) == ["delivered"] * 6
