"""Disks that fill up and files that are damaged, under running processes: they stay up, and say what is so."""

import asyncio
import contextlib
import secrets
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.client import ANSWER_SECONDS, Row
from tests.support.deployment import Deployment, deployment_in
from tests.support.small_disk import MEBIBYTE, SmallDisk, small_disk
from tests.support.view import View

pytestmark = pytest.mark.processes


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


@pytest.fixture
def disk(deployment: Deployment) -> Iterator[SmallDisk]:
    """Under the data of the internal service "a"."""
    with small_disk(deployment.directory / "a", 40) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        yield disk
        deployment.kill_everything()


async def comes_back(deployment: Deployment, name: str = "a") -> View:
    """A page whose socket was closed dials again."""
    async with asyncio.timeout(ANSWER_SECONDS):
        while True:
            try:
                return await deployment.service(name).view()
            except (aiohttp.ClientError, ConnectionError, OSError):
                await asyncio.sleep(0.05)


async def say(view: View, cid: int, peer_cid: int, text: str) -> Row:
    """Ask to send it, whatever the answer is: its reason, or the queued message."""
    message_id = secrets.token_hex(16)
    talk = view.accounts[cid].conversation_with(peer_cid)
    answer = await view.request("SendChat", cid=cid, conversation=talk, message_id=message_id, text=text)
    row: Row = answer["reason"] if answer.name == "RequestRefused" else answer["message"]
    return row


async def test_on_a_full_disk_history_stays_readable_and_it_goes_on_by_itself_when_there_is_room(
    deployment: Deployment, disk: SmallDisk
) -> None:
    deployment.start("a", "b")
    service = deployment.service("a")
    alice, bob = await service.view(), await deployment.service("b").view()
    server = deployment.server.address
    a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
    await alice.subscribe(a), await bob.subscribe(b)
    await alice.make_friends(a, bob, b)
    said = [await alice.send_chat(a, b, f"before {number}") for number in range(20)]
    await alice.until_status(a, said[-1], "delivered")
    pid = service.pid

    disk.fill(leave_bytes=MEBIBYTE)
    with pytest.raises((TimeoutError, ConnectionError)):
        while True:  # until there is no room for the next
            await asyncio.wait_for(say(alice, a, b, "x" * 60_000), ANSWER_SECONDS)
    await alice.close()

    alice = await comes_back(deployment)
    assert service.pid == pid
    assert alice.storage is not None
    assert alice.storage["code"] == "disk_full"
    await alice.subscribe(a)
    assert {"before 0", "before 19"} <= {row["text"] for row in await alice.load_timeline(a, b)}
    assert (await say(alice, a, b, "refused"))["code"] == "disk_full"
    await bob.send_chat(b, a, "while there was no room")

    disk.make_room()
    await asyncio.wait_for(alice.closed.wait(), ANSWER_SECONDS)
    await alice.close()
    alice = await comes_back(deployment)
    assert service.pid == pid
    await alice.subscribe(a)
    await alice.load_timeline(a, b)  # it may be here already, and not the last in their order
    await alice.until_text(a, b, "while there was no room")
    await alice.until_status(a, await alice.send_chat(a, b, "and after"), "delivered")
    await alice.close()
    await bob.close()


async def test_room_that_runs_out_is_said_before_it_is_gone(deployment: Deployment, disk: SmallDisk) -> None:
    deployment.start("a")
    view = await deployment.service("a").view()
    await view.until(lambda: view.storage is not None)
    assert view.storage is not None
    assert view.storage["code"] == "disk_low"
    assert int(view.storage["params"]["megabytes"]) <= 32
    await view.close()


async def test_a_server_on_a_full_disk_says_so_and_goes_on_when_there_is_room(deployment: Deployment) -> None:
    with small_disk(deployment.directory / "server", 40) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        try:
            await _fill_a_server(deployment, disk)
        finally:
            deployment.kill_everything()


async def _fill_a_server(deployment: Deployment, disk: SmallDisk) -> None:
    deployment.start("a", "b")
    service, other = deployment.service("a"), deployment.service("b")
    alice, bob = await service.view(), await other.view()
    server = deployment.server.address
    a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
    await alice.subscribe(a), await bob.subscribe(b)
    await alice.make_friends(a, bob, b)
    await bob.close()
    other.terminate()  # what is for Bob takes room at the server now
    pid = deployment.server.pid
    disk.fill(leave_bytes=MEBIBYTE)

    def is_away() -> bool:
        return bool(alice.accounts[a].account["link"]["state"] != "online")

    last = ""
    while not is_away():
        last = await alice.send_chat(a, b, secrets.token_hex(30_000))
        with contextlib.suppress(TimeoutError):
            await alice.until_status(a, last, "sent", seconds=0.2)

    def says_full() -> bool:
        why = alice.accounts[a].account["link"]["reason"]
        return bool(why is not None and why["code"] == "server_full")

    await alice.until(says_full)
    assert deployment.server.pid == pid
    disk.make_room()
    await alice.until_status(a, last, "sent", seconds=2 * ANSWER_SECONDS)
    assert deployment.server.pid == pid
    other.start()
    bob = await other.view()
    await bob.subscribe(b)
    await alice.until_status(a, last, "delivered")
    await bob.close()
    await alice.close()
