"""Spare one-time bundles travel sealed, so that no server decides with what a new session begins."""

from collections.abc import Iterator

import msgspec
import pytest

from casemate.crypto.envelope import read_envelope
from casemate.crypto.handshake import read_initial_header
from casemate.crypto.identity import sign_device_list
from casemate.crypto.prekeys import PrekeyBundle
from casemate.internal_service.core.account.contents import HandedSpares, ReceiptNote, encode
from casemate.internal_service.core.account.delivery import control
from casemate.internal_service.core.account.delivery.spares import SPARE_SECONDS, SUPERSEDED_KEPT, Spares
from casemate.node import Instant
from casemate.protocol.errors import PeerBrokeProtocol
from casemate.protocol.limits import SPARES
from casemate.protocol.link import BundleFound, Deposit, FetchBundle, RequestFailed
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import altering, device, passed_on


def held(person: Person, other: Person) -> list[bytes]:
    """Ids of the other's bundles that this person could begin a session with, the oldest first."""
    query = "SELECT bundle_id FROM spare_bundles WHERE device = ? AND bundle <> x'' ORDER BY place"
    return [row[0] for row in person.store.database.rows(query, device(other))]


def private_halves(person: Person, other: Person) -> set[bytes]:
    query = "SELECT prekey_id FROM prekeys WHERE spare_for = ?"
    return {row[0] for row in person.store.database.rows(query, device(other))}


def last_resort(person: Person) -> bytes:
    body = msgspec.msgpack.decode(person.account._context.secrets.bundle)[0]
    return bytes(msgspec.msgpack.decode(body, type=PrekeyBundle).bundle_id)


class Watching:
    """A server that notes with which bundles sessions begin, and who asks it for one."""

    def __init__(self, world: Deployment) -> None:
        self.began_with: set[bytes] = set()
        self.asked: list[FetchBundle] = []
        world.to_server = self._seen

    def _seen(self, _: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, FetchBundle):
            self.asked.append(frame)
        if isinstance(frame, Deposit):
            headers = [read_envelope(envelope).initial_header for _, envelope in frame.items]
            self.began_with |= {read_initial_header(header).bundle_id for header in headers if header is not None}
        return [frame]


@pytest.fixture
def talking(world: Deployment, friends: tuple[Person, Person]) -> tuple[Person, Person]:
    """Two people who have said something to each other."""
    alice, bob = friends
    world.say(alice, bob, "hello")
    world.say(bob, alice, "hello to you")
    world.pass_time(10)
    return friends


def make_re_key(world: Deployment, alice: Person, bob: Person, text: str) -> None:
    """The server alters one message, so that its reader begins a new session."""
    world.pass_time(120)
    world.to_device = altering(bob)
    world.say(alice, bob, text)
    world.to_device = passed_on
    world.restart(bob)
    world.pass_time(120)


def test_who_talks_holds_some_of_the_other_device(talking: tuple[Person, Person]) -> None:
    for person, other in (talking, talking[::-1]):
        assert len(held(person, other)) == SPARES
        assert set(held(person, other)) == private_halves(other, person)


def withholding(person: Person, frame: ServerFrame) -> list[ServerFrame]:
    return [RequestFailed(frame.request_id, "no_keys_yet") if isinstance(frame, BundleFound) else frame]


def test_a_server_cannot_make_a_new_session_begin_with_the_bundle_that_it_holds(
    world: Deployment, talking: tuple[Person, Person]
) -> None:
    alice, bob = talking
    watching = Watching(world)
    before = set(held(alice, bob) + held(bob, alice))
    make_re_key(world, alice, bob, "altered on its way")
    assert watching.began_with, "there was a re-key"
    assert watching.began_with <= before
    assert watching.asked == []
    assert not watching.began_with & {last_resort(alice), last_resort(bob)}
    assert world.texts(bob, alice).count("altered on its way") == 1


