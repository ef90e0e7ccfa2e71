"""Which path two people have, why it is that one, and who gets none."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casemate.crypto.beacon import SLOT_SECONDS
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.ground.notices import PathChanged
from casemate.internal_service.core.ground.path_io import (
    AnnounceOnLan,
    EndpointChanged,
    PathEffect,
    PeerClosed,
    PeerFrameArrived,
)
from casemate.node import Instant
from casemate.protocol.ids import AccountId
from casemate.protocol.link import Ephemeral, SetVisibility, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import Control, Envelopes, Network, PeerFrame, PeerHello
from tests.accounts.deployment import Person
from tests.accounts.hostility import device
from tests.accounts.neighbours import Neighbours, path_kind, reason_code


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


def test_no_more_is_under_way_on_a_path_than_may_be_unanswered(
    neighbours: Neighbours, monkeypatch: pytest.MonkeyPatch
) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.direct.PEER_UNANSWERED", 5)
    world.peers.on_the_way = lambda sender, frame: [] if isinstance(frame, Control) else [frame]
    world.peers.sent.clear()
    written = [f"hello {number}" for number in range(8)]
    for text in written:
        world.say(ann, bob, text)
    assert sum(len(frame.items) for _, frame in world.peers.sent if isinstance(frame, Envelopes)) == 5
    world.peers.on_the_way = lambda sender, frame: [frame]
    world.pass_time(10)
    assert world.texts(bob, ann) == written
    assert neighbours.kinds() == ("direct", "direct")


def found_elsewhere(neighbours: Neighbours) -> None:
    """The server was away for a moment, and Bob's service finds it at another of its addresses."""
    world, bob = neighbours.world, neighbours.bob
    world.do(bob, lambda account, now: account.add_server_address("office.example:12349", now))
    world.nobody_at.add("127.0.0.1:12349")
    world.cut(bob)
    world.pass_time(30)
    assert bob.account.profile.reached_at == "office.example:12349"


def test_a_server_that_is_found_at_another_of_its_addresses_ends_no_direct_path(neighbours: Neighbours) -> None:
    opened = neighbours.world.peers.opened
    found_elsewhere(neighbours)
    assert neighbours.kinds() == ("direct", "direct")
    assert neighbours.world.peers.opened == opened, "nobody's endpoint was opened anew"


def test_a_relay_that_went_with_the_old_address_is_looked_for_at_the_new_one(neighbours: Neighbours) -> None:
    world, bob = neighbours.world, neighbours.bob
    found_elsewhere(neighbours)
    account_id, generation, _ = world.peers.place_of(bob.account.account_id)
    world.peers.later(account_id, EndpointChanged(account_id, generation, False, Network(), ()))
    world.settle()
    opened = world.peers.opened
    world.peers.crash(neighbours.ann.account.account_id)
    world.pass_time(60)
    assert world.peers.opened > opened


def test_a_relayed_path_says_so(neighbours: Neighbours) -> None:
    neighbours.world.peers.route(direct=False, rtt_ms=40.0)
    neighbours.world.settle()
    neighbours.world.pass_time(5.1)
    path = neighbours.world.sees(neighbours.ann, neighbours.bob).path
    assert path is not None
    assert (path.kind, path.rtt_ms, path.rtt_history[-1]) == ("relayed", 40.0, 40.0)
    assert path.reason is not None
    assert path.reason.code == "no_direct_route"


