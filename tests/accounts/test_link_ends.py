"""However a link ends, nobody is shown online by it any more, and no request waits for an answer that cannot come."""

from collections.abc import Callable

import pytest

from casemate.internal_service.core.account.link.link import BACKOFF_FIRST_SECONDS, OPENING_SECONDS
from casemate.internal_service.core.ground.link_io import LinkOpened
from casemate.internal_service.core.ground.notices import AccountDeleted, Answered
from casemate.protocol.link import AccountPage, ClientHello, Closing, OpeningRefused, Welcome
from casemate.protocol.link_codec import ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting

TOKEN = 77


def fenced(world: Deployment, alice: Person, bob: Person) -> None:
    world._to_device(alice, alice.generation, Closing("fenced"))


def shut_down(world: Deployment, alice: Person, bob: Person) -> None:
    world._to_device(alice, alice.generation, Closing("shutdown"))
    world.cut(alice)


def lost(world: Deployment, alice: Person, bob: Person) -> None:
    world.cut(alice)


def refused(world: Deployment, alice: Person, bob: Person) -> None:
    """The next one is not let in."""
    world.server_up = True

    def refuse(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [OpeningRefused("device_removed")] if person is alice and isinstance(frame, Welcome) else [frame]

    world.to_device = refuse
    world.cut(alice)
    world.pass_time(1)


def dropped(world: Deployment, alice: Person, bob: Person) -> None:
    """The server broke the protocol."""
    world._to_device(alice, alice.generation, OpeningRefused("internal"))


def signed_out(world: Deployment, alice: Person, bob: Person) -> None:
    world.do(alice, lambda account, now: account.stop(now))


def too_slow(world: Deployment, alice: Person, bob: Person) -> None:
    """The server answers nothing any more, when the link is opened again."""
    world.server_up = True
    world.to_device = lambda person, frame: [frame] if person is not alice else []
    world.do(alice, lambda account, now: account._parts.link.again(now))
    world.pass_time(OPENING_SECONDS + 1)


def opened_again(world: Deployment, alice: Person, bob: Person) -> None:
    world.do(alice, lambda account, now: account._parts.link.again(now))


def deleted_by_the_server(world: Deployment, alice: Person, bob: Person) -> None:
    world._to_device(alice, alice.generation, Closing("account_deleted"))


def deleted_by_us(world: Deployment, alice: Person, bob: Person) -> None:
    """The account goes with the answer; the service signs it out then."""
    world.server_up = True
    world.do(alice, lambda account, now: account.delete(1, now))
    assert alice.heard(AccountDeleted)
    world.do(alice, lambda account, now: account.stop(now))


WAYS = [
    fenced,
    shut_down,
    lost,
    refused,
    dropped,
    signed_out,
    too_slow,
    opened_again,
    deleted_by_the_server,
    deleted_by_us,
]


@pytest.mark.parametrize("end", WAYS)
def test_however_a_link_ends_nobody_is_shown_online_and_every_request_is_answered(
    world: Deployment, friends: tuple[Person, Person], end: Callable[[Deployment, Person, Person], None]
) -> None:
    alice, bob = friends
    assert world.sees(alice, bob).online
    world.to_device = lambda person, frame: [] if isinstance(frame, AccountPage) else [frame]
    world.do(alice, lambda account, now: account.list_directory("", "", 10, TOKEN, now))
    assert not alice.heard(Answered)
    world.server_up = False
    end(world, alice, bob)
    world.settle()
    assert alice.account.link_view().state != "online"
    assert world.sees(alice, bob).online is None
    assert [answer.token for answer in alice.heard(Answered)] == [TOKEN]


def test_after_an_attempt_in_vain_the_next_one_comes_within_twice_the_first_wait(world: Deployment) -> None:
    """At a moment that is drawn, so that a restarted server is not dialled by everyone at once."""
    world.moment = 0.0
    alice = world.person("alice")
    world.server_up = False
    waits: list[float] = []
    for _ in range(20):
        world.do(alice, lambda account, now: account.stop(now))
        world.do(alice, lambda account, now: account.start(now))
        failed_at, generation = world.now.monotonic, alice.generation
        while alice.generation == generation:
            world.pass_time(0.01)
        waits.append(world.now.monotonic - failed_at)
    assert BACKOFF_FIRST_SECONDS < max(waits) <= 2 * BACKOFF_FIRST_SECONDS + 0.01
    assert min(waits) < BACKOFF_FIRST_SECONDS


def test_a_link_of_which_is_told_twice_that_it_stands_says_hello_once(world: Deployment) -> None:
    alice = world.person("alice")
    hellos, world.to_server = counting(ClientHello)
    opened = LinkOpened(alice.account.account_id, alice.generation + 1, bytes(world.server_key))
    world.to_device = lambda person, frame: []
    world.cut(alice)
    world.pass_time(5)
    assert (alice.generation, len(hellos)) == (opened.generation, 1)
    world._step(alice, opened)
    world.settle()
    assert len(hellos) == 1


def test_a_fenced_account_says_so_beside_what_it_cannot_send(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    fenced(world, alice, bob)
    world.say(alice, bob, "while it is fenced")
    (message,) = world.timeline(alice, bob)
    assert (message.status, message.reason and message.reason.code) == ("queued", "fenced")
