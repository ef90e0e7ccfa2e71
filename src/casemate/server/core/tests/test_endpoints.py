"""Whom the relay may serve: whose an endpoint key is, and which two may reach each other."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest

from casemate.crypto.identity import DeviceEntry, new_device, sign_device_list
from casemate.crypto.keys import Ed25519Public
from casemate.crypto.testing import repeatable_entropy
from casemate.node import EventUndone
from casemate.protocol.ids import AccountId
from casemate.protocol.link import (
    AskRegistration,
    DeleteAccount,
    OpeningRefused,
    PathOffer,
    PublishDeviceList,
    RequestDone,
    SetBlock,
    SetVisibility,
)
from casemate.server.core.events import (
    RelayAccountChanged,
    RelayEndpointAnswered,
    RelayEndpointAsked,
    RelayPairAnswered,
    RelayPairAsked,
    RelayToken,
)
from casemate.server.tests.office import Connection, Office, person_of
from casemate.server.tests.people import new_person

PATHS = PathOffer("", 12350, bytes(32), [12350, 12351])
TOKEN = RelayToken(7)


@pytest.fixture
def office() -> Office:
    return Office(paths=PATHS)


def key_of(connection: Connection) -> Ed25519Public:
    return person_of(connection).device.entry.endpoint_key


def owner(office: Office, key: bytes) -> AccountId | None:
    """Whose the core says that this key is."""
    office.happen(RelayEndpointAsked(TOKEN, Ed25519Public(key)))
    answer = office.told_relay.pop()
    assert isinstance(answer, RelayEndpointAnswered)
    assert answer.token == TOKEN
    return answer.account_id


def may_reach(office: Office, first: Connection, second: Connection) -> bool:
    """The same from both ends."""
    verdicts = []
    for one, other in ((first, second), (second, first)):
        office.happen(RelayPairAsked(TOKEN, key_of(one), key_of(other)))
        answer = office.told_relay.pop()
        assert isinstance(answer, RelayPairAnswered)
        assert answer.to_account in {None, person_of(other).account_id}
        verdicts.append(answer.to_account is not None)
    assert verdicts[0] == verdicts[1]
    return verdicts[0]


def list_of(connection: Connection, number: int, *entries: DeviceEntry) -> bytes:
    return sign_device_list(person_of(connection).account, number, entries)


def other_entry(seed: bytes, **changes: Any) -> DeviceEntry:
    return msgspec.structs.replace(new_device(repeatable_entropy(seed)).entry, **changes)


def test_a_device_is_told_what_there_is_for_connections(alice: Connection) -> None:
    assert alice.welcome.paths == PATHS
    assert Office().newcomer("carol").welcome.paths is None


def test_a_key_is_the_accounts_that_lists_it(office: Office, alice: Connection) -> None:
    assert owner(office, key_of(alice)) == person_of(alice).account_id
    assert owner(office, bytes(32)) is None


def test_the_newest_list_counts(office: Office, alice: Connection) -> None:
    second = other_entry(b"second device")
    alice.ask(PublishDeviceList, list_of(alice, 2, person_of(alice).device.entry, second))
    assert owner(office, second.endpoint_key) == owner(office, key_of(alice)) == person_of(alice).account_id
    alice.ask(PublishDeviceList, list_of(alice, 3, person_of(alice).device.entry))
    assert owner(office, second.endpoint_key) is None


def test_a_device_may_change_its_key(office: Office, alice: Connection) -> None:
    before, after = key_of(alice), other_entry(b"another").endpoint_key
    entry = msgspec.structs.replace(person_of(alice).device.entry, endpoint_key=after)
    alice.ask(PublishDeviceList, list_of(alice, 2, entry))
    assert (owner(office, before), owner(office, after)) == (None, person_of(alice).account_id)


def test_nobody_lists_somebody_elses_key(office: Office, alice: Connection, bob: Connection) -> None:
    stolen = other_entry(b"of mallory", endpoint_key=key_of(bob))
    attempt = list_of(alice, 2, person_of(alice).device.entry, stolen)
    assert alice.refusal(PublishDeviceList, attempt) == "device_taken"
    assert owner(office, key_of(bob)) == person_of(bob).account_id
    account = office.store.accounts.account(person_of(alice).account_id)
    assert account is not None
    assert account.device_list_number == 1, "nothing of it was taken"


def test_nobody_joins_with_somebody_elses_key(office: Office, alice: Connection) -> None:
    mallory = new_person("mallory")
    entry = msgspec.structs.replace(mallory.device.entry, endpoint_key=key_of(alice))
    joining = office.create_account(replace(mallory, device=msgspec.structs.replace(mallory.device, entry=entry)))
    assert joining.last(OpeningRefused).code == "device_taken"
    assert office.store.accounts.account(mallory.account_id) is None


def test_two_devices_of_one_account_have_two_keys(alice: Connection) -> None:
    twin = other_entry(b"twin", endpoint_key=key_of(alice))
    assert alice.refusal(PublishDeviceList, list_of(alice, 2, person_of(alice).device.entry, twin)) == "device_taken"


def test_a_list_that_an_older_server_took_counts_when_its_device_is_back(office: Office, alice: Connection) -> None:
    with office.store.transaction():
        office.store.endpoints.replace(person_of(alice).account_id, [])
    assert owner(office, key_of(alice)) is None
    office.authenticate(person_of(alice))
    assert owner(office, key_of(alice)) == person_of(alice).account_id


def test_a_key_that_is_taken_by_then_keeps_nobody_out(office: Office, alice: Connection, bob: Connection) -> None:
    with office.store.transaction():
        office.store.endpoints.replace(person_of(bob).account_id, [])
        office.store.endpoints.replace(person_of(alice).account_id, [(key_of(bob), person_of(alice).device_id)])
    assert office.authenticate(person_of(bob)).welcome.paths == PATHS
    assert owner(office, key_of(bob)) == person_of(alice).account_id


def test_only_those_who_agreed_to_talk_may_reach_each_other(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    alice.ask(AskRegistration, person_of(carol).account_id, b"card")
    assert may_reach(office, alice, bob)
    assert not may_reach(office, alice, carol), "asking is not agreeing"
    assert not may_reach(office, alice, alice)


def test_a_block_ends_it_whoever_blocks(office: Office, alice: Connection, bob: Connection) -> None:
    for one, other in ((alice, bob), (bob, alice)):
        one.ask(SetBlock, person_of(other).account_id, True)
        assert not may_reach(office, alice, bob)
        one.ask(SetBlock, person_of(other).account_id, False)
        assert may_reach(office, alice, bob)


def test_nobody_reaches_somebody_who_appears_offline(office: Office, alice: Connection, bob: Connection) -> None:
    bob.ask(SetVisibility, True)
    assert not may_reach(office, alice, bob)
    bob.ask(SetVisibility, False)
    assert may_reach(office, alice, bob)


def test_the_relay_hears_of_everything_that_may_end_a_permission(
    office: Office, alice: Connection, bob: Connection
) -> None:
    changed = [RelayAccountChanged(person_of(alice).account_id)]

    def told_by(kind: Any, *fields: Any) -> list[Any]:
        office.told_relay.clear()
        assert isinstance(alice.ask(kind, *fields), RequestDone)
        return office.told_relay

    assert told_by(SetBlock, person_of(bob).account_id, True) == changed
    assert told_by(SetVisibility, True) == changed
    assert told_by(PublishDeviceList, list_of(alice, 2, person_of(alice).device.entry, other_entry(b"x"))) == changed
    assert told_by(DeleteAccount) == changed
    assert owner(office, key_of(alice)) is None


def test_a_server_without_a_relay_tells_none() -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    alice.ask(SetBlock, person_of(bob).account_id, True)
    assert office.told_relay == []


def test_a_question_that_meets_a_fault_is_answered_with_no(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_key: bytes) -> None:
        raise ValueError("a bug")

    monkeypatch.setattr(office.store.endpoints, "account_of", broken)
    office.happen(RelayEndpointAsked(TOKEN, Ed25519Public(bytes(32))))
    office.happen(RelayPairAsked(TOKEN, Ed25519Public(bytes(32)), Ed25519Public(bytes(32))))
    assert office.told_relay == [RelayEndpointAnswered(TOKEN, None), RelayPairAnswered(TOKEN, None)]
    assert all(isinstance(undone, EventUndone) for undone in office.undone)
