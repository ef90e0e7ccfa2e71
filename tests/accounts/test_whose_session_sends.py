"""Two devices may each begin a session with the other: both open what comes in either, and send in the same one."""

import pytest

from casemate.crypto.envelope import read_envelope
from casemate.protocol.link import Deposit
from casemate.protocol.link_codec import ClientFrame
from tests.accounts.deployment import Deployment, Person


@pytest.fixture
def smaller_and_larger(world: Deployment) -> tuple[Person, Person]:
    """Two registered people by the order of their account ids, who have not said anything yet."""
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    return (alice, bob) if alice.account.account_id < bob.account.account_id else (bob, alice)


class Watching:
    """A server that notes in which sessions people send."""

    def __init__(self, world: Deployment) -> None:
        self.sessions: dict[str, list[bytes]] = {}
        world.to_server = self._seen

    def _seen(self, person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit):
            sessions = self.sessions.setdefault(person.name, [])
            sessions += [read_envelope(envelope).session_id for _, envelope in frame.items]
        return [frame]


def both_connect_while_the_server_is_away(world: Deployment, one: Person, other: Person) -> None:
    world.server_up = False
    world.cut(one)
    world.cut(other)
    for person, peer in ((one, other), (other, one)):
        world.do(person, lambda account, now, cid=peer.cid: account.connect(cid, b"", "Disabled", now))  # type: ignore[misc]
    world.server_up = True


def test_of_two_that_were_begun_at_once_both_send_in_that_of_the_smaller_account(
    world: Deployment, smaller_and_larger: tuple[Person, Person]
) -> None:
    smaller, larger = smaller_and_larger
    watching = Watching(world)
    both_connect_while_the_server_is_away(world, smaller, larger)
    world.pass_time(60)
    begun, other = watching.sessions[smaller.name][0], watching.sessions[larger.name][0]
    assert begun != other
    watching.sessions.clear()
    for number in range(2):
        world.say(smaller, larger, f"{number} of the one")
        world.say(larger, smaller, f"{number} of the other")
    assert {name: set(used) for name, used in watching.sessions.items()} == {
        smaller.name: {begun},
        larger.name: {begun},
    }
    assert world.texts(smaller, larger) == world.texts(larger, smaller)
    assert len(world.texts(smaller, larger)) == 4


def test_whoever_cannot_open_the_one_that_would_send_is_answered_in_their_own(
    world: Deployment, smaller_and_larger: tuple[Person, Person]
) -> None:
    smaller, larger = smaller_and_larger
    larger.store.database.execute("DELETE FROM prekeys")
    world.do(smaller, lambda account, now: account.connect(larger.cid, b"", "Disabled", now))
    world.pass_time(60)
    assert world.sees(larger, smaller).connection == "asks_you"
    world.do(larger, lambda account, now: account.answer_connect(smaller.cid, True, b"", "Disabled", now))
    world.say(smaller, larger, "can you read me now")
    assert world.texts(larger, smaller) == ["can you read me now"]
    assert world.statuses(smaller, larger) == ["delivered"]
