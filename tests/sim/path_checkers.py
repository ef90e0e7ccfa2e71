"""What must be true of connections between computers, whatever happened to them."""

from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final, Protocol

from casemate.protocol.client.views import PathView, PeerView
from casemate.protocol.ids import Cid
from casemate.protocol.limits import PEER_UNANSWERED
from casemate.protocol.peer import Envelopes, PeerFrame, PeerHello
from tests.sim.checkers import CheckFailed, Deployment, pairs, relation_of, store_needed
from tests.sim.host import Told
from tests.sim.network import Network
from tests.sim.peer_network import PeerNetwork
from tests.sim.peer_wire import End, PeerWire
from tests.sim.people import Accepted, Person

BADGE_SECONDS: Final = 10.0
"""How long a path may be shown as if nothing were after its connection died …"""
UNSTEADY_BADGE_SECONDS: Final = 15.0
"""… and as unsteady."""
BADGE_SLACK_SECONDS: Final = 1.0
"""A death is dated by the second before."""
WAIT_SECONDS: Final = 2.0
HURRY_SLOWNESS: Final = 0.05
"""Where frames take longer than this, nobody promises two seconds."""
SAMPLE_SECONDS: Final = 0.5


class WithPaths(Deployment, Protocol):
    """What these checkers see of a world."""

    network: Network
    peers: PeerNetwork


@dataclass
class OnlyCertified:
    """Whoever's endpoint key no pinned device list certifies hears nothing; everybody else first of all a hello."""

    deployment: WithPaths

    def frame(self, wire: PeerWire, end: End, frame: PeerFrame, data: bytes) -> None:
        writer = _owner(self.deployment, end)
        key = wire.other(end).socket.key
        if writer is None or writer.account is None:
            return
        context = writer.account._context
        registered = [peer for peer in context.store.peers() if peer.relation == "registered"]
        if not any(entry.endpoint_key == key for peer in registered for entry in context.device_list(peer).devices):
            raise CheckFailed(f"{writer.name} says {type(frame).__name__} to a stranger")
        if not isinstance(frame, PeerHello) and not end.heard_hello:
            raise CheckFailed(f"{writer.name} says {type(frame).__name__} to somebody who has not said hello")


@dataclass
class BoundedWindows:
    """No more is under way to a device than it can be expected to keep."""

    deployment: WithPaths
    most: int = 0
    _under_way: dict[End, deque[int]] = field(default_factory=dict)

    def frame(self, wire: PeerWire, end: End, frame: PeerFrame, data: bytes) -> None:
        if not isinstance(frame, Envelopes):
            return
        writer, reader = _owner(self.deployment, end), _owner(self.deployment, wire.other(end))
        if writer is None or writer.store is None or reader is None:
            return
        channels = [one for one in store_needed(writer).channels() if cid_is(writer, one.account_id, reader.cid)]
        theirs = [one for one in channels if reader.device in (None, one.device)]
        landed = max((channel.delivered_up_to for channel in theirs), default=0)
        under_way = self._under_way.setdefault(end, deque())
        if under_way and frame.items[0][0] != under_way[-1] + 1:
            under_way.clear()  # it begins again: what was sent before goes through the mailbox, too
        under_way.extend(number for number, _ in frame.items)
        unanswered = {number for number in under_way if number > landed}
        self._under_way[end] = deque(sorted(unanswered))
        self.most = max(self.most, len(unanswered))
        if len(unanswered) > PEER_UNANSWERED:
            raise CheckFailed(f"{len(unanswered)} envelopes unanswered on a path")


@dataclass
class HonestBadge:
    """A path is shown only while there is a connection that works, and a moment longer."""

    deployment: WithPaths
    shown: set[str] = field(default_factory=set)

    def told(self, person: Person, told: Told) -> None:
        row = told.row
        path = row.path if isinstance(row, PeerView) else row
        peer_cid = getattr(told.notice, "cid", None)
        if isinstance(path, PathView) and peer_cid is not None:
            self._look(person, peer_cid, path)

    def look_at_all(self) -> None:
        for person, other in _both_ways(self.deployment):
            account = person.account
            peer = None if account is None or other.cid == 0 else account.peer_view(other.cid)
            if peer is not None and peer.path is not None:
                self._look(person, other.cid, peer.path)

    def _look(self, person: Person, peer_cid: Cid, path: PathView) -> None:
        self.shown.add(path.kind)
        machine = person.machine
        now = machine.agenda.now
        if path.kind == "mailbox" or machine.asleep or now - machine.awake_since < UNSTEADY_BADGE_SECONDS:
            return
        others = [one for one in self.deployment.people if one.cid == peer_cid]
        peers, direct = self.deployment.peers, path.kind == "direct"
        age = now - max(peers.worked_at(machine, other.machine, direct=direct) for other in others)
        if age > (UNSTEADY_BADGE_SECONDS if path.unsteady else BADGE_SECONDS) + BADGE_SLACK_SECONDS:
            raise CheckFailed(f"{person.name} sees a {path.kind} path to {others[0].name} {age:.1f} s after its end")


