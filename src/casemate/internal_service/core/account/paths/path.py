"""What is known of the way to one device of a peer: its connections, and how far they can be relied on."""

from collections.abc import Iterable
from dataclasses import InitVar, dataclass, field
from ipaddress import ip_address
from typing import Final, Literal

from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.ground.undo import Memory, Undo
from casemate.node import Instant
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import KIB, MIB
from casemate.protocol.peer import Network

HELLO_SECONDS: Final = 5.0
DIAL_SECONDS: Final = 6.0
"""The transport gives up after 5 s and says so; this is for when it does not."""
HEARTBEAT_SECONDS: Final = 3.0
"""After so long without a word we ask for one; the second time that nothing comes, the connection is gone."""
DOUBT_SECONDS: Final = 1.25
"""How long a connection that owes us an answer is kept beside the mailbox before it is dialled anew."""
ANSWER_SECONDS: Final = 0.75
"""The least time that a receipt is waited for before the mailbox takes over."""
LONGEST_ANSWER_SECONDS: Final = 1.5
"""However slow the path is: what the mailbox takes then is there within the two seconds that we promise."""
ROUND_TRIPS: Final = 3
SLOW_BYTES_PER_SECOND: Final = 64 * KIB
"""A connection is kept for as long as what is under way takes at this pace: a slow uplink is not a dead one."""
USUAL_BYTES_PER_SECOND: Final = 1 * MIB
"""The mailbox waits for as long as this: over a slow uplink everything twice would only take longer."""
GIVE_WAY_SECONDS: Final = 1.0
"""The device with the smaller id dials at once; the other one when nothing has come of it."""
STEADY_SECONDS: Final = 10.0
"""A connection that did not last this long counts as a failed attempt."""
RETRY_FIRST_SECONDS: Final = 1.0
RETRY_CEILING_SECONDS: Final = 30.0
HISTORY_KEPT: Final = 60
UNSTEADY_SECONDS: Final = 5.0
"""How long a path is said to be as good as it was, but unsteady, before it is called what has become of it."""

PathKind = Literal["direct", "relayed", "mailbox"]
_WORTH: Final[dict[PathKind, int]] = {"mailbox": 0, "relayed": 1, "direct": 2}


@dataclass(eq=False)
class Connection(Memory):
    """One QUIC connection whose other end has proven `endpoint_key`."""

    number: int
    device: DeviceId
    """Whom the pinned device lists certify that key for."""
    endpoint_key: Ed25519Public
    opened_at: float
    undo: InitVar[Undo]
    greeted: bool = False
    direct: bool = False
    rtt_ms: float | None = None
    heard_at: float = 0.0
    pinged_at: float | None = None
    """A ping is out since then."""
    pings: int = 0

    def __post_init__(self, undo: Undo) -> None:
        self.goes_back_with(undo)


