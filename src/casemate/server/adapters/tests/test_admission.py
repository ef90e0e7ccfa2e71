"""Nobody takes the places of everybody."""

import pytest

from casemate.runtime.networks import network_of
from casemate.server.adapters.admission import AdmissionLimits, ConnectionLimiter, Ticket

LIMITS = AdmissionLimits(in_all=6, per_address=4, unproven=3, unproven_per_address=2)


def admitted(admission: ConnectionLimiter, address: str) -> Ticket:
    ticket = admission.admit(address)
    assert ticket is not None
    return ticket


def test_one_address_has_few_unproven_connections() -> None:
    admission = ConnectionLimiter(LIMITS)
    first = admitted(admission, "a")
    admitted(admission, "a")
    assert admission.admit("a") is None
    first.prove()
    first.prove()
    admitted(admission, "a")
    assert admission.admit("a") is None


def test_all_together_have_few_unproven_connections() -> None:
    admission = ConnectionLimiter(LIMITS)
    for address in "abc":
        admitted(admission, address)
    assert admission.admit("d") is None


def test_one_address_does_not_take_all_places() -> None:
    admission = ConnectionLimiter(LIMITS)
    for _ in range(4):
        admitted(admission, "a").prove()
    assert admission.admit("a") is None
    admitted(admission, "b").prove()
    admitted(admission, "b").prove()
    assert admission.admit("c") is None


def test_who_leaves_makes_room_proven_or_not() -> None:
    admission = ConnectionLimiter(LIMITS)
    for prove in (True, False) * 10:
        ticket = admitted(admission, "a")
        if prove:
            ticket.prove()
        ticket.leave()
    admitted(admission, "a")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2"),
        ("192.0.2.7", "::ffff:192.0.2.7"),
        ("fe80::1%eth0", "fe80::2"),
    ],
)
def test_who_may_choose_among_many_addresses_is_one_network(one: str, other: str) -> None:
    assert network_of(one) == network_of(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("2001:db8:0:1::1", "2001:db8:0:2::1"), ("192.0.2.7", "192.0.2.8"), ("unknown", "192.0.2.8"), ("", "::")],
)
def test_others_are_other_networks(one: str, other: str) -> None:
    assert network_of(one) != network_of(other)


def test_places_are_given_back() -> None:
    admission = ConnectionLimiter(LIMITS)
    for _ in range(20):
        tickets = [admitted(admission, network) for network in "ab"]
        tickets[0].prove()
        for ticket in tickets:
            ticket.leave()
    assert (admission._admitted.in_all, admission._unproven.in_all) == (0, 0)
    assert admission._admitted._by_network == {}
