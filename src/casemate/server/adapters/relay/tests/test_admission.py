"""Who is let in: whoever proves a key that an account on this server lists."""

import asyncio

import aiohttp
import pytest

from casemate.server.adapters import admission
from casemate.server.adapters.admission import AdmissionLimits
from casemate.server.adapters.relay import connection, frames, site
from casemate.server.adapters.relay.tests.house import Endpoint, House, relay_house


async def test_a_certified_key_is_let_in_under_the_newest_version_that_both_speak(house: House) -> None:
    alice = await house.endpoint("alice")
    assert alice.socket.protocol == "iroh-relay-v2"
    older = await house.endpoint("bob", version="iroh-relay-v1")
    assert older.socket.protocol == "iroh-relay-v1"


async def test_a_key_that_nobody_lists_is_refused_in_words(house: House) -> None:
    stranger = await Endpoint("stranger").dial(house)
    await stranger.prove()
    denied = await stranger.hear()
    assert denied[0] == frames.DENIED
    assert b"No account" in denied
    assert await stranger.ended() == aiohttp.WSCloseCode.POLICY_VIOLATION


async def test_a_signature_counts_for_its_own_challenge_and_key_only(house: House) -> None:
    alice, mallory = Endpoint("alice"), Endpoint("mallory")
    house.core.accounts = {endpoint.key: endpoint.account_id for endpoint in (alice, mallory)}
    first = (await alice.dial(house)).challenge
    await alice.dial(house)
    assert alice.challenge != first
    await alice.prove(challenge=first)
    assert (await alice.hear())[0] == frames.DENIED
    await mallory.dial(house)
    await mallory.prove(key=alice.key)
    assert (await mallory.hear())[0] == frames.DENIED
    assert not house.core.asked, "nothing was looked up for them"
    assert (await house.metrics())['refused_total{reason="proof"}'] == 2


@pytest.mark.parametrize("answer", [b"", b"\x01short", b"\x04" + bytes(60), bytes(3_000)])
async def test_anything_but_a_proof_is_refused(house: House, answer: bytes) -> None:
    somebody = await Endpoint("somebody").dial(house)
    await somebody.say(answer)
    assert (await somebody.hear())[0] == frames.DENIED


async def test_whoever_proves_nothing_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(site, "PROVE_SECONDS", 0.05)
    silent = await Endpoint("silent").dial(house)
    await silent.ended()


@pytest.mark.parametrize("beginning", [b"", b"GET /relay HT"])
async def test_a_connection_that_asks_for_nothing_is_closed(monkeypatch: pytest.MonkeyPatch, beginning: bytes) -> None:
    monkeypatch.setattr(admission, "REQUEST_SECONDS", 0.1)
    async with relay_house() as house:
        alice = await house.endpoint("alice")
        reader, writer = await asyncio.open_connection("127.0.0.1", house.port)
        writer.write(beginning)
        assert await asyncio.wait_for(reader.read(), 10) == b""
        writer.close()
        await alice.say(b"\x09" + bytes(8))
        assert await alice.hear() == b"\x0a" + bytes(8), "a WebSocket is not meant"


async def test_a_connection_without_a_version_that_we_speak_is_refused(house: House) -> None:
    for headers in ({}, {"Sec-WebSocket-Protocol": "iroh-relay-v9"}):
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            await house.session.ws_connect(f"{house.url}relay", headers=headers)
        assert error.value.status == 400
    async with house.session.get(f"{house.url}relay") as answer:
        assert answer.status == 426


async def test_one_address_takes_no_more_places_than_it_may() -> None:
    async with relay_house(AdmissionLimits(per_address=2)) as house:
        for name in ("alice", "bob"):
            await house.endpoint(name)
        with pytest.raises(aiohttp.WSServerHandshakeError) as error:
            await Endpoint("carol").dial(house)
        assert error.value.status == 503


async def test_a_place_is_free_again_when_its_endpoint_is_gone() -> None:
    async with relay_house(AdmissionLimits(in_all=1)) as house:
        for _ in range(3):
            alice = await house.endpoint("alice")
            await alice.leave()
            await house.until_left(0)


