"""Sealed envelopes wait until their recipient has them."""

import pytest

from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import (
    DAY_SECONDS,
    DELIVERIES_UNTAKEN,
    DELIVERY_ITEMS,
    LINK_BATCH_BYTES,
    MAILBOX_BYTES_PER_PAIR,
    MIB,
)
from casemate.protocol.link import (
    Deliver,
    Deposit,
    Deposited,
    DepositRefused,
    Ephemeral,
    EphemeralArrived,
    Expired,
    ReceiptArrived,
    ReceiptTaken,
    SetBlock,
    Welcome,
)
from casemate.server.core import mailbox
from casemate.server.tests.office import (
    Connection,
    Office,
    befriend,
    deposit,
    device_of,
    envelope,
    numbers,
    person_of,
    take,
)


def returning(office: Office, connection: Connection) -> Connection:
    return office.authenticate(person_of(connection))


def held(office: Office, sender: Connection, recipient: Connection) -> int:
    pair = office.store.mailbox.pair(device_of(sender), device_of(recipient))
    assert pair is not None
    waiting = office.store.mailbox.after(pair.pair_id, 0, 10**6, 10**9)
    assert (pair.envelopes, pair.bytes) == (len(waiting), sum(len(sealed) for _, sealed in waiting))
    return pair.envelopes


def test_a_deposit_is_answered_and_delivered_at_once(alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2, 3]))
    assert (alice.last(Deposited).first, alice.last(Deposited).last) == (1, 3)
    delivery = bob.last(Deliver)
    assert (delivery.sender, delivery.sender_device) == (person_of(alice).account_id, device_of(alice))
    assert delivery.items == [(number, envelope(number)) for number in (1, 2, 3)]


def test_a_deposit_waits_for_somebody_who_is_away(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    alice.say(deposit(bob, [1, 2, 3]))
    office.start()
    assert numbers(returning(office, bob)) == [1, 2, 3]


def test_it_comes_on_every_link_until_it_is_taken(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2, 3]))
    again = returning(office, bob)
    assert numbers(again) == [1, 2, 3]
    take(again, alice, 2)
    assert numbers(returning(office, bob)) == [3]


def test_a_repeated_deposit_is_answered_and_not_doubled(office: Office, alice: Connection, bob: Connection) -> None:
    for items in ([1, 2], [1, 2], [2, 3]):
        alice.say(deposit(bob, items))
    assert [(answer.first, answer.last) for answer in alice.all(Deposited)] == [(1, 2), (1, 2), (2, 3)]
    assert numbers(bob) == [1, 2, 3]
    assert held(office, alice, bob) == 3


def test_the_first_envelope_of_a_number_stays(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    alice.say(Deposit(device_of(bob), [(1, b"first")]), Deposit(device_of(bob), [(1, b"second")]))
    assert returning(office, bob).last(Deliver).items == [(1, b"first")]


def test_what_was_taken_is_answered_and_not_stored_again(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2, 3]))
    take(bob, alice, 3)
    alice.say(deposit(bob, [2, 3]))
    assert (alice.last(Deposited).first, alice.last(Deposited).last) == (2, 3)
    assert numbers(bob) == [1, 2, 3]
    assert held(office, alice, bob) == 0


def test_a_gap_is_filled_later(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 4]), deposit(bob, [2, 3]))
    assert sorted(numbers(bob)) == [1, 2, 3, 4]
    assert held(office, alice, bob) == 4


def fill_window(sender: Connection, recipient: Connection, first: int) -> int:
    """Deposit until the window is full; the next number."""
    for start in range(first, first + DELIVERIES_UNTAKEN, 64):
        sender.say(deposit(recipient, range(start, start + 64)))
    return first + DELIVERIES_UNTAKEN


def test_a_gap_below_a_full_window_is_filled_at_once(alice: Connection, bob: Connection) -> None:
    """Else the recipient could take nothing, and the window would stay full for ever."""
    after = fill_window(alice, bob, 101)
    alice.say(deposit(bob, [after]))
    alice.say(deposit(bob, range(1, 51)), deposit(bob, range(51, 101)))
    assert numbers(bob)[-50:] == list(range(1, 51))
    take(bob, alice, 50)
    assert numbers(bob)[-50:] == list(range(51, 101))
    take(bob, alice, 200)
    assert numbers(bob)[-1] == after
    assert sorted(numbers(bob)) == list(range(1, after + 1))


