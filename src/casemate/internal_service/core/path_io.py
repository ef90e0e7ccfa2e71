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
class Observer:
    """The server's endpoint that tells each caller the address it is seen at."""

    key: Ed25519Public
    host: str
    ports: tuple[int, ...]
    """Two ports on one host: who is seen at two different addresses is behind a NAT that changes ports."""


# --- the endpoint --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenEndpoint(Effect):
    """Bind, connect to the relay, observe and announce our addresses from then on. Answer: EndpointOpened or Closed."""

    account_id: AccountId
    generation: int
    key: EndpointPrivate = field(repr=False)
    relay_url: str | None
    """http(s)://HOST[:PORT]/ of the server's relay; None while no server ever told."""
    observer: Observer | None
    relay_only: bool
    """Bind to loopback alone and announce nothing: no peer learns an address of ours."""


@dataclass(frozen=True, slots=True)
class CloseEndpoint(Effect):
    account_id: AccountId
    generation: int


@dataclass(frozen=True, slots=True)
class ObserveAgain(Effect):
    """Look at our addresses anew and announce them again, which starts another attempt to get through at once."""

    account_id: AccountId
    generation: int


@dataclass(frozen=True, slots=True)
class EndpointOpened(Event):
    account_id: AccountId
    generation: int
    port: int
    """The UDP port on all our addresses."""


@dataclass(frozen=True, slots=True)
class EndpointChanged(Event):
    """The relay came or went, our addresses changed, or more is known about our network."""

    account_id: AccountId
    generation: int
    relay_connected: bool
    network: Network
    addresses: tuple[str, ...]
    """Where peers may reach us: IP:PORT, [IPv6]:PORT."""


@dataclass(frozen=True, slots=True)
class EndpointClosed(Event):
    """It could not be bound, or failed. `detail` is for logs."""

    account_id: AccountId
    generation: int
    detail: str


# --- connections ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class DialPeer(Effect):
    """Answer: PeerConnected, or PeerClosed when nobody answers within 5 s."""

    account_id: AccountId
    generation: int
    connection: int
    """Even numbers are ours to give; those that are dialled to us get odd ones."""
    endpoint_key: Ed25519Public
    addresses: tuple[str, ...]
    """Where else the peer may be, besides the relay."""


@dataclass(frozen=True, slots=True)
class SendToPeer(Effect):
    account_id: AccountId
    generation: int
    connection: int
    frame: PeerFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class ClosePeer(Effect):
    account_id: AccountId
    generation: int
    connection: int
    code: str
    """Told to the peer: `replaced`, `refused`, `not_connected`, `no_answer`, `broke_protocol`, `version`, `bye`."""


@dataclass(frozen=True, slots=True)
class PeerConnected(Event):
    """QUIC has proven `endpoint_key`; whose it is stays to be seen."""

    account_id: AccountId
    generation: int
    connection: int
    endpoint_key: Ed25519Public
    dialled: bool
    """By us."""


@dataclass(frozen=True, slots=True)
class PeerFrameArrived(Event):
    account_id: AccountId
    generation: int
    connection: int
    frame: PeerFrame = field(repr=False)


@dataclass(frozen=True, slots=True)
class PeerRouteSeen(Event):
    """How the connection's packets travel now; told at once when that changes, else every 3 s."""

    account_id: AccountId
    generation: int
    connection: int
    direct: bool
    rtt_ms: float


@dataclass(frozen=True, slots=True)
class PeerClosed(Event):
    """The end of a connection, or of an attempt."""

    account_id: AccountId
    generation: int
    connection: int
    code: str
    """What the peer said, or `timed_out`, `unreachable`, `malformed`, `lost`."""


# --- the local network ---------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AnnounceOnLan(Effect):
    """Say on the local network that we are here, in tags that only registered peers can read; replaces the last."""

    account_id: AccountId
    tags: tuple[bytes, ...]
    port: int


@dataclass(frozen=True, slots=True)
class LeaveLan(Effect):
    account_id: AccountId


@dataclass(frozen=True, slots=True)
class LanNeighbourSeen(Event):
    """Somebody on the local network announces these; the account looks whether one of them is for it."""

    account_id: AccountId
    tags: tuple[bytes, ...]
    addresses: tuple[str, ...]


EndpointEvent = EndpointOpened | EndpointChanged | EndpointClosed
PeerEvent = PeerConnected | PeerFrameArrived | PeerRouteSeen | PeerClosed
PathEvent = EndpointEvent | PeerEvent | LanNeighbourSeen
PathEffect = OpenEndpoint | CloseEndpoint | ObserveAgain | DialPeer | SendToPeer | ClosePeer | AnnounceOnLan | LeaveLan
