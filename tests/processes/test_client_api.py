"""Plain clients and views drive running processes over real WebSockets, through the whole client API."""

import asyncio
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from tests.support.client import ANSWER_SECONDS, PASSWORD, ApiClient
from tests.support.deployment import Deployment, deployment_in

pytestmark = pytest.mark.processes

_ENDS = {aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSING, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.ERROR}


@pytest.fixture
def deployment(tmp_path: Path) -> Iterator[Deployment]:
    with deployment_in(tmp_path) as made:
        yield made


async def connected_pair(deployment: Deployment) -> tuple[ApiClient, int, ApiClient, int]:
    """Alice and Bob, each on a socket of an internal service of their own, connected by the letter."""
    server = deployment.server.address
    alice = await deployment.service("a").plain_client()
    bob = await deployment.service("b").plain_client()
    a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
    asked = await alice.begin_peer_register(a, b)
    await bob.wait_for("PeerRegisterNotification", lambda notice: notice["peer_cid"] == a)
    await bob.expect("PeerRegisterSuccess", "PeerRegisterRespond", cid=b, peer_cid=a, accept=True)
    assert (await alice.answer_to(asked)).name == "PeerRegisterSuccess"
    asked = await alice.begin_peer_connect(a, b)
    await bob.wait_for("PeerConnectNotification")
    assert (await bob.accept_peer_connect(b, a)).name == "PeerConnectAcceptSuccess"
    assert (await alice.answer_to(asked)).name == "PeerConnectSuccess"
    await bob.wait_for("PeerConnectSuccess")
    return alice, a, bob, b


async def send(client: ApiClient, cid: int, peer_cid: int | None, body: bytes) -> None:
    fields: dict[str, Any] = {"cid": cid, "peer_cid": peer_cid, "message": list(body), "security_level": "Standard"}
    await client.expect("MessageSendSuccess", "Message", **fields)


async def claim(client: ApiClient, cid: int) -> None:
    command = {"ClaimSession": {"session_cid": cid, "only_if_orphaned": True}}
    async with asyncio.timeout(ANSWER_SECONDS):  # the service hears of a closed socket a moment later
        while (await client.request("ConnectionManagement", management_command=command)).name.endswith("Failure"):
            await asyncio.sleep(0.05)


async def test_a_plain_client_goes_the_whole_way(deployment: Deployment) -> None:
    deployment.start("a", "b")
    alice, a, bob, b = await connected_pair(deployment)
    listed = await alice.expect("ListAllPeersResponse", "ListAllPeers", cid=a)
    assert listed["peer_information"][str(b)]["online_status"] is True
    await send(alice, a, b, bytes(range(256)))
    notice = await bob.wait_for("MessageNotification")
    assert (notice["cid"], notice["peer_cid"], bytes(notice["message"])) == (b, a, bytes(range(256)))
    for number in range(200):
        await send(bob, b, a, b"%d" % number)
    received = [bytes((await alice.wait_for("MessageNotification"))["message"]) for _ in range(200)]
    assert received == [b"%d" % number for number in range(200)]

    await send(alice, a, None, b'{"Request":"ListWorkspaces"}')
    answer = await alice.wait_for("MessageNotification", lambda notice: notice["peer_cid"] == 0)
    assert json.loads(bytes(answer["message"]))["Response"]["Workspaces"][0]["member_count"] == 2

    await alice.expect("DisconnectNotification", "PeerDisconnect", cid=a, peer_cid=b)
    await bob.wait_for("DisconnectNotification", lambda notice: notice["peer_cid"] == a)
    await alice.expect("DisconnectNotification", "Disconnect", cid=a)
    assert (await alice.connect("alice", "not the password")).name == "ConnectFailure"
    assert (await alice.connect("alice")).name == "ConnectSuccess"
    assert (await alice.connect("alice")).name == "SessionAlreadyActive"
    await alice.expect("DeregisterSuccess", "Deregister", cid=a)
    assert (await alice.connect("alice")).name == "ConnectFailure"
    await alice.close()
    await bob.close()


