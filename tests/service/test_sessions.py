"""Sessions outlive sockets, restarts and lost servers, as the client API tells them."""

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.node import Instant
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.client.response_bases import Response
from casemate.protocol.client.types import ConfigCommand, OrphanEnd, OrphanMode, SessionRelease
from casemate.protocol.ids import Cid
from tests.service.asking import connect, new_id, peer_register
from tests.service.client import Client
from tests.service.house import House, Street


def manage(client: Client, **command: object) -> Response:
    answer = client.ask(ask.ConnectionManagement(request_id=new_id(), management_command=ConfigCommand(**command)))  # type: ignore[arg-type]
    assert isinstance(answer, Response)
    return answer


def test_a_session_survives_its_socket_and_is_claimed_with_all_of_the_same_page(house: House) -> None:
    page = house.client()
    one, two = page.register("alice"), page.register("bob")
    page.close()
    again = house.client()
    assert sorted(again.sessions()) == sorted([one, two])
    success = again.claim(one)
    assert isinstance(success, to.ConnectionManagementSuccess)
    assert "Successfully claimed session" in success.message
    other = house.client()
    for cid in (one, two):
        assert isinstance(other.claim(cid), to.ConnectionManagementFailure), "both are held by the page that came back"


def test_what_an_old_page_no_longer_held_stays_where_it_is(house: House) -> None:
    page, keeper = house.client(), house.client()
    one, released, taken, gone = (page.register(name) for name in ("alice", "bob", "carol", "dora"))
    manage(page, release_session=SessionRelease(session_cid=released))
    page.close()
    keeper.expect(to.SessionAlreadyActive, connect("carol"))
    page = house.client()
    page.claim(gone)
    page.close()
    again = house.client()
    again.claim(one)
    for cid, orphaned in ((one, False), (released, True), (taken, False), (gone, False)):
        assert isinstance(house.client().claim(cid), to.ConnectionManagementSuccess) is orphaned, cid
    assert isinstance(keeper.claim(taken), to.ConnectionManagementSuccess), "it was connected elsewhere since"


def test_what_one_page_held_is_claimed_together_after_a_restart_as_well(house: House) -> None:
    page, other = house.client(), house.client()
    one, two = page.register("one"), page.register("two")
    elsewhere = other.register("elsewhere")
    house.restart()
    again, stranger = house.client(), house.client()
    again.claim(one)
    for cid in (one, two):
        assert isinstance(stranger.claim(cid), to.ConnectionManagementFailure), (
            "both are held by the page that came back"
        )
    assert isinstance(stranger.claim(elsewhere), to.ConnectionManagementSuccess), "another page held it"
    house.restart()
    again = house.client()
    again.claim(two)
    assert isinstance(house.client().claim(one), to.ConnectionManagementFailure), "the second restart knows it, too"
    assert isinstance(house.client().claim(elsewhere), to.ConnectionManagementSuccess)


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
    assert keeper.sessions() == [kept]


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
    assert client.sessions() == [cid]
    client.expect(to.ListAllPeersResponse, ask.ListAllPeers(request_id=new_id(), cid=cid))


def test_one_damaged_database_keeps_nobody_else_out(house: House) -> None:
    client = house.client()
    one, two = client.register("alice"), client.register("bob")
    damaged = next(row.name for row in house.service.stores.service.accounts() if row.cid == one)
    house.kill()
    (house.folder / "accounts" / f"{damaged}.db").write_bytes(b"\x17" * 8192)
    house.start()
    client = house.client()
    assert client.sessions() == [two]
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
    assert house.client().sessions() == [two]
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
    view.expect(Done, ext.SetSettings(request_id=new_id(), cid=cid, ask_password_at_start=True))
    house.restart()
    client = house.client()
    assert client.sessions() == []
    client.expect(to.ConnectSuccess, connect("alice"))
