"""Services of an earlier program beside today's, and upgraded to it: nothing is lost, doubled or said wrongly."""

import asyncio
import sys
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final

import pytest

from casemate.crypto.invite import Invitation, new_invite, write_invitation
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import AccountId
from casemate.protocol.versions import LINK_VERSIONS
from tests.support.client import PASSWORD, SECURITY, Answer, Row
from tests.support.deployment import Deployment, InternalServiceProcess, deployment_in
from tests.support.older_program import BEFORE_INVITATIONS, OlderProgram, older_program
from tests.support.processes import ServiceProcess
from tests.support.view import View

pytestmark = [pytest.mark.processes, pytest.mark.own_network]

SERVER: Final = "server"
EVERYBODY: Final = (SERVER, "alice", "bob")
LIVES_WITH: Final = {"carol": "alice"}
"""Has an account at that one's service."""


@pytest.fixture(scope="session")
def older(tmp_path_factory: pytest.TempPathFactory) -> OlderProgram:
    return older_program(BEFORE_INVITATIONS, tmp_path_factory.mktemp("older"))


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


def process(deployment: Deployment, name: str) -> ServiceProcess:
    return deployment.server if name == SERVER else deployment.service(name)


def start(deployment: Deployment, older: OlderProgram, *, of_then: tuple[str, ...], of_today: tuple[str, ...]) -> None:
    for name in of_then:
        older.launch(process(deployment, name))
    for name in of_today:
        process(deployment, name).launch()
    for name in (*of_then, *of_today):
        process(deployment, name).wait_ready()


class People:
    """One view of each service, with its account."""

    def __init__(self, deployment: Deployment, stack: AsyncExitStack) -> None:
        self.deployment = deployment
        self._stack = stack
        self.views: dict[str, View] = {}
        self.cids: dict[str, int] = {}

    def service(self, name: str) -> InternalServiceProcess:
        return self.deployment.service(LIVES_WITH.get(name, name))

    async def look(self, name: str) -> View:
        """A fresh view of a service that was started."""
        view = self.views[name] = await self._stack.enter_async_context(await self.service(name).view())
        if name in self.cids:
            await view.subscribe(self.cids[name])
        return view

    async def register(self, name: str) -> None:
        view = await self.look(name)
        self.cids[name] = await view.register(self.deployment.server.address, name, name.title())
        await view.subscribe(self.cids[name])

    async def befriend(self, one: str, other: str, **fields: str) -> None:
        await self.views[one].make_friends(self.cids[one], self.views[other], self.cids[other], **fields)

    async def write(self, one: str, other: str, text: str) -> str:
        return await self.views[one].send_chat(self.cids[one], self.cids[other], text)

    async def until_status(self, name: str, message_id: str, *statuses: str) -> Row:
        return await self.views[name].until_status(self.cids[name], message_id, *statuses)

    async def until_text(self, name: str, other: str, text: str) -> Row:
        return await self.views[name].until_text(self.cids[name], self.cids[other], text)

    async def until_peer(self, name: str, other: str, matches: Callable[[Row], bool]) -> None:
        peers = self.views[name].accounts[self.cids[name]].peers
        await self.views[name].until(lambda: self.cids[other] in peers and matches(peers[self.cids[other]]))

    async def texts(self, name: str, other: str) -> list[str]:
        """Their conversation, without what it says of itself."""
        lines = await self.views[name].load_timeline(self.cids[name], self.cids[other])
        return [line["text"] for line in lines if not line["kind"].startswith("note_")]

    async def talk(self, one: str, other: str) -> None:
        """Both write, both read, and either is told so."""
        for writer, reader in ((one, other), (other, one)):
            said = await self.write(writer, reader, f"from {writer}")
            got = await self.until_text(reader, writer, f"from {writer}")
            await self.until_status(writer, said, "delivered")
            view = self.views[reader]
            cid = self.cids[reader]
            conversation = view.accounts[cid].conversation_with(self.cids[writer])
            fields = {"conversation": conversation, "painted": [said], "seen_up_to": got["arrival"]}
            await view.expect("Done", "MarkRead", cid=cid, **fields)
            await self.until_status(writer, said, "read")


def link_to(people: People, name: str) -> str:
    """As that account would have made it."""
    account = people.views[name].accounts[people.cids[name]].account
    invite_id, secret = new_invite(repeatable_entropy(name.encode()))
    return write_invitation(
        Invitation(
            server_key=Ed25519Public(bytes.fromhex(account["server_fingerprint"].replace(" ", ""))),
            inviter=AccountId(bytes.fromhex(account["account_id"])),
            invite_id=invite_id,
            secret=secret,
            addresses=(people.deployment.server.address,),
        )
    )


async def begin_register(view: View, deployment: Deployment) -> Answer:
    """Whatever the answer is."""
    return await view.request(
        "Register",
        server_addr=deployment.server.address,
        full_name="Alice",
        username="alice",
        proposed_password=list(PASSWORD.encode()),
        connect_after_register=True,
        session_security_settings=SECURITY,
        server_password=None,
    )


