"""Messages found by what they say, as views ask for it."""

import pytest

from casemate.internal_service.adapters.account_store import SqliteAccountStore
from casemate.internal_service.core.account.conversations.finding import BEHIND_SECONDS
from casemate.protocol.client import extensions as ext
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.finding_extensions import (
    DayFound,
    FindDay,
    FoundMessageView,
    MessagesFound,
    SearchMessages,
)
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House
from tests.service.talk import SAID, Talk


def ask(cid: Cid, words: str, **more: object) -> SearchMessages:
    return SearchMessages(request_id=new_id(), cid=cid, words=words, **more)  # type: ignore[arg-type]


def found(view: Client, cid: Cid, words: str, **more: object) -> list[FoundMessageView]:
    """All pages."""
    messages: list[FoundMessageView] = []
    page = view.expect(MessagesFound, ask(cid, words, **more))
    while page.cursor is not None:
        messages += page.messages
        page = view.expect(MessagesFound, ask(cid, words, cursor=page.cursor, **more))
    return messages + page.messages


def ids(messages: list[FoundMessageView]) -> list[str]:
    return [message.id for message in messages]


def test_both_find_what_was_said_before_and_after_it_is_in_the_index(talk: Talk) -> None:
    for _ in range(2):
        for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
            [message] = found(view, cid, "HEL")
            assert (message.id, message.conversation, message.mine) == (SAID, talk.conversation, cid == talk.a)
            assert [(piece.text, piece.found) for piece in message.pieces] == [("Hel", True), ("o", False)]
        talk.street.pass_time(2 * BEHIND_SECONDS)


def test_the_excerpt_stands_around_what_was_found(talk: Talk) -> None:
    talk.say(talk.alice, talk.a, "09" * 16, "before " * 60 + "the Casemätes 東京都 " + "after " * 60)
    [message] = found(talk.alice, talk.a, 'casemates "東京')
    text = "".join(piece.text for piece in message.pieces)
    assert 100 < len(text) <= 200
    assert (message.cut_before, message.cut_after) == (True, True)
    assert text.startswith("before ")
    assert [piece.text for piece in message.pieces if piece.found] == ["Casemätes", "東京"]


def test_words_that_were_edited_away_or_taken_back_are_not_found(talk: Talk) -> None:
    talk.street.pass_time(2 * BEHIND_SECONDS)
    talk.alice.expect(Done, talk.edit("Hello"))
    talk.street.settle()
    for _ in range(2):
        for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
            assert (ids(found(view, cid, "Helo")), ids(found(view, cid, "Hello"))) == ([], [SAID])
        talk.street.pass_time(2 * BEHIND_SECONDS)
    talk.alice.expect(Done, talk.delete(talk.a, SAID, everywhere=True))
    talk.street.settle()
    for view, cid in ((talk.alice, talk.a), (talk.bob, talk.b)):
        assert ids(found(view, cid, "Hello")) == []


def test_what_one_deletes_for_oneself_the_other_still_finds(talk: Talk) -> None:
    talk.bob.expect(Done, talk.delete(talk.b, SAID, everywhere=False))
    assert ids(found(talk.bob, talk.b, "helo")) == []
    assert ids(found(talk.alice, talk.a, "helo")) == [SAID]


def test_pages_and_filters(talk: Talk) -> None:
    for number in range(40):
        talk.say(talk.alice, talk.a, f"{number:032x}", f"casemate number {number}")
    talk.street.settle()
    talk.street.pass_time(2 * BEHIND_SECONDS)
    newest_first = [f"{number:032x}" for number in reversed(range(40))]
    first = talk.bob.expect(MessagesFound, ask(talk.b, "case"))
    assert (ids(first.messages), first.cursor is not None) == (newest_first[:30], True)
    assert ids(found(talk.bob, talk.b, "case")) == newest_first
    assert found(talk.bob, talk.b, "case", conversation="00" * 16) == []
    assert ids(found(talk.bob, talk.b, "", conversation=talk.conversation, to_time=2**53))[:40] == newest_first
    author = first.messages[0].author
    assert ids(found(talk.bob, talk.b, "39", author=author)) == newest_first[:1]
    assert found(talk.bob, talk.b, "39", author="00" * 32) == []
    at = first.messages[0].shown_at
    assert ids(found(talk.bob, talk.b, "39", from_time=at, to_time=at + 1)) == newest_first[:1]
    assert found(talk.bob, talk.b, "39", to_time=at) == []


def test_a_day_leads_to_its_first_message(talk: Talk) -> None:
    ask_day = {"cid": talk.a, "conversation": talk.conversation}
    for time in (0, 2**52):  # everything is after the one, and before the other
        day = FindDay(request_id=new_id(), from_time=time, **ask_day)  # type: ignore[arg-type]
        assert talk.alice.expect(DayFound, day).message_id == SAID
    for refused in ({"from_time": 2**64 - 1}, {"from_time": -(2**63)}, {"from_time": 1, "conversation": "x"}):
        day = FindDay(request_id=new_id(), **(ask_day | refused))  # type: ignore[arg-type]
        assert talk.alice.expect(RequestRefused, day).reason.code == "malformed"


@pytest.mark.parametrize(
    "more",
    [
        {"words": ""},
        {"words": "  \u200d"},
        {"words": "x" * 501},
        {"words": "x", "cursor": "words-"},
        {"words": "x", "cursor": "words-99999999999999999999"},
        {"words": "x", "cursor": "letters-1"},
        {"words": "x", "conversation": "no"},
        {"words": "x", "author": "no"},
        {"words": "x", "from_time": 2**60},
        {"words": "x", "from_time": -(2**63)},
        {"words": "x", "to_time": 2**63 - 1},
        {"words": "x", "to_time": 2**64 - 1},
        {"words": "x", "cursor": "inside-9223372036854775808"},
    ],
)
def test_what_cannot_be_looked_for_is_refused(talk: Talk, more: dict[str, object]) -> None:
    request = SearchMessages(request_id=new_id(), cid=talk.a, **more)  # type: ignore[arg-type]
    assert talk.alice.expect(RequestRefused, request).reason.code in ("malformed", "too_long")


def folded(house: House, talk: Talk) -> list[int]:
    """What is in the index."""
    [host] = [host for host in house.service._hosts.peek() if host.cid == talk.a]
    store = house.service.stores.touch(host.name)
    assert isinstance(store, SqliteAccountStore)
    return [row[0] for row in store.database.rows("SELECT message FROM folded")]


def test_words_go_into_the_index_behind_their_message(talk: Talk, house: House) -> None:
    talk.street.pass_time(2 * BEHIND_SECONDS)
    before = folded(house, talk)
    talk.say(talk.alice, talk.a, "0a" * 16, "casemate")
    talk.street.settle()
    assert folded(house, talk) == before, "the message did not wait for that"
    talk.street.pass_time(BEHIND_SECONDS - 0.1)
    assert folded(house, talk) == before, "it waits for others that go with it"
    talk.street.pass_time(0.2)
    assert len(folded(house, talk)) == len(before) + 1


def test_where_nothing_can_be_written_messages_are_found_nevertheless(talk: Talk, house: House) -> None:
    house.kill()
    house.full = True
    house.start()
    view = house.view()
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=talk.a))
    assert ids(found(view, talk.a, "helo")) == [SAID]
    talk.street.pass_time(60)
    assert house.undone == []
    assert ids(found(view, talk.a, "helo")) == [SAID]
