"""What a server says of its program, and of ours, is a hint: it is bounded, and decides nothing."""

import pytest

from casemate.internal_service.core.account.link.link import REFUSED_RETRY_SECONDS
from casemate.internal_service.core.ground.notices import EnrolmentRefused
from casemate.protocol.client.views import Reason
from casemate.protocol.link import ClientHello, OpeningRefused, ServerHello, Welcome
from casemate.protocol.link_codec import ServerFrame
from casemate.server.core.events import AddressesFound
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting

SECOND = "chat.example.org:12349"


def refuses(world: Deployment, person: Person, code: str, params: dict[str, str] | None = None) -> Reason:
    """The server answers the next hellos with this; what is shown of it."""
    world.to_device = lambda _, frame: (
        [OpeningRefused(code, params or {})] if isinstance(frame, ServerHello) else [frame]
    )
    world.cut(person)
    world.pass_time(1)
    why = person.account.link_view().reason
    assert why is not None
    return why


@pytest.mark.parametrize("code", ["update_server", "update_this_computer"])
def test_whoever_answers_says_which_side_is_too_old_and_nothing_else(world: Deployment, code: str) -> None:
    """They have not proven to be our server: it is said in our words, without a version of theirs."""
    why = refuses(world, world.person("alice"), code, {"version": "66.6.6", "what": "invitations"})
    assert (why.code, why.params) == (code, {})


@pytest.mark.parametrize(
    "code", ["device_removed", "not_on_server", "username_taken", "Call us at once", "c" * 100_000]
)
def test_what_nobody_has_proven_is_not_said(world: Deployment, code: str) -> None:
    assert refuses(world, world.person("alice"), code, {"told": "y" * 100_000}).code == "server_unreachable"


def test_whatever_stands_in_a_refusal_of_our_server_is_bounded(world: Deployment) -> None:
    alice = world.person("alice")
    params = {"code": "x", "told": "y", "long": "z" * 100_000, **{str(number): "" for number in range(100)}}
    world.to_device = lambda _, frame: (
        [OpeningRefused("c" * 100_000, params)] if isinstance(frame, Welcome) else [frame]
    )
    world.cut(alice)
    world.pass_time(1)
    why = alice.account.link_view().reason
    assert why is not None
    assert why.code == "internal"
    assert why.params.keys() == {"code", "told", *map(str, range(5))}


def test_programs_that_cannot_talk_try_again_every_half_minute(world: Deployment) -> None:
    alice = world.person("alice")
    hellos, world.to_server = counting(ClientHello)
    refuses(world, alice, "update_this_computer")
    hellos.clear()
    world.pass_time(600)
    assert len(hellos) <= 600 / REFUSED_RETRY_SECONDS


def test_that_it_is_too_old_is_said_while_something_else_is_at_its_other_address(world: Deployment) -> None:
    """Which takes connections, and says nothing."""
    alice = world.person("alice")
    world._server(AddressesFound((SECOND,)))
    world.cut(alice)
    world.pass_time(30)

    def refuse(_: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [OpeningRefused("update_server")] if world.dialled[-1] != SECOND else []

    world.to_device = refuse
    world.cut(alice)
    world.pass_time(1)
    said = set()
    for _ in range(60):
        world.pass_time(1)
        why = alice.account.link_view().reason
        said.add(None if why is None else why.code)
    assert SECOND in world.dialled[-3:]
    assert said == {"update_server"}


def test_who_makes_an_account_keeps_the_keys_and_hears_why_not(world: Deployment) -> None:
    alice = world.person("alice", enroll=False)
    world.to_device = lambda _, frame: (
        [OpeningRefused("update_this_computer")] if isinstance(frame, ServerHello) else [frame]
    )
    world.do(alice, lambda account, now: account.start(now))
    assert alice.heard(EnrolmentRefused) == []
    why = alice.account.link_view().reason
    assert why is not None
    assert why.code == "update_this_computer"
