"""The client API, request by request, against a running internal service and server: each of the 35 requests, how it is
answered when it can be done and when it cannot, with exactly the fields that a strict client reads."""

import json
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest

from casemate.protocol.client.requests import CITADEL_REQUESTS
from tests.support.client import PASSWORD, SECURITY, Answer, Row
from tests.support.deployment import Deployment, deployment_in
from tests.support.strict_client import StrictClient, problem_of

pytestmark = pytest.mark.processes

NOBODY = 7
"""A cid that no account has."""
ANSWERS = {
    "Connect": ({"ConnectSuccess", "SessionAlreadyActive"}, "ConnectFailure"),
    "Register": ({"ConnectSuccess", "RegisterSuccess"}, "RegisterFailure"),
    "Disconnect": ({"DisconnectNotification"}, "PeerDisconnectFailure"),
    "Deregister": ({"DeregisterSuccess"}, "DeregisterFailure"),
    "Message": ({"MessageSendSuccess"}, "MessageSendFailure"),
    "ListAllPeers": ({"ListAllPeersResponse"}, "ListAllPeersFailure"),
    "ListRegisteredPeers": ({"ListRegisteredPeersResponse"}, "ListRegisteredPeersFailure"),
    "PeerRegister": ({"PeerRegisterSuccess"}, "PeerRegisterFailure"),
    "PeerRegisterRespond": ({"PeerRegisterSuccess"}, "PeerRegisterFailure"),
    "PeerConnect": ({"PeerConnectSuccess"}, "PeerConnectFailure"),
    "PeerConnectAccept": ({"PeerConnectAcceptSuccess"}, "PeerConnectAcceptFailure"),
    "PeerDisconnect": ({"DisconnectNotification"}, "PeerDisconnectFailure"),
    "GetSessions": ({"GetSessionsResponse"}, None),
    "GetAccountInformation": ({"GetAccountInformationResponse"}, None),
    "ConnectionManagement": ({"ConnectionManagementSuccess"}, "ConnectionManagementFailure"),
    "Batched": ({"BatchedResponse"}, "BatchedResponse"),
    "LocalDBGetKV": ({"LocalDBGetKVSuccess"}, "LocalDBGetKVFailure"),
    "LocalDBSetKV": ({"LocalDBSetKVSuccess"}, "LocalDBSetKVFailure"),
    "LocalDBDeleteKV": ({"LocalDBDeleteKVSuccess"}, "LocalDBDeleteKVFailure"),
    "LocalDBGetAllKV": ({"LocalDBGetAllKVSuccess"}, "LocalDBGetAllKVFailure"),
    "LocalDBClearAllKV": ({"LocalDBClearAllKVSuccess"}, "LocalDBClearAllKVFailure"),
    # Not available yet: each says so with its own failure.
    "SendFile": (set(), "SendFileRequestFailure"),
    "RespondFileTransfer": (set(), "FileTransferStatusNotification"),
    "DownloadFile": (set(), "DownloadFileFailure"),
    "DeleteVirtualFile": (set(), "DeleteVirtualFileFailure"),
    "PickFile": (set(), "PickFileFailure"),
    "GroupCreate": (set(), "GroupCreateFailure"),
    "GroupInvite": (set(), "GroupInviteFailure"),
    "GroupRespondRequest": (set(), "GroupRespondRequestFailure"),
    "GroupMessage": (set(), "GroupMessageFailure"),
    "GroupLeave": (set(), "GroupLeaveFailure"),
    "GroupEnd": (set(), "GroupEndFailure"),
    "GroupKick": (set(), "GroupKickFailure"),
    "GroupListGroupsFor": (set(), "GroupListGroupsFailure"),
    "GroupRequestJoin": (set(), "GroupRequestJoinFailure"),
}
"""By request: how it is answered when it can be done, and when it cannot."""

