"""What stays on this computer, as views ask for it."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import (
    ConversationEmptied,
    EmptyConversation,
    GetStorageUse,
    SetRetention,
    StorageUse,
)
from casemate.protocol.client.views import MessageOrder
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

BEGINNING = MessageOrder(0, "00" * 16, "00" * 16)


def test_a_conversation_is_measured_read_from_its_beginning_and_emptied(street: Street, house: House) -> None:
    alice, bob = house.view(), street.house("other").view()
    a, b = alice.register("alice"), bob.register("bob")
    for view, cid in ((alice, a), (bob, b)):
        view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    alice.befriend(a, bob, b)
    conversation = alice.conversation(a, b)
    said = [
        alice.expect(
            ext.MessageQueued,
            ext.SendChat(
                request_id=new_id(), cid=a, conversation=conversation, message_id=new_id().replace("-", ""), text=text
            ),
        ).message
        for text in ("one", "two", "three")
    ]

    def used(view: Client, cid: Cid) -> StorageUse:
        return view.expect(StorageUse, GetStorageUse(request_id=new_id(), cid=cid, conversation=conversation))

    told = used(alice, a)
    assert (told.messages, told.bytes) == (3, 11)
    page = alice.expect(
        ext.TimelinePage,
        ext.GetTimeline(request_id=new_id(), cid=a, conversation=conversation, after=BEGINNING, limit=2),
    )
    assert ([message.text for message in page.messages], page.has_after) == (["one", "two"], True)
    street.settle()
    emptied = alice.expect(
        ConversationEmptied,
        EmptyConversation(request_id=new_id(), cid=a, conversation=conversation, up_to=said[1].arrival),
    )
    assert emptied.after is None
    assert used(alice, a).messages == 1
    assert used(bob, b).messages == 3


def test_how_long_messages_stay_is_a_setting_of_the_account(house: House) -> None:
    alice = house.view()
    cid = alice.register("alice")
    alice.expect(Done, SetRetention(request_id=new_id(), cid=cid, days=30))
    snapshot = alice.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    assert snapshot.account.settings.keep_days == 30
    refused = alice.expect(RequestRefused, SetRetention(request_id=new_id(), cid=cid, days=0))
    assert (refused.reason.code, refused.reason.params) == ("malformed", {"what": "days"})
    alice.expect(RequestRefused, GetStorageUse(request_id=new_id(), cid=cid, conversation="00" * 16))


def test_a_place_that_cannot_be_is_refused(house: House) -> None:
    alice = house.view()
    cid = alice.register("alice")
    place = MessageOrder(0, "xx", "")
    request = EmptyConversation(request_id=new_id(), cid=cid, conversation="00" * 16, up_to=1, after=place)
    assert alice.expect(RequestRefused, request).reason.params == {"what": "order"}
