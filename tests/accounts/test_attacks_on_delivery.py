"""Whatever is altered, forgotten or restored, no status lies and nothing hangs for ever."""

import pytest

from casemate.internal_service.core.account.delivery import outbox
from casemate.protocol.link import Deliver, Deposit, ReceiptArrived
from casemate.protocol.link_codec import ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import altering, counting, denying, device, leave, passed_on


def test_more_lost_messages_than_a_receipt_can_name_are_neither_lost_nor_called_delivered(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "first")
    leave(world, bob)
    written = ["first", *(f"message {number}" for number in range(150))]
    for text in written[1:]:
        world.say(alice, bob, text)
    leave(world, alice)
    world.to_device = altering(bob)
    world.do(bob, lambda account, now: account.start(now))
    world.to_device = passed_on
    world.do(alice, lambda account, now: account.start(now))
    world.pass_time(300)
    assert sorted(text or "" for text in world.texts(bob, alice)) == sorted(written)
    assert set(world.statuses(alice, bob)) == {"delivered"}


def test_a_server_that_alters_everything_does_not_make_the_writer_seal_without_end(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "fine")
    deposits, world.to_server = counting(Deposit)
    world.to_device = altering(bob)
    world.say(alice, bob, "altered")
    world.pass_time(300)
    assert len(deposits) < 50
    world.to_device = passed_on
    world.pass_time(120)
    assert world.statuses(alice, bob) == ["delivered", "delivered"]
    assert world.texts(bob, alice) == ["fine", "altered"]


def test_an_envelope_number_that_nobody_used_does_not_spoil_receipts(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world._to_device(bob, bob.generation, Deliver(alice.account.account_id, device(alice), [(2**62, b"x")]))
    world.settle()
    world.say(alice, bob, "one")
    assert world.statuses(alice, bob) == ["delivered"]


def test_a_server_that_forgets_fools_no_restored_writer(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"forgotten by alice {number}")
    world.to_device = denying(alice)
    world.cut(alice)
    world.forget_everything_at_the_server()
    world.restart(alice, database=backup)
    written = [f"new {number}" for number in range(8)]
    for text in written:
        world.say(alice, bob, text)
    world.pass_time(300)
    shown = world.texts(bob, alice)
    assert [text for text in world.texts(alice, bob) if text not in shown] == []


def test_a_restored_writer_who_hears_of_it_late_calls_nothing_delivered_that_is_not(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """More is written than was forgotten, before any receipt tells: the last numbers are new to the reader."""
    alice, bob = friends
    world.say(alice, bob, "before the copy")
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"forgotten by alice {number}")
    deny = denying(alice)

    def deny_and_keep_receipts(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [] if person is alice and isinstance(frame, ReceiptArrived) else deny(person, frame)

    world.to_device = deny_and_keep_receipts
    world.cut(alice)
    world.forget_everything_at_the_server()
    world.restart(alice, database=backup)
    written = [f"new {number}" for number in range(8)]
    for text in written:
        world.say(alice, bob, text)
    world.to_device = deny
    world.cut(alice)
    world.pass_time(300)
    assert [text for text in world.texts(bob, alice) if text in written] == written
    assert set(world.statuses(alice, bob)) == {"delivered"}


def test_a_full_queue_does_not_keep_a_restored_peer_out(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.say(bob, alice, "forgotten by bob")
    world.say(alice, bob, "one")
    leave(world, bob)
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 5)
    for number in range(5):
        world.say(alice, bob, f"waits {number}")
    world.restart(bob, database=backup)
    world.pass_time(300)
    assert set(world.statuses(alice, bob)) == {"delivered"}
    assert len(world.texts(bob, alice)) == 6


def test_somebody_restored_to_an_earlier_round_can_ask_to_connect(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    for _ in range(3):
        world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
        world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
        world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Disabled", now))
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    world.restart(bob, database=backup)
    world.pass_time(120)
    assert world.sees(bob, alice).connection == "none"
    world.do(bob, lambda account, now: account.connect(alice.cid, b"", "Disabled", now))
    assert world.sees(alice, bob).connection == "asks_you"
    world.do(alice, lambda account, now: account.answer_connect(bob.cid, True, b"", "Disabled", now))
    assert world.sees(bob, alice).connection == "connected"


def test_a_session_that_the_peer_still_uses_is_not_deleted(world: Deployment, friends: tuple[Person, Person]) -> None:
    """Both began anew at once, so each sends in the session that the other has stopped to send in."""
    alice, bob = friends
    world.say(alice, bob, "one")
    world.say(bob, alice, "two")
    leave(world, alice)
    leave(world, bob)
    for one, other in ((alice, bob), (bob, alice)):
        peer = one.store.peer(other.account.account_id)
        assert peer is not None
        world.do(one, lambda account, now, peer=peer, other=other: account._parts.server._healing.rekey(  # type: ignore[misc]
            peer, device(other), now
        ))  # fmt: skip
    world.do(alice, lambda account, now: account.start(now))
    world.do(bob, lambda account, now: account.start(now))
    for day in range(9):
        world.say(alice, bob, f"alice on day {day}")
        world.say(bob, alice, f"bob on day {day}")
        world.pass_time(86_400)
    world.restart(alice)
    world.restart(bob)
    world.say(alice, bob, "alice again")
    world.say(bob, alice, "bob again")
    assert world.texts(alice, bob) == world.texts(bob, alice)
    for one in friends:
        assert one.store.database.rows("SELECT detail FROM quarantine") == []


def test_a_full_queue_does_not_undo_what_a_receipt_says_to_a_restored_writer(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"forgotten by alice {number}")
    world.to_device = denying(alice)
    world.cut(alice)
    world.forget_everything_at_the_server()
    monkeypatch.setattr(outbox, "RESERVED", 0)
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 2)
    world.server_up = False
    world.restart(alice, database=backup)
    world.say(alice, bob, "one")
    world.say(alice, bob, "two")
    world.server_up = True
    world.pass_time(300)
    assert {"one", "two"} <= set(world.texts(bob, alice))
    assert world.statuses(alice, bob) == ["delivered", "delivered"]
