"""A disk that fails under the file of one account of a running process: the commit fails, the others go on."""

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.processes.test_storage_faults import comes_back, say
from tests.support.deployment import Deployment, deployment_in

pytestmark = pytest.mark.processes
SOURCE = Path(__file__).parents[1] / "support" / "failing_disk.c"


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


@pytest.fixture
def shim(tmp_path: Path) -> Path:
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("needs a C compiler")
    library = tmp_path / "failing_disk.so"
    subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(SOURCE), "-ldl"], check=True)
    return library


async def test_a_disk_that_fails_under_one_account_closes_that_one_and_the_process_goes_on(
    deployment: Deployment, shim: Path, tmp_path: Path
) -> None:
    deployment.server.start()
    deployment.service("b").start()
    trigger = tmp_path / "fails"
    service = deployment.service("a")
    service.start(environment={"LD_PRELOAD": str(shim), "FAILING_DISK": str(trigger)})
    view, bob = await service.view(), await deployment.service("b").view()
    server = deployment.server.address
    b = await bob.register(server, "bob", "Bob")
    a = await view.register(server, "alice", "Alice")
    [alices] = (service.data_dir / "accounts").glob("*.db")
    c = await view.register(server, "carol", "Carol")
    for cid in (a, c):
        await view.subscribe(cid)
    await bob.subscribe(b)
    await view.make_friends(a, bob, b)
    await view.make_friends(c, bob, b)
    await view.until_status(a, await view.send_chat(a, b, "before"), "delivered")
    pid = service.pid

    trigger.write_text(alices.stem)
    with pytest.raises((TimeoutError, ConnectionError)):
        await say(view, a, b, "a commit that fails")
    await view.close()
    view = await comes_back(deployment)
    assert service.pid == pid
    accounts = {row["cid"]: row for row in view.local_accounts}
    assert accounts[a]["state"] == "signed_out"
    assert accounts[a]["reason"]["code"] == "account_damaged"
    assert accounts[a]["reason"]["params"] == {"name": "alice", "what": "unreadable", "file": str(alices)}
    assert accounts[c]["reason"] is None
    await view.subscribe(c)
    await view.until_status(c, await view.send_chat(c, b, "carol goes on"), "delivered")

    trigger.unlink()
    await view.connect("alice")
    await view.subscribe(a)
    texts = [row["text"] for row in await view.load_timeline(a, b) if row["kind"] == "chat"]
    assert texts == ["before"], "what was acknowledged is there, and nothing else"
    await view.until_status(a, await view.send_chat(a, b, "and after"), "delivered")
    assert service.pid == pid
    await view.close()
    await bob.close()