@dataclass
class NobodyWaits:
    """What is written to somebody whom the server, or a connection, reaches all the time is there soon."""

    deployment: WithPaths
    most_seconds: float = 0.0
    _since: dict[tuple[str, str, str], tuple[object, float]] = field(default_factory=dict)
    _seen: dict[str, int] = field(default_factory=dict)
    _waiting: dict[tuple[str, str], list[Accepted]] = field(default_factory=dict)

    def look_at_all(self) -> None:
        if self.deployment.network.slowness > HURRY_SLOWNESS:
            self._since.clear()
            return
        now = self.deployment.server.agenda.now
        for person in self.deployment.people:
            for message in person.accepted[self._seen.get(person.name, 0) :]:
                for reader in self.deployment.people:
                    if reader.cid == message.reader:
                        self._waiting.setdefault((person.name, reader.name), []).append(message)
            self._seen[person.name] = len(person.accepted)
        for writer, reader in _both_ways(self.deployment):
            for way, token in (("link", self._link(writer, reader)), ("path", self._path(writer, reader))):
                place = (writer.name, reader.name, way)
                if token is None:
                    self._since.pop(place, None)
                elif self._since.get(place, (None, 0.0))[0] != token:
                    self._since[place] = (token, now)
                elif now - self._since[place][1] > WAIT_SECONDS:
                    self._look(writer, reader, way, now)

    def _look(self, writer: Person, reader: Person, way: str, now: float) -> None:
        waiting = self._waiting.get((writer.name, reader.name), [])
        since = self._since[writer.name, reader.name, way][1]
        for message in list(waiting):
            was_taken_back = None in writer.changed.get(message.message_id.hex(), ())
            if was_taken_back or self._has(reader, writer, message):
                waiting.remove(message)
            elif now - max(message.at, since) > WAIT_SECONDS:
                text = f"{reader.name} has waited {now - max(message.at, since):.1f} s for {message.message_id.hex()}"
                raise CheckFailed(f"{text} although the {way} works")

    def _has(self, reader: Person, writer: Person, message: Accepted) -> bool:
        store = store_needed(reader)
        return any(row.number is not None for row in store.messages_with_id(message.message_id))

    def _link(self, writer: Person, reader: Person) -> object:
        """Which links carry it; None while one is missing."""
        if not self._are_up(writer, reader):
            return None
        links = [self.deployment.network.working(person.machine) for person in (writer, reader)]
        return None if None in links or not all(_is_online(person) for person in (writer, reader)) else tuple(links)

    def _path(self, writer: Person, reader: Person) -> object:
        """Which connection carries it; None while there is none, or one that does not work."""
        if not self._are_up(writer, reader) or _is_first_word(writer, reader):
            return None
        wires = self.deployment.peers.between(writer.machine, reader.machine)
        sound = all(wire.is_live and all(end.heard_hello for end in wire.ends) for wire in wires)
        return tuple(map(id, wires)) if wires and sound else None

    def _are_up(self, writer: Person, reader: Person) -> bool:
        for one, other in ((writer, reader), (reader, writer)):
            if one.machine.asleep or one.account is None or one.rolled_back or one.has_blocked:
                return False
            if relation_of(one, other) != ("registered", "connected"):
                return False
        return True


# --- after the calm


def unsettled_path(deployment: WithPaths) -> str | None:
    """Who should have a path and has none, or has too many; None when all is well."""
    for one, other in _both_ways(deployment):
        if relation_of(one, other) != ("registered", "connected"):
            continue
        path = _path_shown(one, other)
        if (path.kind == "mailbox" or path.unsteady) and _both_want_udp(one, other):
            return f"{one.name} has no path to {other.name}: {path.reason}"
    for one, other in pairs(deployment.people):
        wires = [wire for wire in deployment.peers.between(one.machine, other.machine) if wire.is_live]
        if not wires and relation_of(one, other) == ("registered", "connected") and _both_want_udp(one, other):
            return f"no connection between {one.name} and {other.name}"
        if len(wires) > 1:
            return f"{len(wires)} connections between {one.name} and {other.name}"
    return None


def _path_shown(person: Person, other: Person) -> PathView:
    assert person.account is not None
    peer = person.account.peer_view(other.cid)
    assert peer is not None
    assert peer.path is not None
    return peer.path


def _both_want_udp(one: Person, other: Person) -> bool:
    rows = [store_needed(one).peer_by_cid(other.cid), store_needed(other).peer_by_cid(one.cid)]
    return all(row is not None and row.connect_udp_mode == "Enabled" for row in rows)


# --- helpers


def _both_ways(deployment: Deployment) -> Iterator[tuple[Person, Person]]:
    for one, other in pairs(deployment.people):
        yield one, other
        yield other, one


def _owner(deployment: Deployment, end: End) -> Person | None:
    return next((person for person in deployment.people if person.machine is end.socket.machine), None)


def cid_is(person: Person, account_id: bytes, cid: Cid) -> bool:
    peer = store_needed(person).peer_by_cid(cid)
    return peer is not None and peer.account_id == account_id


def _is_first_word(writer: Person, reader: Person) -> bool:
    """Nothing was sealed for that device yet: its keys are the server's to give."""
    channel = None if reader.device is None else store_needed(writer).channel(reader.device)
    return reader.device is not None and (channel is None or channel.next_number == 1)


def _is_online(person: Person) -> bool:
    return person.account is not None and person.account.link_view().state == "online"
