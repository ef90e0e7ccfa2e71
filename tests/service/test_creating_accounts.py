"""Making an account at a server, as the client API tells it, also when the answer is lost."""

from pathlib import Path
from typing import Any

import pytest
from msgspec import convert, structs

from casemate.protocol import link
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.types import Octets
from casemate.protocol.link_codec import ClientFrame
from tests.service.asking import connect, new_id, register
from tests.service.house import House, Street


def test_register_alone_makes_the_account_and_leaves_it_signed_out(house: House) -> None:
    client = house.client()
    success = client.expect(to.RegisterSuccess, register("alice", connect=False))
    assert client.sessions() == []
    assert client.expect(to.ConnectSuccess, connect("alice")).cid == success.cid


def test_register_and_connect_answers_connect_success_only(house: House) -> None:
    client = house.client()
    cid = client.register("alice")
    assert client.heard(to.RegisterSuccess) == []
    assert client.sessions() == [cid]


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
    def server_dies_after_register(frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, link.CreateAccount):
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


def test_while_somebody_joins_with_a_password_others_are_answered(tmp_path: Path) -> None:
    """The slow hash of it is work for others than the thread that everybody waits for."""
    street = Street(tmp_path, server_passwords=(b"p" * 32,))
    house = street.house()
    bob = house.client()
    cid = bob.expect(to.ConnectSuccess, register("bob", server_password=b"p" * 32)).cid

    def hold(frame: ClientFrame) -> list[ClientFrame]:
        house.hold_vaults = house.hold_vaults or isinstance(frame, link.ClientHello)
        return [frame]

    street.to_server = hold
    alice = house.client()
    joining = alice.begin(register("alice", server_password=b"p" * 32))
    assert house.hold_vaults
    assert alice.answers(joining) == []
    bob.expect(to.ListAllPeersResponse, ask.ListAllPeers(request_id=new_id(), cid=cid))
    assert alice.answers(joining) == []
    street.to_server = lambda frame: [frame]
    house.release_vaults()
    assert isinstance(alice.answers(joining)[0], to.ConnectSuccess)


def test_settings_that_are_not_offered_are_refused_by_name(house: House) -> None:
    request = register("alice")
    hybrid = {"encryption_algorithm": "Ascon80pq", "kem_algorithm": "MlKem", "sig_algorithm": "None"}
    settings = structs.replace(
        request.session_security_settings,
        crypto_params=convert(hybrid, type(request.session_security_settings.crypto_params)),
    )
    failure = house.client().expect(to.RegisterFailure, structs.replace(request, session_security_settings=settings))
    assert "Ascon80pq" in failure.message
