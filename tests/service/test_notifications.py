"""Who is told of what while they look at something else."""

from dataclasses import dataclass
from typing import Any

import pytest

from casemate.internal_service.core.account.conversations.chat_form import nested_chat
from casemate.internal_service.core.account.conversations.living import LOOK_SECONDS
from casemate.internal_service.core.account.lives import UNREAD_SECONDS
from casemate.internal_service.core.account.rows import Beginning
from casemate.internal_service.core.ground import events
from casemate.internal_service.core.notifying import words
from casemate.internal_service.core.notifying.notifier import Notifier
from casemate.internal_service.core.notifying.plans import RING_SECONDS, STRANGERS_RING_SECONDS
from casemate.node import Instant
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.message_extensions import DeleteMessages, EditMessage, SetDisappearing
from casemate.protocol.client.notification_extensions import (
    DesktopTold,
    DismissNotification,
    GetDesktop,
    LookAt,
    MuteConversation,
    NotificationsChanged,
    SetNotifications,
    ShowNotifications,
    UnmuteConversation,
)
from casemate.protocol.client.notification_views import MuteView, NotificationView
from casemate.protocol.client.profile_extensions import SetRemark
from casemate.protocol.client.views import AccountChanged, AccountView, ConversationView
from casemate.protocol.ids import Cid, MessageId
from casemate.runtime.sqlite import Database
from tests.service.asking import new_id, peer_register
from tests.service.client import Client
from tests.service.house import House, Street

NOBODY = Cid(0)


@dataclass
class Team:
    """Alice at a computer with a desktop, and Bob, who writes."""

    street: Street
    house: House
    view: Client
    bob: Client
    cid: Cid
    bob_cid: Cid
    written: int = 0

    @property
    def conversation(self) -> str:
        return self.view.conversation(self.cid, self.bob_cid)

    def write(self, text: str) -> str:
        self.written += 1
        message_id = f"{self.written:032x}"
        request = ext.SendChat(
            request_id=new_id(),
            cid=self.bob_cid,
            conversation=self.conversation,
            message_id=message_id,
            text=text,
        )
        self.bob.expect(ext.MessageQueued, request)
        return message_id

    def snapshot(self) -> ext.Snapshot:
        return self.view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=self.cid))

    def account(self) -> AccountView:
        return self.snapshot().account

    def talk(self) -> ConversationView:
        [found] = [one for one in self.snapshot().conversations if one.id == self.conversation]
        return found

    def read_all(self) -> None:
        request = ext.MarkRead(
            request_id=new_id(), cid=self.cid, conversation=self.conversation, painted=[], seen_up_to=2**40
        )
        self.view.expect(Done, request)
        self.street.pass_time(2)

    def settings(self, **chosen: object) -> None:
        self.view.expect(Done, SetNotifications(request_id=new_id(), cid=self.cid, **chosen))  # type: ignore[arg-type]

    def mute(self, seconds: float | None) -> None:
        until = None if seconds is None else round((self.street.now.wall + seconds) * 1000)
        request = MuteConversation(request_id=new_id(), cid=self.cid, conversation=self.conversation, until=until)
        self.view.expect(Done, request)

    def shown(self) -> list[tuple[str, str]]:
        self.street.pass_time(2)
        return [(view.title, view.body) for view in self.house.desktop.values()]


@pytest.fixture
def team(street: Street) -> Team:
    house = street.house()
    house.has_desktop = True
    house.restart()
    view, bob = house.view(), street.house("other").view()
    cid, bob_cid = view.register("alice"), bob.register("bob")
    view.befriend(cid, bob, bob_cid)
    street.pass_time(STRANGERS_RING_SECONDS)
    look(view, cid)
    look(view, NOBODY)
    street.pass_time(2)
    house.told.clear()
    assert house.desktop == {}
    return Team(street, house, view, bob, cid, bob_cid)


def look(view: Client, cid: Cid, conversation: str | None = None) -> None:
    view.expect(Done, LookAt(request_id=new_id(), cid=cid, conversation=conversation))


def tab(house: House) -> Client:
    """A window that can show notifications."""
    view = house.view()
    view.expect(Done, ShowNotifications(request_id=new_id(), on=True))
    return view


def told(view: Client) -> list[NotificationView]:
    return [shown for changed in view.heard(NotificationsChanged) for shown in changed.shown]


def withdrawn(view: Client) -> list[str]:
    return [key for changed in view.heard(NotificationsChanged) for key in changed.withdrawn]


