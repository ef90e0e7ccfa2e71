"""What must be true of every world, whatever happened in it."""

from collections import Counter
from dataclasses import dataclass, field
from typing import Final, Protocol

from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import MessageRow
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import DELIVERIES_UNTAKEN, DEPOSITS_UNANSWERED
from casemate.protocol.link import Deliver, Deposit, Deposited, DepositRefused, Receipt
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import PeerFrame
from casemate.server.core.ports import ServerStore
from tests.sim.host import Told
from tests.sim.machine import Machine
from tests.sim.network import Wire
from tests.sim.peer_wire import End, PeerWire
from tests.sim.people import CANARY, Person
from tests.support.devices import device_id_of

RANK: Final = {"queued": 0, "sent": 1, "delivered": 2, "read": 3}
STEPS_BACK: Final = {"server_lost_it", "expired"}
"""The reasons with which a message may go from sent to queued."""
TOLD_SECONDS: Final = 60.0
"""A link may hold out for so long without a frame getting through."""
LOOK_SECONDS: Final = 5.0


class CheckFailed(AssertionError):
    """A promise was broken; the message says which and to whom."""


class Deployment(Protocol):
    """What checkers see of a world."""

    people: list[Person]
    server: Machine

    @property
    def mailbox_seconds(self) -> float: ...

    @property
    def server_store(self) -> ServerStore | None: ...


def store_needed(person: Person) -> AccountStore:
    store = person.store
    assert store is not None, f"{person.name}'s service does not run"
    return store


def own_message(person: Person, message_id: str) -> MessageRow | None:
    """Two people may use one id, one person does not."""
    store = store_needed(person)
    profile = store.profile()
    assert profile is not None
    rows = store.messages_with_id(MessageId(bytes.fromhex(message_id)))
    return next((row for row in rows if row.author == profile.account_id), None)


@dataclass
class TruthfulStatus:
    """Sent: on the server's disk, or taken. Delivered: on the reader's disk. Read: marked so there. Never back."""

    deployment: Deployment
    _open: list[tuple[Person, MessageView]] = field(default_factory=list)
    """Claims whose proof is on a disk that nobody can read now: looked at when that machine starts."""
    claims: int = 0
    _lost_by_server: set[str] = field(default_factory=set)
    """What was written before the server was restored from an older copy: it may be gone there."""

    def told(self, person: Person, told: Told) -> None:
        row = told.row
        if not isinstance(row, MessageView) or not row.mine or row.kind not in {"chat", "opaque"} or row.deleted:
            return
        before = person.statuses.get(row.id)
        person.statuses[row.id] = row.status
        if before == row.status:
            return
        self._never_back(person, row, before)
        if row.status in {"sent", "delivered", "read"}:
            self.claims += 1
            self._prove(person, row)

    def server_restored(self) -> None:
        for person in self.deployment.people:
            self._lost_by_server |= person.written.keys()

    def machine_started(self) -> None:
        claims, self._open = self._open, []
        for person, row in claims:
            # What was taken back since, as by its expiry, can be proved no longer; a restored writer knows of nothing.
            if RANK.get(person.statuses.get(row.id, ""), -1) >= RANK[row.status]:
                self._prove(person, row)

    def is_somewhere(self, person: Person, message_id: str) -> bool:
        """Whether a message that is shown as sent is on the server's disk or the reader's, as far as can be seen."""
        store = person.store
        row = None if store is None else own_message(person, message_id)
        if row is None or message_id in self._lost_by_server:
            return True
        account = person.account
        view = None if account is None else account.message_view(row.conversation, row.message_id)
        if view is None:
            return True
        readers = self._readers(person, view)
        if any(one.rolled_back for one in (person, *readers)):
            return True
        if any(self._on_readers_disk(reader, view) is not False for reader in readers):
            return True
        return self._on_servers_disk(person, view) is not False

    def _never_back(self, person: Person, row: MessageView, before: str | None) -> None:
        if before is None or RANK[row.status] > RANK[before]:
            return
        reason = row.reason.code if row.reason else None
        # After a restore at either end what is under way is sealed anew, for whatever reason is shown.
        restored = any(one.rolled_back or one.is_cloned for one in (person, *self._readers(person, row)))
        # With a path, nothing stands in the way of what the server lost, and no reason is shown.
        excused = reason in STEPS_BACK or restored or row.id in self._lost_by_server or self._is_overdue(person, row)
        if before == "sent" and row.status == "queued" and excused:
            return
        raise CheckFailed(f"{person.name} saw {row.id} go from {before} to {row.status} ({reason})")

    def _is_overdue(self, writer: Person, row: MessageView) -> bool:
        """By their own clock the server keeps it no longer; where they blocked the reader, that is shown instead."""
        return writer.machine.now().wall - row.written_at / 1_000 >= self.deployment.mailbox_seconds

    def _prove(self, person: Person, row: MessageView) -> None:
        proofs = [self._on_readers_disk(reader, row) for reader in self._readers(person, row)]
        if row.status == "sent" and True not in proofs:
            proofs.append(row.id in self._lost_by_server or self._on_servers_disk(person, row))
        if True in proofs:
            return
        if None in proofs:
            self._open.append((person, row))
        else:
            raise CheckFailed(f"{person.name} was told that {row.id} is {row.status}, but it is not so")

    def _readers(self, writer: Person, row: MessageView) -> list[Person]:
        """All devices of whom it was written to."""
        cid = writer.talks[row.conversation]
        return [person for person in self.deployment.people if person.cid == cid]

    def _on_readers_disk(self, reader: Person, row: MessageView) -> bool | None:
        if reader.rolled_back or reader.is_cloned:
            return True
        store = reader.store
        if store is None:
            return None
        found = next((one for one in store.messages_with_id(MessageId(bytes.fromhex(row.id))) if one.number), None)
        return found is not None and (row.status != "read" or found.painted)

    def _on_servers_disk(self, writer: Person, row: MessageView) -> bool | None:
        server, store, account = self.deployment.server_store, writer.store, writer.account
        if server is None or store is None or account is None:
            return None
        message = own_message(writer, row.id)
        if message is None:
            return False
        for delivery in store.deliveries_of([message.arrival]).get(message.arrival, ()):
            if delivery.number is None:
                # What a restored writer sealed may have been taken and not understood: since then it waits again.
                if writer.rolled_back:
                    return True
                continue
            pair = server.mailbox.pair(device_id_of(account), delivery.device)
            if pair is not None and (
                delivery.number <= pair.taken_up_to or server.mailbox.held(pair.pair_id, [delivery.number])
            ):
                return True
        return False


