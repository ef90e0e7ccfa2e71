"""A server with nobody at it, two friends together or by name, and two neighbours."""

from pathlib import Path

import pytest

from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours


@pytest.fixture
def world(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


@pytest.fixture
def friends(world: Deployment) -> tuple[Person, Person]:
    alice, bob = world.person("alice"), world.person("bob")
    world.befriend(alice, bob)
    return alice, bob


@pytest.fixture
def alice(world: Deployment) -> Person:
    return world.person("alice")


@pytest.fixture
def bob(world: Deployment, alice: Person) -> Person:
    bob = world.person("bob")
    world.befriend(alice, bob)
    return bob


@pytest.fixture
def neighbours(tmp_path: Path) -> Neighbours:
    return Neighbours(tmp_path)
