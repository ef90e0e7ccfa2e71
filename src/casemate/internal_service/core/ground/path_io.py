"""What an account's paths to its peers need from the world and hear from it.

An account has one endpoint: a UDP socket and a connection to the relay, under the device's endpoint key. `generation`
counts the endpoints of an account, `connection` those of the process, so that late news of an old one is told apart.
"""

from dataclasses import dataclass, field

from casemate.crypto.keys import Ed25519Public, EndpointPrivate
from casemate.node import Effect, Event
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import Network, PeerFrame


@dataclass(frozen=True, slots=True)
class ObserverAddress:
    """The server's endpoint that tells each caller the address it is seen at."""

    key: Ed25519Public
    host: str
    ports: tuple[int, ...]
    """Two ports on one host: who is seen at two different addresses is behind a NAT that changes ports."""


@dataclass(frozen=True, slots=True)
class PathEffect(Effect):
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class PathEvent(Event):
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class EndpointEvent(PathEvent):
    """Of an endpoint, or of a connection that it has."""

    generation: int


# --- the endpoint --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenEndpoint(PathEffect):
    """Bind, connect to the relay, observe and announce our addresses from then on. Answer: EndpointOpened or Closed."""

    generation: int
    key: EndpointPrivate = field(repr=False)
    relay_url: str | None
    """http(s)://HOST[:PORT]/ of the server's relay; None while no server ever told."""
    observer: ObserverAddress | None
    relay_only: bool
    """Bind to loopback alone and announce nothing: no peer learns an address of ours."""


@dataclass(frozen=True, slots=True)
class CloseEndpoint(PathEffect):
    generation: int


@dataclass(frozen=True, slots=True)
class ObserveAgain(PathEffect):
    """Look at our addresses anew and announce them again, which starts another attempt to get through at once."""

    generation: int


@dataclass(frozen=True, slots=True)
class EndpointOpened(EndpointEvent):
    port: int
    """The UDP port on all our addresses."""


@dataclass(frozen=True, slots=True)
class EndpointChanged(EndpointEvent):
    """The relay came or went, our addresses changed, or more is known about our network."""

    relay_connected: bool
    network: Network
    addresses: tuple[str, ...]
    """Where peers may reach us: IP:PORT, [IPv6]:PORT."""


@dataclass(frozen=True, slots=True)
class EndpointClosed(EndpointEvent):
    """It could not be bound, or failed. `detail` is for logs."""

    detail: str


# --- connections ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DialPeer(PathEffect):
    """Answer: PeerConnected, or PeerClosed when nobody answers within 5 s."""

    generation: int
    connection: int
    """Even numbers are ours to give; those that are dialled to us get odd ones."""
    endpoint_key: Ed25519Public
    addresses: tuple[str, ...]
    """Where else the peer may be, besides the relay."""


@dataclass(frozen=True, slots=True)
class SendToPeer(PathEffect):
    generation: int
    connection: int
    frame: PeerFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClosePeer(PathEffect):
    generation: int
    connection: int
    code: str
    """Told to the peer: `replaced`, `refused`, `no_answer`, `broke_protocol`, `version`, `bye`."""


@dataclass(frozen=True, slots=True)
class PeerConnected(EndpointEvent):
    """QUIC has proven `endpoint_key`; whose it is stays to be seen."""

    connection: int
    endpoint_key: Ed25519Public
    dialled: bool
    """By us."""


@dataclass(frozen=True, slots=True)
class PeerFrameArrived(EndpointEvent):
    connection: int
    frame: PeerFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class PeerRouteSeen(EndpointEvent):
    """How the connection's packets travel now; told at once when that changes, else every 3 s."""

    connection: int
    direct: bool
    rtt_ms: float


@dataclass(frozen=True, slots=True)
class PeerClosed(EndpointEvent):
    """The end of a connection, or of an attempt."""

    connection: int
    code: str
    """What the peer said, or `timed_out`, `unreachable`, `malformed`, `lost`."""


# --- the local network ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnnounceOnLan(PathEffect):
    """Say on the local network that we are here, in tags that only registered peers can read; replaces the last."""

    tags: tuple[bytes, ...]
    port: int


@dataclass(frozen=True, slots=True)
class LeaveLan(PathEffect):
    pass


@dataclass(frozen=True, slots=True)
class LanNeighbourSeen(PathEvent):
    """Somebody on the local network announces these; the account looks whether one of them is for it."""

    tags: tuple[bytes, ...]
    addresses: tuple[str, ...]
