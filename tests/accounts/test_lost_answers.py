"""Requests to the server whose answer, or who themselves, were lost with the link: the next link says them again."""

from collections.abc import Callable

import pytest

from casemate.internal_service.core.account.context import LAST_RESORT_SECONDS
from casemate.internal_service.core.account.key_time import TIDY_SECONDS
from casemate.internal_service.core.ground.notices import RegistrationSettled
from casemate.protocol.link import (
    AccountFound,
    AnswerRegistration,
    AskRegistration,
    PublishBundle,
    RegistrationExpired,
    RequestDone,
    RequestFailed,
    Signal,
    WithdrawAsk,
)
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting, device, passed_on


class Losing:
    """The link of somebody breaks when they send this, before the server has it or before they have the answer."""

    def __init__(self, world: Deployment, person: Person, kind: type[ClientFrame], *, answered: bool) -> None:
        self.world, self.person, self.kind, self.answered = world, person, kind, answered
        self.lost = 0
        self._request_id: int | None = None
        world.to_server, world.to_device = self._up, self._down

    def _up(self, person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if person is not self.person or not isinstance(frame, self.kind):
            return [frame]
        self._request_id = getattr(frame, "request_id")  # noqa: B009
        if self.answered:
            return [frame]
        self.lost += 1
        return []

    def _down(self, person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is self.person and isinstance(frame, RequestDone) and frame.request_id == self._request_id:
            self.lost += 1
            return []
        return [frame]

    def link_breaks(self) -> None:
        assert self.lost == 1
        self.world.to_server = self.world.to_device = passed_on
        self.world.cut(self.person)
        self.world.pass_time(60)


@pytest.fixture(params=[False, True], ids=["the request is lost", "the answer is lost"])
def losing(request: pytest.FixtureRequest, world: Deployment) -> Callable[[Person, type[ClientFrame]], Losing]:
    return lambda person, kind: Losing(world, person, kind, answered=request.param)


def refusing(world: Deployment, kind: type[ClientFrame], code: str) -> list[ClientFrame]:
    """The server refuses requests of this kind from now on; those that it did."""
    refused: list[ClientFrame] = []

    def refuse(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if not isinstance(frame, kind):
            return [frame]
        refused.append(frame)
        refusal = RequestFailed(getattr(frame, "request_id"), code)  # noqa: B009
        world._work.append(lambda: world._to_device(person, person.generation, refusal))
        return []

    world.to_server = refuse
    return refused


def bundle_at_the_server(world: Deployment, person: Person) -> bytes | None:
    return world._server_store.accounts.bundle(device(person))


def ours(person: Person) -> bytes:
    return person.account._context.secrets.bundle


def test_a_bundle_is_published_until_the_server_has_confirmed_it(
    world: Deployment, losing: Callable[[Person, type[ClientFrame]], Losing]
) -> None:
    bob = world.person("bob")
    world.jump_clocks(LAST_RESORT_SECONDS / 2)
    lost = losing(bob, PublishBundle)
    world.pass_time(TIDY_SECONDS)
    assert bundle_at_the_server(world, bob) == ours(bob) or not lost.answered
    seen, watch = counting(PublishBundle)
    lost.link_breaks()
    assert bundle_at_the_server(world, bob) == ours(bob)
    world.to_server = watch
    for _ in range(3):
        world.cut(bob)
        world.pass_time(60)
    assert seen == [], "once it is confirmed that is enough"


def test_a_bundle_that_was_refused_is_published_with_the_next_look(world: Deployment) -> None:
    bob = world.person("bob")
    world.jump_clocks(LAST_RESORT_SECONDS / 2)
    first = bundle_at_the_server(world, bob)
    asked = refusing(world, PublishBundle, "too_many_requests")
    world.pass_time(TIDY_SECONDS)
    assert asked
    assert bundle_at_the_server(world, bob) == first != ours(bob)
    world.to_server = passed_on
    world.pass_time(TIDY_SECONDS)
    assert bundle_at_the_server(world, bob) == ours(bob)


def test_whose_data_was_restored_publishes_the_bundle_whose_private_half_it_has(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, _ = friends
    backup = world.copy_of(alice)
    world.jump_clocks(LAST_RESORT_SECONDS / 2)
    world.pass_time(TIDY_SECONDS)
    newer = ours(alice)
    world.jump_clocks(-LAST_RESORT_SECONDS / 2)
    world.restart(alice, database=backup)
    world.pass_time(10)
    assert ours(alice) != newer
    assert bundle_at_the_server(world, alice) == ours(alice)


def test_a_request_is_taken_back_although_nobody_answered(
    world: Deployment, losing: Callable[[Person, type[ClientFrame]], Losing]
) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    lost = losing(alice, WithdrawAsk)
    world.do(alice, lambda account, now: account.withdraw_registration(bob.cid, 1))
    world.pass_time(700)  # so long after it was taken back one could ask again
    lost.link_breaks()
    asked, world.to_server = counting(AskRegistration)
    world.cut(alice)
    world.pass_time(60)
    assert world.sees(alice, bob).relation == "none"
    assert world.sees(bob, alice).relation == "none"
    assert asked == []


def test_who_is_asked_while_taking_a_request_back_is_not_taken_for_registered(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    Losing(world, alice, WithdrawAsk, answered=True)
    world.do(alice, lambda account, now: account.withdraw_registration(bob.cid, 1))
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    assert world.sees(alice, bob).relation == "asks_you"
    world.to_server = world.to_device = passed_on
    world.cut(alice)
    world.pass_time(60)
    assert (world.sees(alice, bob).relation, world.sees(bob, alice).relation) == ("asks_you", "requested")
    world.do(alice, lambda account, now: account.answer_registration(bob.cid, True, now))
    assert (world.sees(alice, bob).relation, world.sees(bob, alice).relation) == ("registered", "registered")


def test_a_request_that_the_server_has_stays_when_it_is_asked_too_often(world: Deployment) -> None:
    """Whoever has hundreds of them repeats all with every link."""
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    refusing(world, AskRegistration, "too_many_requests")
    world.cut(alice)
    world.pass_time(60)
    world.to_server = passed_on
    assert world.sees(alice, bob).relation == "requested"
    world.cut(alice)
    world.pass_time(60)
    assert (world.sees(alice, bob).relation, world.sees(bob, alice).relation) == ("requested", "asks_you")


@pytest.mark.parametrize(("code", "relation"), [("not_asked", "none"), ("too_many_requests", "asks_you")])
def test_whoever_asked_waits_for_an_answer_until_the_server_has_it_or_says_that_they_do_not_ask(
    world: Deployment, code: str, relation: str
) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    refusing(world, AnswerRegistration, code)
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, False, now))
    why = bob.heard(RegistrationSettled)[-1].refused
    assert why is not None
    assert why.code == code
    assert world.sees(bob, alice).relation == relation


def test_whoever_is_asked_while_the_server_looks_for_the_other_accepts(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    late: list[ServerFrame] = []

    def hold(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is not alice or not isinstance(frame, AccountFound):
            return [frame]
        late.append(frame)
        return []

    world.to_device = hold
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    assert world.sees(alice, bob).relation == "asks_you"
    world._to_device(alice, alice.generation, late[0])
    world.settle()
    assert (world.sees(alice, bob).relation, world.sees(bob, alice).relation) == ("registered", "registered")


def test_a_request_that_expired_is_none_any_more_and_nothing_else_ends_by_that(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    carol = world.person("carol")
    world.do(alice, lambda account, now: account.ask_registration(carol.cid, now))
    for sequence, peer in enumerate((bob, carol), start=1_000):
        expired = Signal(sequence, RegistrationExpired(peer.account.account_id))
        world._to_device(alice, alice.generation, expired)
        world.settle()
    assert (world.sees(alice, bob).relation, world.sees(alice, carol).relation) == ("registered", "none")
    why = alice.heard(RegistrationSettled)[-1].refused
    assert why is not None
    assert why.code == "request_expired"


def test_a_request_to_somebody_blocked_meanwhile_is_there_when_the_block_ends(world: Deployment) -> None:
    """The next link asks once more and is refused for the block: that says nothing of the request the server has."""
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(alice, lambda account, now: account.block(bob.cid, True, 1, now))
    world.cut(alice)
    world.pass_time(60)
    assert world.sees(alice, bob).relation == "requested"
    world.do(alice, lambda account, now: account.block(bob.cid, False, 2, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert (world.sees(alice, bob).relation, world.sees(bob, alice).relation) == ("registered", "registered")
