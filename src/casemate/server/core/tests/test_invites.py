"""Who is let in by an invitation, whatever else the server asks of newcomers, and who is not."""

from dataclasses import replace
from typing import Any

import pytest

from casemate.crypto.invite import admit_digest, admit_token, new_invite
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import InviteId
from casemate.protocol.limits import (
    DAY_SECONDS,
    INVITE_REMEMBERED_SECONDS,
    INVITE_SECONDS,
    INVITE_USES,
    INVITES_PER_ACCOUNT,
    INVITES_REMEMBERED,
    WRONG_PASSWORDS_AT_ONCE,
)
from casemate.protocol.link import (
    AnswerRegistration,
    AskRegistration,
    DeleteAccount,
    EndInvite,
    OpeningRefused,
    PutInvite,
    RequestDone,
    RequestFailed,
    ServerHello,
    Welcome,
    WithdrawAsk,
)
from casemate.protocol.versions import INVITES_FEATURE
from casemate.server.core.events import Caller
from casemate.server.core.tests.test_registrations import id_of
from casemate.server.tests.office import Connection, Office
from casemate.server.tests.people import Person, new_person

INVITE_ID, SECRET = new_invite(repeatable_entropy(b"invite"))
TOKEN = admit_token(SECRET)
DIGEST = admit_digest(TOKEN)
PASSWORD_HASH = b"p" * 32


def invites(alice: Connection, *, uses: int = 1, seconds: float = DAY_SECONDS, invite_id: InviteId = INVITE_ID) -> None:
    assert isinstance(alice.ask(PutInvite, invite_id, DIGEST, uses, seconds), RequestDone)


def comes(
    office: Office, name: str, *, invite_id: bytes = INVITE_ID, token: bytes = TOKEN, network: str = ""
) -> str | None:
    """Why not, or None for who is let in."""
    person = new_person(name)
    person.invite = (invite_id, token)
    link = office.create_account(person, Caller(network))
    refusals = link.all(OpeningRefused)
    return refusals[0].code if refusals else None


def founder(office: Office) -> Connection:
    """Was there before the door was closed."""
    mode = office.settings.registration
    office.settings = replace(office.settings, registration="open")
    office.start()
    office.newcomer("alice")
    office.settings = replace(office.settings, registration=mode)
    office.start()
    alice = office.authenticate(new_person("alice"))
    assert alice.all(Welcome)
    return alice


def by_password() -> Office:
    return Office(password_hashes=(PASSWORD_HASH,))


@pytest.mark.parametrize("mode", ["open", "invite"])
def test_an_invitation_lets_in(mode: Any) -> None:
    office = Office(registration=mode)
    alice = founder(office)
    assert INVITES_FEATURE in office.greet(new_person("x"))[0].last(ServerHello).features
    invites(alice)
    assert comes(office, "bob") is None


def test_an_invitation_stands_for_the_server_password() -> None:
    office = by_password()
    alice = founder(office)
    invites(alice)
    assert comes(office, "bob") is None
    assert comes(office, "carol", invite_id=b"", token=b"") == "server_password_wrong"


def test_without_an_invitation_nobody_is_let_in_where_one_is_needed() -> None:
    office = Office(registration="invite")
    assert comes(office, "bob", invite_id=b"", token=b"") == "invite_needed"
    assert office.greet(new_person("bob"))[0].last(ServerHello).registration == "invite"


@pytest.mark.parametrize("mode", ["invite", "closed"])
def test_a_program_that_knows_no_invitations_hears_what_it_understands_and_can_be_done(mode: Any) -> None:
    office = Office(registration=mode)
    office.settings = replace(office.settings, version="1.2.3")
    office.start()
    older = new_person("bob")
    older.features = []
    refusal = office.create_account(older).last(OpeningRefused)
    assert (refusal.code, refusal.params) == ("update_this_computer", {})


HERE, ELSEWHERE = Caller("10.9.8.7", is_here=True), Caller("10.9.8.7")


