"""A street with a server and nobody in it yet."""

from pathlib import Path

import pytest

from tests.service.house import House, Street


@pytest.fixture
def street(tmp_path: Path) -> Street:
    return Street(tmp_path)


@pytest.fixture
def house(street: Street) -> House:
    return street.house()
