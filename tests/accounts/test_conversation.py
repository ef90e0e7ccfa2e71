"""Two people find each other, agree and talk, over a server that keeps its part."""

from typing import Any

import pytest

from casemate.crypto.content import Shows
from casemate.crypto.envelope import seal
from casemate.crypto.errors import SessionExhausted
from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.account.context import Outcome
from casemate.internal_service.core.account.delivery import sealing
from casemate.internal_service.core.account.delivery.writing import NewContent
from casemate.internal_service.core.ground.notices import (
    ConnectWanted,
    ConversationChanged,
    MessageArrived,
    RegistrationSettled,
    RegistrationWanted,
)
from casemate.internal_service.core.ground.refusals import Refused
from casemate.node import Instant
from casemate.protocol.ids import ConversationId, MessageId
from casemate.protocol.limits import DAY_SECONDS
from casemate.protocol.link import Deliver, RequestDone, Signal
from tests.accounts.deployment import Deployment, Person


def test_a_request_and_its_answer_register_both(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert world.sees(alice, bob).relation == "requested"
    assert [notice.username for notice in bob.heard(RegistrationWanted)] == ["alice"]
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    for one, other in ((alice, bob), (bob, alice)):
        assert world.sees(one, other).relation == "registered"
        assert one.heard(RegistrationSettled)[-1].refused is None


def test_requests_that_cross_register_both(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.cut(bob)
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.to_device = lambda person, frame: [] if isinstance(frame, Signal) else [frame]
    world.pass_time(30)
    world.do(bob, lambda account, now: account.ask_registration(alice.cid, now))
    world.to_device = lambda person, frame: [frame]
    world.cut(bob)
    world.cut(alice)
    world.pass_time(60)
    for one, other in ((alice, bob), (bob, alice)):
        assert world.sees(one, other).relation == "registered"


def test_a_declined_request_leaves_them_strangers(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, False, now))
    assert world.sees(alice, bob).relation == "declined"
    assert world.sees(bob, alice).relation == "none"
    refused = alice.heard(RegistrationSettled)[-1].refused
    assert refused is not None
    assert refused.code == "declined"


def test_only_connected_people_can_talk(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    with pytest.raises(Refused, match="not_connected"):
        world.say(alice, bob, "hello?")
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    assert bob.heard(ConnectWanted)
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Disabled", now))
    world.say(alice, bob, "hello")
    assert world.texts(bob, alice) == ["hello"]


def test_auto_connect_connects_after_registration(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    for one in (alice, bob):
        world.do(one, lambda account, now: account.set_settings(auto_connect=True, token=1, now=now))
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert world.sees(alice, bob).connection == "connected"
    assert world.sees(bob, alice).connection == "connected"


def test_a_message_is_sent_delivered_and_read(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "one")
    assert world.statuses(alice, bob) == ["delivered"]
    assert bob.account.unread() == 1
    world.read(bob, alice)
    assert world.statuses(alice, bob) == ["read"]
    assert bob.account.unread() == 0


def test_both_sides_show_the_same_order(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    for turn in range(20):
        world.say(alice, bob, f"a{turn}")
        world.say(bob, alice, f"b{turn}")
    assert world.texts(alice, bob) == world.texts(bob, alice)
    assert len(world.texts(alice, bob)) == 40
    assert {status for one, other in (friends, friends[::-1]) for status in world.statuses(one, other)} == {"delivered"}


def test_a_message_to_somebody_away_waits_at_the_server(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.stop(now))
    world.cut(bob)
    world.say(alice, bob, "are you there?")
    assert world.statuses(alice, bob) == ["sent"]
    world.do(bob, lambda account, now: account.start(now))
    assert world.texts(bob, alice) == ["are you there?"]
    assert world.statuses(alice, bob) == ["delivered"]


def test_what_is_written_while_the_server_is_away_says_so_and_goes_later(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.server_up = False
    world.cut(alice)
    world.say(alice, bob, "later")
    message = world.timeline(alice, bob)[-1]
    assert message.status == "queued"
    assert message.reason is not None
    assert message.reason.code == "server_away"
    world.server_up = True
    world.pass_time(60)
    assert world.statuses(alice, bob) == ["delivered"]


def test_the_same_message_id_is_sent_once(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    message_id = MessageId(b"m" * 16)
    talk = alice.account.conversation_with(bob.cid)
    for _ in range(3):
        world.do(alice, lambda account, now: account.send_chat(talk, message_id, "once", now))
    assert world.texts(bob, alice) == ["once"]
    assert len(bob.heard(MessageArrived)) == 1


def test_both_survive_a_restart(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.say(alice, bob, "before")
    world.restart(alice)
    world.restart(bob)
    world.say(bob, alice, "after")
    assert world.texts(alice, bob) == world.texts(bob, alice) == ["before", "after"]
    assert world.statuses(bob, alice) == ["delivered"]


def test_a_blocked_person_reaches_nobody_and_sees_why(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    world.say(alice, bob, "let me in")
    message = world.timeline(alice, bob)[-1]
    assert (message.status, message.reason and message.reason.code) == ("queued", "not_accepting")
    assert world.texts(bob, alice) == []
    world.do(bob, lambda account, now: account.block(alice.cid, False, 2, now))
    world.pass_time(60)
    assert world.texts(bob, alice) == ["let me in"]
    assert world.statuses(alice, bob) == ["delivered"]


def test_what_a_blocked_person_wrote_counts_nowhere_until_they_are_unblocked(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    carl = world.person("carl")
    world.befriend(carl, alice)
    world.say(bob, alice, "one")
    world.say(carl, alice, "two")

    def counts() -> tuple[int, int]:
        conversation = alice.account.conversation_view(alice.account.conversation_with(bob.cid))
        assert conversation is not None
        return alice.account.unread(), conversation.unread

    assert counts() == (2, 1)
    world.do(alice, lambda account, now: account.block(bob.cid, True, 1, now))
    assert counts() == (1, 0)
    assert ConversationChanged(alice.account.conversation_with(bob.cid)) in alice.notices, "every window counts anew"
    alice.notices.clear()
    world.do(alice, lambda account, now: account.block(bob.cid, False, 2, now))
    assert counts() == (2, 1)
    assert ConversationChanged(alice.account.conversation_with(bob.cid)) in alice.notices


def test_after_disconnecting_either_can_connect_again(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    assert world.sees(bob, alice).connection == "none"
    world.do(bob, lambda account, now: account.connect(alice.cid, b"", "Disabled", now))
    world.do(alice, lambda account, now: account.answer_connect(bob.cid, True, b"", "Disabled", now))
    world.say(bob, alice, "again")
    assert world.texts(alice, bob) == ["again"]


def test_connect_requests_that_cross_connect_both(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    world.server_up = False
    world.cut(alice)
    world.cut(bob)
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    world.do(bob, lambda account, now: account.connect(alice.cid, b"", "Disabled", now))
    world.server_up = True
    world.pass_time(60)
    assert world.sees(alice, bob).connection == "connected"
    assert world.sees(bob, alice).connection == "connected"
    world.say(alice, bob, "one")
    world.say(bob, alice, "two")
    assert world.texts(alice, bob) == world.texts(bob, alice) == ["one", "two"]


def test_an_acceptance_the_server_kept_but_could_not_confirm_is_not_asked_for_again(world: Deployment) -> None:
    """The service dies between the server's commit and its reply; meanwhile the other side begins to talk."""
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.set_settings(auto_connect=True, token=1, now=now))
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.to_device = lambda person, frame: [] if person is bob and isinstance(frame, RequestDone) else [frame]
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert world.sees(alice, bob).relation == "registered"
    world.to_device = lambda person, frame: [frame]
    world.restart(bob)
    assert world.sees(bob, alice).relation == "registered"
    assert world.sees(bob, alice).connection == "asks_you"
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Disabled", now))
    world.say(bob, alice, "hello")
    assert world.texts(alice, bob) == ["hello"]


def test_a_block_ends_a_waiting_request_for_both(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.block(alice.cid, True, 1, now))
    assert world.sees(bob, alice).relation == "none"
    assert world.sees(alice, bob).relation == "declined"
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    refused = alice.heard(RegistrationSettled)[-1].refused
    assert refused is not None
    assert refused.code == "not_accepting"


def test_a_connection_agreed_after_a_backup_is_agreed_again_after_its_restore(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Disabled", now))
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Disabled", now))
    world.restart(bob, database=backup)
    world.pass_time(120)
    assert world.sees(bob, alice).connection == "asks_you"
    world.do(bob, lambda account, now: account.answer_connect(alice.cid, True, b"", "Disabled", now))
    world.say(bob, alice, "here again")
    assert world.texts(alice, bob) == ["here again"]


def test_a_goodbye_said_after_a_backup_holds_after_its_restore(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    backup = world.copy_of(bob)
    world.pass_time(10)
    world.do(alice, lambda account, now: account.disconnect(bob.cid, now))
    world.restart(bob, database=backup)
    world.pass_time(120)
    assert world.sees(bob, alice).connection == "none"


def test_what_is_written_to_somebody_whose_account_is_deleted_says_so(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """What the server kept for them went with the account: it is not sent any more, and nothing can go."""
    alice, bob = friends
    world.do(bob, lambda account, now: account.stop(now))
    world.say(alice, bob, "kept for you")
    assert world.statuses(alice, bob) == ["sent"]
    world.to_device = lambda person, frame: [] if isinstance(frame, Deliver) else [frame]
    world.do(bob, lambda account, now: account.start(now))
    world.do(bob, lambda account, now: account.delete(1, now))
    [message] = world.timeline(alice, bob)
    assert message.reason is not None
    assert (message.status, message.reason.code) == ("queued", "account_gone")
    assert world.sees(alice, bob).relation == "gone"
    world.pass_time(120)
    assert world.statuses(alice, bob) == ["queued"]


def test_who_declined_can_be_asked_again_after_a_week(world: Deployment) -> None:
    ann, bob = world.person("ann"), world.person("bob")
    world.do(ann, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(ann.cid, False, now))
    assert world.sees(ann, bob).relation == "declined"
    world.jump_clocks(7 * DAY_SECONDS)
    world.restart(ann)
    assert world.sees(ann, bob).relation == "none"


def test_somebody_whose_account_was_deleted_is_not_shown_online(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    assert world.sees(alice, bob).online is True
    world.do(bob, lambda account, now: account.delete(1, now))
    view = world.sees(alice, bob)
    assert (view.relation, view.connection, view.online) == ("gone", "none", False)


def test_a_path_says_when_nothing_travels(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.server_up = False
    world.cut(alice)
    path = world.sees(alice, bob).path
    assert path is not None
    assert path.reason is not None
    assert path.reason.code == "server_away"


def test_a_conversation_has_one_id_on_both_sides_that_leads_to_the_peer(friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    (seen_by_alice,), (seen_by_bob,) = alice.account.peer_views(), bob.account.peer_views()
    assert seen_by_alice.conversation == seen_by_bob.conversation
    there = ConversationId(bytes.fromhex(seen_by_alice.conversation))
    assert (alice.account.cid_in(there), bob.account.cid_in(there)) == (bob.cid, alice.cid)
    with pytest.raises(Refused):
        alice.account.cid_in(ConversationId(bytes(16)))


def test_what_a_later_version_writes_is_shown_where_it_is_a_line(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends

    def write(kind: str, shows: Shows) -> None:
        peer = alice.store.peer(bob.account.account_id)
        assert peer is not None

        def run(account: Account, now: Instant) -> Outcome:
            account._parts.outbox.write_messages(peer, [NewContent(kind, b"of another time", shows)], now)
            return []

        world.do(alice, run)

    write("poll", Shows.LINE)
    write("reaction", Shows.CHANGE)
    write("sticker_set", Shows.NOTHING)
    [line] = world.timeline(bob, alice)
    assert (line.kind, line.text, line.bytes, line.seen) == ("poll", None, 15, False)
    assert bob.account.unread() == 1
    [own] = world.timeline(alice, bob)
    assert own.status == "delivered"
    world.say(alice, bob, "afterwards")
    assert world.timeline(bob, alice)[-1].order.counter == line.order.counter + 2, (
        "lines count on, and what changes them"
    )


@pytest.mark.parametrize("last", range(4))
def test_a_session_that_is_exhausted_in_the_middle_of_what_waits_is_followed_by_another(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch, last: int
) -> None:
    alice, bob = friends
    world.say(alice, bob, "before")
    peer = alice.store.peer(bob.account.account_id)
    assert peer is not None
    sealed = 0

    def exhausted(*args: Any) -> Any:
        nonlocal sealed
        sealed += 1
        if sealed == last + 1:
            raise SessionExhausted("EC chain")
        return seal(*args)

    monkeypatch.setattr(f"{sealing.__name__}.seal", exhausted)
    bodies = [f"message {number}".encode() for number in range(4)]
    talk = alice.account.conversation_with(bob.cid)
    world.do(alice, lambda account, now: account.send_opaque(talk, bodies, now))
    world.pass_time(60)
    arrived = [line.body for line in bob.store.timeline_page(talk, before=None, after=None, limit=9)]
    assert arrived[1:] == bodies
    assert world.statuses(alice, bob) == ["delivered"] * 5
