"""Whatever clocks say: one that jumps erases nothing, and nothing lives for longer than it was run."""

from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from casemate.internal_service.core.account.lives import (
    HIDDEN_SECONDS,
    Clocks,
    begun,
    fate_of,
    life_in_bounds,
)
from casemate.protocol.limits import LIFE_LEAST_SECONDS, LIFE_MOST_SECONDS

SECONDS = 3600
jumps = st.integers(-(10**9), 10**9).map(float)


@dataclass(frozen=True)
class Step:
    """What happens between two looks."""

    runs: float
    """So long the account is open …"""
    sleeps: float
    """… and so long it is not."""
    wall_jumps: float
    server_jumps: float
    server_is_there: bool


steps = st.lists(
    st.builds(
        Step,
        runs=st.integers(0, 2 * 86_400).map(float),
        sleeps=st.integers(0, 2 * 86_400).map(float),
        wall_jumps=st.just(0.0) | jumps,
        server_jumps=st.just(0.0) | jumps,
        server_is_there=st.booleans(),
    ),
    max_size=8,
)


@given(steps, st.booleans(), st.sampled_from(["wall", "server"]))
def test_one_clock_that_jumps_erases_nothing(steps: list[Step], server_known: bool, jumping: str) -> None:
    passed = running = 0.0
    wall, server = 1e9, 2e9
    life = begun(1, SECONDS, Clocks(wall, running, server if server_known else None), server if server_known else None)
    for step in steps:
        passed += step.runs + step.sleeps
        running += step.runs
        wall += step.runs + step.sleeps + (step.wall_jumps if jumping == "wall" else 0.0)
        server += step.runs + step.sleeps + (step.server_jumps if jumping == "server" else 0.0)
        now = Clocks(wall, running, server if step.server_is_there else None)
        if step.server_is_there and life.ends_server is None:
            life = replace(life, ends_server=server + max(0.0, life.ends_running - running))
        fate = fate_of(life, now)
        was_hidden_long = life.hidden_at is not None and running - life.hidden_at >= HIDDEN_SECONDS
        if fate == "erased":
            assert passed >= SECONDS or was_hidden_long
            return
        assert running < SECONDS, "what was run for its whole life is over, whatever the clocks say"
        assert (fate == "hidden") == (wall >= life.ends_wall)
        hidden_at = running if life.hidden_at is None else life.hidden_at
        life = replace(life, hidden_at=hidden_at if fate == "hidden" else None)


@given(jumps, jumps)
def test_when_the_clock_is_set_back_it_is_shown_again(forth: float, back: float) -> None:
    now = Clocks(1e9, 0.0, None)
    life = begun(1, SECONDS, now, None)
    fates = [fate_of(life, replace(now, wall=now.wall + moved)) for moved in (forth, forth + back)]
    assert fates == ["hidden" if moved >= SECONDS else "shown" for moved in (forth, forth + back)]


@pytest.mark.parametrize(
    ("said", "kept"),
    [(None, None), (0, None), (1, LIFE_LEAST_SECONDS), (60, 60), (2**53, LIFE_MOST_SECONDS)],
)
def test_a_message_of_any_life_has_one_within_bounds(said: int | None, kept: int | None) -> None:
    assert life_in_bounds(said) == kept