async def test_a_request_carries_a_line_of_whoever_asks(deployment: Deployment) -> None:
    deployment.start("a", "b")
    server = deployment.server.address
    alice, bob = [await deployment.service(name).plain_client() for name in ("a", "b")]
    a, b = await alice.register(server, "alice", "Alice"), await bob.register(server, "bob", "Bob")
    refused = await alice.answer_to(await alice.begin_peer_register(a, b, introduction="x" * 281))
    assert (refused.name, refused["reason"]["code"]) == ("PeerRegisterFailure", "too_long")
    asked = await alice.begin_peer_register(a, b, introduction="Hi, Ana\nfrom sales")
    notice = await bob.wait_for("PeerRegisterNotification")
    assert (notice["peer_cid"], notice["introduction"]) == (a, "Hi, Ana from sales")
    assert b"from sales" not in b"".join(
        path.read_bytes() for path in deployment.server.data_dir.rglob("*") if path.is_file()
    )
    deployment.service("b").kill()
    deployment.service("b").start()
    again = await deployment.service("b").plain_client()
    await claim(again, b)
    assert (await again.wait_for("PeerRegisterNotification"))["introduction"] == "Hi, Ana from sales"
    async with asyncio.timeout(ANSWER_SECONDS):  # its link with the server comes back a moment later
        while (await again.request("PeerRegisterRespond", cid=b, peer_cid=a, accept=True)).name.endswith("Failure"):
            await asyncio.sleep(0.05)
    assert (await alice.answer_to(asked)).name == "PeerRegisterSuccess"
    for client in (alice, bob, again):
        await client.close()


async def test_everything_survives_kills_of_every_process(deployment: Deployment) -> None:
    deployment.start("a", "b")
    alice, a, bob, b = await connected_pair(deployment)
    await alice.expect("LocalDBSetKVSuccess", "LocalDBSetKV", cid=a, peer_cid=None, key="k", value=[1, 2, 3])
    for process in (deployment.service("b"), deployment.server):
        process.kill()
    await send(alice, a, b, b"while everybody was away")
    deployment.service("a").kill()
    for process in (deployment.server, deployment.service("a"), deployment.service("b")):
        process.start()
    again_alice = await deployment.service("a").plain_client()
    again_bob = await deployment.service("b").plain_client()
    await claim(again_alice, a)
    await claim(again_bob, b)
    notice = await again_bob.wait_for("MessageNotification")
    assert bytes(notice["message"]) == b"while everybody was away"
    kept = await again_alice.expect("LocalDBGetKVSuccess", "LocalDBGetKV", cid=a, peer_cid=None, key="k")
    assert kept["value"] == [1, 2, 3]
    sessions = await again_alice.expect("GetSessionsResponse", "GetSessions")
    assert list(sessions["sessions"][0]["peer_connections"]) == [str(b)]
    for client in (alice, bob, again_alice, again_bob):
        await client.close()


async def test_a_message_whose_socket_died_before_it_was_taken_comes_again(deployment: Deployment) -> None:
    deployment.start("a", "b")
    alice, a, bob, b = await connected_pair(deployment)
    await bob.close()
    service = deployment.service("b")
    deaf = await BareClient.open(service.socket_url, service.token)
    await deaf.claim(b)
    await send(alice, a, b, b"once")
    assert await deaf.hears() == b"once"
    await deaf.die()
    again = await BareClient.open(service.socket_url, service.token)
    await again.claim(b)
    assert await again.hears() == b"once"
    await again.answer_ping()
    await again.die()
    third = await service.plain_client()
    await claim(third, b)
    await third.expect("GetSessionsResponse", "GetSessions")  # what the claim brings has come by then
    assert [notice for notice in third.notifications if notice.name == "MessageNotification"] == []
    await third.close()
    await alice.close()


async def test_a_bad_frame_is_survived_and_answered_where_it_can_be(deployment: Deployment) -> None:
    deployment.start()
    async with await deployment.service().plain_client() as client:
        for frame in (
            "nonsense",
            "[]",
            '{"Request":{"Unheard":{}}}',
            '{"Request":{"Connect":{"username":5}}}',
            "{" * 9_000,
        ):
            await client.send_text(frame)
        await client.expect("ListAllPeersFailure", "ListAllPeers", cid=-1)
        await client.expect("GetSessionsResponse", "GetSessions")
        await client._socket.send_bytes(
            b'{"Request":{"GetSessions":{"request_id":"237e2ecf-91b0-4110-83d0-f91ed2507948"}}}'
        )
        await client.wait_for("GetSessionsResponse")


async def test_a_thousand_requests_at_once_are_all_answered(deployment: Deployment) -> None:
    deployment.start()
    async with await deployment.service().plain_client() as client:
        cid = await client.register(deployment.server.address, "alice", "Alice")
        asked = [await client.begin("LocalDBGetKV", cid=cid, peer_cid=None, key="k") for _ in range(5_000)]
        for request_id in asked:
            assert (await client.answer_to(request_id)).name == "LocalDBGetKVFailure"


async def test_a_large_value_and_a_large_message_pass(deployment: Deployment) -> None:
    deployment.start("a", "b")
    alice, a, bob, b = await connected_pair(deployment)
    value = [7] * (4 * 1024 * 1024)
    await alice.expect("LocalDBSetKVSuccess", "LocalDBSetKV", cid=a, peer_cid=None, key="k", value=value)
    got = await alice.expect("LocalDBGetKVSuccess", "LocalDBGetKV", cid=a, peer_cid=None, key="k")
    assert got["value"] == value
    await send(alice, a, b, bytes(1024 * 1024))
    assert len((await bob.wait_for("MessageNotification"))["message"]) == 1024 * 1024
    await alice.close()
    await bob.close()


