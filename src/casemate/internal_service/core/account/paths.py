"""Connections to peers' devices: whom to dial and when, who may come in, which connection counts, when one is given up.

What travels on them is not decided here: `PeerEvents` takes note of `fallen` and `risen` and of what arrives.
"""

from collections.abc import Iterator
from typing import Final

from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.account.contents import PathNote
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.endpoint import Endpoint
from casemate.internal_service.core.account.link import Link
from casemate.internal_service.core.account.path import (
    DIAL_SECONDS,
    DOUBT_SECONDS,
    GIVE_WAY_SECONDS,
    HEARTBEAT_SECONDS,
    HELLO_SECONDS,
    STEADY_SECONDS,
    Connection,
    PeerPath,
    dialable,
)
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.notices import PathChanged
from casemate.internal_service.core.path_io import (
    ClosePeer,
    DialPeer,
    EndpointClosed,
    PeerClosed,
    PeerConnected,
    PeerRouteSeen,
    SendToPeer,
)
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.peer import Network, PeerFrame, PeerHello, Ping
from casemate.protocol.versions import PEER_VERSIONS, NoCommonVersion, highest_common

CONNECTIONS_PER_DEVICE: Final = 2
UNGREETED_PER_DEVICE: Final = 4
LAN_SECONDS: Final = 1_800.0
"""How long somebody who was seen on the local network is dialled there."""


