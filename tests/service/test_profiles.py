"""Pictures, statuses, nicknames, notes, and who was declined, as views ask for them and see them."""

import base64

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.extension_bases import Done, ExtensionRequest, RequestRefused
from casemate.protocol.client.profile_extensions import GetPicture, PictureTold, SetPicture, SetRemark, SetStatus
from casemate.protocol.client.views import AccountView, PeerView
from casemate.protocol.ids import Cid
from tests.service.asking import new_id, peer_register
from tests.service.client import Client
from tests.service.house import House, Street
from tests.support.pictures import jpeg

PICTURE = jpeg()


class Pair:
    def __init__(self, street: Street, house: House) -> None:
        self.street, self.house = street, house
        self.alice, self.bob = house.view(), street.house("other").view()
        self.a, self.b = self.alice.register("alice"), self.bob.register("bob")

    def befriend(self) -> None:
        self.alice.befriend(self.a, self.bob, self.b)

    def show(self, picture: bytes = PICTURE) -> SetPicture:
        return SetPicture(request_id=new_id(), cid=self.a, picture=base64.b64encode(picture).decode())

    def picture_at_bobs(self) -> bytes:
        told = self.bob.expect(PictureTold, GetPicture(request_id=new_id(), cid=self.b, peer=self.a))
        return base64.b64decode(told.picture)

    def remark(self, nickname: str | None = None, note: str | None = None) -> SetRemark:
        return SetRemark(request_id=new_id(), cid=self.b, peer=self.a, nickname=nickname, note=note)

    @property
    def alice_herself(self) -> AccountView:
        return self.alice.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.a)).account

    @property
    def alice_at_bobs(self) -> PeerView:
        [peer] = self.bob.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.b)).peers
        return peer


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    return Pair(street, house)


def why_not(client: Client, request: ExtensionRequest) -> tuple[str, str]:
    why = client.expect(RequestRefused, request).reason
    return why.code, why.params.get("what", "")


def test_a_picture_is_on_both_sides(pair: Pair) -> None:
    pair.alice.expect(Done, pair.show())
    own = pair.alice_herself.picture
    assert own
    pair.befriend()
    assert pair.alice_at_bobs.picture == own
    assert pair.picture_at_bobs() == PICTURE
    pair.alice.expect(Done, pair.show(b""))
    assert (pair.alice_herself.picture, pair.alice_at_bobs.picture, pair.picture_at_bobs()) == ("", "", b"")


@pytest.mark.parametrize(
    ("text", "code"),
    [("not base64!", "malformed"), ("PHN2Zy8+", "malformed"), ("A" * 200_000, "too_long"), ("ä", "malformed")],
)
def test_what_is_no_picture_is_refused(pair: Pair, text: str, code: str) -> None:
    request = SetPicture(request_id=new_id(), cid=pair.a, picture=text)
    assert why_not(pair.alice, request) == (code, "picture")
    assert pair.alice_herself.picture == ""


def test_whose_picture_is_asked_for_is_known(pair: Pair) -> None:
    request = GetPicture(request_id=new_id(), cid=pair.b, peer=Cid(7))
    assert why_not(pair.bob, request)[0] == "unknown_peer"


def test_a_status_is_on_both_sides(pair: Pair) -> None:
    pair.befriend()
    until = round((pair.street.now.wall + 3600) * 1000)
    pair.alice.expect(Done, SetStatus(request_id=new_id(), cid=pair.a, text="Away 🌴", until=until))
    for status in (pair.alice_herself.status, pair.alice_at_bobs.status):
        assert status is not None
        assert (status.text, status.until) == ("Away 🌴", until)
    assert why_not(pair.alice, SetStatus(request_id=new_id(), cid=pair.a, text="x" * 101)) == ("too_long", "status")
    pair.alice.expect(Done, SetStatus(request_id=new_id(), cid=pair.a, text=""))
    assert (pair.alice_herself.status, pair.alice_at_bobs.status) == (None, None)


@pytest.mark.parametrize("until", [-1, 0, 2**53, 2**63, 10**400])
def test_a_time_that_no_clock_shows_is_refused(pair: Pair, until: int) -> None:
    asked = SetStatus(request_id=new_id(), cid=pair.a, text="Away", until=until)
    assert why_not(pair.alice, asked) == ("malformed", "until")


def test_a_nickname_and_a_note_are_kept_beside_what_they_sign(pair: Pair) -> None:
    pair.befriend()
    before = pair.alice_at_bobs
    pair.bob.expect(Done, pair.remark(nickname="  The  neighbour ", note="likes rain\nand tea "))
    pair.bob.house.restart()
    pair.bob = pair.bob.house.view()
    after = pair.alice_at_bobs
    assert (after.nickname, after.note) == ("The neighbour", "likes rain\nand tea")
    assert (after.full_name, after.username, after.looks) == (before.full_name, before.username, before.looks)
    assert after.nickname_drawn != ""
    pair.bob.expect(Done, pair.remark(nickname=""))
    assert (pair.alice_at_bobs.nickname, pair.alice_at_bobs.note) == ("", "likes rain\nand tea")


@pytest.mark.parametrize(
    ("nickname", "note", "what"),
    [("x" * 78, None, "nickname"), (None, "x" * 4_097, "note"), ("ö" * 39, "", "nickname")],
)
def test_remarks_have_a_limit(pair: Pair, nickname: str | None, note: str | None, what: str) -> None:
    pair.befriend()
    assert why_not(pair.bob, pair.remark(nickname, note)) == ("too_long", what)
    assert (pair.alice_at_bobs.nickname, pair.alice_at_bobs.note) == ("", "")


def test_a_nickname_nobody_sees_is_none(pair: Pair) -> None:
    pair.befriend()
    pair.bob.expect(Done, pair.remark(nickname="\u202e\u3164 \u200b"))
    assert pair.alice_at_bobs.nickname == ""


def test_remarks_go_to_nobody(pair: Pair) -> None:
    pair.befriend()
    pair.street.pass_time(60)
    heard = len(pair.alice.received)
    pair.bob.expect(Done, pair.remark(nickname="The neighbour", note="likes rain"))
    pair.street.pass_time(60)
    assert len(pair.alice.received) == heard


def test_who_was_declined_is_known_until_one_of_the_two_asks_again(pair: Pair) -> None:
    pair.alice.begin(peer_register(pair.a, pair.b))
    decline = ask.PeerRegisterRespond(
        request_id=new_id(),
        cid=pair.b,
        peer_cid=pair.a,
        accept=False,
    )
    pair.bob.ask(decline)
    declined = pair.alice_at_bobs
    assert (declined.relation, declined.declined_at is not None) == ("none", True)
    pair.bob.begin(peer_register(pair.b, pair.a))
    asked = pair.alice_at_bobs
    assert (asked.relation, asked.declined_at) == ("requested", None)