GROUP = {"cid": 1, "mgid": 2**127}
NOT_YET: dict[str, Row] = {
    "SendFile": {"source": {"Path": "/x"}, "peer_cid": None, "chunk_size": None, "transfer_type": "FileTransfer"},
    "RespondFileTransfer": {"peer_cid": 8, "object_id": 2**127, "accept": True, "download_location": None},
    "DownloadFile": {"virtual_directory": "/x", "security_level": None, "delete_on_pull": False, "peer_cid": None},
    "DeleteVirtualFile": {"virtual_directory": "/x", "peer_cid": 8},
    "PickFile": {"title": "Which?", "allowed_extensions": ["txt"]},
    "GroupCreate": {"initial_users_to_invite": [{"ID": 8}, {"Username": "bob"}]},
    "GroupInvite": {"peer_cid": 8, "group_key": GROUP},
    "GroupRespondRequest": {"peer_cid": 8, "group_key": GROUP, "response": True, "invitation": True},
    "GroupMessage": {"message": [0, 255], "group_key": GROUP},
    "GroupLeave": {"group_key": GROUP},
    "GroupEnd": {"group_key": GROUP},
    "GroupKick": {"peer_cid": 8, "group_key": GROUP},
    "GroupListGroupsFor": {"peer_cid": None},
    "GroupRequestJoin": {"group_key": GROUP},
}
CONNECT: Row = {
    "connect_mode": {"Standard": {"force_login": False}},
    "udp_mode": "Disabled",
    "keep_alive_timeout": {"secs": 10, "nanos": 0},
    "session_security_settings": SECURITY,
    "server_password": None,
}
AGREEMENT: Row = {"session_security_settings": SECURITY, "peer_session_password": None}
OPENING: Row = {**AGREEMENT, "udp_mode": "Enabled"}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        made.start()
        yield made


@pytest.fixture
async def client(deployment: Deployment) -> AsyncIterator[StrictClient]:
    """As the upstream page: one socket for all of its accounts."""
    service = deployment.service()
    async with await StrictClient.open(service.socket_url, service.token) as opened:
        yield opened
        assert opened.problems == []


async def done(client: StrictClient, request: str, **fields: Any) -> Answer:
    """It can be done, and is answered as the table says."""
    answer = await client.request(request, **fields)
    assert answer.name in ANSWERS[request][0], answer
    return answer


async def refused(client: StrictClient, request: str, **fields: Any) -> Answer:
    answer = await client.request(request, **fields)
    assert answer.name == ANSWERS[request][1], answer
    return answer


async def registered(client: StrictClient, deployment: Deployment, *usernames: str) -> list[int]:
    return [await client.register(deployment.server.address, name, name.title()) for name in usernames]


async def befriend(client: StrictClient, a: int, b: int) -> None:
    asked = await client.begin_peer_register(a, b)
    await client.wait_for("PeerRegisterNotification", lambda notice: notice["cid"] == b)
    await done(client, "PeerRegisterRespond", cid=b, peer_cid=a, accept=True)
    assert (await client.answer_to(asked)).name == "PeerRegisterSuccess"
    asked = await client.begin_peer_connect(a, b)
    await client.wait_for("PeerConnectNotification", lambda notice: notice["cid"] == b)
    await done(client, "PeerConnectAccept", cid=b, peer_cid=a, accept=True, **OPENING)
    assert (await client.answer_to(asked)).name == "PeerConnectSuccess"
    await client.wait_for("PeerConnectSuccess", lambda notice: notice["cid"] == b)


def test_the_table_has_every_request() -> None:
    assert ANSWERS.keys() == {kind.__name__ for kind in CITADEL_REQUESTS}
    assert len(ANSWERS) == 35


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("Unheard", {}),
        ("ConnectSuccess", {"cid": "7"}),
        ("ConnectSuccess", {"cid": 2**64}),
        ("ConnectSuccess", {"more": 1}),
        ("ConnectSuccess", {"request_id": "7"}),
        ("ConnectFailure", {}),
        ("MessageNotification", {"peer_cid": 0, "message": [256]}),
        ("MessageNotification", {"peer_cid": None, "message": []}),
        ("BatchedResponse", {"cid": 0, "results": [{"ConnectSuccess": {"cid": 1}}]}),
    ],
)
def test_a_strict_client_is_strict(name: str, fields: Row) -> None:
    assert problem_of("ConnectSuccess", {"cid": 1, "request_id": None}) is None
    assert problem_of(name, {"cid": 1, "request_id": None, **fields}) is not None


