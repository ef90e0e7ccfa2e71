"""Starting on a disk without room: what is there can be read, and what cannot start says how much it needs."""

import asyncio
import re
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.conftest import NewService
from tests.processes.test_storage_faults import comes_back
from tests.support.client import ANSWER_SECONDS
from tests.support.deployment import Deployment, deployment_in
from tests.support.processes import CASEMATE, DidNotStart
from tests.support.small_disk import SmallDisk, small_disk

pytestmark = pytest.mark.processes

MEGABYTES = 40


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


@pytest.mark.parametrize("left", [0, 8_192, 65_536])
def test_a_first_start_without_room_says_how_much_it_needs(new_service: NewService, name: str, left: int) -> None:
    service = new_service(name)
    with small_disk(service.data_dir, MEGABYTES) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        disk.fill(leave_bytes=left)
        with pytest.raises(DidNotStart, match="exit code 1"):
            service.start()
        assert service.stdout.read_text() == ""
        said = [line for line in service.stderr.read_text().splitlines() if not line.startswith("{")]
        assert len(said) == 1, said
        assert re.search(
            r"There is no room on the disk of \S+: make room \(8 MB will do\), then start again\.", said[0]
        )
        disk.make_room()
        service.start()
        service.kill()


@pytest.mark.parametrize("end", ["terminate", "kill"])
async def test_an_internal_service_that_starts_on_a_full_disk_shows_what_is_there(
    deployment: Deployment, end: str
) -> None:
    with small_disk(deployment.directory / "a", MEGABYTES) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        try:
            await _start_and_read(deployment, disk, end)
        finally:
            deployment.kill_everything()


async def _start_and_read(deployment: Deployment, disk: SmallDisk, end: str) -> None:
    deployment.start("a", "b")
    service = deployment.service("a")
    alice, bob = await service.view(), await deployment.service("b").view()
    server = deployment.server.address
    a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
    await alice.subscribe(a), await bob.subscribe(b)
    await alice.make_friends(a, bob, b)
    await alice.until_status(a, await alice.send_chat(a, b, "before"), "delivered")
    await alice.close()
    getattr(service, end)()
    disk.fill()
    service.start()
    alice = await service.view()
    assert alice.storage is not None
    assert alice.storage["code"] == "disk_full"
    await alice.subscribe(a)
    assert "before" in {row["text"] for row in await alice.load_timeline(a, b)}
    pid = service.pid
    disk.make_room()
    await asyncio.wait_for(alice.closed.wait(), ANSWER_SECONDS)
    await alice.close()
    alice = await comes_back(deployment)
    await alice.subscribe(a)
    await alice.until_status(a, await alice.send_chat(a, b, "and after"), "delivered")
    assert service.pid == pid
    await alice.close()
    await bob.close()


@pytest.mark.parametrize("end", ["terminate", "kill"])
async def test_a_server_that_starts_on_a_full_disk_says_so_and_goes_on_when_there_is_room(
    deployment: Deployment, end: str
) -> None:
    with small_disk(deployment.directory / "server", MEGABYTES) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        try:
            deployment.start("a")
            alice = await deployment.service("a").view()
            a = await alice.register(deployment.server.address, "alice", "Alice")
            await alice.subscribe(a)
            getattr(deployment.server, end)()
            disk.fill()
            deployment.server.start()

            def why() -> str:
                found = alice.accounts[a].account["link"]["reason"]
                return "" if found is None else str(found["code"])

            await alice.until(lambda: why() == "server_full")
            disk.make_room()
            await alice.until(
                lambda: bool(alice.accounts[a].account["link"]["state"] == "online"), seconds=2 * ANSWER_SECONDS
            )
            await alice.close()
        finally:
            deployment.kill_everything()


def test_up_starts_on_a_full_disk_and_stays(tmp_path: Path) -> None:
    with small_disk(tmp_path / "data", MEGABYTES) as disk:
        if disk is None:
            pytest.skip("only root can mount a small disk")
        command = [*CASEMATE, "up", "--no-browser", "--data-dir", str(disk.directory)]
        command += ["--listen", "127.0.0.1:0", "--server-listen", "127.0.0.1:0"]
        assert "launch=" in _out_of(command, tmp_path / "first")
        disk.fill()
        assert "launch=" in _out_of(command, tmp_path / "second")


def _out_of(command: list[str], logs: Path) -> str:
    """Run it until it says that it is ready, or ends; then end it."""
    with logs.open("wb") as out:
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True)
        deadline = time.monotonic() + 60
        while b"Ctrl-C stops" not in logs.read_bytes() and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    return logs.read_text()
