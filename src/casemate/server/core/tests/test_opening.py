"""How a connection becomes a link."""

import hashlib
from dataclasses import replace

import msgspec
import pytest

from casemate.crypto import server_password
from casemate.crypto.identity import new_device, sign_device_list
from casemate.crypto.link_proof import Greeting
from casemate.crypto.server_password import server_password_key
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import AccountId, DeviceId
from casemate.protocol.limits import (
    WRONG_PASSWORD_SECONDS,
    WRONG_PASSWORDS_AT_ONCE,
    WRONG_PASSWORDS_IN_ALL_AT_ONCE,
)
from casemate.protocol.link import (
    AccountPage,
    Authenticate,
    ClientHello,
    DeleteAccount,
    Deposited,
    DeviceRow,
    ListAccounts,
    OpeningRefused,
    ServerHello,
    SignalsTaken,
    Welcome,
)
from casemate.protocol.link_codec import ClientFrame, encode
from casemate.server.core.events import AddressesFound, Caller
from casemate.server.core.names import read_username
from casemate.server.tests.office import Connection, Office, befriend, deposit, person_of
from casemate.server.tests.people import new_person

PASSWORD_HASH = hashlib.sha3_256(b"open sesame").digest()


def refused(connection: Connection) -> str:
    assert connection.closed
    return connection.last(OpeningRefused).code


def test_a_person_creates_an_account_and_is_welcome() -> None:
    link = Office().newcomer("alice", "Alice Liddell")
    account = link.welcome.account
    assert (account.username, account.full_name, account.online) == ("alice", "Alice Liddell", True)
    assert (link.welcome.sent, link.welcome.received, link.welcome.presence) == ([], [], [])


def test_creating_it_again_with_the_same_key_and_name_succeeds() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    again = office.create_account(alice)
    assert again.welcome.account.account_id == alice.account_id


def test_creating_it_again_succeeds_though_the_server_password_changed() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    password = server_password_key((PASSWORD_HASH,), office.public_key)
    office.settings = replace(office.settings, registration="password", password=password)
    office.start()
    assert office.create_account(alice).all(Welcome)


def test_the_same_key_under_another_name_is_refused() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    alice.username = "alice2"
    assert refused(office.create_account(alice)) == "account_exists"


@pytest.mark.parametrize(("name", "code"), [("ALICE", "username_taken"), ("Ꭺlice", "username_confusable")])
def test_a_name_that_is_taken_or_looks_like_it_is_refused(name: str, code: str) -> None:
    office = Office()
    office.newcomer("alice")
    assert refused(office.create_account(new_person(name))) == code


def test_whole_cyrillic_look_alikes_are_refused_in_both_orders() -> None:
    for first, second in (("paypa", "раура"), ("раура", "paypa")):
        office = Office()
        office.newcomer(first)
        assert refused(office.create_account(new_person(second))) == "username_confusable"


@pytest.mark.parametrize(
    ("presented", "admitted"),
    [
        (None, False),
        ([], False),
        ([hashlib.sha3_256(b"guess").digest()], False),
        ([PASSWORD_HASH, PASSWORD_HASH], False),
        ([PASSWORD_HASH], True),
    ],
)
def test_the_server_password_gates_joining(presented: list[bytes] | None, admitted: bool) -> None:
    office = Office(password_hashes=(PASSWORD_HASH,))
    alice = new_person("alice")
    alice.server_password = presented
    link = office.create_account(alice)
    assert link.last(ServerHello).password_required
    if admitted:
        assert link.all(Welcome)
    else:
        assert refused(link) == "server_password_wrong"


def test_a_known_device_authenticates_and_no_password_is_asked() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    assert office.authenticate(alice).all(Welcome)


def test_an_account_that_is_not_here_hears_so() -> None:
    assert refused(Office().authenticate(new_person("alice"))) == "not_on_server"


def test_a_device_that_the_account_does_not_list_hears_so() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    alice.device = new_device(repeatable_entropy(b"another computer"))
    assert refused(office.authenticate(alice)) == "device_removed"


