"""What happens in mid-conversation: nothing is lost, doubled or out of order, and the best path comes back."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.nat_lab.conversation import Conversation
from tests.nat_lab.lab import ROAMING_HOST
from tests.nat_lab.results import course, note, story
from tests.nat_lab.team import Team, friends


@contextlib.asynccontextmanager
async def talking(team: Team, name: str) -> AsyncIterator[Conversation]:
    """Both write all the time; what they were shown meanwhile is noted."""
    conversation = Conversation(team)
    async with conversation.flowing():
        await asyncio.sleep(1)
        began = time.monotonic()
        yield conversation
        await asyncio.sleep(1)
    both = [person.view.paths for person in (team.a, team.b)]
    slowest = max(stream.longest_delay() for stream in conversation.streams)
    stories = "; ".join(story(paths, began) for paths in both)
    note(name, f"{course(both, began, conversation.undone_at)} | {slowest:.1f} s | {stories}")


async def test_udp_is_blocked_and_let_through_again(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, "UDP blocked, 10 s later let through") as conversation:
            team.lab.block_udp("a")
            await team.until_not_direct()
            await conversation.until_heard_again()
            await asyncio.sleep(10)
            team.lab.unblock_udp("a")
            conversation.undone()
            await team.until_path("direct")


async def test_a_host_roams_to_another_nat(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, "moved to another NAT, 1 s without network") as conversation:
            team.lab.unplug("a")
            await asyncio.sleep(1)
            team.lab.plug("a", "c", ROAMING_HOST)
            conversation.undone()
            await conversation.until_heard_again()
            await team.until_path("direct")


@pytest.mark.slow
async def test_a_host_gets_another_address_in_its_lan(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, "another LAN address, 1 s without") as conversation:
            team.lab.drop_lan_address("a")
            await asyncio.sleep(1)
            team.lab.give_new_lan_address("a")
            conversation.undone()
            await conversation.until_heard_again()
            await team.until_path("direct")


@pytest.mark.slow
async def test_a_cable_is_out_for_a_while(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, "unplugged for 8 s") as conversation:
            team.lab.unplug("a")
            await asyncio.sleep(8)
            team.lab.plug_again("a")
            conversation.undone()
            await conversation.until_heard_again()
            await team.until_path("direct")


@pytest.mark.slow
async def test_a_vpn_takes_the_traffic_and_leaves_again(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, "VPN on, 10 s later off") as conversation:
            team.lab.vpn_on("a")
            await asyncio.sleep(10)
            await team.until_path("direct")
            team.lab.vpn_off("a")
            conversation.undone()
            await conversation.until_heard_again()
            await team.until_path("direct")


@pytest.mark.parametrize("seconds", [3, pytest.param(20, marks=pytest.mark.slow)])
async def test_the_server_is_killed_while_peers_talk_directly_and_they_notice_nothing(
    tmp_path: Path, seconds: float
) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        changes = [len(person.view.paths) for person in team.people.values()]
        async with talking(team, f"direct, server away for {seconds} s") as conversation:
            team.server.kill()
            await asyncio.sleep(seconds / 2)
            await conversation.until_heard_again()  # while there is no server
            await asyncio.sleep(seconds / 2)
            await asyncio.to_thread(team.server.start)
            conversation.undone()
            await team.until_linked()
        assert [len(person.view.paths) for person in team.people.values()] == changes


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [3, 20])
async def test_the_server_is_killed_while_peers_need_its_relay(tmp_path: Path, seconds: float) -> None:
    async with friends(tmp_path, "UDP blocked", "port cone") as team:
        await team.until_path_kind("relayed")
        async with talking(team, f"relayed, server away for {seconds} s") as conversation:
            await team.away(seconds)
            conversation.undone()
            await team.until_linked()
            await conversation.until_heard_again()
            await team.until_path_kind("relayed")


@pytest.mark.slow
@pytest.mark.parametrize("seconds", [5, 20])
async def test_a_computer_sleeps_and_wakes_up(tmp_path: Path, seconds: float) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        async with talking(team, f"asleep for {seconds} s") as conversation:
            team.b.service.suspend()
            await asyncio.sleep(seconds)
            team.b.service.resume()
            conversation.undone()
            await conversation.until_heard_again()
            await team.until_path("direct")


@pytest.mark.slow
async def test_an_internal_service_is_killed_and_started_again(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone") as team:
        await team.until_path("direct")
        conversation = Conversation(team)
        for _ in range(20):
            await conversation.say_one_each()
        await team.restart("a")
        for _ in range(20):
            await conversation.say_one_each()
        await team.until_path("direct")
        await conversation.check()


async def test_neighbours_talk_without_a_server_even_after_their_services_were_restarted(tmp_path: Path) -> None:
    async with friends(tmp_path, "port cone", "port cone", one_lan=True) as team:
        await team.until_path("direct")
        team.server.kill()
        for host in team.services:
            await team.restart(host)
        began = time.monotonic()
        await team.until_path("direct")
        note("one LAN, no server, both services started anew", f"direct after {time.monotonic() - began:.1f} s")
        async with talking(team, "one LAN without a server"):
            await asyncio.sleep(1)
