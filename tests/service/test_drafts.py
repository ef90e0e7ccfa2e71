"""What a person began to write outlives windows and restarts, and goes when it was sent or discarded."""

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client import views as rows
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.limits import DRAFT_BYTES, DRAFT_BYTES_PER_ACCOUNT, DRAFTS_PER_CONVERSATION
from tests.service.asking import connect, new_id, set_draft
from tests.service.client import Client
from tests.service.house import House, Street

ONE, OTHER = "1a" * 16, "2b" * 16


class Writer:
    """Alice at one window, connected to Bob."""

    def __init__(self, street: Street, house: House) -> None:
        self.house = house
        self.view = house.view()
        bob = street.house("other").client()
        self.cid, self.peer = self.view.register("alice"), bob.register("bob")
        self.view.befriend(self.cid, bob, self.peer)
        self.conversation = self.snapshot().peers[0].conversation

    def snapshot(self, view: Client | None = None) -> ext.Snapshot:
        return (view or self.view).expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.cid))

    def drafts(self, view: Client | None = None) -> list[tuple[str, str, int]]:
        return [(draft.slot, draft.text, draft.revision) for draft in self.snapshot(view).drafts]

    def write(self, text: str, revision: int = 1, *, slot: str = ONE) -> None:
        self.view.expect(Done, set_draft(self.cid, self.conversation, slot, text, revision))

    def refused(self, text: str, revision: int = 1, *, slot: str = ONE, conversation: str | None = None) -> str:
        request = set_draft(self.cid, conversation or self.conversation, slot, text, revision)
        return self.view.expect(RequestRefused, request).reason.code

    def send(self, text: str, *, slot: str | None, draft_revision: int = 1, number: int = 1) -> None:
        request = ext.SendChat(
            request_id=new_id(),
            cid=self.cid,
            conversation=self.conversation,
            message_id=f"{number:032x}",
            text=text,
            slot=slot,
            draft_revision=draft_revision,
        )
        self.view.expect(ext.MessageQueued, request)


@pytest.fixture
def writer(street: Street, house: House) -> Writer:
    return Writer(street, house)


def test_a_draft_outlives_the_window_the_service_and_signing_out(writer: Writer) -> None:
    writer.write("begun", 3)
    writer.view.close()
    assert writer.drafts(writer.house.view()) == [(ONE, "begun", 3)]
    writer.house.restart()
    view = writer.house.view()
    assert writer.drafts(view) == [(ONE, "begun", 3)]
    view.begin(ask.Disconnect(request_id=new_id(), cid=writer.cid))
    view.expect(to.ConnectSuccess, connect("alice"))
    assert writer.drafts(view) == [(ONE, "begun", 3)]


def test_other_windows_see_a_draft_as_it_is_written(writer: Writer) -> None:
    other = writer.house.view()
    writer.snapshot(other)
    writer.write("beg", 1)
    writer.write("begun", 2)
    writer.write("", 3)
    told = [event for response in other.heard(ext.ViewEvents) for event in response.events]
    drafts = [event for event in told if isinstance(event, rows.DraftChanged | rows.DraftRemoved)]
    assert [event.draft.text for event in drafts if isinstance(event, rows.DraftChanged)] == ["beg", "begun"]
    assert drafts[-1] == rows.DraftRemoved(conversation=writer.conversation, slot=ONE)


def test_a_sent_message_takes_its_draft_along_and_no_other(writer: Writer) -> None:
    writer.write("mine", 4)
    writer.write("of another window", 1, slot=OTHER)
    writer.send("mine", slot=ONE, draft_revision=4)
    assert writer.drafts() == [(OTHER, "of another window", 1)]


def test_a_message_that_is_handed_over_twice_leaves_what_was_begun_since(writer: Writer) -> None:
    writer.write("first", 1)
    writer.send("first", slot=ONE, draft_revision=1)
    writer.write("second", 2)
    writer.send("first", slot=ONE, draft_revision=1)
    assert writer.drafts() == [(ONE, "second", 2)]