@pytest.mark.parametrize(
    ("told_apart", "caller", "mode"),
    [(True, HERE, "open"), (True, ELSEWHERE, "invite"), (False, HERE, "invite")],
)
def test_the_computer_of_the_server_itself_may_need_no_invitation(told_apart: bool, caller: Caller, mode: str) -> None:
    office = Office(registration="invite")
    office.settings = replace(office.settings, open_to_this_computer=told_apart)
    office.start()
    assert office.greet(new_person("x"), caller)[0].last(ServerHello).registration == mode
    made = office.create_account(new_person("ann"), caller)
    assert bool(made.all(Welcome)) is (mode == "open")


def test_a_closed_server_is_closed_to_its_own_computer_as_well() -> None:
    office = Office(registration="closed")
    office.settings = replace(office.settings, open_to_this_computer=True)
    office.start()
    assert not office.create_account(new_person("ann"), HERE).all(Welcome)


def test_a_closed_server_lets_nobody_in_and_takes_no_invitation() -> None:
    office = Office(registration="open")
    alice = office.newcomer("alice")
    invites(alice)
    office.settings = replace(office.settings, registration="closed")
    office.start()
    assert comes(office, "bob") == "registration_closed"
    alice = office.authenticate(new_person("alice"))
    assert alice.refusal(PutInvite, INVITE_ID, DIGEST, 1, 60.0) == "registration_closed"


def test_each_use_counts_once_and_only_when_an_account_is_made(office: Office, alice: Connection) -> None:
    invites(alice, uses=2)
    assert comes(office, "Alice") == "username_taken"
    assert comes(office, "bob") is None
    assert comes(office, "bob") is None, "the same account again, after a lost answer"
    assert comes(office, "carol") is None
    assert comes(office, "dora") == "invite_used"


def test_one_use_raced_by_two_newcomers_lets_in_one(office: Office, alice: Connection) -> None:
    invites(alice)
    racers: list[tuple[Person, Connection]] = []
    frames = []
    for name in ("bob", "carol"):
        person = new_person(name)
        person.invite = (INVITE_ID, TOKEN)
        link, greeting = office.greet(person)
        racers.append((person, link))
        frames.append((link, person.create_account(greeting)))
    for link, frame in frames:
        link.say(frame)
    assert [bool(link.all(Welcome)) for _, link in racers] == [True, False]
    assert racers[1][1].last(OpeningRefused).code == "invite_used"


def test_an_invitation_ends_when_its_time_is_over(office: Office, alice: Connection) -> None:
    invites(alice, seconds=3600)
    office.pass_time(3600)
    assert comes(office, "bob") == "invite_expired"
    office.serve(INVITE_REMEMBERED_SECONDS)
    office.serve(1)
    assert comes(office, "bob") == "invite_unknown"


def test_no_invitation_lives_longer_than_the_server_allows(office: Office, alice: Connection) -> None:
    invites(alice, seconds=1e12)
    office.serve(INVITE_SECONDS)
    assert comes(office, "bob") == "invite_expired"


def test_an_invitation_that_was_taken_back_lets_nobody_in(office: Office, alice: Connection) -> None:
    invites(alice)
    for _ in range(2):
        assert isinstance(alice.ask(EndInvite, INVITE_ID), RequestDone)
    assert comes(office, "bob") == "invite_ended"
    assert alice.refusal(PutInvite, INVITE_ID, DIGEST, 5, 60.0) == "invite_ended", "whoever was restored is told"
    assert comes(office, "bob") == "invite_ended"


def test_what_the_inviter_counted_counts(office: Office, alice: Connection) -> None:
    assert isinstance(alice.ask(PutInvite, INVITE_ID, DIGEST, 3, 60.0, 2), RequestDone)
    assert comes(office, "bob") is None
    assert comes(office, "carol") == "invite_used"


def test_rows_of_one_account_are_bounded_however_short_they_live(office: Office, alice: Connection) -> None:
    for number in range(INVITES_REMEMBERED + 50):
        invites(alice, invite_id=InviteId(number.to_bytes(16, "big")), seconds=1e-6)
        office.pass_time(1)
    assert office.store.invites._db.value("SELECT count(*) FROM invites") == INVITES_REMEMBERED
    revived = 0
    for number in range(50, INVITES_REMEMBERED + 50):
        answer = alice.ask(PutInvite, InviteId(number.to_bytes(16, "big")), DIGEST, 1, 3600.0)
        revived += isinstance(answer, RequestDone)
        office.pass_time(1)
    assert revived == INVITES_PER_ACCOUNT