async def test_whatever_is_malformed_is_answered_with_its_own_failure(client: StrictClient) -> None:
    for name, (successes, failure) in ANSWERS.items():
        if failure is None:
            continue
        broken = {"cid": "seven"} if name != "Batched" else {"commands": 7}
        answer = await client.request(name, **broken)
        assert answer.name == failure, answer
        assert answer.name == "BatchedResponse" or answer.name not in successes


async def test_what_is_not_available_yet_says_so(client: StrictClient) -> None:
    for name, fields in NOT_YET.items():
        answer = await refused(client, name, cid=NOBODY, **fields)
        assert answer["message"] == "not available yet"
        assert answer["cid"] == NOBODY


async def test_registering_and_connecting(client: StrictClient, deployment: Deployment) -> None:
    account = {
        "server_addr": deployment.server.address,
        "full_name": "Alice Example",
        "username": "alice",
        "proposed_password": list(PASSWORD.encode()),
        "session_security_settings": SECURITY,
        "server_password": None,
    }
    made = await done(client, "Register", **account, connect_after_register=False)
    assert made.name == "RegisterSuccess"
    assert (await refused(client, "Register", **account, connect_after_register=False))["cid"] == 0
    word = list(PASSWORD.encode())
    assert (await refused(client, "Connect", username="nobody", password=word, **CONNECT))["cid"] == 0
    assert (await refused(client, "Connect", username="alice", password=[120] * 12, **CONNECT))["cid"] == 0
    connected = await done(client, "Connect", username="alice", password=word, **CONNECT)
    assert (connected.name, connected["cid"]) == ("ConnectSuccess", made["cid"])
    again = await done(client, "Connect", username="alice", password=word, **CONNECT)
    assert (again.name, again["username"]) == ("SessionAlreadyActive", "alice")
    other = account | {"username": "bob", "full_name": "Bob"}
    assert (await done(client, "Register", **other, connect_after_register=True)).name == "ConnectSuccess"

    [session] = [s for s in (await done(client, "GetSessions"))["sessions"] if s["cid"] == made["cid"]]
    assert session["username"] == "alice"
    assert session["server_address"] == deployment.server.address
    everybody = (await done(client, "GetAccountInformation", cid=None))["accounts"]
    assert {row["full_name"] for row in everybody.values()} == {"Alice Example", "Bob"}
    assert (await done(client, "GetAccountInformation", cid=made["cid"]))["accounts"].keys() == {str(made["cid"])}
    assert (await done(client, "GetAccountInformation", cid=NOBODY))["accounts"] == {}


async def test_peers_agree_talk_and_part(client: StrictClient, deployment: Deployment) -> None:
    a, b, c = await registered(client, deployment, "alice", "bob", "carol")
    everybody = (await done(client, "ListAllPeers", cid=a))["peer_information"]
    assert {row["username"] for row in everybody.values()} == {"bob", "carol"}
    assert (await done(client, "ListRegisteredPeers", cid=a))["peers"] == {}
    for listing in ("ListAllPeers", "ListRegisteredPeers"):
        await refused(client, listing, cid=NOBODY)

    await refused(client, "PeerRegisterRespond", cid=b, peer_cid=a, accept=True)
    await refused(client, "PeerConnect", cid=a, peer_cid=b, **OPENING)
    await refused(client, "PeerRegister", cid=a, peer_cid=NOBODY, connect_after_register=False, **AGREEMENT)
    await befriend(client, a, b)
    twice = await refused(client, "PeerRegister", cid=a, peer_cid=b, connect_after_register=False, **AGREEMENT)
    assert twice["message"] == f"Peer {b} is already registered"
    assert (await refused(client, "PeerConnect", cid=a, peer_cid=b, **OPENING))["message"] == (
        f"Already connected to peer {b}"
    )
    nothing = await refused(client, "PeerConnectAccept", cid=a, peer_cid=c, accept=True, **OPENING)
    assert nothing["peer_cid"] == c
    assert (await done(client, "ListRegisteredPeers", cid=a))["peers"].keys() == {str(b)}

    declined = await client.begin_peer_register(a, c)
    await client.wait_for("PeerRegisterNotification", lambda notice: notice["cid"] == c)
    await done(client, "PeerRegisterRespond", cid=c, peer_cid=a, accept=False)
    assert (await client.answer_to(declined)).name == "PeerRegisterFailure"

    sent = {"message": list(range(256)), "security_level": "Standard"}
    assert (await done(client, "Message", cid=a, peer_cid=b, **sent))["peer_cid"] == b
    notice = await client.wait_for("MessageNotification", lambda notice: notice["cid"] == b)
    assert (notice["peer_cid"], notice["message"]) == (a, sent["message"])
    strangers = await refused(client, "Message", cid=a, peer_cid=c, **sent)
    assert strangers["message"] == f"Peer connection for {c} not found"
    assert (await refused(client, "Message", cid=NOBODY, peer_cid=b, **sent))["message"] == (
        f"Connection for {NOBODY} not found"
    )
    wanted = list(b'{"Request":"ListWorkspaces"}')
    workspace = await done(client, "Message", cid=a, peer_cid=None, message=wanted, security_level="Standard")
    assert workspace["peer_cid"] is None
    answer = await client.wait_for("MessageNotification", lambda notice: notice["peer_cid"] == 0)
    assert "Workspaces" in json.loads(bytes(answer["message"]))["Response"]

    gone = await done(client, "PeerDisconnect", cid=a, peer_cid=b)
    assert (gone["cid"], gone["peer_cid"]) == (a, b)
    told = await client.wait_for("DisconnectNotification", lambda notice: notice["cid"] == b)
    assert (told["peer_cid"], told["request_id"]) == (a, None)
    await refused(client, "PeerDisconnect", cid=a, peer_cid=b)


