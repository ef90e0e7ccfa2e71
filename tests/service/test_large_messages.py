"""A registered peer writes as much and as large as it may: what this computer keeps in memory stays bounded."""

import pytest

from casemate.internal_service.core.citadel.plain_delivery import WINDOW_BYTES
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import responses as to
from casemate.protocol.ids import Cid
from casemate.protocol.limits import MESSAGE_BODY_BYTES, MIB, TIMELINE_PAGE_BYTES, VIEW_EVENTS_CHARACTERS
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

Pair = tuple[Client, Cid, Client, Cid]


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    """Alice in one house, Bob in another, connected."""
    alice, bob = house.client(), street.house("other").client()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    return alice, a, bob, b


def chat(view: Client, cid: Cid, peer_cid: Cid, number: int) -> None:
    text = str(number % 10) * MESSAGE_BODY_BYTES
    talk = view.conversation(cid, peer_cid)
    request = ext.SendChat(request_id=new_id(), cid=cid, conversation=talk, message_id=f"{number:032x}", text=text)
    view.expect(ext.MessageQueued, request)


def test_events_kept_for_views_are_bounded_in_size(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    view, writer = bob.house.view(), alice.house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    for number in range(14):
        chat(writer, a, b, number)
        writer.received.clear()
        alice.received.clear()
        bob.received.clear()
        view.received.clear()
        street.pass_time(1)
    stream = bob.house.service._views._streams._streams[b]
    assert stream._characters <= VIEW_EVENTS_CHARACTERS
    assert len(stream._events) > 10


def test_a_page_of_long_messages_is_short_and_says_that_there_is_more(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    writer, reader = alice.house.view(), bob.house.view()
    for number in range(12):
        chat(writer, a, b, number)
        street.pass_time(1)
    seen: list[str] = []
    before = None
    while True:
        page = reader.expect(ext.TimelinePage, reader.timeline(b, a, before=before, limit=200))
        assert sum(message.bytes for message in page.messages) <= TIMELINE_PAGE_BYTES
        seen = [message.id for message in page.messages] + seen
        before = page.messages[0].order
        if not page.has_before:
            break
    assert seen == [f"{number:032x}" for number in range(12)]


def test_a_plain_client_is_sent_large_messages_a_few_at_a_time(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.close()
    for number in range(20):
        assert isinstance(alice.send(a, b, bytes([number]) * MIB), to.MessageSendSuccess)
        street.pass_time(1)
    again = bob.house.client()
    again.claim(b)
    seen: list[int] = []
    while notices := again.heard(to.MessageNotification):
        assert len(notices) * MIB <= WINDOW_BYTES
        seen += [notice.message[0] for notice in notices]
        again.received.clear()
        again.takes_messages()
    assert seen == list(range(20))
