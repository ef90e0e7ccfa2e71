"""How two people agree to talk."""

import pytest

from casemate.protocol.ids import AccountId
from casemate.protocol.limits import (
    DAY_SECONDS,
    DECLINED_QUIET_SECONDS,
    PENDING_REQUESTS_PER_ACCOUNT,
    WITHDRAWN_QUIET_SECONDS,
)
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    Deliver,
    PeerBecameRegistered,
    RegistrationAnswered,
    RegistrationAsked,
    RegistrationExpired,
    RegistrationWithdrawn,
    RequestDone,
    RequestFailed,
    SetBlock,
    Signal,
    SignalsTaken,
    WithdrawAsk,
)
from casemate.server.tests.office import Connection, Office, befriend, deposit, person_of


@pytest.fixture
def bob(office: Office) -> Connection:
    return office.newcomer("bob")


def id_of(connection: Connection) -> AccountId:
    return person_of(connection).account_id


def test_a_request_reaches_the_other_side_with_its_card_and_who_asks(alice: Connection, bob: Connection) -> None:
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)
    asked = bob.signal(RegistrationAsked)
    assert (asked.sender.username, asked.request) == ("alice", b"card")


def test_accepting_registers_both(alice: Connection, bob: Connection) -> None:
    befriend(alice, bob)
    answered = alice.signal(RegistrationAnswered)
    assert (answered.sender.account_id, answered.accept, answered.answer) == (id_of(bob), True, b"card of the second")
    assert alice.last(PeerBecameRegistered).row.account_id == id_of(bob)
    assert bob.last(PeerBecameRegistered).row.account_id == id_of(alice)


def test_a_request_that_was_accepted_and_comes_again_reaches_nobody(alice: Connection, bob: Connection) -> None:
    befriend(alice, bob)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)
    assert len([body for body in bob.signals() if isinstance(body, RegistrationAsked)]) == 1


def test_who_has_lost_the_card_of_somebody_registered_gets_a_new_one(
    office: Office, alice: Connection, bob: Connection
) -> None:
    """A device that was restored asks; that the server says they are registered would be no consent."""
    befriend(alice, bob)
    alice.say(SignalsTaken(alice.last(Signal).sequence))
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"lost yours"), RequestDone)
    assert bob.signal(RegistrationAsked).request == b"lost yours"
    bob.ask(AnswerRegistration, id_of(alice), True, b"here it is")
    assert alice.signal(RegistrationAnswered).answer == b"here it is"
    assert office.store.registrations.ask(id_of(alice), id_of(bob)) is None
    assert office.store.registrations.registered(id_of(alice), id_of(bob))


def test_a_request_waits_for_somebody_who_is_away(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    alice.ask(AskRegistration, id_of(bob), b"card")
    office.pass_time(29 * DAY_SECONDS)
    office.start()
    bob = office.authenticate(person_of(bob))
    assert bob.signal(RegistrationAsked).request == b"card"
    assert isinstance(bob.ask(AnswerRegistration, id_of(alice), True, b"yes"), RequestDone)


def test_a_signal_comes_again_on_every_link_until_it_is_taken(
    office: Office, alice: Connection, bob: Connection
) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    again = office.authenticate(person_of(bob))
    assert again.signal(RegistrationAsked).request == b"card"
    again.say(SignalsTaken(1))
    assert office.authenticate(person_of(bob)).signals() == []


def test_signals_are_numbered_on_though_all_were_taken(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.say(SignalsTaken(1))
    carol.ask(AskRegistration, id_of(bob), b"card")
    assert [frame.sequence for frame in bob.heard if hasattr(frame, "sequence")] == [1, 2]


def test_repeating_a_request_is_harmless(alice: Connection, bob: Connection) -> None:
    for _ in range(3):
        assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)
    assert len(bob.signals()) == 1


def test_a_changed_request_replaces_the_old_one_but_not_all_the_time(
    office: Office, alice: Connection, bob: Connection
) -> None:
    bob.drop()
    alice.ask(AskRegistration, id_of(bob), b"card")
    assert alice.refusal(AskRegistration, id_of(bob), b"new card") == "too_many_requests"
    office.pass_time(61)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"new card"), RequestDone)
    bob = office.authenticate(person_of(bob))
    assert [body.request for body in bob.signals() if isinstance(body, RegistrationAsked)] == [b"new card"]


