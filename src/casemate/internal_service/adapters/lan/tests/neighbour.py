"""A computer on the local network: tell it in lines of JSON what to announce, and read what it hears."""

import asyncio
import json
import sys
from typing import Any

from casemate.internal_service.adapters.lan import LocalNetwork
from casemate.internal_service.core.ground.path_io import AnnounceOnLan, LanNeighbourSeen, LeaveLan
from casemate.protocol.ids import AccountId
from casemate.runtime.clock import SystemClock
from casemate.runtime.entropy import system_entropy
from casemate.runtime.event_queue import EventQueue
from casemate.runtime.logging import configure_logging


async def main() -> None:
    configure_logging("json")
    clock = SystemClock()
    queue = EventQueue(clock)
    network = LocalNetwork(queue, system_entropy)
    teller = asyncio.create_task(asyncio.to_thread(tell, queue))
    say({"ready": True})
    while line := await asyncio.to_thread(sys.stdin.readline):
        perform(network, json.loads(line))
    await network.close()
    queue.close()
    await teller


def perform(network: LocalNetwork, order: dict[str, Any]) -> None:
    account_id = AccountId(order["account"].encode())
    match order:
        case {"tags": tags, "port": port}:
            network.perform(AnnounceOnLan(account_id, tuple(map(bytes.fromhex, tags)), port))
        case _:
            network.perform(LeaveLan(account_id))


def tell(queue: EventQueue) -> None:
    while batch := queue.take(1, None):
        (seen,) = batch
        assert isinstance(seen, LanNeighbourSeen)
        tags = [tag.hex() for tag in seen.tags]
        say({"account": seen.account_id.decode(), "tags": tags, "addresses": seen.addresses})


def say(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main())
