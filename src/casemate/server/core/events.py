"""What happens to a workspace server, and what it wants done: sockets are known here by their number only."""

from dataclasses import dataclass
from typing import NewType

from casemate.crypto.keys import Ed25519Public
from casemate.node import Effect, Event
from casemate.protocol.ids import AccountId
from casemate.protocol.link_codec import ClientFrame, ServerFrame

ConnectionId = NewType("ConnectionId", int)
"""One WebSocket, counted up while the server runs."""
RelayToken = NewType("RelayToken", int)
"""One question of the relay or the observer, so that the answer finds whoever waits for it."""


@dataclass(frozen=True, slots=True)
class Started(Event):
    """The first event of a process: nobody is connected, whatever the store says of the time before."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who opened a connection; never logged."""

    network: str = ""
    """As one word: what is counted and slowed down together."""
    is_here: bool = False
    """On the computer of the server."""


@dataclass(frozen=True, slots=True)
class Connected(Event):
    connection: ConnectionId
    caller: Caller = Caller()


@dataclass(frozen=True, slots=True)
class FrameArrived(Event):
    connection: ConnectionId
    frame: ClientFrame


@dataclass(frozen=True, slots=True)
class FrameGarbled(Event):
    """Bytes arrived that are no frame."""

    connection: ConnectionId


@dataclass(frozen=True, slots=True)
class Barrier(Event):
    """Answered with `BarrierPassed` when everything before it is handled: a socket is read no faster than that."""

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
class AddressesFound(Event):
    """Where others can reach this server from now on: at most `SERVER_ADDRESSES`."""

    addresses: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StopAsked(Event):
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
class BarrierPassed(Effect):
    connection: ConnectionId


# --- the relay and the observer ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RelayEndpointAsked(Event):
    """Somebody proved to hold this endpoint key."""

    token: RelayToken
    key: Ed25519Public


@dataclass(frozen=True, slots=True)
class RelayPairAsked(Event):
    """Somebody who was admitted wants to reach another endpoint, be it here or not."""

    token: RelayToken
    from_key: Ed25519Public
    to_key: Ed25519Public


@dataclass(frozen=True, slots=True)
class RelayEndpointAnswered(Effect):
    token: RelayToken
    account_id: AccountId | None
    """Whose device list certifies the key; None: nobody's."""


@dataclass(frozen=True, slots=True)
class RelayPairAnswered(Effect):
    token: RelayToken
    to_account: AccountId | None
    """Whose the other endpoint is; None: they may not reach each other."""


@dataclass(frozen=True, slots=True)
class RelayAccountChanged(Effect):
    """Forget what was answered about this account's endpoints and pairs, and ask again."""

    account_id: AccountId