def test_when_both_ask_both_are_registered_and_have_each_others_card(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card of alice")
    assert isinstance(bob.ask(AskRegistration, id_of(alice), b"card of bob"), RequestDone)
    assert alice.signal(RegistrationAnswered).answer == b"card of bob"
    assert bob.signal(RegistrationAnswered).answer == b"card of alice"
    assert alice.all(PeerBecameRegistered)
    assert bob.all(PeerBecameRegistered)


def test_declining_is_told_and_keeps_quiet_for_seven_days(office: Office, alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    assert isinstance(bob.ask(AnswerRegistration, id_of(alice), False, b""), RequestDone)
    assert not alice.signal(RegistrationAnswered).accept
    until = (office.now.wall + DECLINED_QUIET_SECONDS) * 1000
    answer = alice.ask(AskRegistration, id_of(bob), b"card")
    assert isinstance(answer, RequestFailed)
    assert (answer.code, answer.params) == ("declined_recently", {"until": str(int(until))})
    office.pass_time(DECLINED_QUIET_SECONDS + 1)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)


def test_the_moment_in_which_the_quiet_ends_is_no_quiet_any_more(
    office: Office, alice: Connection, bob: Connection
) -> None:
    """Both sides of it agree: the decline is over, so that it cannot be repeated, and asking is allowed."""
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(AnswerRegistration, id_of(alice), False, b"")
    office.serve_until(office.store.registrations.declined_until(id_of(alice), id_of(bob)))
    assert bob.refusal(AnswerRegistration, id_of(alice), False, b"") == "not_asked"
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)


@pytest.mark.parametrize("withdrawn", [False, True], ids=["declined", "withdrawn"])
def test_a_clock_that_jumps_neither_ends_nor_lengthens_the_quiet(
    office: Office, alice: Connection, bob: Connection, *, withdrawn: bool
) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    if withdrawn:
        alice.ask(WithdrawAsk, id_of(bob))
    else:
        bob.ask(AnswerRegistration, id_of(alice), False, b"")
    office.jump_clock(30 * DAY_SECONDS)
    office.pass_time(130)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestFailed)
    office.jump_clock(-400 * DAY_SECONDS)
    office.pass_time((WITHDRAWN_QUIET_SECONDS if withdrawn else DECLINED_QUIET_SECONDS) + 1)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)


def test_who_declined_may_ask_at_once(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(AnswerRegistration, id_of(alice), False, b"")
    assert isinstance(bob.ask(AskRegistration, id_of(alice), b"after all"), RequestDone)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"yes"), RequestDone), "their request ends the quiet"
    assert alice.all(PeerBecameRegistered)


@pytest.mark.parametrize(("accept", "card"), [(True, b"yes"), (False, b"")])
def test_repeating_an_answer_is_harmless(alice: Connection, bob: Connection, accept: bool, card: bytes) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    for _ in range(3):
        assert isinstance(bob.ask(AnswerRegistration, id_of(alice), accept, card), RequestDone)
    assert len(alice.signals()) == 1


@pytest.mark.parametrize(("accept", "card"), [(True, b"yes"), (False, b"")])
def test_who_was_not_asked_cannot_answer(alice: Connection, bob: Connection, accept: bool, card: bytes) -> None:
    assert bob.refusal(AnswerRegistration, id_of(alice), accept, card) == "not_asked"


