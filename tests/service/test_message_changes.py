"""Messages that are edited, taken back, reacted to and answered, as views ask for it and see it."""

from dataclasses import replace

import pytest

from casemate.internal_service.adapters.account_store.kept_frames import HEADS_KEPT
from casemate.internal_service.core.account.conversations import ilm
from casemate.internal_service.core.account.conversations.chat_form import text_of
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done, ExtensionRequest, RequestRefused
from casemate.protocol.client.message_extensions import (
    DeleteMessages,
    EditMessage,
    GetMessageVersions,
    MessageVersions,
    PinMessage,
    ReactToMessage,
)
from casemate.protocol.client.types import Octets
from casemate.protocol.client.views import ConversationChanged, MessageReference, MessageRemoved
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street
from tests.service.talk import ANSWER, SAID, Talk


def refusal(view: Client, request: ExtensionRequest) -> str:
    return view.expect(RequestRefused, request).reason.code


def test_an_edit_is_seen_by_both_and_what_was_said_before_can_be_read(talk: Talk) -> None:
    talk.alice.expect(Done, talk.edit("Hello"))
    for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
        message = talk.page(view, cid)[SAID]
        assert (message.text, message.edited_at is None) == ("Hello", False)
        asked = GetMessageVersions(
            request_id=new_id(), cid=cid, conversation=talk.conversation, author=talk.alices_id, message_id=SAID
        )
        assert [version.text for version in view.expect(MessageVersions, asked).versions] == ["Helo", "Hello"]


def test_what_is_taken_back_and_what_is_deleted_here(talk: Talk) -> None:
    talk.say(talk.alice, talk.a, ANSWER, "for both")
    talk.bob.expect(Done, talk.delete(talk.b, ANSWER, everywhere=False))
    talk.alice.expect(Done, talk.delete(talk.a, SAID, everywhere=True))
    assert [(each.id, each.deleted) for each in talk.page(talk.bob, talk.b).values()] == [(SAID, True)]
    told = [event for response in talk.bob.heard(ext.ViewEvents) for event in response.events]
    removed = MessageRemoved(conversation=talk.conversation, id=ANSWER)
    assert [event for event in told if isinstance(event, MessageRemoved)] == [removed], "his other windows hear of it"
    both = talk.page(talk.alice, talk.a)
    assert (both[SAID].deleted, both[SAID].text, both[ANSWER].text) == (True, "", "for both")


def test_of_several_all_are_taken_back_or_none(talk: Talk) -> None:
    talk.say(talk.bob, talk.b, ANSWER, "his")
    assert refusal(talk.alice, talk.delete(talk.a, SAID, ANSWER, everywhere=True)) == "message_gone"
    assert talk.page(talk.alice, talk.a)[SAID].deleted is False
    assert talk.page(talk.bob, talk.b)[SAID].text == "Helo"


def test_reactions_and_answers(talk: Talk) -> None:
    reacted = ReactToMessage(
        request_id=new_id(),
        cid=talk.b,
        conversation=talk.conversation,
        author=talk.alices_id,
        message_id=SAID,
        emojis=["👍"],
    )
    talk.bob.expect(Done, reacted)
    talk.say(talk.bob, talk.b, ANSWER, "Hi", MessageReference(author=talk.alices_id, id=SAID))
    page = talk.page(talk.alice, talk.a)
    assert [(each.emoji, len(each.authors)) for each in page[SAID].reactions] == [("👍", 1)]
    reply = page[ANSWER].reply
    assert reply is not None
    assert (reply.state, reply.text) == ("here", "Helo")


def test_a_pin_stands_in_the_conversation_of_both(talk: Talk) -> None:
    fields = {"conversation": talk.conversation, "author": talk.alices_id, "message_id": SAID}
    talk.bob.expect(Done, PinMessage(request_id=new_id(), cid=talk.b, **fields, pinned=True))
    for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
        told = [event for each in view.heard(ext.ViewEvents) for event in each.events]
        [pin] = [event.conversation.pins for event in told if isinstance(event, ConversationChanged)][-1]
        fresh = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
        assert fresh.conversations[0].pins == [pin]
        assert (pin.id, pin.text, pin.by == talk.alices_id) == (SAID, "Helo", False)
    nobodys = PinMessage(request_id=new_id(), cid=talk.b, **{**fields, "author": "00" * 32}, pinned=True)
    assert refusal(talk.bob, nobodys) == "message_gone"


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"text": ""}, "malformed"),
        ({"text": "x" * 2**20}, "too_long"),
        ({"message_id": ANSWER}, "message_gone"),
        ({"message_id": "no"}, "malformed"),
        ({"conversation": "c0" * 16}, "message_gone"),
    ],
)
def test_an_edit_that_cannot_be_made_is_refused(talk: Talk, changed: dict[str, str], code: str) -> None:
    fields = {"cid": talk.a, "conversation": talk.conversation, "message_id": SAID, "text": "Hello", **changed}
    assert refusal(talk.alice, EditMessage(request_id=new_id(), **fields)) == code  # type: ignore[arg-type]
    assert talk.page(talk.bob, talk.b)[SAID].text == "Helo"


