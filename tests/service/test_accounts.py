"""Registering, signing in, sessions and leaving, as PROTOCOL.md §4 and §6 tell them."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import convert, structs

from casemate.internal_service.core.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.events import RequestArrived
from casemate.internal_service.core.signing_in import LINK_SECONDS
from casemate.node import Instant
from casemate.protocol import link
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.types import ConfigCommand, Octets, OrphanEnd, OrphanMode, SessionRelease
from casemate.protocol.ids import Cid
from tests.service.house import PASSWORD, Client, House, Street, connect, new_id, peer_register, register


def disconnect(cid: Cid) -> ask.Disconnect:
    return ask.Disconnect(request_id=new_id(), cid=cid)


def sessions(client: Client) -> list[Cid]:
    answer = client.expect(to.GetSessionsResponse, ask.GetSessions(request_id=new_id()))
    return [session.cid for session in answer.sessions]


def manage(client: Client, **command: object) -> Response:
    answer = client.ask(ask.ConnectionManagement(request_id=new_id(), management_command=ConfigCommand(**command)))  # type: ignore[arg-type]
    assert isinstance(answer, Response)
    return answer


# --- registering


def test_register_alone_makes_the_account_and_leaves_it_signed_out(house: House) -> None:
    client = house.client()
    success = client.expect(to.RegisterSuccess, register("alice", connect=False))
    assert sessions(client) == []
    assert client.expect(to.ConnectSuccess, connect("alice")).cid == success.cid


def test_register_and_connect_answers_connect_success_only(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    assert client.heard(to.RegisterSuccess) == []
    assert sessions(client) == [cid]


def test_a_known_username_cannot_be_registered_again(house: House) -> None:
    client = house.client()
    client.register("alice")
    failure = client.expect(to.RegisterFailure, register("Alice"))
    assert failure.cid == 0
    assert (
        house.view().expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="again")).accounts[0].unread == 0
    )


def test_a_username_that_the_server_has_given_away_leaves_nothing_here(street: Street, house: House) -> None:
    street.house("other").client().register("alice")
    client = house.client()
    failure = client.expect(to.RegisterFailure, register("alice"))
    assert getattr(failure.reason, "code", None) == "username_taken"
    assert list((house.folder / "accounts").iterdir()) == []


@pytest.mark.parametrize(
    "changes",
    [
        {"username": "al"},
        {"username": "a" * 38},
        {"username": "al ice"},
        {"full_name": "A"},
        {"proposed_password": Octets(b"short")},
        {"server_addr": "no port here:x"},
        {"server_addr": "127.0.0.1:99999"},
    ],
)
def test_what_is_no_name_password_or_address_is_refused(house: House, changes: dict[str, Any]) -> None:
    house.client().expect(to.RegisterFailure, register("alice", **changes))


def test_a_server_that_is_away_is_said_at_once_and_the_next_try_succeeds(street: Street, house: House) -> None:
    street.server_goes()
    client = house.client()
    failure = client.expect(to.RegisterFailure, register("alice"))
    assert getattr(failure.reason, "code", None) == "server_unreachable"
    street.server_comes()
    client.register("alice")


def test_an_unfinished_registration_goes_on_with_its_password_only(street: Street, house: House) -> None:
    street.server_goes()
    client = house.client()
    client.expect(to.RegisterFailure, register("alice"))
    street.server_comes()
    failure = client.expect(to.RegisterFailure, register("alice", password="another password"))
    assert getattr(failure.reason, "code", None) == "wrong_password"
    client.expect(to.ConnectSuccess, register("alice"))


def test_a_registration_whose_answer_is_lost_succeeds_at_the_retry(street: Street, house: House) -> None:
    def server_dies_after_register(frame: link.ClientFrame) -> list[link.ClientFrame]:
        if isinstance(frame, link.Register):
            # It commits, and its answer never comes.
            street.work.append(street.server_goes)
        return [frame]

    street.to_server = server_dies_after_register
    client = house.client()
    client.expect(to.RegisterFailure, register("alice"))
    street.to_server = lambda frame: [frame]
    street.server_comes()
    house.restart()
    house.client().expect(to.ConnectSuccess, register("alice"))


def test_a_crash_before_the_server_answered_is_healed_by_the_retry(street: Street, house: House) -> None:
    street.to_server = lambda frame: []
    house.client().begin(register("alice"))
    street.to_server = lambda frame: [frame]
    house.restart()
    house.client().expect(to.ConnectSuccess, register("alice"))


def test_a_registration_that_is_under_way_is_not_begun_twice(street: Street, house: House) -> None:
    street.to_server = lambda frame: []
    client = house.client()
    first = client.begin(register("alice"))
    second = client.expect(to.RegisterFailure, register("alice"))
    assert getattr(second.reason, "code", None) == "already_running"
    street.pass_time(30)
    assert isinstance(client.answers(first)[0], to.RegisterFailure)


def test_the_server_password_gates_joining(tmp_path: Path) -> None:
    street = Street(tmp_path, server_passwords=(b"p" * 32,))
    client = street.house().client()
    failure = client.expect(to.RegisterFailure, register("alice"))
    assert getattr(failure.reason, "code", None) == "server_password_wrong"
    client.expect(to.ConnectSuccess, register("alice", server_password=b"p" * 32))


def test_settings_that_are_not_offered_are_refused_by_name(house: House) -> None:
    request = register("alice")
    hybrid = {"encryption_algorithm": "Ascon80pq", "kem_algorithm": "MlKem", "sig_algorithm": "None"}
    settings = structs.replace(
        request.session_security_settings,
        crypto_params=convert(hybrid, type(request.session_security_settings.crypto_params)),
    )
    failure = house.client().expect(to.RegisterFailure, structs.replace(request, session_security_settings=settings))
    assert "Ascon80pq" in failure.message


# --- signing in


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
    assert sessions(client) == [cid]


def test_a_plain_client_hears_that_the_server_refuses_and_a_view_gets_in(street: Street, house: House) -> None:
    client, view = house.client(), house.view()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    street.server_forgets_everybody()
    failure = client.expect(to.ConnectFailure, connect("alice"))
    assert getattr(failure.reason, "code", None) == "not_on_server"
    assert sessions(client) == []
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


# --- sessions


def test_a_session_survives_its_socket_and_is_claimed_with_all_of_the_same_page(house: House) -> None:
    page = house.client()
    one, two = page.register("alice"), page.register("bob")
    page.close()
    again = house.client()
    assert sorted(sessions(again)) == sorted([one, two])
    success = again.claim(one)
    assert isinstance(success, to.ConnectionManagementSuccess)
    assert "Successfully claimed session" in success.message


def test_claiming_moves_every_session_of_the_old_socket(street: Street, house: House) -> None:
    page = house.client()
    one, two = page.register("alice"), page.register("bob")
    again = house.client()
    again.claim(one, only_if_orphaned=False)
    other = street.house("other").client()
    carol = other.register("carol")
    page.received.clear()
    for cid in (one, two):
        other.begin(peer_register(carol, cid))
    assert page.received == []
    assert {notice.cid for notice in again.heard(to.PeerRegisterNotification)} == {one, two}


def test_a_session_with_a_living_socket_is_not_claimed_when_only_orphans_are_wanted(house: House) -> None:
    page = house.client()
    cid = page.register("alice")
    failure = house.client().claim(cid)
    assert isinstance(failure, to.ConnectionManagementFailure)
    assert "is not orphaned" in failure.error


def test_a_session_that_a_view_follows_is_not_orphaned(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    assert isinstance(house.client().claim(cid), to.ConnectionManagementFailure)
    view.close()
    assert isinstance(house.client().claim(cid), to.ConnectionManagementSuccess)


def test_releasing_orphans_a_session_without_ending_it(house: House) -> None:
    page = house.client()
    cid = page.register("alice")
    assert manage(page, release_session=SessionRelease(session_cid=cid)).cid == cid
    assert isinstance(house.client().claim(cid), to.ConnectionManagementSuccess)


def test_unknown_sessions_cannot_be_claimed_released_or_ended(house: House) -> None:
    client = house.client()
    for failure in (
        client.claim(Cid(7)),
        manage(client, release_session=SessionRelease(session_cid=Cid(7))),
        manage(client, disconnect_orphan=OrphanEnd(session_cid=Cid(7))),
    ):
        assert isinstance(failure, to.ConnectionManagementFailure)


def test_disconnect_orphan_ends_one_or_all_orphans(house: House) -> None:
    page, keeper = house.client(), house.client()
    page.register("alice")
    two = page.register("bob")
    kept = keeper.register("carol")
    page.close()
    assert manage(keeper, disconnect_orphan=OrphanEnd(session_cid=two)).cid == two
    success = manage(keeper, disconnect_orphan=OrphanEnd(session_cid=None))
    assert isinstance(success, to.ConnectionManagementSuccess)
    assert success.message.startswith("Disconnected 1")
    assert sessions(keeper) == [kept]


def test_orphan_mode_is_acknowledged(house: House) -> None:
    success = manage(house.client(), set_connection_orphan=OrphanMode(allow_orphan_sessions=True))
    assert isinstance(success, to.ConnectionManagementSuccess)
    assert success.message == "Orphan mode enabled for connection"


def test_a_session_survives_a_restart_of_the_service_and_of_the_server(street: Street, house: House) -> None:
    cid = house.client().register("alice")
    house.restart()
    street.server_goes()
    street.server_comes()
    client = house.client()
    assert sessions(client) == [cid]
    client.expect(to.ListAllPeersResponse, ask.ListAllPeers(request_id=new_id(), cid=cid))


def test_one_damaged_database_keeps_nobody_else_out(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    damaged = next(row.name for row in house.service.stores.service.accounts() if row.cid == one)
    house.kill()
    (house.folder / "accounts" / f"{damaged}.db").write_bytes(b"\x17" * 8192)
    house.start()
    client = house.client()
    assert sessions(client) == [two]
    failure = client.expect(to.ConnectFailure, connect("alice"))
    assert getattr(failure.reason, "code", None) == "account_damaged"


def test_a_fault_in_restoring_one_session_leaves_the_others(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    start = Account.start

    def breaks_for_alice(account: Account, now: Instant) -> Outcome:
        if account.cid == one:
            raise RuntimeError("a bug")
        return start(account, now)

    monkeypatch.setattr(Account, "start", breaks_for_alice)
    house.restart()
    monkeypatch.undo()
    assert sessions(house.client()) == [two]
    assert house.client().expect(to.ConnectSuccess, connect("alice")).cid == one


def test_no_client_hears_of_a_lost_server(street: Street, house: House) -> None:
    client = house.client()
    client.register("alice")
    client.received.clear()
    street.server_goes()
    assert client.received == []


def test_who_wants_to_be_asked_is_signed_out_after_a_restart(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    view.expect(ext.Done, ext.SetSettings(request_id=new_id(), cid=cid, ask_password_at_start=True))
    house.restart()
    client = house.client()
    assert sessions(client) == []
    client.expect(to.ConnectSuccess, connect("alice"))


# --- leaving


def test_signing_out_ends_one_session_and_touches_no_other(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    ended = client.expect(to.DisconnectNotification, disconnect(one))
    assert (ended.cid, ended.peer_cid) == (one, None)
    assert sessions(client) == [two]
    house.restart()
    assert sessions(house.client()) == [two]


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
    assert sessions(client) == [cid]


def test_account_information_lists_every_local_account_also_signed_out(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    client.ask(disconnect(one))
    everybody = client.expect(to.GetAccountInformationResponse, ask.GetAccountInformation(request_id=new_id()))
    assert set(everybody.accounts) == {one, two}
    nobody = client.expect(to.GetAccountInformationResponse, ask.GetAccountInformation(request_id=new_id(), cid=Cid(7)))
    assert nobody.accounts == {}
