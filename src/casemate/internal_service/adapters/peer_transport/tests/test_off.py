"""Paths to peers that are switched off."""

from casemate.crypto.keys import EndpointPrivate
from casemate.internal_service.adapters.peer_transport import start_transport
from casemate.internal_service.core.ground.path_io import CloseEndpoint, EndpointClosed, OpenEndpoint
from casemate.protocol.ids import AccountId
from casemate.runtime.clock import SystemClock
from casemate.runtime.event_queue import EventQueue

ALICE = AccountId(b"a" * 32)


async def test_an_endpoint_is_refused_at_once_and_nothing_else_is_told() -> None:
    queue = EventQueue(SystemClock())
    transport = start_transport(queue, is_on=False)
    transport.perform(OpenEndpoint(ALICE, 7, EndpointPrivate(b"1" * 32), None, None, relay_only=False))
    transport.perform(CloseEndpoint(ALICE, 7))
    assert queue.take(10, None) == [EndpointClosed(ALICE, 7, "off")]
    await transport.close()
