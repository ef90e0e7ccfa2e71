"""Messages to plain clients, at least once, and the ILM endpoint where no plain client is."""

import pytest

from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.conversations.chat_form import text_of
from casemate.internal_service.core.citadel.plain_delivery import WINDOW_MESSAGES
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from casemate.protocol.limits import MESSAGE_BODY_BYTES
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


def bodies(client: Client) -> list[bytes]:
    return [bytes(notice.message) for notice in client.heard(to.MessageNotification)]


def send_chat(view: Client, cid: Cid, peer_cid: Cid, text: str) -> ext.MessageQueued:
    talk = view.conversation(cid, peer_cid)
    request = ext.SendChat(request_id=new_id(), cid=cid, conversation=talk, message_id="07" * 16, text=text)
    return view.expect(ext.MessageQueued, request)


def test_bytes_arrive_unchanged_and_in_order(pair: Pair) -> None:
    alice, a, bob, b = pair
    sent = [bytes(range(256)), b"", b"\x00\x00\x00\x00 not quite an envelope", "žluťoučký".encode()]
    for body in sent:
        assert isinstance(alice.send(a, b, body), to.MessageSendSuccess)
    assert bodies(bob) == sent
    assert {notice.peer_cid for notice in bob.heard(to.MessageNotification)} == {a}


def test_a_message_to_somebody_who_is_away_is_accepted_and_delivered_later(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.house.kill()
    assert isinstance(alice.send(a, b, b"for later"), to.MessageSendSuccess)
    bob.house.start()
    again = bob.house.client()
    again.claim(b)
    assert bodies(again) == [b"for later"]


def test_a_message_that_is_too_long_or_goes_nowhere_is_refused(pair: Pair) -> None:
    alice, a, _, b = pair
    assert isinstance(alice.send(a, b, bytes(MESSAGE_BODY_BYTES + 1)), to.MessageSendFailure)
    failure = alice.send(Cid(7), b, b"x")
    assert isinstance(failure, to.MessageSendFailure)
    assert failure.message == "Connection for 7 not found"


def test_what_was_not_taken_comes_first_on_the_next_socket(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.send(a, b, b"one")
    bob.takes_messages()
    alice.send(a, b, b"two")
    bob.close()
    alice.send(a, b, b"three")
    again = bob.house.client()
    again.claim(b)
    assert bodies(again) == [b"two", b"three"]


def test_what_was_not_taken_survives_a_restart_of_the_service(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.send(a, b, b"one")
    bob.house.restart()
    again = bob.house.client()
    again.claim(b)
    assert bodies(again) == [b"one"]
    again.takes_messages()
    bob.house.restart()
    third = bob.house.client()
    third.claim(b)
    assert bodies(third) == []


def test_message_content_never_goes_to_a_socket_that_is_not_bound(pair: Pair) -> None:
    alice, a, bob, b = pair
    bystander = bob.house.client()
    bob.close()
    alice.send(a, b, b"secret")
    assert bodies(bystander) == []


def test_no_more_than_a_window_is_sent_ahead_of_what_is_taken(pair: Pair) -> None:
    alice, a, bob, b = pair
    for number in range(WINDOW_MESSAGES + 10):
        alice.send(a, b, b"%d" % number)
    assert len(bodies(bob)) == WINDOW_MESSAGES
    bob.takes_messages()
    assert bodies(bob) == [b"%d" % number for number in range(WINDOW_MESSAGES + 10)]


def test_what_one_socket_takes_is_taken_of_its_own_session_alone(pair: Pair) -> None:
    alice, a, bob, b = pair
    other = bob.house.client()
    c = other.register("carol")
    alice.befriend(a, other, c)
    for number in range(WINDOW_MESSAGES + 1):
        alice.send(a, b, b"%d" % number)
        alice.send(a, c, b"%d" % number)
    other.takes_messages()
    assert (len(bodies(bob)), len(bodies(other))) == (WINDOW_MESSAGES, WINDOW_MESSAGES + 1)
    bob.takes_messages()
    assert len(bodies(bob)) == WINDOW_MESSAGES + 1


def test_a_view_never_gets_message_notifications(pair: Pair) -> None:
    alice, a, bob, b = pair
    view = bob.house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    alice.send(a, b, b"hello")
    assert bodies(view) == []
    assert bodies(bob) == [b"hello"]


def test_a_chat_reaches_a_plain_client_in_the_nested_form(pair: Pair) -> None:
    alice, a, bob, b = pair
    send_chat(alice.house.view(), a, b, "Hello, Bob")
    [body] = bodies(bob)
    assert body.startswith(b'{"Request":{"Message":{"contents":[')
    assert text_of(body) == "Hello, Bob"


def test_where_only_views_are_the_service_acknowledges_ilm_messages(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.close()
    view = bob.house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    for _ in range(2):  # a repeat is answered, too: our first answer may have been lost
        alice.send(a, b, ilm.encode(ilm.Data(a, b, 5, b"payload")))
    assert [ilm.decode(body) for body in bodies(alice)] == [ilm.Ack(b, a, 5)] * 2


def test_ilm_acknowledgements_and_polls_are_no_messages_in_the_conversation(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.close()
    view, other = bob.house.view(), alice.house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    for frame in (ilm.Poll(a, b, None), ilm.Data(a, b, 0, b'{"type":"TextMessage","data":{"text":"Hej"}}')):
        alice.send(a, b, ilm.encode(frame))
    assert [ilm.decode(body) for body in bodies(alice)] == [ilm.Ack(b, a, 0)]
    for looking, mine, theirs in ((view, b, a), (other, a, b)):
        page = looking.expect(ext.TimelinePage, looking.timeline(mine, theirs))
        assert [message.text for message in page.messages] == ["Hej"]


def test_an_ilm_message_that_is_repeated_is_one_line(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.house.kill()
    text = b'{"type":"TextMessage","data":{"text":"Hej"}}'
    for number in (0, 0, 0, 1):
        alice.send(a, b, ilm.encode(ilm.Data(a, b, number, text)))
    bob.house.start()
    view, other = bob.house.view(), alice.house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b))
    for looking, mine, theirs in ((view, b, a), (other, a, b)):
        page = looking.expect(ext.TimelinePage, looking.timeline(mine, theirs))
        assert [message.text for message in page.messages] == ["Hej", "Hej"], "two messages with the same words"
    again = bob.house.client()
    again.claim(b, only_if_orphaned=False)
    assert len(bodies(again)) == 4, "a plain client gets them as they are"


def test_a_plain_client_gets_ilm_frames_as_they_are_and_answers_itself(pair: Pair) -> None:
    alice, a, bob, b = pair
    frame = ilm.encode(ilm.Data(a, b, 0, b"payload"))
    alice.send(a, b, frame)
    assert bodies(bob) == [frame]
    assert bodies(alice) == []


def test_ilm_frames_for_a_plain_client_that_is_away_wait_for_it(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.close()
    frame = ilm.encode(ilm.Data(a, b, 0, b"payload"))
    alice.send(a, b, frame)
    assert bodies(alice) == []
    again = bob.house.client()
    again.claim(b)
    assert bodies(again) == [frame]


def test_a_message_inside_a_batch_is_sent(pair: Pair) -> None:
    alice, a, bob, b = pair
    inner = ask.Message(request_id=new_id(), cid=a, peer_cid=b, message=Octets(b"x"), security_level="Standard")
    answer = alice.expect(to.BatchedResponse, ask.Batched(request_id=new_id(), commands=[inner]))
    assert isinstance(answer.results[0], to.MessageSendSuccess)
    assert bodies(bob) == [b"x"]
