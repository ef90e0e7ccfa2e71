"""A link and those who want it for themselves: servers that lie, and links that are over, altered or guessed."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, Final

import pytest
from msgspec import structs

from casemate.crypto.invite import Invitation, read_invitation, write_invitation
from casemate.crypto.keys import InviteSecret
from casemate.protocol.limits import WRONG_PASSWORDS_AT_ONCE
from tests.processes.test_invitations import account, invite, join
from tests.support.client import Answer
from tests.support.deployment import Deployment, deployment_in
from tests.support.view import View

pytestmark = pytest.mark.processes

HOSTILE: Final = (sys.executable, "-m", "tests.support.hostile_server")


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


def altered(link: str, **changes: Any) -> str:
    """The link as somebody else would write it."""
    address, _, _ = link.partition("#")
    read: Invitation = read_invitation(link)
    return f"{address}#{write_invitation(structs.replace(read, **changes))}"


def start_hostile(deployment: Deployment, how: Sequence[str], *names: str) -> None:
    """Whoever runs the server has it run a program of their own."""
    deployment.server.launch((*HOSTILE, *how))
    deployment.server.wait_ready()
    for name in names:
        deployment.service(name).start()


async def joined(views: AsyncExitStack, deployment: Deployment, name: str, link: str) -> tuple[View, int]:
    view = await views.enter_async_context(await deployment.service(name).view())
    answer = await join(view, name, link)
    assert answer.name == "ConnectSuccess", answer
    await view.subscribe(answer["cid"])
    return view, answer["cid"]


def why(refused: Answer) -> str:
    assert refused.name == "RegisterFailure", refused
    code: str = refused["reason"]["code"]
    return code


@pytest.mark.parametrize("how", ["other-account", "other-devices"])
async def test_a_server_that_shows_somebody_else_for_the_inviter_brings_nobody_to_them(
    deployment: Deployment, how: str
) -> None:
    start_hostile(deployment, (how, "mallory"), "alice", "bob", "mallory")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        mallory, m = await account(deployment, "mallory")
        views.push_async_callback(alice.close)
        views.push_async_callback(mallory.close)
        link = await invite(alice, a)
        bob, b = await joined(views, deployment, "bob", link)
        await bob.until(lambda: bob.accounts[b].account["invitation_failed"] is not None)
        assert bob.accounts[b].account["invitation_failed"]["code"] == "inviter_unproven"
        assert bob.accounts[b].peers == {}
        await mallory.request("ListAllPeers", cid=m)  # whatever was on its way to her is there by then
        assert mallory.accounts[m].peers == {}


async def test_a_server_that_lets_in_whom_it_likes_makes_nobody_a_guest(deployment: Deployment) -> None:
    """It knows the token of the link, and not its secret."""
    start_hostile(deployment, ["lets-everybody-in"], "alice", "mallory")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        views.push_async_callback(alice.close)
        link = await invite(alice, a)
        _, m = await joined(views, deployment, "mallory", altered(link, secret=InviteSecret(bytes(16))))
        await alice.until(lambda: alice.accounts[a].peers.get(m, {}).get("relation") == "asks_you")
        [listed] = (await alice.expect("InviteList", "ListInvites", cid=a))["invites"]
        assert (listed["state"], listed["guests"]) == ("usable", [])


async def test_who_has_the_whole_link_and_the_server_stands_between_nobody(deployment: Deployment) -> None:
    """They come as anybody with the link may; the one for whom it was meant reaches the inviter and nobody else."""
    start_hostile(deployment, ["lets-everybody-in"], "alice", "bob", "mallory")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        views.push_async_callback(alice.close)
        link = await invite(alice, a)
        _, m = await joined(views, deployment, "mallory", link)
        await alice.until(lambda: alice.accounts[a].peers.get(m, {}).get("relation") == "registered")
        bob, b = await joined(views, deployment, "bob", link)
        await alice.until(lambda: alice.accounts[a].peers.get(b, {}).get("relation") == "asks_you")
        await bob.until(lambda: bob.accounts[b].peers.get(a, {}).get("relation") == "requested")
        assert list(bob.accounts[b].peers) == [a]
        [listed] = (await alice.expect("InviteList", "ListInvites", cid=a))["invites"]
        assert [guest["cid"] for guest in listed["guests"]] == [m]


async def test_a_link_that_is_taken_back_or_altered_lets_nobody_in(deployment: Deployment) -> None:
    deployment.start("alice", "bob")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        bob = await views.enter_async_context(await deployment.service("bob").view())
        views.push_async_callback(alice.close)
        link = await invite(alice, a)
        for text in (link[:-1], link[:-1] + "!", link.replace("casemate1-", "casemate1-A", 1), link.partition("#")[0]):
            assert why(await join(bob, "bob", text)) == "no_invitation"
        assert why(await join(bob, "bob", altered(link, secret=InviteSecret(bytes(16))))) == "invite_unknown"
        [listed] = (await alice.expect("InviteList", "ListInvites", cid=a))["invites"]
        await alice.expect("InviteList", "TakeBackInvite", cid=a, invite=listed["id"])
        assert why(await join(bob, "bob", link)) == "invite_ended"
        await bob.until(lambda: bob.local_accounts == [])


async def test_a_link_whose_time_is_over_lets_nobody_in(deployment: Deployment) -> None:
    deployment.start("alice", "bob")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        link = await invite(alice, a)
        await alice.close()
        deployment.service("alice").kill()
        deployment.server.kill()
        deployment.server.start(clock_shift_seconds=2 * 3600.0)
        bob = await views.enter_async_context(await deployment.service("bob").view())
        assert why(await join(bob, "bob", link)) == "invite_expired"


async def test_a_link_that_leads_to_another_server_is_not_followed_there(
    deployment: Deployment, tmp_path: Path
) -> None:
    """As a page would do it that changes what is copied from it: the key in the link is that of the right server."""
    deployment.start("alice", "bob")
    with deployment_in(tmp_path / "elsewhere") as elsewhere:
        elsewhere.server.start()
        async with AsyncExitStack() as views:
            alice, a = await account(deployment, "alice")
            views.push_async_callback(alice.close)
            link = altered(await invite(alice, a), addresses=(elsewhere.server.address,))
            bob = await views.enter_async_context(await deployment.service("bob").view())
            assert why(await join(bob, "bob", link)) == "server_identity_changed"
            await bob.until(lambda: bob.local_accounts == [])


async def test_who_guesses_is_slowed_down_and_keeps_nobody_out(deployment: Deployment) -> None:
    deployment.start("alice", "bob")
    async with AsyncExitStack() as views:
        alice, a = await account(deployment, "alice")
        views.push_async_callback(alice.close)
        link = await invite(alice, a)
        guesser = await views.enter_async_context(await deployment.service("bob").view())
        guesses = [altered(link, secret=InviteSecret(bytes([number] * 16))) for number in range(20)]
        codes = [why(await join(guesser, "bob", guess)) for guess in guesses[: WRONG_PASSWORDS_AT_ONCE + 1]]
        assert codes == ["invite_unknown"] * WRONG_PASSWORDS_AT_ONCE + ["too_many_invite_tries"]
        await joined(views, deployment, "bob", link)
