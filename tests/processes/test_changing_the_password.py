"""A service that is killed while a password is changed opens its account with the old one or the new one."""

import asyncio
import random
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.client import ApiClient
from tests.support.deployment import Deployment, deployment_in

pytestmark = pytest.mark.processes

OLD, NEW = "the first password", "the second password"
CHANGE_SECONDS = 0.5
"""About as long as a change takes; kills come anywhere in it."""


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as deployment:
        yield deployment


async def opens(client: ApiClient, cid: int, password: str) -> bool:
    answer = await client.request("ConnectAccount", cid=cid, password=list(password.encode()))
    return answer.name in ("ConnectSuccess", "SessionAlreadyActive")


async def test_a_kill_at_any_moment_leaves_a_password_that_opens(deployment: Deployment) -> None:
    deployment.start()
    service, chance = deployment.service(), random.Random(5)
    view = await service.view()
    cid = await view.register(deployment.server.address, "alice", "Alice", password=OLD)
    old, new = OLD, NEW
    for _ in range(8):
        asked = asyncio.create_task(
            view.request("ChangePassword", cid=cid, old_password=list(old.encode()), new_password=list(new.encode()))
        )
        await asyncio.sleep(chance.random() * CHANGE_SECONDS)
        answered = asked.done() and asked.result().name == "Done"
        service.kill()
        asked.cancel()
        await view.close()
        service.start()
        view = await service.view()
        opening = [password for password in (OLD, NEW) if await opens(view, cid, password)]
        assert len(opening) == 1, "one of the two opens it, and only that one"
        assert not answered or opening == [new], "what was answered counts"
        old, new = opening[0], OLD if opening == [NEW] else NEW
    await view.close()
    assert not any(word in service.all_logs() for word in (OLD, NEW))
