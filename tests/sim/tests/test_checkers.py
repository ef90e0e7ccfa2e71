"""Every checker can fail: a bug is planted for each, and the worlds find it."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from casemate.internal_service.adapters.account_store import SqliteAccountStore, open_account_store
from casemate.internal_service.core.account.changes import Change, Target
from casemate.internal_service.core.account.conversations.reading import Reading
from casemate.internal_service.core.account.delivery import deposits, inbox, kept, outbox, sealing
from casemate.internal_service.core.account.people.sharing import Sharing
from casemate.internal_service.core.account.rows import Channel, MessageRow, Peer
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.link import ClientHello
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store.mailbox import SqliteMailbox
from casemate.server.core import mailbox as server_mailbox
from casemate.server.core import outflow, pushes
from casemate.server.core.ports import Pair
from tests.sim import world as worlds
from tests.sim.checkers import CheckFailed
from tests.sim.people import CANARY, Person
from tests.sim.weather import Weather
from tests.sim.world import World

pytestmark = pytest.mark.slow

FINE = Weather(
    seconds=40.0,
    slowness=0.05,
    mean_seconds_between_faults=3.0,
    cuts=0,
    partitions=0,
    kills=0,
    server_kills=0,
    power_cuts=0,
    clock_jumps=0,
    rollbacks=0,
)
WINDY = replace(FINE, cuts=3, slowness=0.5)
DEADLY = replace(FINE, kills=3, server_kills=2, mean_seconds_between_faults=1.5)
FORGETFUL = replace(FINE, mailbox_seconds=20.0)
DARK = replace(FINE, power_cuts=3, mean_seconds_between_faults=1.0)
TALKATIVE = replace(FINE, seconds=90.0)
WORLDS = 12
ENOUGH_TO_CONNECT = 3
"""The envelopes with which two people become connected."""


def finding(weather: Weather, act: Callable[[World], None] = World.live) -> str:
    """What the first world says in which a promise is broken."""
    for seed in range(WORLDS):
        with World(seed, weather=weather) as world:
            try:
                act(world)
            except CheckFailed as failure:
                return str(failure)
    return "nothing"


@pytest.mark.parametrize("weather", [FINE, WINDY, DEADLY, DARK])
def test_without_a_planted_bug_nothing_is_found(weather: Weather) -> None:
    assert finding(weather) == "nothing"


def test_a_message_called_sent_that_the_server_never_stored_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest, honest_push = SqliteMailbox.put, outflow.Outflow.deposited

    def put(self: SqliteMailbox, pair: Pair, items: Sequence[tuple[int, bytes]], served: float) -> Pair:
        return honest(self, pair, items, served) if items[0][0] <= ENOUGH_TO_CONNECT else pair

    def push(self: outflow.Outflow, link: Any, pair: Pair, items: list[tuple[int, bytes]]) -> Any:
        return honest_push(self, link, pair, items) if items[0][0] <= ENOUGH_TO_CONNECT else []

    monkeypatch.setattr(SqliteMailbox, "put", put)
    monkeypatch.setattr(outflow.Outflow, "deposited", push)
    assert re.search(r"was told that \w+ is sent, but it is not so", finding(FINE))


def test_a_message_called_delivered_too_early_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.set_state

    def optimistic(self: SqliteAccountStore, device: Any, first: int, last: int, *state: Any) -> Any:
        changed = honest(self, device, first, last, *state)
        if state[0] == "sent":
            told = "UPDATE deliveries SET told = 'delivered' WHERE device = ? AND number BETWEEN ? AND ?"
            self.database.execute(told, device, first, last)
        return changed

    monkeypatch.setattr(SqliteAccountStore, "set_state", optimistic)
    assert re.search(r"is delivered, but it is not so", finding(WINDY))


def test_a_status_that_steps_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.arrived

    def forgetful(self: SqliteAccountStore, device: Any, up_to: int) -> Any:
        moved = honest(self, device, up_to)
        if not moved:
            return moved
        back = "UPDATE deliveries SET told = 'delivered' WHERE told = 'read' RETURNING message"
        read = [self.message_at(row[0]) for row in self.database.rows(back)]
        return [*moved, *((row.conversation, row.message_id) for row in read)]

    monkeypatch.setattr(SqliteAccountStore, "arrived", forgetful)
    assert "go from read to delivered" in finding(FINE)


def test_a_message_called_read_that_was_only_jumped_over_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Reading._painted

    def hasty(self: Reading, channel: Channel, numbers: Sequence[int]) -> Channel:
        told = honest(self, channel, numbers)
        return structs.replace(told, own_read_up_to=told.expected - 1) if numbers else told

    monkeypatch.setattr(Reading, "_painted", hasty)
    assert re.search(r"is read, but it is not so", finding(FINE))


def test_a_message_that_is_acknowledged_but_not_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.messages_add

    def leaky(self: SqliteAccountStore, rows: Sequence[MessageRow]) -> list[MessageRow]:
        return honest(self, [row for row in rows if row.number is None or row.message_id[0] >= 40])

    monkeypatch.setattr(SqliteAccountStore, "messages_add", leaky)
    assert re.search(r"does not see|is delivered, but it is not so", finding(FINE))


def test_a_message_that_is_shown_twice_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = Person.timeline

    def doubled(account: Any, peer_cid: Any) -> Any:
        messages = honest(account, peer_cid)
        return [*messages, *messages[-1:]]

    monkeypatch.setattr(Person, "timeline", staticmethod(doubled))
    assert "more than once" in finding(FINE)


def test_an_order_that_depends_on_arrival_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.messages_add

    def by_arrival(self: SqliteAccountStore, rows: Sequence[MessageRow]) -> list[MessageRow]:
        return [kept for row in rows for kept in honest(self, [counted_anew(self, row)])]

    def counted_anew(self: SqliteAccountStore, row: MessageRow) -> MessageRow:
        last_id = self.last_message(row.conversation)
        last = None if last_id is None else self.message(row.conversation, last_id)
        return structs.replace(row, counter=max(row.counter, 1 + (last.counter if last else 0)))

    monkeypatch.setattr(SqliteAccountStore, "messages_add", by_arrival)
    assert "in different order" in finding(replace(WINDY, slowness=2.0))


def test_an_outbox_that_is_not_flushed_when_link_and_peer_are_back_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox.Outbox, "flush_all", lambda self, now: [])
    monkeypatch.setattr(outbox.Outbox, "resume", lambda self, peer, now: [])
    assert "not settled" in finding(replace(WINDY, cuts=5))


def test_an_outbox_that_is_never_emptied_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SqliteAccountStore, "arrived", lambda self, device, up_to: [])
    assert "contents in the outbox" in finding(FINE)


def test_unread_messages_that_were_read_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.unread
    monkeypatch.setattr(SqliteAccountStore, "unread", lambda self, account_id=None: honest(self, account_id) + 1)
    assert "count as unread" in finding(FINE)


def test_plaintext_on_the_wire_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def chatty(versions: Any, features: list[str], nonce: bytes) -> ClientHello:
        return ClientHello(versions, [f"{CANARY} hello"], nonce)

    monkeypatch.setattr("casemate.internal_service.core.ground.link_io.ClientHello", chatty)
    assert "plaintext in ClientHello" in finding(FINE)


def test_plaintext_on_a_disk_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = open_account_store

    def unencrypted(path: Any, key: bytes, **options: Any) -> SqliteAccountStore:
        monkeypatch.setattr(Database, "open", open_without_key)
        try:
            return honest(path, key, **options)
        finally:
            monkeypatch.setattr(Database, "open", database_open)

    database_open = Database.open

    def open_without_key(path: Any, *, key: bytes | None = None, **options: Any) -> Database:
        return database_open(path, **options)

    monkeypatch.setattr(worlds, "open_account_store", unencrypted)
    assert "plaintext in account.db" in finding(FINE)


def test_a_database_that_does_not_synchronise_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = open_account_store

    def careless(path: Any, key: bytes, **options: Any) -> SqliteAccountStore:
        return honest(path, key, synchronous="OFF", **options)

    monkeypatch.setattr(worlds, "open_account_store", careless)
    with pytest.raises(Exception, match=r"."):
        # A torn database does not even open; one that lost a commit breaks a promise.
        assert finding(replace(DARK, mean_seconds_between_faults=0.5)) == "nothing"


def test_an_effect_before_its_commit_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """Told first, written later: whoever dies in between has lied."""
    monkeypatch.setattr(server_mailbox.Mailbox, "deposit", _answered_before_stored(server_mailbox.Mailbox.deposit))
    assert finding(DEADLY) != "nothing"


def _answered_before_stored(honest: Any) -> Any:
    later: list[tuple[Any, Callable[[], Any]]] = []

    def deposit(self: Any, link: Any, frame: Any, now: Any) -> Any:
        while later:
            process, store = later.pop(0)
            if process is self:  # what a process that died meant to store is never stored
                store()
        from casemate.protocol.link import Deposited
        from casemate.server.core.events import Send

        later.append((self, lambda: honest(self, link, frame, now)))
        return [Send(link.connection, Deposited(frame.to, frame.items[0][0], frame.items[-1][0]))]

    return deposit


def test_more_deliveries_than_a_reader_takes_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushes, "DELIVERIES_UNTAKEN", 10**6)
    assert "deliveries not taken" in finding(FINE, a_flood_for_somebody_away)


def test_more_deposits_than_the_server_answers_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(deposits, "DEPOSITS_UNANSWERED", 10**6)
    monkeypatch.setattr(sealing, "SEALED_AT_ONCE", 10**6)
    assert "deposits unanswered" in finding(FINE, a_flood_for_somebody_away)


def test_a_flood_for_somebody_away_stays_within_bounds_and_arrives() -> None:
    with World(0, weather=FINE) as world:
        a_flood_for_somebody_away(world)
        assert world.queues.most_deliveries > 256
        assert world.queues.most_deposits > 256


def a_flood_for_somebody_away(world: World) -> None:
    """700 messages, written while the server is away, for somebody who is away as well."""
    world.live()
    one, other = world.people[:2]
    other.sign_out()
    world.agenda.run_until(world.agenda.now + 1)
    world.server.die(by_power=False)
    for _ in range(700):
        one.write(other.cid)
    world.agenda.run_until(world.agenda.now + 30)
    world.server.boot()
    world.agenda.run_until(world.agenda.now + 60)
    world.end()


@pytest.mark.parametrize("kind", ["pin", "preview"])
def test_a_change_that_only_its_maker_sees_is_found(monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    honest = SqliteAccountStore.change_add

    def of_ones_own(
        self: SqliteAccountStore, conversation: ConversationId, target: Target, change: Change, arrived_at: float
    ) -> list[MessageId]:
        profile = self.profile()
        if change.kind == kind and profile is not None and change.author != profile.account_id:
            return []
        return honest(self, conversation, target, change, arrived_at)

    monkeypatch.setattr(SqliteAccountStore, "change_add", of_ones_own)
    assert "do not see the same of" in finding(TALKATIVE)


@pytest.mark.parametrize(("what", "arrived"), [("status", "_status_arrived"), ("face", "_picture_arrived")])
def test_what_somebody_shares_and_nobody_takes_is_found(
    monkeypatch: pytest.MonkeyPatch, what: str, arrived: str
) -> None:
    monkeypatch.setattr(Sharing, arrived, lambda *_: [])
    assert f"another {what}" in finding(TALKATIVE)


def test_a_new_name_that_is_not_kept_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = SqliteAccountStore.put_peer

    def put_peer(self: SqliteAccountStore, peer: Peer) -> None:
        known = self.peer(peer.account_id)
        honest(self, peer if known is None else replace(peer, full_name=known.full_name))

    monkeypatch.setattr(SqliteAccountStore, "put_peer", put_peer)
    assert "another name" in finding(TALKATIVE)


def test_a_core_that_raises_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: Any) -> Any:
        raise ZeroDivisionError

    monkeypatch.setattr(inbox.Inbox, "delivered", broken)
    with World(0, weather=FINE) as world, pytest.raises(AssertionError, match="could not handle"):
        world.live()


def test_an_expiry_that_writers_are_not_told_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    honest = server_mailbox.Mailbox.expire
    monkeypatch.setattr(server_mailbox.Mailbox, "expire", lambda *asked: ([], honest(*asked)[1]))
    monkeypatch.setattr(kept.Kept, "deposited", lambda self, frame, now: 1e18)
    assert "was not told" in finding(FORGETFUL, somebody_stays_away_for_long)


def test_what_nobody_came_for_says_so_and_arrives_in_the_end() -> None:
    with World(0, weather=FORGETFUL) as world:
        somebody_stays_away_for_long(world)


def somebody_stays_away_for_long(world: World) -> None:
    """Longer than the server keeps what is written to them."""
    world.live()
    one, other = world.people[:2]
    other.sign_out()
    world.agenda.run_until(world.agenda.now + 1)
    one.write(other.cid)
    world.agenda.run_until(world.agenda.now + 300)
    assert one.account is not None
    world.expiry.look_at_all()
    waits = [message.reason for message in one.timeline(one.account, other.cid) if message.status == "queued"]
    assert [reason.code for reason in waits if reason is not None] == ["expired"]
    other.sign_in()
    world.end()
