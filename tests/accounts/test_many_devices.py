"""People with more than one device: everything reaches each of them, and none stands in another one's way."""

from dataclasses import dataclass

import pytest

from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.rows import Channel, Delivery
from casemate.internal_service.core.ground.notices import MessageChanged, TypingChanged
from casemate.protocol.ids import DeviceId, MessageId
from casemate.protocol.limits import OUTBOX_MESSAGES_PER_PEER
from casemate.protocol.link import BundleFound, Deposit, DepositRefused, RequestFailed
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.neighbours import Neighbours
from tests.support.devices import device_id_of, without_device


@dataclass
class Household:
    """Alice with one device, and Bob with two."""

    world: Deployment
    alice: Person
    bob: Person
    tablet: Person

    def device(self, person: Person) -> DeviceId:
        return device_id_of(person.account)

    def deliveries(self, message_id: MessageId) -> dict[DeviceId, Delivery]:
        row = self.alice.store.messages_with_id(message_id)[0]
        found = self.alice.store.deliveries_of([row.arrival]).get(row.arrival, [])
        return {delivery.device: delivery for delivery in found}

    def channel(self, person: Person) -> Channel:
        """Alice's, with this device."""
        channel = self.alice.store.channel(self.device(person))
        assert channel is not None
        return channel

    def refuse_deposits_for(self, device: DeviceId) -> None:
        def to_server(person: Person, frame: ClientFrame) -> list[ClientFrame]:
            return [] if isinstance(frame, Deposit) and frame.to == device else [frame]

        self.world.to_server = to_server

    def status(self) -> list[str]:
        return self.world.statuses(self.alice, self.bob)


@pytest.fixture
def home(world: Deployment, friends: tuple[Person, Person]) -> Household:
    alice, bob = friends
    return Household(world, alice, bob, world.another_device(bob))


def test_a_message_reaches_every_device_once_and_in_order(home: Household) -> None:
    said = [f"word {number}" for number in range(7)]
    for text in said:
        home.world.say(home.alice, home.bob, text)
    assert home.world.texts(home.bob, home.alice) == said
    assert home.world.texts(home.tablet, home.alice) == said
    assert home.status() == ["delivered"] * 7


def test_what_each_device_writes_is_one_conversation_for_the_other_side(home: Household) -> None:
    home.world.say(home.bob, home.alice, "from the desk")
    home.world.say(home.tablet, home.alice, "from the sofa")
    home.world.say(home.alice, home.bob, "to both")
    assert home.world.texts(home.alice, home.bob) == ["from the desk", "from the sofa", "to both"] or home.world.texts(
        home.alice, home.bob
    ) == ["from the sofa", "from the desk", "to both"]
    assert home.world.texts(home.bob, home.alice) == ["from the desk", "to both"]
    assert home.world.texts(home.tablet, home.alice) == ["from the sofa", "to both"]


def test_a_device_that_came_later_gets_what_is_written_afterwards(home: Household) -> None:
    home.world.say(home.alice, home.bob, "before")
    phone = home.world.another_device(home.bob)
    home.world.say(home.alice, home.bob, "after")
    assert home.world.texts(phone, home.alice) == ["after"]
    assert home.world.texts(home.tablet, home.alice) == ["before", "after"]


def test_the_best_device_decides_what_became_of_a_message(home: Household) -> None:
    home.world.cut(home.tablet)
    database = home.world.end(home.tablet)
    home.world.say(home.alice, home.bob, "hello")
    assert home.status() == ["delivered"]
    home.world.read(home.bob, home.alice)
    assert home.status() == ["read"]
    home.world.restart(home.tablet, database=database)
    assert home.status() == ["read"], "what the other device says later takes nothing back"
    assert home.world.texts(home.tablet, home.alice) == ["hello"]


def test_what_is_read_on_any_device_is_read(home: Household) -> None:
    home.world.say(home.alice, home.bob, "one")
    home.world.say(home.alice, home.bob, "two")
    home.world.read(home.tablet, home.alice, "one")
    home.world.read(home.bob, home.alice, "two")
    assert home.status() == ["read", "read"]


