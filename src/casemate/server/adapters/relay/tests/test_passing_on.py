"""Datagrams go between endpoints of people who agreed to talk; to everybody else nobody is there."""

import asyncio

import pytest

from casemate.server.adapters.relay import connection, frames, switch
from casemate.server.adapters.relay.limits import HELD_BYTES, HELD_DATAGRAMS
from casemate.server.adapters.relay.tests.house import Endpoint, House, relay_house


async def test_a_datagram_arrives_as_it_was_sent_under_its_senders_key(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    await alice.say(b"\x04" + bob.key + b"\x03" + b"content")
    assert await bob.hear() == b"\x06" + alice.key + b"\x03" + b"content"
    await bob.say(b"\x05" + alice.key + b"\x01\x00\x02" + b"aabbc")
    assert await alice.hear() == b"\x07" + bob.key + b"\x01\x00\x02" + b"aabbc"


@pytest.mark.parametrize("size", [1, 91, 92, 93, 1_200, 60_000, 65_501, 65_502, 65_503])
async def test_datagrams_of_every_size_pass(house: House, size: int) -> None:
    alice, bob = await house.friends("alice", "bob")
    content = bytes(range(256)) * 256
    await alice.send(bob, content[:size])
    assert await bob.hear_from(alice) == content[:size]


async def test_the_core_is_asked_once_for_a_pair_whoever_begins(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    for sender, recipient in ((alice, bob), (bob, alice), (alice, bob)):
        await sender.send(recipient, b"again")
        await recipient.hear_from(sender)
    assert house.core.pairs_asked() == 1


async def test_what_comes_before_the_verdict_waits_for_it_in_order(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    house.core.is_thinking = True
    for number in range(10):
        await alice.send(bob, bytes((number,)))
    await house.until("held_total", 10)
    assert house.core.pairs_asked() == 1
    house.core.think()
    assert [await bob.hear_from(alice) for _ in range(10)] == [bytes((number,)) for number in range(10)]


async def test_no_more_than_a_few_wait_for_a_verdict(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    house.core.is_thinking = True
    for _ in range(HELD_DATAGRAMS + 3):
        await alice.send(bob, b"small")
    await house.until('dropped_total{reason="held_full"}', 3)
    house.core.think()
    for _ in range(HELD_DATAGRAMS):
        await bob.hear_from(alice)
    await bob.hears_nothing_before(alice)


async def test_not_many_bytes_wait_for_a_verdict(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    house.core.is_thinking = True
    size = 60_000
    for _ in range(HELD_BYTES // size + 2):
        await alice.send(bob, bytes(size))
    await house.until('dropped_total{reason="held_full"}', 2)


async def test_a_stranger_hears_the_same_whether_or_not_somebody_is_here(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    stranger = await house.endpoint("stranger")
    away = await house.endpoint("away")
    await away.leave()
    for target in (alice, away):
        asked = house.core.pairs_asked()
        await stranger.send(target, b"who is there?")
        assert await stranger.hear() == frames.endpoint_gone_frame(target.key)
        assert house.core.pairs_asked() == asked + 1, "an answer that comes sooner would tell as well"
    await alice.hears_nothing_before(bob)


async def test_a_friend_who_is_not_here_is_gone(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    await alice.send(bob, b"first")
    await bob.hear_from(alice)
    await bob.leave()
    await alice.send(bob, b"second")
    assert await alice.hear() == frames.endpoint_gone_frame(bob.key)
    again = await house.endpoint("bob")
    await alice.send(again, b"third")
    assert await again.hear_from(alice) == b"third"


async def test_what_was_allowed_ends_as_soon_as_the_core_says_so(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    await alice.send(bob, b"before")
    await bob.hear_from(alice)
    house.core.friends.clear()
    house.relay.account_changed(bob.account_id)
    for sender, recipient in ((alice, bob), (bob, alice)):
        await sender.send(recipient, b"after")
        assert await sender.hear() == frames.endpoint_gone_frame(recipient.key)
    house.core.befriend(alice, bob)
    await alice.send(bob, b"again")
    assert await bob.hear_from(alice) == b"again"


async def test_what_changed_while_one_was_away_counts_when_they_are_back(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(switch, "BURST_SECONDS", 0.0)
    alice, bob = await house.friends("alice", "bob")
    await alice.send(bob, b"before")
    await bob.hear_from(alice)
    await bob.leave()
    await house.until_left(1)
    house.core.friends.clear()
    house.relay.account_changed(bob.account_id)
    again = await house.endpoint("bob")
    await alice.send(again, b"after")
    assert await alice.hear() == frames.endpoint_gone_frame(again.key)


async def test_a_verdict_counts_for_the_account_that_it_names(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    carol = await house.endpoint("carol")
    house.core.befriend(alice, carol)
    house.core.accounts[bob.key] = carol.account_id  # so the core says from now on; bob is here as bob
    await alice.send(bob, b"for whom?")
    assert await alice.hear() == frames.endpoint_gone_frame(bob.key)


async def test_leaving_and_coming_back_gains_nothing(house: House) -> None:
    alice = await house.endpoint("alice")
    [spent] = house.limits_of("alice")
    spent.left = -5.0
    await alice.leave()
    await house.until_left(0)
    await house.endpoint("alice")
    [again] = house.limits_of("alice")
    assert again is spent


async def test_a_ping_is_answered(house: House) -> None:
    alice = await house.endpoint("alice")
    await alice.say(b"\x09" + b"12345678")
    assert await alice.hear() == b"\x0a" + b"12345678"


@pytest.mark.parametrize(
    "frame",
    [
        b"",
        b"\x00",
        b"\x06" + bytes(40),
        b"\x3f",
        b"\x40\x04" + bytes(40),
        b"\x04" + bytes(32),
        b"\x09short",
        b"\x0d\x01",
    ],
)
async def test_a_frame_that_is_none_ends_the_connection_and_no_other(house: House, frame: bytes) -> None:
    alice, bob = await house.friends("alice", "bob")
    carol = await house.endpoint("carol")
    await carol.say(frame)
    assert await carol.ended() == 1008
    await alice.hears_nothing_before(bob)


async def test_text_is_no_frame(house: House) -> None:
    alice = await house.endpoint("alice")
    await alice.socket.send_str("hello")
    assert await alice.ended() == 1008


@pytest.mark.parametrize("size", [frames.MAX_FRAME_BYTES + 1, 2_000_000])
async def test_a_frame_that_nobody_would_take_ends_the_connection(house: House, size: int) -> None:
    alice, bob = await house.friends("alice", "bob")
    await alice.say(b"\x04" + bob.key + bytes(size - 33))
    assert await alice.ended() == 1009


async def test_an_idle_endpoint_stays_and_one_that_does_not_answer_is_given_up(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "IDLE_PING_SECONDS", 0.2)
    idle = await house.endpoint("idle")
    await house.endpoint("dead", autoping=False)
    answering = asyncio.ensure_future(idle.socket.receive())
    await house.until_left(1)
    assert not answering.done(), "it answers by itself as long as it reads"
    answering.cancel()


async def test_a_flood_is_slowed_down_and_nothing_of_it_is_lost() -> None:
    async with relay_house(bytes_per_second=200_000.0) as house:
        alice, bob = await house.friends("alice", "bob")
        sending = asyncio.ensure_future(_send_many(alice, bob, 30, 10_000))
        for number in range(30):
            assert (await bob.hear_from(alice))[0] == number
        await sending
        assert (await house.metrics())["slowed_total"] > 0


async def test_one_who_sends_too_much_is_read_no_further() -> None:
    async with relay_house(bytes_per_second=1_000.0) as house:
        alice, bob = await house.friends("alice", "bob")
        await alice.send(bob, bytes(60_000))
        await bob.hear_from(alice)
        await alice.say(b"\x09" + bytes(8))
        with pytest.raises(TimeoutError):
            await alice.socket.receive(0.3)
        alice.vanish()


async def test_two_endpoints_of_one_account_share_what_it_may_send() -> None:
    async with relay_house(bytes_per_second=100_000.0) as house:
        alice, bob = await house.friends("alice", "bob")
        phone = await house.endpoint("alice/phone")
        await _send_many(alice, bob, 8, 10_000)
        for _ in range(8):
            await bob.hear_from(alice)
        before = (await house.metrics())["slowed_total"]
        await phone.send(bob, bytes(30_000))
        await bob.hear_from(phone)
        await phone.say(b"\x09" + bytes(8))
        await phone.hear()
        assert (await house.metrics())["slowed_total"] > before


async def _send_many(sender: Endpoint, recipient: Endpoint, number: int, size: int) -> None:
    for index in range(number):
        await sender.send(recipient, bytes((index,)) + bytes(size - 1))


async def test_one_who_reads_slowly_loses_datagrams_and_takes_little_memory(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    carol = await house.endpoint("carol")
    house.core.befriend(alice, carol)
    await alice.send(carol, b"first")
    await carol.hear_from(alice)
    carol.stop_reading()
    # What the systems between take is not ours to bound; after that our own queue fills, and then it drops.
    async with asyncio.timeout(30):
        while 'dropped_total{reason="queue_full"}' not in await house.metrics():
            for _ in range(50):
                await alice.send(carol, bytes(60_000))
    await bob.hears_nothing_before(alice)
    carol.vanish()


async def test_thousands_of_destinations_are_not_all_asked_about(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    await alice.send(bob, b"before")
    await bob.hear_from(alice)
    for number in range(3_000):
        await alice.say(b"\x04" + number.to_bytes(32, "big") + b"\x00?")
    await house.until('dropped_total{reason="too_many_questions"}', 1_000)
    assert house.core.pairs_asked() < 1_000
    await alice.send(bob, b"after")
    assert await bob.hear_from(alice) == b"after"


async def test_a_core_that_has_too_much_to_do_costs_datagrams_and_nothing_else(house: House) -> None:
    alice, bob = await house.friends("alice", "bob")
    house.core.is_full = True
    await alice.send(bob, b"lost")
    await house.until('dropped_total{reason="busy"}', 1)
    house.core.is_full = False
    await alice.send(bob, b"repeated")
    assert await bob.hear_from(alice) == b"repeated"
