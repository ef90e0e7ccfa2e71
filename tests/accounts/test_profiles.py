"""Picture and status: everybody who is registered has them, nobody else, and nothing of former ones stays."""

from dataclasses import replace

import msgspec
import pytest

from casemate.crypto.content import Kind
from casemate.crypto.names import sign_names
from casemate.internal_service.core.account.contents import GIVE_AGAIN_SECONDS, Rekey
from casemate.internal_service.core.account.delivery import outbox
from casemate.internal_service.core.account.delivery.notes import Note
from casemate.internal_service.core.account.people.pictures import picture_hash
from casemate.internal_service.core.account.people.profile_notes import (
    PictureNote,
    StatusNote,
    decode_profile,
    encode_profile,
)
from casemate.internal_service.core.account.people.sharing import UNDER_WAY
from casemate.internal_service.core.account.profiles import ToldProfile
from casemate.internal_service.core.account.rows import Peer
from casemate.internal_service.core.ground.refusals import Refused, refuse
from casemate.protocol.ids import Cid
from casemate.protocol.limits import PICTURE_BYTES, STATUS_CHARACTERS
from casemate.protocol.link import AccountRow, Deliver, RegistrationAnswered
from casemate.protocol.link_codec import ServerFrame
from tests.accounts.deployment import DATABASE_KEY, Deployment, Person
from tests.support.decrypted import decrypted
from tests.support.pictures import jpeg

ONE, TWO = jpeg(scan=b"the first of the pictures"), jpeg(scan=b"the second of the pictures")


def show(world: Deployment, person: Person, picture: bytes) -> None:
    world.do(person, lambda account, now: account.sharing.put_picture(picture, now))


def say_status(world: Deployment, person: Person, text: str, until: float | None = None) -> None:
    world.do(person, lambda account, now: account.sharing.put_status(text, until, now))


def picture_of(one: Person, other: Person) -> bytes:
    """As the first has it."""
    return one.account.picture_of(other.cid)


def status_of(world: Deployment, one: Person, other: Person) -> str | None:
    status = world.sees(one, other).status
    return None if status is None else status.text


def block(world: Deployment, one: Person, other: Person, blocked: bool) -> None:
    world.do(one, lambda account, now: account.block(other.cid, blocked, 1, now))


def peer_of(one: Person, other: Person) -> Peer:
    peer = one.store.peer(other.account.account_id)
    assert peer is not None
    return peer


def profiles_for(person: Person, other: Person) -> int:
    """How many contents of this kind are kept for them."""
    rows = person.store.database.rows("SELECT count(*) FROM messages WHERE kind = ?", Kind.PROFILE)
    return int(rows[0][0])


def sent_to(world: Deployment) -> list[str]:
    """Who gets envelopes from now on."""
    sent: list[str] = []

    def pass_on(person: Person, frame: ServerFrame) -> list[ServerFrame]:
        if isinstance(frame, Deliver):
            sent.append(person.name)
        return [frame]

    world.to_device = pass_on
    return sent


# --- who has it


