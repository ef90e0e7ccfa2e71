"""Joining by a link, as a view asks for it: which address it takes, what a second try does, and what is refused."""

from msgspec import structs

from casemate.crypto.invite import read_invitation, write_invitation
from casemate.protocol.client import responses as to
from casemate.protocol.client.invitation_extensions import (
    InvitationRead,
    InviteList,
    Join,
    ListInvites,
    MakeInvite,
    ReadInvitation,
)
from casemate.protocol.client.types import Uuid
from casemate.protocol.ids import Cid
from tests.service.asking import PASSWORD, SERVER, new_id
from tests.service.client import Client
from tests.service.house import House, Street


def inviter(street: Street, *, uses: int = 5) -> tuple[Client, Cid, str]:
    view = street.house("inviter").view()
    cid = view.register("alice")
    made = view.expect(InviteList, MakeInvite(request_id=new_id(), cid=cid, uses=uses, seconds=3600.0))
    link = made.invites[0].link
    assert link is not None
    return view, cid, link


def join(link: str, username: str = "bob") -> Join:
    return Join(request_id=new_id(), text=link, username=username, full_name="Bob", password=list(PASSWORD.encode()))


def waited(street: Street, client: Client, request: Join) -> list[object]:
    """What was answered in half a minute."""
    client.begin(request)
    street.settle()
    street.pass_time(30)
    return list(client.answers(Uuid(request.request_id)))


def with_address_first(link: str, *addresses: str) -> str:
    read = read_invitation(link)
    return write_invitation(structs.replace(read, addresses=(*addresses, *read.addresses)))


def test_a_link_is_enough(street: Street, house: House) -> None:
    view, cid, link = inviter(street)
    client = house.view()
    made = client.expect(to.ConnectSuccess, join(f"Alice invites you:\n{link}\n"))
    read = client.expect(InvitationRead, ReadInvitation(request_id=new_id(), text=link))
    assert (read.server_addr, read.inviter, read.here, read.own) == (SERVER, cid, [made.cid], False)
    listed = view.expect(InviteList, ListInvites(request_id=new_id(), cid=cid))
    assert [guest.cid for guest in listed.invites[0].guests] == [made.cid]


def test_the_server_is_looked_for_at_every_address_of_the_link(street: Street, house: House) -> None:
    _, _, link = inviter(street)
    [answer] = waited(street, house.view(), join(with_address_first(link, "127.0.0.8:12349", "127.0.0.9:12349")))
    assert isinstance(answer, to.ConnectSuccess)


def test_a_server_that_is_at_none_of_them_is_said_once_all_were_tried(street: Street, house: House) -> None:
    _, _, link = inviter(street)
    street.server_up = False
    client = house.view()
    [answer] = waited(street, client, join(link))
    assert isinstance(answer, to.RegisterFailure)
    street.server_up = True
    [answer] = waited(street, client, join(link))
    assert isinstance(answer, to.ConnectSuccess), "the same once more goes on where it stopped"


def test_a_link_that_is_used_up_leaves_nothing_here(street: Street, house: House) -> None:
    _, _, link = inviter(street, uses=1)
    client = house.view()
    client.expect(to.ConnectSuccess, join(link))
    refused = client.expect(to.RegisterFailure, join(link, "carol"))
    assert getattr(refused.reason, "code", None) == "invite_used"
    assert len(list((house.folder / "accounts").glob("*.db"))) == 1


def test_what_is_no_link_is_refused_before_anything_is_made(house: House) -> None:
    client = house.view()
    refused = client.expect(to.RegisterFailure, join("http://office:12349/join"))
    assert getattr(refused.reason, "code", None) == "no_invitation"
    assert list((house.folder / "accounts").glob("*.db")) == []