def test_what_turns_out_about_our_own_network_is_shown_at_once(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.peers.route(direct=False, rtt_ms=40.0)
    world.settle()
    world.pass_time(5.1)
    account_id, generation, _ = world.peers.place_of(ann.account.account_id)
    told = len(ann.heard(PathChanged))
    world.peers.later(account_id, EndpointChanged(account_id, generation, True, Network(udp="blocked"), ()))
    world.settle()
    assert reason_code(world, ann, bob) == "udp_blocked_here"
    assert len(ann.heard(PathChanged)) > told
    assert reason_code(world, bob, ann) == "udp_blocked_there"


@pytest.mark.parametrize("is_there", [True, False])
def test_where_one_may_be_reached_now_is_told_through_the_server_to_whoever_is_online(
    neighbours: Neighbours, is_there: bool
) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    account_id, generation, _ = world.peers.place_of(ann.account.account_id)
    if not is_there:
        world.do(bob, lambda account, now: account.stop(now))
    world.pass_time(60)
    told: list[bytes] = []

    def count(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        told.extend([frame.to] if isinstance(frame, Ephemeral) and person is ann else [])
        return [frame]

    world.to_server = count
    moved = EndpointChanged(account_id, generation, True, Network(udp="open"), ("192.0.2.9:4000",))
    world.peers.later(account_id, moved)
    world.settle()
    world.pass_time(30)
    assert told == [device(bob)] * is_there


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


@pytest.mark.parametrize("name", ["ann", "bob"])
def test_whoever_notices_that_a_connection_broke_dials_at_once(neighbours: Neighbours, name: str) -> None:
    """Also whoever had dialled it; the other side may notice much later."""
    world = neighbours.world
    person = {"ann": neighbours.ann, "bob": neighbours.bob}[name]
    place = world.peers.place_of(person.account.account_id)
    world.peers.later(place[0], PeerClosed(*place, "lost"))
    world.settle()
    assert world.peers.place_of(person.account.account_id) != place


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


@pytest.mark.parametrize("changes", [{"blocked": True}, {"relation": "none"}], ids=["blocked", "not registered"])
def test_what_comes_before_the_connection_of_somebody_unwanted_has_ended_is_not_taken(
    neighbours: Neighbours, changes: dict[str, Any]
) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    place = world.peers.place_of(ann.account.account_id)
    on_the_way: list[PeerFrame] = []

    def hold(sender: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        if not isinstance(frame, Envelopes):
            return [frame]
        on_the_way.append(frame)
        return []

    world.peers.on_the_way = hold
    world.say(bob, ann, "let me in")

    def unwanted_now(account: Account, now: Instant) -> Outcome:
        peer = ann.store.peer_by_cid(bob.cid)
        assert peer is not None
        account._context.put_peer(replace(peer, **changes))
        return account.path_event(PeerFrameArrived(*place, on_the_way[0]), now)

    world.do(ann, unwanted_now)
    assert world.texts(ann, bob) == []
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
    assert path_kind(world, neighbours.ann, carol) == "mailbox"
    assert path_kind(world, neighbours.ann, neighbours.bob) == "direct"


def test_what_comes_before_the_hello_ends_the_connection_and_nothing_else(neighbours: Neighbours) -> None:
    world = neighbours.world

    def rude(sender: AccountId, frame: PeerFrame) -> list[PeerFrame]:
        return [Envelopes([]), frame] if isinstance(frame, PeerHello) else [frame]

    world.peers.on_the_way = rude
    world.peers.cut()
    world.settle()
    assert neighbours.kinds() == ("direct, unsteady", "direct, unsteady")
    assert neighbours.ann.account.link_view().state == "online"
    world.say(neighbours.ann, neighbours.bob, "the mailbox works")
    assert world.texts(neighbours.bob, neighbours.ann) == ["the mailbox works"]


def test_tags_are_announced_on_the_local_network_once_in_each_slot(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    announced: list[bytes] = []
    perform = world.peers.perform

    def note(effect: PathEffect) -> None:
        if isinstance(effect, AnnounceOnLan) and effect.account_id == ann.account.account_id:
            announced.append(b"".join(effect.tags))
        perform(effect)

    world.peers.perform = note  # type: ignore[method-assign]
    for number in range(30):
        world.pass_time(SLOT_SECONDS / 10)
        world.say(bob, ann, f"part {number}")
    assert len(announced) == len(set(announced)) == 3


def test_relay_only_opens_the_endpoint_anew_and_says_so(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.set_settings(relay_only=True, token=1, now=now))
    world.peers.route(direct=False, rtt_ms=5.0)
    world.pass_time(5.1)
    world.peers.route(direct=False, rtt_ms=5.0)
    world.settle()
    world.pass_time(5.1)
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
    assert (path_kind(world, ann, carol), reason_code(world, ann, carol)) == ("mailbox", "udp_off")
    assert neighbours.kinds() == ("direct", "direct")


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
    assert path_kind(world, bob, ann) == "mailbox"
