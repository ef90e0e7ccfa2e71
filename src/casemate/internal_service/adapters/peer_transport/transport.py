"""All endpoints of this process: brings each effect of an account's core to its endpoint."""

import asyncio
import itertools

from casemate.internal_service.adapters.peer_transport.bulk import BulkEnded, BulkHandler, BulkWriter
from casemate.internal_service.adapters.peer_transport.endpoint import AccountEndpoint
from casemate.internal_service.adapters.peer_transport.names import ConnectionName
from casemate.internal_service.adapters.peer_transport.port import PeerEffect
from casemate.internal_service.core.ground.path_io import (
    CloseEndpoint,
    ClosePeer,
    DialPeer,
    ObserveAgain,
    OpenEndpoint,
    SendToPeer,
)
from casemate.protocol.bulk import BulkHeader
from casemate.protocol.ids import AccountId
from casemate.runtime.event_queue import EventQueue


class PeerTransport:
    """Lives on the event loop; `perform` never blocks. What is meant for an endpoint that was closed does nothing."""

    def __init__(self, events: EventQueue, bulk_handler: BulkHandler | None = None) -> None:
        self._events = events
        self._bulk_handler = bulk_handler
        """Takes the large transfers that peers begin; without one they are refused."""
        self._endpoints: dict[AccountId, AccountEndpoint] = {}
        self._closing: dict[AccountId, set[asyncio.Task[None]]] = {}
        self._numbers = itertools.count(1, 2)
        """Of those who dial us."""

    def perform(self, effect: PeerEffect) -> None:
        account_id = effect.account_id
        if isinstance(effect, OpenEndpoint):
            self._close(account_id)
            before = frozenset(self._closing.get(account_id, ()))
            self._endpoints[account_id] = AccountEndpoint(
                effect, self._events, self._numbers, self._bulk_handler, before
            )
            return
        endpoint = self._endpoints.get(account_id)
        if endpoint is None or endpoint.generation != effect.generation:
            return
        match effect:
            case CloseEndpoint():
                self._close(account_id)
            case ObserveAgain():
                endpoint.observe_again()
            case DialPeer():
                endpoint.dial(effect)
            case SendToPeer():
                endpoint.send(effect)
            case ClosePeer():
                endpoint.close_peer(effect)

    async def open_bulk(self, name: ConnectionName, header: BulkHeader) -> BulkWriter:
        """Begin a large transfer on a connection that was told as connected. Raises BulkEnded, TooManyTransfers."""
        endpoint = self._endpoints.get(name.account_id)
        if endpoint is None or endpoint.generation != name.generation:
            raise BulkEnded
        return await endpoint.open_bulk(name.connection, header)

    async def close(self) -> None:
        """End everything, tell the peers, and wait until it is gone."""
        for account_id in list(self._endpoints):
            self._close(account_id)
        closing = [task for tasks in self._closing.values() for task in tasks]
        if closing:
            await asyncio.wait(closing)

    def _close(self, account_id: AccountId) -> None:
        endpoint = self._endpoints.pop(account_id, None)
        if endpoint is None:
            return
        endpoint.close()
        self._closing.setdefault(account_id, set()).add(endpoint.finished)
        endpoint.finished.add_done_callback(lambda closed: self._closed(account_id, closed))

    def _closed(self, account_id: AccountId, closed: asyncio.Task[None]) -> None:
        self._closing[account_id].discard(closed)
        if not self._closing[account_id]:
            del self._closing[account_id]
