"""Connections to peers' devices: who may come in, which one counts, and when one is given up."""

from collections.abc import Mapping
from typing import Final

from casemate.crypto.keys import Ed25519Public
from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.paths.dialling import Dialling
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import (
    HEARTBEAT_SECONDS,
    HELLO_SECONDS,
    HISTORY_KEPT,
    STEADY_SECONDS,
    Connection,
    PeerPath,
)
from casemate.internal_service.core.account.paths.paths import Paths
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.path_io import PeerClosed, PeerConnected, PeerRouteSeen
from casemate.internal_service.core.ground.undo import Memory, UndoDict
from casemate.node import Instant
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.peer import Network, PeerHello
from casemate.protocol.versions import PEER_VERSIONS, NoCommonVersion, highest_common

CONNECTIONS_PER_DEVICE: Final = 2
UNGREETED_PER_DEVICE: Final = 4
KNOCKS: Final = 20
KNOCKS_SECONDS: Final = 10.0
"""So many connections of one device are let in within that time."""
GOODBYES: Final = frozenset({"refused", "bye"})
"""Words of a peer after which there is no doubt that the path is gone."""
LEFT_ALONE: Final = frozenset({"refused", "bye", "replaced"})
"""Words of a peer after which it is not dialled at once: it does not want us, leaves, or has another connection."""


