"""By a link from one person's service to another's: real processes, real databases, and where the secret is left."""

import asyncio
import os
import pty
import re
import select
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag

import aiohttp
import psutil
import pytest

from casemate.crypto.invite import admit_token, read_invitation
from tests.support.client import PASSWORD, Answer
from tests.support.deployment import Deployment, deployment_in
from tests.support.up import CASEMATE, SECONDS
from tests.support.view import View

pytestmark = pytest.mark.processes


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


async def account(deployment: Deployment, name: str) -> tuple[View, int]:
    """At the server, by its address."""
    view = await deployment.service(name).view()
    cid = await view.register(deployment.server.address, name, name.title())
    await view.subscribe(cid)
    return view, cid


async def invite(view: View, cid: int, uses: int = 1) -> str:
    made = await view.answer_to(await view.begin("MakeInvite", cid=cid, uses=uses, seconds=3600.0))
    assert made.name == "InviteList", made
    link: str = made["invites"][0]["link"]
    return link


async def join(view: View, name: str, link: str) -> Answer:
    return await view.request(
        "Join", text=link, username=name, full_name=name.title(), password=list(PASSWORD.encode())
    )


async def test_from_a_link_to_the_first_message(deployment: Deployment) -> None:
    deployment.start("alice", "bob")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a)
    bob = await deployment.service("bob").view()
    read = await bob.expect("InvitationRead", "ReadInvitation", text=f"Come here:\n{link}\n")
    assert (read["server_addr"], read["inviter"], read["here"]) == (deployment.server.address, a, [])
    assert read["fingerprint"] == alice.accounts[a].account["server_fingerprint"]
    b = (await join(bob, "bob", link))["cid"]
    await bob.subscribe(b)
    await bob.until(lambda: bob.accounts[b].peers.get(a, {}).get("connection") == "connected")
    sent = await bob.send_chat(b, a, "Here I am.")
    await bob.until_status(b, sent, "delivered")
    await alice.until_text(a, b, "Here I am.")
    [listed] = (await alice.expect("InviteList", "ListInvites", cid=a))["invites"]
    assert (listed["state"], listed["link"]) == ("used_up", None)
    assert [(guest["cid"], guest["full_name"]) for guest in listed["guests"]] == [(b, "Bob")]
    late = await deployment.service("bob").view()
    refused = await join(late, "carol", link)
    assert refused.name == "RegisterFailure"
    for view in (alice, bob, late):
        await view.close()


async def test_while_the_inviter_is_away_one_writes_and_it_arrives_when_they_are_back(deployment: Deployment) -> None:
    deployment.start("alice", "bob")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a)
    await alice.close()
    deployment.service("alice").kill()
    bob = await deployment.service("bob").view()
    b = (await join(bob, "bob", link))["cid"]
    await bob.subscribe(b)
    await bob.until(lambda: bob.accounts[b].peers.get(a, {}).get("relation") == "requested")
    sent = await bob.send_chat(b, a, "Are you there?")
    waiting = await bob.until_status(b, sent, "queued")
    assert waiting["reason"]["code"] == "not_registered_yet"
    deployment.service("bob").kill()
    deployment.service("bob").start()
    await bob.close()
    bob = await deployment.service("bob").view()
    await bob.subscribe(b)
    deployment.service("alice").start()
    await bob.until_status(b, sent, "delivered", seconds=60)
    alice = await deployment.service("alice").view()
    await alice.subscribe(a)
    await alice.load_timeline(a, b)
    await alice.until_text(a, b, "Are you there?")
    for view in (alice, bob):
        await view.close()


async def test_one_use_raced_by_two_newcomers(deployment: Deployment) -> None:
    deployment.start("alice", "bob", "carol")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a)
    views = [await deployment.service(name).view() for name in ("bob", "carol")]
    answers = await asyncio.gather(join(views[0], "bob", link), join(views[1], "carol", link))
    assert sorted(answer.name for answer in answers) == ["ConnectSuccess", "RegisterFailure"]
    [loser] = [view for view, answer in zip(views, answers, strict=True) if answer.name == "RegisterFailure"]
    await loser.until(lambda: loser.local_accounts == [])
    for view in (alice, *views):
        await view.close()


async def test_the_secret_is_in_no_log_no_argument_and_not_at_the_server(deployment: Deployment) -> None:
    """Nor in any file of the two services, which encrypt what they keep."""
    deployment.start("alice", "bob")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a, uses=5)
    bob = await deployment.service("bob").view()
    b = (await join(bob, "bob", link))["cid"]
    await bob.subscribe(b)
    await bob.until(lambda: bob.accounts[b].peers.get(a, {}).get("connection") == "connected")
    read = read_invitation(link)
    _, mark = urldefrag(link)
    secrets = [mark.encode(), read.secret.secret, read.secret.secret.hex().encode(), admit_token(read.secret)]
    files = [path for path in deployment.directory.rglob("*") if path.is_file()]
    assert len(files) > 6
    found = {path.name for path in files for secret in secrets if secret in path.read_bytes()}
    assert found == set()
    for process in (deployment.server, *deployment.services.values()):
        said = psutil.Process(process.pid)
        assert mark not in " ".join([*said.cmdline(), *said.environ().values()])
    for view in (alice, bob):
        await view.close()


# -------------------------------------------------------------------------------------------------------- casemate join


