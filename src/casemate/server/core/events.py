"""What happens to a workspace server, and what it wants done: sockets are known here by their number only."""

from dataclasses import dataclass
from typing import NewType

from casemate.node import Effect, Event
from casemate.protocol.link import ClientFrame, ServerFrame

ConnectionId = NewType("ConnectionId", int)
"""One WebSocket, counted up while the server runs."""


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The first event of a process: nobody is connected, whatever the store says of the time before."""


@dataclass(frozen=True, slots=True)
class Connected(Event):
    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class FrameArrived(Event):
    connection: ConnectionId
    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class FrameGarbled(Event):
    """Bytes arrived that are no frame."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Mark(Event):
    """Answered with `Marked` when everything before it is handled, so that a socket is read no faster than that."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Written(Event):
    """So many bytes of what was pushed (`Send.credit`) have left for the network; more may be pushed."""

    connection: ConnectionId
    credit: int


@dataclass(frozen=True, slots=True)
class Disconnected(Event):
    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class ShutdownAsked(Event):
    """Tell every device that the server goes away, and end its link."""


@dataclass(frozen=True, slots=True)
class Send(Effect):
    connection: ConnectionId
    frame: ServerFrame
    credit: int = 0
    """Bytes to hand back in `Written` once the frame is on its way; 0 for answers, which their request paid for."""


@dataclass(frozen=True, slots=True)
class Close(Effect):
    """End the connection after what was sent before. Nothing more is sent on it."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Marked(Effect):
    connection: ConnectionId