class Admission(Memory):
    def __init__(self, context: Context, endpoint: Endpoint, paths: Paths, dialling: Dialling) -> None:
        super().__init__(context.undo)
        self._context = context
        self._endpoint = endpoint
        self._paths = paths
        self._dialling = dialling
        self._owners: Mapping[Ed25519Public, tuple[AccountId, DeviceId]] = {}
        """Whose endpoint keys are known: anybody can knock, and whoever it is shall not make us look at everybody."""
        self._keys_version = -1
        self._knocks: UndoDict[DeviceId, tuple[int, float]] = UndoDict(context.undo)
        """How many connections of a device came in since when (monotonic)."""

    # ------------------------------------------------------------------------------------------------------ coming in

    def connected(self, event: PeerConnected, now: Instant) -> Outcome:
        """QUIC is through: whose key it is must be known before a word is said."""
        found = self._owner(event.endpoint_key)
        path = None if found is None else self._paths.path_of(found[1])
        if path is not None and path.dialling == event.connection:
            path.dialling = None
        if found is None or (event.dialled and path is None):
            return [self._paths.close(event.connection, "refused")]
        device = found[1]
        silent = [one for one in self._paths.connections.values() if one.device == device and not one.greeted]
        if len(silent) >= UNGREETED_PER_DEVICE or (not event.dialled and self._knocks_too_often(device, now)):
            return [self._paths.close(event.connection, "refused")]
        self._paths.connections[event.connection] = Connection(
            event.connection, device, event.endpoint_key, now.monotonic, self._context.undo, heard_at=now.monotonic
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
            opened=() if channel is None else (channel.opened, *channel.opened_before),
        )
        return self._paths.send_on(event.connection, hello)

    def _knocks_too_often(self, device: DeviceId, now: Instant) -> bool:
        """Each connection gets all that is under way once more, which is a lot to ask for by a few packets."""
        knocks, since = self._knocks.get(device, (0, now.monotonic))
        if since + KNOCKS_SECONDS <= now.monotonic:
            knocks, since = 0, now.monotonic
        self._knocks[device] = (knocks + 1, since)
        return knocks >= KNOCKS

    def _owner(self, endpoint_key: Ed25519Public) -> tuple[Peer, DeviceId] | None:
        """The peer, if it may connect, and its device whose certified endpoint key this is."""
        if self._keys_version != self._context.peers_version:
            self._keys_version = self._context.peers_version
            registered = [peer for peer in self._context.store.peers() if peer.relation == "registered"]
            self._owners = {
                entry.endpoint_key: (peer.account_id, entry.device_id)
                for peer in registered
                for entry in self._context.device_list(peer).devices
            }
        owner = self._owners.get(endpoint_key)
        peer = None if owner is None else self._context.store.peer(owner[0])
        return None if owner is None or peer is None or not self._paths.may_connect(peer) else (peer, owner[1])

    def greeted(self, number: int, hello: PeerHello, now: Instant) -> tuple[DeviceId | None, Outcome]:
        """The other end says who it is. Returns the device that has a path from now on."""
        connection = self._paths.connections.get(number)
        if connection is None:
            return None, [self._paths.close(number, "refused")]
        if connection.greeted:
            return None, self._drop(connection, "broke_protocol", now, dial_at_once=False)
        owner = self._owner(connection.endpoint_key)
        ours = self._context.device.device_id
        claim = (hello.account_id, hello.device_id, hello.to)
        if owner is None or claim != (owner[0].account_id, connection.device, ours):
            return None, self._drop(connection, "refused", now, dial_at_once=False)
        try:
            highest_common(PEER_VERSIONS, hello.versions, our_name="ours", their_name="theirs")
        except NoCommonVersion:
            return None, self._drop(connection, "version", now, dial_at_once=False)
        path = self._paths.want(connection.device, owner[0].account_id, now)
        path.their_network = hello.network
        return connection.device, self._count(path, connection, now) + self._paths.tell(path, now)

    def _count(self, path: PeerPath, connection: Connection, now: Instant) -> Outcome:
        """One more connection of a device: the smaller id decides that the newest counts and ends the others."""
        connection.greeted = True
        connection.heard_at = now.monotonic
        path.connections = (*path.connections, connection)
        path.history = ()
        path.trust()
        path.gave_way, path.failures = False, 0
        most = 1 if self._context.device.device_id < path.device else CONNECTIONS_PER_DEVICE
        outcome: Outcome = []
        for older in path.connections[:-most]:
            outcome += self._drop(older, "replaced", now, dial_at_once=False)
        return outcome

    def greeted_or_closed(self, number: int, now: Instant) -> tuple[Connection | None, Outcome]:
        """The connection, if its hello is done; else it ends, since it is too early for anything else.

        Not by an exception: that would undo the event, and make the account forget what is under way to others.
        """
        connection = self._paths.connections.get(number)
        if connection is None:
            return None, [self._paths.close(number, "refused")]
        if not connection.greeted:
            return None, self._drop(connection, "broke_protocol", now, dial_at_once=False)
        return connection, []

    # ------------------------------------------------------------------------------------------------- signs of life

    def heard(self, connection: Connection, now: Instant) -> None:
        """A frame is a sign of life, too: the answer that is overdue may wait behind it on a slow uplink."""
        connection.heard_at = now.monotonic
        path = self._paths.path_of(connection.device)
        if path is not None and path.live is connection:
            path.close_at = max(path.close_at, now.monotonic + 2 * HEARTBEAT_SECONDS)

    def answered(self, connection: Connection, count: int, now: Instant) -> Outcome:
        """A pong for the newest ping: everything sent before it has arrived."""
        if count != connection.pings:
            return []
        connection.pinged_at = None
        return self._paths.trust(connection.device, now)

    def route_seen(self, event: PeerRouteSeen, now: Instant) -> Outcome:
        connection = self._paths.connections.get(event.connection)
        if connection is None:
            return [self._paths.close(event.connection, "refused")]  # if it was closed, that did not get through
        connection.direct, connection.rtt_ms = event.direct, event.rtt_ms
        path = self._paths.path_of(connection.device)
        if path is None or path.live is not connection:
            return []
        path.history = (*path.history, event.rtt_ms)[-HISTORY_KEPT:]
        return self._paths.tell(path, now)

    def told_network(self, connection: Connection, network: Network, now: Instant) -> Outcome:
        path = self._paths.path_of(connection.device)
        if path is None:
            return []
        was, path.their_network = path.their_network, network
        # A hole is punched from both sides, or not at all: when theirs can be again, ours is tried with it.
        again = self._endpoint.observe_again(now) if (was.udp, network.udp) == ("blocked", "open") else []
        return again + self._paths.tell(path, now)

    # ------------------------------------------------------------------------------------------------------- the end

    def closed(self, event: PeerClosed, now: Instant) -> Outcome:
        """A connection ended, or an attempt did."""
        connection = self._paths.connections.pop(event.connection, None)
        if connection is None:
            return self._dialling.attempt_failed(event.connection, now)
        return self._lost(connection, now, dial_at_once=event.code not in LEFT_ALONE, is_over=event.code in GOODBYES)

    def drop(self, number: int, code: str, now: Instant) -> Outcome:
        """End a connection for what came on it."""
        connection = self._paths.connections.get(number)
        return [] if connection is None else self._drop(connection, code, now, dial_at_once=False)

    def failed(self, number: int, now: Instant) -> Outcome:
        """What came of it was undone by a fault of ours: it ends, whatever it was, and another one is dialled."""
        connection = self._paths.connections.get(number)
        if connection is not None:
            return self._drop(connection, "no_answer", now, dial_at_once=True)
        return [self._paths.close(number, "no_answer"), *self._dialling.attempt_failed(number, now)]

    def _drop(self, connection: Connection, code: str, now: Instant, *, dial_at_once: bool) -> Outcome:
        del self._paths.connections[connection.number]
        return [self._paths.close(connection.number, code), *self._lost(connection, now, dial_at_once=dial_at_once)]

    def _lost(self, connection: Connection, now: Instant, *, dial_at_once: bool, is_over: bool = False) -> Outcome:
        path = self._paths.path_of(connection.device)
        if path is None:
            return []
        was_live = path.live is connection
        path.connections = tuple(other for other in path.connections if other is not connection)
        if not was_live:
            if not path.connections:
                self._dialling.rest(path, now)
            return []
        path.trust()
        self._paths.fallen.add(path.device)
        steady = now.monotonic - connection.opened_at >= STEADY_SECONDS
        if dial_at_once and (steady or path.attempt == 0):
            # Whoever notices dials, whatever its id: the other side may not know yet.
            path.attempt, path.retry_at, path.gave_way = (0 if steady else 1), 0.0, True
        else:
            self._dialling.rest(path, now)
        outcome: Outcome = []
        if path.live is not None and path.live.heard_at + HEARTBEAT_SECONDS <= now.monotonic:
            # Nobody asked the older one for a sign of life: it may have died as well.
            outcome = self._paths.doubt(path.device, now)
        peer = self._context.store.peer(path.account_id)
        outcome += self._paths.tell(path, now, is_over=is_over and path.live is None)
        return outcome + ([] if peer is None else self._dialling.look_at(peer, now))

    # ---------------------------------------------------------------------------------------------------------- time

    def next_wakeup(self) -> float | None:
        dues = [one.opened_at + HELLO_SECONDS for one in self._paths.connections.values() if not one.greeted]
        dues += [due for path in self._paths.all() if (due := path.next_due()) is not None]
        return min(dues, default=None)

    def wakeup(self, now: Instant) -> Outcome:
        outcome: Outcome = []
        for connection in list(self._paths.connections.values()):
            if not connection.greeted and connection.opened_at + HELLO_SECONDS <= now.monotonic:
                outcome += self._drop(connection, "no_answer", now, dial_at_once=False)
        for path in list(self._paths.all()):
            if path.live is not None:
                outcome += self._listen_for(path, path.live, now)
        return outcome

    def _listen_for(self, path: PeerPath, live: Connection, now: Instant) -> Outcome:
        """Ask for a sign of life when none came for a while; end what stays silent."""
        if path.doubtful_since is not None and path.close_at <= now.monotonic:
            again = self._endpoint.observe_again(now)
            return again + self._drop(live, "no_answer", now, dial_at_once=True)
        if live.pinged_at is not None and live.pinged_at + HEARTBEAT_SECONDS <= now.monotonic:
            # Whoever was heard after the ping is given as long as if that had been heard during the doubt.
            heard_lately = live.heard_at + 2 * HEARTBEAT_SECONDS - now.monotonic
            path.doubt(now.monotonic, max(HEARTBEAT_SECONDS, heard_lately))
            self._paths.fallen.add(path.device)
            return self._paths.ping(live, now) + self._paths.tell(path, now)
        if live.pinged_at is None and live.heard_at + HEARTBEAT_SECONDS <= now.monotonic:
            return self._paths.ping(live, now)
        return []
