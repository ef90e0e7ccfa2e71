"""A server that renames people, and accounts that come under a name that was somebody else's."""

from dataclasses import replace
from typing import Any

import msgspec

from casemate.crypto.names import read_names, sign_names
from casemate.internal_service.core.account.delivery.notes import Note
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.notices import DirectoryAnswered, RegistrationSettled
from casemate.protocol.client.views import PeerView
from casemate.protocol.link import (
    AccountFound,
    AccountPage,
    AccountRow,
    AskRegistration,
    DeviceListChanged,
    PublishDeviceList,
    RegistrationAnswered,
    RegistrationAsked,
    RequestDone,
    RequestFailed,
    Signal,
)
from casemate.protocol.link_codec import ClientFrame, ServerFrame
from tests.accounts.deployment import Deployment, Person
from tests.accounts.hostility import passed_on
from tests.accounts.test_hostile_server import quarantined


def held(one: Person, other: Person) -> Peer:
    peer = one.store.peer(other.account.account_id)
    assert peer is not None
    return peer


def names_of(one: Person, other: Person) -> tuple[str, str]:
    view = one.account.peer_view(other.cid)
    assert view is not None
    return view.username, view.full_name


def signed(world: Deployment, person: Person, number: int, full_name: str, username: str | None = None) -> bytes:
    account = person.account._context.secrets.account
    return sign_names(account, world.server_key, number, username or person.name, full_name)


def hand_out(world: Deployment, to: Person, about: Person, names: bytes) -> None:
    """The server says that names have changed."""
    device_list = about.account._context.secrets.device_list
    sequence = to.account._parts.server._signals_up_to + 1
    signal = Signal(sequence, DeviceListChanged(about.account.account_id, device_list, names))
    world._to_device(to, to.generation, signal)
    world.settle()


def renaming(person: Person, frame: Any) -> list[Any]:
    """A server that gives everybody's rows to Mallory, wherever a row stands."""

    def renamed(old: AccountRow) -> AccountRow:
        return AccountRow(old.account_id, "mallory", "Mallory", online=True)

    match frame:
        case AccountFound():
            return [msgspec.structs.replace(frame, row=renamed(frame.row))]
        case AccountPage():
            return [msgspec.structs.replace(frame, rows=[renamed(row) for row in frame.rows])]
        case Signal(_, RegistrationAsked() | RegistrationAnswered() as body):
            return [msgspec.structs.replace(frame, body=msgspec.structs.replace(body, sender=renamed(body.sender)))]
    return [frame]


def notes(world: Deployment, one: Person, other: Person) -> list[tuple[str, str | None]]:
    return [(line.kind, line.text) for line in world.timeline(one, other) if line.kind.startswith("note_")]


