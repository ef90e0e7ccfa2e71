"""Only of the server that was started with us can its person say, and change, who comes to it."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import RequestRefused
from casemate.protocol.client.invitation_extensions import GetReach, ReachTold, SetReach
from casemate.protocol.client.views import ReachView
from casemate.protocol.ids import Cid
from tests.service.asking import SERVER, new_id
from tests.service.house import House, Street


def test_of_another_server_there_is_nothing_to_say(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    for request in (
        GetReach(request_id=new_id(), cid=cid),
        SetReach(request_id=new_id(), cid=cid, reach="network"),
    ):
        assert view.expect(ReachTold, request).view == ReachView(reach=None)
    assert house.reach == "this-computer", "nobody was asked"


def test_the_one_that_was_started_with_us_is_asked(house: House) -> None:
    probed = house.view().expect(ext.ServerProbed, ext.ProbeServer(request_id=new_id(), server_addr=SERVER))
    house.own_server_key = bytes.fromhex(probed.fingerprint.replace(" ", ""))
    house.restart()
    view = house.view()
    cid = view.register("alice")
    told = view.expect(ReachTold, SetReach(request_id=new_id(), cid=cid, reach="network"))
    assert (told.cid, told.view.reach) == (cid, "network")
    assert view.expect(ReachTold, GetReach(request_id=new_id(), cid=cid)).view.reach == "network"


def test_a_server_that_was_started_elsewhere_is_found_at_once(street: Street, house: House) -> None:
    """Whoever opens their server makes a link next: they do not wait as long as for a server in trouble."""
    probed = house.view().expect(ext.ServerProbed, ext.ProbeServer(request_id=new_id(), server_addr=SERVER))
    house.own_server_key = bytes.fromhex(probed.fingerprint.replace(" ", ""))
    house.restart()
    view = house.view()
    cid = view.register("alice")
    street.server_goes()
    street.server_up = True

    def link_of(cid: Cid) -> str:
        return view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid)).account.link.state

    view.expect(ReachTold, GetReach(request_id=new_id(), cid=cid))
    assert link_of(cid) == "away", "nobody touched it"
    view.expect(ReachTold, SetReach(request_id=new_id(), cid=cid, reach="network"))
    assert link_of(cid) == "online"


def test_whoever_is_not_signed_in_asks_in_vain(house: House) -> None:
    request = GetReach(request_id=new_id(), cid=Cid(7))
    refused = house.view().expect(RequestRefused, request)
    assert refused.reason.code == "no_session"


def test_only_views_may_ask(house: House) -> None:
    cid = house.view().register("alice")
    refused = house.client().expect(RequestRefused, GetReach(request_id=new_id(), cid=cid))
    assert refused.reason.code == "views_only"
