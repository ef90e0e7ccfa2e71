"""A real server in a process of its own: real TLS sockets, a real disk, real deaths."""

import asyncio
import hashlib
import json
import stat
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from casemate.protocol.limits import LINK_FRAME_BYTES, MIB
from casemate.protocol.link import (
    AccountPage,
    AnswerRegistration,
    AskRegistration,
    Closing,
    Deliver,
    Deposit,
    Deposited,
    Ephemeral,
    EphemeralArrived,
    ListAccounts,
    PeerBecameRegistered,
    Presence,
    ReceiptArrived,
    RegistrationAnswered,
    RegistrationAsked,
    RequestDone,
    RequestFailed,
    ServerHello,
    Signal,
    Welcome,
)
from casemate.server.adapters.identity_file import IDENTITY_NAME
from casemate.server.tests.link_client import LinkClient, LinkEnded
from casemate.server.tests.people import Person, new_person
from casemate.server.tests.process import ServerProcess
from tests.support.slow_network import slow_network

pytestmark = pytest.mark.processes


@pytest.fixture
def alice() -> Person:
    return new_person("alice")


@pytest.fixture
def bob() -> Person:
    return new_person("bob")


@pytest.fixture
async def server(tmp_path: Path) -> AsyncIterator[ServerProcess]:
    async with await ServerProcess.start(tmp_path) as server:
        yield server


async def make_friends(url: str, alice: Person, bob: Person) -> None:
    """Accounts that agreed to talk; their links are closed again."""
    async with await LinkClient.create_account(url, alice) as a, await LinkClient.create_account(url, bob) as b:
        assert isinstance(await a.ask(alice, AskRegistration, bob.account_id, b"card"), RequestDone)
        assert isinstance(await b.ask(bob, AnswerRegistration, alice.account_id, True, b"card"), RequestDone)


def numbers(client: LinkClient) -> list[int]:
    return [number for frame in client.heard if isinstance(frame, Deliver) for number, _ in frame.items]


async def test_two_people_find_each_other_agree_and_exchange_envelopes(
    server: ServerProcess, alice: Person, bob: Person
) -> None:
    async with (
        await LinkClient.create_account(server.url, alice) as a,
        await LinkClient.create_account(server.url, bob) as b,
    ):
        assert a.certificate_key is not None
        page = await a.ask(alice, ListAccounts, "", "", 10)
        assert isinstance(page, AccountPage)
        assert [(row.username, row.online) for row in page.rows] == [("bob", True)]
        assert isinstance(await a.ask(alice, AskRegistration, bob.account_id, b"card of alice"), RequestDone)
        assert isinstance((await b.expect(Signal)).body, RegistrationAsked)
        assert isinstance(await b.ask(bob, AnswerRegistration, alice.account_id, True, b"card of bob"), RequestDone)
        assert isinstance((await a.expect(Signal)).body, RegistrationAnswered)
        await a.expect(PeerBecameRegistered)
        await a.say(Deposit(bob.device_id, [(1, b"sealed one"), (2, b"sealed two")]))
        assert (await a.expect(Deposited)).last == 2
        delivery = await b.expect(Deliver)
        assert delivery.items == [(1, b"sealed one"), (2, b"sealed two")]
        await b.take(delivery, b"sealed receipt")
        assert (await a.expect(ReceiptArrived)).sealed == b"sealed receipt"
        await b.say(Ephemeral(alice.device_id, b"typing"))
        assert (await a.expect(EphemeralArrived)).sealed == b"typing"
        await b.close()
        assert (await a.expect(Presence)).row.online is False


async def test_sigterm_tells_every_device_and_ends_with_success(
    server: ServerProcess, alice: Person, bob: Person
) -> None:
    async with await LinkClient.create_account(server.url, alice) as a, await LinkClient.dial(server.url) as stranger:
        assert await server.stop() == 0
        await a.ended()
        await stranger.ended()
        assert a.heard[-1] == Closing("shutdown")


async def test_a_restart_keeps_everything(tmp_path: Path, alice: Person, bob: Person) -> None:
    async with await ServerProcess.start(tmp_path) as server:
        await make_friends(server.url, alice, bob)
        async with await LinkClient.authenticate(server.url, alice) as a:
            key = a.certificate_key
            await a.say(Deposit(bob.device_id, [(1, b"sealed")]))
            await a.expect(Deposited)
        assert await server.stop() == 0
    async with (
        await ServerProcess.start(tmp_path, listen=server.listen) as server,
        await LinkClient.authenticate(server.url, bob) as b,
    ):
        assert b.certificate_key == key
        assert (await b.expect(Deliver)).items == [(1, b"sealed")]
    assert stat.S_IMODE((tmp_path / IDENTITY_NAME).stat().st_mode) == 0o600


