"""Joining by a link, as a view asks for it: which address it takes, what a second try does, and what is refused."""

import pytest
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
from casemate.protocol.link import CreateAccount
from casemate.protocol.link_codec import ClientFrame
from tests.service.asking import PASSWORD, SERVER, new_id, register
from tests.service.client import Client
from tests.service.house import House, Street
from tests.service.test_lost_files import adopt, hello, lose_list, why_not


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


def lose_the_welcome(street: Street, house: House, request: Join) -> None:
    """The server makes the account; its answer is lost, with the process."""

    def to_server(frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, CreateAccount):
            street.work.append(lambda: street.work.append(house.kill))  # after the server has it
        return [frame]

    street.to_server = to_server
    house.view().begin(request)
    street.to_server = lambda frame: [frame]


@pytest.mark.parametrize("fresh", [False, True])
@pytest.mark.parametrize("list_is", ["kept", "lost"])
def test_a_join_that_was_cut_off_goes_on_by_a_link_of_that_server_with_other_addresses(
    street: Street, house: House, fresh: bool, list_is: str
) -> None:
    view, cid, link = inviter(street, uses=1)
    lose_the_welcome(street, house, join(link))
    if fresh:
        made = view.expect(InviteList, MakeInvite(request_id=new_id(), cid=cid, uses=1, seconds=3600.0))
        link = str(made.invites[0].link)
    if list_is == "lost":
        lose_list(house)
    house.start()
    found = hello(client := house.client()).found
    if list_is == "lost":
        [file] = found
        assert why_not(client, adopt(file)) == "never_created"
    elsewhere = "127.0.0.9:12349"
    [answer] = waited(street, client, join(with_address_first(link, elsewhere)))
    assert isinstance(answer, to.ConnectSuccess), answer
    assert len(list((house.folder / "accounts").glob("*.db"))) == 1
    assert [row.server_address for row in hello(house.client()).accounts] == [elsewhere]


def test_an_unfinished_account_of_another_server_is_left_alone(street: Street, house: House) -> None:
    street.server_up = False
    client = house.view()
    client.expect(to.RegisterFailure, register("bob", server="127.0.0.9:12349"))
    street.server_up = True
    _, _, link = inviter(street)
    [answer] = waited(street, client, join(link))
    assert isinstance(answer, to.ConnectSuccess), answer
    assert len(list((house.folder / "accounts").glob("*.db"))) == 2


def test_another_password_does_not_open_the_unfinished_account(street: Street, house: House) -> None:
    _, _, link = inviter(street, uses=1)
    street.server_up = False
    client = house.view()
    waited(street, client, join(link))
    street.server_up = True
    [answer] = waited(street, client, structs.replace(join(link), password=list(b"another password")))
    assert isinstance(answer, to.RegisterFailure)
    assert getattr(answer.reason, "code", None) == "wrong_password"