def test_a_picture_is_with_everybody_who_is_registered_and_changes_and_goes(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    assert picture_of(bob, alice) == ONE
    first = world.sees(bob, alice).picture
    assert first == alice.account.sharing.own.picture_hash.hex() != ""
    show(world, alice, TWO)
    assert picture_of(bob, alice) == TWO
    assert world.sees(bob, alice).picture not in (first, "")
    show(world, alice, b"")
    assert (picture_of(bob, alice), world.sees(bob, alice).picture) == (b"", "")
    assert picture_of(alice, alice) == b""


def test_whoever_registers_later_gets_what_is_shared(world: Deployment) -> None:
    alice, carl = world.person("alice"), world.person("carl")
    show(world, alice, ONE)
    say_status(world, alice, "In the garden 🌱")
    world.befriend(carl, alice)
    assert (picture_of(carl, alice), status_of(world, carl, alice)) == (ONE, "In the garden 🌱")


def test_nobody_else_gets_anything(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    carl = world.person("carl")
    sent = sent_to(world)
    show(world, alice, ONE)
    say_status(world, alice, "Away")
    assert bob.name in sent
    assert carl.name not in sent


def test_the_server_cannot_tell_which_picture_it_is(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    show(world, bob, ONE)
    assert world.sees(bob, alice).picture != world.sees(alice, bob).picture
    assert alice.account.sharing.own.picture_hash != picture_hash(b"", ONE)


def test_a_status_is_one_line_that_changes_and_goes(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    say_status(world, alice, "  In a\nmeeting ", until=world.now.wall + 3600)
    status = world.sees(bob, alice).status
    assert status is not None
    assert (status.text, status.until) == ("In a meeting", round((world.now.wall + 3600) * 1000))
    say_status(world, alice, "Back")
    assert status_of(world, bob, alice) == "Back"
    say_status(world, alice, "")
    assert status_of(world, bob, alice) is None
    assert alice.account.sharing.own.status is None


def test_everything_is_there_after_a_restart(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "Away")
    for person in friends:
        world.restart(person)
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (ONE, "Away")
    assert (picture_of(alice, alice), alice.account.sharing.own.status is not None) == (ONE, True)


def test_what_is_changed_without_the_server_is_told_with_the_next_link(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    world.server_up = False
    world.cut(alice)
    for picture in (ONE, TWO):
        show(world, alice, picture)
        say_status(world, alice, f"{len(picture)}")
    world.restart(alice)
    world.server_up = True
    world.pass_time(60)
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (TWO, str(len(TWO)))


def test_another_name_keeps_the_picture(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    world.do(alice, lambda account, now: account.change_full_name("Alice Pleasance", now))
    assert (world.sees(bob, alice).full_name, picture_of(bob, alice)) == ("Alice Pleasance", ONE)


def test_of_an_account_that_is_deleted_neither_face_nor_status_stays(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "gone fishing in the lagoon")
    world.do(alice, lambda account, now: account.delete(5, now))
    world.pass_time(60)
    seen = world.sees(bob, alice)
    assert (seen.relation, seen.picture, seen.status, picture_of(bob, alice)) == ("gone", "", None, b"")
    kept = file_of(world, bob)
    assert b"first of the pictures" not in kept
    assert b"fishing in the lagoon" not in kept


# --- blocks


def test_of_somebody_whom_we_block_nothing_is_shown_until_that_ends(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    show(world, bob, ONE)
    say_status(world, bob, "Here")
    block(world, alice, bob, True)
    seen = world.sees(alice, bob)
    assert (seen.picture, seen.status, picture_of(alice, bob)) == ("", None, b"")
    block(world, alice, bob, False)
    assert (picture_of(alice, bob), status_of(world, alice, bob)) == (ONE, "Here")


def test_whoever_is_blocked_gets_no_news_until_that_ends(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "Here")
    block(world, alice, bob, True)
    show(world, alice, TWO)
    say_status(world, alice, "Away")
    world.pass_time(60)
    assert picture_of(bob, alice) != TWO
    assert status_of(world, bob, alice) == "Here"
    assert profiles_for(alice, bob) == 0, "nothing was even written for them"
    block(world, alice, bob, False)
    world.pass_time(60)
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (TWO, "Away")


@pytest.mark.parametrize("by_another_device", [False, True])
def test_of_what_waits_for_somebody_who_is_blocked_no_word_stays(
    world: Deployment, friends: tuple[Person, Person], by_another_device: bool
) -> None:
    alice, bob = friends
    world.cut(bob)
    world.to_device = lambda person, frame: [] if person is bob else [frame]
    if by_another_device:
        block(world, alice, bob, True)
        alice.store.put_peer(replace(peer_of(alice, bob), blocked=False))
    show(world, alice, ONE)
    say_status(world, alice, "gone fishing in the lagoon")
    if by_another_device:
        world.restart(alice)
    else:
        block(world, alice, bob, True)
    assert peer_of(alice, bob).blocked
    show(world, alice, b"")
    say_status(world, alice, "")
    kept = file_of(world, alice)
    assert b"first of the pictures" not in kept
    assert b"fishing in the lagoon" not in kept
    say_status(world, alice, "caught one")
    block(world, alice, bob, False)
    world.to_device = lambda person, frame: [frame]
    world.cut(bob)
    world.pass_time(60)
    assert (status_of(world, bob, alice), picture_of(bob, alice)) == ("caught one", b"")


def test_of_somebody_who_is_registered_no_more_neither_face_nor_status_stays(
    world: Deployment, friends: tuple[Person, Person]
) -> None:
    alice, bob = friends
    show(world, bob, ONE)
    say_status(world, bob, "gone fishing in the lagoon")
    alice.store.put_peer(replace(peer_of(alice, bob), our_card=b"given once more"))
    declined = RegistrationAnswered(AccountRow(bob.account.account_id, "bob", "Bob", False), False, b"")
    world.do(alice, lambda account, now: account._parts.registration.answered(declined, now))
    assert world.sees(alice, bob).relation == "declined"
    kept = file_of(world, alice)
    assert b"first of the pictures" not in kept
    assert b"fishing in the lagoon" not in kept
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.pass_time(60)
    assert (picture_of(alice, bob), status_of(world, alice, bob)) == (ONE, "gone fishing in the lagoon")


def test_whoever_has_no_room_is_told_with_the_next_link(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    queue = alice.account._parts.outbox

    def full(*_: object, **__: object) -> None:
        raise refuse("mailbox_full")

    monkeypatch.setattr(queue, "write", full)
    show(world, alice, ONE)
    say_status(world, alice, "Away")
    assert picture_of(bob, alice) == b""
    monkeypatch.undo()
    world.cut(alice)
    world.pass_time(60)
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (ONE, "Away")


# --- restored data


def test_data_that_was_restored_shares_what_it_has(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "Here")
    older = world.copy_of(alice)
    show(world, alice, TWO)
    say_status(world, alice, "Away")
    world.restart(alice, database=older)
    world.pass_time(120)
    assert picture_of(alice, alice) == ONE
    assert picture_of(bob, alice) == ONE
    assert status_of(world, bob, alice) == "Here"
    say_status(world, alice, "Restored")
    assert status_of(world, bob, alice) == "Restored"


def test_whose_data_was_restored_is_told_anew(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    older = world.copy_of(bob)
    show(world, alice, ONE)
    say_status(world, alice, "Away")
    world.restart(bob, database=older)
    world.pass_time(120)
    world.say(alice, bob, "are you back?")
    world.say(bob, alice, "I am")
    world.pass_time(60)
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (ONE, "Away")


# --- what stays


def test_nothing_of_a_former_picture_or_status_stays(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    show(world, alice, ONE)
    say_status(world, alice, "gone fishing in the lagoon")
    for person in friends:
        assert b"the first of the pictures" in file_of(world, person)
    show(world, alice, TWO)
    say_status(world, alice, "")
    world.pass_time(60)
    for person in friends:
        kept = file_of(world, person)
        assert b"the first of the pictures" not in kept
        assert b"fishing in the lagoon" not in kept
        assert b"the second of the pictures" in kept
    show(world, alice, b"")
    world.pass_time(60)
    for person in friends:
        assert b"of the pictures" not in file_of(world, person)


def file_of(world: Deployment, person: Person) -> bytes:
    person.store.erase_traces()
    return decrypted(person.path, DATABASE_KEY, world.folder)


# --- what waits for somebody who is away


def away(world: Deployment, *people: Person) -> None:
    world.server_up = False
    for person in people:
        world.cut(person)


def back(world: Deployment) -> None:
    world.server_up = True
    world.pass_time(60)


def notes_that_reach(person: Person, monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    got: list[bytes] = []
    sharing = person.account._parts.sharing
    arrived = sharing.arrived

    def listen(peer, body, now):  # type: ignore[no-untyped-def]
        got.append(body)
        return arrived(peer, body, now)

    monkeypatch.setattr(sharing, "arrived", listen)
    return got


def test_what_was_taken_back_before_it_was_sent_reaches_nobody(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    got = notes_that_reach(bob, monkeypatch)
    away(world, alice)
    show(world, alice, ONE)
    say_status(world, alice, "gone fishing in the lagoon")
    show(world, alice, b"")
    say_status(world, alice, "")
    kept = file_of(world, alice)
    assert b"first of the pictures" not in kept
    assert b"fishing in the lagoon" not in kept
    back(world)
    assert not any(b"of the pictures" in body or b"lagoon" in body for body in got)
    say_status(world, alice, "caught one")
    assert (status_of(world, bob, alice), picture_of(bob, alice)) == ("caught one", b"")


def test_many_changes_wait_as_a_few_and_messages_keep_their_room(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 50)
    monkeypatch.setattr(outbox, "RESERVED", 10)
    alice, bob = friends
    world.cut(bob)
    away(world, alice, bob)
    for number in range(100):
        say_status(world, alice, f"song {number}")
    assert profiles_for(alice, bob) <= UNDER_WAY
    world.say(alice, bob, "hello?")
    back(world)
    assert status_of(world, bob, alice) == "song 99"
    assert world.texts(bob, alice)[-1] == "hello?"


def test_a_full_queue_has_no_reserve_for_what_is_shared(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "OUTBOX_MESSAGES_PER_PEER", 5)
    alice, bob = friends
    away(world, alice, bob)
    for number in range(5):
        world.say(alice, bob, f"message {number}")
    say_status(world, alice, "Away")
    assert profiles_for(alice, bob) == 0
    back(world)
    assert status_of(world, bob, alice) == "Away", "as soon as they took something"


def test_a_peer_that_begins_anew_time_and_again_gets_a_picture_now_and_then(
    world: Deployment, friends: tuple[Person, Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    alice, bob = friends
    show(world, bob, ONE)
    world.pass_time(60)
    got = notes_that_reach(alice, monkeypatch)

    def begin_anew(account, now):  # type: ignore[no-untyped-def]
        peer = account.peer_row(Cid(bob.cid))
        for _ in range(50):
            account._parts.outbox.write(peer, Kind.REKEY, msgspec.msgpack.encode(Rekey(True, 0)), now)
        return []

    world.do(alice, begin_anew)
    world.pass_time(60)
    assert 1 <= len(got) <= 60 / GIVE_AGAIN_SECONDS


# --- what is refused here


@pytest.mark.parametrize(
    ("picture", "code"),
    [(b"<svg/>", "malformed"), (bytes(PICTURE_BYTES + 1), "too_long"), (jpeg(300, 300), "malformed")],
)
def test_what_others_would_not_take_is_refused(
    world: Deployment, friends: tuple[Person, Person], picture: bytes, code: str
) -> None:
    alice, _ = friends
    show(world, alice, ONE)
    with pytest.raises(Refused, match=code):
        show(world, alice, picture)
    assert picture_of(alice, alice) == ONE


def test_a_status_is_short_and_ahead(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, _ = friends
    say_status(world, alice, "x" * STATUS_CHARACTERS)
    for text, until, code in (
        ("x" * (STATUS_CHARACTERS + 1), None, "too_long"),
        ("x" * 100_000, None, "too_long"),
        ("soon", world.now.wall - 1, "malformed"),
    ):
        with pytest.raises(Refused, match=code):
            say_status(world, alice, text, until)
    say_status(world, alice, "\u202e\u200b \u3164")
    assert alice.account.sharing.own.status is None, "what nobody sees says nothing"


# --- what a hostile peer may try


def send(world: Deployment, one: Person, other: Person, body: bytes) -> None:
    def write(account, now):  # type: ignore[no-untyped-def]
        peer = account.peer_row(Cid(other.cid))
        account._parts.outbox.write(peer, Kind.PROFILE, body, now)
        return []

    world.do(one, write)


def names_of(person: Person) -> bytes:
    return person.account.profile.names


def test_only_the_picture_that_they_signed_for_is_theirs(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    own = alice.account.sharing.own
    for note in (
        PictureNote(names_of(alice), own.picture_salt, TWO),
        PictureNote(names_of(alice), b"", ONE + b"\xff\xd9"),
        PictureNote(names_of(bob), own.picture_salt, TWO),
        PictureNote(b"", own.picture_salt, TWO),
    ):
        send(world, alice, bob, encode_profile(note))
        assert picture_of(bob, alice) == ONE
    assert world.say(alice, bob, "still here")
    assert world.texts(bob, alice)[-1] == "still here"


def test_an_older_picture_never_comes_back(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    older = PictureNote(names_of(alice), alice.account.sharing.own.picture_salt, ONE)
    show(world, alice, TWO)
    send(world, alice, bob, encode_profile(older))
    assert picture_of(bob, alice) == TWO


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"\xc1",
        b"\x93\xa4song\x01\x02",
        encode_profile(StatusNote(1, "x" * 400, 0, None)),
        bytes(900_000),
        b"\x94\xa7picture\xc4\x00\xc4\x00\xc6\x00\x0d\xbb\xa0" + bytes(900_000),
    ],
    ids=range(6),
)
def test_what_no_program_of_ours_shares_changes_nothing(
    world: Deployment, friends: tuple[Person, Person], body: bytes
) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "Here")
    world.do(alice, lambda account, now: account.sharing.put_status("Here", None, now))
    send(world, alice, bob, body)
    world.say(alice, bob, "after it")
    assert (picture_of(bob, alice), status_of(world, bob, alice)) == (ONE, "Here")
    assert world.texts(bob, alice)[-1] == "after it"


def test_signs_that_draw_outside_their_place_are_left_out(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    note = StatusNote(2**62, "a\u202eb\u0007c\nd" + "\u0301" * 60, 2**53, 2**53)
    send(world, alice, bob, encode_profile(note))
    status = world.sees(bob, alice).status
    assert status is not None
    assert status.text.startswith("abc d")
    assert len(status.text) < 12
    assert status.set_at <= world.now.wall * 1000, "nobody said it later than now"


def spam_names(world: Deployment, alice: Person, bob: Person) -> None:
    assert world.server_key is not None
    for number in range(2, 50):
        names = sign_names(alice.account._context.secrets.account, world.server_key, number, "alice", f"spam {number}")
        send(world, alice, bob, encode_profile(PictureNote(names, b"", b"")))
    world.pass_time(60)


def test_names_are_no_lines_before_one_is_connected(world: Deployment) -> None:
    alice, bob = world.person("alice"), world.person("bob")
    world.do(alice, lambda account, now: account.ask_registration(bob.cid, now))
    world.do(bob, lambda account, now: account.answer_registration(alice.cid, True, now))
    assert world.sees(bob, alice).connection != "connected"
    before = len(world.timeline(bob, alice))
    spam_names(world, alice, bob)
    assert len(world.timeline(bob, alice)) == before
    assert world.sees(bob, alice).full_name == "spam 49"


def test_names_that_change_time_and_again_are_one_line(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    before, name = len(world.timeline(bob, alice)), world.sees(bob, alice).full_name
    spam_names(world, alice, bob)
    assert len(world.timeline(bob, alice)) == before + 1
    [line] = bob.store.database.rows("SELECT body FROM messages WHERE kind = ?", Note.NAMES_CHANGED)
    assert line[0].decode() == f"{name}\nspam 49"


def test_a_thousand_changes_leave_one(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends

    def flood(account, now):  # type: ignore[no-untyped-def]
        peer = account.peer_row(Cid(bob.cid))
        for number in range(1, 1_000):
            note = StatusNote(number, f"change {number}", 0, None)
            account._parts.outbox.write(peer, Kind.PROFILE, encode_profile(note), now)
        return []

    before = len(world.timeline(bob, alice))
    size = len(file_of(world, bob))
    world.do(alice, flood)
    world.pass_time(60)
    assert status_of(world, bob, alice) == "change 999"
    assert len(world.timeline(bob, alice)) == before, "nothing of it is a line"
    assert len(file_of(world, bob)) - size < 100_000


def test_what_was_told_is_remembered(world: Deployment, friends: tuple[Person, Person]) -> None:
    alice, bob = friends
    show(world, alice, ONE)
    say_status(world, alice, "Here")
    peer = alice.account.peer_row(bob.cid)
    assert peer is not None
    told = alice.store.told_profile(peer.account_id)
    assert told != ToldProfile()
    sent = sent_to(world)
    world.restart(alice)
    world.pass_time(60)
    assert alice.store.told_profile(peer.account_id) == told
    assert sent == [], "nobody is told twice"


def test_a_note_of_a_later_kind_is_none() -> None:
    assert decode_profile(b"\x92\xa6banner\x01") is None
