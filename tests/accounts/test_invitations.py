"""Two people come together by a link: what each proves, what waits while one is away, and what does not hold."""

from collections.abc import Callable
from typing import Any

import pytest
from msgspec import structs

from casemate.crypto.invite import bind, read_invitation, write_invitation
from casemate.crypto.link_proof import new_server_key
from casemate.crypto.testing import repeatable_entropy
from casemate.internal_service.core.account.contents import RequestNote, encode
from casemate.internal_service.core.account.people.opened_links import OPENED_LINKS
from casemate.internal_service.core.ground.notices import (
    Answered,
    EnrolmentRefused,
    InvitationEnded,
    InvitesJudged,
    RegistrationSettled,
    RegistrationWanted,
)
from casemate.internal_service.core.ground.refusals import Refused, reason
from casemate.protocol.client.views import InviteView
from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DAY_SECONDS
from casemate.protocol.link import (
    AccountFound,
    AskRegistration,
    EndInvite,
    PutInvite,
    RequestDone,
    RequestFailed,
    SignalsTaken,
)
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import counting

TOKEN = 7


def invites(world: Deployment, person: Person, *, uses: int = 1, seconds: float = DAY_SECONDS) -> str:
    """The link of a new invitation."""
    world.do(person, lambda account, now: account.make_invite(uses, seconds, TOKEN, now))
    assert person.heard(Answered)[-1] == Answered(TOKEN)
    link = views(world, person)[0].link
    assert link is not None
    return link


def comes(world: Deployment, name: str, invitation: str) -> Person:
    return world.person(name, auto_connect=True, invitation=invitation)


def opens(world: Deployment, person: Person, invitation: str) -> None:
    world.do(person, lambda account, now: account.open_invitation(invitation, now))


def ends(world: Deployment, person: Person, invitation: str) -> None:
    invite_id = read_invitation(invitation).invite_id
    world.do(person, lambda account, now: account.end_invite(invite_id))


def views(world: Deployment, person: Person) -> list[InviteView]:
    return person.account.invite_views(world.now)


def guests(world: Deployment, person: Person) -> list[str]:
    return [guest.username for view in views(world, person) for guest in view.guests]


@pytest.fixture
def alice(world: Deployment) -> Person:
    return world.person("alice", auto_connect=True)


def test_who_comes_by_a_link_is_registered_and_in_a_conversation_with_who_made_it(
    world: Deployment, alice: Person
) -> None:
    bob = comes(world, "bob", invites(world, alice))
    for one, other in ((alice, bob), (bob, alice)):
        seen = world.sees(one, other)
        assert (seen.relation, seen.connection, seen.names_signed) == ("registered", "connected", True)
    assert (world.sees(alice, bob).met, world.sees(bob, alice).met) == ("by_our_invitation", "by_their_invitation")
    assert alice.heard(RegistrationWanted) == [], "nobody is asked"
    world.say(bob, alice, "Here I am.")
    world.say(alice, bob, "Welcome!")
    assert world.texts(alice, bob) == world.texts(bob, alice) == ["Here I am.", "Welcome!"]
    assert guests(world, alice) == ["bob"]
    assert bob.account.profile.invitations == (), "the secret is not kept for longer than needed"


