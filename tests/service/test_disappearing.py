"""Messages that disappear, as views ask for it and see it."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import views as rows
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import SetDisappearing
from tests.service.asking import new_id
from tests.service.talk import SAID, Talk


def setting(talk: Talk, lives_for: int | None) -> SetDisappearing:
    return SetDisappearing(request_id=new_id(), cid=talk.a, conversation=talk.conversation, lives_for=lives_for)


def test_what_is_set_is_in_the_row_of_both_and_said_in_a_line(connected: Talk) -> None:
    connected.alice.expect(Done, setting(connected, 60))
    for view, cid in ((connected.alice, connected.a), (connected.bob, connected.b)):
        row = connected.row(view, cid)
        assert (row.lives_for, row.unread) == (60, 0)
        assert row.last is not None
        assert (row.last.kind, row.last.lives_for, row.last.ends_at) == ("disappearing", 60, None)
    assert connected.alice.expect(RequestRefused, setting(connected, 1)).reason.code == "malformed"
    connected.alice.expect(Done, setting(connected, None))
    assert connected.row(connected.bob, connected.b).lives_for is None


def test_a_message_tells_when_it_ends_and_goes_from_pages_counts_and_lists(connected: Talk) -> None:
    connected.alice.expect(Done, setting(connected, 60))
    assert connected.say(connected.alice, connected.a, SAID, "brief").lives_for == 60
    [_, mine] = connected.page(connected.alice, connected.a).values()
    assert mine.ends_at is not None
    assert 59_000 <= mine.ends_at - mine.written_at <= 61_000
    connected.street.pass_time(70)
    removed = rows.MessageRemoved(conversation=connected.conversation, id=SAID)
    assert removed in [event for response in connected.alice.heard(ext.ViewEvents) for event in response.events]
    assert [message.kind for message in connected.page(connected.alice, connected.a).values()] == ["disappearing"]
    last = connected.row(connected.alice, connected.a).last
    assert last is not None
    assert last.kind == "disappearing"
    assert [message.id for message in connected.page(connected.bob, connected.b).values()][1:] == [SAID], (
        "he has not read it"
    )
    assert connected.row(connected.bob, connected.b).unread == 1


def test_what_another_app_says_disappears_as_well(connected: Talk) -> None:
    connected.bob.expect(
        Done, SetDisappearing(request_id=new_id(), cid=connected.b, conversation=connected.conversation, lives_for=5)
    )
    connected.bob.send(connected.b, connected.a, b"opaque")
    opaque = [message for message in connected.page(connected.alice, connected.a).values() if message.kind == "opaque"]
    assert [message.lives_for for message in opaque] == [5]
