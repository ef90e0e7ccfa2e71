"""What stands in for the transport when paths to peers are switched off: everything goes through the mailbox."""

from casemate.internal_service.adapters.peer_transport.port import PeerEffect
from casemate.internal_service.core.account.paths.endpoint import OFF
from casemate.internal_service.core.ground.path_io import EndpointClosed, OpenEndpoint
from casemate.runtime.event_queue import EventQueue


class TransportOff:
    """Does not even load the library."""

    def __init__(self, events: EventQueue) -> None:
        self._events = events

    def perform(self, effect: PeerEffect) -> None:
        if isinstance(effect, OpenEndpoint):
            self._events.post(EndpointClosed(effect.account_id, effect.generation, OFF))

    async def close(self) -> None:
        pass
