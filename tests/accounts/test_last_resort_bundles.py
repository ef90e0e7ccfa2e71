"""The bundle that lies at the server lives for a week, its private half as long as a mailbox may hold its use."""

import msgspec
import pytest

from casemate.crypto.prekeys import PrekeyBundle
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import LAST_RESORT_SECONDS, LATE_SECONDS, Outcome
from casemate.internal_service.core.account.key_time import MOST_CLOSED_SECONDS, TIDY_SECONDS
from casemate.node import Instant
from casemate.protocol.limits import DAY_SECONDS, MAILBOX_SECONDS
from casemate.protocol.link import PublishBundle
from casemate.protocol.link_codec import ClientFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import device


def at_the_server(person: Person) -> PrekeyBundle:
    """The last-resort bundle that this person has published."""
    body = msgspec.msgpack.decode(person.account._context.secrets.bundle)[0]
    return msgspec.msgpack.decode(body, type=PrekeyBundle)


def private_half(person: Person, bundle: PrekeyBundle) -> bytes | None:
    return person.store.prekey(bundle.bundle_id)


def be_away(world: Deployment, person: Person, seconds: float) -> None:
    """Some days at a time, with a look in between."""
    while seconds > 0:
        world.do(person, lambda account, now: account.stop(now))
        world.jump_clocks(min(seconds, MOST_CLOSED_SECONDS))
        world.do(person, lambda account, now: account.start(now))
        seconds -= MOST_CLOSED_SECONDS


def agreed_without_a_session(world: Deployment) -> tuple[Person, Person]:
    """Both agreed to talk; the bundle that came with the card is lost to the first, as after a restore."""
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    alice.store.database.execute("DELETE FROM peer_bundles")
    return alice, bob


def test_its_private_half_lives_thirty_eight_days() -> None:
    assert (LAST_RESORT_SECONDS + LATE_SECONDS) / DAY_SECONDS == 38
    assert LATE_SECONDS > MAILBOX_SECONDS


def test_while_its_owner_is_away_for_longer_a_re_key_waits(world: Deployment) -> None:
    alice, bob = agreed_without_a_session(world)
    world.do(bob, lambda account, now: account.stop(now))
    world.jump_clocks(LAST_RESORT_SECONDS + 1)
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    assert alice.store.database.value("SELECT count(*) FROM ratchets") == 0
    assert alice.account._parts.outbox.waiting_reason(bob.account._context.device.device_id) == "no_keys_yet"
    world.do(bob, lambda account, now: account.start(now))
    world.pass_time(120)
    assert world.sees(bob, alice).connection == "asks_you"


def test_within_the_week_a_re_key_needs_nobody(world: Deployment) -> None:
    alice, bob = agreed_without_a_session(world)
    world.do(bob, lambda account, now: account.stop(now))
    world.jump_clocks(LAST_RESORT_SECONDS / 2)
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    world.jump_clocks(MAILBOX_SECONDS - DAY_SECONDS)
    world.do(bob, lambda account, now: account.start(now))
    assert world.sees(bob, alice).connection == "asks_you", "opened 32 days after the bundle was made"


def test_an_open_account_replaces_it_and_forgets_the_old_one(world: Deployment) -> None:
    bob = world.person("bob")
    published: list[PublishBundle] = []

    def seen(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        published.extend([frame] if isinstance(frame, PublishBundle) else [])
        return [frame]

    world.to_server = seen
    first = at_the_server(bob)
    world.jump_clocks(LAST_RESORT_SECONDS / 2)
    world.pass_time(TIDY_SECONDS)
    second = at_the_server(bob)
    assert second.bundle_id != first.bundle_id
    assert [frame.bundle for frame in published] == [bob.account._context.secrets.bundle]
    assert private_half(bob, first) is not None
    be_away(world, bob, LAST_RESORT_SECONDS + LATE_SECONDS)
    world.pass_time(TIDY_SECONDS)
    assert private_half(bob, first) is None
    assert private_half(bob, at_the_server(bob)) is not None


@pytest.mark.parametrize("days", [90, 10_000])
def test_one_that_was_made_for_longer_is_replaced_and_its_private_half_is_cut(world: Deployment, days: int) -> None:
    bob = world.person("bob")
    secrets = bob.account._context.secrets
    old = at_the_server(bob)
    expires_at = world.now.wall + days * DAY_SECONDS
    bob.store.put_secrets(msgspec.structs.replace(secrets, bundle_expires_at=expires_at).to_bytes())
    bob.store.database.execute("UPDATE prekeys SET expires_at = ?", expires_at + LATE_SECONDS)
    world.restart(bob)
    assert at_the_server(bob).bundle_id != old.bundle_id
    left = (
        bob.store.database.value("SELECT expires_at FROM prekeys WHERE prekey_id = ?", old.bundle_id) - world.now.wall
    )
    assert left <= LAST_RESORT_SECONDS + LATE_SECONDS


@pytest.mark.parametrize("years", [10, -10])
@pytest.mark.parametrize("closed", [False, True], ids=["while it is open", "while it is closed"])
def test_a_clock_that_jumps_takes_no_key_at_once_and_keeps_none_for_ever(
    world: Deployment, friends: tuple[Person, Person], years: int, *, closed: bool
) -> None:
    """Private halves and sessions that no longer send: what is under way may still need them."""
    alice, bob = friends
    first = at_the_server(bob)

    def retire(account: Account, now: Instant) -> Outcome:
        account._parts.ratchets.stop_sending(device(alice), now)
        return []

    world.do(bob, retire)
    retired = bob.store.database.value("SELECT count(*) FROM ratchets WHERE retire_at IS NOT NULL")
    assert retired
    world.pass_time(TIDY_SECONDS)
    if closed:
        world.do(bob, lambda account, now: account.stop(now))
    world.jump_clocks(years * 365 * DAY_SECONDS)
    if closed:
        world.do(bob, lambda account, now: account.start(now))
    world.pass_time(TIDY_SECONDS)
    assert private_half(bob, first) is not None
    assert bob.store.database.value("SELECT count(*) FROM ratchets WHERE retire_at IS NOT NULL") == retired
    be_away(world, bob, LAST_RESORT_SECONDS + LATE_SECONDS)
    assert private_half(bob, first) is None
    assert bob.store.database.value("SELECT count(*) FROM ratchets WHERE retire_at IS NOT NULL") == 0
