"""What a device takes more slowly than it comes waits on the server's disk."""

from casemate.protocol.limits import MIB
from casemate.protocol.link import AskRegistration, Deposited, ReceiptArrived, SetBlock
from casemate.server.core.outflow import FRAME_OVERHEAD_BYTES
from casemate.server.core.pushes import PUSH_CREDIT_BYTES
from casemate.server.tests.office import Connection, Office, befriend, deposit, numbers, person_of, take


def test_a_slow_device_gets_no_more_than_its_connection_can_hold(
    office: Office, alice: Connection, bob: Connection
) -> None:
    office.slow = True
    for number in range(1, 21):
        alice.say(deposit(bob, [number], size=MIB // 2))
    assert bob.unwritten <= PUSH_CREDIT_BYTES + MIB
    assert len(alice.all(Deposited)) == 20, "the sender does not feel it"
    while len(numbers(bob)) < 20:
        before = len(numbers(bob))
        bob.write()
        assert bob.unwritten <= PUSH_CREDIT_BYTES + MIB
        assert len(numbers(bob)) > before
    assert numbers(bob) == list(range(1, 21))


def test_what_a_slow_device_was_still_to_get_from_somebody_it_blocks_is_held_back(
    office: Office, alice: Connection, bob: Connection
) -> None:
    office.slow = True
    alice.say(*(deposit(bob, [number], size=MIB // 2) for number in range(1, 11)))
    delivered = numbers(bob)
    assert 0 < len(delivered) < 10
    bob.ask(SetBlock, person_of(alice).account_id, True)
    bob.write()
    assert numbers(bob) == delivered


def test_receipts_wait_for_a_slow_device_and_only_the_newest_comes(
    office: Office, alice: Connection, bob: Connection
) -> None:
    befriend(bob, alice)
    office.slow = True
    for number in range(1, 10):
        bob.say(deposit(alice, [number], size=MIB // 2))
    alice.say(deposit(bob, [1, 2]))
    take(bob, alice, 1, b"one")
    take(bob, alice, 2, b"two")
    assert not alice.all(ReceiptArrived)
    alice.write()
    assert [arrived.sealed for arrived in alice.all(ReceiptArrived)] == [b"two"]


def test_a_connection_that_is_full_to_the_last_byte_gets_nothing_more(
    office: Office, alice: Connection, bob: Connection
) -> None:
    carol = office.newcomer("carol")
    bob.say(deposit(alice, [1]))
    office.slow = True
    for number in range(1, 5):
        alice.say(deposit(bob, [number], size=PUSH_CREDIT_BYTES // 4 - 2 * FRAME_OVERHEAD_BYTES))
    assert bob.unwritten == PUSH_CREDIT_BYTES
    signals = len(bob.signals())
    carol.ask(AskRegistration, person_of(bob).account_id, b"card")
    take(alice, bob, 1, b"have it")
    alice.say(deposit(bob, [5]))
    assert (len(bob.signals()), bob.all(ReceiptArrived), numbers(bob)) == (signals, [], [1, 2, 3, 4])
    bob.write()
    assert (len(bob.signals()), len(bob.all(ReceiptArrived)), numbers(bob)) == (signals + 1, 1, [1, 2, 3, 4, 5])
