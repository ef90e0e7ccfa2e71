"""What an account does with itself: bundles, device lists, its end."""

from casemate.crypto.identity import new_device, rotate_account_key, sign_device_list
from casemate.crypto.testing import repeatable_entropy
from casemate.protocol.ids import DeviceId
from casemate.protocol.limits import BUNDLE_BYTES
from casemate.protocol.link import (
    AccountGone,
    AccountPage,
    AskRegistration,
    BundleFound,
    DeleteAccount,
    DeviceListChanged,
    FetchBundle,
    ListAccounts,
    OpeningRefused,
    Presence,
    PublishBundle,
    PublishDeviceList,
    Receipt,
    RequestDone,
    SetBlock,
    Welcome,
)
from casemate.server.tests.office import Connection, Office, deposit, person_of
from casemate.server.tests.people import BUNDLE, new_person


def second_device(connection: Connection) -> bytes:
    """A list with another device besides the first."""
    person = person_of(connection)
    other = new_device(repeatable_entropy(b"second device of " + person.username.encode()))
    return sign_device_list(person.account, 2, (person.device.entry, other.entry))


def test_a_registered_peer_fetches_the_last_bundle(alice: Connection, bob: Connection) -> None:
    first = alice.ask(FetchBundle, person_of(bob).device_id)
    assert isinstance(first, BundleFound)
    assert first.bundle == BUNDLE
    bob.ask(PublishBundle, b"new bundle")
    second = alice.ask(FetchBundle, person_of(bob).device_id)
    assert isinstance(second, BundleFound)
    assert second.bundle == b"new bundle"


