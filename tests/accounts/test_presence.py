"""Who is shown online: whoever answers is here, and of whom one blocks nothing is told."""

import pytest

from casemate.internal_service.core.ground.notices import DirectoryAnswered, PathChanged, PeerChanged
from casemate.protocol.link import Presence, PresenceRow
from casemate.protocol.link_codec import ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours, path_kind, reason_code


def say_offline(neighbours: Neighbours) -> None:
    """The server tells Ann that Bob has gone, which is not so."""
    world, bob = neighbours.world, neighbours.bob

    def lie(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        gone = Presence(PresenceRow(bob.account.account_id, False, world.now.wall))
        return [frame, gone] if person is neighbours.ann else [frame]

    world.to_device = lie
    world.do(neighbours.ann, lambda account, now: account.list_directory("", "", 10, 1, now))
    world.to_device = lambda person, frame: [frame]


def test_whoever_answers_on_a_path_is_online_whatever_the_server_says(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    say_offline(neighbours)
    assert path_kind(world, ann, bob) == "direct"
    assert world.sees(ann, bob).online is True
    since = world.sees(ann, bob).online_since
    assert since is not None
    assert since <= world.now.wall * 1000


def test_and_when_the_path_ends_what_the_server_says_is_shown_and_told(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    say_offline(neighbours)
    ann.notices.clear()
    world.peers.silent = True
    world.peers.cut()
    world.settle()
    world.pass_time(5.1)
    assert world.sees(ann, bob).online is False
    assert PeerChanged(bob.cid) in ann.notices


def test_with_the_server_away_the_path_proves_it(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.server_up = False
    world.cut(ann)
    assert (path_kind(world, ann, bob), world.sees(ann, bob).online) == ("direct", True)
    ann.notices.clear()
    world.peers.silent = True
    world.peers.cut()
    world.settle()
    world.pass_time(5.1)
    assert world.sees(ann, bob).online is None
    assert PeerChanged(bob.cid) in ann.notices


def test_the_directory_says_the_same(neighbours: Neighbours) -> None:
    """One person stands in one list as in the other."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    say_offline(neighbours)
    world.do(bob, lambda account, now: account.set_settings(appear_offline=True, token=7, now=now))
    assert directory_presence(world, ann, bob) == world.sees(ann, bob).online


def test_of_whom_one_blocks_nothing_is_told(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    world.do(ann, lambda account, now: account.block(bob.cid, True, 1, now))
    world.pass_time(1)
    assert (world.sees(ann, bob).online, world.sees(ann, bob).online_since) == (None, None)
    assert directory_presence(world, ann, bob) is None
    assert reason_code(world, ann, bob) == "blocked_by_you"
    world.do(ann, lambda account, now: account.block(bob.cid, False, 2, now))
    assert world.sees(ann, bob).online is True


def directory_presence(world: Deployment, one: Person, other: Person) -> bool | None:
    one.notices.clear()
    world.do(one, lambda account, now: account.list_directory("", "", 10, 5, now))
    [answer] = [notice for notice in one.notices if isinstance(notice, DirectoryAnswered)]
    [row] = [row for row in answer.rows if row.cid == other.cid]
    return row.online


# --- what the path of a message says while nothing is taken


@pytest.fixture
def refused(world: Deployment) -> tuple[Person, Person]:
    """Ann has written to Bob, who blocks her."""
    ann, bob = world.person("ann"), world.person("bob")
    world.befriend(ann, bob)
    world.do(bob, lambda account, now: account.block(ann.cid, True, 1, now))
    world.say(ann, bob, "hello")
    return ann, bob


def test_a_path_does_not_say_that_the_server_keeps_what_it_refuses(
    world: Deployment, refused: tuple[Person, Person]
) -> None:
    ann, bob = refused
    assert reason_code(world, ann, bob) == "not_accepting"
    assert PathChanged(bob.cid) in ann.notices
    for _ in range(40):
        world.pass_time(1)  # past the moment at which one envelope tries again
        assert reason_code(world, ann, bob) == "not_accepting"


def test_it_says_so_no_longer_once_something_is_taken(world: Deployment, refused: tuple[Person, Person]) -> None:
    ann, bob = refused
    ann.notices.clear()
    world.do(bob, lambda account, now: account.block(ann.cid, False, 2, now))
    assert world.texts(bob, ann) == ["hello"]
    assert reason_code(world, ann, bob) not in ("not_accepting", None)
    assert PathChanged(bob.cid) in ann.notices
