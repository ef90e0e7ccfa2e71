"""Two accounts with connections of their own: messages take the path, and the mailbox when the path is in doubt."""

from pathlib import Path

import msgspec
import pytest

from casemate.internal_service.core.link_io import LinkFrameArrived
from casemate.internal_service.core.notices import PathChanged
from casemate.internal_service.core.path_io import DialPeer, EndpointChanged, PathEffect
from casemate.protocol.ids import AccountId
from casemate.protocol.link import (
    ClientFrame,
    Deposit,
    Paths,
    Receipt,
    ReceiptArrived,
    ServerFrame,
    SetVisibility,
    Welcome,
)
from casemate.protocol.peer import Envelopes, Network, PeerFrame, PeerHello
from tests.accounts.deployment import Deployment, Person

OFFER = Paths("", 12350, b"", [])


class Neighbours:
    """Ann and Bob, registered and connected, in a deployment whose peer network is on."""

    def __init__(self, folder: Path) -> None:
        self.world = Deployment(folder)
        self.world.peers.is_on = True
        self.deposits = 0
        self.world.to_server = self._count
        self.world.to_device = self._offer
        self.ann, self.bob = self.world.person("ann"), self.world.person("bob")
        self.world.befriend(self.ann, self.bob)
        self.world.pass_time(2)

    def _count(self, person: Person, frame: ClientFrame) -> list[ClientFrame]:
        self.deposits += isinstance(frame, Deposit)
        return [frame]

    def _offer(self, person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [msgspec.structs.replace(frame, paths=OFFER) if isinstance(frame, Welcome) else frame]

    def kinds(self) -> tuple[str | None, str | None]:
        return _kind(self.world, self.ann, self.bob), _kind(self.world, self.bob, self.ann)


def _kind(world: Deployment, one: Person, other: Person) -> str | None:
    path = world.sees(one, other).path
    return None if path is None else path.kind


def reason_code(world: Deployment, one: Person, other: Person) -> str | None:
    path = world.sees(one, other).path
    return None if path is None or path.reason is None else path.reason.code


@pytest.fixture
def neighbours(tmp_path: Path) -> Neighbours:
    return Neighbours(tmp_path)


def test_connected_peers_have_one_direct_path(neighbours: Neighbours) -> None:
    assert neighbours.kinds() == ("direct", "direct")
    assert neighbours.world.peers.connections == 2


def test_what_is_said_takes_the_path_and_not_the_mailbox(neighbours: Neighbours) -> None:
    neighbours.deposits = 0
    for number in range(5):
        neighbours.world.say(neighbours.ann, neighbours.bob, f"hello {number}")
    assert neighbours.world.texts(neighbours.bob, neighbours.ann) == [f"hello {number}" for number in range(5)]
    assert neighbours.world.statuses(neighbours.ann, neighbours.bob) == ["delivered"] * 5
    assert neighbours.deposits == 0


def test_a_relayed_path_says_so(neighbours: Neighbours) -> None:
    neighbours.world.peers.route(direct=False, rtt_ms=40.0)
    neighbours.world.settle()
    path = neighbours.world.sees(neighbours.ann, neighbours.bob).path
    assert path is not None
    assert (path.kind, path.rtt_ms, path.rtt_history[-1]) == ("relayed", 40.0, 40.0)
    assert path.reason is not None
    assert path.reason.code == "no_direct_route"


def test_what_turns_out_about_our_own_network_is_shown_at_once(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.route(direct=False, rtt_ms=40.0)
    world.settle()
    account_id, generation, _ = world.peers.place_of(ann.account.account_id)
    told = len(ann.heard(PathChanged))
    world.peers.later(account_id, EndpointChanged(account_id, generation, True, Network(udp="blocked"), ()))
    world.settle()
    assert reason_code(world, ann, bob) == "udp_blocked_here"
    assert len(ann.heard(PathChanged)) > told
    assert reason_code(world, bob, ann) == "udp_blocked_there"


def test_a_hole_is_tried_from_this_side_too_once_the_other_side_may_send_udp_again(neighbours: Neighbours) -> None:
    world = neighbours.world
    world.peers.route(direct=False, rtt_ms=40.0)

    def say_with(*news: PeerFrame) -> int:
        """How often somebody looked at their addresses because of it."""
        before = world.peers.observed
        world.peers.on_the_way = lambda sender, frame: (
            [*news, frame] if sender == neighbours.ann.account.account_id else [frame]
        )
        world.say(neighbours.ann, neighbours.bob, "hello")
        return world.peers.observed - before

    assert say_with(Network(udp="blocked")) == 0
    assert say_with(Network(udp="open")) == 1
    assert say_with(Network(udp="open")) == 0


def test_the_mailbox_takes_over_when_the_path_falls_silent(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.say(ann, bob, "can you hear me")
    assert world.texts(bob, ann) == []
    world.pass_time(1)
    assert world.texts(bob, ann) == ["can you hear me"]
    assert world.statuses(ann, bob) == ["delivered"]
    assert _kind(world, ann, bob) == "mailbox"
    assert reason_code(world, ann, bob) == "path_doubtful"


def test_a_silent_connection_is_dialled_anew_within_two_seconds(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.silent = True
    world.say(ann, bob, "one")
    world.pass_time(1.9)
    world.peers.silent = False
    world.pass_time(0.3)
    assert neighbours.kinds() == ("direct", "direct")
    world.pass_time(10)
    assert world.peers.connections == 2
    world.say(bob, ann, "two")
    assert world.texts(ann, bob) == ["one", "two"]


def test_an_idle_connection_that_is_dead_is_noticed_by_its_heartbeat(neighbours: Neighbours) -> None:
    neighbours.world.peers.silent = True
    neighbours.world.pass_time(6.5)
    assert neighbours.kinds() == ("mailbox", "mailbox")


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


def test_crossed_dials_end_in_one_connection(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    for _ in range(5):
        world.peers.cut()
        world.settle()
        world.pass_time(12)
        assert world.peers.connections == 2
    world.say(ann, bob, "still here")
    assert world.texts(bob, ann) == ["still here"]


def test_whoever_is_blocked_or_disconnected_has_no_connection_any_more(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.block(bob.cid, True, 1, now))
    assert world.peers.connections == 0
    world.pass_time(120)
    assert world.peers.connections == 0
    world.do(ann, lambda account, now: account.block(bob.cid, False, 2, now))
    world.pass_time(60)
    assert world.peers.connections == 2
    world.do(bob, lambda account, now: account.disconnect(ann.cid, now))
    assert world.peers.connections == 0


def test_an_endpoint_that_claims_to_be_somebody_else_is_refused(tmp_path: Path) -> None:
    neighbours = Neighbours(tmp_path)
    world = neighbours.world
    carol = world.person("carol")
    world.befriend(neighbours.ann, carol)
    world.pass_time(3)
    assert world.peers.connections == 4

    def lie(sender: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        if isinstance(frame, PeerHello) and sender == carol.account.account_id:
            bobs = neighbours.bob.account
            return [msgspec.structs.replace(frame, account_id=bobs.account_id)]
        return [frame]

    world.peers.on_the_way = lie
    world.peers.cut()
    world.pass_time(20)
    assert _kind(world, neighbours.ann, carol) == "mailbox"
    assert _kind(world, neighbours.ann, neighbours.bob) == "direct"


def test_what_comes_before_the_hello_ends_the_connection_and_nothing_else(neighbours: Neighbours) -> None:
    world = neighbours.world

    def rude(sender: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        return [Envelopes([]), frame] if isinstance(frame, PeerHello) else [frame]

    world.peers.on_the_way = rude
    world.peers.cut()
    world.settle()
    assert neighbours.kinds() == ("mailbox", "mailbox")
    assert neighbours.ann.account.link_view().state == "online"
    world.say(neighbours.ann, neighbours.bob, "the mailbox works")
    assert world.texts(neighbours.bob, neighbours.ann) == ["the mailbox works"]


def test_relay_only_opens_the_endpoint_anew_and_says_so(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.set_settings(relay_only=True, token=1, now=now))
    world.peers.route(direct=False, rtt_ms=5.0)
    world.pass_time(5)
    world.peers.route(direct=False, rtt_ms=5.0)
    world.settle()
    assert neighbours.kinds() == ("relayed", "relayed")
    assert reason_code(world, ann, bob) == "relay_only_on"


def test_whoever_appears_offline_has_no_endpoint(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.set_settings(appear_offline=True, token=1, now=now))
    assert world.peers.connections == 0
    assert reason_code(world, ann, bob) == "appearing_offline"
    assert reason_code(world, bob, ann) == "peer_offline"
    world.say(bob, ann, "psst")
    assert world.texts(ann, bob) == ["psst"]


@pytest.mark.parametrize("asker_minds", [True, False])
def test_without_udp_on_either_side_there_is_no_direct_path(tmp_path: Path, asker_minds: bool) -> None:
    neighbours = Neighbours(tmp_path)
    world, ann = neighbours.world, neighbours.ann
    carol = world.person("carol")
    modes = ("Disabled", "Enabled") if asker_minds else ("Enabled", "Disabled")
    world.do(ann, lambda account, now: account.ask_registration(carol.cid, now))
    world.do(carol, lambda account, now: account.answer_registration(ann.cid, True, now))
    world.do(ann, lambda account, now: account.connect(carol.cid, b"", modes[0], now))
    world.do(carol, lambda account, now: account.answer_connect(ann.cid, True, b"", modes[1], now))
    world.pass_time(10)
    # Ann talks to Bob over UDP, so her endpoint can: Carol gets the mailbox.
    assert (_kind(world, ann, carol), reason_code(world, ann, carol)) == ("mailbox", "udp_off")
    assert neighbours.kinds() == ("direct", "direct")


def test_a_restored_writer_who_talks_over_the_path_repeats_no_number(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.say(ann, bob, "one")
    backup = world.copy_of(ann)
    world.pass_time(5)
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


def test_a_server_that_forgot_it_makes_nobody_visible(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.set_settings(appear_offline=True, token=1, now=now))
    offer = world.to_device

    def forgetful(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        told = offer(person, frame)
        return [msgspec.structs.replace(one, appear_offline=False) if isinstance(one, Welcome) else one for one in told]

    asked: list[bool] = []

    def listening(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        asked.append(isinstance(frame, SetVisibility) and frame.appear_offline)
        return [frame]

    world.to_device, world.to_server = forgetful, listening
    world.cut(ann)
    world.pass_time(30)
    assert ann.account.appear_offline
    assert any(asked)
    assert world.peers.connections == 0
    assert _kind(world, bob, ann) == "mailbox"


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
    world.pass_time(5)
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
    world.do(ann, lambda account, now: account.link_frame(LinkFrameArrived(*ann_link, held[-1]), now))
    assert not any(isinstance(frame, Envelopes) for _, frame in world.peers.sent[sent:])
    assert world.statuses(ann, bob) == ["delivered"] * 6
