"""What the internal service asks of the transport, whether paths to peers are switched on or off."""

from typing import Protocol

from casemate.internal_service.core.ground.path_io import (
    CloseEndpoint,
    ClosePeer,
    DialPeer,
    ObserveAgain,
    OpenEndpoint,
    SendToPeer,
)

PeerEffect = OpenEndpoint | CloseEndpoint | ObserveAgain | DialPeer | SendToPeer | ClosePeer


class Transport(Protocol):
    def perform(self, effect: PeerEffect) -> None:
        """On the event loop; never blocks."""

    async def close(self) -> None:
        """End everything, tell the peers, and wait until it is gone."""