def test_a_plain_client_is_not_owed_what_was_taken_back(street: Street, house: House) -> None:
    alice, there = house.view(), street.house("other")
    bob = there.client()
    a, b = alice.register("alice"), bob.register("bob")
    alice.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=a))
    alice.befriend(a, bob, b)
    bob.close()
    conversation = alice.conversation(a, b)
    for message_id, text in ((SAID, "taken back"), (ANSWER, "kept")):
        request = ext.SendChat(request_id=new_id(), cid=a, conversation=conversation, message_id=message_id, text=text)
        alice.expect(ext.MessageQueued, request)
    alice.expect(
        Done,
        DeleteMessages(request_id=new_id(), cid=a, conversation=conversation, message_ids=[SAID], everywhere=True),
    )
    again = there.client()
    again.claim(b)
    said = [text_of(bytes(notice.message)) for notice in again.heard(to.MessageNotification)]
    assert [text for text in said if text is not None] == ["kept"]


@pytest.mark.parametrize("besides", [0, HEADS_KEPT])
def test_a_plain_clients_own_pairs_hold_no_word_of_what_was_taken_back(
    street: Street, house: House, besides: int
) -> None:
    """What it sends it keeps itself, and sends again until it is told that it came; so it does with many others."""
    alice, bob = house.client(), street.house("other").view()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    said, other = ilm.Data(a, b, 0, b"cormorants over the lagoon"), ilm.Data(a, b, 1, b"cormorants over the lagoon")
    for frame in (said, said, other):
        alice.send(a, b, ilm.encode(frame))
    kept = b"\x02" + ilm.payload(said) + b"|" + ilm.payload(other)
    kept += b"".join(ilm.payload(ilm.Data(a, Cid(number), number, b"")) for number in range(besides))
    alice.expect(
        to.LocalDBSetKVSuccess,
        ask.LocalDBSetKV(request_id=new_id(), cid=a, peer_cid=None, key="outbound_messages", value=Octets(kept)),
    )
    view = house.view()
    view.claim(a, only_if_orphaned=False)
    conversation = view.conversation(a, b)
    page = view.expect(ext.TimelinePage, view.timeline(a, b)).messages
    view.expect(
        Done,
        DeleteMessages(
            request_id=new_id(), cid=a, conversation=conversation, message_ids=[page[0].id], everywhere=True
        ),
    )
    found = view.expect(
        to.LocalDBGetKVSuccess,
        ask.LocalDBGetKV(request_id=new_id(), cid=a, peer_cid=None, key="outbound_messages"),
    )
    blank = ilm.payload(replace(said, body=b" " * len(said.body)))
    before = b"\x02" + ilm.payload(said)
    assert bytes(found.value) == b"\x02" + blank + kept[len(before) :]


def test_a_page_is_found_around_a_message_by_its_id_alone(talk: Talk) -> None:
    for number in range(10):
        talk.say(talk.alice, talk.a, f"{number:032x}", f"line {number}")

    def around(message_id: str) -> ext.GetTimeline:
        return ext.GetTimeline(
            request_id=new_id(), cid=talk.a, conversation=talk.conversation, around_message=message_id, limit=4
        )

    page = talk.alice.expect(ext.TimelinePage, around(f"{3:032x}"))
    assert [message.text for message in page.messages] == ["line 1", "line 2", "line 3", "line 4"]
    assert (page.has_before, page.has_after) == (True, True)
    assert refusal(talk.alice, around("ff" * 16)) == "message_gone"
    assert refusal(talk.alice, around("x")) == "malformed"
    talk.alice.expect(Done, talk.delete(talk.a, SAID, everywhere=True))
    assert talk.alice.expect(ext.TimelinePage, around(SAID)).messages[0].deleted
