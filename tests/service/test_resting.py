"""What time and the end of a batch bring about and a fault undoes is tried again, but not at once."""

import pytest

from casemate.internal_service.core.account.account import REST_SECONDS
from casemate.internal_service.core.account.delivery.receipts import Receipts
from casemate.protocol.client import responses as to
from casemate.protocol.errors import PeerBrokeProtocol
from tests.service.house import House, Street


@pytest.mark.parametrize("fault", [RuntimeError, PeerBrokeProtocol])
def test_the_end_of_a_batch_rests_whatever_was_wrong_in_it(
    street: Street, house: House, monkeypatch: pytest.MonkeyPatch, fault: type[Exception]
) -> None:
    alice, bob = house.client(), street.house("other").client()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    honest, tries = Receipts.batch_end, []

    def broken(receipts: Receipts, now: object) -> None:
        tries.append(now)
        if len(tries) > 10:
            raise AssertionError("it is tried again and again")
        raise fault

    monkeypatch.setattr(Receipts, "batch_end", broken)
    alice.send(a, b, b"first")
    street.settle()
    assert 0 < len(tries) <= 4
    monkeypatch.setattr(Receipts, "batch_end", honest)
    street.pass_time(2 * REST_SECONDS)
    assert [bytes(notice.message) for notice in bob.heard(to.MessageNotification)][-1:] == [b"first"]
