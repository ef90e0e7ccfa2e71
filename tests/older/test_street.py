"""Whole services that the older program left start again: what they owed, kept and waited for is there."""

from pathlib import Path

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.ids import Cid
from tests.older import street
from tests.older.street import SavedStreet
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

COMING_BACK_SECONDS = 150.0


@pytest.fixture
def saved() -> SavedStreet:
    return street.load()


@pytest.fixture
def reopened(saved: SavedStreet, tmp_path: Path) -> tuple[Street, House, House]:
    """Both services are up; nobody has looked yet."""
    road, hers, his = street.reopen(saved, tmp_path)
    hers.start()
    his.start()
    return road, hers, his


def bodies(client: Client) -> list[bytes]:
    return [bytes(notice.message) for notice in client.heard(to.MessageNotification)]


def test_a_plain_client_gets_what_it_is_owed_and_then_what_was_under_way(
    saved: SavedStreet, reopened: tuple[Street, House, House]
) -> None:
    road, hers, _ = reopened
    road.pass_time(COMING_BACK_SECONDS)
    client = hers.client()
    client.claim(Cid(saved.alice))
    assert len(saved.owed) == 3
    assert [body.hex() for body in bodies(client)] == [*saved.owed, b"while her service is gone".hex()]
    client.takes_messages()
    client.close()
    again = hers.client()
    again.claim(Cid(saved.alice))
    assert bodies(again) == []


def test_a_window_shows_the_conversation_and_the_draft(
    saved: SavedStreet, reopened: tuple[Street, House, House]
) -> None:
    road, hers, his = reopened
    road.pass_time(COMING_BACK_SECONDS)
    alice, bob = Cid(saved.alice), Cid(saved.bob)
    view, other = hers.view(), his.view()
    snapshot = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=alice))
    other.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=bob))
    assert [(draft.text, draft.revision) for draft in snapshot.drafts] == [(street.DRAFT, 4)]
    shown = street.timeline(view, alice, bob)
    assert shown[:-1] == saved.shown
    assert shown == street.timeline(other, bob, alice)


def test_both_go_on_writing(saved: SavedStreet, reopened: tuple[Street, House, House]) -> None:
    road, hers, his = reopened
    road.pass_time(COMING_BACK_SECONDS)
    alice, bob = hers.client(), his.client()
    alice.claim(Cid(saved.alice))
    bob.claim(Cid(saved.bob))
    alice.takes_messages()
    alice.send(Cid(saved.alice), Cid(saved.bob), b"and on")
    bob.send(Cid(saved.bob), Cid(saved.alice), b"and back")
    assert bodies(bob)[-1:] == [b"and on"]
    assert bodies(alice)[-1:] == [b"and back"]
    value = alice.expect(
        to.LocalDBGetKVSuccess,
        ask.LocalDBGetKV(request_id=new_id(), cid=Cid(saved.alice), peer_cid=Cid(saved.bob), key="kept"),
    )
    assert bytes(value.value) == b"by a client"
