"""A copied data directory that was started: whoever comes back starts over, and nothing that was shown is untrue."""

import msgspec
import pytest

from casemate.crypto.envelope import Origin, read_envelope
from casemate.protocol.link import Deposit, Welcome
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours

BY_MAILBOX, WITH_PATHS = "by mailbox", "with paths"


@pytest.fixture(params=[BY_MAILBOX, WITH_PATHS])
def pair(request: pytest.FixtureRequest) -> tuple[Deployment, Person, Person]:
    """Somebody who will be copied, and who reads what they write."""
    if request.param == WITH_PATHS:
        neighbours: Neighbours = request.getfixturevalue("neighbours")
        return neighbours.world, neighbours.ann, neighbours.bob
    world: Deployment = request.getfixturevalue("world")
    one, other = request.getfixturevalue("friends")
    return world, one, other


def say_all(world: Deployment, one: Person, other: Person, texts: list[str]) -> list[str]:
    for text in texts:
        world.say(one, other, text)
    return texts


def test_each_number_names_the_start_that_gave_it_out_and_its_first(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    given_out: list[tuple[int, Origin]] = []

    def read(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit) and person is alice:
            given_out.extend((number, read_envelope(envelope).origin) for number, envelope in frame.items)
        return [frame]

    world.to_server = read
    for _ in range(3):
        world.restart(alice)
        say_all(world, alice, bob, ["one", "two", "three"])
    by_start: dict[bytes, list[int]] = {}
    for number, origin in given_out:
        by_start.setdefault(origin.start, []).append(number)
        assert origin.since == by_start[origin.start][0]
    assert len(by_start) == 3
    assert all(numbers == list(range(numbers[0], numbers[-1] + 1)) for numbers in by_start.values())


@pytest.mark.parametrize("by_copy", [0, 1, 5, 12])
@pytest.mark.parametrize("by_original", [1, 8])
def test_what_a_fenced_original_wrote_arrives_when_it_comes_back(
    pair: tuple[Deployment, Person, Person], by_copy: int, by_original: int
) -> None:
    world, ann, bob = pair
    say_all(world, ann, bob, ["before the copy"])
    copied = world.copy_of(ann)
    copy = world.clone(ann, copied)
    assert ann.account.link_view().state == "fenced"
    world.pass_time(10)
    original = say_all(world, ann, bob, [f"original {number}" for number in range(by_original)])
    others = say_all(world, copy, bob, [f"copy {number}" for number in range(by_copy)])
    world.pass_time(10)
    world.restart(ann)
    last = say_all(world, ann, bob, ["after the return"])
    world.pass_time(120)
    texts = world.texts(bob, ann)
    assert [text for text in texts if text in original + last] == original + last
    assert [text for text in texts if text in others] == others
    assert set(world.statuses(ann, bob)) == {"delivered"}


@pytest.mark.parametrize("by_copy", [0, 5])
def test_a_copy_that_was_away_starts_over_when_it_comes_back(
    pair: tuple[Deployment, Person, Person], by_copy: int
) -> None:
    """The original came back meanwhile, without the copy's hearing of it."""
    world, ann, bob = pair
    say_all(world, ann, bob, ["before the copy"])
    copy = world.clone(ann, world.copy_of(ann))
    world.cut(copy)
    world.pass_time(1)
    world.server_up = False
    world.cut(copy)
    others = say_all(world, copy, bob, [f"copy {number}" for number in range(by_copy)])
    copy_database = world.end(copy)
    world.server_up = True
    world.restart(ann)
    original = say_all(world, ann, bob, [f"original {number}" for number in range(8)])
    world.pass_time(10)
    world.restart(copy, database=copy_database)
    last = say_all(world, copy, bob, ["the copy after its return"])
    world.pass_time(120)
    texts = world.texts(bob, ann)
    assert [text for text in texts if text in original] == original
    assert [text for text in texts if text in others + last] == others + last
    assert set(world.statuses(copy, bob)) == {"delivered"}


def test_a_copy_made_while_the_original_ran_notices_that_the_original_went_on_after_it(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """The start that had the link before is one that the copy has had as well, but it came back after the copy's."""
    alice, bob = friends
    say_all(world, alice, bob, ["before the copy"])
    running = world.copy_of(alice)
    world.restart(alice)
    copy_of_running = world.copy_without_stopping(alice)
    assert copy_of_running != running
    connection, alice.connection = alice.connection, None  # asleep: it does not hear that it is fenced
    assert connection is not None
    copy = world.clone(alice, copy_of_running)
    say_all(world, copy, bob, ["by the copy"])
    before = rekeyed_at(copy)
    database = world.end(copy)
    alice.connection = connection
    world.cut(alice)
    world.pass_time(30)
    original = say_all(world, alice, bob, [f"original {number}" for number in range(3)])
    world.restart(copy, database=database)
    say_all(world, copy, bob, ["by the copy again"])
    world.pass_time(60)
    assert [text for text in world.texts(bob, alice) if text in original] == original
    assert world.texts(bob, alice)[-1] == "by the copy again"
    assert rekeyed_at(copy) > before, "it starts over"


def test_a_fenced_original_starts_over_when_a_path_answers_before_the_server(neighbours: Neighbours) -> None:
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    say_all(world, ann, bob, ["before the copy"])
    copy = world.clone(ann, world.copy_of(ann))
    world.pass_time(10)
    others = say_all(world, copy, bob, [f"copy {number}" for number in range(5)])
    original = say_all(world, ann, bob, [f"original {number}" for number in range(8)])
    world.pass_time(10)
    world.end(copy)
    world.server_up = False
    for person in (ann, bob):
        world.cut(person)
    before = rekeyed_at(ann)
    world.restart(ann)
    world.peers.meet_on_lan()
    world.pass_time(5)
    assert neighbours.kinds() == ("direct", "direct")
    assert rekeyed_at(ann) > before
    assert world.statuses(ann, bob) == ["delivered"] + ["queued"] * 8
    world.server_up = True
    world.pass_time(60)
    texts = world.texts(bob, ann)
    assert [text for text in texts if text in original] == original
    assert [text for text in texts if text in others] == others
    assert set(world.statuses(ann, bob)) == {"delivered"}


def test_a_peer_tells_in_its_hello_that_a_copy_gave_out_our_numbers(neighbours: Neighbours) -> None:
    """The server forgets that the copy was there, and the original was never told."""
    world, ann, bob = neighbours.world, neighbours.ann, neighbours.bob
    say_all(world, ann, bob, ["before the copy"])
    backup = world.copy_of(ann)
    world.pass_time(10)
    world.server_up = False
    for person in (ann, bob):
        world.cut(person)
    original_database = world.end(ann)
    copy = world.clone(ann, backup)
    world.peers.meet_on_lan()
    others = say_all(world, copy, bob, [f"copy {number}" for number in range(5)])
    world.pass_time(5)
    world.end(copy)
    world.restart(ann, database=original_database)
    world.peers.meet_on_lan()
    original = say_all(world, ann, bob, [f"original {number}" for number in range(8)])
    assert world.statuses(ann, bob) == ["delivered"] + ["queued"] * 8
    world.server_up = True
    world.pass_time(60)
    texts = world.texts(bob, ann)
    assert [text for text in texts if text in original] == original
    assert [text for text in texts if text in others] == others
    assert set(world.statuses(ann, bob)) == {"delivered"}


def test_an_ordinary_restart_keeps_numbers_and_sessions(pair: tuple[Deployment, Person, Person]) -> None:
    world, ann, bob = pair
    say_all(world, ann, bob, ["one"])
    say_all(world, bob, ann, ["two"])
    before = [(channel.next_number, channel.rekey_at) for channel in ann.store.channels()]
    session = sending_session(ann)
    for _ in range(20):
        world.restart(ann)
        world.pass_time(10)
    assert [(channel.next_number, channel.rekey_at) for channel in ann.store.channels()] == before
    assert sending_session(ann) == session
    say_all(world, ann, bob, ["three"])
    assert world.texts(bob, ann) == ["one", "two", "three"]


def test_a_restart_whose_welcome_was_lost_is_an_ordinary_one(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    say_all(world, alice, bob, ["one"])
    session = sending_session(alice)

    def lose(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [] if isinstance(frame, Welcome) and person is alice else [frame]

    world.to_device = lose
    world.restart(alice)
    world.to_device = lambda person, frame: [frame]
    world.restart(alice)
    assert alice.account.link_view().state == "online"
    assert sending_session(alice) == session


def test_a_server_restored_to_an_earlier_start_of_ours_makes_nobody_start_over(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    say_all(world, alice, bob, ["one"])
    named: list[tuple[bytes, int]] = []

    def note(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is alice:
            named.append((frame.linked_before, frame.start_counter_seen))
        return [frame]

    world.to_device = note
    for _ in range(3):
        world.restart(alice)
    session = sending_session(alice)

    def restored(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Welcome) and person is alice:
            start, counter = named[0]
            return [msgspec.structs.replace(frame, linked_before=start, start_counter_seen=counter)]
        return [frame]

    world.to_device = restored
    world.restart(alice)
    say_all(world, alice, bob, ["two"])
    assert sending_session(alice) == session
    assert world.statuses(alice, bob) == ["delivered", "delivered"]


def test_a_fenced_account_seals_nothing(world: Deployment, friends: tuple[Person, Person]) -> None:
    """Its copy seals with the same keys: no key may be used twice."""
    alice, bob = friends
    say_all(world, alice, bob, ["before the copy"])
    world.clone(alice, world.copy_of(alice))
    number = alice.store.channels()[0].next_number
    say_all(world, alice, bob, ["while it is fenced"])
    assert alice.store.channels()[0].next_number == number
    assert world.statuses(alice, bob) == ["delivered", "queued"]


def sending_session(person: Person) -> bytes:
    row = person.store.sending_ratchet(person.store.channels()[0].device)
    assert row is not None
    return row.session.session_id


def rekeyed_at(person: Person) -> float:
    """When a session with the peer last began with `rekey` here."""
    return person.store.channels()[0].rekey_at
