"""Queues, numbers and message ids under attack, and after a restore."""

from collections.abc import Callable

import msgspec
import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.delivery import outbox
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.ids import MessageId
from casemate.protocol.link import AccountGone, Deposit, Deposited, Signal, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person


def send_chat(to: Person, message_id: MessageId, text: str) -> Callable[[Account, Instant], Outcome]:
    return lambda account, now: account.send_chat(account.conversation_with(to.cid), message_id, text, now)


def deposits_of(world: Deployment, writer: Person) -> list[Deposit]:
    seen: list[Deposit] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit) and person is writer:
            seen.append(frame)
        return [frame]

    world.to_server = watch
    return seen


def test_a_refused_queue_is_tried_with_one_envelope_at_a_time(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    written = [f"message {number}" for number in range(200)]
    for text in written:
        world.say(alice, bob, text)
    deposits = deposits_of(world, alice)
    world.pass_time(300)
    assert 0 < sum(len(deposit.items) for deposit in deposits) <= 11
    world.do(bob, lambda account, now: account.block(alice.cid, False, 2, now))
    world.pass_time(60)
    assert world.texts(bob, alice) == written
    assert set(world.statuses(alice, bob)) == {"delivered"}


def test_a_server_that_says_again_what_it_has_is_not_given_more_at_once(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.deposits.DEPOSITS_UNANSWERED", 5)
    world.to_device = lambda person, frame: [frame] * (3 if isinstance(frame, Deposited) else 1)
    for number in range(10):
        world.say(alice, bob, f"answered {number}")
    assert world.statuses(alice, bob) == ["delivered"] * 10
    world.to_device = lambda person, frame: [] if isinstance(frame, Deposited) else [frame]
    deposits = deposits_of(world, alice)
    for number in range(10):
        world.say(alice, bob, f"unanswered {number}")
    assert sum(len(deposit.items) for deposit in deposits) == 5


def test_no_frame_leads_beyond_what_may_be_unanswered(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.deposits.DEPOSITS_UNANSWERED", 10)
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.deposits.DEPOSIT_ITEMS", 4)
    world.server_up = False
    world.cut(alice)
    for number in range(20):
        world.say(alice, bob, f"unanswered {number}")
    world.server_up = True
    world.to_device = lambda person, frame: [] if isinstance(frame, Deposited) else [frame]
    deposits = deposits_of(world, alice)
    world.pass_time(2)
    assert [len(deposit.items) for deposit in deposits] == [4, 4, 2]


def test_what_does_not_fit_into_one_frame_follows_at_once(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    monkeypatch.setattr("casemate.internal_service.core.account.delivery.deposits.LINK_BATCH_BYTES", 1000)
    world.do(bob, lambda account, now: account.stop(now))
    world.server_up = False
    world.cut(alice)
    for _ in range(20):
        world.say(alice, bob, "x" * 600)
    world.server_up = True
    world.to_device = lambda person, frame: [] if isinstance(frame, Deposited) else [frame]
    deposits = deposits_of(world, alice)
    world.pass_time(30)
    assert [len(deposit.items) for deposit in deposits] == [1] * 20


def test_nothing_is_deposited_for_an_account_that_is_gone(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    world.say(alice, bob, "too late")
    world._to_device(alice, alice.generation, Signal(1_000, AccountGone(bob.account.account_id)))
    world.settle()
    deposits = deposits_of(world, alice)
    world.pass_time(300)
    assert deposits == []
    why = world.timeline(alice, bob)[-1].reason
    assert why is not None
    assert why.code == "account_gone"


def test_a_writer_restored_to_long_ago_can_write_at_once(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    backup = world.copy_of(alice)
    world.pass_time(10)
    for number in range(10):
        world.say(alice, bob, f"forgotten by alice {number}")
    world.do(bob, lambda account, now: account.stop(now))
    world.cut(bob)
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 5)
    world.restart(alice, database=backup)
    world.say(alice, bob, "here again")
    world.do(bob, lambda account, now: account.start(now))
    world.pass_time(60)
    assert "here again" in world.texts(bob, alice)
    assert world.statuses(alice, bob) == ["delivered"]


def test_a_full_queue_refuses_messages_and_has_room_for_what_keeps_a_conversation_going(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.stop(now))
    world.cut(bob)
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 5)
    for number in range(5):
        world.say(alice, bob, f"waits {number}")
    with pytest.raises(Refused, match="mailbox_full"):
        world.say(alice, bob, "one too many")
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    world.do(bob, lambda account, now: account.start(now))
    world.pass_time(60)
    assert len(world.texts(bob, alice)) == 5
    assert world.sees(bob, alice).connection == "none"


def test_a_message_id_of_another_conversation_is_refused_and_not_called_sent(world: Deployment) -> None:
    alice, bob, carol = world.person("alice"), world.person("bob"), world.person("carol")
    world.befriend(alice, bob)
    world.befriend(alice, carol)
    message_id = world.say(alice, bob, "for bob")
    with pytest.raises(Refused, match="malformed"):
        world.do(alice, send_chat(carol, message_id, "for carol"))


def test_nobody_can_keep_a_message_of_somebody_else_out_by_its_id(world: Deployment) -> None:
    alice, bob, mallory = world.person("alice"), world.person("bob"), world.person("mallory")
    world.befriend(alice, bob)
    world.befriend(alice, mallory)
    message_id = MessageId(b"known to mallory")
    world.do(mallory, send_chat(alice, message_id, "first!"))
    world.do(bob, send_chat(alice, message_id, "from bob"))
    assert world.statuses(bob, alice) == ["delivered"]
    assert world.texts(alice, bob) == ["from bob"]


def test_a_server_restored_to_lower_signal_numbers_is_heard(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world._to_device(alice, alice.generation, Signal(1_000, AccountGone(bob.account.account_id)))
    world.settle()
    world.cut(alice)
    world.pass_time(60)
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    assert world.sees(alice, bob).relation == "asks_you"


def test_one_lie_about_our_numbers_does_not_end_a_conversation(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends

    def lie(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if not isinstance(frame, Welcome) or person is not alice:
            return [frame]
        sent = [msgspec.structs.replace(holdings, deposited_up_to=2**20) for holdings in frame.sent]
        return [msgspec.structs.replace(frame, sent=sent)]

    world.to_device = lie
    world.cut(alice)
    world.pass_time(30)
    world.to_device = lambda person, frame: [frame]
    world.say(alice, bob, "after the lie")
    world.pass_time(60)
    assert world.texts(bob, alice) == ["after the lie"]