async def test_the_server_password_gates_joining(tmp_path: Path, alice: Person, bob: Person) -> None:
    async with await ServerProcess.start(tmp_path, "--password", "open sesame") as server:
        with pytest.raises(LinkEnded, match="server_password_wrong"):
            await LinkClient.create_account(server.url, alice)
        alice.server_password = [hashlib.sha3_256(b"open sesame").digest()]
        async with await LinkClient.create_account(server.url, alice) as a:
            assert [hello.password_required for hello in a.heard if isinstance(hello, ServerHello)] == [True]


# --- killed between its commit and its reply


async def test_creating_it_again_succeeds_when_the_server_died_before_its_answer(tmp_path: Path, alice: Person) -> None:
    async with await ServerProcess.start(tmp_path, "--die-before", "Welcome") as server:
        with pytest.raises((LinkEnded, ConnectionError)):
            await LinkClient.create_account(server.url, alice)
        assert await server.died() == -9
    async with await ServerProcess.start(tmp_path) as server, await LinkClient.create_account(server.url, alice) as a:
        reader = new_person("reader")
        async with await LinkClient.create_account(server.url, reader) as r:
            page = await r.ask(reader, ListAccounts, "", "", 10)
            assert [row.username for row in page.rows] == ["alice"]
        assert [frame.account.username for frame in a.heard if isinstance(frame, Welcome)] == ["alice"]


async def test_asking_again_succeeds_when_the_server_died_before_its_answer(
    tmp_path: Path, alice: Person, bob: Person
) -> None:
    async with await ServerProcess.start(tmp_path) as server:
        await (await LinkClient.create_account(server.url, alice)).close()
        await (await LinkClient.create_account(server.url, bob)).close()
        await server.stop()
    async with await ServerProcess.start(tmp_path, "--die-before", "RequestDone") as server:
        async with await LinkClient.authenticate(server.url, alice) as a:
            with pytest.raises((LinkEnded, ConnectionError)):
                await a.ask(alice, AskRegistration, bob.account_id, b"card")
        assert await server.died() == -9
    async with await ServerProcess.start(tmp_path) as server:
        async with await LinkClient.authenticate(server.url, alice) as a:
            assert isinstance(await a.ask(alice, AskRegistration, bob.account_id, b"card"), RequestDone)
        async with await LinkClient.authenticate(server.url, bob) as b:
            await b.ask(bob, ListAccounts, "", "", 1)
            assert [type(f.body) for f in b.heard if isinstance(f, Signal)] == [RegistrationAsked]


@pytest.mark.parametrize(("accept", "card"), [(True, b"card"), (False, b"")])
async def test_answering_again_succeeds_when_the_server_died_before_its_answer(
    tmp_path: Path, alice: Person, bob: Person, accept: bool, card: bytes
) -> None:
    async with await ServerProcess.start(tmp_path) as server:
        async with await LinkClient.create_account(server.url, alice) as a:
            await (await LinkClient.create_account(server.url, bob)).close()
            await a.ask(alice, AskRegistration, bob.account_id, b"card")
        await server.stop()
    async with await ServerProcess.start(tmp_path, "--die-before", "RequestDone") as server:
        async with await LinkClient.authenticate(server.url, bob) as b:
            with pytest.raises((LinkEnded, ConnectionError)):
                await b.ask(bob, AnswerRegistration, alice.account_id, accept, card)
        assert await server.died() == -9
    async with await ServerProcess.start(tmp_path) as server:
        async with await LinkClient.authenticate(server.url, bob) as b:
            assert isinstance(await b.ask(bob, AnswerRegistration, alice.account_id, accept, card), RequestDone)
        async with await LinkClient.authenticate(server.url, alice) as a:
            await a.ask(alice, ListAccounts, "", "", 1)
            answers = [f.body for f in a.heard if isinstance(f, Signal)]
            assert [type(body) for body in answers] == [RegistrationAnswered]


async def test_depositing_again_succeeds_when_the_server_died_before_its_answer(
    tmp_path: Path, alice: Person, bob: Person
) -> None:
    deposit = Deposit(bob.device_id, [(1, b"one"), (2, b"two")])
    async with await ServerProcess.start(tmp_path) as server:
        await make_friends(server.url, alice, bob)
        await server.stop()
    async with await ServerProcess.start(tmp_path, "--die-before", "Deposited") as server:
        async with await LinkClient.authenticate(server.url, alice) as a:
            with pytest.raises((LinkEnded, ConnectionError)):
                await a.say(deposit)
                await a.expect(Deposited)
        assert await server.died() == -9
    async with await ServerProcess.start(tmp_path) as server:
        async with await LinkClient.authenticate(server.url, alice) as a:
            [welcome] = [frame for frame in a.heard if isinstance(frame, Welcome)]
            assert [holdings.held for holdings in welcome.sent] == [[(1, 2)]]
            await a.say(deposit)
            await a.expect(Deposited)
        async with await LinkClient.authenticate(server.url, bob) as b:
            await b.ask(bob, ListAccounts, "", "", 1)
            assert numbers(b) == [1, 2]


