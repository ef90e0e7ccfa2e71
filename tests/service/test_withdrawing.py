"""A request to register that its asker takes back."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.views import PeerChanged, PeerView
from casemate.protocol.ids import Cid
from tests.service.asking import new_id, peer_register
from tests.service.client import Client
from tests.service.house import House, Street


def peers(view: Client, cid: Cid) -> dict[Cid, PeerView]:
    """As the view has them, from its snapshot and what came since."""
    [snapshot] = view.heard(ext.Snapshot)
    known = {peer.cid: peer for peer in snapshot.peers}
    for told in view.heard(ext.ViewEvents):
        known |= {event.peer.cid: event.peer for event in told.events if isinstance(event, PeerChanged)}
    return known


def viewer(house: House, username: str) -> tuple[Client, Cid]:
    view = house.view()
    cid = view.register(username)
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    return view, cid


def withdraw(cid: Cid, peer: PeerView) -> ext.WithdrawRegistration:
    return ext.WithdrawRegistration(request_id=new_id(), cid=cid, peer=peer.cid)


def test_a_request_that_is_taken_back_is_gone_on_both_sides(street: Street, house: House) -> None:
    alice, a = viewer(house, "alice")
    bob, b = viewer(street.house("other"), "bob")
    asked = alice.begin(peer_register(a, b))
    assert (peers(alice, a)[b].relation, peers(bob, b)[a].relation) == ("requested", "asks_you")
    alice.expect(Done, withdraw(a, peers(alice, a)[b]))
    assert (peers(alice, a)[b].relation, peers(bob, b)[a].relation) == ("none", "none")
    [failure] = alice.answers(asked)
    assert isinstance(failure, to.PeerRegisterFailure)
    assert getattr(failure.reason, "code", None) == "withdrawn"
    answer = bob.ask(ask.PeerRegisterRespond(request_id=new_id(), cid=b, peer_cid=a, accept=True))
    assert getattr(getattr(answer, "reason", None), "code", None) == "not_asked"


def test_who_was_away_never_hears_of_it(street: Street, house: House) -> None:
    alice, a = viewer(house, "alice")
    other = street.house("other")
    _, b = viewer(other, "bob")
    other.kill()
    alice.begin(peer_register(a, b))
    alice.expect(Done, withdraw(a, peers(alice, a)[b]))
    other.start()
    view = other.view()
    assert view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=b)).peers == []


def test_only_a_request_of_ours_that_waits_can_be_taken_back(street: Street, house: House) -> None:
    alice, a = viewer(house, "alice")
    bob, b = viewer(street.house("other"), "bob")
    alice.begin(peer_register(a, b))
    theirs = bob.expect(RequestRefused, withdraw(b, peers(bob, b)[a]))
    assert theirs.reason.code == "not_asked"
    street.server_goes()
    assert alice.expect(RequestRefused, withdraw(a, peers(alice, a)[b])).reason.code == "server_away"
    street.server_comes()
    bob.ask(ask.PeerRegisterRespond(request_id=new_id(), cid=b, peer_cid=a, accept=True))
    assert alice.expect(RequestRefused, withdraw(a, peers(alice, a)[b])).reason.code == "not_asked"
    nobody = ext.WithdrawRegistration(request_id=new_id(), cid=a, peer=Cid(77))
    assert alice.expect(RequestRefused, nobody).reason.code == "not_asked"