def test_one_notification_for_each_conversation_which_more_messages_replace(team: Team) -> None:
    message = team.write("Hello")
    assert team.shown() == [("Bob", "Hello")]
    [first] = team.house.told
    assert (first.ring, first.sound, first.conversation) == (True, True, team.conversation)
    team.write("Are you there?")
    assert team.shown() == [("Bob", "2 new messages: Are you there?")]
    assert [view.message for view in team.house.desktop.values()] == [message], "where reading begins"
    assert len(team.house.told) == 1, "it does not ring with every word"
    team.street.pass_time(RING_SECONDS)
    team.write("Well?")
    assert team.shown() == [("Bob", "3 new messages: Well?")]
    assert len(team.house.told) == 2


def test_of_many_long_messages_only_the_beginning_of_the_newest_is_read(
    team: Team, monkeypatch: pytest.MonkeyPatch
) -> None:
    long = 4 * words.BEGINNING_BYTES
    for number in range(5):
        team.write(f"{number} {'a' * long}")
    assert len(team.shown()) == 1
    flush, read = Notifier._flush, 0
    flushes = False

    def watched(notifier: Notifier) -> None:
        nonlocal flushes
        flushes = True
        flush(notifier)
        flushes = False

    monkeypatch.setattr(Notifier, "_flush", watched)
    for name in ("rows", "row"):
        honest = getattr(Database, name)

        def counting(self: Database, sql: str, *bindings: Any, honest: Any = honest) -> Any:
            nonlocal read
            found = honest(self, sql, *bindings)
            if flushes:
                read += sum(len(value) for row in _rows_of(found) for value in row if isinstance(value, str | bytes))
            return found

        monkeypatch.setattr(Database, name, counting)
    team.write(f"é{'é' * long}")
    [(_, body)] = team.shown()
    assert body.startswith("6 new messages: éé")
    assert words.BEGINNING_BYTES <= read <= words.BEGINNING_BYTES + 5000


def _rows_of(found: Any) -> list[Any]:
    if found is None:
        return []
    return found if isinstance(found, list) else [found]


def test_a_long_form_of_another_app_is_shown_as_such() -> None:
    body = nested_chat(MessageId(bytes(16)), "a" * words.BEGINNING_BYTES, 1)
    assert words.preview_of(Beginning("opaque", body)).startswith("aaa")
    assert words.preview_of(Beginning("opaque", body[: words.BEGINNING_BYTES])) == "Something from another app"


def test_what_was_read_anywhere_is_withdrawn(team: Team) -> None:
    team.write("Hello")
    assert len(team.shown()) == 1
    team.read_all()
    assert team.shown() == []


def test_what_was_edited_is_replaced_without_a_ring_and_what_was_taken_back_goes(team: Team) -> None:
    message = team.write("Helo")
    team.shown()
    cid, conversation = team.bob_cid, team.conversation
    edit = EditMessage(request_id=new_id(), cid=cid, conversation=conversation, message_id=message, text="Hello")
    team.bob.expect(Done, edit)
    assert team.shown() == [("Bob", "Hello")]
    assert len(team.house.told) == 1
    delete = DeleteMessages(
        request_id=new_id(), cid=cid, conversation=conversation, message_ids=[message], everywhere=True
    )
    team.bob.expect(Done, delete)
    assert team.shown() == []


def test_what_disappeared_is_withdrawn(team: Team) -> None:
    request = SetDisappearing(request_id=new_id(), cid=team.bob_cid, conversation=team.conversation, lives_for=5)
    team.bob.expect(Done, request)
    assert team.shown() == [], "a setting calls nobody"
    team.write("brief")
    assert [body for _, body in team.shown()] == ["brief"]
    team.street.now = Instant(team.street.now.monotonic, team.street.now.wall + UNREAD_SECONDS)
    team.street.pass_time(LOOK_SECONDS)
    assert team.shown() == []


def test_nothing_of_what_is_on_a_screen(team: Team) -> None:
    look(team.view, team.cid, team.conversation)
    team.write("Hello")
    assert team.shown() == []
    look(team.view, team.cid)
    team.write("and now")
    assert team.shown() == [("Bob", "and now")]


def test_a_window_that_is_gone_is_looked_at_by_nobody(team: Team) -> None:
    other = team.house.view()
    look(other, team.cid, team.conversation)
    other.close()
    team.write("Hello")
    assert len(team.shown()) == 1


def test_exactly_one_tab_shows_it_and_this_computer_when_there_is_none(team: Team) -> None:
    first, second = tab(team.house), tab(team.house)
    team.write("Hello")
    assert team.shown() == []
    assert [view.body for view in [*told(first), *told(second)]] == ["Hello"]
    first.close()
    team.write("again")
    assert team.shown() == []
    assert [view.body for view in told(second)] == ["2 new messages: again"]
    second.expect(Done, ShowNotifications(request_id=new_id(), on=False))
    team.write("once more")
    assert team.shown() == [("Bob", "3 new messages: once more")]
    assert withdrawn(second), "what stands at one does not stand at two"