def test_an_answer_cannot_be_turned_round(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(AnswerRegistration, id_of(alice), False, b"")
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_asked"


def test_nobody_asks_themselves_or_nobody(alice: Connection) -> None:
    assert alice.refusal(AskRegistration, id_of(alice), b"card") == "unknown_peer"
    assert alice.refusal(AskRegistration, AccountId(bytes(32)), b"card") == "unknown_peer"


def test_a_request_that_nobody_answered_expires() -> None:
    office = Office(registration_request_seconds=7200)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    bob.drop()
    alice.ask(AskRegistration, id_of(bob), b"card")
    office.jump_clock(40 * DAY_SECONDS)
    office.pass_time(7100)
    assert alice.signals() == [], "a clock that jumps ends no request"
    office.pass_time(161)
    assert alice.signal(RegistrationExpired).account == id_of(bob)
    bob = office.authenticate(person_of(bob))
    assert bob.signals() == []
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_asked"


def test_the_expiry_is_the_operators_choice() -> None:
    office = Office(registration_request_seconds=3600)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    alice.ask(AskRegistration, id_of(bob), b"card")
    office.pass_time(3500)
    assert alice.signals() == []
    office.pass_time(200)
    assert alice.signal(RegistrationExpired).account == id_of(bob)


def test_pending_requests_are_limited(office: Office, alice: Connection) -> None:
    others = [office.newcomer(f"person{n:03}") for n in range(PENDING_REQUESTS_PER_ACCOUNT + 1)]
    for other in others[:-1]:
        alice.ask(AskRegistration, id_of(other), b"card")
        office.pass_time(0.1)
    assert alice.refusal(AskRegistration, id_of(others[-1]), b"card") == "too_many_requests"


# --- requests that end before they are answered


def test_the_oldest_of_too_many_requests_makes_room_and_its_asker_is_told(
    office: Office, bob: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casemate.server.core.registrations.PENDING_REQUESTS_PER_ACCOUNT", 3)
    askers = [office.newcomer(f"person{n}") for n in range(5)]
    bob.drop()
    for asker in askers:
        assert isinstance(asker.ask(AskRegistration, id_of(bob), b"card"), RequestDone)
        office.pass_time(1)
    assert [bool(asker.signals()) for asker in askers] == [True, True, False, False, False]
    assert askers[0].signal(RegistrationExpired).account == id_of(bob)
    bob = office.authenticate(person_of(bob))
    assert [type(body) for body in bob.signals()] == [RegistrationAsked] * 3, "nothing of the first two is left"
    last = office.newcomer("zoe")
    last.ask(AskRegistration, id_of(bob), b"card")
    assert bob.signal(RegistrationWithdrawn).account == id_of(askers[2]), "who has heard of it hears that it is over"
    assert isinstance(askers[0].ask(AskRegistration, id_of(bob), b"card"), RequestDone), "and may ask again at once"


def test_a_request_is_taken_back_as_if_it_had_not_been_while_nobody_has_heard_of_it(
    office: Office, alice: Connection, bob: Connection
) -> None:
    bob.drop()
    alice.ask(AskRegistration, id_of(bob), b"card")
    for _ in range(2):
        assert isinstance(alice.ask(WithdrawAsk, id_of(bob)), RequestDone)
    bob = office.authenticate(person_of(bob))
    assert bob.signals() == []
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_asked"


def test_who_has_heard_of_a_request_hears_that_it_was_taken_back(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.say(SignalsTaken(1))
    alice.ask(WithdrawAsk, id_of(bob))
    assert bob.signal(RegistrationWithdrawn).account == id_of(alice)
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_asked"


def test_only_a_request_that_waits_is_taken_back(alice: Connection, bob: Connection) -> None:
    assert alice.refusal(WithdrawAsk, id_of(bob)) == "not_asked"
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(AnswerRegistration, id_of(alice), True, b"yes")
    assert alice.refusal(WithdrawAsk, id_of(bob)) == "not_asked"


def test_asking_and_taking_back_does_not_ring_at_somebodys_door_all_day(
    office: Office, alice: Connection, bob: Connection
) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    alice.ask(WithdrawAsk, id_of(bob))
    assert alice.refusal(AskRegistration, id_of(bob), b"card") == "withdrawn_recently"
    assert isinstance(bob.ask(AskRegistration, id_of(alice), b"card"), RequestDone), "the other way round one may ask"
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone), "and that may be accepted"
    carol = office.newcomer("carol")
    carol.ask(AskRegistration, id_of(bob), b"card")
    carol.ask(WithdrawAsk, id_of(bob))
    office.pass_time(WITHDRAWN_QUIET_SECONDS + 1)
    assert isinstance(carol.ask(AskRegistration, id_of(bob), b"card"), RequestDone)


def test_who_was_asked_in_vain_for_too_long_hears_that_it_is_over() -> None:
    office = Office(registration_request_seconds=3600)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.say(SignalsTaken(1))
    office.pass_time(3800)
    assert bob.signal(RegistrationWithdrawn).account == id_of(alice)


# --- blocking


def test_who_is_blocked_is_not_accepted_and_their_request_is_gone(
    office: Office, alice: Connection, bob: Connection
) -> None:
    bob.drop()
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob = office.authenticate(person_of(bob))
    bob.ask(SetBlock, id_of(alice), True)
    assert alice.refusal(AskRegistration, id_of(bob), b"card") == "not_accepting"
    assert office.authenticate(person_of(bob)).signals() == [], "not even the stored request comes again"


def test_whose_request_ends_by_a_block_hears_what_a_declined_person_hears(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(SetBlock, id_of(alice), True)
    assert not alice.signal(RegistrationAnswered).accept
    assert len(alice.signals()) == 1


def test_who_asked_and_then_blocked_is_not_registered_behind_their_back(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    alice.ask(SetBlock, id_of(bob), True)
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_accepting"
    alice.ask(SetBlock, id_of(bob), False)
    assert isinstance(bob.ask(AnswerRegistration, id_of(alice), True, b"yes"), RequestDone)


def test_request_then_block_then_accept_is_not_asked(alice: Connection, bob: Connection) -> None:
    alice.ask(AskRegistration, id_of(bob), b"card")
    bob.ask(SetBlock, id_of(alice), True)
    assert bob.refusal(AnswerRegistration, id_of(alice), True, b"yes") == "not_asked"


def test_who_blocks_must_unblock_before_asking(alice: Connection, bob: Connection) -> None:
    alice.ask(SetBlock, id_of(bob), True)
    assert alice.refusal(AskRegistration, id_of(bob), b"card") == "blocked_by_you"
    alice.ask(SetBlock, id_of(bob), False)
    assert isinstance(alice.ask(AskRegistration, id_of(bob), b"card"), RequestDone)


def test_blocks_are_remembered_and_told_at_the_welcome(office: Office, alice: Connection, bob: Connection) -> None:
    alice.ask(SetBlock, id_of(bob), True)
    alice.ask(SetBlock, id_of(bob), True)
    office.start()
    assert office.authenticate(person_of(alice)).welcome.blocked == [id_of(bob)]


def test_only_accounts_of_this_server_can_be_blocked(alice: Connection) -> None:
    assert alice.refusal(SetBlock, AccountId(bytes(32)), True) == "unknown_peer"
    assert alice.refusal(SetBlock, id_of(alice), True) == "unknown_peer"


def test_what_was_deposited_before_a_block_waits_until_it_ends(
    office: Office, alice: Connection, bob: Connection
) -> None:
    befriend(alice, bob)
    bob.drop()
    alice.say(deposit(bob, [1, 2]))
    bob = office.authenticate(person_of(bob))
    bob.drop()
    office.store.registrations.block(id_of(bob), id_of(alice), None)
    bob = office.authenticate(person_of(bob))
    assert not bob.all(Deliver)
    bob.ask(SetBlock, id_of(alice), False)
    assert [number for number, _ in bob.last(Deliver).items] == [1, 2]
