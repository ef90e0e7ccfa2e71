"""Invitations when data was restored, requests ended, or the server says things that do not fit."""

from typing import Any

import pytest
from msgspec import structs

from casemate.crypto.invite import read_invitation, write_invitation
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.core.account.link.addresses import told_addresses
from casemate.internal_service.core.account.rows import ServerAddress
from casemate.internal_service.core.ground.notices import EnrolmentRefused, RegistrationSettled
from casemate.internal_service.core.ground.refusals import Refused
from casemate.protocol.link import AccountFound, RequestFailed
from tests.accounts.deployment import Deployment, Person
from tests.accounts.test_invitations import TOKEN, comes, ends, guests, invites, opens, views

QUIET_SECONDS = 700.0
"""After a request was taken back another one may be made."""


@pytest.fixture
def alice(world: Deployment) -> Person:
    return world.person("alice", auto_connect=True)


def again(world: Deployment, person: Person) -> None:
    """A new link with the server."""
    world.cut(person)
    world.pass_time(60)


# ------------------------------------------------------------------------------------------------------ restored copies


def test_a_server_restored_from_before_the_end_of_a_link_is_told_again(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    [row] = world.change_at_the_server("SELECT invite_id, uses FROM invites")
    ends(world, alice, link)
    world.change_at_the_server("UPDATE invites SET uses = ?2 WHERE invite_id = ?1", *row)
    again(world, alice)
    assert comes(world, "bob", link).heard(EnrolmentRefused)[-1].reason.code == "invite_ended"


def test_an_inviter_restored_from_before_the_end_opens_nothing_again(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    before = world.copy_of(alice)
    ends(world, alice, link)
    world.restart(alice, database=before)
    assert [view.state for view in views(world, alice)] == ["ended"], "the server said so"
    assert comes(world, "bob", link).heard(EnrolmentRefused)
    carol = world.person("carol", auto_connect=True)
    opens(world, carol, link)
    assert world.sees(alice, carol).relation == "asks_you"


def test_a_server_that_lost_its_count_is_told_how_many_came(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    comes(world, "bob", link)
    world.change_at_the_server("DELETE FROM invites")
    again(world, alice)
    assert comes(world, "carol", link).heard(EnrolmentRefused)[-1].reason.code == "invite_used"


def test_a_use_by_an_account_that_was_there_counts_at_the_server_too(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    opens(world, world.person("bob", auto_connect=True), link)
    assert comes(world, "carol", link).heard(EnrolmentRefused)[-1].reason.code == "invite_used"


def test_links_that_are_used_up_leave_room_for_new_ones(
    world: Deployment, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("casemate.internal_service.core.account.people.inviting.INVITES_PER_ACCOUNT", 1)
    comes(world, "bob", invites(world, alice))
    invites(world, alice)
    with pytest.raises(Refused, match="too_many_invites"):
        invites(world, alice)


# -------------------------------------------------------------------------------------------------- requests that ended


def test_a_request_by_link_that_was_taken_back_leaves_nothing_that_stands_in_the_way(
    world: Deployment, alice: Person
) -> None:
    link = invites(world, alice)
    away = world.end(alice)
    bob = comes(world, "bob", link)
    world.say(bob, alice, "before")
    world.do(bob, lambda account, now: account.withdraw_registration(alice.cid, TOKEN))
    [waiting] = world.timeline(bob, alice)
    assert waiting.reason is not None
    assert waiting.reason.code == "not_registered"
    world.restart(alice, database=away)
    world.pass_time(QUIET_SECONDS)
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    world.pass_time(60)
    assert world.sees(alice, bob).connection == world.sees(bob, alice).connection == "connected"
    world.say(bob, alice, "now")
    assert world.texts(alice, bob) == ["before", "now"], "what is queued goes when there is a way"


def test_a_second_link_works_like_the_first(world: Deployment) -> None:
    alice = world.person("alice", auto_connect=False)
    first = invites(world, alice)
    away = world.end(alice)
    bob = comes(world, "bob", first)
    world.do(bob, lambda account, now: account.withdraw_registration(alice.cid, TOKEN))
    world.restart(alice, database=away)
    world.pass_time(QUIET_SECONDS)
    second = invites(world, alice)
    away = world.end(alice)
    opens(world, bob, second)
    world.say(bob, alice, "hello")
    world.restart(alice, database=away)
    world.pass_time(60)
    assert world.sees(alice, bob).connection == world.sees(bob, alice).connection == "connected"
    assert world.texts(alice, bob) == ["hello"]


# ----------------------------------------------------------------------------------------- what the server says instead


def test_a_server_with_an_older_list_of_the_inviter_does_not_keep_the_account_offline(
    world: Deployment, alice: Person
) -> None:
    bob = world.person("bob", auto_connect=True)
    older = alice.account._context.secrets.device_list
    world.another_device(alice)
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    world.do(bob, lambda account, now: account.withdraw_registration(alice.cid, TOKEN))
    world.pass_time(QUIET_SECONDS)
    link = invites(world, alice)

    def from_a_backup(person: Person, frame: Any) -> list[Any]:
        return [structs.replace(frame, device_list=older) if isinstance(frame, AccountFound) else frame]

    world.to_device = from_a_backup
    opens(world, bob, link)
    assert bob.heard(RegistrationSettled)[-1].refused.code == "inviter_unproven"  # type: ignore[union-attr]
    assert bob.account.link_view().state == "online"


def test_a_server_that_is_busy_is_asked_for_the_inviter_again(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    bob = world.person("bob", auto_connect=True)

    def busy(person: Person, frame: Any) -> list[Any]:
        return [RequestFailed(frame.request_id, "too_many_requests") if isinstance(frame, AccountFound) else frame]

    world.to_device = busy
    opens(world, bob, link)
    assert bob.account.peer_views() == []
    world.to_device = lambda person, frame: [frame]
    again(world, bob)
    assert world.sees(bob, alice).connection == "connected"


def test_a_link_that_is_opened_just_after_asking_otherwise_is_shown_within_a_minute(
    world: Deployment, alice: Person
) -> None:
    link = invites(world, alice)
    bob = world.person("bob", auto_connect=True)
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    world.pass_time(5)
    opens(world, bob, link)
    assert world.sees(alice, bob).relation == "asks_you"
    world.pass_time(65)
    assert world.sees(alice, bob).connection == world.sees(bob, alice).connection == "connected"


@pytest.mark.parametrize("ahead_seconds", [4000.0, -4000.0])
def test_clocks_of_two_computers_need_not_agree(world: Deployment, alice: Person, ahead_seconds: float) -> None:
    world.server_clock_ahead = ahead_seconds
    again(world, alice)
    link = invites(world, alice, seconds=3600)
    assert world.sees(alice, comes(world, "bob", link)).relation == "registered"
    world.pass_time(3600)
    carol = world.person("carol", auto_connect=True)
    opens(world, carol, link)
    assert world.sees(alice, carol).relation == "asks_you"
    assert guests(world, alice) == ["bob"]


# --------------------------------------------------------------------------------------------------- links of strangers


def test_what_a_link_says_of_other_addresses_is_a_hint() -> None:
    told = told_addresses(
        "chat.example:12349", ["127.0.0.1:22", "localhost:80", "10.0.0.7:12349", "chat.example:12349"]
    )
    assert told == (ServerAddress("10.0.0.7:12349", by_person=False),)
    assert told_addresses("127.0.0.1:12349", ["127.0.0.1:12350"]) != ()


def test_a_new_link_takes_the_place_of_what_an_account_that_is_not_made_yet_was_told(
    world: Deployment, alice: Person
) -> None:
    read = read_invitation(invites(world, alice))
    other = structs.replace(read, server_key=new_server_key(repeatable_entropy(b"another"))[1])
    world.server_up = False
    bob = comes(world, "bob", write_invitation(other))
    world.server_up = True
    world.do(bob, lambda account, now: account.stop(now))
    world.do(bob, lambda account, now: account.join_again(write_invitation(read), ["chat.example:1"], now))
    assert world.sees(bob, alice).connection == "connected"
    assert bob.account.profile.server_key == read.server_key