def test_what_a_tab_shows_it_takes_away_when_it_was_read_in_another(team: Team) -> None:
    showing = tab(team.house)
    team.write("Hello")
    team.street.pass_time(2)
    [shown] = told(showing)
    team.read_all()
    assert withdrawn(showing) == [shown.key]


def test_what_somebody_put_away_comes_again_only_with_something_new(team: Team) -> None:
    showing = tab(team.house)
    team.write("Hello")
    team.street.pass_time(RING_SECONDS)
    [shown] = told(showing)
    showing.expect(Done, DismissNotification(request_id=new_id(), key=shown.key))
    team.street.pass_time(2)
    assert len(told(showing)) == 1
    team.write("New")
    team.street.pass_time(2)
    assert [view.body for view in told(showing)] == ["Hello", "New"]
    showing.expect(Done, DismissNotification(request_id=new_id(), key="of nothing"))


def test_put_away_on_the_desktop_is_put_away(team: Team) -> None:
    team.write("Hello")
    team.shown()
    [key] = team.house.desktop
    team.house.tell(events.NotificationDismissed(key))
    team.street.pass_time(2)
    team.write("New")
    assert team.shown() == [("Bob", "New")]


def test_a_muted_conversation_calls_nobody_and_is_in_no_total_until_its_time(team: Team) -> None:
    team.mute(3600)
    team.write("Hello")
    assert team.shown() == []
    account, talk = team.account(), team.talk()
    assert (account.unread, account.waiting, talk.unread) == (0, 0, 1)
    assert talk.muted is not None
    team.street.pass_time(3600)
    assert team.talk().muted is None
    assert team.account().unread == 1, "it counts again"
    assert team.shown() == [], "what came meanwhile calls nobody later"
    team.write("Now")
    assert team.shown() == [("Bob", "Now")]


def test_muting_takes_away_what_stands_and_outlives_a_restart(team: Team) -> None:
    team.write("Hello")
    assert len(team.shown()) == 1
    team.mute(None)
    assert team.shown() == []
    team.house.restart()
    team.view = team.house.view()
    assert team.talk().muted == MuteView(until=None)
    team.view.expect(Done, UnmuteConversation(request_id=new_id(), cid=team.cid, conversation=team.conversation))
    assert team.talk().muted is None


def test_a_mute_that_ended_while_the_service_was_off_has_ended(team: Team) -> None:
    team.mute(60)
    team.house.kill()
    team.street.pass_time(120)
    team.house.start()
    team.view = team.house.view()
    assert team.talk().muted is None


@pytest.mark.parametrize("until", [0, -1, 2**53])
def test_a_mute_that_is_over_before_it_begins_is_refused(team: Team, until: int) -> None:
    request = MuteConversation(request_id=new_id(), cid=team.cid, conversation=team.conversation, until=until)
    assert team.view.expect(RequestRefused, request).reason.code == "malformed"