@dataclass(eq=False)
class PeerPath(Memory):
    device: DeviceId
    account_id: AccountId
    undo: InitVar[Undo]
    connections: tuple[Connection, ...] = ()
    """Those that got through the hello, oldest first; the newest carries what we send."""
    dialling: int | None = None
    dial_until: float = 0.0
    attempt: int = 0
    failures: int = 0
    """Attempts in vain since there was a connection."""
    retry_at: float = 0.0
    gave_way: bool = False
    doubtful_since: float | None = None
    close_at: float = 0.0
    addresses: tuple[str, ...] = ()
    """Where they said they are, or where they were seen on the local network."""
    on_lan_until: float = 0.0
    their_network: Network = field(default_factory=Network)
    history: tuple[float, ...] = ()
    kind: PathKind = "mailbox"
    """What it is called: at once when it is better, after a while when it is worse."""
    since: float = 0.0
    """Since when (wall) it is of this kind."""
    unsteady: bool = False
    """It is in doubt or worse than it is called, or was a moment ago: the mailbox helps."""
    answers_told: bool = False
    """As what `answers` was told last."""
    _worse_since: float | None = None
    _unsteady_until: float = 0.0

    def __post_init__(self, undo: Undo) -> None:
        self.goes_back_with(undo)

    @property
    def live(self) -> Connection | None:
        return self.connections[-1] if self.connections else None

    @property
    def is_healthy(self) -> bool:
        return bool(self.connections) and self.doubtful_since is None

    @property
    def answers(self) -> bool:
        """Whoever answers on a path is online; a moment without an answer changes nothing."""
        return self.kind != "mailbox"

    def show(self, now: Instant, *, is_over: bool = False) -> None:
        """Call it what it is; `is_over`: there was a goodbye, which leaves no doubt."""
        kind = self._as_it_is()
        worse = _WORTH[kind] < _WORTH[self.kind] and not is_over
        if worse and self._worse_since is None:
            self._worse_since = now.monotonic
        worse_for = 0.0 if self._worse_since is None else now.monotonic - self._worse_since
        if worse and worse_for < UNSTEADY_SECONDS:
            self._unsteady_until = now.monotonic + UNSTEADY_SECONDS
        else:
            self._worse_since = None
            if kind != self.kind:
                self.kind, self.since, self._unsteady_until = kind, now.wall - (worse_for if worse else 0.0), 0.0
        self.unsteady = now.monotonic < self._unsteady_until

    def looks_different_at(self) -> float | None:
        """When (monotonic) it is to be shown again although nothing happens."""
        if not self.unsteady:
            return None
        return self._unsteady_until if self._worse_since is None else self._worse_since + UNSTEADY_SECONDS

    def _as_it_is(self) -> PathKind:
        live = self.live
        if live is None or self.doubtful_since is not None:
            return "mailbox"
        return "direct" if live.direct else "relayed"

    def doubt(self, now: float, patience: float) -> None:
        if self.doubtful_since is None:
            self.doubtful_since = now
            self.close_at = now + patience

    def trust(self) -> None:
        self.doubtful_since = None

    def failed(self, now: float, part: float) -> None:
        """Wait before the next attempt: a random part of a time that doubles."""
        ceiling = min(RETRY_CEILING_SECONDS, RETRY_FIRST_SECONDS * 2.0 ** min(self.attempt, 10))
        self.attempt += 1
        self.failures += 1
        self.retry_at = now + ceiling * (0.5 + part / 2)

    def next_due(self) -> float | None:
        """When something has to be done about the live connection if nothing is heard on it."""
        live = self.live
        if live is None:
            return None
        due = (live.heard_at if live.pinged_at is None else live.pinged_at) + HEARTBEAT_SECONDS
        return due if self.doubtful_since is None else min(due, self.close_at)


def answer_seconds(rtt_ms: float | None, bytes_under_way: int) -> float:
    """How long a receipt for what is under way may take before the mailbox helps."""
    usual = max(ANSWER_SECONDS, _round_trips_seconds(rtt_ms))
    return min(usual, LONGEST_ANSWER_SECONDS) + bytes_under_way / USUAL_BYTES_PER_SECOND


def patience_seconds(rtt_ms: float | None, bytes_under_way: int) -> float:
    """How much longer than others a connection is kept from then on, because it is slow or much is under way."""
    return max(0.0, _round_trips_seconds(rtt_ms) - LONGEST_ANSWER_SECONDS) + bytes_under_way / SLOW_BYTES_PER_SECOND


def _round_trips_seconds(rtt_ms: float | None) -> float:
    return ROUND_TRIPS * (rtt_ms or 0.0) / 1000


def dialable(addresses: Iterable[str]) -> tuple[str, ...]:
    """Of what a peer says, the addresses of single hosts elsewhere: IP:PORT or [IPv6]:PORT."""
    return tuple(address for address in addresses if _is_dialable(address))


def _is_dialable(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        ip = ip_address(host.removeprefix("[").removesuffix("]"))
    except ValueError:
        return False
    elsewhere = not (ip.is_multicast or ip.is_unspecified or ip.is_loopback or ip.is_reserved)
    return elsewhere and port.isascii() and port.isdigit() and 0 < int(port) < 65_536