def run_join(directory: Path, text: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [CASEMATE, "join", "--no-browser", "--data-dir", str(directory), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


async def invitation_behind(url: str) -> str:
    """What our page gets in the browser that the printed URL leads to it."""
    jar = aiohttp.CookieJar(unsafe=True)
    async with aiohttp.ClientSession(cookie_jar=jar) as http:
        async with http.get(url, allow_redirects=False) as response:
            assert (response.status, response.headers["Location"]) == (303, "/join")
        own = url.partition("/?")[0]
        async with http.post(f"{own}/invitation", headers={"Origin": own}) as response:
            assert response.status == 200
            return await response.text()


async def test_join_gives_a_link_to_the_service_that_runs_and_the_browser_alone_gets_it(
    deployment: Deployment,
) -> None:
    deployment.start("alice", "bob")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a)
    _, mark = urldefrag(link)
    with run_join(deployment.service("bob").data_dir, link) as asked:
        out, err = asked.communicate(f"Alice invites you:\n{link}\n", timeout=SECONDS)
    assert (asked.returncode, err) == (0, "")
    [url] = re.findall(r"http://\S+\?launch=\S+", out)
    assert mark not in out
    assert await invitation_behind(url) == mark
    await alice.close()


async def test_join_starts_a_service_where_none_runs(deployment: Deployment, tmp_path: Path) -> None:
    deployment.start("alice")
    alice, a = await account(deployment, "alice")
    link = await invite(alice, a)
    with run_join(tmp_path / "new", link, "--listen", "127.0.0.1:0") as asked:
        assert asked.stdin is not None
        assert asked.stdout is not None
        asked.stdin.write(link)
        asked.stdin.close()
        printed = ""
        while "casemate up" not in printed:
            line = asked.stdout.readline()
            assert line, printed
            printed += line
        [url] = re.findall(r"http://\S+\?launch=\S+", printed)
        assert await invitation_behind(url) == urldefrag(link)[1]
        children = psutil.Process(asked.pid).children(recursive=True)
        arguments = [" ".join(each.cmdline()) for each in (psutil.Process(asked.pid), *children)]
        assert len(arguments) == 2
        assert urldefrag(link)[1] not in " ".join(arguments)
        asked.terminate()
        assert asked.wait(SECONDS) == 0
    _, alive = psutil.wait_procs(children, SECONDS)
    assert alive == []
    await alice.close()


def read_until(terminal: int, pattern: bytes) -> bytes:
    """What a program writes there, in however many pieces, until this is in it."""
    printed, until = b"", time.monotonic() + SECONDS
    while not re.search(pattern, printed):
        ready, _, _ = select.select([terminal], [], [], max(0.0, until - time.monotonic()))
        assert ready, printed
        printed += os.read(terminal, 4096)
    return printed


def join_until_the_terminal_is_closed(directory: Path, link: str) -> tuple[str, int, list[psutil.Process]]:
    """What it wrote, its exit code, and the services that it started."""
    ours, theirs = pty.openpty()
    command = [CASEMATE, "join", "--no-browser", "--data-dir", str(directory), "--listen", "127.0.0.1:0"]
    # The terminal is that of the program, and hangs up when our end of it is closed.
    with subprocess.Popen(["setsid", "--ctty", *command], stdin=theirs, stdout=theirs, stderr=theirs) as asked:
        os.close(theirs)
        os.write(ours, f"{link}\n".encode())
        printed = read_until(ours, rb"\bup --data-dir \S+\s")
        started = psutil.Process(asked.pid).children(recursive=True)
        os.close(ours)
        return printed.decode(), asked.wait(SECONDS), started


async def test_what_join_started_ends_with_its_terminal_and_says_how_it_starts_again(
    deployment: Deployment, tmp_path: Path
) -> None:
    deployment.start("alice")
    alice, a = await account(deployment, "alice")
    printed, code, started = join_until_the_terminal_is_closed(tmp_path / "new", await invite(alice, a))
    assert "as closing this terminal does. To start it again:" in printed
    assert (code, len(started)) == (0, 1)
    _, alive = psutil.wait_procs(started, SECONDS)
    assert alive == []
    await alice.close()


def test_join_asks_for_the_link_on_a_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    with subprocess.Popen(
        [CASEMATE, "join", "--no-browser", "--data-dir", str(tmp_path)], stdin=theirs, stdout=theirs, stderr=theirs
    ) as asked:
        os.close(theirs)
        read_until(ours, b"Paste the invitation")
        os.write(ours, b"http://office:12349/join\n\n")
        assert asked.wait(SECONDS) == 1
    os.close(ours)


@pytest.mark.parametrize(
    "pasted", [b"Hello Bob,\nrm -rf /\ncasemate1-AAAA\nrm -rf /\n", b"Hello,\n\nrm -rf /\n"], ids=["found", "none"]
)
def test_what_else_was_pasted_is_left_for_no_shell(tmp_path: Path, pasted: bytes) -> None:
    ours, theirs = pty.openpty()
    command = [CASEMATE, "join", "--no-browser", "--data-dir", str(tmp_path)]
    with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs) as asked:
        read_until(ours, b"Paste the invitation")
        os.write(ours, pasted)
        assert asked.wait(SECONDS) == 1
    os.set_blocking(theirs, False)
    with pytest.raises(BlockingIOError):
        os.read(theirs, 4096)
    for end in (ours, theirs):
        os.close(end)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [("", "There is no invitation"), ("casemate1-AAAA", "was not copied whole"), ("x" * 70_000, "no invitation")],
)
def test_join_says_what_is_wrong_with_a_link(tmp_path: Path, text: str, sentence: str) -> None:
    with run_join(tmp_path, text) as asked:
        out, err = asked.communicate(text, timeout=SECONDS)
    assert asked.returncode == 1
    assert out == ""
    assert sentence in err


def test_no_link_is_taken_from_the_command_line(tmp_path: Path) -> None:
    options: dict[str, Any] = {"capture_output": True, "text": True, "timeout": SECONDS}
    ended = subprocess.run([CASEMATE, "join", "casemate1-AAAA"], **options)
    assert ended.returncode == 2