def test_nobody_enters_as_somebody_else() -> None:
    office = Office()
    alice, mallory = person_of(office.newcomer("alice")), person_of(office.newcomer("mallory"))
    connection, greeting = office.greet(mallory)
    connection.say(msgspec.structs.replace(mallory.authenticate(greeting), account_id=alice.account_id))
    assert refused(connection) == "device_removed"
    connection, greeting = office.greet(mallory)
    stolen = msgspec.structs.replace(
        mallory.authenticate(greeting), account_id=alice.account_id, device_id=alice.device_id
    )
    connection.say(stolen)
    assert refused(connection) == "broke_protocol"


def test_a_proof_is_good_for_one_connection_only() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    _, old_greeting = office.greet(alice)
    replayed = alice.authenticate(old_greeting)
    connection, _ = office.greet(alice)
    connection.say(replayed)
    assert refused(connection) == "broke_protocol"


def test_a_start_counter_that_was_not_signed_is_refused() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    connection, greeting = office.greet(alice)
    connection.say(msgspec.structs.replace(alice.authenticate(greeting), start_counter=99))
    assert refused(connection) == "broke_protocol"


def test_a_forged_device_list_is_refused() -> None:
    office = Office()
    alice, mallory = new_person("alice"), new_person("mallory")
    connection, greeting = office.greet(alice)
    frame = mallory.create_account(greeting)
    forged = bytearray(frame.device_list)
    forged[-1] ^= 1
    connection.say(msgspec.structs.replace(frame, device_list=bytes(forged)))
    assert refused(connection) == "broke_protocol"


@pytest.mark.parametrize(("number", "devices"), [(2, 1), (1, 2)], ids=["a later list", "two devices"])
def test_a_first_device_list_has_number_one_and_one_device(number: int, devices: int) -> None:
    office, mallory = Office(), new_person("mallory")
    entries = [mallory.device.entry, new_device(mallory.entropy).entry]
    mallory.first_list = sign_device_list(mallory.account, number, tuple(entries[:devices]))
    assert refused(office.create_account(mallory)) == "broke_protocol"
    assert office.store.accounts.account(mallory.account_id) is None


def test_a_cid_belongs_to_one_account() -> None:
    office = Office()
    alice = new_person("alice")
    twin = AccountId(alice.account_id[:8].ljust(32, b"x"))
    office.store.accounts.add(twin, read_username("twin"), "Twin", b"list", 1, 0.0)
    assert refused(office.create_account(alice)) == "cid_taken"


def test_another_accounts_device_cannot_be_claimed() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    mallory = new_person("mallory")
    mallory.device = alice.device
    assert refused(office.create_account(mallory)) == "device_taken"


@pytest.mark.parametrize(
    ("versions", "code"),
    [((1, 1), "update_this_computer"), ((3, 4), "update_server"), ((2, 2), None), ((1, 9), None)],
    ids=["older", "newer", "same", "wider"],
)
def test_versions_meet_or_the_older_side_is_named(versions: tuple[int, int], code: str | None) -> None:
    connection = Office().connect()
    connection.say(ClientHello(versions, ["a future feature"], bytes(32)))
    if code is None:
        assert connection.last(ServerHello).version == 2
    else:
        assert refused(connection) == code


def test_a_server_says_what_it_runs_to_accounts_alone() -> None:
    office = Office()
    office.settings = replace(office.settings, version="1.2.3")
    office.start()
    assert office.newcomer("alice").last(Welcome).version == "1.2.3"
    connection = office.connect()
    connection.say(ClientHello((3, 4), [], bytes(32)))
    assert connection.last(OpeningRefused).params == {}


def test_a_program_of_any_version_can_read_that_it_is_refused() -> None:
    connection = Office().connect()
    connection.say(ClientHello((1, 1), [], bytes(32)))
    assert msgspec.msgpack.decode(encode(connection.last(OpeningRefused)))[:2] == ["Refused", "update_this_computer"]


@pytest.mark.parametrize(
    "frame",
    [
        Authenticate(new_person("alice").account_id, DeviceId(bytes(16)), 1, bytes(16), bytes(64)),
        ListAccounts(1, "", "", 10),
        SignalsTaken(3),
        DeleteAccount(1),
    ],
)
def test_nothing_but_a_hello_comes_first(frame: ClientFrame) -> None:
    connection = Office().connect()
    connection.say(frame)
    assert refused(connection) == "broke_protocol"


def test_nothing_but_a_proof_comes_second() -> None:
    office = Office()
    connection, _ = office.greet(new_person("alice"))
    connection.say(ListAccounts(1, "", "", 10))
    assert refused(connection) == "broke_protocol"