def test_a_receipt_removes_what_was_taken_and_reaches_the_sender(
    office: Office, alice: Connection, bob: Connection
) -> None:
    alice.say(deposit(bob, [1, 2, 3]))
    take(bob, alice, 2, b"sealed receipt")
    assert held(office, alice, bob) == 1
    arrived = alice.last(ReceiptArrived)
    assert (arrived.sender, arrived.sender_device, arrived.sealed) == (
        person_of(bob).account_id,
        device_of(bob),
        b"sealed receipt",
    )


def test_only_the_newest_receipt_is_kept_until_it_is_taken(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2]))
    alice.drop()
    take(bob, alice, 1, b"one")
    take(bob, alice, 2, b"two")
    alice = returning(office, alice)
    assert [arrived.sealed for arrived in alice.all(ReceiptArrived)] == [b"two"]
    again = returning(office, alice)
    again.say(ReceiptTaken(device_of(bob), again.last(ReceiptArrived).mark))
    assert not returning(office, alice).all(ReceiptArrived)


def test_taking_an_old_receipt_does_not_lose_the_new_one(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2]))
    take(bob, alice, 1, b"one")
    mark = alice.last(ReceiptArrived).mark
    take(bob, alice, 2, b"two")
    alice.say(ReceiptTaken(device_of(bob), mark))
    assert returning(office, alice).last(ReceiptArrived).sealed == b"two"


def test_a_receipt_for_what_never_was_deposited_counts(office: Office, alice: Connection, bob: Connection) -> None:
    """It came another way, and must not be stored when it comes this way as well."""
    take(bob, alice, 5, b"sealed")
    assert alice.last(ReceiptArrived).sealed == b"sealed"
    alice.say(deposit(bob, [4, 5, 6]))
    assert numbers(bob) == [6]


def test_restored_data_takes_its_receipt_back(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2, 3]))
    take(bob, alice, 3)
    take(bob, alice, 1)
    alice.say(deposit(bob, [2, 3]))
    assert numbers(returning(office, bob)) == [2, 3]


# --- who may deposit


def test_strangers_cannot_deposit(office: Office, alice: Connection) -> None:
    carol = office.newcomer("carol")
    alice.say(deposit(carol, [1, 2]))
    assert alice.last(DepositRefused) == DepositRefused(device_of(carol), 1, 2, "not_registered")


def test_a_device_that_nobody_has_is_unknown(alice: Connection) -> None:
    alice.say(Deposit(DeviceId(bytes(16)), [(1, b"x")]))
    assert alice.last(DepositRefused).code == "unknown_device"


def test_the_blocked_side_hears_that_nothing_is_accepted(alice: Connection, bob: Connection) -> None:
    bob.ask(SetBlock, person_of(alice).account_id, True)
    alice.say(deposit(bob, [1]))
    assert alice.last(DepositRefused).code == "not_accepting"
    bob.ask(SetBlock, person_of(alice).account_id, False)
    alice.say(deposit(bob, [1]))
    assert numbers(bob) == [1]