async def test_few_places_are_for_those_who_have_proven_nothing_yet() -> None:
    async with relay_house(AdmissionLimits(unproven=1)) as house:
        for name in ("alice", "bob"):
            await house.endpoint(name)
        await Endpoint("slow").dial(house)
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await Endpoint("carol").dial(house)


async def test_one_who_is_sent_away_and_does_not_go_is_cut_off(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "CLOSE_SECONDS", 0.05)
    alice = await house.endpoint("alice")
    alice.stop_reading()
    del house.core.accounts[alice.key]
    house.relay.account_changed(alice.account_id)
    await house.until_nobody_is_served()
    alice.vanish()


async def test_behind_a_proxy_the_address_is_what_the_proxy_says() -> None:
    async with relay_house(AdmissionLimits(per_address=1), behind_proxy=True) as house:
        await house.endpoint("alice", headers={"X-Forwarded-For": "203.0.113.1"})
        await house.endpoint("bob", headers={"X-Forwarded-For": "203.0.113.1, 203.0.113.2"})


async def test_an_endpoint_that_is_listed_no_more_is_dropped(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    del house.core.accounts[alice.key]
    house.relay.account_changed(alice.account_id)
    assert await alice.ended() == aiohttp.WSCloseCode.POLICY_VIOLATION
    await bob.send(alice, b"still there?")
    assert await bob.hear() == frames.endpoint_gone_frame(alice.key)


async def test_the_newest_connection_of_a_key_takes_the_place_of_the_last(house: House) -> None:
    first, bob = await house.friends("alice", "bob")
    second = await house.endpoint("alice")
    assert await first.hear() == frames.replaced_frame("iroh-relay-v2")
    await bob.send(second, b"for the newest")
    assert await second.hear_from(bob) == b"for the newest"
    await first.send(bob, b"from the old one")
    await house.until('dropped_total{reason="not_served"}', 1)
    await second.send(bob, b"from the newest")
    assert await bob.hear_from(second) == b"from the newest"
    third = await house.endpoint("alice")
    assert await second.hear() == frames.replaced_frame("iroh-relay-v2")
    assert await first.ended() == aiohttp.WSCloseCode.POLICY_VIOLATION, "one that was replaced is kept, not all"
    await third.leave()
    assert await second.ended() == aiohttp.WSCloseCode.TRY_AGAIN_LATER, "it may come back now"


async def test_an_older_client_hears_in_words_that_it_was_replaced(house: House) -> None:
    first = await house.endpoint("alice", version="iroh-relay-v1")
    await house.endpoint("alice")
    assert (await first.hear())[0] == frames.HEALTH


async def test_everybody_hears_when_the_relay_stops(house: House) -> None:
    alice = await house.endpoint("alice")
    house.relay.close()
    assert await alice.ended() == aiohttp.WSCloseCode.GOING_AWAY


async def test_monitors_on_the_same_machine_read_the_metrics_and_nobody_else(house: House) -> None:
    await house.endpoint("alice")
    assert (await house.metrics())["connections"] == 1
    for header in ("X-Forwarded-For", "Forwarded", "X-Real-IP"):
        async with house.session.get(f"{house.url}metrics", headers={header: "127.0.0.1"}) as answer:
            assert answer.status == 404


@pytest.mark.parametrize(("path", "status"), [("ping", 200), ("healthz", 200), ("generate_204", 204), ("", 200)])
async def test_what_clients_and_monitors_look_for_is_there(house: House, path: str, status: int) -> None:
    async with house.session.get(house.url + path) as answer:
        assert answer.status == status


async def test_one_who_leaves_while_the_core_decides_leaves_nothing_behind(house: House) -> None:
    alice = Endpoint("alice")
    await alice.dial(house)
    await alice.prove()
    alice.vanish()
    house.core.accounts[alice.key] = alice.account_id
    await house.until_left(0)
