"""Nobody takes the places of everybody."""

from casemate.server.adapters.admission import Admission, AdmissionLimits, Ticket

LIMITS = AdmissionLimits(in_all=6, per_address=4, unproven=3, unproven_per_address=2)


def admitted(admission: Admission, address: str) -> Ticket:
    ticket = admission.admit(address)
    assert ticket is not None
    return ticket


def test_one_address_has_few_unproven_connections() -> None:
    admission = Admission(LIMITS)
    first = admitted(admission, "a")
    admitted(admission, "a")
    assert admission.admit("a") is None
    first.prove()
    first.prove()
    admitted(admission, "a")
    assert admission.admit("a") is None


def test_all_together_have_few_unproven_connections() -> None:
    admission = Admission(LIMITS)
    for address in "abc":
        admitted(admission, address)
    assert admission.admit("d") is None


def test_one_address_does_not_take_all_places() -> None:
    admission = Admission(LIMITS)
    for _ in range(4):
        admitted(admission, "a").prove()
    assert admission.admit("a") is None
    admitted(admission, "b").prove()
    admitted(admission, "b").prove()
    assert admission.admit("c") is None


def test_who_leaves_makes_room_proven_or_not() -> None:
    admission = Admission(LIMITS)
    for prove in (True, False) * 10:
        ticket = admitted(admission, "a")
        if prove:
            ticket.prove()
        ticket.leave()
    admitted(admission, "a")
