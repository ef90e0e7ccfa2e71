"""Who hides their address, or wants no UDP, sends the other's network not one packet, and the other none to theirs."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.nat_lab.conversation import Conversation
from tests.nat_lab.team import Person, Team, friends, strangers


@contextlib.asynccontextmanager
async def unseen(team: Team) -> AsyncIterator[None]:
    """Nobody's packets go to the other's site, or to the other in the same LAN, during the block, nor as they write."""
    lab = team.lab
    lab.count_packets("a", *([lab.lan_v4("b")] if lab.one_lan else lab.sites["b"].addresses_v4))
    lab.count_packets("b", *([lab.lan_v4("a")] if lab.one_lan else lab.sites["a"].addresses_v4))
    yield
    async with Conversation(team).flowing():
        await asyncio.sleep(5)
    assert (lab.packets_counted("a"), lab.packets_counted("b")) == (0, 0)


async def connect_without_udp(asking: Person, asked: Person) -> None:
    """Only who asks for the connection by themselves can say how."""
    asking.view.udp_mode = "Disabled"
    for person in (asking, asked):
        await person.set(auto_connect=False)
    await asking.view.begin_peer_register(asking.cid, asked.cid)
    await asked.view.until(lambda: asked.peer("relation") == "asks_you")
    await asked.view.request("PeerRegisterRespond", cid=asked.cid, peer_cid=asking.cid, accept=True)
    await asking.view.until(lambda: asking.peer("relation") == "registered")
    await asking.view.begin_peer_connect(asking.cid, asked.cid)
    await asked.view.until(lambda: asked.peer("connection") == "asks_you")
    await asked.view.accept_peer_connect(asked.cid, asking.cid)


@pytest.mark.parametrize("one_lan", [False, pytest.param(True, marks=pytest.mark.slow)])
async def test_relay_only_on_one_side_hides_both_from_the_start(tmp_path: Path, one_lan: bool) -> None:
    async with strangers(tmp_path, "public", "public", one_lan=one_lan) as team, unseen(team):
        await team.a.set(relay_only=True)
        await team.make_friends()
        await team.a.until_path("relayed", "relay_only_on")
        await team.b.until_path("relayed", "relay_only_there")


@pytest.mark.slow
async def test_relay_only_can_be_turned_on_and_off_in_mid_conversation(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        conversation = Conversation(team)
        async with conversation.flowing():
            await team.a.set(relay_only=True)
            await team.a.until_path("relayed", "relay_only_on")
            await team.b.until_path("relayed", "relay_only_there")
            await team.a.set(relay_only=False)
            await team.until_path("direct")


@pytest.mark.slow
async def test_without_udp_messages_stay_with_the_server(tmp_path: Path) -> None:
    async with strangers(tmp_path, "public", "public") as team, unseen(team):
        await connect_without_udp(team.a, team.b)
        await team.until_path("mailbox", "udp_off")


@pytest.mark.slow
async def test_who_appears_offline_is_given_away_by_no_packet(tmp_path: Path) -> None:
    async with strangers(tmp_path, "public", "public") as team, unseen(team):
        await team.a.set(appear_offline=True)
        await team.make_friends()
        await team.a.until_path("mailbox", "appearing_offline")
