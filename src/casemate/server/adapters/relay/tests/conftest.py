"""A relay for every test of this folder."""

from collections.abc import AsyncIterator

import pytest

from casemate.server.adapters.relay.tests.house import House, relay_house


@pytest.fixture
async def house() -> AsyncIterator[House]:
    async with relay_house() as house:
        yield house
