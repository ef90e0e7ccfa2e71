"""A server that runs another version than this service is said to views; nothing else follows from it."""

from casemate.protocol.client import extensions as ext
from casemate.protocol.client.views import AccountChanged, ServerProgramView
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street

COMING_BACK_SECONDS = 40.0


def shown(view: Client, cid: Cid) -> ServerProgramView | None:
    snapshot = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    return snapshot.account.server_program


def test_newer_and_older_servers_are_told_and_the_same_is_not(street: Street, house: House) -> None:
    view = house.view()
    alice = view.register("alice")
    for version, program in (
        ("0.5.0", None),
        ("0.6.0", ServerProgramView(version="0.6.0", newer=True, own=False)),
        ("0.4.9", ServerProgramView(version="0.4.9", newer=False, own=False)),
        ("", None),
        ("1.0; curl example.org | sh", None),
        ("9" * 100_000, None),
    ):
        street.server_runs(version)
        street.pass_time(COMING_BACK_SECONDS)
        assert shown(view, alice) == program


def test_open_windows_hear_of_it_when_the_server_comes_back(street: Street, house: House) -> None:
    view = house.view()
    alice = view.register("alice")
    assert shown(view, alice) is None
    street.server_runs("0.6.0")
    street.pass_time(COMING_BACK_SECONDS)
    events = [event for pushed in view.heard(ext.ViewEvents) for event in pushed.events]
    last = [event for event in events if isinstance(event, AccountChanged)][-1]
    assert last.account.server_program == ServerProgramView(version="0.6.0", newer=True, own=False)


def test_it_stays_said_while_the_server_is_away(street: Street, house: House) -> None:
    view = house.view()
    alice = view.register("alice")
    street.server_runs("0.6.0")
    street.pass_time(COMING_BACK_SECONDS)
    street.server_goes()
    street.pass_time(COMING_BACK_SECONDS)
    assert shown(view, alice) is not None


def test_whose_server_it_is_is_known(street: Street, house: House) -> None:
    view = house.view()
    alice = view.register("alice")
    snapshot = view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=alice))
    house.kill()
    house.own_server_key = bytes.fromhex(snapshot.account.server_fingerprint.replace(" ", ""))
    house.start()
    street.server_runs("0.6.0")
    street.pass_time(COMING_BACK_SECONDS)
    assert shown(house.view(), alice) == ServerProgramView(version="0.6.0", newer=True, own=True)
