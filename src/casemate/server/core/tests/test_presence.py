"""Who is told that somebody is here, and who sees what in the directory."""

import pytest

from casemate.protocol.link import (
    AccountFound,
    AccountPage,
    AskRegistration,
    FindAccount,
    ListAccounts,
    Presence,
    RequestFailed,
    SetBlock,
    SetVisibility,
)
from casemate.server.tests.office import Connection, Office, person_of


@pytest.fixture
def bob(alice: Connection, bob: Connection) -> Connection:
    """What Alice heard while they got to know each other is no matter here."""
    alice.heard.clear()
    return bob


def seen(connection: Connection) -> list[bool]:
    return [frame.row.online for frame in connection.all(Presence)]


def listed(connection: Connection, query: str = "") -> dict[str, bool]:
    page = connection.ask(ListAccounts, query, "", 1000)
    assert isinstance(page, AccountPage)
    return {row.username: row.online for row in page.rows}


def test_registered_peers_hear_of_coming_and_going(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    office.pass_time(10)
    office.authenticate(person_of(bob))
    assert seen(alice) == [False, True]
    assert alice.last(Presence).row.since == office.now.wall


def test_strangers_hear_nothing(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    bob.ask(AskRegistration, person_of(carol).account_id, b"card")
    bob.drop()
    office.authenticate(person_of(bob))
    assert seen(carol) == []


def test_the_welcome_tells_presence_of_all_registered_peers(office: Office, alice: Connection, bob: Connection) -> None:
    bob.drop()
    [row] = office.authenticate(person_of(alice)).welcome.presence
    assert (row.account_id, row.online, row.since) == (person_of(bob).account_id, False, office.now.wall)
    office.authenticate(person_of(bob))
    assert [row.online for row in office.authenticate(person_of(alice)).welcome.presence] == [True]


def test_replacing_a_link_is_neither_coming_nor_going(office: Office, alice: Connection, bob: Connection) -> None:
    person_of(bob).restarted()
    office.authenticate(person_of(bob))
    bob.drop()
    assert seen(alice) == []


def test_after_a_restart_nobody_is_online_until_they_come(office: Office, alice: Connection, bob: Connection) -> None:
    office.pass_time(5)
    office.start()
    [row] = office.authenticate(person_of(alice)).welcome.presence
    assert (row.online, row.since) == (False, office.now.wall)


def test_appearing_offline_is_honoured_everywhere(office: Office, alice: Connection, bob: Connection) -> None:
    bob.ask(SetVisibility, True)
    bob.drop()
    bob = office.authenticate(person_of(bob))
    assert bob.welcome.appear_offline
    assert seen(alice) == [False], "one going, and no coming or going after it"
    assert listed(alice) == {"bob": False}
    found = alice.ask(FindAccount, person_of(bob).cid)
    assert isinstance(found, AccountFound)
    assert not found.row.online
    assert [row.online for row in office.authenticate(person_of(alice)).welcome.presence] == [False]


def test_appearing_again_is_told_at_once(alice: Connection, bob: Connection) -> None:
    bob.ask(SetVisibility, True)
    bob.ask(SetVisibility, False)
    assert seen(alice) == [False, True]


def test_who_appears_offline_sees_the_others(office: Office, alice: Connection, bob: Connection) -> None:
    bob.ask(SetVisibility, True)
    assert listed(bob) == {"alice": True}
    alice.drop()
    assert bob.last(Presence).row.online is False


def test_the_blocked_side_sees_one_going_and_then_nothing_more(
    office: Office, alice: Connection, bob: Connection
) -> None:
    bob.ask(SetBlock, person_of(alice).account_id, True)
    blocked_at = office.now.wall
    for _ in range(2):
        office.pass_time(60)
        bob.drop()
        bob = office.authenticate(person_of(bob))
    assert seen(alice) == [False]
    assert listed(alice) == {"bob": False}
    [row] = office.authenticate(person_of(alice)).welcome.presence
    assert (row.online, row.since) == (False, blocked_at)


def test_unblocking_shows_presence_again(alice: Connection, bob: Connection) -> None:
    bob.ask(SetBlock, person_of(alice).account_id, True)
    bob.ask(SetBlock, person_of(alice).account_id, False)
    assert seen(alice) == [False, True]


# --- the directory


def test_the_directory_lists_everybody_else_by_folded_name(office: Office) -> None:
    links = [office.newcomer(name) for name in ("Zoe", "anna", "Émile", "bob")]
    links[3].drop()
    assert listed(links[0]) == {"anna": True, "bob": False, "Émile": True}
    assert list(listed(links[0])) == ["anna", "bob", "Émile"]


@pytest.mark.parametrize("query", ["LOVE", "love", "ＬＯＶＥ", " lovelace "])
def test_the_directory_is_searched_by_either_name_however_it_is_typed(office: Office, query: str) -> None:
    reader = office.newcomer("reader")
    office.newcomer("ada", "Ada Lovelace")
    office.newcomer("lovely", "Somebody")
    office.newcomer("bob", "Bob")
    expected = ["ada"] if "lace" in query else ["ada", "lovely"]
    assert list(listed(reader, query)) == expected


def test_a_search_takes_wildcards_for_what_they_are(office: Office) -> None:
    reader = office.newcomer("reader")
    office.newcomer("ada")
    assert listed(reader, "%") == {}
    assert listed(reader, "a_a") == {}


def test_pages_follow_each_other_without_gap_or_repeat(office: Office) -> None:
    reader = office.newcomer("reader")
    names = sorted(f"person{n}" for n in range(25))
    for name in names:
        office.newcomer(name)
    found, cursor = [], ""
    while True:
        page = reader.ask(ListAccounts, "person", cursor, 10)
        assert isinstance(page, AccountPage)
        assert page.total == 25
        found += [row.username for row in page.rows]
        if page.next_cursor is None:
            break
        cursor = page.next_cursor
    assert found == names


def test_an_unknown_cid_is_nobody(alice: Connection) -> None:
    for cid in (0, 1, 2**64 - 1):
        answer = alice.ask(FindAccount, cid)
        assert isinstance(answer, RequestFailed)
        assert answer.code == "unknown_peer"


def test_somebody_is_found_by_cid_with_a_signed_device_list(alice: Connection, bob: Connection) -> None:
    found = alice.ask(FindAccount, person_of(bob).cid)
    assert isinstance(found, AccountFound)
    assert found.device_list == person_of(bob).device_list
