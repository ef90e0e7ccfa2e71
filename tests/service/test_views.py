"""Views: hello, snapshots, numbered events, and coming back."""

from typing import Any

import pytest

from casemate.internal_service.core.account.account import Account
from casemate.internal_service.core.ground.events import RequestArrived, SpaceSeen
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client import views as rows
from casemate.protocol.client.extension_bases import Done, ExtensionResponse, RequestRefused
from casemate.protocol.ids import Cid
from casemate.protocol.limits import DISK_LOW_BYTES, VIEW_EVENTS_KEPT
from tests.service.asking import SERVER, message, new_id, peer_connect, peer_register, set_draft
from tests.service.client import Client
from tests.service.house import House, Street

Pair = tuple[Client, Cid, Client, Cid]

ID = "00" * 16


@pytest.fixture
def pair(street: Street, house: House) -> Pair:
    """A view that follows Alice, and Bob in another house, connected."""
    alice, bob = house.view(), street.house("other").client()
    a, b = alice.register("alice"), bob.register("bob")
    subscribe(alice, a)
    asked = alice.begin(peer_register(a, b))
    bob.begin(ask.PeerRegisterRespond(request_id=new_id(), cid=b, peer_cid=a, accept=True))
    assert isinstance(alice.answers(asked)[0], to.PeerRegisterSuccess)
    alice.begin(peer_connect(a, b))
    bob.begin(peer_connect(b, a))
    return alice, a, bob, b


def subscribe(view: Client, cid: Cid, after: ext.ViewPosition | None = None) -> ExtensionResponse:
    answer = view.ask(ext.Subscribe(request_id=new_id(), cid=cid, after=after))
    assert isinstance(answer, ExtensionResponse)
    return answer


def conversation_of(view: Client, cid: Cid) -> str:
    """The id of the only conversation there is."""
    snapshot = subscribe(view, cid)
    assert isinstance(snapshot, ext.Snapshot)
    [peer] = snapshot.peers
    return peer.conversation


def marked(cid: Cid, conversation: str, painted: list[str], seen_up_to: int) -> ext.MarkRead:
    return ext.MarkRead(request_id=new_id(), cid=cid, conversation=conversation, painted=painted, seen_up_to=seen_up_to)


def events(view: Client) -> list[rows.ViewEvent]:
    return [event for response in view.heard(ext.ViewEvents) for event in response.events]


def fold(snapshot: ext.Snapshot, heard: list[rows.ViewEvent]) -> tuple[object, ...]:
    """What a view shows after these events."""
    account = snapshot.account
    peers = {peer.cid: peer for peer in snapshot.peers}
    conversations = {row.id: row for row in snapshot.conversations}
    drafts = {(draft.conversation, draft.slot): draft for draft in snapshot.drafts}
    scheduled = {each.id: each for each in snapshot.scheduled}
    for event in heard:
        match event:
            case rows.AccountChanged(account=account):
                pass
            case rows.PeerChanged(peer=peer):
                peers[peer.cid] = peer
            case rows.ConversationChanged(conversation=row):
                conversations[row.id] = row
            case rows.DraftChanged(draft=draft):
                drafts[draft.conversation, draft.slot] = draft
            case rows.DraftRemoved(conversation=conversation, slot=slot):
                drafts.pop((conversation, slot))
            case rows.ScheduledChanged(scheduled=each):
                scheduled[each.id] = each
            case rows.ScheduledRemoved(id=message_id):
                scheduled.pop(message_id)
    return account, peers, conversations, drafts, scheduled, snapshot.browser_key


def test_hello_tells_the_accounts_of_this_computer(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    other = house.client()
    hello = other.expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="test"))
    [account] = hello.accounts
    assert (account.cid, account.username, account.server_address, account.state) == (cid, "alice", SERVER, "orphaned")
    assert hello.service.default_server == SERVER, "the last server that was used"


def test_a_view_may_ask_whether_anybody_is_there(house: House) -> None:
    view = house.view()
    request = ext.Ping(request_id=new_id())
    assert view.expect(ext.Pong, request).request_id == request.request_id


def test_every_view_hears_when_the_list_of_accounts_changes(house: House) -> None:
    view, other = house.view(), house.view()
    cid = view.register("alice")
    states = [[row.state for row in change.accounts] for change in other.heard(ext.LocalAccountsChanged)]
    assert states[-1] == ["orphaned"]
    subscribe(view, cid)
    assert [row.state for row in other.heard(ext.LocalAccountsChanged)[-1].accounts] == ["active"]
    view.begin(ask.Disconnect(request_id=new_id(), cid=cid))
    assert [row.state for row in other.heard(ext.LocalAccountsChanged)[-1].accounts] == ["signed_out"]


