"""A name that was somebody's contact is not another's at once; one that never was is."""

import pytest

from casemate.protocol.limits import DAY_SECONDS, NAME_KEPT_SECONDS
from casemate.protocol.link import AskRegistration, DeleteAccount, OpeningRefused, Welcome
from casemate.server.core.served_time import MOST_BETWEEN_SWEEPS_SECONDS
from casemate.server.tests.office import Connection, Office, befriend, person_of
from casemate.server.tests.people import Person, new_person


def another(called: str, username: str) -> Person:
    """Other keys under this username."""
    person = new_person(called)
    person.username = username
    return person


@pytest.mark.parametrize("username", ["bob", "BOB", "ｂｏｂ"])
def test_the_name_of_somebodys_contact_is_kept_back(office: Office, bob: Connection, username: str) -> None:
    bob.ask(DeleteAccount)
    refused = office.create_account(another("mallory", username)).last(OpeningRefused)
    assert (refused.code, refused.params["days"]) == ("username_kept_back", "90")


def test_a_look_alike_of_it_is_kept_back_too(office: Office, alice: Connection) -> None:
    coca = office.newcomer("coca")
    befriend(alice, coca)
    coca.ask(DeleteAccount)
    assert office.create_account(another("mallory", "СОСА")).last(OpeningRefused).code == "username_kept_back"


def test_its_own_key_may_have_it_again(office: Office, bob: Connection) -> None:
    bob.ask(DeleteAccount)
    assert office.create_account(person_of(bob)).all(Welcome)
    assert office.store.kept_names.like("bob", "bob") == []


def test_it_is_free_after_90_days_of_service(office: Office, bob: Connection) -> None:
    bob.ask(DeleteAccount)
    office.serve(NAME_KEPT_SECONDS - DAY_SECONDS)
    assert office.create_account(another("mallory", "bob")).last(OpeningRefused).params["days"] == "1"
    office.serve(DAY_SECONDS)
    assert office.create_account(another("mallory", "bob")).all(Welcome)


def test_a_clock_that_jumps_frees_nothing(office: Office, bob: Connection) -> None:
    bob.ask(DeleteAccount)
    office.jump_clock(2 * NAME_KEPT_SECONDS)
    office.pass_time(MOST_BETWEEN_SWEEPS_SECONDS)
    assert office.create_account(another("mallory", "bob")).last(OpeningRefused).code == "username_kept_back"


def test_a_name_that_was_nobodys_contact_is_free_at_once(office: Office, alice: Connection) -> None:
    carol = office.newcomer("carol")
    alice.ask(AskRegistration, person_of(carol).account_id, b"asked is not agreed")
    carol.ask(DeleteAccount)
    assert office.create_account(another("mallory", "carol")).all(Welcome)


def test_it_is_kept_although_the_other_one_left_first(office: Office, alice: Connection, bob: Connection) -> None:
    alice.ask(DeleteAccount)
    bob.ask(DeleteAccount)
    assert office.create_account(another("mallory", "bob")).last(OpeningRefused).code == "username_kept_back"
