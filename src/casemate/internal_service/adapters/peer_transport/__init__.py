"""Paths to peers: an iroh endpoint for each account, and the connections on it."""

from casemate.internal_service.adapters.peer_transport.off import TransportOff
from casemate.internal_service.adapters.peer_transport.port import Transport
from casemate.runtime.event_queue import EventQueue


def start_transport(events: EventQueue, *, is_on: bool) -> Transport:
    """On the running event loop. The library is loaded only where it is used."""
    if not is_on:
        return TransportOff(events)
    from casemate.internal_service.adapters.peer_transport.transport import PeerTransport

    return PeerTransport(events)
