"""Messages that disappear, as views ask for it and see it."""

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import views as rows
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import SetDisappearing
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

SAID = "07" * 16


class Talk:
    def __init__(self, street: Street, house: House) -> None:
        self.street = street
        self.alice, self.bob = house.view(), street.house("other").view()
        self.a, self.b = self.alice.register("alice"), self.bob.register("bob")
        for view, cid in ((self.alice, self.a), (self.bob, self.b)):
            view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
        self.alice.befriend(self.a, self.bob, self.b)
        self.conversation = self.alice.conversation(self.a, self.b)

    def set(self, lives_for: int | None) -> SetDisappearing:
        return SetDisappearing(request_id=new_id(), cid=self.a, conversation=self.conversation, lives_for=lives_for)

    def say(self, message_id: str) -> rows.MessageView:
        request = ext.SendChat(
            request_id=new_id(), cid=self.a, conversation=self.conversation, message_id=message_id, text="brief"
        )
        return self.alice.expect(ext.MessageQueued, request).message

    def shown(self, view: Client, cid: Cid) -> list[rows.MessageView]:
        return view.expect(
            ext.TimelinePage, ext.GetTimeline(request_id=new_id(), cid=cid, conversation=self.conversation)
        ).messages

    def row(self, view: Client, cid: Cid) -> rows.ConversationView:
        [row] = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid)).conversations
        return row


@pytest.fixture
def talk(street: Street, house: House) -> Talk:
    return Talk(street, house)


def test_what_is_set_is_in_the_row_of_both_and_said_in_a_line(talk: Talk) -> None:
    talk.alice.expect(Done, talk.set(60))
    for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
        row = talk.row(view, cid)
        assert (row.lives_for, row.unread) == (60, 0)
        assert row.last is not None
        assert (row.last.kind, row.last.lives_for, row.last.ends_at) == ("disappearing", 60, None)
    assert talk.alice.expect(RequestRefused, talk.set(1)).reason.code == "malformed"
    talk.alice.expect(Done, talk.set(None))
    assert talk.row(talk.bob, talk.b).lives_for is None


def test_a_message_tells_when_it_ends_and_goes_from_pages_counts_and_lists(talk: Talk) -> None:
    talk.alice.expect(Done, talk.set(60))
    assert talk.say(SAID).lives_for == 60
    [_, mine] = talk.shown(talk.alice, talk.a)
    assert mine.ends_at is not None
    assert 59_000 <= mine.ends_at - mine.written_at <= 61_000
    talk.street.pass_time(70)
    removed = rows.MessageRemoved(conversation=talk.conversation, id=SAID)
    assert removed in [event for response in talk.alice.heard(ext.ViewEvents) for event in response.events]
    assert [message.kind for message in talk.shown(talk.alice, talk.a)] == ["disappearing"]
    last = talk.row(talk.alice, talk.a).last
    assert last is not None
    assert last.kind == "disappearing"
    assert [message.id for message in talk.shown(talk.bob, talk.b)][1:] == [SAID], "he has not read it"
    assert talk.row(talk.bob, talk.b).unread == 1


def test_what_another_app_says_disappears_as_well(talk: Talk) -> None:
    talk.bob.expect(Done, SetDisappearing(request_id=new_id(), cid=talk.b, conversation=talk.conversation, lives_for=5))
    talk.bob.send(talk.b, talk.a, b"opaque")
    opaque = [message for message in talk.shown(talk.alice, talk.a) if message.kind == "opaque"]
    assert [message.lives_for for message in opaque] == [5]
