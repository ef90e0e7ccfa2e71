"""Another password for an account that is signed in: the old one opens it no more, and nothing else changes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from casemate.protocol.client import extensions as ext
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done, RequestRefused
from casemate.protocol.ids import Cid
from tests.service.asking import PASSWORD, connect, disconnect, new_id
from tests.service.client import Client
from tests.service.house import House

NEW = "another one, a longer one"


def change(cid: Cid, old: str = PASSWORD, new: str = NEW) -> ext.ChangePassword:
    return ext.ChangePassword(
        request_id=new_id(), cid=cid, old_password=list(old.encode()), new_password=list(new.encode())
    )


def why_not(client: Client, request: ext.ChangePassword) -> str:
    return client.expect(RequestRefused, request).reason.code


def opens(house: House, password: str) -> bool:
    """Whether the account opens with it, beginning with nobody signed in."""
    view = house.view()
    for cid in view.sessions():
        view.ask(disconnect(cid))
    answer = view.ask(connect("alice", password))
    assert isinstance(answer, to.ConnectSuccess | to.ConnectFailure)
    return isinstance(answer, to.ConnectSuccess)


def vault_copies(house: House) -> list[bytes]:
    [row] = house.service.stores.service.accounts()
    return [row.vault, (house.folder / "accounts" / f"{row.name}.vault").read_bytes()]


def test_the_new_password_opens_the_account_and_the_old_one_does_not(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    view.expect(Done, change(cid))
    assert view.sessions() == [cid], "nobody is signed out by it"
    for _ in range(2):
        assert not opens(house, PASSWORD)
        assert opens(house, NEW)
        house.restart()


def test_a_lost_list_is_found_again_with_the_new_password(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    before = vault_copies(house)
    view.expect(Done, change(cid))
    in_the_list, beside_it = vault_copies(house)
    assert in_the_list == beside_it
    assert in_the_list not in before


def test_a_wrong_old_password_changes_nothing(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    before = vault_copies(house)
    assert why_not(view, change(cid, old="not the password")) == "wrong_password"
    assert vault_copies(house) == before
    assert opens(house, PASSWORD)


@pytest.mark.parametrize(("new", "code"), [("short", "malformed"), ("x" * 10_000, "too_long")])
def test_a_password_that_no_account_may_have_is_refused(house: House, new: str, code: str) -> None:
    view = house.view()
    cid = view.register("alice")
    assert why_not(view, change(cid, new=new)) == code
    assert opens(house, PASSWORD)


def test_passwords_are_tried_one_after_the_other(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    house.hold_vaults = True
    view.begin(change(cid))
    assert why_not(view, change(cid, old="a guess")) == "already_running"
    assert getattr(view.expect(to.ConnectFailure, connect("alice")).reason, "code", None) == "already_running"


def test_only_somebody_signed_in_with_our_own_page_changes_it(house: House) -> None:
    view, plain = house.view(), house.client()
    cid = view.register("alice")
    assert why_not(plain, change(cid)) == "views_only"
    view.ask(disconnect(cid))
    assert why_not(view, change(cid)) == "signed_out"


def test_whoever_signs_out_meanwhile_keeps_the_old_password(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    house.hold_vaults = True
    asked = view.begin(change(cid))
    view.ask(disconnect(cid))
    house.release_vaults()
    [answer] = view.answers(asked)
    assert isinstance(answer, RequestRefused)
    assert answer.reason.code == "signed_out"
    assert opens(house, PASSWORD)


def test_a_change_that_was_not_committed_never_counts(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The computer goes down between the copy beside the database and the list of accounts."""
    view = house.view()
    cid = view.register("alice")
    before = vault_copies(house)
    left: list[list[bytes]] = []
    put: Callable[..., None] = house.service.stores.service.put_account

    def goes_down(_row: object) -> None:
        left.append([path.read_bytes() for path in (house.folder / "accounts").glob("*.vault")])
        raise RuntimeError("power")

    monkeypatch.setattr(house.service.stores.service, "put_account", goes_down)
    view.begin(change(cid))
    monkeypatch.setattr(house.service.stores.service, "put_account", put)
    assert left[0][0] not in before, "the copy beside the database was new already"
    assert vault_copies(house) == before, "an event that is undone puts the old one back"
    for path in (house.folder / "accounts").glob("*.vault"):
        path.write_bytes(left[0][0])
    house.restart()
    assert vault_copies(house) == before, "a start believes the list"
    assert opens(house, PASSWORD)


def test_what_the_old_password_opened_stays_in_no_log(house: House) -> None:
    view = house.view()
    cid = view.register("alice")
    [old, _] = vault_copies(house)
    files: list[Path] = [path for path in house.folder.rglob("*") if path.is_file()]
    assert any(old in path.read_bytes() for path in files)
    view.expect(Done, change(cid))
    kept = [path.name for path in house.folder.rglob("*") if path.is_file() and old in path.read_bytes()]
    assert kept == []
