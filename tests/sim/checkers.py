"""What must be true of every world, whatever happened in it."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, Protocol

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.ports import AccountStore
from casemate.internal_service.core.account.rows import MessageRow
from casemate.protocol.client.views import MessageView
from casemate.protocol.ids import Cid, DeviceId, MessageId
from casemate.protocol.limits import DELIVERIES_UNTAKEN, DEPOSITS_UNANSWERED
from casemate.protocol.link import Deliver, Deposit, Deposited, DepositRefused, Receipt
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from casemate.protocol.peer import PeerFrame
from casemate.server.core.ports import ServerStore
from tests.sim.host import Told
from tests.sim.machine import Machine
from tests.sim.network import Wire
from tests.sim.peer_wire import End, PeerWire
from tests.sim.people import CANARY, Accepted, Person
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


def exactly_once(deployment: Deployment) -> None:
    """Every accepted message is there once on both sides, and nothing is there that nobody wrote."""
    for one, other in pairs(deployment.people):
        promised = accepted(one, other)
        for side, peer in ((one, other), (other, one)):
            assert side.account is not None
            shown = Counter(message.id for message in side.timeline(side.account, peer.cid))
            if doubled := [message_id for message_id, count in shown.items() if count > 1]:
                raise CheckFailed(f"{side.name} sees {doubled} more than once")
            texts = _texts(side, peer)
            changed = {**one.changed, **other.changed}
            for message in promised:
                if lost_by_rollback((one, other), message):
                    continue
                message_id = message.message_id.hex()
                # What was taken back before it went anywhere is seen by its writer alone.
                if texts.get(message_id) not in (message.text, *changed.get(message_id, ())):
                    raise CheckFailed(f"{side.name} does not see {message_id}: {message.text[:40]}")
            said = one.written | other.written
            if invented := [
                message_id
                for message_id, text in texts.items()
                if text != said.get(message_id) and text not in changed.get(message_id, ())
            ]:
                raise CheckFailed(f"{side.name} sees {invented}, which nobody wrote")


def _texts(person: Person, peer: Person) -> dict[str, str | None]:
    """By message id; None: it was taken back."""
    assert person.account is not None
    shown = person.timeline(person.account, peer.cid)
    return {message.id: None if message.deleted else message.text for message in shown}


def same_order(deployment: Deployment) -> None:
    """Both sides read the conversation in the same order."""
    for one, other in pairs(deployment.people):
        assert one.account is not None
        assert other.account is not None
        left = [message.id for message in one.timeline(one.account, other.cid)]
        right = [message.id for message in other.timeline(other.account, one.cid)]
        common = set(left) & set(right)
        if [m for m in left if m in common] != [m for m in right if m in common]:
            raise CheckFailed(f"{one.name} and {other.name} read in different order")
        between = [_of_both(one, other, person, peer) for person, peer in ((one, other), (other, one))]
        if between[0] != between[1] and not (one.rolled_back or other.rolled_back or one.is_cloned or other.is_cloned):
            raise CheckFailed(f"{one.name} and {other.name} do not see the same messages")


def _of_both(one: Person, other: Person, person: Person, peer: Person) -> list[str]:
    """What this person sees of the conversation, without what other devices of the two accounts wrote. What was taken
    back before it went anywhere left its trace with its writer alone."""
    assert person.account is not None
    devices = {end.device.hex() for end in (one, other) if end.device is not None}
    messages = [message for message in person.timeline(person.account, peer.cid) if not message.deleted]
    return [message.id for message in messages if not devices or message.order.device in devices]


def same_changes(deployment: Deployment) -> None:
    """What became of a message is the same for both, unless an older copy of some data was put back."""
    for one, other in pairs(deployment.people):
        if one.rolled_back or other.rolled_back or one.is_cloned or other.is_cloned:
            continue
        left, right = _changes_seen(one, other, one, other), _changes_seen(one, other, other, one)
        if differ := [message_id for message_id in left.keys() & right.keys() if left[message_id] != right[message_id]]:
            raise CheckFailed(f"{one.name} and {other.name} do not see the same of {differ}")


def _changes_seen(one: Person, other: Person, person: Person, peer: Person) -> dict[str, object]:
    """By message id. One's own devices do not tell each other of reactions and pins yet."""
    assert person.account is not None
    of_both = set(_of_both(one, other, person, peer))
    alone = one.device is None and other.device is None
    pinned = _pinned(person.account, peer.cid)
    return {
        message.id: (
            message.deleted,
            message.text,
            message.edited_at,
            message.preview,
            message.reactions if alone else None,
            message.id in pinned if alone else None,
        )
        for message in person.timeline(person.account, peer.cid)
        if message.deleted or message.id in of_both
    }


def _pinned(account: Account, cid: Cid) -> set[str]:
    if account.peer_view(cid) is None:
        return set()
    shown = account.conversation_view(account.conversation_with(cid))
    return set() if shown is None else {pin.id for pin in shown.pins}


def same_profiles(deployment: Deployment) -> None:
    """Name, picture and status of everybody are what they share themselves, at all who are registered. One's own
    devices do not share what they set yet."""
    for one, other in pairs(deployment.people):
        for person, peer in ((one, other), (other, one)):
            if one.device or other.device or one.is_cloned or other.is_cloned:
                continue
            assert person.account is not None
            assert peer.account is not None
            seen = person.account.peer_view(peer.cid)
            if seen is None or seen.relation != "registered":
                continue
            own = peer.account.sharing.own
            status = None if own.status is None else own.status.text
            if seen.full_name != peer.account.full_name:
                raise CheckFailed(f"{person.name} reads another name of {peer.name} than they have")
            if (seen.status and seen.status.text) != status:
                raise CheckFailed(f"{person.name} reads another status of {peer.name} than they say")
            if person.account.picture_of(peer.cid) != peer.account.picture_of(peer.cid):
                raise CheckFailed(f"{person.name} sees another face of {peer.name} than they show")


def nothing_unread(deployment: Deployment) -> None:
    for person in deployment.people:
        assert person.account is not None
        if person.account.unread():
            raise CheckFailed(f"{person.name} has read everything, but {person.account.unread()} count as unread")


FINAL_CHECKS: Final[tuple[Callable[[Deployment], None], ...]] = (
    exactly_once,
    same_order,
    same_changes,
    same_profiles,
    nothing_unread,
)


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


def accepted(one: Person, other: Person) -> list[Accepted]:
    cids = {one.cid, other.cid}
    return [m for person in (one, other) for m in person.accepted if {m.writer, m.reader} == cids]


def lost_by_rollback(ends: tuple[Person, Person], message: Accepted) -> bool:
    """An older copy of a database was put back at one end: what that end did since the copy may be gone there."""
    return any(message.at <= restored for person in ends for _, restored in person.rolled_back)
