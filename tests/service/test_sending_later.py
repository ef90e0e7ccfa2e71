"""Texts that views send later, change and cancel, as all views of the account see it."""

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, ExtensionRequest, RequestRefused
from casemate.protocol.client.message_extensions import CancelScheduled, ChangeScheduled
from casemate.protocol.client.views import ScheduledChanged, ScheduledRemoved, ScheduledView
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

LATER = "07" * 16
SLOT = "5a" * 16


class Writer:
    def __init__(self, street: Street, house: House) -> None:
        self.street = street
        self.view, self.other, peer = house.view(), house.view(), street.house("other").view()
        self.cid, bob = self.view.register("alice"), peer.register("bob")
        self.peer = peer, bob
        for view in (self.view, self.other):
            view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.cid))
        peer.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=bob))
        self.view.befriend(self.cid, peer, bob)
        self.conversation = self.view.conversation(self.cid, bob)

    def send(self, seconds: float, text: str = "Good morning") -> ext.SendChat:
        due_at = round((self.street.now.wall + seconds) * 1000)
        return ext.SendChat(
            request_id=new_id(),
            cid=self.cid,
            conversation=self.conversation,
            message_id=LATER,
            text=text,
            due_at=due_at,
            slot=SLOT,
        )

    def snapshot(self) -> list[ScheduledView]:
        return self.other.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.cid)).scheduled

    def arrived(self) -> list[str | None]:
        view, cid = self.peer
        request = ext.GetTimeline(request_id=new_id(), cid=cid, conversation=self.conversation)
        return [message.text for message in view.expect(ext.TimelinePage, request).messages]


@pytest.fixture
def writer(street: Street, house: House) -> Writer:
    return Writer(street, house)


def events(view: Client) -> list[object]:
    heard = [event for response in view.heard(ext.ViewEvents) for event in response.events]
    return [event for event in heard if isinstance(event, ScheduledChanged | ScheduledRemoved)]


def refusal(view: Client, request: ExtensionRequest) -> str:
    return view.expect(RequestRefused, request).reason.code


def test_every_view_sees_what_is_sent_later_and_its_draft_goes(writer: Writer) -> None:
    draft = ext.SetDraft(
        request_id=new_id(),
        cid=writer.cid,
        conversation=writer.conversation,
        slot=SLOT,
        text="Good morning",
        revision=1,
    )
    writer.view.expect(Done, draft)
    kept = writer.view.expect(ext.MessageScheduled, writer.send(3_600)).scheduled
    assert (kept.id, kept.text, kept.refused) == (LATER, "Good morning", None)
    assert events(writer.other) == [ScheduledChanged(scheduled=kept)]
    assert writer.snapshot() == [kept]
    assert writer.other.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=writer.cid)).drafts == []
    writer.street.pass_time(3_601)
    assert events(writer.other)[-1] == ScheduledRemoved(id=LATER)
    assert (writer.snapshot(), writer.arrived()) == ([], ["Good morning"])


def test_it_is_changed_and_cancelled(writer: Writer) -> None:
    writer.view.expect(ext.MessageScheduled, writer.send(3_600))
    writer.view.expect(Done, ChangeScheduled(request_id=new_id(), cid=writer.cid, message_id=LATER, text="Morning"))
    assert [each.text for each in writer.snapshot()] == ["Morning"]
    writer.other.expect(Done, CancelScheduled(request_id=new_id(), cid=writer.cid, message_id=LATER))
    writer.street.pass_time(3_601)
    assert (writer.snapshot(), writer.arrived()) == ([], [])


def test_a_time_that_has_passed_is_now(writer: Writer) -> None:
    assert writer.view.expect(ext.MessageQueued, writer.send(-5)).message.text == "Good morning"
    assert writer.arrived() == ["Good morning"]


def test_an_answer_that_was_lost_is_asked_for_again(writer: Writer) -> None:
    first = writer.send(5)
    writer.view.expect(ext.MessageScheduled, first)
    writer.view.expect(ext.MessageScheduled, writer.send(5))
    writer.street.pass_time(6)
    assert writer.view.expect(ext.MessageQueued, writer.send(5)).message.id == LATER
    assert writer.arrived() == ["Good morning"]


def test_what_was_cancelled_is_not_sent_when_a_page_asks_once_more(writer: Writer) -> None:
    """It never heard the answer, nor that another window took it back."""
    writer.view.expect(ext.MessageScheduled, writer.send(10))
    writer.other.expect(Done, CancelScheduled(request_id=new_id(), cid=writer.cid, message_id=LATER))
    writer.street.pass_time(30)
    for seconds in (-20, 3_600):
        assert refusal(writer.view, writer.send(seconds)) == "message_gone"
    writer.street.pass_time(3_700)
    assert (writer.snapshot(), writer.arrived()) == ([], [])


@pytest.mark.parametrize(
    ("field", "value"), [("text", ""), ("message_id", "no"), ("due_at", 2**62), ("due_at", 10**400), ("due_at", -1)]
)
def test_what_cannot_be_is_refused(writer: Writer, field: str, value: object) -> None:
    writer.view.expect(ext.MessageScheduled, writer.send(3_600))
    fields = {"cid": Cid(writer.cid), "message_id": LATER, field: value}
    assert refusal(writer.view, ChangeScheduled(request_id=new_id(), **fields)) == "malformed"  # type: ignore[arg-type]
    assert [each.text for each in writer.snapshot()] == ["Good morning"]


def test_what_was_sent_already_says_so(writer: Writer) -> None:
    writer.view.expect(ext.MessageScheduled, writer.send(5))
    writer.street.pass_time(6)
    asked = CancelScheduled(request_id=new_id(), cid=writer.cid, message_id=LATER)
    assert refusal(writer.view, asked) == "already_sent"


def test_what_is_due_on_a_full_disk_waits_and_disturbs_nothing(writer: Writer, house: House) -> None:
    writer.view.expect(ext.MessageScheduled, writer.send(30))
    house.kill()
    house.full = True
    house.start()
    writer.view = house.view()
    writer.other = house.view()
    assert [each.id for each in writer.snapshot()] == [LATER]
    writer.street.pass_time(300)
    assert house.undone == []
    assert [each.id for each in writer.snapshot()] == [LATER]
