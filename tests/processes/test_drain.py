"""A service that is asked to stop tells its clients first, and what it accepted is there after the next start."""

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import aiohttp
import pytest

from tests.support.client import ANSWER_SECONDS, ApiClient
from tests.support.deployment import Deployment, deployment_in


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as deployment:
        deployment.start()
        yield deployment


async def test_a_socket_is_closed_as_going_away(deployment: Deployment) -> None:
    service = deployment.service()
    headers = {"Authorization": f"Bearer {service.token}"}
    async with aiohttp.ClientSession() as http, http.ws_connect(service.socket_url, headers=headers) as socket:
        await socket.receive(timeout=ANSWER_SECONDS)
        stopping = asyncio.create_task(asyncio.to_thread(service.terminate))
        while (await socket.receive(timeout=ANSWER_SECONDS)).type is aiohttp.WSMsgType.TEXT:
            pass
        assert await stopping == 0
        assert socket.close_code == aiohttp.WSCloseCode.GOING_AWAY


async def test_a_signed_in_program_hears_of_the_stop_before_its_socket_closes(deployment: Deployment) -> None:
    service = deployment.service()
    async with await service.plain_client() as client:
        await client.register(deployment.server.address, "ada", "Ada")
        assert await asyncio.to_thread(service.terminate) == 0
        await asyncio.wait_for(client.closed.wait(), ANSWER_SECONDS)
        assert "ServerShutdown" in told(client)


async def test_an_idle_client_keeps_nobody_from_stopping(deployment: Deployment) -> None:
    service = deployment.service()
    async with await service.plain_client() as client:
        await client.register(deployment.server.address, "ada", "Ada")
        for process in (service, deployment.server):
            assert await asyncio.to_thread(process.terminate) == 0


async def test_a_server_that_stops_and_starts_is_found_again(deployment: Deployment) -> None:
    view = await deployment.service().view()
    async with view, await deployment.service().plain_client() as client:
        cid = await client.register(deployment.server.address, "ada", "Ada")
        account = await view.subscribe(cid)
        await view.until(lambda: account.account["link"]["state"] == "online")
        assert await asyncio.to_thread(deployment.server.terminate) == 0
        await view.until(lambda: account.account["link"]["state"] != "online")
        await asyncio.to_thread(deployment.server.start)
        await view.until(lambda: account.account["link"]["state"] == "online")


def told(client: ApiClient) -> str:
    """The workspace answers that came unasked, as text."""
    notes = [note for note in client.notifications if note.name == "MessageNotification"]
    return json.dumps([bytes(note["message"]).decode() for note in notes])
