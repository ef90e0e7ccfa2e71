"""Signing in, signing out and leaving for good, as the client API tells them."""

from typing import Never

import pytest

from casemate.internal_service.core.ground.events import RequestArrived
from casemate.internal_service.core.sessions.signing_in import LINK_SECONDS
from casemate.node import StorageDamaged
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import Octets
from casemate.protocol.ids import Cid
from tests.service.asking import PASSWORD, connect, disconnect, new_id, peer_register
from tests.service.house import House, Street


def test_a_wrong_password_is_refused_also_when_a_session_is_active(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.expect(to.ConnectFailure, connect("alice", "not the password"))
    client.ask(disconnect(cid))
    failure = client.expect(to.ConnectFailure, connect("alice", "not the password"))
    assert failure.cid == 0


def test_an_unknown_name_cannot_connect(house: House) -> None:
    house.client().expect(to.ConnectFailure, connect("nobody"))


def test_a_second_connect_while_one_runs_fails_at_once(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    house.hold_vaults = True
    client.begin(connect("alice"))
    assert getattr(client.expect(to.ConnectFailure, connect("alice")).reason, "code", None) == "already_running"


def test_connecting_to_an_active_session_binds_it_to_the_asking_socket(street: Street, house: House) -> None:
    first, second = house.client(), house.client()
    cid = first.register("alice")
    active = second.expect(to.SessionAlreadyActive, connect("alice"))
    assert (active.cid, active.username) == (cid, "alice")
    bob = street.house("other").client()
    bob_cid = bob.register("bob")
    first.received.clear()
    bob.begin(peer_register(bob_cid, cid))
    assert first.received == []
    assert second.only(to.PeerRegisterNotification).peer_cid == bob_cid


def test_connect_succeeds_after_three_seconds_when_the_server_is_merely_away(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    street.server_goes()
    asked = client.begin(connect("alice"))
    street.pass_time(LINK_SECONDS - 0.5)
    assert client.answers(asked) == []
    street.pass_time(1)
    assert isinstance(client.answers(asked)[0], to.ConnectSuccess)
    assert client.sessions() == [cid]


def test_who_waits_for_the_server_hears_that_the_account_was_locked(
    street: Street, house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = house.client()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    street.server_goes()
    asked = client.begin(connect("alice"))
    [host] = house.service._hosts.sessions()

    def gives_what_was_never_written() -> Never:
        raise StorageDamaged("alice", path=house.service.stores.path_of(host.name))

    monkeypatch.setattr(host.account, "registered_peers", gives_what_was_never_written)
    client.begin(ask.ListRegisteredPeers(request_id=new_id(), cid=cid))
    [failure] = client.answers(asked)
    assert isinstance(failure, to.ConnectFailure)
    assert getattr(failure.reason, "code", None) == "account_damaged"
    street.pass_time(LINK_SECONDS + 1)
    assert client.answers(asked) == [failure]


def test_a_plain_client_hears_that_the_server_refuses_and_a_view_gets_in(street: Street, house: House) -> None:
    client, view = house.client(), house.view()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    street.server_forgets_everybody()
    failure = client.expect(to.ConnectFailure, connect("alice"))
    assert getattr(failure.reason, "code", None) == "not_on_server"
    assert client.sessions() == []
    assert view.expect(to.ConnectSuccess, connect("alice")).cid == cid
    snapshot = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    assert getattr(snapshot.account.link.reason, "code", None) == "not_on_server"


def test_the_same_name_on_two_servers_is_told_apart_by_the_password(street: Street, house: House) -> None:
    client = house.client()
    here = client.register("alice")
    there = client.register("alice", server=street.second_server(), password="the other password")
    for cid in (here, there):
        client.ask(disconnect(cid))
    assert client.expect(to.ConnectSuccess, connect("alice", "the other password")).cid == there
    assert client.expect(to.ConnectSuccess, connect("alice")).cid == here


def test_the_same_name_and_password_on_two_servers_asks_which(street: Street, house: House) -> None:
    view = house.view()
    here = view.register("alice")
    there = view.register("alice", server=street.second_server())
    for cid in (here, there):
        view.ask(disconnect(cid))
    failure = view.expect(to.ConnectFailure, connect("alice"))
    assert "ConnectAccount" in failure.message
    chosen = ext.ConnectAccount(request_id=new_id(), cid=there, password=list(PASSWORD.encode()))
    assert view.expect(to.ConnectSuccess, chosen).cid == there


def test_connect_account_signs_in_to_the_one_that_is_named(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    view.ask(disconnect(cid))
    wrong = ext.ConnectAccount(request_id=new_id(), cid=cid, password=list(b"not the password"))
    view.expect(to.ConnectFailure, wrong)
    right = ext.ConnectAccount(request_id=new_id(), cid=cid, password=list(PASSWORD.encode()))
    assert view.expect(to.ConnectSuccess, right).cid == cid


def test_signing_out_ends_one_session_and_touches_no_other(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    ended = client.expect(to.DisconnectNotification, disconnect(one))
    assert (ended.cid, ended.peer_cid) == (one, None)
    assert client.sessions() == [two]
    house.restart()
    assert house.client().sessions() == [two]


def test_signing_out_of_what_is_no_session_is_a_peer_disconnect_failure(house: House) -> None:
    house.client().expect(to.PeerDisconnectFailure, disconnect(Cid(7)))


def test_the_other_holder_hears_of_a_sign_out(house: House) -> None:
    plain, view = house.client(), house.view()
    cid = plain.register("alice")
    view.ask(disconnect(cid))
    assert plain.only(to.DisconnectNotification).request_id is None


def test_signing_in_again_in_the_same_batch_keeps_everything(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    store = ask.LocalDBSetKV(request_id=new_id(), cid=cid, key="k", value=Octets(b"v"))
    again = connect("alice")
    house.tell_all([RequestArrived(client.socket, request) for request in (store, disconnect(cid), again)])
    house.street.settle()
    assert isinstance(client.answers(again.request_id)[0], to.ConnectSuccess)
    assert client.expect(to.LocalDBGetKVSuccess, ask.LocalDBGetKV(request_id=new_id(), cid=cid, key="k")).value == b"v"


def test_deregistering_removes_the_account_here_and_there(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    client.expect(to.DeregisterSuccess, ask.Deregister(request_id=new_id(), cid=cid))
    assert list((house.folder / "accounts").iterdir()) == []
    client.expect(to.ConnectFailure, connect("alice"))
    street.house("other").client().register("alice")


def test_deregistering_needs_the_server(street: Street, house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    street.server_goes()
    client.expect(to.DeregisterFailure, ask.Deregister(request_id=new_id(), cid=cid))
    assert client.sessions() == [cid]


def test_account_information_lists_every_local_account_also_signed_out(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    client.ask(disconnect(one))
    everybody = client.expect(to.GetAccountInformationResponse, ask.GetAccountInformation(request_id=new_id()))
    assert set(everybody.accounts) == {one, two}
    nobody = client.expect(to.GetAccountInformationResponse, ask.GetAccountInformation(request_id=new_id(), cid=Cid(7)))
    assert nobody.accounts == {}


def test_account_information_lists_whom_one_is_registered_with_and_nobody_who_is_gone(
    street: Street, house: House
) -> None:
    client, other = house.client(), street.house("other").client()
    alice, bob, carol = client.register("alice"), other.register("bob"), other.register("carol")
    client.befriend(alice, other, bob)
    client.befriend(alice, other, carol)

    def listed() -> set[Cid]:
        about = ask.GetAccountInformation(request_id=new_id(), cid=alice)
        return set(client.expect(to.GetAccountInformationResponse, about).accounts[alice].peers)

    assert listed() == {bob, carol}
    other.expect(to.DeregisterSuccess, ask.Deregister(request_id=new_id(), cid=bob))
    assert listed() == {carol}
