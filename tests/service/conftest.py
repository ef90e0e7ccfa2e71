"""A street with a server and nobody in it yet."""

from pathlib import Path

import pytest

from tests.service.house import House, Street
from tests.service.talk import SAID, Talk


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


@pytest.fixture
def house(street: Street) -> House:
    return street.house()


@pytest.fixture
def connected(street: Street, house: House) -> Talk:
    """Nobody has said anything yet."""
    return Talk(street, house)


@pytest.fixture
def talk(connected: Talk) -> Talk:
    connected.say(connected.alice, connected.a, SAID, "Helo")
    return connected
