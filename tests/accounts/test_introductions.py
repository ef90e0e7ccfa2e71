"""A request carries a line of whoever asks: sealed for whoever is asked, and never a way to hurt them."""

from collections.abc import Callable

import msgspec
import pytest

from casemate.crypto.card import Purpose
from casemate.crypto.introduction import AskedRoute, seal_introduction
from casemate.internal_service.core.account.contents import RequestNote, encode
from casemate.internal_service.core.ground.notices import RegistrationWanted
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.limits import INTRODUCTION_BYTES
from casemate.protocol.link import AskRegistration
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting

LINE = "Hi, Ana from sales: we met on Tuesday"


@pytest.fixture
def two(world: Deployment) -> tuple[Person, Person]:
    return world.person("alice"), world.person("bob")


def asks(world: Deployment, one: Person, other: Person, line: str) -> None:
    world.do(one, lambda account, now: account.ask_registration(other.cid, now, line))


def answers(world: Deployment, one: Person, other: Person, accept: bool) -> None:
    world.do(one, lambda account, now: account.answer_registration(other.cid, accept, now))


def asks_with_note(world: Deployment, mallory: Person, victim: Person, note: bytes) -> None:
    """A program of somebody's own, which puts what it likes into the request that it signs."""
    registration = mallory.account._parts.registration

    def ask(account: object, now: object) -> object:
        card = registration._cards.new(victim.account.account_id, Purpose.ASK, now, note)  # type: ignore[arg-type]
        frame = lambda request_id: AskRegistration(request_id, victim.account.account_id, card)  # noqa: E731
        return registration._requests.ask(frame, lambda answer, later: [])

    world.do(mallory, ask)  # type: ignore[arg-type]


def test_both_see_the_line_until_it_is_answered(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    asks(world, alice, bob, LINE)
    assert [notice.introduction for notice in bob.heard(RegistrationWanted)] == [LINE]
    assert (world.sees(alice, bob).introduction, world.sees(bob, alice).introduction) == (LINE, LINE)
    for person in two:
        world.restart(person)
    assert (world.sees(alice, bob).introduction, world.sees(bob, alice).introduction) == (LINE, LINE)
    answers(world, bob, alice, True)
    assert world.sees(alice, bob).relation == "registered"
    assert (world.sees(alice, bob).introduction, world.sees(bob, alice).introduction) == ("", "")


@pytest.mark.parametrize("ending", ["decline", "withdraw", "block"])
def test_with_the_request_goes_the_line(world: Deployment, two: tuple[Person, Person], ending: str) -> None:
    alice, bob = two
    asks(world, alice, bob, LINE)
    if ending == "decline":
        answers(world, bob, alice, False)
    elif ending == "withdraw":
        world.do(alice, lambda account, now: account.withdraw_registration(bob.cid, 1))
    else:
        world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    assert (world.sees(alice, bob).introduction, world.sees(bob, alice).introduction) == ("", "")


def test_a_request_may_have_none(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    asks(world, alice, bob, " \n ")
    assert (world.sees(bob, alice).relation, world.sees(bob, alice).introduction) == ("asks_you", "")


def test_the_server_sees_none_of_it(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    sent, world.to_server = counting(AskRegistration)
    asks(world, alice, bob, "canary-in-the-mine")
    assert len(sent) == 1
    assert b"canary" not in msgspec.msgpack.encode(sent)
    assert world.sees(bob, alice).introduction == "canary-in-the-mine"


def test_it_is_one_line_without_what_draws_elsewhere(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    asks(world, alice, bob, "  Hi,\n\tAna\u202e from \u2066sales\x00 ")
    assert world.sees(alice, bob).introduction == "Hi, Ana from sales"
    assert world.sees(bob, alice).introduction == "Hi, Ana from sales"


@pytest.mark.parametrize("line", ["x" * 281, "🌻" * 211, "x" * 10_000])
def test_too_long_a_line_is_refused_and_nobody_is_asked(
    world: Deployment, two: tuple[Person, Person], line: str
) -> None:
    alice, bob = two
    with pytest.raises(Refused, match="too_long") as refused:
        asks(world, alice, bob, line)
    assert refused.value.reason.params == {"what": "introduction", "limit": "280"}
    assert bob.heard(RegistrationWanted) == []


def hostile_line(text: str) -> Callable[[Deployment, Person, Person], bytes]:
    def note(world: Deployment, mallory: Person, victim: Person) -> bytes:
        route = AskedRoute(mallory.account.account_id, victim.account.account_id)
        device = victim.account._context.device.entry
        sealed = seal_introduction(text, route, device, mallory.account._context.entropy)
        return encode(RequestNote(introduction=sealed))

    return note


@pytest.mark.parametrize(
    ("note", "shown"),
    [
        (hostile_line("x" * 281), ""),
        (hostile_line("x" * INTRODUCTION_BYTES), ""),
        (hostile_line("pay\u202eme\n\n\nnow\x07"), "payme now"),
        (hostile_line("\n\x00\u2066"), ""),
        (lambda world, mallory, victim: encode(RequestNote(introduction=b"x" * 1000)), ""),
        (lambda world, mallory, victim: msgspec.msgpack.encode([b"", b"", "plain text"]), ""),
        (lambda world, mallory, victim: msgspec.msgpack.encode([b"", b"", b"", b"of a newer program"]), ""),
        (lambda world, mallory, victim: b"\xc1" * 1024, ""),
    ],
)
def test_a_hostile_line_is_left_out_and_the_request_is_shown(
    world: Deployment,
    two: tuple[Person, Person],
    note: Callable[[Deployment, Person, Person], bytes],
    shown: str,
) -> None:
    mallory, victim = two
    asks_with_note(world, mallory, victim, note(world, mallory, victim))
    seen = world.sees(victim, mallory)
    assert (seen.relation, seen.introduction) == ("asks_you", shown)


def test_a_line_that_was_taken_from_the_request_of_somebody_else_is_not_shown(
    world: Deployment, two: tuple[Person, Person]
) -> None:
    alice, bob = two
    mallory = world.person("mallory")
    route = AskedRoute(alice.account.account_id, bob.account.account_id)
    sealed = seal_introduction(LINE, route, bob.account._context.device.entry, alice.account._context.entropy)
    asks_with_note(world, mallory, bob, encode(RequestNote(introduction=sealed)))
    assert (world.sees(bob, mallory).relation, world.sees(bob, mallory).introduction) == ("asks_you", "")


class NoteBefore(msgspec.Struct, frozen=True, array_like=True):
    """What programs before introductions read from a note."""

    invite_id: bytes
    binding: bytes


def test_older_programs_read_the_invitation_beside_a_line() -> None:
    read = msgspec.msgpack.decode(encode(RequestNote(b"i" * 16, b"b" * 32, b"line")), type=NoteBefore)
    assert read == NoteBefore(b"i" * 16, b"b" * 32)


def test_a_second_try_with_another_line_sends_that_one(world: Deployment, two: tuple[Person, Person]) -> None:
    alice, bob = two
    world.to_server = lambda person, frame: [] if isinstance(frame, AskRegistration) else [frame]
    asks(world, alice, bob, "first")
    world.to_server = lambda person, frame: [frame]
    asks(world, alice, bob, "second")
    world.settle()
    assert (world.sees(alice, bob).introduction, world.sees(bob, alice).introduction) == ("second", "second")