async def test_nothing_that_was_answered_is_lost_when_the_server_is_killed_under_load(
    tmp_path: Path, alice: Person, bob: Person
) -> None:
    async with await ServerProcess.start(tmp_path) as server:
        await make_friends(server.url, alice, bob)
        answered = 0
        async with await LinkClient.authenticate(server.url, alice) as a:
            feeding = asyncio.create_task(_feed(a, bob))
            while answered < 300:
                answered = (await a.expect(Deposited)).last
            await server.kill()
            await a.ended()
            feeding.cancel()
            answered = max(frame.last for frame in a.heard if isinstance(frame, Deposited))
    async with await ServerProcess.start(tmp_path) as server, await LinkClient.authenticate(server.url, bob) as b:
        taken = 0
        while taken < answered:
            delivery = await b.expect(Deliver)
            assert delivery.items[0][0] == taken + 1
            taken = delivery.items[-1][0]
            await b.take(delivery)


async def _feed(client: LinkClient, to: Person) -> None:
    number = 0
    while True:
        number += 1
        try:
            await client.say(Deposit(to.device_id, [(number, b"sealed %d" % number)]))
        except ConnectionError:
            return
        await asyncio.sleep(0)


# --- sockets that misbehave


async def test_garbage_ends_its_link_with_a_reason(server: ServerProcess, alice: Person, bob: Person) -> None:
    await make_friends(server.url, alice, bob)
    for garbage in (b"", b"\xff\xff", b"\x93\xa7Deposit\x01", bytes(1000)):
        async with await LinkClient.authenticate(server.url, alice) as a:
            await a.say_bytes(garbage)
            await a.ended()
            assert a.heard[-1] == Closing("broke_protocol")
    async with await LinkClient.authenticate(server.url, bob) as b:
        assert isinstance(await b.ask(bob, ListAccounts, "", "", 1), AccountPage)


async def test_a_frame_beyond_the_limit_is_not_read(server: ServerProcess, alice: Person) -> None:
    async with await LinkClient.create_account(server.url, alice) as a:
        with pytest.raises((LinkEnded, ConnectionError)):
            await a.say_bytes(bytes(LINK_FRAME_BYTES + 1))
            await a.expect(Closing)
            raise LinkEnded("closed")
        assert await a.ended() is not None


async def test_a_connection_that_never_proves_itself_is_ended(tmp_path: Path, alice: Person) -> None:
    async with (
        await ServerProcess.start(tmp_path, "--prove-seconds", "0.5") as server,
        await LinkClient.create_account(server.url, alice) as proven,
        await LinkClient.dial(server.url) as silent,
        await LinkClient.dial(server.url) as greeted,
    ):
        await greeted.greet(new_person("bob"))
        await silent.ended()
        await greeted.ended()
        await asyncio.sleep(0.6)
        assert isinstance(await proven.ask(alice, ListAccounts, "", "", 1), AccountPage)


async def test_a_half_open_link_is_found_and_its_presence_ends(tmp_path: Path, alice: Person, bob: Person) -> None:
    async with await ServerProcess.start(tmp_path, "--heartbeat-seconds", "0.5") as server:
        await make_friends(server.url, alice, bob)
        async with await LinkClient.authenticate(server.url, alice) as a:
            b = await LinkClient.authenticate(server.url, bob)
            assert (await a.expect(Presence)).row.online is True
            b.stop_reading()
            assert (await a.expect(Presence)).row.online is False
            await b.abandon()


async def test_a_broken_connection_is_nobodys_malformed_frame(tmp_path: Path, alice: Person, bob: Person) -> None:
    """The log accuses no device of what the network did, and calls it no error."""
    with (tmp_path / "log").open("w+b") as log:
        async with await ServerProcess.start(tmp_path, "--heartbeat-seconds", "0.5", log=log) as server:
            await make_friends(server.url, alice, bob)
            async with await LinkClient.authenticate(server.url, alice) as a:
                for end in ("silence", "reset", "reset in the middle of a frame"):
                    b = await LinkClient.authenticate(server.url, bob)
                    assert (await a.expect(Presence)).row.online is True
                    if end == "silence":
                        b.stop_reading()
                    else:
                        b.reset(b"\x82\xfe" if end != "reset" else b"")
                    assert (await a.expect(Presence)).row.online is False
                    await (b.abandon() if end == "silence" else b.close())
                await a.say_bytes(b"no frame")
                await a.ended()
            await server.stop()
        log.seek(0)
        lines = [json.loads(line) for line in log if line.startswith(b"{")]
    assert [line for line in lines if line["level"] == "error"] == []
    undone = [line["event_type"] for line in lines if line["event"] == "event undone"]
    assert undone == ["FrameGarbled"], "what really was none is told, once"


