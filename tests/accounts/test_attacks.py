"""What a hostile server, peer or passer-by tried, and what became of it."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from casemate.crypto.card import Purpose, sign_card
from casemate.crypto.identity import rotate_account_key, sign_device_list
from casemate.crypto.prekeys import new_one_time_bundle
from casemate.internal_service.core.account import outbox
from casemate.internal_service.core.notices import AccountDeleted, EnrollmentRefused
from casemate.node import Effect
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import CONTROL_BYTES
from casemate.protocol.link import (
    AccountRow,
    ClientFrame,
    ClientHello,
    Closing,
    Deliver,
    Deposit,
    EphemeralArrived,
    ReceiptArrived,
    Refused,
    RegistrationAsked,
    ServerFrame,
    ServerHello,
    Signal,
    Welcome,
)
from casemate.server.core.events import Close, Send
from tests.accounts.deployment import Deployment, Person


@pytest.fixture
def world(tmp_path: Path) -> Deployment:
    return Deployment(tmp_path)


@pytest.fixture
def friends(world: Deployment) -> tuple[Person, Person]:
    alice, bob = world.person("alice"), world.person("bob")
    world.befriend(alice, bob)
    return alice, bob


def passed_on(person: Person, frame: Any) -> list[Any]:
    return [frame]


def counting(kind: type[ClientFrame]) -> tuple[list[ClientFrame], Callable[[Person, ClientFrame], list[ClientFrame]]]:
    """Frames of one kind on their way to the server, and what has to watch them go by."""
    seen: list[ClientFrame] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, kind):
            seen.append(frame)
        return [frame]

    return seen, watch


def altering(victim: Person) -> Callable[[Person, ServerFrame], list[ServerFrame]]:
    """A server that changes a byte of every envelope for somebody."""

    def alter(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is victim:
            broken = [(number, envelope[:-1] + bytes([envelope[-1] ^ 1])) for number, envelope in frame.items]
            return [msgspec.structs.replace(frame, items=broken)]
        return [frame]

    return alter


def device(person: Person) -> DeviceId:
    return person.account._context.device.device_id


def leave(world: Deployment, person: Person) -> None:
    world.do(person, lambda account, now: account.stop(now))
    world.cut(person)


# ------------------------------------------------------------------------------------------------------ true statuses


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

    def deny(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is alice:
            return [msgspec.structs.replace(frame, sent=[], received=[], start_counter_seen=0)]
        return [frame]

    world.to_device = deny
    world.cut(alice)
    world.forget_everything_at_the_server()
    world.restart(alice, database=backup)
    written = [f"new {number}" for number in range(8)]
    for text in written:
        world.say(alice, bob, text)
    world.pass_time(300)
    shown = world.texts(bob, alice)
    assert [message.text for message in world.timeline(alice, bob) if message.text not in shown] == []


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
    receipts_pass = False

    def tell_alice_nothing(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is alice:
            return [msgspec.structs.replace(frame, sent=[], received=[], start_counter_seen=0)]
        return [frame] if receipts_pass or person is bob or not isinstance(frame, ReceiptArrived) else []

    world.to_device = tell_alice_nothing
    world.cut(alice)
    world.forget_everything_at_the_server()
    world.restart(alice, database=backup)
    written = [f"new {number}" for number in range(8)]
    for text in written:
        world.say(alice, bob, text)
    receipts_pass = True
    world.cut(alice)
    world.pass_time(300)
    assert [text for text in world.texts(bob, alice) if text in written] == written
    assert set(world.statuses(alice, bob)) == {"delivered"}


# ------------------------------------------------------------------------------------------------- what hangs for ever


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
        world.do(one, lambda account, now, peer=peer, other=other: account._server._inbox.rekey(  # type: ignore[misc]
            peer, device(other), now, at_once=True
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


# -------------------------------------------------------------------------------------------------------- the link


def test_nobody_unproven_can_sign_a_user_out(world: Deployment) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: [Closing("account_deleted")] if isinstance(frame, ServerHello) else [frame]
    world.cut(alice)
    world.pass_time(60)
    assert alice.heard(AccountDeleted) == []
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.link_view().state == "online"


def test_nobody_unproven_can_fence_a_device_off(world: Deployment) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: [Refused("fenced")] if isinstance(frame, ServerHello) else [frame]
    world.cut(alice)
    world.pass_time(60)
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.link_view().state == "online"


@pytest.mark.parametrize("after", [ServerHello, Welcome])
def test_a_refusal_that_decides_nothing_throws_no_keys_away(world: Deployment, after: type[ServerFrame]) -> None:
    """The server may have made the account before it stumbled: without its keys the name would be lost."""
    alice = world.person("alice", enroll=False)
    world.to_device = lambda person, frame: [Refused("internal")] if isinstance(frame, after) else [frame]
    world.do(alice, lambda account, now: account.start(now))
    assert alice.heard(EnrollmentRefused) == []
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.enrolled


def test_a_server_that_welcomes_and_closes_is_dialled_ever_more_rarely(world: Deployment) -> None:
    alice = world.person("alice")
    hellos, world.to_server = counting(ClientHello)
    perform = world._perform_server

    def close(effect: Effect) -> None:
        perform(effect)
        if isinstance(effect, Send) and isinstance(effect.frame, Welcome):
            perform(Send(effect.connection, Closing("internal"), 0))
            perform(Close(effect.connection))

    world._perform_server = close  # type: ignore[method-assign]
    world.cut(alice)
    world.pass_time(300)
    assert 10 < len(hellos) < 100


@pytest.mark.parametrize("claimed", [2**32, 2**62, 2**63 - 2])
def test_no_start_counter_that_a_server_claims_ends_all_starts(world: Deployment, claimed: int) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: (
        [msgspec.structs.replace(frame, start_counter_seen=claimed)] if isinstance(frame, Welcome) else [frame]
    )
    world.cut(alice)
    world.pass_time(30)
    world.to_device = passed_on
    for _ in range(3):
        world.restart(alice)
        world.pass_time(60)
        assert alice.account.link_view().state == "online"


def test_a_peer_whose_receipts_nobody_can_read_does_not_keep_the_link_from_standing(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    hellos, world.to_server = counting(ClientHello)
    unreadable = bytes([1, 2]) + bytes(32) + bytes(40)
    for turn in range(60):
        frame = ReceiptArrived(bob.account.account_id, device(bob), turn, unreadable)
        passing = EphemeralArrived(bob.account.account_id, device(bob), unreadable)
        for arrived in (frame, passing):
            world._to_device(alice, alice.generation, arrived)
        world.settle()
        world.pass_time(10)
    assert len(hellos) <= 2


def test_an_endless_receipt_is_not_kept(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    endless = bytes([1, 2]) + bytes(CONTROL_BYTES)
    world._to_device(alice, alice.generation, ReceiptArrived(bob.account.account_id, device(bob), 9, endless))
    world.settle()
    assert alice.store.database.rows("SELECT 1 FROM channels WHERE parked_receipt IS NOT NULL") == []


# --------------------------------------------------------------------------------------------- identity and presence


def new_identity(world: Deployment, person: Person, recipient: Person) -> tuple[bytes, bytes]:
    """A device list with a new account key, as the thief of an account key makes it, and a card that brings it."""
    context = person.account._context
    secrets, now_seconds = context.secrets, int(world.now.wall)
    rotated = rotate_account_key(secrets.account, world.entropy)
    newer = sign_device_list(rotated, 2, (secrets.device.entry,))
    bundle, _ = new_one_time_bundle(
        rotated, secrets.device, world.entropy, context.kem, now_seconds=now_seconds, lifetime_seconds=10_000
    )
    card = sign_card(
        secrets.device,
        person.account.account_id,
        recipient.account.account_id,
        Purpose.ASK,
        device_list=newer,
        bundle=bundle,
        note=b"",
        now_seconds=now_seconds,
    )
    return newer, card


def test_new_account_keys_raise_the_alarm_whatever_brings_them(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    _, card = new_identity(world, bob, alice)
    row = AccountRow(bob.account.account_id, "bob", "Bob", online=True)
    world._to_device(alice, alice.generation, Signal(1_000, RegistrationAsked(row, card, world.now.wall)))
    world.settle()
    view = world.sees(alice, bob)
    assert (view.identity_changed, view.verified) == (True, False)


def test_nothing_is_deposited_again_for_a_changed_identity(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.say(alice, bob, "for the bob we knew")
    _, card = new_identity(world, bob, alice)
    row = AccountRow(bob.account.account_id, "bob", "Bob", online=True)
    world._to_device(alice, alice.generation, Signal(1_000, RegistrationAsked(row, card, world.now.wall)))
    for_bob: list[Deposit] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit) and person is alice:
            for_bob.append(frame)
        return [frame]

    world.to_server = watch
    world.restart(bob, database=backup)
    world.pass_time(60)
    assert for_bob == []
    assert world.texts(bob, alice) == []


def test_a_blocked_person_does_not_learn_that_we_are_here(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(bob, alice, "hi")
    world.do(alice, lambda account, now: account.block(bob.cid, True, 1, now))
    heard: list[ServerFrame] = []

    def listen(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is bob:
            heard.append(frame)
        return [frame]

    world.to_device = listen
    world.cut(alice)
    world.pass_time(60)
    world.do(alice, lambda account, now: account.mark_read(bob.cid, 100, now))
    assert heard == []
    world.do(alice, lambda account, now: account.block(bob.cid, False, 2, now))
    assert world.statuses(bob, alice) == ["read"]


def test_a_full_queue_does_not_undo_what_a_receipt_says_to_a_restored_writer(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"forgotten by alice {number}")

    def deny(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is alice:
            return [msgspec.structs.replace(frame, sent=[], received=[], start_counter_seen=0)]
        return [frame]

    world.to_device = deny
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
