"""Conversations that are pinned, put away, or unread once more, as views ask for it and see it."""

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import ArrangeConversation, MarkUnread
from casemate.protocol.client.notification_extensions import MuteConversation
from casemate.protocol.client.views import ConversationView, MessageStatus
from tests.service.asking import new_id
from tests.service.house import House, Street

FIRST, SECOND = "07" * 16, "08" * 16


class Pair:
    def __init__(self, street: Street, house: House) -> None:
        self.street = street
        self.alice, self.bob = house.view(), street.house("other").view()
        self.a, self.b = self.alice.register("alice"), self.bob.register("bob")
        self.alice.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.a))
        self.bob.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.b))
        self.alice.befriend(self.a, self.bob, self.b)
        self.conversation = self.alice.conversation(self.a, self.b)

    def say(self, message_id: str) -> None:
        request = ext.SendChat(
            request_id=new_id(), cid=self.b, conversation=self.conversation, message_id=message_id, text="hi"
        )
        self.bob.expect(ext.MessageQueued, request)

    def read_all(self, painted: list[str]) -> None:
        request = ext.MarkRead(
            request_id=new_id(), cid=self.a, conversation=self.conversation, painted=painted, seen_up_to=2**40
        )
        self.alice.expect(Done, request)

    def arrange(self, pinned: bool | None = None, archived: bool | None = None) -> tuple[bool, bool]:
        request = ArrangeConversation(
            request_id=new_id(), cid=self.a, conversation=self.conversation, pinned=pinned, archived=archived
        )
        self.alice.expect(Done, request)
        return self.stands

    def unread_from(self, message_id: str) -> MarkUnread:
        return MarkUnread(request_id=new_id(), cid=self.a, conversation=self.conversation, message_id=message_id)

    @property
    def row(self) -> ConversationView:
        [row] = self.alice.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.a)).conversations
        return row

    @property
    def stands(self) -> tuple[bool, bool]:
        return self.row.pinned, self.row.archived

    def status_at_bobs(self, message_id: str) -> MessageStatus:
        page = self.bob.expect(ext.TimelinePage, self.bob.timeline(self.b, self.a))
        [status] = [message.status for message in page.messages if message.id == message_id]
        return status


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    return Pair(street, house)


def test_what_stands_on_top_is_not_put_away_nor_the_other_way_round(pair: Pair) -> None:
    assert pair.stands == (False, False)
    assert pair.arrange(pinned=True) == (True, False)
    assert pair.arrange(archived=True) == (False, True)
    assert pair.arrange(pinned=True) == (True, False)
    assert pair.arrange(pinned=False) == (False, False)


def test_what_is_put_away_is_back_when_somebody_writes_unless_it_is_muted(pair: Pair) -> None:
    pair.arrange(archived=True)
    pair.say(FIRST)
    assert pair.stands == (False, False)
    pair.alice.expect(Done, MuteConversation(request_id=new_id(), cid=pair.a, conversation=pair.conversation))
    pair.arrange(archived=True)
    pair.say(SECOND)
    assert pair.stands == (False, True)


def test_messages_are_unread_once_more_and_their_writer_hears_nothing(pair: Pair) -> None:
    pair.say(FIRST)
    pair.say(SECOND)
    pair.read_all([FIRST, SECOND])
    pair.street.settle()
    assert (pair.row.unread, pair.status_at_bobs(SECOND)) == (0, "read")
    pair.alice.expect(Done, pair.unread_from(SECOND))
    first_unread = pair.row.first_unread
    assert (pair.row.unread, first_unread and first_unread.message) == (1, SECOND)
    assert pair.status_at_bobs(SECOND) == "read"
    pair.read_all([])
    assert pair.row.unread == 0


def test_ones_own_messages_cannot_be_unread(pair: Pair) -> None:
    request = ext.SendChat(
        request_id=new_id(), cid=pair.a, conversation=pair.conversation, message_id=FIRST, text="mine"
    )
    pair.alice.expect(ext.MessageQueued, request)
    assert pair.alice.expect(RequestRefused, pair.unread_from(FIRST)).reason.code == "message_gone"
    assert pair.alice.expect(RequestRefused, pair.unread_from(SECOND)).reason.code == "message_gone"