class Paths:
    def __init__(self, context: Context, link: Link, endpoint: Endpoint) -> None:
        self._context = context
        self._link = link
        self._endpoint = endpoint
        self._paths: dict[DeviceId, PeerPath] = {}
        self._connections: dict[int, Connection] = {}
        self._last_dialled = 0
        self._looked_at: object = None
        """Link, endpoint and settings as they were when everybody's path was last looked at."""
        self.fallen: set[DeviceId] = set()
        """Devices whose path can no longer be relied on; whoever sends takes them out."""

    # ------------------------------------------------------------------------------------------------------- asking

    def path_of(self, device: DeviceId) -> PeerPath | None:
        return self._paths.get(device)

    def is_live(self, device: DeviceId) -> bool:
        path = self._paths.get(device)
        return path is not None and path.live is not None

    def is_healthy(self, device: DeviceId) -> bool:
        """Live, and no answer is overdue: the mailbox need not help."""
        path = self._paths.get(device)
        return path is not None and path.is_healthy

    def rtt_ms(self, device: DeviceId) -> float | None:
        path = self._paths.get(device)
        return None if path is None or path.live is None else path.live.rtt_ms

    def all(self) -> Iterator[PeerPath]:
        return iter(self._paths.values())

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, device: DeviceId, frame: PeerFrame) -> Outcome:
        """Nothing without a live connection: whatever matters is sent again over the next one, or the mailbox."""
        path = self._paths.get(device)
        return [] if path is None or path.live is None else [self._send(path.live, frame)]

    def send_on(self, number: int, frame: PeerFrame) -> Outcome:
        connection = self._connections.get(number)
        return [] if connection is None else [self._send(connection, frame)]

    def tell_network(self) -> Outcome:
        """Our network turned out to be another than we said in the hello."""
        return [self._send(path.live, self._endpoint.network) for path in self.all() if path.live is not None]

    # ------------------------------------------------------------------------------------------------- whom to dial

    def review(self, now: Instant) -> Outcome:
        """Look at the peers whose rows changed, or at all of them when the link or the endpoint changed."""
        outcome = self._endpoint.review(now)
        if outcome:
            outcome += self._all_gone(now)
        peers = [self._context.store.peer(account_id) for account_id in self._context.changed_peers]
        self._context.changed_peers.clear()
        situation = self._situation()
        if situation != self._looked_at:
            self._looked_at = situation
            peers = list(self._context.store.peers())
        for peer in peers:
            if peer is not None:
                outcome += self.look_at(peer, now)
        return outcome

    def _situation(self) -> object:
        profile = self._context.profile
        terms = (profile.paths, profile.relay_only, profile.appear_offline, profile.enrolled)
        return (self._link.stage, terms, self._endpoint.is_open, self._endpoint.generation)

    def look_at(self, peer: Peer, now: Instant) -> Outcome:
        """Dial this peer if there should be a path and is none; end what should not be."""
        outcome: Outcome = []
        device = self._context.device_of(peer)
        for other in [path for path in self._paths.values() if path.account_id == peer.account_id]:
            if other.device != device or not self._may_connect(peer):
                outcome += self._end(other, "not_connected")
        if peer.connection != "connected" or not self._may_connect(peer):
            return outcome
        path = self._paths.setdefault(device, PeerPath(device, peer.account_id, since=now.wall))
        return outcome + self._dial_if_due(peer, path, now)

    def _may_connect(self, peer: Peer) -> bool:
        """Whether this peer may have a connection with us at all, whoever dials."""
        agreed = peer.relation == "registered" and peer.connection in ("connected", "asking")
        if not agreed or peer.blocked or peer.identity_changed:
            return False
        return peer.connect_udp_mode == "Enabled" or self._endpoint.relay_only

    def _dial_if_due(self, peer: Peer, path: PeerPath, now: Instant) -> Outcome:
        busy = path.connections or path.dialling is not None
        if busy or not self._endpoint.is_open or not self._is_near(path, now) or path.retry_at > now.monotonic:
            return []
        if not path.gave_way and self._context.device.device_id > path.device:
            path.gave_way = True
            path.retry_at = now.monotonic + GIVE_WAY_SECONDS
            return []
        self._last_dialled += 2
        path.dialling, path.dial_until, path.retry_at = self._last_dialled, now.monotonic + DIAL_SECONDS, 0.0
        key = self._context.device_list(peer).device(path.device).endpoint_key
        addresses = () if self._endpoint.relay_only else path.addresses
        where = (self._context.account_id, self._endpoint.generation, path.dialling)
        return [DialPeer(*where, key, addresses), PathChanged(peer.cid)]

    def _is_near(self, path: PeerPath, now: Instant) -> bool:
        """Whether there is reason to believe that somebody answers."""
        presence = self._context.store.presence(path.account_id)
        online = presence is not None and presence.online
        seen = path.on_lan_until > now.monotonic
        return online or seen or (self._link.stage == "away" and bool(path.addresses))

    def near_again(self, account_id: AccountId, now: Instant) -> Outcome:
        """They came online, or moved: do not wait for the next attempt."""
        peer = self._context.store.peer(account_id)
        if peer is None:
            return []
        for path in [path for path in self._paths.values() if path.account_id == account_id]:
            path.attempt, path.retry_at, path.gave_way = 0, 0.0, False
        return self.look_at(peer, now)

    def seen_at(self, device: DeviceId, addresses: tuple[str, ...], now: Instant, *, on_lan: bool) -> Outcome:
        """Where a peer's device says it is, or where it was seen on the local network."""
        path = self._paths.get(device)
        if path is None:
            return []
        is_news = addresses != path.addresses or (on_lan and path.on_lan_until <= now.monotonic)
        path.addresses = addresses
        if on_lan:
            path.on_lan_until = now.monotonic + LAN_SECONDS
        return self.near_again(path.account_id, now) if is_news else []

    def noted(self, device: DeviceId, note: PathNote, now: Instant) -> Outcome:
        """A peer's device says where it may be reached now."""
        again = self._endpoint.observe_again(now) if note.again else []
        return again + self.seen_at(device, dialable(note.addresses), now, on_lan=False)

    # ------------------------------------------------------------------------------------------------------ coming in

    def connected(self, event: PeerConnected, now: Instant) -> Outcome:
        """QUIC is through: whose key it is must be known before a word is said."""
        found = self._owner(event.endpoint_key)
        path = None if found is None else self._paths.get(found[1])
        if path is not None and path.dialling == event.connection:
            path.dialling = None
        if found is None or (event.dialled and path is None):
            return [self._close(event.connection, "refused")]
        device = found[1]
        if sum(not one.greeted for one in self._connections.values() if one.device == device) >= UNGREETED_PER_DEVICE:
            return [self._close(event.connection, "refused")]
        self._connections[event.connection] = Connection(
            event.connection, device, event.endpoint_key, now.monotonic, heard_at=now.monotonic
        )
        channel = self._context.store.channel(device)
        hello = PeerHello(
            versions=PEER_VERSIONS,
            features=[],
            account_id=self._context.account_id,
            device_id=self._context.device.device_id,
            to=device,
            seen_up_to=0 if channel is None else channel.seen_up_to,
            network=self._endpoint.network,
        )
        return [self._send(self._connections[event.connection], hello)]

    def _owner(self, endpoint_key: Ed25519Public) -> tuple[Peer, DeviceId] | None:
        """The peer, if it may connect, and its device whose certified endpoint key this is."""
        for peer in self._context.store.peers():
            if self._may_connect(peer):
                device = self._context.device_of(peer)
                if self._context.device_list(peer).device(device).endpoint_key == endpoint_key:
                    return peer, device
        return None

    def greeted(self, number: int, hello: PeerHello, now: Instant) -> tuple[DeviceId | None, Outcome]:
        """The other end says who it is. Returns the device that has a path from now on. Raises PeerBrokeProtocol."""
        connection = self._connections.get(number)
        if connection is None:
            return None, []
        if connection.greeted:
            raise PeerBrokeProtocol("a second hello")
        owner = self._owner(connection.endpoint_key)
        ours = self._context.device.device_id
        claim = (hello.account_id, hello.device_id, hello.to)
        if owner is None or claim != (owner[0].account_id, connection.device, ours):
            return None, self._drop(connection, "refused", now, dial_at_once=False)
        try:
            highest_common(PEER_VERSIONS, hello.versions, our_name="ours", their_name="theirs")
        except NoCommonVersion:
            return None, self._drop(connection, "version", now, dial_at_once=False)
        path = self._paths.setdefault(
            connection.device, PeerPath(connection.device, owner[0].account_id, since=now.wall)
        )
        path.their_network = hello.network
        return connection.device, self._count(path, connection, now) + self._tell(path, now)

    def _count(self, path: PeerPath, connection: Connection, now: Instant) -> Outcome:
        """One more connection of a device: the smaller id decides that the newest counts and ends the others."""
        connection.greeted = True
        connection.heard_at = now.monotonic
        path.connections.append(connection)
        path.history.clear()
        path.trust()
        path.gave_way, path.failures = False, 0
        most = 1 if self._context.device.device_id < path.device else CONNECTIONS_PER_DEVICE
        outcome: Outcome = []
        for older in path.connections[:-most]:
            outcome += self._drop(older, "replaced", now, dial_at_once=False)
        return outcome

    def has_greeted(self, number: int) -> Connection | None:
        """The connection, if its hello is done. Raises PeerBrokeProtocol when it is too early for anything else."""
        connection = self._connections.get(number)
        if connection is not None and not connection.greeted:
            raise PeerBrokeProtocol("a frame before the hello")
        return connection

    # ------------------------------------------------------------------------------------------------- signs of life

    def heard(self, connection: Connection, now: Instant) -> None:
        connection.heard_at = now.monotonic

    def answered(self, connection: Connection, count: int, now: Instant) -> Outcome:
        """A pong for the newest ping: everything sent before it has arrived."""
        if count != connection.pings:
            return []
        connection.pinged_at = None
        return self.trust(connection.device, now)

    def trust(self, device: DeviceId, now: Instant) -> Outcome:
        path = self._paths.get(device)
        if path is None or path.doubtful_since is None:
            return []
        path.trust()
        return self._tell(path, now)

    def doubt(self, device: DeviceId, now: Instant, patience_seconds: float = 0.0) -> Outcome:
        """An answer is overdue: the mailbox takes over while we ask for a sign of life."""
        path = self._paths.get(device)
        if path is None or path.live is None or path.doubtful_since is not None:
            return []
        path.doubt(now.monotonic, DOUBT_SECONDS + patience_seconds)
        self.fallen.add(device)
        return [*self._ping(path.live, now), *self._tell(path, now)]

    def route_seen(self, event: PeerRouteSeen, now: Instant) -> Outcome:
        connection = self._connections.get(event.connection)
        if connection is None:
            return []
        connection.direct, connection.rtt_ms = event.direct, event.rtt_ms
        path = self._paths.get(connection.device)
        if path is None or path.live is not connection:
            return []
        path.history.append(event.rtt_ms)
        return self._tell(path, now)

    def told_network(self, connection: Connection, network: Network, now: Instant) -> Outcome:
        path = self._paths.get(connection.device)
        if path is None:
            return []
        path.their_network = network
        return self._tell(path, now)

    # ------------------------------------------------------------------------------------------------------- the end

    def closed(self, event: PeerClosed, now: Instant) -> Outcome:
        """A connection ended, or an attempt did."""
        connection = self._connections.pop(event.connection, None)
        if connection is None:
            return self._attempt_failed(event.connection, now)
        return self._lost(connection, now, dial_at_once=event.code not in ("refused", "not_connected", "bye"))

    def _attempt_failed(self, number: int, now: Instant) -> Outcome:
        for path in self._paths.values():
            if path.dialling == number:
                path.dialling = None
                path.failed(now.monotonic, self._random())
                return self._tell(path, now)
        return []

    def _lost(self, connection: Connection, now: Instant, *, dial_at_once: bool) -> Outcome:
        path = self._paths.get(connection.device)
        if path is None:
            return []
        was_live = path.live is connection
        path.connections = [other for other in path.connections if other is not connection]
        if not connection.greeted or not was_live:
            if not path.connections:
                path.failed(now.monotonic, self._random())
            return []
        path.trust()
        self.fallen.add(path.device)
        steady = now.monotonic - connection.opened_at >= STEADY_SECONDS
        if dial_at_once and (steady or path.attempt == 0):
            # Whoever notices dials, whatever its id: the other side may not know yet.
            path.attempt, path.retry_at, path.gave_way = (0 if steady else 1), 0.0, True
        else:
            path.failed(now.monotonic, self._random())
        peer = self._context.store.peer(path.account_id)
        return self._tell(path, now) + ([] if peer is None else self.look_at(peer, now))

    def endpoint_closed(self, event: EndpointClosed, now: Instant) -> Outcome:
        self._endpoint.closed(event, now)
        return self._all_gone(now)

    def _all_gone(self, now: Instant) -> Outcome:
        """The endpoint is closed, and with it every connection."""
        outcome: Outcome = []
        self._connections.clear()
        for path in self._paths.values():
            if path.connections:
                self.fallen.add(path.device)
            path.connections, path.dialling = [], None
            path.trust()
            outcome += self._tell(path, now)
        return outcome

    def drop(self, number: int, code: str, now: Instant) -> Outcome:
        """End a connection for what came on it."""
        connection = self._connections.get(number)
        return [] if connection is None else self._drop(connection, code, now, dial_at_once=False)

    def _drop(self, connection: Connection, code: str, now: Instant, *, dial_at_once: bool) -> Outcome:
        del self._connections[connection.number]
        return [self._close(connection.number, code), *self._lost(connection, now, dial_at_once=dial_at_once)]

    def _end(self, path: PeerPath, code: str) -> Outcome:
        """There is to be no path to this device any more."""
        outcome: Outcome = [self._close(connection.number, code) for connection in path.connections]
        for connection in path.connections:
            del self._connections[connection.number]
        if path.dialling is not None:
            outcome.append(self._close(path.dialling, code))
        if path.connections:
            self.fallen.add(path.device)
        del self._paths[path.device]
        return outcome

    def forget(self) -> None:
        """An event was undone, and with it perhaps what it did about a path: look at everybody again."""
        self._looked_at = None

    # ---------------------------------------------------------------------------------------------------------- time

    def next_wakeup(self) -> float | None:
        if self._context.changed_peers or self._situation() != self._looked_at:
            return 0.0
        dues = [self._endpoint.next_wakeup(), *map(self._due, self._paths.values())]
        dues += [one.opened_at + HELLO_SECONDS for one in self._connections.values() if not one.greeted]
        return min((due for due in dues if due is not None), default=None)

    def _due(self, path: PeerPath) -> float | None:
        due = path.next_due()
        waits = due is None and path.retry_at > 0.0 and self._endpoint.is_open
        return path.retry_at if waits else due

    def wakeup(self, now: Instant) -> Outcome:
        outcome = self._endpoint.wakeup(now) + self.review(now)
        for connection in list(self._connections.values()):
            if not connection.greeted and connection.opened_at + HELLO_SECONDS <= now.monotonic:
                outcome += self._drop(connection, "no_answer", now, dial_at_once=False)
        for path in list(self._paths.values()):
            outcome += self._time_passed(path, now)
        return outcome

    def _time_passed(self, path: PeerPath, now: Instant) -> Outcome:
        live = path.live
        if live is None:
            if path.dialling is not None and path.dial_until <= now.monotonic:
                return [self._close(path.dialling, "no_answer"), *self._attempt_failed(path.dialling, now)]
            peer = self._context.store.peer(path.account_id)
            return [] if peer is None else self._retry(peer, path, now)
        if path.doubtful_since is not None and path.close_at <= now.monotonic:
            again = self._endpoint.observe_again(now)
            return again + self._drop(live, "no_answer", now, dial_at_once=True)
        if live.pinged_at is not None and live.pinged_at + HEARTBEAT_SECONDS <= now.monotonic:
            path.doubt(now.monotonic, HEARTBEAT_SECONDS)
            self.fallen.add(path.device)
            return self._ping(live, now) + self._tell(path, now)
        if live.pinged_at is None and live.heard_at + HEARTBEAT_SECONDS <= now.monotonic:
            return self._ping(live, now)
        return []

    def _retry(self, peer: Peer, path: PeerPath, now: Instant) -> Outcome:
        due = path.retry_at > 0.0 and path.retry_at <= now.monotonic
        if not due:
            return []
        outcome = self.look_at(peer, now)
        if path.dialling is None and path.retry_at <= now.monotonic:
            path.retry_at = 0.0  # nobody is near: whatever changes that looks again
        return outcome

    # ------------------------------------------------------------------------------------------------------- helpers

    def _ping(self, connection: Connection, now: Instant) -> Outcome:
        connection.pings += 1
        connection.pinged_at = now.monotonic
        return [self._send(connection, Ping(connection.pings))]

    def _tell(self, path: PeerPath, now: Instant) -> Outcome:
        path.show(now.wall)
        peer = self._context.store.peer(path.account_id)
        return [] if peer is None else [PathChanged(peer.cid)]

    def _random(self) -> float:
        return int.from_bytes(self._context.entropy(4), "big") / 2**32

    def _send(self, connection: Connection, frame: PeerFrame) -> SendToPeer:
        return SendToPeer(self._context.account_id, self._endpoint.generation, connection.number, frame)

    def _close(self, number: int, code: str) -> ClosePeer:
        return ClosePeer(self._context.account_id, self._endpoint.generation, number, code)