@dataclass
class ToldOfExpiry:
    """Whoever is linked to the server and sees *sent* is told when it is there no longer."""

    statuses: TruthfulStatus
    gone: dict[tuple[str, str], float] = field(default_factory=dict)
    """Since when, in virtual seconds, a message that somebody sees as sent is nowhere."""
    looked_at: float = 0.0

    def look_at_all(self) -> None:
        now = self.statuses.deployment.server.agenda.now
        if now < self.looked_at + LOOK_SECONDS:
            return
        self.looked_at = now
        for person in self.statuses.deployment.people:
            account = person.account
            if account is None or account.link_view().state != "online":
                self.gone = {key: since for key, since in self.gone.items() if key[0] != person.name}
                continue
            for message_id, status in person.statuses.items():
                self._look_at(person, message_id, status)

    def _look_at(self, person: Person, message_id: str, status: str) -> None:
        key, now = (person.name, message_id), person.machine.agenda.now
        if status != "sent" or self.statuses.is_somewhere(person, message_id):
            self.gone.pop(key, None)
        elif now - self.gone.setdefault(key, now) > TOLD_SECONDS:
            raise CheckFailed(f"{person.name} was not told that {message_id} is at the server no longer")


@dataclass
class NoPlaintext:
    """What people write is in no frame and in no file."""

    def frame(self, wire: Wire, frame: ClientFrame | ServerFrame, data: bytes) -> None:
        if CANARY.encode() in data:
            raise CheckFailed(f"plaintext in {type(frame).__name__} on link {wire.connection}")

    def peer_frame(self, wire: PeerWire, end: End, frame: PeerFrame, data: bytes) -> None:
        if CANARY.encode() in data:
            raise CheckFailed(f"plaintext in {type(frame).__name__} on peer connection {end.number}")

    def disks(self, machines: list[Machine]) -> None:
        for machine in machines:
            for path, data in machine.copy_of_disk().items():
                if CANARY.encode() in data:
                    raise CheckFailed(f"plaintext in {path.rpartition('/')[2]} of {machine.name}")