def test_names_are_signed_from_the_first_request_on(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    for one, other in ((alice, bob), (bob, alice)):
        document = read_names(held(one, other).names)
        assert (document.username, document.full_name) == (other.name, other.name.title())
        assert world.sees(one, other).names_signed


def test_names_swapped_in_the_servers_tables_rename_nobody(world: Deployment, friends: tuple[Person, Person]) -> None:
    """The tables lie, and the old cards are pushed again."""
    alice, bob = friends
    mallory = world.person("mallory")
    world.befriend(alice, mallory)
    cards: list[bytes] = []

    def collect(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, AskRegistration):
            cards.append(frame.request)
        return [frame]

    world.to_server = collect
    carol = world.person("carol")
    world.befriend(carol, alice)
    world.do(alice, lambda account, now: account.set_verified(carol.cid, True, now))
    database = world._server_database
    for person, username, full_name in ((bob, "alice2", "Mallory"), (mallory, "bob", "Bob"), (carol, "bob2", "Bob")):
        database.execute(
            "UPDATE accounts SET username = ?, folded = ?, skeleton = ?, full_name = ? WHERE account_id = ?",
            username, username, username, full_name, person.account.account_id,
        )  # fmt: skip
    row = AccountRow(carol.account.account_id, "bob", "Bob", online=True)
    world._to_device(alice, alice.generation, Signal(1_000, RegistrationAsked(row, cards[0], world.now.wall)))
    world.settle()
    for person in (alice, bob, mallory, carol):
        world.cut(person)
    world.pass_time(60)
    assert names_of(alice, bob) == ("bob", "Bob")
    assert names_of(alice, mallory) == ("mallory", "Mallory")
    assert names_of(alice, carol) == ("carol", "Carol")
    assert world.sees(alice, carol).verified
    assert notes(world, alice, carol) == []


def test_every_frame_with_a_row_is_the_servers_word_and_renames_nobody(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.to_device = renaming
    world.do(alice, lambda account, now: account.list_directory("", "", 10, 7, now))
    row = next(row for row in alice.heard(DirectoryAnswered)[-1].rows if row.cid == bob.cid)
    assert (row.username, row.full_name) == ("bob", "Bob"), "whom we know is listed under the name we know"
    carol = world.person("carol")
    world.do(carol, lambda account, now: account.ask_registration(alice.cid, now))
    assert names_of(alice, carol) == ("carol", "Carol"), "a card brings the names that its sender signed"
    world.do(alice, lambda account, now: account.answer_registration(carol.cid, True, now))
    assert names_of(carol, alice) == ("alice", "Alice")


def test_stripped_names_are_the_servers_word_and_stay_as_they_were_first_said(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")

    def strip(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        return [msgspec.structs.replace(frame, names=b"")] if isinstance(frame, AccountFound) else [frame]

    world.to_device = strip
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert not world.sees(alice, bob).names_signed
    world.to_device = lambda person, frame: strip(person, renaming(person, frame)[0])
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert names_of(alice, bob) == ("bob", "Bob")


def test_the_first_signed_names_correct_what_the_server_said(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.to_device = lambda person, frame: [
        msgspec.structs.replace(changed, names=b"") if isinstance(changed, AccountFound) else changed
        for changed in renaming(person, frame)
    ]
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert names_of(alice, bob) == ("mallory", "Mallory")
    world.to_device = passed_on
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert names_of(alice, bob) == ("bob", "Bob")
    assert notes(world, alice, bob) == [(Note.NAMES_CHANGED, "Mallory\nBob")]


def test_only_a_higher_number_renames_and_each_change_is_a_line(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    third = signed(world, bob, 3, "Robert")
    hand_out(world, alice, bob, third)
    assert names_of(alice, bob) == ("bob", "Robert")
    hand_out(world, alice, bob, signed(world, bob, 2, "Bobby"))
    hand_out(world, alice, bob, third)
    hand_out(world, alice, bob, b"")
    assert names_of(alice, bob) == ("bob", "Robert")
    assert notes(world, alice, bob) == [(Note.NAMES_CHANGED, "Bob\nRobert")]
    view = world.sees(alice, bob)
    assert (view.verified, view.identity_changed) == (True, False), "the key is the same"
    world.say(alice, bob, "fine")
    assert world.texts(bob, alice) == ["fine"]
    assert [line.kind for line in world.timeline(alice, bob)] == ["note_names_changed", "chat"]


def test_two_documents_of_one_number_end_the_same_in_either_order(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    carol = world.person("carol")
    world.befriend(carol, bob)
    one, other = signed(world, bob, 2, "Robert"), signed(world, bob, 2, "Bobby")
    for person, first, second in ((alice, one, other), (carol, other, one)):
        hand_out(world, person, bob, first)
        hand_out(world, person, bob, second)
    assert names_of(alice, bob) == names_of(carol, bob)
    assert not world.sees(alice, bob).identity_changed


def test_a_full_name_of_somebody_else_has_no_more_marks_than_a_language_has(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    """Whatever they signed, and whatever a server hands out."""
    alice, bob = friends
    world.person("mallory")
    piled = "Bo" + "\u0489" * 30
    world.do(bob, lambda account, now: account.change_full_name(piled, now))
    assert read_names(held(alice, bob).names).full_name == piled
    assert world.sees(alice, bob).full_name == "Bo" + "\u0489" * 4
    world._server_database.execute("UPDATE accounts SET full_name = ?", piled + "\u202e\n")
    world.do(alice, lambda account, now: account.list_directory("", "", 100, 1, now))
    names = {row.full_name for row in alice.heard(DirectoryAnswered)[-1].rows}
    assert names == {"Bo" + "\u0489" * 4}


def test_forged_foreign_and_username_changing_names_are_kept_out(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    mallory = world.person("mallory")
    accounts = bob.account._context.secrets.account
    elsewhere = world.person("elsewhere").account._context.secrets.account.keys.first
    wrong = [
        signed(world, mallory, 9, "Bob", "bob"),
        signed(world, bob, 9, "Bob", "robert"),
        sign_names(accounts, elsewhere, 9, "bob", "Bob of another server"),
        b"no document",
    ]
    for names in wrong:
        hand_out(world, alice, bob, names)
    assert names_of(alice, bob) == ("bob", "Bob")
    assert quarantined(alice) == len(wrong)


def test_an_account_of_before_names_were_signed_signs_them_with_its_next_link(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    database = bob.store.database
    database.execute("UPDATE profile SET names = x'', names_kept = 0")
    alice.store.database.execute("UPDATE peers SET names = x''")
    world._server_database.execute("UPDATE accounts SET names = x''")
    published: list[PublishDeviceList] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, PublishDeviceList):
            published.append(frame)
        return [frame]

    world.to_server = watch
    world.restart(alice)
    published.clear()
    assert not world.sees(alice, bob).names_signed
    world.restart(bob)
    assert world.sees(alice, bob).names_signed
    assert notes(world, alice, bob) == []
    world.restart(bob)
    assert len(published) == 1, "once the server has confirmed it, never again"


# --- whose word registers


def test_the_servers_word_registers_nobody(world: Deployment) -> None:
    """It says `already_registered`; bob never agreed."""
    alice, bob = world.person("alice"), world.person("bob")

    def lie(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, RequestDone) and person is alice and asks:
            return [RequestFailed(frame.request_id, "already_registered")]
        return [frame]

    asks: list[ClientFrame] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, AskRegistration):
            asks.append(frame)
            return []
        return [frame]

    world.to_server = watch
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    request = asks[0]
    assert isinstance(request, AskRegistration)
    world.to_device = lie
    world._to_device(alice, alice.generation, RequestFailed(request.request_id, "already_registered"))
    world.settle()
    assert world.sees(alice, bob).relation == "none"
    refused = alice.heard(RegistrationSettled)[-1].refused
    assert refused is not None
    assert refused.code == "already_registered"


def test_a_device_that_forgot_an_agreement_has_it_again_by_their_card(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    before = world.copy_of(alice)
    world.befriend(alice, bob)
    world.say(alice, bob, "before")
    world.restart(alice, database=before)
    cards: list[bytes] = []

    def watch(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Signal) and isinstance(frame.body, RegistrationAnswered) and person is alice:
            cards.append(frame.body.answer)
        return [frame]

    world.to_device = watch
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    assert cards, "bob's device gave its card again without asking him"
    assert world.sees(alice, bob).relation == "registered"
    assert held(bob, alice).our_card is None
    world.do(alice, lambda account, now: account.connect(bob.cid, b"", "Enabled", now))
    world.pass_time(300)
    world.say(alice, bob, "after")
    world.pass_time(300)
    assert "after" in world.texts(bob, alice)


def test_a_card_given_again_costs_no_prekeys_and_survives_a_cut(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    _, bob = friends
    asked: list[AskRegistration] = []

    def watch(person: Person, frame: ClientFrame) -> list[ClientFrame]:
        if isinstance(frame, AskRegistration):
            asked.append(frame)
        return [frame]

    world.to_server = watch
    carol = world.person("carol")
    world.befriend(carol, bob)
    prekeys = bob.store.database.value("SELECT count(*) FROM prekeys")
    row = AccountRow(carol.account.account_id, "carol", "Carol", online=True)
    for number in range(20):
        again = RegistrationAsked(row, asked[0].request, world.now.wall)
        world._to_device(bob, bob.generation, Signal(1_000 + number, again))
        world.settle()
    assert bob.store.database.value("SELECT count(*) FROM prekeys") == prekeys
    assert held(bob, carol).our_card is None
    assert world.sees(bob, carol).relation == "registered"


# --- a name that was somebody else's


def newcomer(world: Deployment, username: str, called: str) -> Person:
    """Somebody under a username of the test's choice; the server lets it in, whatever its tables say."""
    person = world.person(called, enroll=False)
    store = person.store
    profile = store.profile()
    assert profile is not None
    store.put_profile(replace(profile, username=username, full_name=username.title()))
    world._server_database.execute("DELETE FROM kept_names")
    world.do(person, lambda account, now: account.start(now))
    assert person.account.enrolled
    return person


def leave_for_good(world: Deployment, person: Person) -> None:
    world.do(person, lambda account, now: account.delete(1, now))


def alarmed(view: PeerView, by: Person) -> bool:
    return view.identity_changed and view.namesake is not None and view.namesake.cid == by.cid


def test_a_new_account_under_a_verified_name_raises_the_alarm_at_every_step(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    leave_for_good(world, bob)
    assert not world.sees(alice, bob).verified, "who is gone is verified no more"
    impostor = newcomer(world, "bob", "impostor")
    world.do(impostor, lambda account, now: account.ask_registration(alice.cid, now))
    view = world.sees(alice, impostor)
    assert view.relation == "asks_you"
    assert alarmed(view, bob), "at the request"
    world.do(alice, lambda account, now: account.answer_registration(impostor.cid, True, now))
    assert alarmed(world.sees(alice, impostor), bob), "at accept"
    assert notes(world, alice, impostor) == [(Note.NAMESAKE, "bob")]
    world.do(impostor, lambda account, now: account.connect(alice.cid, b"", "Enabled", now))
    world.do(alice, lambda account, now: account.answer_connect(impostor.cid, True, b"", "Enabled", now))
    world.say(alice, impostor, "is it you, bob?")
    assert world.texts(impostor, alice) == [], "nothing goes before the user has decided"
    why = world.timeline(alice, impostor)[-1].reason
    assert why is not None
    assert why.code == "identity_changed"
    world.do(alice, lambda account, now: account.accept_identity(impostor.cid, now))
    view = world.sees(alice, impostor)
    assert not view.identity_changed
    assert view.namesake is not None, "it is still told apart by who had the name"
    assert world.texts(impostor, alice) == ["is it you, bob?"]


def test_a_name_that_only_looks_like_a_known_one_raises_the_alarm(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    for number, look_alike in enumerate(("b\u03bfb", "BOB")):
        # A hostile server lets it in: its own comparison is switched off.
        world._server_database.execute(
            "UPDATE accounts SET folded = ?, skeleton = ? WHERE account_id = ?",
            f"hidden{number}", f"hidden{number}", bob.account.account_id,
        )  # fmt: skip
        impostor = newcomer(world, "bob", f"impostor{number}")
        world._server_database.execute("DELETE FROM accounts WHERE username = 'nobody'")
        document = signed(world, impostor, 2, "Bob", look_alike)
        row = AccountRow(impostor.account.account_id, look_alike, "Bob", online=True)
        world.to_device = lambda person, frame, row=row, names=document: (  # type: ignore[misc]
            [msgspec.structs.replace(frame, row=row, names=names)] if isinstance(frame, AccountFound) else [frame]
        )
        world.do(alice, lambda account, now, cid=impostor.cid: account.ask_registration(cid, now))  # type: ignore[misc]
        assert names_of(alice, impostor)[0] == look_alike
        assert alarmed(world.sees(alice, impostor), bob)
        world._server_database.execute("DELETE FROM accounts WHERE account_id = ?", impostor.account.account_id)


def test_the_one_who_was_known_first_keeps_name_and_mark(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    world.do(alice, lambda account, now: account.set_verified(bob.cid, True, now))
    database = world._server_database
    database.execute("UPDATE accounts SET folded = 'x', skeleton = 'x' WHERE account_id = ?", bob.account.account_id)
    impostor = newcomer(world, "bob", "impostor")
    world.do(impostor, lambda account, now: account.ask_registration(alice.cid, now))
    assert alarmed(world.sees(alice, impostor), bob)
    view = world.sees(alice, bob)
    assert (view.verified, view.identity_changed, view.namesake) == (True, False, None)


def test_the_directory_says_so_before_anybody_is_asked(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    leave_for_good(world, bob)
    impostor = newcomer(world, "bob", "impostor")
    world.do(alice, lambda account, now: account.list_directory("", "", 10, 7, now))
    row = next(row for row in alice.heard(DirectoryAnswered)[-1].rows if row.cid == impostor.cid)
    assert row.namesake is not None
    assert row.namesake.cid == bob.cid
