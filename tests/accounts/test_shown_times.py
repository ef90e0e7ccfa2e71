"""The time that is shown of a message is fixed once, and goes forward down the conversation whatever clocks say."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casemate.internal_service.core.account.conversations.shown_time import shown_time
from casemate.node import Instant
from casemate.protocol.limits import DAY_SECONDS
from tests.accounts.deployment import Deployment, Person

times = st.floats(0, 1e10)


@given(written=times, arrived=times, above=st.none() | times, below=st.none() | times)
def test_it_lies_between_its_neighbours_or_is_the_arrival(
    written: float, arrived: float, above: float | None, below: float | None
) -> None:
    shown = shown_time(written, arrived, above, below)
    if below is not None:
        assert shown <= below
    if above is not None and (below is None or above <= below) and above <= arrived:
        assert shown >= above
    if below is None:
        assert shown in (written, arrived)
    assert shown <= max(arrived, above or 0.0), "nothing is shown in the future"


@pytest.mark.parametrize("wrong_by", [-400 * DAY_SECONDS, -3600.0, 3600.0, 400 * DAY_SECONDS])
def test_a_writers_wrong_clock_moves_no_day_line(tmp_path: Path, wrong_by: float) -> None:
    world = Deployment(tmp_path)
    ann, bob = world.person("ann"), world.person("bob")
    world.befriend(ann, bob)
    began = world.now.wall * 1000
    for number in range(4):
        world.pass_time(30)
        world.say(ann, bob, f"a{number}")
        world.pass_time(30)
        say_with_clock(world, bob, ann, f"b{number}", wrong_by)
    shown = [message.shown_at for message in world.timeline(ann, bob)]
    assert shown == sorted(shown)
    assert began <= shown[0]
    assert shown[-1] <= world.now.wall * 1000


def test_a_right_clock_is_believed_also_of_what_comes_late(tmp_path: Path) -> None:
    world = Deployment(tmp_path)
    ann, bob = world.person("ann"), world.person("bob")
    world.befriend(ann, bob)
    world.cut(ann)
    world.server_up = False
    world.say(bob, ann, "written an hour before it arrived")
    world.pass_time(3600)
    world.server_up = True
    world.pass_time(60)
    [message] = world.timeline(ann, bob)
    assert message.shown_at == message.written_at < message.arrived_at


def test_it_never_changes(tmp_path: Path) -> None:
    world = Deployment(tmp_path)
    ann, bob = world.person("ann"), world.person("bob")
    world.befriend(ann, bob)
    for number in range(3):
        say_with_clock(world, bob, ann, f"b{number}", 1e6 * (-1) ** number)
    before = [message.shown_at for message in world.timeline(ann, bob)]
    world.jump_clocks(-90 * DAY_SECONDS)
    world.restart(ann)
    assert [message.shown_at for message in world.timeline(ann, bob)] == before


def say_with_clock(world: Deployment, one: Person, other: Person, text: str, wrong_by: float) -> None:
    """Written while the clock of its writer alone was wrong."""
    right = world.now
    world.server_up = False
    world.cut(one)
    world.now = Instant(right.monotonic, right.wall + wrong_by)
    world.say(one, other, text)
    world.now = right
    world.server_up = True
    world.pass_time(20)
