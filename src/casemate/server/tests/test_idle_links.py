"""What a link keeps in the server's memory while nothing comes on it."""

from pathlib import Path

import psutil
import pytest

from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import MIB
from casemate.protocol.link import Deposit, DepositRefused
from casemate.server.tests.link_client import LinkClient
from casemate.server.tests.people import new_person
from casemate.server.tests.process import ServerProcess

pytestmark = pytest.mark.processes

NOBODY = DeviceId(b"u" * 16)


async def test_what_a_device_said_last_is_not_kept_until_it_says_more(tmp_path: Path) -> None:
    frame = Deposit(NOBODY, [(number, bytes(250_000)) for number in range(1, 13)])
    async with await ServerProcess.start(tmp_path) as server:
        process = psutil.Process(server.process.pid)
        links = [await LinkClient.create_account(server.url, new_person(f"person{number}")) for number in range(20)]
        await links[0].say(frame)
        await links[0].expect(DepositRefused)
        before = process.memory_info().rss
        for link in links:
            await link.say(frame)
            await link.expect(DepositRefused)
        grown = process.memory_info().rss - before
        for link in links:
            await link.close()
    assert grown < len(links) * MIB, "each had sent three, and they were kept twice"
