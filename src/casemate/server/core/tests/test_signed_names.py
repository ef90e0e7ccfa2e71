"""Names as accounts sign them: taken forwards only, handed out beside every device list, never rewritten."""

import msgspec
import pytest

from casemate.crypto.identity import rotate_account_key, sign_device_list
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.limits import NAMES_BYTES
from casemate.protocol.link import (
    AccountFound,
    AccountPage,
    AskRegistration,
    DeviceListChanged,
    FindAccount,
    ListAccounts,
    OpeningRefused,
    PublishDeviceList,
    RegistrationAsked,
    RequestDone,
    RequestFailed,
)
from casemate.server.core.tests.test_accounts import second_device
from casemate.server.tests.office import Connection, Office, person_of
from casemate.server.tests.people import new_person


def found(asker: Connection, other: Connection) -> AccountFound:
    answer = asker.ask(FindAccount, person_of(other).cid)
    assert isinstance(answer, AccountFound)
    return answer


def renames(office: Office, connection: Connection, number: int, full_name: str) -> bytes:
    return person_of(connection).signs_names(office.public_key, number, full_name=full_name)


def publish(connection: Connection, names: bytes) -> object:
    return connection.ask(PublishDeviceList, person_of(connection).device_list, names)


def test_registered_names_are_handed_out_beside_the_list(office: Office, alice: Connection, bob: Connection) -> None:
    assert found(alice, bob).names == person_of(bob).signs_names(office.public_key)


def test_newer_names_reach_peers_and_the_directory(office: Office, alice: Connection, bob: Connection) -> None:
    newer = renames(office, bob, 2, "Robert Example")
    assert isinstance(publish(bob, newer), RequestDone)
    changed = alice.signal(DeviceListChanged)
    assert (changed.names, changed.device_list) == (newer, person_of(bob).device_list)
    assert (found(alice, bob).row.full_name, found(alice, bob).names) == ("Robert Example", newer)
    page = alice.ask(ListAccounts, "robert", "", 10)
    assert isinstance(page, AccountPage)
    assert [row.full_name for row in page.rows] == ["Robert Example"]
    publish(bob, newer)
    publish(bob, newer)
    assert len([body for body in alice.signals() if isinstance(body, DeviceListChanged)]) == 1, "said once"


def test_a_request_that_waited_shows_who_asks_as_they_are_called_now(office: Office, bob: Connection) -> None:
    carol = office.newcomer("carol")
    bob.drop()
    carol.ask(AskRegistration, person_of(bob).account_id, b"card")
    publish(carol, renames(office, carol, 2, "Carol Newname"))
    sender = office.authenticate(person_of(bob)).signal(RegistrationAsked).sender
    assert sender.full_name == "Carol Newname"


def test_older_names_are_not_kept(office: Office, alice: Connection, bob: Connection) -> None:
    newer = renames(office, bob, 3, "Robert Example")
    publish(bob, newer)
    assert isinstance(publish(bob, renames(office, bob, 2, "Bobby Example")), RequestDone)
    assert found(alice, bob).names == newer


def test_names_that_are_not_the_accounts_break_the_protocol(office: Office, alice: Connection, bob: Connection) -> None:
    elsewhere = new_server_key(repeatable_entropy(b"another server"))[1]
    person = person_of(bob)
    for wrong in [
        person_of(alice).signs_names(office.public_key, 9),
        person.signs_names(elsewhere, 9),
        person.signs_names(office.public_key, 9, username="robert"),
        person.signs_names(office.public_key, 9, full_name="Bob\u202eelpmaxE"),
        b"no document",
        bytes(NAMES_BYTES + 1),
    ]:
        bob.say(PublishDeviceList(1, person.device_list, wrong))
        assert bob.ended_with == "broke_protocol"
        bob = office.authenticate(person)


def test_a_name_that_nobody_may_have_is_refused(office: Office, bob: Connection) -> None:
    answer = publish(bob, renames(office, bob, 2, "\u3164\u3164\u3164"))
    assert isinstance(answer, RequestFailed)
    assert answer.code == "full_name_invalid"


def test_who_creates_an_account_with_other_signed_names_is_turned_away(office: Office) -> None:
    person = new_person("eve")
    connection, greeting = office.greet(person)
    frame = msgspec.structs.replace(
        person.create_account(greeting), names=person.signs_names(office.public_key, full_name="Alice Example")
    )
    connection.say(frame)
    assert connection.last(OpeningRefused).code == "broke_protocol"
    assert office.store.accounts.account(person.account_id) is None


def test_a_device_that_signs_no_names_yet_creates_an_account_without(office: Office, alice: Connection) -> None:
    person = new_person("old")
    connection, greeting = office.greet(person)
    connection.say(msgspec.structs.replace(person.create_account(greeting), names=b""))
    assert found(alice, connection).names == b""
    publish(connection, person.signs_names(office.public_key))
    assert found(alice, connection).names == person.signs_names(office.public_key)


def test_names_and_list_change_together(office: Office, alice: Connection, bob: Connection) -> None:
    newer = renames(office, bob, 2, "Robert Example")
    devices = second_device(bob)
    bob.ask(PublishDeviceList, devices, newer)
    changed = alice.signal(DeviceListChanged)
    assert (changed.device_list, changed.names) == (devices, newer)


@pytest.mark.parametrize("with_names", [True, False])
def test_names_of_a_retired_key_are_not_handed_out(
    office: Office, alice: Connection, bob: Connection, with_names: bool
) -> None:
    person = person_of(bob)
    person.account = rotate_account_key(person.account, person.entropy)
    rotated = sign_device_list(person.account, 2, (person.device.entry,))
    names = person.signs_names(office.public_key, 2) if with_names else b""
    bob.ask(PublishDeviceList, rotated, names)
    assert found(alice, bob).names == names
    assert found(alice, bob).row.full_name == "Bob Example"
