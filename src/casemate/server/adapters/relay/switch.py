"""Who is at the relay, and the way of a datagram from one to another."""

import asyncio
from dataclasses import dataclass, field
from functools import partial

from aiohttp import WSCloseCode

from casemate.crypto.keys import Ed25519Public
from casemate.protocol.ids import AccountId
from casemate.server.adapters.relay import frames
from casemate.server.adapters.relay.connection import RelayConnection
from casemate.server.adapters.relay.limits import (
    BURST_SECONDS,
    FRAMES_PER_SECOND,
    HELD_BYTES,
    HELD_DATAGRAMS,
    PEERS_REMEMBERED,
    QUESTIONS_PER_SECOND,
    Allowance,
    queue_bytes,
)
from casemate.server.adapters.relay.metrics import RelayMetrics
from casemate.server.adapters.relay.verdicts import Verdicts


@dataclass(slots=True, eq=False)
class Member:
    """An account with endpoints here; its limits are theirs together."""

    account_id: AccountId
    bytes: Allowance
    frames: Allowance
    questions: Allowance
    peers: set[AccountId] = field(default_factory=set)
    """Accounts with endpoints here that it may reach. Each of them has this one in its own set."""
    connections: set[RelayConnection] = field(default_factory=set)


class Switch:
    """On the event loop. Nobody learns more of an endpoint that may not be reached than of one that is not here."""

    def __init__(self, verdicts: Verdicts, metrics: RelayMetrics, bytes_per_second: float) -> None:
        self._verdicts = verdicts
        self._metrics = metrics
        self._bytes_per_second = bytes_per_second
        self._members: dict[AccountId, Member] = {}
        self._served: dict[Ed25519Public, tuple[RelayConnection, Member]] = {}
        self._replaced: dict[Ed25519Public, RelayConnection] = {}
        self._queue_bytes = queue_bytes(0)

    def __len__(self) -> int:
        return len(self._served)

    @property
    def accounts(self) -> int:
        return sum(1 for member in self._members.values() if member.connections)

    def enter(self, connection: RelayConnection, account_id: AccountId) -> Member:
        """Serve this connection, in place of the one that its key had."""
        previous = self._served.get(connection.key)
        if previous is not None:
            self._replace(*previous)
        member = self._members.get(account_id)
        if member is None:
            member = self._members[account_id] = self._new_member(account_id)
        member.connections.add(connection)
        self._served[connection.key] = (connection, member)
        connection.is_served = True
        connection.queue_bytes = self._queue_bytes
        self._share_queues()
        return member

    def leave(self, connection: RelayConnection) -> None:
        """It is gone. Harmless to repeat."""
        if self._replaced.get(connection.key) is connection:
            del self._replaced[connection.key]
        served = self._served.get(connection.key)
        if served is None or served[0] is not connection:
            return
        self._remove(*served)
        # The one that was replaced comes back by itself once it is let go.
        if (replaced := self._replaced.pop(connection.key, None)) is not None:
            replaced.end(WSCloseCode.TRY_AGAIN_LATER)
        self._share_queues()

    def forward(self, sender: RelayConnection, member: Member, datagram: bytes) -> None:
        """To its destination; what may not go there is answered as if nobody was there."""
        if not sender.is_served:
            self._metrics.dropped["not_served"] += 1
            return
        found = self._served.get(frames.destination(datagram))
        if found is not None and found[1].account_id in member.peers:
            self._pass_on(sender, found[0], datagram)
        else:
            self._hold(sender, member, datagram)

    def account_changed(self, account_id: AccountId) -> None:
        """Nothing that was known of it counts any more."""
        member = self._members.get(account_id)
        if member is None:
            return
        self._forget_peers(member)
        for connection in list(member.connections):
            self._verdicts.ask_endpoint(connection.key, partial(self._certified_again, connection, account_id))

    def end_all(self) -> None:
        """The server stops."""
        for connection in [*(served for served, _ in self._served.values()), *self._replaced.values()]:
            connection.end(WSCloseCode.GOING_AWAY)

    def _pass_on(self, sender: RelayConnection, target: RelayConnection, datagram: bytes) -> None:
        if target.pass_on(sender.prefixes[datagram[0]], memoryview(datagram)[frames.PAYLOAD_AT :]):
            self._metrics.frames += 1
            self._metrics.bytes += len(datagram)
        else:
            self._metrics.dropped["queue_full"] += 1

    def _hold(self, sender: RelayConnection, member: Member, datagram: bytes) -> None:
        """Until the core has spoken: the first packet of a connection is only repeated after a second."""
        destination = frames.destination(datagram)
        if destination not in sender.held and not self._ask(sender, member, destination):
            return
        if sender.held_frames >= HELD_DATAGRAMS or sender.held_bytes + len(datagram) > HELD_BYTES:
            self._metrics.dropped["held_full"] += 1
            return
        sender.held[destination].append(datagram)
        sender.held_frames += 1
        sender.held_bytes += len(datagram)
        self._metrics.held += 1

    def _ask(self, sender: RelayConnection, member: Member, destination: Ed25519Public) -> bool:
        # Asked whether or not somebody is there: the answer takes as long for those who may not be reached.
        allowance = member.questions
        if allowance.wait_seconds(asyncio.get_running_loop().time()) > 0:
            self._metrics.dropped["too_many_questions"] += 1
            return False
        allowance.left -= 1
        if not self._verdicts.ask_pair(sender.key, destination, partial(self._pair_answered, sender, destination)):
            self._metrics.dropped["busy"] += 1
            return False
        sender.held[destination] = []
        return True

    def _pair_answered(self, sender: RelayConnection, destination: Ed25519Public, account_id: AccountId | None) -> None:
        waited = sender.take_held(destination)
        if not sender.is_served:
            return
        mine, theirs = self._served[sender.key], self._served.get(destination)
        if account_id is None or theirs is None or theirs[1].account_id != account_id:
            self._metrics.gone += 1
            sender.send(frames.endpoint_gone_frame(destination))
            return
        self._remember(mine[1], theirs[1])
        for datagram in waited:
            self._pass_on(sender, theirs[0], datagram)

    def _certified_again(self, connection: RelayConnection, account_id: AccountId, found: AccountId | None) -> None:
        if found != account_id and connection.is_served:
            self._metrics.refused["uncertified"] += 1
            self.leave(connection)
            connection.end(WSCloseCode.POLICY_VIOLATION)

    def _replace(self, connection: RelayConnection, member: Member) -> None:
        # It is kept, unheard: let go, it would come back at once and take the place again, and so for ever.
        self._remove(connection, member)
        connection.send(frames.replaced_frame(connection.version))
        before = self._replaced.get(connection.key)
        self._replaced[connection.key] = connection
        if before is not None:
            before.end(WSCloseCode.POLICY_VIOLATION)

    def _remove(self, connection: RelayConnection, member: Member) -> None:
        del self._served[connection.key]
        connection.is_served = False
        member.connections.discard(connection)
        if not member.connections:
            self._forget_peers(member)
            # Its limits stay until they are full again, so that leaving and coming back gains nothing.
            asyncio.get_running_loop().call_later(BURST_SECONDS, self._let_go, member)

    def _let_go(self, member: Member) -> None:
        if not member.connections and self._members.get(member.account_id) is member:
            del self._members[member.account_id]

    def _remember(self, first: Member, second: Member) -> None:
        for member in (first, second):
            if len(member.peers) >= PEERS_REMEMBERED:
                self._forget_peers(member)
        first.peers.add(second.account_id)
        second.peers.add(first.account_id)

    def _forget_peers(self, member: Member) -> None:
        for peer in member.peers:
            self._members[peer].peers.discard(member.account_id)
        member.peers.clear()

    def _new_member(self, account_id: AccountId) -> Member:
        now = asyncio.get_running_loop().time()
        return Member(
            account_id,
            Allowance.full(self._bytes_per_second, now),
            Allowance.full(FRAMES_PER_SECOND, now),
            Allowance.full(QUESTIONS_PER_SECOND, now),
        )

    def _share_queues(self) -> None:
        size = queue_bytes(len(self._served))
        if size != self._queue_bytes:
            self._queue_bytes = size
            for connection, _ in self._served.values():
                connection.queue_bytes = size