def test_a_re_key_needs_no_bundle_of_the_server(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    world.to_device = lambda person, frame: [
        RequestFailed(frame.request_id, "no_keys_yet") if isinstance(frame, BundleFound) else frame
    ]
    altered = altering(bob)
    withheld, world.to_device = world.to_device, lambda person, frame: withholding(person, altered(person, frame)[0])
    world.say(alice, bob, "altered on its way")
    world.to_device = withheld
    world.pass_time(120)
    assert world.texts(bob, alice).count("altered on its way") == 1
    assert world.statuses(alice, bob)[-1] == "delivered"


def test_one_that_was_used_is_gone_on_both_sides_and_replaced(
    world: Deployment, talking: tuple[Person, Person]
) -> None:
    alice, bob = talking
    watching = Watching(world)
    make_re_key(world, alice, bob, "altered on its way")
    for person, other in (talking, talking[::-1]):
        assert not watching.began_with & set(held(person, other))
        assert not watching.began_with & private_halves(person, other)
        assert len(held(person, other)) == SPARES
        assert set(held(person, other)) == private_halves(other, person)


def test_many_re_keys_leave_no_more_than_a_few(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    for number in range(2 * SPARES):
        make_re_key(world, alice, bob, f"altered {number}")
    for person, other in (talking, talking[::-1]):
        assert len(held(person, other)) == SPARES
        assert len(private_halves(person, other)) <= SPARES + SUPERSEDED_KEPT
    assert len([text for text in world.texts(bob, alice) if (text or "").startswith("altered")]) == 2 * SPARES


def use_up_unseen(person: Person, other: Person, count: int) -> None:
    """Their data is older than it was, and nobody knows: the private halves of some that the other holds are gone."""
    for bundle_id in held(other, person)[:count]:
        person.store.database.execute("DELETE FROM prekeys WHERE prekey_id = ?", bundle_id)


@pytest.mark.parametrize("gone", [1, SPARES])
def test_where_the_private_half_is_gone_the_next_one_is_tried_and_then_the_servers(
    world: Deployment, talking: tuple[Person, Person], gone: int
) -> None:
    """Both sides, so that neither can help the other."""
    alice, bob = talking
    use_up_unseen(bob, alice, gone)
    use_up_unseen(alice, bob, gone)
    for person in talking:
        person.store.database.execute("DELETE FROM peer_bundles")  # what came with a card is another one to try
    watching = Watching(world)
    make_re_key(world, alice, bob, "altered on its way")
    world.pass_time(240)
    world.say(bob, alice, "and back")
    assert world.texts(bob, alice).count("altered on its way") == 1
    assert world.texts(alice, bob)[-1] == "and back"
    assert set(world.statuses(alice, bob) + world.statuses(bob, alice)) == {"delivered"}
    assert bool(watching.asked) == (gone == SPARES)


def test_one_that_is_held_again_after_its_use_begins_nothing(world: Deployment, talking: tuple[Person, Person]) -> None:
    """A copy of somebody's data has bundles that were used since: the owner takes none of them twice."""
    alice, bob = talking
    place, used = bob.store.database.rows("SELECT place, bundle FROM spare_bundles ORDER BY place LIMIT 1")[0]
    make_re_key(world, alice, bob, "first")
    assert bob.store.database.value("SELECT bundle FROM spare_bundles WHERE place = ?", place) == b""
    bob.store.database.execute("UPDATE spare_bundles SET bundle = ? WHERE place = ?", used, place)
    quarantined = alice.store.database.value("SELECT count(*) FROM quarantine")
    make_re_key(world, alice, bob, "second")
    assert alice.store.database.value("SELECT count(*) FROM quarantine") > quarantined
    assert [text for text in world.texts(bob, alice) if text in ("first", "second")] == ["first", "second"]


def hand_out(person: Person, other: Person, body: bytes, now: Instant) -> None:
    """What `other` handed out arrives once more, or in a form of a hostile device."""
    context = person.account._context
    peer = context.store.peer(other.account.account_id)
    assert peer is not None
    with context.store.transaction():
        Spares(context, person.account._parts.outbox).taken(peer, device(other), body, now)


def bundles_of(person: Person) -> Iterator[tuple[bytes, bytes]]:
    yield from person.store.database.rows("SELECT bundle_id, bundle FROM spare_bundles ORDER BY place")


def test_the_same_hand_out_again_brings_back_none_that_was_used(
    world: Deployment, talking: tuple[Person, Person]
) -> None:
    alice, bob = talking
    handed = dict(bundles_of(bob))
    make_re_key(world, alice, bob, "altered on its way")
    used = set(handed) - set(held(bob, alice))
    assert used
    hand_out(bob, alice, encode(HandedSpares((), tuple(handed.values()))), world.now)
    assert not used & set(held(bob, alice))


def test_a_hand_out_replaces_what_it_does_not_keep(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    kept = held(bob, alice)[1]
    hand_out(bob, alice, encode(HandedSpares((kept,), ())), world.now)  # type: ignore[arg-type]
    assert held(bob, alice) == [kept]


def test_only_one_time_bundles_of_that_device_are_taken(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    (_, of_bob), *_ = bundles_of(alice)
    before = held(bob, alice)
    for bundle in (alice.account._context.secrets.bundle, of_bob, b"no bundle"):
        with pytest.raises(PeerBrokeProtocol):
            hand_out(bob, alice, encode(HandedSpares((), (bundle,))), world.now)
        assert held(bob, alice) == before


def test_a_device_that_knows_nothing_of_them_is_sent_none(world: Deployment, monkeypatch: pytest.MonkeyPatch) -> None:
    def as_before(note: object) -> bytes:
        data = encode(note)  # type: ignore[arg-type]
        return msgspec.msgpack.encode(msgspec.msgpack.decode(data)[:-1]) if isinstance(note, ReceiptNote) else data

    monkeypatch.setattr(control, "encode", as_before)
    alice, bob = world.person("alice"), world.person("bob")
    world.befriend(alice, bob)
    world.say(alice, bob, "hello")
    world.say(bob, alice, "hello to you")
    world.pass_time(10)
    assert held(alice, bob) == held(bob, alice) == []
    assert private_halves(alice, bob) == private_halves(bob, alice) == set()
    assert set(world.statuses(alice, bob) + world.statuses(bob, alice)) == {"delivered"}


def test_after_a_restore_both_sides_begin_again_with_new_ones(
    world: Deployment, talking: tuple[Person, Person]
) -> None:
    alice, bob = talking
    backup = world.copy_of(alice)
    world.pass_time(10)
    world.say(alice, bob, "lost to the copy")
    before = held(alice, bob) + held(bob, alice)
    world.restart(alice, database=backup)
    world.pass_time(60)
    world.say(bob, alice, "and on")
    world.pass_time(10)
    for person, other in (talking, talking[::-1]):
        assert len(held(person, other)) == SPARES
        assert not set(held(person, other)) & set(before)
        assert set(held(person, other)) <= private_halves(other, person)


def test_they_go_with_the_account(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    gone = device(bob)
    world.do(bob, lambda account, now: account.delete(1, now))
    for table, column in (("spare_bundles", "device"), ("prekeys", "spare_for")):
        assert alice.store.database.value(f"SELECT count(*) FROM {table} WHERE {column} = ?", gone) == 0


def test_they_go_with_the_device(world: Deployment, talking: tuple[Person, Person]) -> None:
    alice, bob = talking
    context = alice.account._context
    peer = context.store.peer(bob.account.account_id)
    assert peer is not None
    other_device = world.person("carol").account._context.device
    newer = sign_device_list(bob.account._context.secrets.account, 2, (other_device.entry,))
    gone = device(bob)
    with context.store.transaction():
        alice.account._parts.registration._acquaintances.update(peer, newer, b"", world.now)
    for table, column in (("spare_bundles", "device"), ("prekeys", "spare_for")):
        assert alice.store.database.value(f"SELECT count(*) FROM {table} WHERE {column} = ?", gone) == 0


def test_who_goes_on_talking_gets_new_ones_before_they_are_too_old(
    world: Deployment, talking: tuple[Person, Person]
) -> None:
    alice, bob = talking
    before = held(alice, bob) + held(bob, alice)
    for person in talking:
        seconds = person.account._context.key_time.at(world.now)
        person.store.set_key_time(seconds + SPARE_SECONDS / 2, world.now.wall)
        world.restart(person)
    world.say(alice, bob, "two weeks later")
    world.say(bob, alice, "so it is")
    world.pass_time(10)
    for person, other in (talking, talking[::-1]):
        assert len(held(person, other)) == SPARES
        assert not set(held(person, other)) & set(before)
