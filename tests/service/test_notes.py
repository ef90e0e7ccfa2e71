"""Notes to oneself, as views see them, and as plain clients do not."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.views import ConversationChanged, MessageChanged
from casemate.protocol.ids import Cid
from tests.service.asking import message, new_id
from tests.service.client import Client
from tests.service.house import House, Street


def snapshot(view: Client, cid: Cid) -> ext.Snapshot:
    return view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))


def note(view: Client, cid: Cid, text: str) -> str:
    conversation = snapshot(view, cid).account.notes
    request = ext.SendChat(request_id=new_id(), cid=cid, conversation=conversation, message_id="0a" * 16, text=text)
    view.expect(ext.MessageQueued, request)
    return conversation


def test_a_note_is_in_every_tab_at_once_and_in_the_next_snapshot(house: House) -> None:
    one, other = house.view(), house.view()
    a = one.register("alice")
    assert [row.kind for row in snapshot(other, a).conversations] == []
    conversation = note(one, a, "buy milk")
    told = [event for batch in other.heard(ext.ViewEvents) for event in batch.events]
    assert [event.message.text for event in told if isinstance(event, MessageChanged)] == ["buy milk"]
    assert [event.conversation.kind for event in told if isinstance(event, ConversationChanged)] == ["notes"]
    again = snapshot(house.view(), a)
    [row] = again.conversations
    assert (row.id, row.kind, row.peer, row.unread) == (conversation, "notes", a, 0)
    assert again.peers == []
    page = one.expect(ext.TimelinePage, ext.GetTimeline(request_id=new_id(), cid=a, conversation=conversation, limit=9))
    assert [(line.text, line.status, line.mine) for line in page.messages] == [("buy milk", "received", True)]


def test_an_empty_one_can_be_opened_and_reads_nothing(house: House) -> None:
    view = house.view()
    a = view.register("alice")
    conversation = snapshot(view, a).account.notes
    request = ext.GetTimeline(request_id=new_id(), cid=a, conversation=conversation, limit=9)
    page = view.expect(ext.TimelinePage, request)
    assert (page.messages, page.has_before, page.has_after) == ([], False, False)
    assert snapshot(view, a).conversations == [], "looking makes nothing"


def test_plain_clients_know_nothing_of_it(street: Street, house: House) -> None:
    plain, other = house.client(), street.house("other").client()
    a, b = plain.register("alice"), other.register("bob")
    plain.befriend(a, other, b)
    view = house.view()
    note(view, a, "buy milk")
    assert plain.heard(to.MessageNotification) == []
    registered = plain.expect(to.ListRegisteredPeersResponse, ask.ListRegisteredPeers(request_id=new_id(), cid=a))
    assert list(registered.peers) == [b]
    refused = plain.ask(message(a, a, b"to myself"))
    assert isinstance(refused, to.MessageSendFailure)
    assert other.heard(to.MessageNotification) == []


def test_notes_are_there_after_a_restart_of_the_service(house: House) -> None:
    view = house.view()
    a = view.register("alice")
    conversation = note(view, a, "buy milk")
    house.restart()
    view = house.view()
    shown = snapshot(view, a)
    assert [row.id for row in shown.conversations] == [conversation]
    last = shown.conversations[0].last
    assert last is not None
    assert last.text == "buy milk"