async def test_a_device_that_does_not_read_holds_up_nobody_and_loses_nothing(
    tmp_path: Path, alice: Person, bob: Person
) -> None:
    async with await ServerProcess.start(tmp_path, "--heartbeat-seconds", "2") as server:
        await make_friends(server.url, alice, bob)
        async with await LinkClient.authenticate(server.url, alice) as a:
            b = await LinkClient.authenticate(server.url, bob)
            b.stop_reading()
            for number in range(1, 41):
                await a.say(Deposit(bob.device_id, [(number, bytes(MIB))]))
            while (await a.expect(Deposited)).last < 40:
                pass
            assert isinstance(await a.ask(alice, ListAccounts, "", "", 1), AccountPage)
            await b.abandon()
        async with await LinkClient.authenticate(server.url, bob) as b:
            while numbers(b)[-1:] != [40]:
                await b.take(await b.expect(Deliver))
            assert numbers(b) == list(range(1, 41))


async def test_a_slow_network_is_no_dead_one(tmp_path: Path, alice: Person, bob: Person) -> None:
    """A pong cannot overtake the megabytes that are on their way."""
    async with await ServerProcess.start(tmp_path, "--heartbeat-seconds", "0.8") as server:
        await make_friends(server.url, alice, bob)
        async with await LinkClient.authenticate(server.url, alice) as a:
            for number in (1, 2, 3):
                await a.say(Deposit(bob.device_id, [(number, bytes(MIB))]))
            while (await a.expect(Deposited)).last < 3:
                pass
        async with (
            slow_network(server.url, down_bytes_per_second=MIB / 2) as url,
            await LinkClient.authenticate(url, bob) as b,
        ):
            while numbers(b)[-1:] != [3]:
                await b.take(await b.expect(Deliver))
            assert numbers(b) == [1, 2, 3], "on one link"


async def test_a_busy_server_is_no_dead_one_and_does_not_take_others_for_dead(
    tmp_path: Path, alice: Person, bob: Person
) -> None:
    async with await ServerProcess.start(tmp_path, "--heartbeat-seconds", "0.4", "--stall-seconds", "4") as server:
        await make_friends(server.url, alice, bob)
        async with await LinkClient.authenticate(server.url, alice, heartbeat_seconds=2.0) as a:
            for number in range(1, 2001):
                await a.say(Deposit(bob.device_id, [(number, bytes(4000))]))
            while (await a.expect(Deposited)).last < 2000:
                pass


async def test_a_flood_of_requests_is_slowed_and_others_are_served(
    server: ServerProcess, alice: Person, bob: Person
) -> None:
    async with (
        await LinkClient.create_account(server.url, alice) as a,
        await LinkClient.create_account(server.url, bob) as b,
    ):
        for request_id in range(5000, 5600):
            await a.say(ListAccounts(request_id, "", "", 1))
        assert isinstance(await b.ask(bob, ListAccounts, "", "", 1), AccountPage)
        refused = await a.expect(RequestFailed)
        assert refused.code == "too_many_requests"


# --- what people and monitors see


async def test_a_browser_is_told_what_this_is(server: ServerProcess) -> None:
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(ssl=False)) as http:
        async with http.get(server.url) as about:
            assert about.status == 200
            assert "Casemate workspace server" in await about.text()
            assert "default-src 'none'" in about.headers["Content-Security-Policy"]
        async with http.get(f"{server.url}healthz") as health:
            assert (health.status, await health.text()) == (200, "ok\n")
        async with http.get(f"{server.url}link") as not_a_socket:
            assert not_a_socket.status == 426
        async with http.post(f"{server.url}healthz") as wrong:
            assert wrong.status == 405


async def test_behind_a_proxy_the_identity_is_proven_inside_the_link(tmp_path: Path, alice: Person) -> None:
    async with await ServerProcess.start(tmp_path, "--behind-proxy") as server:
        assert server.url.startswith("http://")
        async with await LinkClient.create_account(server.url, alice) as a:
            assert a.certificate_key is None
            assert isinstance(await a.ask(alice, ListAccounts, "", "", 1), AccountPage)
