"""A server, Alice at it, and Bob, who is registered with her."""

import pytest

from casemate.server.tests.office import Connection, Office, befriend


@pytest.fixture
def office() -> Office:
    return Office()


@pytest.fixture
def alice(office: Office) -> Connection:
    return office.newcomer("alice")


@pytest.fixture
def bob(office: Office, alice: Connection) -> Connection:
    bob = office.newcomer("bob")
    befriend(alice, bob)
    return bob
