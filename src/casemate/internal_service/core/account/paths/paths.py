"""The ways to peers' devices: which connections there are, what can be relied on, and what is said on them.

Whom to dial is `Dialling`'s business, whom to let in and when to give up `Admission`'s.
"""

from collections.abc import Iterator

from casemate.internal_service.core.account.context import Context, Outcome
from casemate.internal_service.core.account.paths.endpoint import Endpoint
from casemate.internal_service.core.account.paths.path import DOUBT_SECONDS, Connection, PeerPath
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import PathChanged, PeerChanged
from casemate.internal_service.core.ground.path_io import ClosePeer, SendToPeer
from casemate.internal_service.core.ground.undo import Memory, UndoDict, UndoSet
from casemate.node import Instant
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.peer import PathPing, PeerFrame


class Paths(Memory):
    def __init__(self, context: Context, endpoint: Endpoint) -> None:
        super().__init__(context.undo)
        self._context = context
        self._endpoint = endpoint
        self._paths: UndoDict[DeviceId, PeerPath] = UndoDict(context.undo)
        self.connections: UndoDict[int, Connection] = UndoDict(context.undo)
        self.fallen: UndoSet[DeviceId] = UndoSet(context.undo)
        """Devices whose path can no longer be relied on; whoever sends takes them out."""

    # ------------------------------------------------------------------------------------------------------- asking

    def path_of(self, device: DeviceId) -> PeerPath | None:
        return self._paths.get(device)

    def live(self, device: DeviceId) -> Connection | None:
        """What is said to this device goes over this connection."""
        path = self._paths.get(device)
        return None if path is None else path.live

    def is_live(self, device: DeviceId) -> bool:
        return self.live(device) is not None

    def is_healthy(self, device: DeviceId) -> bool:
        """Live, and no answer is overdue: the mailbox need not help."""
        path = self._paths.get(device)
        return path is not None and path.is_healthy

    def answering_since(self, account_id: AccountId) -> float | None:
        """Since when (wall) there is a path to them that answers, None if there is none: whoever answers is online."""
        return min((path.since for path in self.of_account(account_id) if path.answers), default=None)

    def rtt_ms(self, device: DeviceId) -> float | None:
        live = self.live(device)
        return None if live is None else live.rtt_ms

    def all(self) -> Iterator[PeerPath]:
        return iter(self._paths.values())

    def of_account(self, account_id: AccountId) -> list[PeerPath]:
        return [path for path in self._paths.values() if path.account_id == account_id]

    def may_connect(self, peer: Peer) -> bool:
        """Whether this peer may have a connection with us at all, whoever dials."""
        agreed = peer.relation == "registered" and peer.connection in ("connected", "asking")
        if not agreed or peer.blocked or peer.identity_changed:
            return False
        return peer.connect_udp_mode == "Enabled" or self._endpoint.relay_only

    # ------------------------------------------------------------------------------------------------------ sending

    def send(self, device: DeviceId, frame: PeerFrame) -> Outcome:
        """Nothing without a live connection: whatever matters is sent again over the next one, or the mailbox."""
        live = self.live(device)
        return [] if live is None else [self._send(live, frame)]

    def send_on(self, number: int, frame: PeerFrame) -> Outcome:
        connection = self.connections.get(number)
        return [] if connection is None else [self._send(connection, frame)]

    def tell_network(self) -> Outcome:
        """Our network turned out to be another than we said in the hello."""
        return [self._send(path.live, self._endpoint.network) for path in self.all() if path.live is not None]

    def ping(self, connection: Connection, now: Instant) -> Outcome:
        connection.pings += 1
        connection.pinged_at = now.monotonic
        return [self._send(connection, PathPing(connection.pings))]

    # --------------------------------------------------------------------------------------------- trust and its end

    def trust(self, device: DeviceId, now: Instant) -> Outcome:
        path = self._paths.get(device)
        if path is None or path.doubtful_since is None:
            return []
        path.trust()
        return self.tell(path, now)

    def doubt(self, device: DeviceId, now: Instant, patience_seconds: float = 0.0) -> Outcome:
        """An answer is overdue: the mailbox takes over while we ask for a sign of life."""
        path = self._paths.get(device)
        if path is None or path.live is None or path.doubtful_since is not None:
            return []
        path.doubt(now.monotonic, DOUBT_SECONDS + patience_seconds)
        self.fallen.add(device)
        return [*self.ping(path.live, now), *self.tell(path, now)]

    def next_wakeup(self) -> float | None:
        return min((due for due in (path.looks_different_at() for path in self.all()) if due is not None), default=None)

    def wakeup(self, now: Instant) -> Outcome:
        """What was unsteady is so no longer, one way or the other."""
        outcome: Outcome = []
        for path in self.all():
            due = path.looks_different_at()
            if due is not None and due <= now.monotonic:
                outcome += self.tell(path, now)
        return outcome

    # ---------------------------------------------------------------------------------------------- coming and going

    def want(self, device: DeviceId, account_id: AccountId, now: Instant) -> PeerPath:
        """The path to this device, which there is to be from now on."""
        return self._paths.setdefault(device, PeerPath(device, account_id, self._context.undo, since=now.wall))

    def end(self, path: PeerPath, code: str) -> Outcome:
        """There is to be no path to this device any more."""
        outcome: Outcome = [self.close(connection.number, code) for connection in path.connections]
        for connection in path.connections:
            del self.connections[connection.number]
        if path.dialling is not None:
            outcome.append(self.close(path.dialling, code))
        if path.connections:
            self.fallen.add(path.device)
        del self._paths[path.device]
        peer = self._context.store.peer(path.account_id)
        return outcome + ([PeerChanged(peer.cid)] if peer is not None and path.answers_told else [])

    def all_gone(self, now: Instant) -> Outcome:
        """The endpoint is closed, and with it every connection."""
        outcome: Outcome = []
        self.connections.clear()
        for path in self._paths.values():
            if path.connections:
                self.fallen.add(path.device)
            path.connections, path.dialling = (), None
            path.trust()
            outcome += self.tell(path, now, is_over=True)
        return outcome

    def close(self, number: int, code: str) -> ClosePeer:
        return ClosePeer(self._context.account_id, self._endpoint.generation, number, code)

    def tell(self, path: PeerPath, now: Instant, *, is_over: bool = False) -> Outcome:
        path.show(now, is_over=is_over)
        peer = self._context.store.peer(path.account_id)
        if peer is None:
            return []
        told, path.answers_told = path.answers_told, path.answers
        return [PathChanged(peer.cid), *([PeerChanged(peer.cid)] if path.answers_told != told else [])]

    def _send(self, connection: Connection, frame: PeerFrame) -> SendToPeer:
        return SendToPeer(self._context.account_id, self._endpoint.generation, connection.number, frame)
