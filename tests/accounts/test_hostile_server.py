"""A server that swaps, forges, replays, reorders, withholds and forgets: it may delay people, never fool them."""

import msgspec

from casemate.crypto.identity import new_account, rotate_account_key, sign_device_list, verify_device_list
from casemate.internal_service.core.ground.notices import MessageArrived, RegistrationWanted
from casemate.protocol.link import (
    AccountFound,
    BundleFound,
    Deliver,
    Deposit,
    DeviceListChanged,
    Receipt,
    ReceiptArrived,
    RegistrationAnswered,
    RegistrationAsked,
    ServerHello,
    Signal,
)
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person


def quarantined(person: Person) -> int:
    return int(person.store.database.value("SELECT count(*) FROM quarantine"))


def test_a_forged_device_list_is_not_believed(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    mallory = world.person("mallory")

    def swap(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, AccountFound):
            return [msgspec.structs.replace(frame, device_list=mallory.account._context.secrets.device_list)]
        return [frame]

    world.to_device = swap
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert bob.heard(RegistrationWanted) == []
    assert alice.account.peer_view(bob.cid) is None


def test_a_swapped_card_in_a_request_is_thrown_away(world: Deployment) -> None:
    alice, bob, mallory = world.person("alice"), world.person("bob"), world.person("mallory")
    cards: list[bytes] = []

    def swap(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Signal) and isinstance(frame.body, RegistrationAsked):
            cards.append(frame.body.request)
            body = msgspec.structs.replace(frame.body, sender=msgspec.structs.replace(frame.body.sender))
            body = msgspec.structs.replace(body, request=cards[0])
            return [Signal(frame.sequence, body)]
        return [frame]

    world.to_device = swap
    world.do(mallory, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert [notice.username for notice in bob.heard(RegistrationWanted)] == ["mallory"]
    assert quarantined(bob) == 1
    assert world.sees(alice, bob).relation == "declined", "what nobody is shown takes no place for a month"
    assert world.sees(mallory, bob).relation == "requested"


def test_an_acceptance_nobody_gave_is_not_believed(world: Deployment) -> None:
    alice, bob, mallory = world.person("alice"), world.person("bob"), world.person("mallory")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(alice, lambda account, now: account.ask_registration(mallory.cid, now))

    def swap(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Signal) and isinstance(frame.body, RegistrationAnswered):
            sender = msgspec.structs.replace(frame.body.sender, account_id=bob.account.account_id)
            return [Signal(frame.sequence, msgspec.structs.replace(frame.body, sender=sender))]
        return [frame]

    world.to_device = swap
    world.do(mallory, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert world.sees(alice, bob).relation == "requested"


def test_envelopes_repeated_and_reordered_are_shown_once_and_in_order(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    seen: list[Deliver] = []

    def mix(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is bob:
            seen.append(frame)
            return []
        return [frame]

    world.to_device = mix
    for text in ("one", "two", "three", "four"):
        world.say(alice, bob, text)
    world.to_device = lambda person, frame: [frame]
    for frame in [*reversed(seen), *seen, *reversed(seen)]:
        world._to_device(bob, bob.generation, frame)
    world.settle()
    assert world.texts(bob, alice) == ["one", "two", "three", "four"]
    assert len(bob.heard(MessageArrived)) == 4
    assert world.statuses(alice, bob) == ["delivered"] * 4


def test_a_withheld_envelope_is_asked_for_and_comes_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    dropped: list[int] = []

    def withhold(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is bob and not dropped:
            dropped.append(frame.items[0][0])
            return []
        return [frame]

    world.to_device = withhold
    world.say(alice, bob, "lost?")
    assert world.statuses(alice, bob) == ["sent"]
    world.say(alice, bob, "next")
    world.cut(bob)
    world.pass_time(60)
    assert world.texts(bob, alice) == ["lost?", "next"]
    assert world.statuses(alice, bob) == ["delivered", "delivered"]


def test_an_altered_envelope_is_reported_and_its_message_comes_anew(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "fine")
    altered: list[int] = []

    def alter(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is bob and not altered:
            altered.append(1)
            (number, envelope), *rest = frame.items
            broken = envelope[:-1] + bytes([envelope[-1] ^ 1])
            return [msgspec.structs.replace(frame, items=[(number, broken), *rest])]
        return [frame]

    world.to_device = alter
    world.say(alice, bob, "altered")
    world.say(alice, bob, "after")
    world.pass_time(120)
    assert sorted(text or "" for text in world.texts(bob, alice)) == ["after", "altered", "fine"]
    assert world.texts(alice, bob) == world.texts(bob, alice)
    assert world.statuses(alice, bob) == ["delivered"] * 3
    assert quarantined(bob) >= 1


def test_an_altered_message_is_never_called_delivered(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "fine")

    def alter_all(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver) and person is bob:
            broken = [(number, envelope[:-1] + bytes([envelope[-1] ^ 1])) for number, envelope in frame.items]
            return [msgspec.structs.replace(frame, items=broken)]
        return [frame]

    world.to_device = alter_all
    world.say(alice, bob, "altered")
    assert world.texts(bob, alice) == ["fine"]
    assert world.statuses(alice, bob)[0] == "delivered"
    assert world.statuses(alice, bob)[1] in ("queued", "sent")


def test_a_receipt_replayed_or_altered_changes_nothing(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    receipts: list[ReceiptArrived] = []

    def collect(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, ReceiptArrived) and person is alice:
            receipts.append(frame)
        return [frame]

    world.to_device = collect
    world.say(alice, bob, "one")
    world.say(alice, bob, "two")
    old = receipts[0]
    world._to_device(alice, alice.generation, old)
    broken = msgspec.structs.replace(old, sealed=old.sealed[:-1] + bytes([old.sealed[-1] ^ 1]))
    world._to_device(alice, alice.generation, broken)
    world.settle()
    world.pass_time(60)
    assert world.statuses(alice, bob) == ["delivered", "delivered"]
    assert world.texts(bob, alice) == ["one", "two"]
    world.say(alice, bob, "three")
    assert world.texts(bob, alice) == ["one", "two", "three"]


def test_a_server_with_another_identity_is_refused(world: Deployment) -> None:
    alice = world.person("alice")
    world.replace_server()
    world.cut(alice)
    world.pass_time(5)
    view = alice.account.link_view()
    assert view.state == "away"
    assert view.reason is not None
    assert view.reason.code == "server_identity_changed"


def test_a_hello_signed_by_somebody_else_is_refused(world: Deployment) -> None:
    alice = world.person("alice", enroll=False)

    def forge(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, ServerHello):
            return [msgspec.structs.replace(frame, signature=bytes(64))]
        return [frame]

    world.to_device = forge
    world.do(alice, lambda account, now: account.start(now))
    assert not alice.account.enrolled
    why = alice.account.link_view().reason
    assert why is not None
    assert why.code == "server_identity_changed"


def test_new_account_keys_stop_sending_until_the_user_accepts(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    secrets = bob.account._context.secrets
    rotated = rotate_account_key(secrets.account, world.entropy)
    newer = sign_device_list(rotated, 2, (secrets.device.entry,))
    world._to_device(alice, alice.generation, Signal(1_000, DeviceListChanged(bob.account.account_id, newer)))
    world.settle()
    view = world.sees(alice, bob)
    assert (view.identity_changed, view.verified) == (True, False)
    world.say(alice, bob, "is it you?")
    assert world.statuses(alice, bob) == ["queued"]
    why = world.timeline(alice, bob)[-1].reason
    assert why is not None
    assert why.code == "identity_changed"
    world.do(alice, lambda account, now: account.accept_identity(bob.cid, now))
    assert world.statuses(alice, bob)[0] != "queued"


def test_a_device_list_of_a_stranger_changes_nothing(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    before = bob.account._context.secrets.device_list
    stranger = new_account(world.entropy)
    forged = sign_device_list(stranger, 9, verify_device_list(before).devices)
    world._to_device(alice, alice.generation, Signal(1_000, DeviceListChanged(bob.account.account_id, forged)))
    world.settle()
    assert world.sees(alice, bob).identity_changed is False
    assert quarantined(alice) == 1
    world.say(alice, bob, "still fine")
    assert world.texts(bob, alice) == ["still fine"]


def test_a_swapped_bundle_starts_no_session(world: Deployment) -> None:
    """Without bundles from the cards the server is asked for one, and hands out its own."""
    alice, bob, mallory = world.person("alice"), world.person("bob"), world.person("mallory")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    alice.store.database.execute("DELETE FROM peer_bundles")

    def swap(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, BundleFound):
            return [msgspec.structs.replace(frame, bundle=mallory.account._context.secrets.bundle)]
        return [frame]

    world.to_device = swap
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    assert world.sees(bob, alice).connection == "none"
    assert alice.store.database.value("SELECT count(*) FROM ratchets") == 0
    world.to_device = lambda person, frame: [frame]
    world.pass_time(60)
    assert world.sees(bob, alice).connection == "asks_you"


def test_what_the_server_lost_is_queued_and_sent_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.stop(now))
    world.say(alice, bob, "one")
    world.say(alice, bob, "two")
    assert world.statuses(alice, bob) == ["sent", "sent"]
    world.forget_everything_at_the_server()
    world.cut(alice)
    world.server_up = False
    world.pass_time(5)
    world.server_up = True
    world.pass_time(60)
    assert world.statuses(alice, bob) == ["sent", "sent"]
    world.do(bob, lambda account, now: account.start(now))
    assert world.texts(bob, alice) == ["one", "two"]


def test_a_sender_restored_from_an_older_copy_goes_on(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "kept")
    backup = world.copy_of(alice)
    world.pass_time(10)
    world.say(alice, bob, "forgotten by alice")
    world.say(bob, alice, "an answer")
    world.restart(alice, database=backup)
    world.pass_time(60)
    world.say(alice, bob, "after the restore")
    world.pass_time(120)
    assert "after the restore" in world.texts(bob, alice)
    assert world.statuses(alice, bob)[-1] == "delivered"
    assert "an answer" in world.texts(alice, bob), "what bob had said is sent again"
    world.say(bob, alice, "welcome back")
    assert world.texts(alice, bob)[-1] == "welcome back"


def test_a_recipient_restored_from_an_older_copy_gets_everything_again(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.say(alice, bob, "zero")
    backup = world.copy_of(bob)
    world.pass_time(10)
    for number in range(5):
        world.say(alice, bob, f"message {number}")
    world.say(bob, alice, "noted")
    world.restart(bob, database=backup)
    world.pass_time(300)
    assert [text for text in world.texts(bob, alice) if text != "noted"] == [
        "zero", *[f"message {number}" for number in range(5)]
    ]  # fmt: skip
    world.say(alice, bob, "more")
    world.say(bob, alice, "yes")
    world.pass_time(120)
    assert "more" in world.texts(bob, alice)
    assert "yes" in world.texts(alice, bob)


def test_no_plaintext_reaches_the_server(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    sent: list[bytes] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, Deposit):
            sent.extend(envelope for _, envelope in frame.items)
        if isinstance(frame, Receipt):
            sent.append(frame.sealed)
        return [frame]

    world.to_server = watch
    world.say(alice, bob, "canary-in-the-mine")
    assert sent
    assert not any(b"canary" in data for data in sent)


def test_an_envelope_of_a_stranger_is_not_opened(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    mallory = world.person("mallory")
    seen: list[Deliver] = []

    def watch(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver):
            seen.append(frame)
        return [frame]

    world.to_device = watch
    world.say(alice, bob, "one")
    world._to_device(bob, bob.generation, msgspec.structs.replace(seen[-1], sender=mallory.account.account_id))
    world.settle()
    assert world.texts(bob, alice) == ["one"]
    assert quarantined(bob) == 0


def test_two_restored_from_older_copies_find_together_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "zero")
    world.say(bob, alice, "one")
    backup_of_bob = world.copy_of(bob)
    for number in range(3):
        world.say(alice, bob, f"kept by alice {number}")
    backup_of_alice = world.copy_of(alice)
    for number in range(3):
        world.say(alice, bob, f"lost {number}")
        world.say(bob, alice, f"lost, too {number}")
    world.restart(alice, database=backup_of_alice)
    world.pass_time(20)
    world.restart(bob, database=backup_of_bob)
    world.pass_time(300)
    world.say(alice, bob, "there you are")
    world.say(bob, alice, "so are you")
    world.pass_time(300)
    assert world.texts(alice, bob)[-2:] == world.texts(bob, alice)[-2:] == ["there you are", "so are you"]
    assert {f"kept by alice {number}" for number in range(3)} <= set(world.texts(bob, alice))
    assert set(world.statuses(alice, bob)) == set(world.statuses(bob, alice)) == {"delivered"}