def test_a_second_hello_or_proof_ends_the_link() -> None:
    office = Office()
    alice = new_person("alice")
    for again in ("hello", "proof"):
        connection, greeting = office.greet(alice)
        connection.say(alice.create_account(greeting))
        connection.say(alice.hello() if again == "hello" else alice.authenticate(greeting))
        assert connection.ended_with == "broke_protocol"


# --- of two links of one device, one stays


def test_the_older_of_two_starts_is_fenced_off() -> None:
    office = Office()
    first = office.newcomer("alice")
    alice = person_of(first)
    alice.restarted()
    second = office.authenticate(alice)
    assert first.ended_with == "fenced"
    assert first.closed
    assert second.all(Welcome)
    assert not second.closed


def test_an_older_start_does_not_enter_beside_a_newer_one() -> None:
    office = Office()
    first = office.newcomer("alice")
    alice = person_of(first)
    alice.start_counter = 0
    assert refused(office.authenticate(alice)) == "fenced"
    assert not first.closed


def test_the_same_start_replaces_its_half_open_link_without_a_word() -> None:
    office = Office()
    first = office.newcomer("alice")
    second = office.authenticate(person_of(first))
    assert first.closed
    assert first.ended_with is None
    assert second.all(Welcome)


def test_a_clone_with_the_same_counter_learns_that_its_data_is_older() -> None:
    office = Office()
    first = office.newcomer("alice")
    alice = person_of(first)
    alice.start_id = b"the other clone!"
    second = office.authenticate(alice)
    assert first.ended_with == "fenced"
    assert second.welcome.start_counter_seen == alice.start_counter + 1


def test_restored_data_learns_that_it_is_older() -> None:
    office = Office()
    link = office.newcomer("alice")
    alice = person_of(link)
    alice.start_counter = 9
    office.authenticate(alice).drop()
    alice.start_counter = 3
    assert office.authenticate(alice).welcome.start_counter_seen == 9


def test_a_fresh_start_learns_nothing_alarming() -> None:
    office = Office()
    link = office.newcomer("alice")
    assert link.welcome.start_counter_seen == 0
    person_of(link).restarted()
    assert office.authenticate(person_of(link)).welcome.start_counter_seen == 1


def test_the_welcome_names_the_start_that_had_the_link_before_whatever_its_count() -> None:
    office = Office()
    link = office.newcomer("alice")
    alice = person_of(link)
    assert link.welcome.linked_before == b""
    first, alice.start_counter, alice.start_id = alice.start_id, 9, b"nine starts long"
    nine = office.authenticate(alice)
    assert nine.welcome.linked_before == first
    nine.drop()
    alice.start_counter, alice.start_id = 3, b"three starts ago"
    three = office.authenticate(alice)
    assert three.welcome.linked_before == b"nine starts long"
    three.drop()
    alice.start_counter, alice.start_id = 10, b"ten starts, then"
    assert office.authenticate(alice).welcome.linked_before == b"three starts ago"


def test_the_welcome_tells_which_devices_the_account_has() -> None:
    office = Office()
    link = office.newcomer("alice")
    assert link.welcome.device_list_number == 1
    assert link.welcome.devices == [DeviceRow(person_of(link).device_id, online=True)]


def test_frames_of_a_fenced_link_that_were_on_their_way_change_nothing() -> None:
    office = Office()
    first, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(first, bob)
    person_of(first).restarted()
    office.authenticate(person_of(first))
    first.say(deposit(bob, [1]))
    assert not first.all(Deposited)


# --- what the welcome tells


def test_the_welcome_tells_what_the_server_holds_in_runs() -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    bob.drop()
    for numbers in ([1, 2, 3], [7], [9, 10]):
        alice.say(deposit(bob, numbers))
    [sent] = office.authenticate(person_of(alice)).welcome.sent
    assert (sent.device, sent.deposited_up_to, sent.taken_up_to) == (person_of(bob).device_id, 10, 0)
    assert sent.held == [(1, 3), (7, 7), (9, 10)]
    [received] = office.authenticate(person_of(bob)).welcome.received
    assert (received.device, received.deposited_up_to) == (person_of(alice).device_id, 10)


