"""Two accounts of one service, connected with each other."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final, TypeVar

from casemate.crypto.keys import EndpointPrivate
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.adapters.peer_transport.bulk import BulkHandler
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.transport import PeerTransport
from casemate.internal_service.core.ground.path_io import (
    DialPeer,
    EndpointOpened,
    OpenEndpoint,
    PeerConnected,
    SendToPeer,
)
from casemate.node import Event, Wakeup
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import PathPing
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue

ALICE: Final = AccountId(b"a" * 32)
BOB: Final = AccountId(b"b" * 32)
Kind = TypeVar("Kind", bound=Event)

KEYS: Final = {ALICE: EndpointPrivate(b"1" * 32), BOB: EndpointPrivate(b"2" * 32)}


class Two:
    def __init__(self, bulk_handler: BulkHandler | None) -> None:
        self.queue = EventQueue(SystemClock())
        self.transport = PeerTransport(self.queue, bulk_handler)
        self._kept: list[Event] = []
        self.alice = ConnectionName(ALICE, 1, 2)
        self.bob = ConnectionName(BOB, 1, 1)

    async def event(self, kind: type[Kind], account_id: AccountId) -> Kind:
        """The next of this kind for this account; others are kept for later."""
        until = SystemClock().now().monotonic + 10
        while True:
            for event in self._kept:
                if isinstance(event, kind) and getattr(event, "account_id", None) == account_id:
                    self._kept.remove(event)
                    return event
            new = await asyncio.to_thread(self.queue.take, 100, until)
            assert not isinstance(new[0], Wakeup), f"no {kind.__name__} came"
            self._kept += new

    async def connect(self) -> None:
        for account_id, key in KEYS.items():
            self.transport.perform(OpenEndpoint(account_id, 1, key, None, None, relay_only=False))
        await self.event(EndpointOpened, ALICE)
        port = (await self.event(EndpointOpened, BOB)).port
        bob = ed25519_public(KEYS[BOB])
        self.transport.perform(DialPeer(*self.alice, bob, (f"127.0.0.1:{port}",)))
        self.transport.perform(SendToPeer(*self.alice, PathPing(0)))
        await self.event(PeerConnected, BOB)


@asynccontextmanager
async def two_connected(bulk_handler: BulkHandler | None = None) -> AsyncIterator[Two]:
    two = Two(bulk_handler)
    try:
        await two.connect()
        yield two
    finally:
        await two.transport.close()
