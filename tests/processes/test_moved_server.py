"""A real server moves to another port and is found there again; whoever takes its old place is not taken for it."""

import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.deployment import InternalServiceProcess
from tests.support.processes import ServiceProcess

pytestmark = [pytest.mark.processes, pytest.mark.own_network]


def free_port() -> int:
    with socket.socket() as anything:
        anything.bind(("127.0.0.1", 0))
        return int(anything.getsockname()[1])


def server(tmp_path: Path, name: str, port: int, *addresses: str) -> ServiceProcess:
    stated = [word for address in addresses for word in ("--address", address)]
    command = ["server", "--relay-listen", "off", *stated]
    return ServiceProcess(command, tmp_path / name, tmp_path / "logs" / f"{name}-{port}", port=port)


@pytest.fixture
def running() -> Iterator[list[ServiceProcess]]:
    """Whatever a test started."""
    started: list[ServiceProcess] = []
    yield started
    for process in started:
        process.stop_if_running()


async def test_a_server_that_moved_is_found_and_another_one_is_refused(
    tmp_path: Path, running: list[ServiceProcess]
) -> None:
    before, after = free_port(), free_port()
    here, there = f"127.0.0.1:{before}", f"127.0.0.1:{after}"
    first = server(tmp_path, "server", before, here, there)
    service = InternalServiceProcess(["internal-service"], tmp_path / "service", tmp_path / "logs" / "service")
    running += [first, service]
    first.start()
    service.start()
    async with await service.view() as view:
        cid = await view.register(here, "alice", "Alice")
        account = await view.subscribe(cid)

        def row(address: str) -> dict[str, Any]:
            listed = account.account["server_addresses"]
            return next((each for each in listed if each["address"] == address), {"reason": None, "in_use": False})

        await view.until(lambda: account.account["link"]["state"] == "online" and row(here)["in_use"])
        first.terminate()
        stranger, moved = server(tmp_path, "stranger", before), server(tmp_path, "server", after, there)
        running += [stranger, moved]
        stranger.start()
        await view.until(lambda: (row(here)["reason"] or {}).get("code") == "server_identity_changed")
        fingerprint = account.account["server_fingerprint"]
        moved.start()
        await view.until(lambda: account.account["link"]["state"] == "online" and row(there)["in_use"])
        assert account.account["server_fingerprint"] == fingerprint
        assert account.account["server_address"] == here, "what the person wrote stays"
