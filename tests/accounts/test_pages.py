"""A conversation is read in pages: before a place, after it, or around it."""

import pytest

from casemate.internal_service.core.account.rows import DisplayOrder
from casemate.protocol.ids import DeviceId, MessageId
from tests.accounts.deployment import Deployment, Person


@pytest.fixture
def conversation(world: Deployment, friends: tuple[Person, Person]) -> tuple[Person, Person]:
    """Of seven messages, m0 to m6."""
    alice, bob = friends
    for number in range(7):
        world.say(alice, bob, f"m{number}")
    return bob, alice


def page(
    world: Deployment, reader: Person, peer: Person, limit: int, **where: DisplayOrder
) -> tuple[list[str | None], bool, bool]:
    """Its texts, and whether there is more before and after it."""
    places = (where.get("before"), where.get("after"), where.get("around"))
    account = reader.account
    messages, has_before, has_after = account.timeline(account.conversation_with(peer.cid), *places, limit)
    return [message.text for message in messages], has_before, has_after


def place_of(world: Deployment, reader: Person, peer: Person, text: str) -> DisplayOrder:
    [order] = [message.order for message in world.timeline(reader, peer) if message.text == text]
    return order.counter, DeviceId(bytes.fromhex(order.device)), MessageId(bytes.fromhex(order.message))


@pytest.mark.parametrize(
    ("where", "limit", "shown"),
    [
        ("before", 2, (["m1", "m2"], True, True)),
        ("before", 9, (["m0", "m1", "m2"], False, True)),
        ("after", 2, (["m4", "m5"], True, True)),
        ("after", 9, (["m4", "m5", "m6"], True, False)),
        ("around", 1, (["m3"], True, True)),
        ("around", 2, (["m2", "m3"], True, True)),
        ("around", 5, (["m1", "m2", "m3", "m4", "m5"], True, True)),
        ("around", 6, (["m0", "m1", "m2", "m3", "m4", "m5"], False, True)),
        ("around", 99, (["m0", "m1", "m2", "m3", "m4", "m5", "m6"], False, False)),
    ],
)
def test_a_page_is_of_what_is_next_to_its_place_and_around_it_holds_the_place_itself(
    world: Deployment,
    conversation: tuple[Person, Person],
    where: str,
    limit: int,
    shown: tuple[list[str], bool, bool],
) -> None:
    reader, peer = conversation
    assert page(world, reader, peer, limit, **{where: place_of(world, reader, peer, "m3")}) == shown
