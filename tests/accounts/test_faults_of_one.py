"""A fault of ours in what goes to one device is no matter of the others."""

import pytest

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.delivery.deposits import Deposits
from casemate.node import Instant
from casemate.protocol.ids import DeviceId
from tests.accounts.deployment import Deployment, Person
from tests.support.devices import device_id_of


class Injected(Exception):
    """A fault of our own."""


def test_a_device_that_meets_a_fault_each_time_keeps_no_other_waiting(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    carol = world.person("carol")
    world.befriend(bob, carol)
    carols = device_id_of(carol.account)
    honest = Deposits.send

    def send(deposits: Deposits, device: DeviceId, now: Instant) -> Outcome:
        if device == carols:
            raise Injected
        return honest(deposits, device, now)

    monkeypatch.setattr(Deposits, "send", send)
    with pytest.raises(Injected):
        world.say(bob, carol, "stays here")
    world.say(alice, bob, "in")
    world.say(bob, alice, "out")
    with pytest.raises(Injected):
        world.pass_time(3)
    assert world.statuses(alice, bob) == ["delivered"]
    assert world.statuses(bob, alice) == ["delivered"]
    assert world.statuses(bob, carol) == ["queued"]
    monkeypatch.setattr(Deposits, "send", honest)
    world.pass_time(3)
    assert world.statuses(bob, carol) == ["delivered"], "it was tried again"