def test_a_receipt_touches_the_deliveries_of_its_device_alone(home: Household) -> None:
    database = home.world.end(home.bob)
    hello = home.world.say(home.alice, home.tablet, "hello")
    home.world.read(home.tablet, home.alice)
    states = {device: (row.state, row.told) for device, row in home.deliveries(hello).items()}
    assert states[home.device(home.tablet)] == ("done", "read")
    gone_device = next(device for device in states if device != home.device(home.tablet))
    assert states[gone_device] == ("sent", None)
    home.world.restart(home.bob, database=database)
    assert home.deliveries(hello)[gone_device].told == "delivered"


@pytest.mark.parametrize("trouble", ["lost on the way", "refused", "no keys", "full queue"])
def test_one_dead_device_holds_no_message_at_queued(home: Household, trouble: str) -> None:
    world, dead = home.world, home.device(home.tablet)
    world.end(home.tablet)

    def refuse(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if not (isinstance(frame, Deposit) and frame.to == dead):
            return [frame]
        numbers = [number for number, _ in frame.items]
        assert person.connection is not None
        refusal = DepositRefused(dead, numbers[0], numbers[-1], "mailbox_full")
        world._work.append(lambda: world._to_device(person, person.generation, refusal))
        return []

    def no_keys(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [RequestFailed(frame.request_id, "no_keys_yet", {}) if isinstance(frame, BundleFound) else frame]

    match trouble:
        case "lost on the way":
            home.refuse_deposits_for(dead)
        case "refused":
            world.to_server = refuse
        case "no keys":
            world.to_device = no_keys
        case "full queue":
            home.refuse_deposits_for(dead)
            world.do(home.alice, lambda account, now: _fill(home, dead))
    for number in range(3):
        world.say(home.alice, home.bob, f"word {number}")
    world.pass_time(61.0)
    assert home.status()[-3:] == ["delivered"] * 3
    world.read(home.bob, home.alice)
    assert home.status()[-3:] == ["read"] * 3
    assert world.texts(home.bob, home.alice)[-3:] == ["word 0", "word 1", "word 2"]


def _fill(home: Household, device: DeviceId) -> Outcome:
    """This device's queue takes no more."""
    store = home.alice.store
    conversation = home.alice.account.conversation_with(home.bob.cid)
    first = store.timeline_page(conversation, before=None, after=None, limit=1)
    assert not first
    arrival = 1_000_000
    home.alice.account._context.open_channel(store.peers()[0], device)
    for number in range(OUTBOX_MESSAGES_PER_PEER):
        store.deliveries_add([Delivery(device, arrival + number, 10 + number, b"x", "queued")])
    return []


def test_a_restored_device_begins_anew_alone_and_gets_again_what_it_had(home: Household) -> None:
    world = home.world
    world.say(home.alice, home.bob, "before")
    older = world.copy_of(home.tablet)
    world.say(home.alice, home.bob, "lost at the tablet")
    world.say(home.tablet, home.alice, "and written there")
    with_bob = home.channel(home.bob)
    world.end(home.tablet)
    world.restart(home.tablet, database=older)
    world.pass_time(120.0)
    world.say(home.alice, home.bob, "afterwards")
    world.pass_time(120.0)
    said = ["before", "lost at the tablet", "afterwards"]
    assert [text for text in world.texts(home.tablet, home.alice) if text in said] == said
    assert world.texts(home.bob, home.alice) == said
    assert home.channel(home.bob).rekey_at == with_bob.rekey_at
    assert home.channel(home.bob).next_number == with_bob.next_number + 1, "one message, and nothing else"
    assert set(home.status()) == {"delivered"}


def test_typing_is_seen_on_each_device_and_comes_from_each(home: Household) -> None:
    world = home.world
    world.say(home.alice, home.bob, "both have a session from here on")
    for writer in (home.bob, home.tablet):
        home.alice.notices.clear()
        world.do(
            writer,
            lambda account, now: account.set_typing(account.conversation_with(home.alice.cid), True, now),
        )
        assert home.alice.heard(TypingChanged)
        world.pass_time(30.0)
    world.do(home.alice, lambda account, now: account.set_typing(account.conversation_with(home.bob.cid), True, now))
    assert home.bob.heard(TypingChanged)
    assert home.tablet.heard(TypingChanged)


def test_a_device_that_was_removed_gets_nothing_more(home: Household) -> None:
    world, tablet = home.world, home.device(home.tablet)
    world.say(home.alice, home.bob, "before")
    world.publish_list(home.bob, without_device(home.bob.account, tablet))
    after = world.say(home.alice, home.bob, "after")
    assert world.texts(home.tablet, home.alice) == ["before"]
    assert set(home.deliveries(after)) == {home.device(home.bob)}
    assert home.alice.store.under_way(tablet) == 0
    assert tablet not in home.alice.store.devices_to_send()


def test_what_a_removed_device_told_stays_and_nothing_waits_for_it(home: Household) -> None:
    world, tablet = home.world, home.device(home.tablet)
    database = world.end(home.bob)
    world.say(home.alice, home.tablet, "read on the tablet")
    world.read(home.tablet, home.alice)
    assert world.statuses(home.alice, home.tablet) == ["read"]
    world.restart(home.bob, database=database)
    world.publish_list(home.bob, without_device(home.bob.account, tablet))
    assert home.status() == ["read"]
    assert world.texts(home.bob, home.alice) == ["read on the tablet"]


def test_what_only_a_removed_device_was_to_get_goes_to_the_devices_there_are(home: Household) -> None:
    world, desk = home.world, home.device(home.bob)
    said = world.say(home.alice, home.bob, "seen by both")
    database = world.end(home.tablet)
    tablet = next(device for device in home.deliveries(said) if device != desk)
    world.to_server = lambda person, frame: [] if isinstance(frame, Deposit) and frame.to == tablet else [frame]
    lonely = world.say(home.alice, home.bob, "addressed to the tablet alone")
    arrival = home.alice.store.messages_with_id(lonely)[0].arrival
    with home.alice.store.transaction():  # as if the desk had been listed only afterwards
        home.alice.store.database.execute("DELETE FROM deliveries WHERE message = ? AND device = ?", arrival, desk)
    assert database
    home.alice.notices.clear()
    world.publish_list(home.bob, without_device(home.bob.account, tablet))
    assert set(home.deliveries(lonely)) == {desk}
    assert world.texts(home.bob, home.alice) == ["seen by both", "addressed to the tablet alone"]
    assert home.status() == ["delivered", "delivered"]
    assert any(notice.message_id == lonely for notice in home.alice.heard(MessageChanged))


def test_a_restored_writer_begins_nothing_with_a_device_that_was_removed(home: Household) -> None:
    world, tablet = home.world, home.device(home.tablet)
    world.say(home.alice, home.bob, "hello")
    world.publish_list(home.bob, without_device(home.bob.account, tablet))
    older = world.copy_of(home.alice)
    world.say(home.alice, home.bob, "written since")
    world.end(home.alice)
    world.restart(home.alice, database=older)
    world.pass_time(60.0)
    assert home.alice.store.under_way(tablet) == 0
    assert home.alice.store.under_way(home.device(home.bob)) == 0


def test_there_is_a_path_to_each_device(neighbours: Neighbours) -> None:
    world = neighbours.world
    tablet = world.another_device(neighbours.bob)
    world.pass_time(60.0)
    devices = {device_id_of(neighbours.bob.account), device_id_of(tablet.account)}
    paths = neighbours.ann.account._parts.outbox._paths
    assert {path.device for path in paths.all() if path.live is not None} == devices
    world.say(neighbours.ann, neighbours.bob, "hello")
    neighbours.deposits = 0
    world.say(neighbours.ann, neighbours.bob, "again")
    assert world.texts(tablet, neighbours.ann) == ["hello", "again"]
    assert neighbours.deposits == 0
    world.publish_list(neighbours.bob, without_device(neighbours.bob.account, device_id_of(tablet.account)))
    world.pass_time(1.0)
    assert {path.device for path in paths.all() if path.live is not None} == {device_id_of(neighbours.bob.account)}


def test_a_copy_from_before_anything_was_said_to_a_device_is_taken_up_again_with_it(home: Household) -> None:
    """The copy has no numbers of that device; what the server has of it says how far they were."""
    world, alice, tablet = home.world, home.alice, home.tablet
    backup = world.copy_of(alice)
    assert alice.store.channel(home.device(tablet)) is None
    for text in ("one", "two", "three"):
        world.say(alice, home.bob, text)
    world.pass_time(10)
    world.restart(alice, database=backup)
    message_id = world.say(alice, home.bob, "after the copy")
    world.pass_time(300)
    assert "after the copy" in world.texts(tablet, alice)
    assert {delivery.told for delivery in home.deliveries(message_id).values()} == {"delivered"}
