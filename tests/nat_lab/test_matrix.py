"""Every pair of routers: messages arrive at once, and then take the best path that there is, with the reason shown."""

import asyncio
from pathlib import Path
from typing import Final

import pytest

from tests.nat_lab.conversation import Conversation
from tests.nat_lab.expected import DIRECT, IN_EVERY_TEST_RUN, Pair, all_pairs, expected
from tests.nat_lab.results import note, story
from tests.nat_lab.team import friends

SETTLED_SECONDS: Final = 8.0
"""What is not direct by then is not expected to become so."""

PAIRS = [pytest.param(p, id=p.test_id, marks=[] if p in IN_EVERY_TEST_RUN else pytest.mark.slow) for p in all_pairs()]


FAR_APART_MS: Final = 40.0
"""On each uplink: peers are 160 ms apart and back, as on two continents."""


@pytest.mark.parametrize("pair", PAIRS)
async def test_a_pair_of_routers(pair: Pair, tmp_path: Path) -> None:
    await try_pair(pair, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("pair", sorted(IN_EVERY_TEST_RUN, key=str), ids=lambda pair: pair.test_id)
async def test_a_pair_of_routers_far_apart(pair: Pair, tmp_path: Path) -> None:
    await try_pair(pair, tmp_path, delay_ms=FAR_APART_MS)


async def try_pair(pair: Pair, directory: Path, *, delay_ms: float = 0) -> None:
    path = expected(pair)
    async with friends(directory, pair.a, pair.b, one_lan=pair.one_lan, delay_ms=delay_ms) as team:
        conversation = Conversation(team)
        await conversation.say_one_each()
        await conversation.until_all_arrived()
        if path.kind != DIRECT:
            await asyncio.sleep(SETTLED_SECONDS)
        for person, reason in ((team.a, path.reason_a), (team.b, path.reason_b)):
            await person.until_path(path.kind, reason)
        name = f"{pair}, {2 * delay_ms:.0f} ms to the server" if delay_ms else str(pair)
        note(name, "; ".join(story(person.view.paths, team.friends_since) for person in (team.a, team.b)))
        async with conversation.flowing():
            await asyncio.sleep(1)
        for person, reason in ((team.a, path.reason_a), (team.b, path.reason_b)):
            assert person.path() == (path.kind, reason)