def test_message_and_draft_are_one_transaction(writer: Writer, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write("words", 1)

    def broken(*_: object) -> None:
        raise RuntimeError("the draft cannot be deleted")

    with monkeypatch.context() as patch:
        patch.setattr(SqliteAccountStore, "remove_draft", broken)
        request = ext.SendChat(
            request_id=new_id(),
            cid=writer.cid,
            conversation=writer.conversation,
            message_id="01" * 16,
            text="words",
            slot=ONE,
        )
        assert writer.view.expect(RequestRefused, request).reason.code == "internal"
    snapshot = writer.snapshot()
    assert [draft.text for draft in snapshot.drafts] == ["words"]
    assert snapshot.conversations[0].last is None, "neither, or both"


def test_a_refused_message_keeps_its_draft(writer: Writer) -> None:
    writer.write("words", 1)
    request = ext.SendChat(
        request_id=new_id(), cid=writer.cid, conversation="77" * 16, message_id="01" * 16, text="words", slot=ONE
    )
    writer.view.expect(RequestRefused, request)
    assert writer.drafts() == [(ONE, "words", 1)]


def test_a_revision_that_is_not_newer_changes_nothing(writer: Writer) -> None:
    writer.write("newer", 5)
    assert writer.refused("older", 4) == "draft_moved"
    assert writer.refused("another", 5) == "draft_moved"
    writer.write("newer", 5)
    assert writer.drafts() == [(ONE, "newer", 5)]


def test_drafts_are_bounded_and_a_refusal_changes_nothing(writer: Writer) -> None:
    writer.write("ü" * (DRAFT_BYTES // 2), 1)
    assert writer.refused("ü" * (DRAFT_BYTES // 2) + "x", 2) == "too_long"
    for number in range(1, DRAFTS_PER_CONVERSATION):
        writer.write("x", 1, slot=f"{number:032x}")
    assert writer.refused("one too many", 1, slot=OTHER) == "too_many_drafts"
    assert len(writer.drafts()) == DRAFTS_PER_CONVERSATION
    writer.write("", 2)
    writer.write("there is room again", 1, slot=OTHER)


def test_all_drafts_together_are_bounded(writer: Writer, street: Street, monkeypatch: pytest.MonkeyPatch) -> None:
    writer.write("small", 1)
    monkeypatch.setattr(SqliteAccountStore, "draft_bytes", lambda _: DRAFT_BYTES_PER_ACCOUNT)
    assert writer.refused("small, and a word more", 2) == "too_many_drafts"
    writer.write("less", 2)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"slot": "1a"}, "malformed"),
        ({"slot": "zz" * 16}, "malformed"),
        ({"revision": 0}, "malformed"),
        ({"revision": 2**53}, "malformed"),
        ({"conversation": "0"}, "malformed"),
        ({"conversation": "00" * 16}, "unknown_peer"),
    ],
)
def test_a_draft_that_cannot_be_is_refused(writer: Writer, change: dict[str, object], code: str) -> None:
    assert writer.refused("text", **change) == code  # type: ignore[arg-type]
    assert writer.drafts() == []


def test_the_key_of_browsers_stays_and_is_in_no_file(writer: Writer) -> None:
    key = writer.snapshot().browser_key
    assert len(bytes.fromhex(key.hex)) == 32
    writer.house.restart()
    view = writer.house.view()
    assert writer.snapshot(view).browser_key == key
    view.begin(ask.Disconnect(request_id=new_id(), cid=writer.cid))
    view.expect(to.ConnectSuccess, connect("alice"))
    assert writer.snapshot(view).browser_key == key
    for path in writer.house.folder.rglob("*"):
        assert path.is_dir() or bytes.fromhex(key.hex) not in path.read_bytes()
    assert key.hex not in repr(writer.snapshot(view)), "keys do not print"
