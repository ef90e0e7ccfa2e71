"""Registering, connecting and talking with peers over the client API."""

import pytest

from casemate.internal_service.core.citadel.agreements import CONNECT_SECONDS
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.types import DEFAULT_SETTINGS
from casemate.protocol.ids import Cid
from tests.service.asking import new_id, peer_connect, peer_connect_accept, peer_register
from tests.service.client import Client
from tests.service.house import House, Street

Pair = tuple[Client, Cid, Client, Cid]


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    """Alice in one house, Bob in another, strangers."""
    alice, bob = house.client(), street.house("other").client()
    return alice, alice.register("alice"), bob, bob.register("bob")


def respond(cid: Cid, peer_cid: Cid, *, accept: bool = True) -> ask.PeerRegisterRespond:
    return ask.PeerRegisterRespond(request_id=new_id(), cid=cid, peer_cid=peer_cid, accept=accept)


def block(cid: Cid, peer_cid: Cid) -> ext.BlockPeer:
    return ext.BlockPeer(request_id=new_id(), cid=cid, peer=peer_cid)


# --- discovery


def test_both_lists_answer_at_once_also_when_nobody_is_there(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    everybody = client.expect(to.ListAllPeersResponse, ask.ListAllPeers(request_id=new_id(), cid=cid))
    assert everybody.peer_information == {}
    registered = client.expect(to.ListRegisteredPeersResponse, ask.ListRegisteredPeers(request_id=new_id(), cid=cid))
    assert registered.peers == {}


def test_everybody_else_is_listed_with_presence(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.house.kill()
    listed = alice.expect(to.ListAllPeersResponse, ask.ListAllPeers(request_id=new_id(), cid=a)).peer_information
    assert {cid: (row.username, row.name, row.online_status) for cid, row in listed.items()} == {
        b: ("bob", "Bob", False)
    }


def test_a_list_of_thousands_comes_whole_although_the_server_slows_it_down(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    street.fill_server(30_000)
    asked = client.begin(ask.ListAllPeers(request_id=new_id(), cid=cid))
    assert client.answers(asked) == [], "the server allows so many pages at once"
    street.pass_time(5)
    [listed] = client.answers(asked)
    assert isinstance(listed, to.ListAllPeersResponse)
    assert len(listed.peer_information) == 30_000


def test_lists_of_an_unknown_session_fail(house: House) -> None:
    client = house.client()
    client.expect(to.ListAllPeersFailure, ask.ListAllPeers(request_id=new_id(), cid=Cid(7)))
    failure = client.expect(to.ListRegisteredPeersFailure, ask.ListRegisteredPeers(request_id=new_id(), cid=Cid(7)))
    assert failure.message == "Connection for 7 not found"


def test_listing_everybody_needs_the_server(street: Street, pair: Pair) -> None:
    alice, a, _, _ = pair
    street.server_goes()
    alice.expect(to.ListAllPeersFailure, ask.ListAllPeers(request_id=new_id(), cid=a))


# --- registering


def test_the_flow_of_a_registration_to_the_letter(pair: Pair) -> None:
    alice, a, bob, b = pair
    asked = alice.begin(peer_register(a, b))
    assert alice.answers(asked) == [], "it waits for the other side's person"
    notice = bob.only(to.PeerRegisterNotification)
    assert (notice.cid, notice.peer_cid, notice.peer_username, notice.request_id) == (b, a, "alice", None)
    answer = bob.expect(to.PeerRegisterSuccess, respond(b, a))
    assert (answer.peer_cid, answer.peer_username) == (a, "alice")
    [success] = alice.answers(asked)
    assert success == to.PeerRegisterSuccess(cid=a, request_id=asked, peer_cid=b, peer_username="bob")
    registered = alice.expect(to.ListRegisteredPeersResponse, ask.ListRegisteredPeers(request_id=new_id(), cid=a))
    assert list(registered.peers) == [b]


def test_a_pair_that_is_registered_is_not_registered_again(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.befriend(a, bob, b)
    assert alice.expect(to.PeerRegisterFailure, peer_register(a, b)).message == f"Peer {b} is already registered"


def test_connect_after_register_answers_twice_with_the_same_id(pair: Pair) -> None:
    alice, a, bob, b = pair
    asked = alice.begin(peer_register(a, b, connect_after_register=True))
    bob.begin(respond(b, a))
    assert [type(answer) for answer in alice.answers(asked)] == [to.PeerRegisterSuccess]
    bob.begin(peer_connect_accept(b, a))
    assert [type(answer) for answer in alice.answers(asked)] == [to.PeerRegisterSuccess, to.PeerConnectSuccess]


def test_declining_succeeds_for_who_declines_and_fails_for_who_asked(pair: Pair) -> None:
    alice, a, bob, b = pair
    asked = alice.begin(peer_register(a, b))
    bob.expect(to.PeerRegisterSuccess, respond(b, a, accept=False))
    assert isinstance(alice.answers(asked)[0], to.PeerRegisterFailure)
    registered = alice.expect(to.ListRegisteredPeersResponse, ask.ListRegisteredPeers(request_id=new_id(), cid=a))
    assert registered.peers == {}


def test_answering_what_nobody_asked_fails(pair: Pair) -> None:
    alice, a, _, b = pair
    alice.expect(to.PeerRegisterFailure, respond(a, b))
    failure = alice.expect(to.PeerConnectAcceptFailure, peer_connect_accept(a, b))
    assert failure.message.startswith("No pending")


def test_an_account_the_server_does_not_know_cannot_be_asked(pair: Pair) -> None:
    alice, a, _, _ = pair
    alice.expect(to.PeerRegisterFailure, peer_register(a, Cid(7)))


def test_both_asking_at_the_same_time_registers_both(pair: Pair) -> None:
    alice, a, bob, b = pair
    one = alice.begin(peer_register(a, b))
    other = bob.begin(peer_register(b, a))
    assert isinstance(alice.answers(one)[0], to.PeerRegisterSuccess)
    assert isinstance(bob.answers(other)[0], to.PeerRegisterSuccess)


def test_a_request_waits_for_somebody_who_is_away(street: Street, house: House) -> None:
    alice = house.client()
    a = alice.register("alice")
    other = street.house("other")
    b = other.client().register("bob")
    other.kill()
    asked = alice.begin(peer_register(a, b))
    street.pass_time(2 * 3600)
    other.start()
    bob = other.client()
    assert isinstance(bob.claim(b), to.ConnectionManagementSuccess)
    assert bob.only(to.PeerRegisterNotification).peer_cid == a
    bob.expect(to.PeerRegisterSuccess, respond(b, a))
    assert isinstance(alice.answers(asked)[0], to.PeerRegisterSuccess)


def test_while_nobody_is_bound_peer_events_go_to_every_plain_socket(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.close()
    bystander, view = bob.house.client(), bob.house.view()
    alice.begin(peer_register(a, b))
    assert bystander.only(to.PeerRegisterNotification).cid == b
    assert view.heard(to.PeerRegisterNotification) == []


def test_nothing_of_somebody_who_is_blocked_arrives(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.befriend(a, bob, b)
    bob.house.view().expect(Done, block(b, a))
    bob.received.clear()
    alice.send(a, b, b"hello")
    assert bob.received == []


# --- connecting


def test_the_flow_of_a_connection_to_the_letter(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.begin(peer_register(a, b))
    bob.begin(respond(b, a))
    asked = alice.begin(peer_connect(a, b))
    notice = bob.only(to.PeerConnectNotification)
    assert (notice.cid, notice.peer_cid, notice.udp_mode) == (b, a, "Disabled")
    assert notice.session_security_settings == DEFAULT_SETTINGS
    bob.received.clear()
    accepted = bob.begin(peer_connect_accept(b, a))
    assert bob.received == [
        to.PeerConnectAcceptSuccess(cid=b, request_id=accepted, peer_cid=a),
        to.PeerConnectSuccess(cid=b, request_id=None, peer_cid=a),
    ]
    assert alice.answers(asked) == [to.PeerConnectSuccess(cid=a, request_id=asked, peer_cid=b)]
    sessions = alice.expect(to.GetSessionsResponse, ask.GetSessions(request_id=new_id())).sessions
    assert sessions[0].peer_connections[b].peer_username == "bob"


def test_connecting_needs_registration_and_happens_once(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.expect(to.PeerConnectFailure, peer_connect(a, b))
    alice.befriend(a, bob, b)
    assert alice.expect(to.PeerConnectFailure, peer_connect(a, b)).message == f"Already connected to peer {b}"
    bob.expect(to.PeerConnectAcceptSuccess, peer_connect_accept(b, a))


def test_declining_a_connection(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.begin(peer_register(a, b))
    bob.begin(respond(b, a))
    asked = alice.begin(peer_connect(a, b))
    bob.expect(to.PeerConnectAcceptSuccess, peer_connect_accept(b, a, accept=False))
    assert isinstance(alice.answers(asked)[0], to.PeerConnectFailure)
    assert bob.heard(to.PeerConnectSuccess) == []


def test_a_plain_client_waits_thirty_seconds_and_hears_of_a_late_success(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.begin(peer_register(a, b))
    bob.begin(respond(b, a))
    asked = alice.begin(peer_connect(a, b))
    street.pass_time(CONNECT_SECONDS + 1)
    [failure] = alice.answers(asked)
    assert isinstance(failure, to.PeerConnectFailure)
    assert "timed out after 30 seconds" in failure.message
    bob.begin(peer_connect_accept(b, a))
    assert alice.only(to.PeerConnectSuccess).request_id is None


def test_a_view_waits_as_long_as_it_takes(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.begin(peer_register(a, b))
    bob.begin(respond(b, a))
    view = alice.house.view()
    asked = view.begin(peer_connect(a, b))
    street.pass_time(3600)
    bob.begin(peer_connect_accept(b, a))
    assert isinstance(view.answers(asked)[0], to.PeerConnectSuccess)


def test_both_connecting_at_the_same_time_connects_both(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.begin(peer_register(a, b))
    bob.begin(respond(b, a))
    one = alice.begin(peer_connect(a, b))
    other = bob.begin(peer_connect(b, a))
    assert isinstance(alice.answers(one)[0], to.PeerConnectSuccess)
    assert isinstance(bob.answers(other)[0], to.PeerConnectSuccess)


def test_disconnecting_from_a_peer_tells_both_and_keeps_the_registration(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.befriend(a, bob, b)
    ended = alice.expect(to.DisconnectNotification, ask.PeerDisconnect(request_id=new_id(), cid=a, peer_cid=b))
    assert ended.peer_cid == b
    notice = bob.only(to.DisconnectNotification)
    assert (notice.cid, notice.peer_cid, notice.request_id) == (b, a, None)
    failure = alice.send(a, b, b"hello")
    assert isinstance(failure, to.MessageSendFailure)
    assert failure.message == f"Peer connection for {b} not found"
    asked = alice.begin(peer_connect(a, b))
    bob.begin(peer_connect_accept(b, a))
    assert isinstance(alice.answers(asked)[0], to.PeerConnectSuccess)


def test_a_waiting_request_does_not_hold_up_others(pair: Pair) -> None:
    alice, a, _, b = pair
    alice.begin(peer_register(a, b))
    alice.expect(to.GetSessionsResponse, ask.GetSessions(request_id=new_id()))


def test_signing_out_ends_the_requests_that_wait(pair: Pair) -> None:
    alice, a, _, b = pair
    asked = alice.begin(peer_register(a, b))
    alice.begin(ask.Disconnect(request_id=new_id(), cid=a))
    assert isinstance(alice.answers(asked)[0], to.PeerRegisterFailure)


def test_two_people_of_one_socket_talk_to_each_other(house: House) -> None:
    page = house.client()
    a, b = page.register("alice"), page.register("bob")
    page.befriend(a, page, b)
    page.received.clear()
    page.send(a, b, b"hello")
    notice = page.only(to.MessageNotification)
    assert (notice.cid, notice.peer_cid, notice.message) == (b, a, b"hello")