def test_a_full_mailbox_keeps_nothing_of_the_frame_and_goes_on_when_there_is_room(
    office: Office, alice: Connection, bob: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(mailbox, "MAILBOX_ENVELOPES_PER_PAIR", 100)
    bob.drop()
    alice.say(deposit(bob, range(1, 51)), deposit(bob, range(51, 100)))
    alice.say(deposit(bob, [100, 101]))
    assert alice.last(DepositRefused) == DepositRefused(device_of(bob), 100, 101, "mailbox_full")
    assert held(office, alice, bob) == 99
    bob = returning(office, bob)
    take(bob, alice, 1)
    alice.say(deposit(bob, [100, 101]))
    assert alice.last(Deposited).last == 101


def test_a_mailbox_is_full_by_bytes_too(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    for number in range(1, MAILBOX_BYTES_PER_PAIR // MIB + 1):
        alice.say(deposit(bob, [number], size=MIB))
    assert not alice.all(DepositRefused)
    alice.say(deposit(bob, [1000], size=1))
    assert alice.last(DepositRefused).code == "mailbox_full"
    alice.say(deposit(bob, [3], size=MIB))
    assert alice.last(Deposited).first == 3, "what is held already needs no room"


# --- what nobody comes for

KEPT_SECONDS = 6 * 3600.0


@pytest.fixture
def forgetful() -> tuple[Office, Connection, Connection]:
    """A server that keeps envelopes for six hours, alice, and bob, who is away."""
    office = Office(mailbox_seconds=KEPT_SECONDS)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    bob.drop()
    return office, alice, bob


def test_an_envelope_that_nobody_comes_for_goes_and_may_be_deposited_again(
    forgetful: tuple[Office, Connection, Connection],
) -> None:
    office, alice, bob = forgetful
    alice.say(deposit(bob, [1, 2]))
    office.pass_time(KEPT_SECONDS / 2)
    alice.say(deposit(bob, [3]))
    office.pass_time(KEPT_SECONDS / 2 + 61)
    [sent] = returning(office, alice).welcome.sent
    assert (sent.deposited_up_to, sent.held, sent.expired_up_to) == (3, [(3, 3)], 2)
    alice = returning(office, alice)
    alice.say(deposit(bob, [1, 2]))
    assert sorted(numbers(returning(office, bob))) == [1, 2, 3]


def test_a_writer_who_is_here_is_told_what_nobody_came_for(forgetful: tuple[Office, Connection, Connection]) -> None:
    office, alice, bob = forgetful
    alice.say(deposit(bob, [1, 2]), deposit(bob, [3]))
    office.pass_time(KEPT_SECONDS / 2)
    alice.say(deposit(bob, [4, 5, 8]))
    office.pass_time(KEPT_SECONDS / 2 + 61)
    assert alice.all(Expired) == [Expired(device_of(bob), 1, 3)]
    office.pass_time(KEPT_SECONDS / 2)
    assert alice.all(Expired)[1:] == [Expired(device_of(bob), 4, 5), Expired(device_of(bob), 8, 8)]


def test_a_deposit_is_answered_with_how_long_it_is_kept(forgetful: tuple[Office, Connection, Connection]) -> None:
    office, alice, bob = forgetful
    alice.say(deposit(bob, [1]))
    assert alice.last(Deposited).kept_seconds == KEPT_SECONDS
    office.pass_time(3600)
    alice.say(deposit(bob, [1, 2]))
    assert alice.last(Deposited).kept_seconds == KEPT_SECONDS - 3600, "what was here before goes first"


def test_a_clock_that_jumps_drops_nothing(forgetful: tuple[Office, Connection, Connection]) -> None:
    office, alice, bob = forgetful
    alice.say(deposit(bob, [1]))
    office.jump_clock(400 * DAY_SECONDS)
    office.pass_time(3600)
    office.jump_clock(-800 * DAY_SECONDS)
    office.pass_time(3600)
    assert not alice.all(Expired)
    assert numbers(returning(office, bob)) == [1]


def test_a_server_that_was_away_or_asleep_drops_nothing(forgetful: tuple[Office, Connection, Connection]) -> None:
    office, alice, bob = forgetful
    alice.say(deposit(bob, [1]))
    office.now = Instant(office.now.monotonic + KEPT_SECONDS * 9, office.now.wall + KEPT_SECONDS * 9)  # asleep
    office.pass_time(61)
    office.now = Instant(5.0, office.now.wall + KEPT_SECONDS * 9)  # its computer was off
    office.start()
    office.pass_time(3600)
    assert held(office, alice, bob) == 1
    office.pass_time(KEPT_SECONDS)
    assert held(office, alice, bob) == 0, "it goes when its time has come, not never"


def test_a_large_sweep_goes_on_a_moment_later(forgetful: tuple[Office, Connection, Connection]) -> None:
    office, alice, bob = forgetful
    alice.say(*(deposit(bob, range(start, start + 50)) for start in range(1, 2501, 50)))
    while held(office, alice, bob) == 2500:
        office.pass_time(60)
    assert held(office, alice, bob) == 1500
    office.pass_time(0.2)
    assert held(office, alice, bob) == 0
    assert [(gone.first, gone.last) for gone in alice.all(Expired)] == [(1, 1000), (1001, 2000), (2001, 2500)]


# --- how fast it comes


def test_at_most_so_many_envelopes_of_one_sender_are_under_way(alice: Connection, bob: Connection) -> None:
    for start in range(1, 1025, 64):
        alice.say(deposit(bob, range(start, start + 64)))
    assert len(numbers(bob)) == DELIVERIES_UNTAKEN
    take(bob, alice, 100)
    assert len(numbers(bob)) == DELIVERIES_UNTAKEN + 100
    take(bob, alice, DELIVERIES_UNTAKEN + 100)
    assert numbers(bob) == list(range(1, 1025))


def test_of_a_deposit_larger_than_the_room_that_is_left_only_so_much_goes_out(
    alice: Connection, bob: Connection
) -> None:
    nearly = DELIVERIES_UNTAKEN - 12
    for start in range(1, nearly + 1, 50):
        alice.say(deposit(bob, range(start, start + 50)))
    alice.say(deposit(bob, range(nearly + 1, nearly + 65)))
    assert numbers(bob) == list(range(1, DELIVERIES_UNTAKEN + 1))
    take(bob, alice, DELIVERIES_UNTAKEN)
    assert numbers(bob) == list(range(1, nearly + 65))


def test_one_sender_whose_envelopes_are_not_taken_holds_up_nobody_else(
    office: Office, alice: Connection, bob: Connection
) -> None:
    carol = office.newcomer("carol")
    befriend(carol, bob)
    for start in range(2, 1026, 64):
        alice.say(deposit(bob, range(start, start + 64)))
    carol.say(deposit(bob, [1]))
    assert bob.last(Deliver).sender_device == device_of(carol)


def test_a_returning_device_gets_batches_within_their_limits_and_senders_in_turn(
    office: Office, alice: Connection, bob: Connection
) -> None:
    carol = office.newcomer("carol")
    befriend(carol, bob)
    bob.drop()
    alice.say(*(deposit(bob, range(start, start + 50)) for start in range(1, 301, 50)))
    for number in range(1, 7):
        carol.say(deposit(bob, [number], size=MIB // 3))
    bob = returning(office, bob)
    deliveries = bob.all(Deliver)
    assert all(len(delivery.items) <= DELIVERY_ITEMS for delivery in deliveries)
    assert all(sum(len(sealed) for _, sealed in delivery.items) <= LINK_BATCH_BYTES for delivery in deliveries)
    assert {delivery.sender_device for delivery in deliveries[:2]} == {device_of(alice), device_of(carol)}
    assert sorted(numbers(bob)) == sorted([*range(1, 301), *range(1, 7)])


def test_an_envelope_larger_than_a_batch_comes_alone(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(deposit(bob, [1, 2, 3], size=LINK_BATCH_BYTES + 1))
    for link in (bob, returning(office, bob)):
        assert [len(delivery.items) for delivery in link.all(Deliver)] == [1, 1, 1]


# --- what is never stored


def test_ephemeral_events_pass_to_peers_who_are_here(office: Office, alice: Connection, bob: Connection) -> None:
    alice.say(Ephemeral(device_of(bob), b"typing"))
    assert bob.last(EphemeralArrived) == EphemeralArrived(person_of(alice).account_id, device_of(alice), b"typing")
    bob.drop()
    alice.say(Ephemeral(device_of(bob), b"typing"))
    assert not returning(office, bob).all(EphemeralArrived)


def test_ephemeral_events_of_strangers_and_blocked_people_go_nowhere(
    office: Office, alice: Connection, bob: Connection
) -> None:
    carol = office.newcomer("carol")
    carol.say(Ephemeral(device_of(bob), b"typing"))
    bob.ask(SetBlock, person_of(alice).account_id, True)
    alice.say(Ephemeral(device_of(bob), b"typing"))
    assert not bob.all(EphemeralArrived)
    assert not carol.closed


def test_deposits_of_several_senders_keep_their_own_numbers(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    befriend(carol, bob)
    bob.drop()
    alice.say(deposit(bob, [1, 2]))
    carol.say(deposit(bob, [1]))
    bob = returning(office, bob)
    by_sender = {delivery.sender_device: [n for n, _ in delivery.items] for delivery in bob.all(Deliver)}
    assert by_sender == {device_of(alice): [1, 2], device_of(carol): [1]}
    assert {h.device: h.deposited_up_to for h in bob.welcome.received} == {device_of(alice): 2, device_of(carol): 1}


def test_the_welcome_comes_before_everything_that_was_stored(
    office: Office, alice: Connection, bob: Connection
) -> None:
    bob.drop()
    alice.say(deposit(bob, [1]))
    kinds = [type(frame) for frame in returning(office, bob).heard]
    assert kinds.index(Welcome) < kinds.index(Deliver)