async def test_both_answers_of_a_registration_that_connects_have_its_id(
    client: StrictClient, deployment: Deployment
) -> None:
    a, b = await registered(client, deployment, "alice", "bob")
    asked = await client.begin_peer_register(a, b, connect_after_register=True)
    await client.wait_for("PeerRegisterNotification")
    await done(client, "PeerRegisterRespond", cid=b, peer_cid=a, accept=True)
    assert (await client.answer_to(asked)).name == "PeerRegisterSuccess"
    await client.wait_for("PeerConnectNotification")
    await done(client, "PeerConnectAccept", cid=b, peer_cid=a, accept=False, **OPENING)
    assert (await client.answer_to(asked)).name == "PeerConnectFailure"


def managed(**command: Row) -> Row:
    return {"management_command": command}


async def test_a_page_that_comes_back_claims_all_its_sessions(client: StrictClient, deployment: Deployment) -> None:
    service = deployment.service()
    a, b = await registered(client, deployment, "alice", "bob")
    orphan = managed(SetConnectionOrphan={"allow_orphan_sessions": True})
    assert (await done(client, "ConnectionManagement", **orphan))["cid"] == 0
    claim_a = managed(ClaimSession={"session_cid": a, "only_if_orphaned": True})
    async with await StrictClient.open(service.socket_url, service.token) as other:
        living = await refused(other, "ConnectionManagement", **claim_a)
        assert "is not orphaned" in living["error"]
        for unknown in (
            managed(ClaimSession={"session_cid": NOBODY, "only_if_orphaned": False}),
            managed(ReleaseSession={"session_cid": NOBODY}),
            managed(DisconnectOrphan={"session_cid": NOBODY}),
        ):
            await refused(other, "ConnectionManagement", **unknown)
        assert other.problems == []

    # The old page first hangs up, then the new one claims one of its two accounts.
    async with await StrictClient.open(service.socket_url, service.token) as page:
        a2, b2 = await registered(page, deployment, "ann", "ben")
    async with await StrictClient.open(service.socket_url, service.token) as page:
        claim = managed(ClaimSession={"session_cid": a2, "only_if_orphaned": False})
        claimed = await done(page, "ConnectionManagement", **claim)
        assert f"Successfully claimed session {a2}" in claimed["message"]
        async with await StrictClient.open(service.socket_url, service.token) as other:
            both = managed(ClaimSession={"session_cid": b2, "only_if_orphaned": True})
            assert "is not orphaned" in (await refused(other, "ConnectionManagement", **both))["error"]
        released = await done(page, "ConnectionManagement", **managed(ReleaseSession={"session_cid": a2}))
        assert released["cid"] == a2
        ended = await done(page, "ConnectionManagement", **managed(DisconnectOrphan={"session_cid": None}))
        assert (ended["cid"], "1" in ended["message"]) == (0, True)
        await done(page, "ConnectionManagement", **managed(DisconnectOrphan={"session_cid": b2}))
        assert page.problems == []
    assert {session["cid"] for session in (await done(client, "GetSessions"))["sessions"]} == {a, b}