def test_every_view_hears_that_the_disk_is_nearly_full_and_that_it_is_not_any_more(house: House) -> None:
    view = house.view()
    said = []
    for free in (DISK_LOW_BYTES, DISK_LOW_BYTES - 1, DISK_LOW_BYTES - 2, 0, DISK_LOW_BYTES):
        house.tell(SpaceSeen(free))
        said += [None if why is None else why.params for why in storage_news(view)]
    assert said == [{"megabytes": "128"}, {"megabytes": "0"}, None]


def storage_news(view: Client) -> list[rows.Reason | None]:
    """What it heard of the disk since it was asked last."""
    news = view.heard(ext.LocalAccountsChanged)
    view.received.clear()
    return [change.storage for change in news]


def test_a_view_that_came_later_hears_of_every_change_since(house: House) -> None:
    first = house.view()
    cid = first.register("alice")
    subscribe(first, cid)
    first.close()
    later = house.view()
    [account] = later.only(ext.HelloAccepted).accounts
    assert account.state == "orphaned"
    subscribe(later, cid)
    assert [row.state for row in later.heard(ext.LocalAccountsChanged)[-1].accounts] == ["active"]


def test_an_old_snapshot_and_its_events_make_the_fresh_snapshot(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    old = subscribe(alice, a)
    assert isinstance(old, ext.Snapshot)
    alice.received.clear()
    bob.send(b, a, b'{"type":"TextMessage","data":{"text":"hi"}}')
    conversation = old.peers[0].conversation
    for slot, text in (("aa", "one"), ("bb", "two"), ("aa", "three"), ("cc", "four")):
        alice.begin(set_draft(a, conversation, slot * 16, text, len(text)))
    alice.begin(
        ext.SendChat(
            request_id=new_id(),
            cid=a,
            conversation=conversation,
            message_id="01" * 16,
            text="hello",
            slot="bb" * 16,
            draft_revision=3,
        )
    )
    street.server_goes()
    street.server_comes()
    bob.begin(ask.PeerDisconnect(request_id=new_id(), cid=b, peer_cid=a))
    heard = events(alice)
    fresh = subscribe(alice, a)
    assert isinstance(fresh, ext.Snapshot)
    assert fold(old, heard) == fold(fresh, [])


def test_events_are_numbered_without_a_gap(pair: Pair) -> None:
    alice, *_ = pair
    position = None
    for response in alice.heard(ext.ViewEvents):
        assert position is None or response.first_sequence == position.sequence + 1
        assert response.position.sequence == response.first_sequence + len(response.events) - 1
        position = response.position


def test_a_view_that_comes_back_hears_what_it_missed(pair: Pair) -> None:
    alice, a, bob, b = pair
    subscribe(alice.house.view(), a)
    seen = alice.heard(ext.ViewEvents)[-1].position
    alice.close()
    bob.send(b, a, b"while away")
    again = alice.house.view()
    resumed = subscribe(again, a, seen)
    assert isinstance(resumed, ext.Resumed)
    assert resumed == ext.Resumed(cid=a, request_id=resumed.request_id, position=seen, browser_key=resumed.browser_key)
    missed = again.only(ext.ViewEvents)
    assert missed.first_sequence == seen.sequence + 1
    assert any(isinstance(event, rows.MessageChanged) for event in missed.events)


@pytest.mark.parametrize("how", ["it was closed", "it unsubscribed"])
def test_when_the_last_view_is_gone_nothing_is_made_for_it_and_a_snapshot_is_what_comes_next(
    pair: Pair, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    alice, a, bob, b = pair
    seen = alice.heard(ext.ViewEvents)[-1].position
    if how == "it was closed":
        alice.close()
    else:
        alice.expect(Done, ext.Unsubscribe(request_id=new_id(), cid=a))
    made: list[object] = []
    honest = Account.message_views

    def noted(account: Account, *asked: Any) -> Any:
        made.append(asked)
        return honest(account, *asked)

    monkeypatch.setattr(Account, "message_views", noted)
    bob.send(b, a, b"to nobody who looks")
    assert made == []
    snapshot = subscribe(alice.house.view(), a, seen)
    assert isinstance(snapshot, ext.Snapshot)
    assert [talk.unread for talk in snapshot.conversations] == [1]


def test_a_position_of_another_run_or_too_long_ago_gets_a_snapshot(pair: Pair) -> None:
    alice, a, _, b = pair
    seen = alice.heard(ext.ViewEvents)[-1].position
    for number in range(VIEW_EVENTS_KEPT + 1):
        alice.begin(ext.SetVerified(request_id=new_id(), cid=a, peer=b, verified=number % 2 == 0))
    assert isinstance(subscribe(alice, a, seen), ext.Snapshot)
    ahead = ext.ViewPosition(epoch=seen.epoch, sequence=10**9)
    assert isinstance(subscribe(alice, a, ahead), ext.Snapshot)
    recent = alice.heard(ext.ViewEvents)[-1].position
    alice.house.restart()
    assert isinstance(subscribe(alice.house.view(), a, recent), ext.Snapshot)


def test_after_unsubscribing_nothing_more_comes(pair: Pair) -> None:
    alice, a, bob, b = pair
    alice.expect(Done, ext.Unsubscribe(request_id=new_id(), cid=a))
    alice.received.clear()
    bob.send(b, a, b"x")
    assert events(alice) == []


def test_following_needs_a_session(house: House) -> None:
    refused = subscribe(house.view(), Cid(7))
    assert isinstance(refused, RequestRefused)
    assert refused.reason.code == "no_session"


def test_a_chat_is_queued_shown_delivered_and_read(street: Street, house: House) -> None:
    alice, bob = house.view(), street.house("other").view()
    a, b = alice.register("alice"), bob.register("bob")
    subscribe(alice, a), subscribe(bob, b)
    alice.befriend(a, bob, b)
    talk = alice.conversation(a, b)
    request = ext.SendChat(request_id=new_id(), cid=a, conversation=talk, message_id="0a" * 16, text="Hello, Bob")
    queued = alice.expect(ext.MessageQueued, request).message
    assert (queued.id, queued.status, queued.mine) == ("0a" * 16, "queued", True)
    shown, *again = [event.message for event in events(bob) if isinstance(event, rows.MessageChanged)]
    assert all(message == shown for message in again)
    assert (shown.text, shown.status, shown.seen, shown.painted) == ("Hello, Bob", "received", False, False)
    bob.expect(Done, marked(b, conversation_of(bob, b), [shown.id], shown.arrival))
    statuses = [event.message.status for event in events(alice) if isinstance(event, rows.MessageChanged)]
    assert statuses[-1] == "read"
    page = alice.expect(ext.TimelinePage, alice.timeline(a, b))
    assert [message.text for message in page.messages] == ["Hello, Bob"]
    repeat = ext.SendChat(request_id=new_id(), cid=a, conversation=talk, message_id="0a" * 16, text="Hello, Bob")
    repeated = alice.expect(ext.MessageQueued, repeat)
    assert repeated.message.status == "read", "a repeat changes nothing"


@pytest.mark.parametrize(
    "order", [(-1, ID, ID), (2**63, ID, ID), (1, "zz", ID), (1, "00", ID), (1, ID, "00"), (1, ID, "zz" * 16)]
)
def test_a_place_that_is_none_is_malformed(pair: Pair, order: tuple[int, str, str]) -> None:
    alice, a, _, b = pair
    place = rows.MessageOrder(*order)
    refused = alice.expect(RequestRefused, alice.timeline(a, b, before=place))
    assert refused.reason.code == "malformed"


@pytest.mark.parametrize("message_id", ["", "0" * 31, "0" * 34, "g" * 32])
def test_a_message_id_has_32_hex_digits(pair: Pair, message_id: str) -> None:
    alice, a, _, b = pair
    talk = alice.conversation(a, b)
    request = ext.SendChat(request_id=new_id(), cid=a, conversation=talk, message_id=message_id, text="x")
    assert alice.expect(RequestRefused, request).reason.code == "malformed"


def test_marks_beyond_all_messages_see_everything_and_nothing(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.send(b, a, b'{"type":"TextMessage","data":{"text":"hi"}}')
    for up_to, unread in ((-5, 1), (2**70, 0)):
        alice.expect(Done, marked(a, conversation_of(alice, a), [], up_to))
        snapshot = subscribe(alice, a)
        assert isinstance(snapshot, ext.Snapshot)
        assert snapshot.account.unread == unread


def test_read_names_its_messages_and_what_is_none_is_malformed(pair: Pair) -> None:
    alice, a, bob, b = pair
    bob.send(b, a, b'{"type":"TextMessage","data":{"text":"hi"}}')
    conversation = conversation_of(alice, a)
    for painted, where in ((["0" * 31], conversation), (["0" * 32] * 201, conversation), ([], "00" * 15)):
        refused = alice.expect(RequestRefused, marked(a, where, painted, 2**62))
        assert refused.reason.code == "malformed"
    refused = alice.expect(RequestRefused, marked(a, "00" * 16, [], 2**62))
    assert refused.reason.code == "unknown_peer"
    alice.expect(Done, marked(a, conversation, ["0" * 32] * 200, 0))
    snapshot = subscribe(alice, a)
    assert isinstance(snapshot, ext.Snapshot)
    assert snapshot.account.unread == 1, "what was refused changed nothing, nor did ids of no message"


def test_unread_counts_are_one_number_everywhere(pair: Pair) -> None:
    alice, a, bob, b = pair
    for _ in range(3):
        bob.send(b, a, b'{"type":"TextMessage","data":{"text":"hi"}}')
    changed = [event for event in events(alice) if isinstance(event, rows.AccountChanged)]
    assert changed[-1].account.unread == 3
    assert alice.heard(ext.LocalAccountsChanged)[-1].accounts[0].unread == 3


def test_what_changes_in_one_batch_is_told_once_as_it_is_then(street: Street, pair: Pair) -> None:
    alice, a, bob, b = pair
    before = len(events(alice))
    house = alice.house
    requests = [message(a, b, b"%d" % number) for number in range(3)]
    house.tell_all([RequestArrived(alice.socket, request) for request in requests])
    told = events(alice)[before:]
    messages = [event.message for event in told if isinstance(event, rows.MessageChanged)]
    conversations = [event.conversation for event in told if isinstance(event, rows.ConversationChanged)]
    assert [row.status for row in messages] == ["queued"] * 3
    assert [row.last for row in conversations] == [messages[-1]]
    assert [type(event) for event in told][-1] is rows.ConversationChanged
    street.settle()
    later = [event.message for event in events(alice)[before:] if isinstance(event, rows.MessageChanged)]
    assert [row.status for row in later][-3:] == ["delivered"] * 3
    assert [bytes(notification.message) for notification in bob.heard(to.MessageNotification)] == [b"0", b"1", b"2"]


def test_a_message_says_who_wrote_it_and_a_line_that_nobody_did(street: Street, house: House) -> None:
    alice, bob = house.view(), street.house("other").view()
    a, b = alice.register("alice"), bob.register("bob")
    alice.befriend(a, bob, b)
    ids = {}
    for view, cid in ((alice, a), (bob, b)):
        snapshot = subscribe(view, cid)
        assert isinstance(snapshot, ext.Snapshot)
        ids[cid] = snapshot.account.account_id
        [conversation] = snapshot.conversations
        [peer] = snapshot.peers
        assert (conversation.kind, conversation.peer) == ("direct", peer.cid)
        assert conversation.id == peer.conversation
    talk = alice.conversation(a, b)
    assert talk == bob.conversation(b, a), "both sides name it alike"
    for view, cid, number in ((alice, a, 1), (bob, b, 2)):
        request = ext.SendChat(
            request_id=new_id(), cid=cid, conversation=talk, message_id=f"{number:032x}", text="Hello"
        )
        view.expect(ext.MessageQueued, request)
        street.settle()
    for view, mine, theirs in ((alice, a, b), (bob, b, a)):
        page = view.expect(ext.TimelinePage, view.timeline(mine, theirs))
        assert page.conversation == talk
        assert {row.conversation for row in page.messages} == {talk}
        chat = [row for row in page.messages if row.kind == "chat"]
        assert [(row.author, row.mine) for row in chat] == [(ids[a], mine == a), (ids[b], mine == b)]
    view.begin(ask.PeerDisconnect(request_id=new_id(), cid=mine, peer_cid=theirs))
    lines = [row for row in view.expect(ext.TimelinePage, view.timeline(mine, theirs)).messages if row.kind != "chat"]
    assert lines
    assert {row.author for row in lines} == {None}


def test_what_is_asked_of_an_unknown_conversation_is_refused(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    nobody, malformed = {"cid": cid, "conversation": "00" * 16}, {"cid": cid, "conversation": "x"}

    def codes(of: dict[str, Any]) -> list[str]:
        requests = [
            ext.GetTimeline(request_id=new_id(), **of),
            ext.SendChat(request_id=new_id(), message_id="01" * 16, text="x", **of),
            ext.SetTyping(request_id=new_id(), typing=True, **of),
            ext.MarkRead(request_id=new_id(), painted=[], seen_up_to=0, **of),
        ]
        return [view.expect(RequestRefused, request).reason.code for request in requests]

    assert codes(nobody) == ["unknown_peer", "not_connected", "unknown_peer", "unknown_peer"]
    assert codes(malformed) == ["malformed"] * 4


def test_typing_is_shown_and_ends(street: Street, house: House) -> None:
    alice, bob = house.view(), street.house("other").view()
    a, b = alice.register("alice"), bob.register("bob")
    subscribe(alice, a), subscribe(bob, b)
    alice.befriend(a, bob, b)
    talk = alice.conversation(a, b)
    for typing in (True, False):
        alice.expect(Done, ext.SetTyping(request_id=new_id(), cid=a, conversation=talk, typing=typing))
    assert [event.typing for event in events(bob) if isinstance(event, rows.TypingChanged)] == [True, False]


def test_the_directory_comes_in_pages(street: Street, house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    other = street.house("other").client()
    for number in range(5):
        other.register(f"person{number}")
    names: list[str] = []
    cursor = ""
    while True:
        page = view.expect(
            ext.DirectoryPage,
            ext.ListDirectory(request_id=new_id(), cid=cid, query="person", cursor=cursor, limit=2),
        )
        assert page.total == 5
        names += [row.username for row in page.rows]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert names == [f"person{number}" for number in range(5)]


def test_both_sides_show_the_same_safety_number(pair: Pair) -> None:
    alice, a, bob, b = pair
    view = bob.house.view()
    one = alice.expect(ext.SafetyNumber, ext.GetSafetyNumber(request_id=new_id(), cid=a, peer=b))
    other = view.expect(ext.SafetyNumber, ext.GetSafetyNumber(request_id=new_id(), cid=b, peer=a))
    assert one.digits == other.digits
    assert len(one.digits) == 60
    assert not one.verified
    alice.expect(Done, ext.SetVerified(request_id=new_id(), cid=a, peer=b, verified=True))
    again = alice.expect(ext.SafetyNumber, ext.GetSafetyNumber(request_id=new_id(), cid=a, peer=b))
    assert again.verified


def test_settings_are_kept_and_shown(street: Street, pair: Pair) -> None:
    alice, a, _, _ = pair
    change = ext.SetSettings(
        request_id=new_id(),
        cid=a,
        auto_connect=True,
        appear_offline=True,
        ask_password_at_start=True,
        read_receipts=False,
        typing=False,
    )
    alice.expect(Done, change)
    snapshot = subscribe(alice, a)
    assert isinstance(snapshot, ext.Snapshot)
    settings = snapshot.account.settings
    assert (settings.auto_connect, settings.appear_offline) == (True, True)
    assert (settings.ask_password_at_start, settings.unlocked_by) == (True, "nothing")
    assert (settings.read_receipts, settings.typing) == (False, False)


def test_a_server_says_who_it_is_before_anybody_registers(street: Street, house: House) -> None:
    view = house.view()
    probed = view.expect(ext.ServerProbed, ext.ProbeServer(request_id=new_id(), server_addr="127.0.0.1"))
    assert (probed.cid, probed.server_addr) == (0, SERVER)
    assert not probed.known
    assert not probed.password_required
    cid = view.register("alice")
    snapshot = subscribe(view, cid)
    assert isinstance(snapshot, ext.Snapshot)
    assert snapshot.account.server_fingerprint == probed.fingerprint
    again = view.expect(ext.ServerProbed, ext.ProbeServer(request_id=new_id(), server_addr=SERVER))
    assert again.known


def test_nobody_is_asked_about_their_own_server(street: Street, house: House) -> None:
    def probe() -> ext.ServerProbed:
        request = ext.ProbeServer(request_id=new_id(), server_addr=SERVER)
        return house.view().expect(ext.ServerProbed, request)

    probed = probe()
    assert not probed.own
    house.own_server_key = bytes.fromhex(probed.fingerprint.replace(" ", ""))
    house.restart()
    assert probe().own
    house.own_server_key = bytes(32)
    house.restart()
    assert not probe().own, "another server answers at that address"


def test_a_server_that_is_not_there_is_said(street: Street, house: House) -> None:
    street.server_goes()
    refused = house.view().expect(RequestRefused, ext.ProbeServer(request_id=new_id(), server_addr=SERVER))
    assert refused.reason.code == "server_unreachable"


def test_blocking_and_unblocking_is_shown(pair: Pair) -> None:
    alice, a, _, b = pair
    alice.expect(Done, ext.BlockPeer(request_id=new_id(), cid=a, peer=b))
    assert [event.peer.blocked for event in events(alice) if isinstance(event, rows.PeerChanged)][-1]
    alice.expect(Done, ext.UnblockPeer(request_id=new_id(), cid=a, peer=b))
    assert not [event.peer.blocked for event in events(alice) if isinstance(event, rows.PeerChanged)][-1]
