"""Connections between peers without a network: it does what the transport promises, and what a test tells it to."""

from collections.abc import Callable
from dataclasses import dataclass, field

from casemate.crypto.keys import Ed25519Public
from casemate.crypto.primitives import ed25519_public
from casemate.internal_service.core.ground.path_io import (
    AnnounceOnLan,
    CloseEndpoint,
    ClosePeer,
    DialPeer,
    EndpointChanged,
    EndpointClosed,
    EndpointOpened,
    LanNeighbourSeen,
    LeaveLan,
    ObserveAgain,
    OpenEndpoint,
    PathEffect,
    PathEvent,
    PeerClosed,
    PeerConnected,
    PeerFrameArrived,
    PeerRouteSeen,
    SendToPeer,
)
from casemate.protocol.ids import AccountId
from casemate.protocol.peer import Network, PeerFrame, decode_peer_frame, encode_peer_frame

Later = Callable[[AccountId, PathEvent], None]
"""Hand an event to an account, after what is happening now."""
OnTheWay = Callable[[AccountId, PeerFrame], list[PeerFrame]]
"""What becomes of a frame that this account sent."""


@dataclass
class _Socket:
    account_id: AccountId
    generation: int
    key: Ed25519Public
    relay_url: str | None


@dataclass
class _End:
    socket: _Socket
    number: int
    other: "_End | None" = None


@dataclass
class PeerNetwork:
    later: Later
    is_on: bool = False
    """Off: as a service that was started without connections between peers."""
    direct: bool = True
    relay_connects: bool = True
    """Whether the relay is found by an endpoint that is opened."""
    opened: int = 0
    silent: bool = False
    """Frames disappear, connections seem to stand: UDP is blocked somewhere, or a computer sleeps."""
    on_the_way: OnTheWay = lambda account_id, frame: [frame]
    network: Network = field(default_factory=Network)
    sent: list[tuple[AccountId, PeerFrame]] = field(default_factory=list)
    announced: dict[AccountId, AnnounceOnLan] = field(default_factory=dict)
    observed: int = 0
    words: list[str] = field(default_factory=list)
    """With which connections were ended."""
    _sockets: dict[AccountId, _Socket] = field(default_factory=dict)
    _ends: dict[tuple[AccountId, int, int], _End] = field(default_factory=dict)
    _numbers: int = 1

    def perform(self, effect: PathEffect) -> None:
        match effect:
            case OpenEndpoint():
                self._open(effect)
            case CloseEndpoint(account_id):
                self.crash(account_id)
            case DialPeer():
                self._dial(effect)
            case SendToPeer(account_id, generation, number, frame):
                self._send(account_id, generation, number, frame)
            case ClosePeer(account_id, generation, number, code):
                end = self._ends.pop((account_id, generation, number), None)
                if end is not None and not self.silent:
                    self._tell_closed(end, code)
            case AnnounceOnLan(account_id):
                self.announced[account_id] = effect
            case LeaveLan(account_id):
                self.announced.pop(account_id, None)
            case ObserveAgain():
                self.observed += 1

    def crash(self, account_id: AccountId, code: str = "bye") -> None:
        """The endpoint is gone, and its connections with it."""
        self._sockets.pop(account_id, None)
        for key, end in list(self._ends.items()):
            if key[0] == account_id:
                del self._ends[key]
                if not self.silent:
                    self._tell_closed(end, code)

    def cut(self, code: str = "lost") -> None:
        """Every connection breaks, and both ends notice."""
        for key, end in list(self._ends.items()):
            del self._ends[key]
            self._event(end, PeerClosed(*key, code))

    def meet_on_lan(self, *addresses: str) -> None:
        """Everybody hears what everybody else announces on the local network."""
        for hearer in self.announced:
            for speaker, announcement in self.announced.items():
                if speaker != hearer:
                    self.later(hearer, LanNeighbourSeen(hearer, announcement.tags, addresses or ("192.0.2.1:7",)))

    def route(self, *, direct: bool, rtt_ms: float) -> None:
        """All connections travel so from now on."""
        self.direct = direct
        for key, end in list(self._ends.items()):
            self._event(end, PeerRouteSeen(*key, direct, rtt_ms))

    @property
    def connections(self) -> int:
        """How many ends of connections there are."""
        return len(self._ends)

    def place_of(self, account_id: AccountId) -> tuple[AccountId, int, int]:
        """Account, generation and number of the newest connection that this account has."""
        return [place for place in self._ends if place[0] == account_id][-1]

    def dial_again(self, account_id: AccountId) -> None:
        """Another connection beside the newest one that this account has."""
        end = self._ends[self.place_of(account_id)]
        assert end.other is not None
        key = end.other.socket.key
        self._numbers += 2
        self._dial(DialPeer(account_id, end.socket.generation, self._numbers - 1, key, ("192.0.2.1:7",)))

    def _open(self, effect: OpenEndpoint) -> None:
        account_id, generation = effect.account_id, effect.generation
        if not self.is_on:
            self.later(account_id, EndpointClosed(account_id, generation, "off"))
            return
        relay_url = effect.relay_url if self.relay_connects else None
        self._sockets[account_id] = _Socket(account_id, generation, ed25519_public(effect.key), relay_url)
        self.later(account_id, EndpointOpened(account_id, generation, 40_000 + len(self._sockets)))
        self.opened += 1
        self.later(account_id, EndpointChanged(account_id, generation, relay_url is not None, self.network, ()))

    def _dial(self, effect: DialPeer) -> None:
        ours = self._sockets.get(effect.account_id)
        theirs = next((socket for socket in self._sockets.values() if socket.key == effect.endpoint_key), None)
        if ours is None or ours.generation != effect.generation:
            return
        near = bool(effect.addresses) or (theirs is not None and ours.relay_url and theirs.relay_url)
        if theirs is None or self.silent or not near:
            failed = PeerClosed(effect.account_id, effect.generation, effect.connection, "unreachable")
            self.later(effect.account_id, failed)
            return
        self._numbers += 2
        here, there = _End(ours, effect.connection), _End(theirs, self._numbers)
        here.other, there.other = there, here
        for end, key, dialled in ((here, theirs.key, True), (there, ours.key, False)):
            where = (end.socket.account_id, end.socket.generation, end.number)
            self._ends[where] = end
            self._event(end, PeerConnected(*where, key, dialled))
            self._event(end, PeerRouteSeen(*where, self.direct, 1.0))

    def _send(self, account_id: AccountId, generation: int, number: int, frame: PeerFrame) -> None:
        end = self._ends.get((account_id, generation, number))
        if end is None or end.other is None or self.silent:
            return
        self.sent.append((account_id, frame))
        other = end.other
        where = (other.socket.account_id, other.socket.generation, other.number)
        for changed in self.on_the_way(account_id, frame):
            if where in self._ends:
                arrived = decode_peer_frame(encode_peer_frame(changed))
                self._event(other, PeerFrameArrived(*where, arrived))

    def _tell_closed(self, end: _End, code: str) -> None:
        self.words.append(code)
        other = end.other
        if other is None:
            return
        where = (other.socket.account_id, other.socket.generation, other.number)
        if self._ends.pop(where, None) is not None:
            self._event(other, PeerClosed(*where, code))

    def _event(self, end: _End, event: PathEvent) -> None:
        self.later(end.socket.account_id, event)