async def test_keys_and_values(client: StrictClient, deployment: Deployment) -> None:
    [cid] = await registered(client, deployment, "alice")
    value = list(range(256))
    for scope in ({"cid": cid, "peer_cid": None}, {"cid": cid, "peer_cid": 2**64 - 1}, {"cid": 0, "peer_cid": None}):
        missing = await refused(client, "LocalDBGetKV", **scope, key="k")
        assert missing["message"] == "Key not found"
        await done(client, "LocalDBSetKV", **scope, key="k", value=value)
        got = await done(client, "LocalDBGetKV", **scope, key="k")
        assert (got["value"], got["peer_cid"]) == (value, scope["peer_cid"])
        assert (await done(client, "LocalDBGetAllKV", **scope))["map"] == {"k": value}
        for _ in range(2):
            await done(client, "LocalDBDeleteKV", **scope, key="k")
        await done(client, "LocalDBSetKV", **scope, key="l", value=[])
        await done(client, "LocalDBClearAllKV", **scope)
        assert (await done(client, "LocalDBGetAllKV", **scope))["map"] == {}
    nobody = {"cid": NOBODY, "peer_cid": 5}
    for name, fields in (
        ("LocalDBGetKV", {"key": "k"}),
        ("LocalDBSetKV", {"key": "k", "value": []}),
        ("LocalDBDeleteKV", {"key": "k"}),
        ("LocalDBGetAllKV", {}),
        ("LocalDBClearAllKV", {}),
    ):
        assert (await refused(client, name, **nobody, **fields))["peer_cid"] == 5


async def test_batches(client: StrictClient, deployment: Deployment) -> None:
    [cid] = await registered(client, deployment, "alice")

    def command(name: str, **fields: Any) -> Row:
        return {name: {"request_id": str(uuid.uuid4()), **fields}}

    keys = [command("LocalDBGetKV", cid=cid, peer_cid=None, key=str(number)) for number in range(5)]
    answer = await done(client, "Batched", commands=keys)
    assert [list(result) for result in answer["results"]] == [["LocalDBGetKVFailure"]] * 5
    ids = [result["LocalDBGetKVFailure"]["request_id"] for result in answer["results"]]
    assert ids == [each["LocalDBGetKV"]["request_id"] for each in keys]
    mixed = [
        command("LocalDBSetKV", cid=cid, peer_cid=None, key="k", value=[1]),
        command("LocalDBSetKV", cid=cid, peer_cid=None, key="k", value="x"),
        command("Batched", commands=[]),
        command("Unheard"),
        command("GetSessions"),
    ]
    answer = await done(client, "Batched", commands=mixed)
    assert [name for result in answer["results"] for name in result] == [
        "LocalDBSetKVSuccess",
        "LocalDBSetKVFailure",
        "BatchedResponse",
        "GetSessionsResponse",
    ]
    long = [command("GetSessions") for _ in range(1_000)] + keys[:1]
    answer = await done(client, "Batched", commands=long)
    assert [name for result in answer["results"] for name in result] == (
        ["GetSessionsResponse"] * 1_000 + ["LocalDBGetKVFailure"]
    )


async def test_signing_out_and_deleting(client: StrictClient, deployment: Deployment) -> None:
    a, b = await registered(client, deployment, "alice", "bob")
    await refused(client, "Disconnect", cid=NOBODY)
    gone = await done(client, "Disconnect", cid=a)
    assert (gone["cid"], gone["peer_cid"]) == (a, None)
    await refused(client, "Disconnect", cid=a)
    await refused(client, "Deregister", cid=a)
    assert (await done(client, "Deregister", cid=b))["cid"] == b
    assert {session["cid"] for session in (await done(client, "GetSessions"))["sessions"]} == set()