def test_what_is_written_while_the_other_is_away_waits_for_them(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    away = world.end(alice)
    bob = comes(world, "bob", link)
    seen = bob.account.peer_view(alice.cid)
    assert seen is not None
    assert (seen.relation, seen.awaited, seen.full_name, seen.names_signed) == ("requested", True, "Alice", True)
    assert [view.peer for view in bob.account.conversation_views()] == [alice.cid]
    world.say(bob, alice, "one")
    world.say(bob, alice, "two")
    [one, two] = world.timeline(bob, alice)
    for waiting in (one, two):
        assert waiting.status == "queued"
        assert waiting.reason is not None
        assert waiting.reason.code == "not_registered_yet"
    world.restart(bob)
    world.pass_time(600)
    world.restart(alice, database=away)
    assert world.texts(alice, bob) == ["one", "two"]
    assert world.statuses(bob, alice) == ["delivered", "delivered"]
    assert world.sees(bob, alice).connection == world.sees(alice, bob).connection == "connected"


def test_who_came_in_time_is_registered_though_the_inviter_was_away_for_longer(
    world: Deployment, alice: Person
) -> None:
    link = invites(world, alice, seconds=DAY_SECONDS)
    away = world.end(alice)
    bob = comes(world, "bob", link)
    world.pass_time(3 * DAY_SECONDS)
    world.restart(alice, database=away)
    world.pass_time(60)
    assert world.sees(bob, alice).relation == "registered"


def test_an_account_that_is_there_opens_a_link(world: Deployment, alice: Person) -> None:
    bob = world.person("bob", auto_connect=True)
    opens(world, bob, f"Alice invites you: http://x/join#{invites(world, alice)}")
    assert world.sees(bob, alice).connection == "connected"
    assert world.sees(alice, bob).relation == "registered"


def test_a_link_that_is_opened_while_the_server_is_away_is_not_forgotten(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    bob = world.person("bob", auto_connect=True)
    world.server_up = False
    world.cut(bob)
    opens(world, bob, link)
    world.restart(bob)
    world.server_up = True
    world.pass_time(60)
    assert world.sees(bob, alice).connection == "connected"


def test_who_invites_is_connected_though_they_would_be_asked_otherwise(world: Deployment) -> None:
    alice = world.person("alice", auto_connect=False)
    bob = comes(world, "bob", invites(world, alice))
    assert world.sees(alice, bob).connection == "connected"


def test_what_is_shown_of_invitations(world: Deployment, alice: Person) -> None:
    used, over, ended = (invites(world, alice, seconds=seconds) for seconds in (7200, 3600, 7200))
    comes(world, "bob", used)
    ends(world, alice, ended)
    world.pass_time(3600)
    fresh = invites(world, alice, uses=5)
    assert [view.state for view in views(world, alice)] == ["usable", "ended", "over", "used_up"]
    assert [view.link for view in views(world, alice)] == [fresh, None, None, None]
    assert "127.0.0.1" in over, "a server that is reached here alone is known by no other address"
    assert [(guest.full_name, guest.cid) for guest in views(world, alice)[3].guests]
    world.pass_time(61 * DAY_SECONDS)
    world.cut(alice)
    world.pass_time(60)
    assert views(world, alice) == []


def test_the_link_has_the_addresses_that_lead_there_from_elsewhere(world: Deployment, alice: Person) -> None:
    world.do(alice, lambda account, now: account.add_server_address("chat.example:443", now))
    world.do(alice, lambda account, now: account.add_server_address("wss://chat.example", now))
    link = invites(world, alice)
    assert link.startswith("http://chat.example:443/join#casemate1-")
    assert read_invitation(link).addresses == ("chat.example:443", "wss://chat.example")


def test_two_who_invite_each_other(world: Deployment, alice: Person) -> None:
    bob = world.person("bob", auto_connect=True)
    first, second = invites(world, alice), invites(world, bob)
    world.cut(alice)
    opens(world, bob, first)
    opens(world, alice, second)
    world.pass_time(60)
    assert world.sees(alice, bob).connection == world.sees(bob, alice).connection == "connected"


# ----------------------------------------------------------------------------------------------- links that do not hold


def test_so_many_come_by_a_link_and_no_more(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, uses=2)
    for name in ("bob", "carol"):
        assert world.sees(alice, comes(world, name, link)).relation == "registered"
    late = comes(world, "dora", link)
    assert late.heard(EnrolmentRefused)[-1].reason.code == "invite_used"
    assert guests(world, alice) == ["bob", "carol"]


def test_the_inviter_counts_as_well(world: Deployment, alice: Person) -> None:
    """Accounts that are there need no server's leave, and a server may count as it likes."""
    link = invites(world, alice)
    bob, carol = world.person("bob", auto_connect=True), world.person("carol", auto_connect=True)
    opens(world, bob, link)
    opens(world, carol, link)
    assert world.sees(alice, bob).relation == "registered"
    assert world.sees(alice, carol).relation == "asks_you"
    assert guests(world, alice) == ["bob"]
    world.do(alice, lambda account, now: account.answer_registration(carol.cid, True, now))
    assert world.sees(carol, alice).connection == "connected"


def test_a_link_that_was_taken_back(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    ends(world, alice, link)
    assert comes(world, "bob", link).heard(EnrolmentRefused)[-1].reason.code == "invite_ended"
    carol = world.person("carol", auto_connect=True)
    opens(world, carol, link)
    assert world.sees(alice, carol).relation == "asks_you"


def test_a_link_that_was_taken_back_while_the_server_was_away_holds_nowhere(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    world.server_up = False
    world.cut(alice)
    ends(world, alice, link)
    world.server_up = True
    bob = comes(world, "bob", link)
    world.pass_time(60)
    assert world.sees(alice, bob).relation == "asks_you", "the server had not heard of it; we had"
    assert comes(world, "carol", link).heard(EnrolmentRefused)


def test_a_link_whose_time_is_over(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, seconds=3600)
    world.pass_time(3600)
    assert comes(world, "bob", link).heard(EnrolmentRefused)[-1].reason.code == "invite_expired"
    carol = world.person("carol", auto_connect=True)
    opens(world, carol, link)
    assert world.sees(alice, carol).relation == "asks_you"


def test_a_server_that_lost_an_invitation_is_told_again(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    world.change_at_the_server("DELETE FROM invites")
    world.cut(alice)
    world.pass_time(60)
    assert world.sees(alice, comes(world, "bob", link)).relation == "registered"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda read: read, "other_server"),
        (lambda read: "no link", "no_invitation"),
    ],
)
def test_a_link_that_is_none_or_to_another_server_is_refused(
    world: Deployment, alice: Person, change: Callable[[Any], Any], code: str
) -> None:
    read = read_invitation(invites(world, alice))
    other = write_invitation(structs.replace(read, server_key=new_server_key(repeatable_entropy(b"another"))[1]))
    bob = world.person("bob")
    with pytest.raises(Refused, match=code):
        opens(world, bob, change(other))


def test_ones_own_link_and_that_of_somebody_registered_are_refused(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, uses=9)
    with pytest.raises(Refused, match="own_invitation"):
        opens(world, alice, link)
    bob = comes(world, "bob", link)
    with pytest.raises(Refused, match="already_registered"):
        opens(world, bob, link)


@pytest.mark.parametrize(("uses", "seconds"), [(0, 60.0), (101, 60.0), (1, 59.0), (1, 31 * DAY_SECONDS)])
def test_an_invitation_out_of_bounds_is_refused(world: Deployment, alice: Person, uses: int, seconds: float) -> None:
    with pytest.raises(Refused, match="malformed"):
        invites(world, alice, uses=uses, seconds=seconds)


def test_no_link_is_given_out_that_the_server_does_not_know_of(world: Deployment, alice: Person) -> None:
    world.cut(alice)
    with pytest.raises(Refused, match="server_away"):
        invites(world, alice)
    assert views(world, alice) == []


def test_an_older_server_is_not_told_what_it_would_not_understand(
    world: Deployment, alice: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = invites(world, alice)
    monkeypatch.setattr("casemate.server.core.opening.SERVER_FEATURES", ())
    told, watch = counting(PutInvite)
    world.to_server = watch
    world.cut(alice)
    world.pass_time(60)
    with pytest.raises(Refused, match="update_server"):
        invites(world, alice)
    view = views(world, alice)[0]
    assert (view.state, view.refused) == ("refused", reason("update_server", what="invitations"))
    ends(world, alice, link)
    assert told == []
    assert alice.account.link_view().state == "online"


# ----------------------------------------------------------------------------------------------- the server as attacker


def test_a_server_puts_somebody_else_in_the_place_of_who_invited(world: Deployment, alice: Person) -> None:
    mallory = world.person("mallory")
    link = invites(world, alice)

    def instead(person: Person, frame: Any) -> list[Any]:
        if isinstance(frame, AccountFound) and person.name == "bob":
            secrets = mallory.account._context.secrets
            row = structs.replace(frame.row, account_id=mallory.account.account_id)
            return [structs.replace(frame, row=row, device_list=secrets.device_list, names=b"")]
        return [frame]

    asked, watch = counting(AskRegistration)
    world.to_server = watch
    world.to_device = instead
    bob = comes(world, "bob", link)
    failed = bob.account.invitation_failed()
    assert failed is not None
    assert failed.code == "inviter_unproven"
    assert bob.heard(InvitationEnded)
    assert asked == []
    assert bob.account.peer_views() == []


def test_a_server_keeps_the_account_id_and_shows_devices_of_its_own(world: Deployment, alice: Person) -> None:
    mallory = world.person("mallory")
    link = invites(world, alice)

    def instead(person: Person, frame: Any) -> list[Any]:
        if isinstance(frame, AccountFound) and person.name == "bob":
            return [structs.replace(frame, device_list=mallory.account._context.secrets.device_list)]
        return [frame]

    world.to_device = instead
    bob = comes(world, "bob", link)
    assert bob.heard(RegistrationSettled)[-1].refused.code == "inviter_unproven"  # type: ignore[union-attr]


def test_a_server_that_knows_the_token_alone_cannot_pass_for_a_newcomer(world: Deployment, alice: Person) -> None:
    """It lets an account of its own in, and has that ask with a proof made of all that it knows."""
    link = read_invitation(invites(world, alice))
    mallory = world.person("mallory", auto_connect=True)
    guessed = write_invitation(structs.replace(link, secret=type(link.secret)(bytes(16))))
    opens(world, mallory, guessed)
    assert world.sees(alice, mallory).relation == "asks_you"
    assert guests(world, alice) == []


def test_a_proof_that_was_seen_is_worth_nothing_to_somebody_else(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, uses=9)
    bob = comes(world, "bob", link)
    mallory = world.person("mallory", auto_connect=True)
    read = read_invitation(link)
    seen = encode(RequestNote(read.invite_id, bind(read, bob.account.account_id)))
    registration = mallory.account._parts.registration
    new_card = registration._cards.new
    registration._cards.new = lambda recipient, purpose, now, note=b"": new_card(  # type: ignore[method-assign]
        recipient, purpose, now, seen
    )
    world.do(mallory, lambda account, now: account.ask_registration(alice.cid, now))
    assert world.sees(alice, mallory).relation == "asks_you"
    assert guests(world, alice) == ["bob"]


def test_a_server_that_repeats_a_request_uses_up_nothing(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, uses=2)

    world.to_server = lambda person, frame: [] if isinstance(frame, SignalsTaken) else [frame]
    bob = comes(world, "bob", link)
    world.to_server = lambda person, frame: [frame]
    world.cut(alice)
    world.pass_time(60)
    assert guests(world, alice) == ["bob"]
    assert world.sees(alice, bob).relation == "registered"
    assert world.sees(alice, comes(world, "carol", link)).relation == "registered"


def test_another_name_of_somebody_known_is_not_let_in_by_itself(world: Deployment, alice: Person) -> None:
    """A holder of a link for several may pose as another newcomer, not as somebody who is here."""
    bob = world.person("bob", auto_connect=True)
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    link = invites(world, alice, uses=9)
    world.do(bob, lambda account, now: account.delete(TOKEN, now))
    world.change_at_the_server("DELETE FROM kept_names")
    other = world.folder / "bob.db"
    other.rename(world.folder / "old.db")
    impostor = comes(world, "bob", link)
    seen = world.sees(alice, impostor)
    assert (seen.relation, seen.identity_changed) == ("asks_you", True)


def test_a_server_with_another_key_at_the_address_is_not_joined(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    world.replace_server()
    bob = comes(world, "bob", link)
    view = bob.account.link_view()
    assert view.reason is not None
    assert view.reason.code == "server_identity_changed"
    assert not bob.account.enrolled


def test_an_invitation_that_the_server_takes_nobody_by_is_shown_as_that_until_it_does_again(
    world: Deployment, alice: Person
) -> None:
    link = invites(world, alice)
    world.registration = "closed"
    world.restart_server()
    world.pass_time(60)
    view = views(world, alice)[0]
    assert (view.state, view.refused) == ("refused", reason("registration_closed"))
    assert view.link == link, "whoever has an account there can come by it all the same"
    assert alice.heard(InvitesJudged)
    assert alice.account.invites_refused() == 1
    world.server_up = False
    world.restart(alice, database=world.end(alice))
    view = views(world, alice)[0]
    assert (view.state, view.refused) == ("refused", reason("registration_closed")), "also while nobody can be asked"
    world.server_up = True
    world.registration = "invite"
    world.restart_server()
    world.pass_time(60)
    assert (views(world, alice)[0].state, views(world, alice)[0].refused) == ("usable", None)
    assert alice.account.invites_refused() == 0
    assert world.sees(alice, comes(world, "bob", link)).relation == "registered"


def test_one_too_many_is_taken_when_another_has_ended(world: Deployment, alice: Person) -> None:
    full = True

    def refuse(person: Person, frame: Any) -> list[Any]:
        is_answer = isinstance(frame, RequestDone) and full
        return [RequestFailed(frame.request_id, "too_many_invites") if is_answer else frame]

    links = [invites(world, alice), invites(world, alice)]
    world.to_device = refuse
    world.cut(alice)
    world.pass_time(60)
    assert [view.state for view in views(world, alice)] == ["refused", "refused"]
    full = False
    ends(world, alice, links[0])
    assert [view.state for view in views(world, alice)] == ["usable", "ended"]


@pytest.mark.parametrize("code", ["server_away", "internal", "too_many_requests"])
def test_what_passes_is_not_said_of_an_invitation(world: Deployment, alice: Person, code: str) -> None:
    invites(world, alice)
    world.to_device = lambda person, frame: [
        RequestFailed(frame.request_id, code) if isinstance(frame, RequestDone) else frame
    ]
    world.cut(alice)
    world.pass_time(60)
    assert views(world, alice)[0].state == "usable"


def declines(world: Deployment, one: Person, other: Person) -> None:
    """The one asked, the other said no."""
    world.do(one, lambda account, now: account.ask_registration(other.cid, now))
    world.do(other, lambda account, now: account.answer_registration(one.cid, False, now))
    assert world.sees(one, other).relation == "declined"


@pytest.mark.parametrize("away", [False, True])
def test_a_link_is_leave_to_ask_again_at_once_after_a_decline(world: Deployment, alice: Person, away: bool) -> None:
    bob = world.person("bob", auto_connect=True)
    declines(world, bob, alice)
    link = invites(world, alice)
    if away:  # the request is made with a later link, and is the same
        world.to_server = lambda person, frame: [] if isinstance(frame, AskRegistration) else [frame]
        opens(world, bob, link)
        world.to_server = lambda person, frame: [frame]
        world.restart(bob)
        world.settle()
    else:
        opens(world, bob, link)
    assert world.sees(bob, alice).relation == world.sees(alice, bob).relation == "registered"
    assert bob.account.profile.invitations == (), "its secret goes once it was used"


@pytest.mark.parametrize("wrong", ["of somebody else", "ended"])
def test_another_link_gives_no_leave_to_ask_again(world: Deployment, alice: Person, wrong: str) -> None:
    bob, carol = world.person("bob", auto_connect=True), world.person("carol", auto_connect=True)
    declines(world, bob, alice)
    link = invites(world, alice)
    if wrong == "ended":
        ends(world, alice, link)
    else:
        hers = read_invitation(invites(world, carol))
        link = write_invitation(structs.replace(hers, inviter=alice.account.account_id))
    opens(world, bob, link)
    refused = bob.heard(RegistrationSettled)[-1].refused
    assert refused is not None
    assert refused.code == "declined_recently"
    assert world.sees(alice, bob).relation == "none"


def test_who_is_blocked_comes_by_no_link_and_hears_what_they_hear_without(world: Deployment, alice: Person) -> None:
    bob = world.person("bob", auto_connect=True)
    declines(world, bob, alice)
    world.do(alice, lambda account, now: account.block(bob.cid, True, TOKEN, now))
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    without_link = bob.heard(RegistrationSettled)[-1].refused
    opens(world, bob, invites(world, alice))
    assert bob.heard(RegistrationSettled)[-1].refused == without_link
    assert world.sees(alice, bob).relation == "none"


def test_two_links_that_are_opened_while_the_server_is_away_are_both_taken_up(world: Deployment, alice: Person) -> None:
    carol, bob = world.person("carol", auto_connect=True), world.person("bob", auto_connect=True)
    links = [invites(world, alice), invites(world, carol)]
    world.server_up = False
    world.cut(bob)
    for link in links:
        opens(world, bob, link)
    world.restart(bob)
    world.server_up = True
    world.pass_time(60)
    for inviter in (alice, carol):
        assert world.sees(bob, inviter).relation == world.sees(inviter, bob).relation == "registered"
    assert bob.account.profile.invitations == ()


def test_a_newcomer_who_opens_two_links_before_the_server_is_there_joins_once_and_meets_both(
    world: Deployment, alice: Person
) -> None:
    carol = world.person("carol", auto_connect=True)
    first, second = invites(world, alice), invites(world, carol)
    world.server_up = False
    bob = comes(world, "bob", first)
    again = write_invitation(read_invitation(second))
    world.do(bob, lambda account, now: account.join_again(again, read_invitation(again).addresses, now))
    world.server_up = True
    world.pass_time(60)
    for inviter in (alice, carol):
        assert world.sees(bob, inviter).relation == world.sees(inviter, bob).relation == "registered"
    assert bob.account.profile.invitations == ()


def test_of_two_links_of_one_person_the_later_one_counts(world: Deployment, alice: Person) -> None:
    bob = world.person("bob", auto_connect=True)
    first, second = invites(world, alice), invites(world, alice)
    ends(world, alice, first)
    world.to_server = lambda person, frame: [] if isinstance(frame, AskRegistration) else [frame]
    opens(world, bob, first)
    world.server_up = False
    world.cut(bob)
    opens(world, bob, second)
    world.to_server = lambda person, frame: [frame]
    world.server_up = True
    world.pass_time(120)
    assert world.sees(alice, bob).relation == "registered"


def test_so_many_links_wait_at_a_time(world: Deployment, alice: Person) -> None:
    bob = world.person("bob", auto_connect=True)
    read = read_invitation(invites(world, alice))
    world.server_up = False
    world.cut(bob)
    for number in range(OPENED_LINKS):
        opens(world, bob, write_invitation(structs.replace(read, inviter=AccountId(bytes([number]) * 32))))
    with pytest.raises(Refused, match="too_many_links"):
        opens(world, bob, write_invitation(read))


def test_a_declined_guest_may_not_write(world: Deployment, alice: Person) -> None:
    link = invites(world, alice)
    bob, carol = world.person("bob", auto_connect=True), world.person("carol", auto_connect=True)
    opens(world, bob, link)
    opens(world, carol, link)
    assert world.sees(carol, alice).relation == "requested"
    world.do(alice, lambda account, now: account.answer_registration(carol.cid, False, now))
    seen = world.sees(carol, alice)
    assert (seen.relation, seen.connection, seen.met) == ("declined", "none", "")
    with pytest.raises(Refused, match="not_connected"):
        world.say(carol, alice, "please")


def test_the_end_of_an_invitation_is_said_as_long_as_it_could_be_used(world: Deployment, alice: Person) -> None:
    link = invites(world, alice, seconds=3600)
    told, watch = counting(EndInvite)
    world.to_server = watch
    ends(world, alice, link)
    for _ in range(2):
        world.cut(alice)
        world.pass_time(60)
    assert len(told) == 3
    world.pass_time(3600)
    world.cut(alice)
    world.pass_time(60)
    assert len(told) == 3
