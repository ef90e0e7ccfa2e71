"""Other keys under a name we know, and blocked people who want to know whether we are here."""

from casemate.crypto.card import Purpose, sign_card
from casemate.crypto.identity import rotate_account_key, sign_device_list
from casemate.crypto.prekeys import new_one_time_bundle
from casemate.protocol.link import AccountRow, Deposit, RegistrationAsked, Signal
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person


def new_identity(world: Deployment, person: Person, recipient: Person) -> tuple[bytes, bytes]:
    """A device list with a new account key, as the thief of an account key makes it, and a card that brings it."""
    context = person.account._context
    secrets, now_seconds = context.secrets, int(world.now.wall)
    rotated = rotate_account_key(secrets.account, world.entropy)
    newer = sign_device_list(rotated, 2, (secrets.device.entry,))
    bundle, _ = new_one_time_bundle(
        rotated, secrets.device, world.entropy, context.kem, now_seconds=now_seconds, lifetime_seconds=10_000
    )
    card = sign_card(
        secrets.device,
        person.account.account_id,
        recipient.account.account_id,
        Purpose.ASK,
        device_list=newer,
        names=b"",
        bundles=(bundle,),
        note=b"",
        now_seconds=now_seconds,
    )
    return newer, card


def test_new_account_keys_raise_the_alarm_whatever_brings_them(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    _, card = new_identity(world, bob, alice)
    row = AccountRow(bob.account.account_id, "bob", "Bob", online=True)
    world._to_device(alice, alice.generation, Signal(1_000, RegistrationAsked(row, card, world.now.wall)))
    world.settle()
    view = world.sees(alice, bob)
    assert (view.identity_changed, view.verified) == (True, False)


def test_nothing_is_deposited_again_for_a_changed_identity(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.say(alice, bob, "for the bob we knew")
    _, card = new_identity(world, bob, alice)
    row = AccountRow(bob.account.account_id, "bob", "Bob", online=True)
    world._to_device(alice, alice.generation, Signal(1_000, RegistrationAsked(row, card, world.now.wall)))
    for_bob: list[Deposit] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit) and person is alice:
            for_bob.append(frame)
        return [frame]

    world.to_server = watch
    world.restart(bob, database=backup)
    world.pass_time(60)
    assert for_bob == []
    assert world.texts(bob, alice) == []


def test_a_blocked_person_does_not_learn_that_we_are_here(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(bob, alice, "hi")
    world.do(alice, lambda account, now: account.block(bob.cid, True, 1, now))
    heard: list[ServerFrame] = []

    def listen(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if person is bob:
            heard.append(frame)
        return [frame]

    world.to_device = listen
    world.cut(alice)
    world.pass_time(60)
    world.read(alice, bob)
    assert heard == []
    world.do(alice, lambda account, now: account.block(bob.cid, False, 2, now))
    assert world.statuses(bob, alice) == ["read"]