@pytest.mark.parametrize("server_of_today", [False, True])
async def test_a_service_of_then_and_one_of_today_talk(
    deployment: Deployment, older: OlderProgram, server_of_today: bool
) -> None:
    of_then, of_today = ("alice",), ("bob",)
    if server_of_today:
        start(deployment, older, of_then=of_then, of_today=(SERVER, *of_today))
    else:
        start(deployment, older, of_then=(SERVER, *of_then), of_today=of_today)
    async with AsyncExitStack() as stack:
        people = People(deployment, stack)
        await people.register("alice")
        await people.register("bob")
        await people.befriend("bob", "alice", introduction="A line that her program knows nothing of")
        for one, other in (("alice", "bob"), ("bob", "alice")):
            await people.until_peer(one, other, lambda peer: peer["path"]["kind"] == "direct")
        await people.talk("alice", "bob")
        for leaver, other in (("bob", "alice"), ("alice", "bob")):
            deployment.service(leaver).terminate()
            await people.until_peer(other, leaver, lambda peer: not peer["online"])
            kept = await people.write(other, leaver, f"{leaver} is away")
            await people.until_status(other, kept, "sent")
            if leaver in of_then:
                older.start(deployment.service(leaver))
            else:
                deployment.service(leaver).start()
            await people.until_status(other, kept, "delivered")
            await people.look(leaver)


async def test_what_disappears_at_the_service_of_today_stays_at_one_of_then_until_its_program_is_upgraded(
    deployment: Deployment, older: OlderProgram
) -> None:
    start(deployment, older, of_then=("bob",), of_today=(SERVER, "alice"))
    async with AsyncExitStack() as stack:
        people = People(deployment, stack)
        for name in ("alice", "bob"):
            await people.register(name)
        await people.befriend("alice", "bob")
        alice, bob = people.views["alice"], people.views["bob"]
        a, b = people.cids["alice"], people.cids["bob"]
        conversation = alice.accounts[a].conversation_with(b)
        await alice.expect("Done", "SetDisappearing", cid=a, conversation=conversation, lives_for=5)
        message_id = await people.write("alice", "bob", "brief")
        await people.until_text("bob", "alice", "brief")
        kinds = [row["kind"] for row in await bob.load_timeline(b, a)]
        assert [kind for kind in kinds if not kind.startswith("note_")] == ["disappearing", "chat"]
        await alice.until(lambda: message_id not in alice.accounts[a].messages)
        assert [row["text"] for row in await alice.load_timeline(a, b) if row["kind"] == "chat"] == []
        await people.write("bob", "alice", "an answer")
        await people.until_text("alice", "bob", "an answer")
        assert "brief" in [row["text"] for row in await bob.load_timeline(b, a)]
        deployment.service("bob").terminate()
        start(deployment, older, of_then=(), of_today=("bob",))
        bob = await people.look("bob")
        assert bob.accounts[b].conversations[conversation]["lives_for"] == 5
        message_id = await people.write("bob", "alice", "brief as well")
        await bob.until(lambda: message_id not in bob.accounts[b].messages)


async def test_what_the_program_of_then_left_is_kept_by_todays(deployment: Deployment, older: OlderProgram) -> None:
    start(deployment, older, of_then=EVERYBODY, of_today=())
    async with AsyncExitStack() as stack:
        people = People(deployment, stack)
        for name in ("alice", "bob", "carol"):
            await people.register(name)
        await people.befriend("alice", "bob")
        await people.talk("alice", "bob")
        view, cid = people.views["carol"], people.cids["carol"]
        await view.begin_peer_register(cid, people.cids["bob"], connect_after_register=True)
        await people.until_peer("bob", "carol", lambda peer: peer["relation"] == "asks_you")
        deployment.service("bob").terminate()
        await people.until_peer("alice", "bob", lambda peer: not peer["online"])
        mailed = await people.write("alice", "bob", "in the mailbox")
        await people.until_status("alice", mailed, "sent")
        deployment.server.terminate()
        view, cid = people.views["alice"], people.cids["alice"]
        await view.until(lambda: view.accounts[cid].account["link"]["state"] != "online")
        queued = await people.write("alice", "bob", "queued")
        draft = {"conversation": view.accounts[cid].conversation_with(people.cids["bob"]), "slot": "1a" * 16}
        await view.expect("Done", "SetDraft", cid=cid, **draft, text="begun", revision=1)
        before = {row["id"]: row for row in await view.load_timeline(cid, people.cids["bob"])}
        deployment.service("alice").kill()

        start(deployment, older, of_then=(), of_today=EVERYBODY)
        for name in ("alice", "bob", "carol"):
            await people.look(name)
        view = people.views["alice"]
        assert [draft["text"] for draft in view.accounts[cid].drafts.values()] == ["begun"]
        await view.load_timeline(cid, people.cids["bob"])
        for message_id in (mailed, queued):
            await people.until_status("alice", message_id, "delivered")
        after = {row["id"]: row for row in await view.load_timeline(cid, people.cids["bob"])}
        assert list(after) == list(before)
        assert {key: (row["text"], row["mine"]) for key, row in after.items()} == {
            key: (row["text"], row["mine"]) for key, row in before.items()
        }
        assert [after[key]["status"] for key, row in before.items() if row["status"] == "read"] == ["read"]
        said = ["from alice", "from bob", "in the mailbox", "queued"]
        assert await people.texts("bob", "alice") == said
        await people.until_peer("bob", "carol", lambda peer: peer["relation"] == "asks_you")
        fields = {"cid": people.cids["bob"], "peer_cid": people.cids["carol"], "accept": True}
        await people.views["bob"].expect("PeerRegisterSuccess", "PeerRegisterRespond", **fields)
        await people.until_peer("carol", "bob", lambda peer: peer["connection"] in {"connected", "asks_you"})
        await people.talk("alice", "bob")