@dataclass
class BoundedQueues:
    """Nobody sends more than the other side said it can hold."""

    _deposits: Counter[tuple[int, DeviceId]] = field(default_factory=Counter)
    _deliveries: dict[tuple[int, DeviceId], set[int]] = field(default_factory=dict)
    most_deposits: int = 0
    most_deliveries: int = 0

    def frame(self, wire: Wire, frame: ClientFrame | ServerFrame, data: bytes) -> None:
        match frame:
            case Deposit(to, items):
                self._deposits[wire.connection, to] += len(items)
                self.most_deposits = max(self.most_deposits, self._deposits[wire.connection, to])
                if self._deposits[wire.connection, to] > DEPOSITS_UNANSWERED:
                    raise CheckFailed(f"{self._deposits[wire.connection, to]} deposits unanswered")
            case Deposited(to, first, last) | DepositRefused(to, first, last):
                self._deposits[wire.connection, to] -= last - first + 1
            case Deliver(_, device, items):
                under_way = self._deliveries.setdefault((wire.connection, device), set())
                under_way.update(number for number, _ in items)
                self.most_deliveries = max(self.most_deliveries, len(under_way))
                if len(under_way) > DELIVERIES_UNTAKEN:
                    raise CheckFailed(f"{len(under_way)} deliveries not taken")
            case Receipt(to, taken_up_to):
                under_way = self._deliveries.get((wire.connection, to), set())
                under_way -= {number for number in under_way if number <= taken_up_to}


# --- after the calm


def converged(deployment: Deployment) -> str | None:
    """What is not settled yet, or None."""
    for person in deployment.people:
        account = person.account
        if account is None:
            return f"{person.name}'s service does not run"
        if account.link_view().state != "online":
            return f"{person.name}'s link is {account.link_view()}"
    for one, other in pairs(deployment.people):
        one_sees, other_sees = relation_of(one, other), relation_of(other, one)
        if (one_sees, other_sees) not in SETTLED and not _block_hid_a_request(one, other):
            return f"{one.name} sees {one_sees} in {other.name}, who sees {other_sees}"
    for person in deployment.people:
        account = person.account
        assert account is not None
        for other in deployment.people:
            for message in person.timeline(account, other.cid):
                if message.pending is not None:
                    return f"{person.name}'s change of {message.id} is still {message.pending.status}"
                if message.mine and not message.deleted and message.status != "read":
                    return f"{person.name}'s message {message.id} is still {message.status} ({message.reason})"
        store = store_needed(person)
        for channel in store.channels():
            sealed = [
                number
                for state in ("queued", "sent", "expired")
                for number in store.numbers_under_way(channel.device, state)
            ]
            if waiting := len(sealed) + store.waiting(channel.device):
                return f"{person.name} has {waiting} contents in the outbox"
    return _server_not_empty(deployment)


def _block_hid_a_request(one: Person, other: Person) -> bool:
    """A block deletes a request, and nobody tells the asker: they could tell from it that they were blocked."""
    return any(
        asker.cid in target.has_blocked
        and relation_of(asker, target)[0] == "requested"
        and relation_of(target, asker)[0] in {"none", "declined"}
        for asker, target in ((one, other), (other, one))
    )


SETTLED: Final = {
    (("registered", "connected"), ("registered", "connected")),
    (("none", "none"), ("none", "none")),
    (("declined", "none"), ("none", "none")),
    (("none", "none"), ("declined", "none")),
    (("declined", "none"), ("declined", "none")),
}


def _server_not_empty(deployment: Deployment) -> str | None:
    server = deployment.server_store
    if server is None:
        return "the server does not run"
    for person in deployment.people:
        assert person.account is not None
        account_id = person.account.account_id
        if server.signals.count(account_id):
            return f"the server holds signals for {person.name}"
        for device in server.accounts.devices(account_id):
            if any(pair.envelopes for pair in server.mailbox.pairs_to(device)):
                return f"the server holds envelopes for {person.name}"
            if server.mailbox.receipts_for(device):
                return f"the server holds receipts for {person.name}"
    return None


def pairs(people: list[Person]) -> list[tuple[Person, Person]]:
    """Of computers of two people: one's own devices do not talk to each other."""
    return [
        (one, other)
        for index, one in enumerate(people)
        for other in people[index + 1 :]
        if other.cid != one.cid or one.cid == 0
    ]


def relation_of(person: Person, other: Person) -> tuple[str, str]:
    assert person.account is not None
    peer = person.account.peer_view(other.cid)
    return ("none", "none") if peer is None else (peer.relation, peer.connection)