def test_the_welcome_tells_at_most_64_runs() -> None:
    office = Office()
    alice, bob = office.newcomer("alice"), office.newcomer("bob")
    befriend(alice, bob)
    bob.drop()
    for start in range(1, 300, 100):
        alice.say(deposit(bob, range(start, start + 100, 2)))
    [sent] = office.authenticate(person_of(alice)).welcome.sent
    assert len(sent.held) == 64


def test_a_recorded_proof_of_the_password_is_worth_nothing_on_another_link() -> None:
    office = Office(password_hashes=(PASSWORD_HASH,))
    alice, eve = new_person("alice"), new_person("eve")
    alice.server_password = [PASSWORD_HASH]
    recorded: list[bytes] = []
    prove = alice.proves_password

    def proves_and_is_overheard(greeting: Greeting) -> list[bytes] | None:
        recorded.extend(prove(greeting) or [])
        return recorded

    alice.proves_password = proves_and_is_overheard  # type: ignore[method-assign]
    assert office.create_account(alice).all(Welcome)
    eve.proves_password = lambda greeting: recorded  # type: ignore[method-assign]
    assert refused(office.create_account(eve)) == "server_password_wrong"
    assert PASSWORD_HASH not in recorded, "nor does it tell the password's hash"


def guess(office: Office, number: int, network: str) -> str:
    guesser = new_person(f"guesser{number}")
    guesser.server_password = [hashlib.sha3_256(number.to_bytes(4, "big")).digest()]
    return refused(office.create_account(guesser, Caller(network)))


def test_wrong_passwords_are_slowed_down_for_one_network_and_not_for_others() -> None:
    office = Office(password_hashes=(PASSWORD_HASH,))
    codes = [guess(office, number, "192.0.2.1") for number in range(WRONG_PASSWORDS_AT_ONCE + 1)]
    assert codes == ["server_password_wrong"] * WRONG_PASSWORDS_AT_ONCE + ["too_many_passwords"]
    lucky, bob = new_person("lucky"), new_person("bob")
    lucky.server_password = bob.server_password = [PASSWORD_HASH]
    assert refused(office.create_account(lucky, Caller("192.0.2.1"))) == "too_many_passwords", (
        "a guess is not even looked at"
    )
    assert office.create_account(bob, Caller("192.0.2.2")).all(Welcome)
    office.pass_time(WRONG_PASSWORD_SECONDS)
    assert office.create_account(lucky, Caller("192.0.2.1")).all(Welcome)


def test_wrong_passwords_are_slowed_down_in_all_and_known_devices_never() -> None:
    office = Office(password_hashes=(PASSWORD_HASH,))
    alice = new_person("alice")
    alice.server_password = [PASSWORD_HASH]
    office.create_account(alice)
    joining = office.core._opening._joining
    for _ in range(WRONG_PASSWORDS_IN_ALL_AT_ONCE):
        joining._wrong_passwords._in_all.take("", office.now.monotonic)
    assert guess(office, 1, "198.51.100.7") == "too_many_passwords"
    assert office.create_account(alice).all(Welcome)


def test_no_proof_of_a_password_costs_the_server_a_slow_hash(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key is made once, at the start: whoever guesses keeps nobody waiting."""
    office = Office(password_hashes=(PASSWORD_HASH,))
    bob = new_person("bob")
    bob.server_password = [PASSWORD_HASH]
    here = office.create_account(bob)

    def slow(*_: object, **__: object) -> bytes:
        raise AssertionError("on the thread of everybody's events")

    monkeypatch.setattr(server_password, "argon2id", slow)
    for number in range(WRONG_PASSWORDS_AT_ONCE):
        guesser = new_person(f"guesser{number}")
        guesser.proves_password = lambda greeting: [bytes(32)]  # type: ignore[method-assign]
        assert refused(office.create_account(guesser)) == "server_password_wrong"
        assert isinstance(here.ask(ListAccounts, "", "", 10), AccountPage)


def test_a_welcome_says_where_the_server_can_be_reached_now() -> None:
    office = Office()
    alice = person_of(office.newcomer("alice"))
    office.happen(AddressesFound(("chat.example.org:12349", "192.168.1.5:12349")))
    assert office.authenticate(alice).welcome.addresses == ["chat.example.org:12349", "192.168.1.5:12349"]
