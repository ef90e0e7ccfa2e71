"""To refuse something because a limit is reached is as little work at a large limit as at a small one."""

from collections.abc import Callable

import pytest

from casemate.protocol.link import AskRegistration, DepositRefused, ListAccounts, RequestFailed
from casemate.runtime.tests.work import work_of
from casemate.server.core import mailbox, registrations
from casemate.server.tests.office import Connection, Office, befriend, deposit, person_of

SMALL, LARGE = 20, 200
SLACK = 1.05
"""Trees grow a level."""

Refused = Callable[[], object]


def own_requests(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr(registrations, "PENDING_REQUESTS_PER_ACCOUNT", limit)
    alice, one_more = office.newcomer("alice"), office.newcomer("zoe")
    for number in range(limit):
        office.pass_time(1)
        alice.ask(AskRegistration, person_of(office.newcomer(f"person{number}")).account_id, b"card")
    return refused(alice, AskRegistration, person_of(one_more).account_id, b"card", code="too_many_requests")


def signals_of_somebody(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    monkeypatch.setattr(registrations, "SIGNALS_PER_ACCOUNT", limit)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    with office.store.transaction():
        for number in range(limit):
            office.store.signals.add(
                person_of(bob).account_id, "AccountGone", person_of(alice).account_id, b"%d" % number
            )
    return refused(alice, AskRegistration, person_of(bob).account_id, b"card", code="not_accepting")


def requests_of_a_link(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    alice = office.newcomer("alice")
    for _ in range(limit):
        alice.ask(ListAccounts, "", "", 100)
    while not isinstance(alice.ask(ListAccounts, "", "", 1_000), RequestFailed):
        pass
    return refused(alice, ListAccounts, "", "", 1_000, code="too_many_requests")


def envelopes_after_all_others(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    return envelopes(office, limit, monkeypatch, [limit + 1])


def envelopes_around_all_others(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch) -> Refused:
    """Two numbers between which everything lies that is held."""
    return envelopes(office, limit, monkeypatch, [1, limit + 1])


def envelopes(office: Office, limit: int, monkeypatch: pytest.MonkeyPatch, numbers: list[int]) -> Refused:
    monkeypatch.setattr(mailbox, "MAILBOX_ENVELOPES_PER_PAIR", limit)
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    bob.drop()
    for number in range(1, limit + 1):
        alice.say(deposit(bob, [number]))

    def once() -> None:
        alice.heard.clear()
        alice.say(deposit(bob, numbers))
        [answer] = alice.heard
        assert isinstance(answer, DepositRefused)
        assert answer.code == "mailbox_full"

    return once


def refused(connection: Connection, kind: type, *fields: object, code: str) -> Refused:
    def once() -> None:
        connection.heard.clear()
        assert connection.refusal(kind, *fields) == code

    return once


@pytest.mark.parametrize(
    "fill",
    [
        own_requests,
        signals_of_somebody,
        requests_of_a_link,
        envelopes_after_all_others,
        envelopes_around_all_others,
    ],
    ids=lambda fill: fill.__name__,
)
def test_a_refusal_is_as_little_work_at_ten_times_the_limit(
    fill: Callable[..., Refused], monkeypatch: pytest.MonkeyPatch
) -> None:
    counted = []
    for limit in (SMALL, LARGE):
        office = Office()
        with monkeypatch.context() as patched:
            refuse_once = fill(office, limit, patched)
            office.connections = dict(list(office.connections.items())[:2])  # those of the test itself are work, too
            counted.append(work_of(refuse_once, office.store._database))
    small, large = counted
    assert large <= small * SLACK, counted
