"""Files that were lost, came back older, or were damaged: nothing unknown is deleted, and everybody hears of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from casemate.internal_service.adapters.account_store import open_account_store
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import requests as ask
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.client.views import FoundAccountFile, Reason
from casemate.protocol.ids import Cid
from tests.service.asking import PASSWORD, connect, message, new_id, peer_connect, peer_register, register
from tests.service.client import Client
from tests.service.house import House, Street


def hello(client: Client) -> ext.HelloAccepted:
    return client.expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="test"))


def adopt(found: FoundAccountFile, password: str = PASSWORD) -> ext.AdoptAccount:
    return ext.AdoptAccount(request_id=new_id(), name=found.name, password=list(password.encode()))


def why_not(view: Client, request: ext.AdoptAccount) -> str:
    """The code of the refusal."""
    why = view.expect(to.ConnectFailure, request).reason
    assert isinstance(why, Reason)
    return why.code


def files_of(house: House) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in (house.folder / "accounts").iterdir()}


def lose_list(house: House) -> None:
    house.kill()
    for name in ("service.db", "service.db-wal"):
        (house.folder / name).unlink(missing_ok=True)


def empty_list(house: House) -> None:
    house.kill()
    (house.folder / "service.db").write_bytes(b"")


def flip_in_list(house: House) -> None:
    house.kill()
    path = house.folder / "service.db"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)


def truncate_list(house: House) -> None:
    house.kill()
    path = house.folder / "service.db"
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def flip_first_byte_of_list(house: House) -> None:
    house.kill()
    damaged_account(house.folder / "service.db")


LOSSES: dict[str, tuple[Callable[[House], None], str]] = {
    "missing": (lose_list, "missing"),
    "empty": (empty_list, "empty"),
    "page flipped": (flip_in_list, "damaged"),
    "truncated": (truncate_list, "damaged"),
    "header flipped": (flip_first_byte_of_list, "damaged"),
}


@pytest.mark.parametrize("loss", LOSSES)
def test_no_account_is_lost_with_the_list_of_accounts(street: Street, house: House, loss: str) -> None:
    client = house.client()
    client.expect(to.ConnectSuccess, register("alice"))
    client.expect(to.ConnectSuccess, register("bob"))
    lose, what = LOSSES[loss]
    lose(house)
    before = files_of(house)
    house.start()
    assert files_of(house) == before
    accepted = hello(view := house.client())
    assert accepted.accounts == []
    assert accepted.list_lost is not None
    assert (accepted.list_lost.code, accepted.list_lost.params["what"]) == ("list_lost", what)
    assert [found.has_vault for found in accepted.found] == [True, True]
    names = set()
    for found in accepted.found:
        success = view.expect(to.ConnectSuccess, adopt(found))
        names.add(view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=success.cid)).account.username)
    assert names == {"alice", "bob"}
    after = view.heard(ext.LocalAccountsChanged)[-1]
    assert (after.found, after.list_lost) == ([], None)
    assert [account.state for account in after.accounts] == ["active", "active"]
    house.restart()
    assert {account.state for account in hello(house.client()).accounts} == {"orphaned"}


def test_an_older_list_offers_the_accounts_that_it_does_not_know(street: Street, house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    house.kill()
    older = (house.folder / "service.db").read_bytes()
    house.start()
    house.client().expect(to.ConnectSuccess, register("bob"))
    house.kill()
    (house.folder / "service.db").write_bytes(older)
    house.start()
    accepted = hello(view := house.client())
    assert [account.username for account in accepted.accounts] == ["alice"]
    assert accepted.list_lost is not None
    assert accepted.list_lost.params["what"] == "older"
    [found] = accepted.found
    assert found.found_at == int(street.now.wall * 1000)
    street.pass_time(86_400)
    house.restart()
    view = house.client()
    assert hello(view).found == [found], "the date is when it was noticed first"
    assert why_not(view, adopt(found, "not the password")) == "wrong_password"
    view.expect(to.ConnectSuccess, adopt(found))


def test_a_found_file_without_its_vault_says_what_is_missing(house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    lose_list(house)
    [vault] = (house.folder / "accounts").glob("*.vault")
    vault.unlink()
    house.start()
    view = house.client()
    [found] = hello(view).found
    assert not found.has_vault
    assert why_not(view, adopt(found)) == "no_password_vault"


def test_accounts_made_before_vaults_lay_beside_their_files_get_theirs(house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    house.kill()
    [vault] = (house.folder / "accounts").glob("*.vault")
    before = vault.read_bytes()
    vault.unlink()
    house.start()
    assert vault.read_bytes() == before


def test_only_the_password_vault_lies_beside_the_file(house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    [row] = house.service.stores.service.accounts()
    assert row.machine_vault is not None
    everything = b"".join(files_of(house).values())
    assert row.vault in everything
    assert row.machine_vault not in everything


def test_what_its_owner_deleted_is_gone_even_if_the_computer_goes_down_first(house: House) -> None:
    client = house.client()
    cid = client.expect(to.ConnectSuccess, register("alice")).cid
    kept = files_of(house)
    client.expect(to.DeregisterSuccess, ask.Deregister(request_id=new_id(), cid=cid))
    house.kill()
    for name, data in kept.items():
        (house.folder / "accounts" / name).write_bytes(data)
    house.start()
    assert files_of(house) == {}
    assert hello(house.client()).found == []


def test_a_registration_that_never_ended_goes_on_after_its_file_was_found(street: Street, house: House) -> None:
    street.server_goes()
    client = house.client()
    client.begin(register("alice"))
    lose_list(house)
    house.start()
    view = house.client()
    [found] = hello(view).found
    assert why_not(view, adopt(found)) == "never_created"
    street.server_comes()
    view.expect(to.ConnectSuccess, register("alice"))


def test_a_found_file_is_deleted_when_a_person_wants_that(house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    lose_list(house)
    house.start()
    view = house.view()
    [found] = hello(view).found
    view.expect(Done, ext.ForgetFoundAccount(request_id=new_id(), name=found.name))
    after = view.heard(ext.LocalAccountsChanged)[-1]
    assert (after.found, after.list_lost) == ([], None)
    assert files_of(house) == {}
    again = view.expect(RequestRefused, ext.ForgetFoundAccount(request_id=new_id(), name=found.name))
    assert again.reason.code == "unknown_account"
    house.restart()
    assert hello(house.client()).found == []


@pytest.mark.parametrize("what", ["damaged", "missing"])
def test_an_account_beyond_repair_is_forgotten_when_a_person_wants_that(house: House, what: str) -> None:
    alice = house.client().expect(to.ConnectSuccess, register("alice")).cid
    bob = house.client().expect(to.ConnectSuccess, register("bob")).cid
    row = house.service.stores.service.account(alice)
    assert row is not None
    house.kill()
    path = house.folder / "accounts" / f"{row.name}.db"
    damaged_account(path) if what == "damaged" else path.unlink()
    house.start()
    view = house.view()
    whole = view.expect(RequestRefused, ext.ForgetDamagedAccount(request_id=new_id(), cid=bob))
    assert whole.reason.code == "malformed", "what opens is deleted by its owner, signed in"
    view.expect(Done, ext.ForgetDamagedAccount(request_id=new_id(), cid=alice))
    assert [account.username for account in view.heard(ext.LocalAccountsChanged)[-1].accounts] == ["bob"]
    assert not [name for name in files_of(house) if name.startswith(row.name)]
    house.restart()
    accepted = hello(house.client())
    assert [account.username for account in accepted.accounts] == ["bob"]
    assert accepted.found == []


# --- one account's file


def damaged_account(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[3] ^= 1
    path.write_bytes(data)


def test_a_damaged_account_is_named_and_the_others_go_on(street: Street, house: House) -> None:
    client = house.client()
    alice = client.expect(to.ConnectSuccess, register("alice")).cid
    bob = client.expect(to.ConnectSuccess, register("bob")).cid
    row = house.service.stores.service.account(alice)
    assert row is not None
    house.kill()
    path = house.folder / "accounts" / f"{row.name}.db"
    whole = path.read_bytes()
    damaged_account(path)
    damaged = path.read_bytes()
    house.start()
    view = house.client()
    accounts = {account.cid: account for account in hello(view).accounts}
    why = accounts[alice].reason
    assert accounts[alice].state == "signed_out"
    assert why is not None
    assert (why.code, why.params) == ("account_damaged", {"name": "alice", "what": "damaged", "file": str(path)})
    assert (accounts[bob].state, accounts[bob].reason) == ("orphaned", None)
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=bob))
    refused = view.expect(RequestRefused, ext.Subscribe(request_id=new_id(), cid=alice))
    assert refused.reason == why
    assert view.expect(to.ConnectFailure, connect("alice")).reason == why
    assert path.read_bytes() == damaged
    house.kill()
    path.write_bytes(whole)
    house.start()
    accounts = {account.cid: account for account in hello(house.client()).accounts}
    assert (accounts[alice].state, accounts[alice].reason) == ("orphaned", None), "put back, it is signed in as before"


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "truncated": lambda data: data[: len(data) // 2],
    "empty": lambda data: b"",
    "header flipped": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "first page flipped": lambda data: data[:2000] + bytes([data[2000] ^ 1]) + data[2001:],
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_whatever_befell_the_file_of_an_account_it_is_named_and_left_alone(house: House, damage: str) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    house.kill()
    [path] = (house.folder / "accounts").glob("*.db")
    damaged = DAMAGES[damage](path.read_bytes())
    path.write_bytes(damaged)
    house.start()
    [account] = hello(house.client()).accounts
    assert account.reason is not None
    expected = ("account_damaged", {"name": "alice", "what": "damaged", "file": str(path)})
    assert (account.reason.code, account.reason.params) == expected
    assert path.read_bytes() == damaged


def test_an_account_whose_file_is_gone_says_so(house: House) -> None:
    house.client().expect(to.ConnectSuccess, register("alice"))
    house.kill()
    for path in (house.folder / "accounts").glob("*.db"):
        path.unlink()
    house.start()
    [account] = hello(house.client()).accounts
    assert account.reason is not None
    assert account.reason.params["what"] == "missing"


def flip_a_page_of_old_messages(house: House, cid: Cid) -> None:
    """Under the running service, in a page that it has not read since it started."""
    host = house.service._hosts.get(cid)
    assert host is not None
    path = Path(house.service.stores.path_of(host.name))
    house.kill()
    with open_account_store(path, host.key.secret, synchronous="OFF").database as database:
        pages = database.rows("SELECT pageno FROM dbstat WHERE name = 'messages' AND pagetype = 'leaf' ORDER BY path")
    house.start()
    data = bytearray(path.read_bytes())
    [page] = pages[len(pages) // 3]
    data[(page - 1) * 4096 + 2000] ^= 1
    path.write_bytes(data)


def test_a_page_that_is_flipped_under_a_running_service_closes_that_account_only(street: Street, house: House) -> None:
    client, away = house.client(), street.house("other").client()
    alice, bob, carol = client.register("alice"), away.register("bob"), client.register("carol")
    client.begin(peer_register(alice, bob))
    away.begin(ask.PeerRegisterRespond(request_id=new_id(), cid=bob, peer_cid=alice, accept=True))
    client.begin(peer_connect(alice, bob))
    away.begin(peer_connect(bob, alice))
    for number in range(200):
        client.begin(message(alice, bob, b"%d" % number * 300))
    flip_a_page_of_old_messages(house, alice)

    plain = house.client()
    for name in ("alice", "carol"):
        plain.expect(to.SessionAlreadyActive, connect(name))
    view, other = house.view(), house.view()
    for cid in (alice, carol):
        view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    other.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=carol))
    refusals, before = [], None
    for _ in range(10):
        answer = view.ask(view.timeline(alice, bob, before=before, limit=40))
        if isinstance(answer, RequestRefused):
            refusals.append(answer.reason)
            break
        assert isinstance(answer, ext.TimelinePage)
        before = answer.messages[0].order
    assert [why.code for why in refusals] == ["account_damaged"]
    assert refusals[0].params["name"] == "alice"
    assert [notice.cid for notice in plain.heard(to.DisconnectNotification)] == [alice]
    accounts = {account.cid: account for account in view.heard(ext.LocalAccountsChanged)[-1].accounts}
    assert (accounts[alice].state, accounts[alice].reason) == ("signed_out", refusals[0])
    assert (accounts[carol].state, accounts[carol].reason) == ("active", None)
    other.expect(Done, ext.SetSettings(request_id=new_id(), cid=carol, auto_connect=True))
    again = view.expect(to.ConnectFailure, connect("alice"))
    assert again.reason == refusals[0], "it is looked through before it is opened again"
    street.pass_time(60)
    away.expect(to.MessageSendSuccess, message(bob, alice, b"kept by the server"))
