"""A server, or whoever stands in its place, that welcomes, refuses and closes as it likes."""

import msgspec
import pytest

from casemate.internal_service.core.account.delivery.control import PARKED_SECONDS
from casemate.internal_service.core.ground.notices import AccountDeleted, EnrolmentRefused
from casemate.node import Effect
from casemate.protocol.limits import CONTROL_BYTES
from casemate.protocol.link import (
    ClientHello,
    Closing,
    EphemeralArrived,
    OpeningRefused,
    ReceiptArrived,
    ServerHello,
    Welcome,
)
from casemate.protocol.link_codec import ServerFrame
from casemate.protocol.versions import LINK_VERSIONS
from casemate.server.core.events import Close, Send
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting, device, passed_on

UNREADABLE = bytes([1, 2]) + bytes(32) + bytes(40)
"""A sealed note of a session that nobody has."""


def test_nobody_unproven_can_sign_a_user_out(world: Deployment) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: [Closing("account_deleted")] if isinstance(frame, ServerHello) else [frame]
    world.cut(alice)
    world.pass_time(60)
    assert alice.heard(AccountDeleted) == []
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.link_view().state == "online"


def test_nobody_unproven_can_fence_a_device_off(world: Deployment) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: [OpeningRefused("fenced")] if isinstance(frame, ServerHello) else [frame]
    world.cut(alice)
    world.pass_time(60)
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.link_view().state == "online"


@pytest.mark.parametrize(
    ("version", "code"), [(LINK_VERSIONS[0] - 1, "update_server"), (LINK_VERSIONS[1] + 1, "update_this_computer")]
)
def test_a_server_that_speaks_another_version_is_left_saying_who_has_to_update(
    world: Deployment, version: int, code: str
) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: (
        [msgspec.structs.replace(frame, version=version)] if isinstance(frame, ServerHello) else [frame]
    )
    world.cut(alice)
    world.pass_time(1)
    why = alice.account.link_view().reason
    assert why is not None
    assert why.code == code


@pytest.mark.parametrize("after", [ServerHello, Welcome])
def test_a_refusal_that_decides_nothing_throws_no_keys_away(world: Deployment, after: type[ServerFrame]) -> None:
    """The server may have made the account before it stumbled: without its keys the name would be lost."""
    alice = world.person("alice", enroll=False)
    world.to_device = lambda person, frame: [OpeningRefused("internal")] if isinstance(frame, after) else [frame]
    world.do(alice, lambda account, now: account.start(now))
    assert alice.heard(EnrolmentRefused) == []
    world.to_device = passed_on
    world.pass_time(60)
    assert alice.account.enrolled


def test_a_server_that_welcomes_and_closes_is_dialled_ever_more_rarely(world: Deployment) -> None:
    alice = world.person("alice")
    hellos, world.to_server = counting(ClientHello)
    perform = world._perform_server

    def close(effect: Effect) -> None:
        perform(effect)
        if isinstance(effect, Send) and isinstance(effect.frame, Welcome):
            perform(Send(effect.connection, Closing("internal"), 0))
            perform(Close(effect.connection))

    world._perform_server = close  # type: ignore[method-assign]
    world.cut(alice)
    world.pass_time(300)
    assert 10 < len(hellos) < 100


@pytest.mark.parametrize("claimed", [2**32, 2**62, 2**63 - 2])
def test_no_start_counter_that_a_server_claims_ends_all_starts(world: Deployment, claimed: int) -> None:
    alice = world.person("alice")
    world.to_device = lambda person, frame: (
        [msgspec.structs.replace(frame, start_counter_seen=claimed)] if isinstance(frame, Welcome) else [frame]
    )
    world.cut(alice)
    world.pass_time(30)
    world.to_device = passed_on
    for _ in range(3):
        world.restart(alice)
        world.pass_time(60)
        assert alice.account.link_view().state == "online"


def test_what_a_receipt_that_stays_unreadable_says_is_asked_of_the_server_on_a_new_link(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """Their device and ours may both have been restored: neither knows the session of the other."""
    alice, bob = friends
    hellos, world.to_server = counting(ClientHello)
    world._to_device(alice, alice.generation, ReceiptArrived(bob.account.account_id, device(bob), 9, UNREADABLE))
    world.settle()
    world.pass_time(PARKED_SECONDS - 1)
    assert hellos == []
    world.pass_time(2)
    assert len(hellos) == 1
    assert alice.account.link_view().state == "online"


def test_a_peer_whose_receipts_nobody_can_read_does_not_keep_the_link_from_standing(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    hellos, world.to_server = counting(ClientHello)
    for turn in range(60):
        frame = ReceiptArrived(bob.account.account_id, device(bob), turn, UNREADABLE)
        passing = EphemeralArrived(bob.account.account_id, device(bob), UNREADABLE)
        for arrived in (frame, passing):
            world._to_device(alice, alice.generation, arrived)
        world.settle()
        world.pass_time(10)
    assert len(hellos) <= 2


def test_an_endless_receipt_is_not_kept(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    endless = bytes([1, 2]) + bytes(CONTROL_BYTES)
    world._to_device(alice, alice.generation, ReceiptArrived(bob.account.account_id, device(bob), 9, endless))
    world.settle()
    assert alice.store.database.rows("SELECT 1 FROM channels WHERE parked_receipt IS NOT NULL") == []