def test_an_invitation_said_again_keeps_count(office: Office, alice: Connection) -> None:
    invites(alice)
    assert comes(office, "bob") is None
    invites(alice)
    assert comes(office, "carol") == "invite_used"
    invites(alice, uses=2)
    assert comes(office, "carol") is None


def test_nobody_changes_or_ends_the_invitation_of_somebody_else(
    office: Office, alice: Connection, bob: Connection
) -> None:
    invites(alice)
    assert bob.refusal(PutInvite, INVITE_ID, bytes(32), 100, 60.0) == "invite_unknown"
    assert isinstance(bob.ask(EndInvite, INVITE_ID), RequestDone)
    assert comes(office, "carol") is None


def test_an_invitation_goes_with_the_account_that_made_it(office: Office, alice: Connection) -> None:
    invites(alice)
    alice.ask(DeleteAccount)
    assert comes(office, "bob") == "invite_unknown"


@pytest.mark.parametrize("token", [bytes(32), b"", DIGEST])
def test_what_the_server_keeps_or_a_guess_lets_nobody_in(office: Office, alice: Connection, token: bytes) -> None:
    invites(alice)
    assert comes(office, "bob", token=token) == "invite_unknown"


def test_guesses_are_slowed_down(office: Office, alice: Connection) -> None:
    invites(alice)
    for number in range(WRONG_PASSWORDS_AT_ONCE):
        assert comes(office, f"guesser{number}", token=bytes(32), network="192.0.2.1") == "invite_unknown"
    assert comes(office, "guesser", token=bytes(32), network="192.0.2.1") == "too_many_invite_tries"
    assert comes(office, "bob", network="192.0.2.1") is None, "who has the link is never kept out by those who guess"


def test_one_account_has_so_many_invitations_at_a_time(office: Office, alice: Connection) -> None:
    for number in range(INVITES_PER_ACCOUNT):
        invites(alice, invite_id=InviteId(number.to_bytes(16, "big")), seconds=3600)
    assert alice.refusal(PutInvite, INVITE_ID, DIGEST, 1, 60.0) == "too_many_invites"
    office.pass_time(3600)
    invites(alice)


@pytest.mark.parametrize(
    "fields",
    [
        (b"", DIGEST, 1, 60.0),
        (INVITE_ID, b"", 1, 60.0),
        (INVITE_ID, DIGEST, 0, 60.0),
        (INVITE_ID, DIGEST, INVITE_USES + 1, 60.0),
        (INVITE_ID, DIGEST, 1, 0.0),
        (INVITE_ID, DIGEST, 1, float("inf")),
        (INVITE_ID, DIGEST, 1, float("nan")),
    ],
)
def test_what_is_out_of_bounds_ends_the_link(alice: Connection, fields: tuple[Any, ...]) -> None:
    alice.say(PutInvite(1, *fields))
    assert alice.closed


@pytest.mark.parametrize("ending", ["declined", "withdrawn"])
def test_a_link_lets_somebody_through_a_quiet_once(ending: str) -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    invites(alice)

    def asks(link: Connection, invite_id: InviteId = INVITE_ID) -> str | None:
        answer = link.ask(AskRegistration, id_of(alice), b"card", invite_id, TOKEN)
        if isinstance(answer, RequestFailed):
            return answer.code
        if ending == "declined":
            alice.ask(AnswerRegistration, id_of(link), False, b"")
        else:
            link.ask(WithdrawAsk, id_of(alice))
        return None

    assert asks(bob) is None, "it needs no leave yet"
    assert [asks(bob) for _ in range(3)] == [None, f"{ending}_recently", f"{ending}_recently"]
    office.start()
    bob = office.authenticate(new_person("bob"))
    alice = office.authenticate(new_person("alice"))
    assert asks(bob) == f"{ending}_recently", "after a restart as before"
    carol = office.newcomer("carol")
    assert [asks(carol) for _ in range(2)] == [None, None], "each person has it once"
    another = InviteId(b"2" * 16)
    invites(alice, invite_id=another)
    assert asks(bob, another) is None, "and each link gives it"