def test_do_not_disturb_between_its_hours(team: Team) -> None:
    minute = int(team.street.now.wall // 60) % 1440
    team.settings(quiet="hours", quiet_from=minute, quiet_to=(minute + 30) % 1440)
    team.write("Hello")
    assert team.shown() == []
    assert team.account().unread == 1, "it counts"
    team.street.pass_time(3600)
    team.write("Good morning")
    assert team.shown() == [("Bob", "Good morning")]
    team.settings(quiet="always")
    team.write("Psst")
    assert team.shown() == [("Bob", "Good morning")]


@pytest.mark.parametrize(
    ("shows", "words"), [("name", ("Bob", "New message")), ("nothing", ("Casemate", "New message"))]
)
def test_it_shows_no_more_than_it_may_also_where_it_stands_already(
    team: Team, shows: str, words: tuple[str, str]
) -> None:
    team.write("a secret")
    assert team.shown() == [("Bob", "a secret")]
    team.settings(shows=shows)
    assert team.shown() == [words]


def test_settings_are_kept_and_told(team: Team) -> None:
    team.snapshot()
    team.settings(shows="name", sound=False, quiet="hours", quiet_from=0, quiet_to=1439)
    changed = [event for told in team.view.heard(ext.ViewEvents) for event in told.events]
    accounts = [event.account for event in changed if isinstance(event, AccountChanged)]
    assert accounts[-1].settings.notifications.shows == "name"
    team.house.restart()
    team.view = team.house.view()
    kept = team.account().settings.notifications
    assert (kept.shows, kept.sound, kept.quiet, kept.quiet_from, kept.quiet_to) == ("name", False, "hours", 0, 1439)
    refused = team.view.expect(RequestRefused, SetNotifications(request_id=new_id(), cid=team.cid, quiet_from=1440))
    assert refused.reason.code == "malformed"


def test_without_sound_it_rings_silently(team: Team) -> None:
    team.settings(sound=False)
    team.write("Hello")
    team.shown()
    assert [(view.ring, view.sound) for view in team.house.told] == [(True, False)]


def test_requests_of_strangers_are_one_notification_that_rings_no_more_than_seldom(team: Team) -> None:
    strangers = [team.street.house(f"stranger{number}").view() for number in range(4)]
    cids = [stranger.register(f"stranger{number}") for number, stranger in enumerate(strangers)]
    for stranger, cid in zip(strangers, cids, strict=True):
        stranger.begin(peer_register(cid, team.cid))
    team.shown()
    assert len(team.house.told) == 1
    assert len(team.house.desktop) == 1
    assert team.account().waiting == 4
    team.street.pass_time(STRANGERS_RING_SECONDS)
    [(title, _)] = team.shown()
    assert title == "4 people want to talk to you"
    assert len(team.house.told) == 2


def test_requests_stand_no_more_once_somebody_looks_at_the_account(team: Team) -> None:
    stranger = team.street.house("stranger").view()
    cid = stranger.register("stranger")
    stranger.begin(peer_register(cid, team.cid))
    assert team.shown() == [("Stranger wants to talk to you", "Accept or decline in Casemate")]
    look(team.view, team.cid)
    assert team.shown() == []


def test_who_was_asked_and_agrees_is_told(team: Team) -> None:
    stranger = team.street.house("stranger").view()
    cid = stranger.register("stranger")
    team.view.begin(peer_register(team.cid, cid))
    stranger.ask(ask.PeerRegisterRespond(request_id=new_id(), cid=cid, peer_cid=team.cid, accept=True))
    assert [title for title, _ in team.shown()] == ["You can talk with Stranger now"]


def test_what_came_while_everything_was_off_is_one_notification_at_the_next_start(team: Team) -> None:
    team.house.kill()
    for number in range(5):
        team.write(f"message {number}")
    team.house.start()
    team.view = team.house.view()
    assert team.shown() == [("Bob", "5 new messages: message 4")]
    assert len(team.house.told) == 1
    team.house.restart()
    team.house.desktop.clear()
    assert team.shown() == [], "it was told before"


def test_words_of_others_are_one_plain_line(team: Team) -> None:
    team.write("<b>\u202eevil</b>\n\x1b[31m &amp; " + "a\u0301\u0301\u0301\u0301\u0301\u0301\u0301" + "x" * 5000)
    [(_, body)] = team.shown()
    assert "\n" not in body
    assert "\u202e" not in body
    assert "\x1b" not in body
    assert len(body) <= 240
    assert body.startswith("<b>evil</b> [31m &amp; á")


def test_after_signing_out_nothing_stands(team: Team) -> None:
    team.write("Hello")
    assert len(team.shown()) == 1
    team.view.begin(ask.Disconnect(request_id=new_id(), cid=team.cid))
    assert team.shown() == []


def test_who_holds_a_session_as_a_program_is_told_by_the_api_alone(team: Team) -> None:
    team.view.close()
    program = team.house.client()
    program.claim(team.cid, only_if_orphaned=False)
    team.write("Hello")
    assert team.shown() == []


def test_whether_this_computer_shows_notifications_is_told(team: Team) -> None:
    assert team.view.expect(DesktopTold, GetDesktop(request_id=new_id())).state == "works"


def test_where_nobody_shows_anything_nothing_waits(street: Street) -> None:
    house = street.house()
    view, bob = house.view(), street.house("other").view()
    cid, bob_cid = view.register("alice"), bob.register("bob")
    view.befriend(cid, bob, bob_cid)
    team = Team(street, house, view, bob, cid, bob_cid)
    team.write("Hello")
    team.street.pass_time(5)
    showing = tab(house)
    team.street.pass_time(5)
    assert told(showing) == []


def test_many_conversations_are_one_notification(team: Team) -> None:
    for number in range(8):
        other = team.street.house(f"friend{number}").view()
        cid = other.register(f"friend{number}")
        other.befriend(cid, team.view, team.cid)
        conversation = team.view.conversation(team.cid, cid)
        text = ext.SendChat(
            request_id=new_id(), cid=cid, conversation=conversation, message_id=f"{number + 100:032x}", text="Hi"
        )
        other.expect(ext.MessageQueued, text)
    team.shown()
    about = [view for view in team.house.desktop.values() if "conversations" in view.title]
    assert [view.title for view in about] == ["New messages in 8 conversations"]
    assert about[0].body.endswith("and 6 others")


def test_they_are_called_as_their_person_calls_them(team: Team) -> None:
    nickname = SetRemark(request_id=new_id(), cid=team.cid, peer=team.bob_cid, nickname="The neighbour")
    team.view.expect(Done, nickname)
    team.write("hello")
    team.street.pass_time(2)
    assert team.shown() == [("The neighbour", "hello")]