def test_strangers_and_blocked_people_fetch_no_bundle(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    assert carol.refusal(FetchBundle, person_of(bob).device_id) == "not_registered"
    assert carol.refusal(FetchBundle, DeviceId(bytes(16))) == "unknown_peer"
    bob.ask(SetBlock, person_of(alice).account_id, True)
    assert alice.refusal(FetchBundle, person_of(bob).device_id) == "not_accepting"


def test_an_oversized_bundle_breaks_the_protocol(alice: Connection) -> None:
    alice.say(PublishBundle(1, bytes(BUNDLE_BYTES + 1)))
    assert alice.ended_with == "broke_protocol"


def test_a_newer_device_list_reaches_every_registered_peer(office: Office, alice: Connection, bob: Connection) -> None:
    carol = office.newcomer("carol")
    devices = second_device(bob)
    assert isinstance(bob.ask(PublishDeviceList, devices), RequestDone)
    assert alice.signal(DeviceListChanged).device_list == devices
    assert carol.signals() == []
    assert isinstance(bob.ask(PublishDeviceList, devices), RequestDone), "again, after a lost answer"
    assert len([body for body in alice.signals() if isinstance(body, DeviceListChanged)]) == 1


def test_only_the_newest_list_waits_for_a_peer_who_is_away(office: Office, alice: Connection, bob: Connection) -> None:
    alice.drop()
    bob.ask(PublishDeviceList, second_device(bob))
    person = person_of(bob)
    last = sign_device_list(person.account, 3, (person.device.entry,))
    bob.ask(PublishDeviceList, last)
    waiting = [b for b in office.authenticate(person_of(alice)).signals() if isinstance(b, DeviceListChanged)]
    assert [body.device_list for body in waiting] == [last]


def test_a_listed_device_may_enter_beside_the_first(office: Office, alice: Connection, bob: Connection) -> None:
    bob.ask(PublishDeviceList, second_device(bob))
    laptop = new_person("bob")
    laptop.device = new_device(repeatable_entropy(b"second device of bob"))
    link = office.authenticate(laptop)
    assert link.all(Welcome)
    assert not bob.closed
    alice.heard.clear()
    bob.drop()
    assert not alice.all(Presence), "bob is still here with the other device"


def test_a_removed_device_is_sent_away_and_its_mailbox_goes(office: Office, alice: Connection, bob: Connection) -> None:
    bob.ask(PublishDeviceList, second_device(bob))
    laptop = new_person("bob")
    laptop.device = new_device(repeatable_entropy(b"second device of bob"))
    link = office.authenticate(laptop)
    alice.say(deposit(link, [1]))
    person = person_of(bob)
    bob.ask(PublishDeviceList, sign_device_list(person.account, 3, (person.device.entry,)))
    assert link.ended_with == "device_removed"
    assert office.authenticate(laptop).last(OpeningRefused).code == "device_removed"
    assert office.store.mailbox.pairs_to(laptop.device_id) == []
    assert not bob.closed


def test_a_list_that_is_older_forked_or_foreign_breaks_the_protocol(
    office: Office, alice: Connection, bob: Connection
) -> None:
    person = person_of(bob)
    bob.ask(PublishDeviceList, second_device(bob))
    other = new_device(person.entropy).entry
    for wrong in (
        person.device_list,  # number 1 again
        sign_device_list(person.account, 2, (person.device.entry,)),  # another list of number 2
        sign_device_list(person_of(alice).account, 3, (person.device.entry,)),
        sign_device_list(person.account, 3, (person.device.entry, other))[:-1] + b"\0",
    ):
        bob.say(PublishDeviceList(77, wrong))
        assert bob.ended_with == "broke_protocol"
        bob = office.authenticate(person)


def test_an_account_key_may_be_rotated_once_per_list(office: Office, bob: Connection) -> None:
    person = person_of(bob)
    rotated = rotate_account_key(person.account, person.entropy)
    assert isinstance(bob.ask(PublishDeviceList, sign_device_list(rotated, 2, (person.device.entry,))), RequestDone)
    bob.say(PublishDeviceList(99, sign_device_list(person.account, 3, (person.device.entry,))))
    assert bob.ended_with == "broke_protocol", "the old key does not come back"


def test_another_accounts_device_cannot_be_listed(alice: Connection, bob: Connection) -> None:
    person = person_of(bob)
    stolen = sign_device_list(person.account, 2, (person.device.entry, person_of(alice).device.entry))
    assert bob.refusal(PublishDeviceList, stolen) == "device_taken"


def test_deleting_an_account_removes_all_of_it_and_tells_its_peers(
    office: Office, alice: Connection, bob: Connection
) -> None:
    carol, dave = office.newcomer("carol"), office.newcomer("dave")
    bob.ask(AskRegistration, person_of(carol).account_id, b"card")
    dave.ask(AskRegistration, person_of(bob).account_id, b"card")
    alice.say(deposit(bob, [1]))
    bob.say(deposit(alice, [1, 2]), Receipt(person_of(alice).device_id, 1, b"sealed"))
    assert isinstance(bob.ask(DeleteAccount), RequestDone)
    assert bob.ended_with == "account_deleted"
    for other in (alice, carol, dave):
        assert other.signal(AccountGone).account == person_of(bob).account_id
    page = alice.ask(ListAccounts, "bob", "", 10)
    assert isinstance(page, AccountPage)
    assert page.total == 0
    alice_again = office.authenticate(person_of(alice))
    assert (alice_again.welcome.sent, alice_again.welcome.received, alice_again.welcome.presence) == ([], [], [])
    assert office.authenticate(person_of(bob)).last(OpeningRefused).code == "not_on_server"
    assert _rows_about(office, person_of(bob).account_id, person_of(bob).device_id) == [("signals", "about")] * 3


def _rows_about(office: Office, *ids: bytes) -> list[tuple[str, str]]:
    """(table, column) of every row that still names one of these ids."""
    database = office.store._database
    found = []
    for (table,) in database.rows("SELECT name FROM sqlite_schema WHERE type = 'table'"):
        for _, column, *_rest in database.rows(f"PRAGMA table_info({table})"):
            for wanted in ids:
                if table == "kept_names":
                    continue  # whose name it was, so that its owner may have it again
                found += [(table, column)] * len(database.rows(f"SELECT 1 FROM {table} WHERE {column} = ?", wanted))
    return found