async def test_a_registration_that_the_server_died_in_succeeds_at_the_retry(deployment: Deployment) -> None:
    deployment.start()
    service = deployment.service()
    async with await service.plain_client() as client:
        deployment.server.kill()
        fields = {
            "server_addr": deployment.server.address,
            "full_name": "Alice",
            "username": "alice",
            "proposed_password": list(PASSWORD.encode()),
            "connect_after_register": True,
            "session_security_settings": {
                "security_level": "Standard",
                "secrecy_mode": "BestEffort",
                "crypto_params": {
                    "encryption_algorithm": "AES_GCM_256",
                    "kem_algorithm": "MlKem",
                    "sig_algorithm": "None",
                },
                "header_obfuscator_settings": "Disabled",
            },
            "server_password": None,
        }
        failure = await client.expect("RegisterFailure", "Register", **fields)
        assert failure["reason"]["code"] == "server_unreachable"
        service.kill()
        deployment.server.start()
        service.start()
    async with await service.plain_client() as client:
        await client.expect("ConnectSuccess", "Register", **fields)


async def test_a_planned_stop_is_told_before_the_sockets_close(deployment: Deployment) -> None:
    deployment.start()
    service = deployment.service()
    client, view = await service.plain_client(), await service.view()
    cid = await client.register(deployment.server.address, "alice", "Alice")
    await view.subscribe(cid)
    assert await asyncio.to_thread(service.terminate) == 0
    notice = await client.wait_for("MessageNotification", lambda notice: notice["peer_cid"] == 0)
    assert "ServerShutdown" in json.loads(bytes(notice["message"]))["Response"]
    for socket in (client, view):
        await asyncio.wait_for(socket.closed.wait(), ANSWER_SECONDS)
        assert socket._socket.close_code == 1001
        await socket.close()


async def test_no_log_holds_a_password_a_message_or_the_token(deployment: Deployment) -> None:
    deployment.start("a", "b")
    alice, a, bob, b = await connected_pair(deployment)
    await send(alice, a, b, b"canary-in-a-message")
    await bob.wait_for("MessageNotification")
    await alice.close()
    await bob.close()
    logs = "".join(process.all_logs() for process in (deployment.service("a"), deployment.service("b")))
    for secret in ("canary-in-a-message", PASSWORD, deployment.service("a").token):
        assert secret not in logs


async def test_a_service_that_was_killed_starts_with_all_its_sessions(deployment: Deployment) -> None:
    deployment.start()
    service = deployment.service()
    async with await service.plain_client() as client:
        for number in range(3):
            await client.register(deployment.server.address, f"person{number}", "Person")
    service.kill()
    service.start()
    async with await service.plain_client() as client:
        sessions = await client.expect("GetSessionsResponse", "GetSessions")
        assert len(sessions["sessions"]) == 3


class BareClient:
    """A socket that answers a ping only when it is told to: until then it is as one whose machine died."""

    def __init__(self, http: aiohttp.ClientSession, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._http = http
        self._socket = socket

    @classmethod
    async def open(cls, url: str, token: str) -> "BareClient":
        http = aiohttp.ClientSession()
        socket = await http.ws_connect(url, headers={"Authorization": f"Bearer {token}"}, autoping=False)
        return cls(http, socket)

    async def claim(self, cid: int) -> None:
        command = {"ClaimSession": {"session_cid": cid, "only_if_orphaned": False}}
        fields = {"request_id": "237e2ecf-91b0-4110-83d0-f91ed2507948", "management_command": command}
        await self._socket.send_str(json.dumps({"Request": {"ConnectionManagement": fields}}))

    async def hears(self) -> bytes:
        """The body of the next message."""
        frame = await self._next(lambda frame: frame.type is aiohttp.WSMsgType.TEXT and "MessageNot" in frame.data)
        return bytes(json.loads(frame.data)["Response"]["MessageNotification"]["message"])

    async def answer_ping(self) -> None:
        """The one that was sent behind what was heard; the service knows then that it was taken."""
        ping = await self._next(lambda frame: frame.type is aiohttp.WSMsgType.PING)
        await self._socket.pong(ping.data)

    async def _next(self, matches: Callable[[aiohttp.WSMessage], bool]) -> aiohttp.WSMessage:
        async with asyncio.timeout(ANSWER_SECONDS):
            while not matches(frame := await self._socket.receive()):
                assert frame.type not in _ENDS, frame
        return frame

    async def die(self) -> None:
        await self._http.close()
