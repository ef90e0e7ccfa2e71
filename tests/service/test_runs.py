"""Messages that come together are handled as one, and stand or fall one by one."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from casemate.internal_service.core.ground import events
from casemate.protocol.client import responses as to
from casemate.protocol.client.response_bases import Failure
from casemate.protocol.ids import Cid
from casemate.protocol.limits import MESSAGE_BODY_BYTES
from casemate.protocol.link import Deliver, Deposit
from casemate.protocol.link_codec import ClientFrame
from casemate.runtime.sqlite import Database
from tests.service.asking import message
from tests.service.client import Client
from tests.service.house import House, Street

Pair = tuple[Client, Cid, Client, Cid]
RUN = 6


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    """Alice in one house, Bob in another, connected, with a message behind them."""
    alice, bob = house.client(), street.house("other").client()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    alice.send(a, b, b"first")
    bob.takes_messages()
    street.pass_time(10)
    bob.received.clear()
    return alice, a, bob, b


class Injected(Exception):
    """A fault of our own."""


class Statements:
    """Counts what a database is asked from `count` on, and raises once, in the one of this number."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked = 0
        self._raises_at: int | None = None
        self._counts = False
        for name in ("execute", "executemany", "rows", "row"):
            monkeypatch.setattr(Database, name, self._counted(getattr(Database, name)))

    def count(self, *, raises_at: int | None = None) -> None:
        self.asked, self._counts, self._raises_at = 0, True, raises_at

    def stop(self) -> int:
        self._counts = False
        return self.asked

    def _counted(self, honest: Callable[..., Any]) -> Callable[..., Any]:
        def asked(database: Database, sql: str, *bindings: Any) -> Any:
            # Outside of events, at the commit, rows are written: whatever is wrong then ends the service.
            counts = self._counts and database._savepoints > 0
            self.asked += counts
            if counts and self.asked - 1 == self._raises_at:
                raise Injected
            return honest(database, sql, *bindings)

        return asked


@pytest.fixture
def statements(monkeypatch: pytest.MonkeyPatch) -> Statements:
    return Statements(monkeypatch)


def named(count: int) -> list[bytes]:
    return [f"message {number}".encode() for number in range(count)]


def hand_in(client: Client, cid: Cid, peer_cid: Cid, bodies: Iterable[bytes]) -> list[Any]:
    """They are all there when the service looks. Answers what it said to each."""
    requests = [message(cid, peer_cid, body) for body in bodies]
    client.house.tell_all([events.RequestArrived(client.socket, request) for request in requests])
    return [answer for request in requests for answer in client.answers(request.request_id)]


def heard(client: Client) -> list[bytes]:
    return [bytes(notice.message) for notice in client.heard(to.MessageNotification)]


def test_a_run_is_accepted_and_arrives_in_order(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    answers = hand_in(alice, a, b, named(RUN))
    assert [type(answer) for answer in answers] == [to.MessageSendSuccess] * RUN
    street.settle()
    assert heard(bob) == named(RUN)


def test_a_run_of_many_asks_as_little_of_the_database_as_one_of_few(
    street: Street, pair: Pair, statements: Statements
) -> None:
    alice, a, bob, b = pair

    def asked_by(count: int) -> int:
        statements.count()
        hand_in(alice, a, b, named(count))
        street.settle()
        asked = statements.stop()
        bob.takes_messages()
        assert len(heard(bob)) == count
        bob.received.clear()
        return asked

    assert asked_by(32) - asked_by(8) <= 8, "the queue of a plain client is read eight at a time"


def test_one_that_is_refused_is_refused_alone(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    bodies = named(RUN)
    bodies[2] = bytes(MESSAGE_BODY_BYTES + 1)
    answers = hand_in(alice, a, b, bodies)
    assert [isinstance(answer, Failure) for answer in answers] == [False, False, True, False, False, False]
    street.settle()
    assert heard(bob) == named(2) + named(RUN)[3:]


def test_messages_of_others_stand_between_runs(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    carol = alice.house.client()
    c = carol.register("carol")
    carol.befriend(c, bob, b)
    bob.received.clear()
    mixed = [(alice, a), (alice, a), (carol, c), (alice, a), (carol, c), (carol, c)]
    requests = [(client, message(cid, b, body)) for (client, cid), body in zip(mixed, named(RUN), strict=True)]
    alice.house.tell_all([events.RequestArrived(client.socket, request) for client, request in requests])
    street.settle()
    told = [(notice.peer_cid, bytes(notice.message)) for notice in bob.heard(to.MessageNotification)]
    for _, cid in ((alice, a), (carol, c)):
        expected = [body for (_, writer), body in zip(mixed, named(RUN), strict=True) if writer == cid]
        assert [body for sender, body in told if sender == cid] == expected


def test_whichever_statement_of_the_writer_raises_what_was_accepted_arrives_once(
    street: Street, pair: Pair, statements: Statements
) -> None:
    alice, a, bob, b = pair
    raised = True
    at = 0
    while raised:
        statements.count(raises_at=at)
        answers = hand_in(alice, a, b, named(RUN))
        raised = statements.stop() > at
        assert len(answers) == RUN, f"statement {at}"
        accepted = [body for body, answer in zip(named(RUN), answers, strict=True) if not isinstance(answer, Failure)]
        street.settle()
        street.pass_time(10)
        bob.takes_messages()
        assert heard(bob) == accepted, f"statement {at}"
        bob.received.clear()
        at += 1
    assert at > 3


def test_whichever_statement_of_the_reader_raises_all_arrive_once(
    street: Street, pair: Pair, statements: Statements
) -> None:
    alice, a, bob, b = pair
    armed: list[int] = []
    arm_frames_of(bob.house, statements, armed)
    at, struck = 0, True
    while struck:
        armed[:] = [at]
        hand_in(alice, a, b, named(RUN))
        street.settle()
        struck = not armed
        street.pass_time(120)
        bob.takes_messages()
        assert heard(bob) == named(RUN), f"statement {at}"
        bob.received.clear()
        at += 1
    assert at > 3


def arm_frames_of(house: House, statements: Statements, armed: list[int]) -> None:
    """The next frame with envelopes meets a fault in the statement that `armed` holds, which is empty afterwards."""
    honest = house.tell_all

    def tell_all(batch: list[Any]) -> None:
        brings = any(isinstance(getattr(event, "frame", None), Deliver) for event in batch)
        if not (brings and armed):
            honest(batch)
            return
        statements.count(raises_at=armed[0])
        honest(batch)
        if statements.stop() > armed[0]:
            armed.clear()

    house.tell_all = tell_all  # type: ignore[method-assign]


@pytest.mark.parametrize("damaged", range(RUN))
def test_one_that_cannot_be_opened_keeps_no_other_back(street: Street, pair: Pair, damaged: int) -> None:
    alice, a, bob, b = pair
    spoiled: list[int] = []

    def spoil(frame: ClientFrame) -> Iterable[ClientFrame]:
        if isinstance(frame, Deposit) and not spoiled:
            spoiled.append(damaged)
            number, envelope = frame.items[damaged]
            items = [*frame.items]
            items[damaged] = (number, envelope[:-1] + bytes([envelope[-1] ^ 1]))
            frame = Deposit(frame.to, items)
        return [frame]

    street.to_server = spoil
    hand_in(alice, a, b, named(RUN))
    street.settle()
    street.pass_time(30)
    assert spoiled
    others = [body for number, body in enumerate(named(RUN)) if number != damaged]
    assert heard(bob) == [*others, named(RUN)[damaged]]