async def test_a_server_of_then_makes_no_invitations_and_a_link_leads_to_who_is_there(
    deployment: Deployment, older: OlderProgram
) -> None:
    """No program made such a link; somebody may have put an older server in the place of the one that did."""
    start(deployment, older, of_then=(SERVER,), of_today=("alice", "bob"))
    async with AsyncExitStack() as stack:
        people = People(deployment, stack)
        await people.register("alice")
        view = people.views["alice"]
        fields = {"cid": people.cids["alice"], "uses": 1, "seconds": 3600.0}
        refused = await view.answer_to(await view.begin("MakeInvite", **fields))
        assert (refused.name, refused["reason"]["code"]) == ("RequestRefused", "update_server")
        assert refused["reason"]["params"] == {"what": "invitations"}
        bob = await people.look("bob")
        joining = {"username": "bob", "full_name": "Bob", "password": list(PASSWORD.encode())}
        joined = await bob.expect("ConnectSuccess", "Join", text=link_to(people, "alice"), **joining)
        people.cids["bob"] = joined["cid"]
        await bob.subscribe(joined["cid"])
        await people.until_peer("alice", "bob", lambda peer: peer["relation"] == "asks_you")
        fields = {"cid": people.cids["alice"], "peer_cid": people.cids["bob"], "accept": True}
        await view.expect("PeerRegisterSuccess", "PeerRegisterRespond", **fields)
        await people.until_peer("bob", "alice", lambda peer: peer["relation"] == "registered")


async def test_a_service_of_then_hears_that_it_is_too_old_for_a_server_by_invitation(
    deployment: Deployment, older: OlderProgram
) -> None:
    deployment.server.launch(environment={"CASEMATE_SERVER_REGISTRATION": "invite"})
    older.launch(deployment.service("alice"))
    deployment.server.wait_ready()
    deployment.service("alice").wait_ready()
    async with await deployment.service("alice").view() as view:
        refused = await begin_register(view, deployment)
        assert (refused.name, refused["message"]) == ("RegisterFailure", "This computer's Casemate must be updated.")


async def test_programs_that_cannot_talk_say_which_one_is_older_at_once_and_in_the_log(deployment: Deployment) -> None:
    deployment.server.launch((sys.executable, "-m", "tests.support.of_version", "7.8.9", str(LINK_VERSIONS[1] + 1)))
    deployment.service("alice").launch()
    deployment.server.wait_ready()
    deployment.service("alice").wait_ready()
    async with await deployment.service("alice").view() as view:
        for _ in range(2):
            refused = await begin_register(view, deployment)
            assert refused.name == "RegisterFailure"
            reason = refused["reason"]
            assert (reason["code"], reason["params"]) == ("update_this_computer", {})
    assert deployment.service("alice").stderr.read_text().count("program too old") == 1


@pytest.mark.parametrize("upgraded", [SERVER, "alice", "bob"])
async def test_one_side_is_upgraded_while_messages_are_under_way(
    deployment: Deployment, older: OlderProgram, upgraded: str
) -> None:
    start(deployment, older, of_then=(SERVER, "alice", "bob"), of_today=())
    async with AsyncExitStack() as stack:
        people = People(deployment, stack)
        await people.register("alice")
        await people.register("bob")
        await people.befriend("alice", "bob")
        first = [f"{number} before" for number in range(100)]
        written = [await people.write("alice", "bob", text) for text in first]
        process(deployment, upgraded).terminate()
        process(deployment, upgraded).launch()
        if upgraded != "alice":
            written += [
                await people.write("alice", "bob", text) for text in (f"{number} during" for number in range(20))
            ]
        await asyncio.to_thread(process(deployment, upgraded).wait_ready)
        for name in ("alice", "bob"):
            await people.look(name)
        written.append(await people.write("alice", "bob", "after"))
        await people.views["alice"].load_timeline(people.cids["alice"], people.cids["bob"])
        for message_id in written:
            await people.until_status("alice", message_id, "delivered")
        texts = await people.texts("bob", "alice")
        assert texts == await people.texts("alice", "bob")
        assert texts == [*first, *(f"{number} during" for number in range(len(written) - 101)), "after"]
