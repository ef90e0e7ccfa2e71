"""What lies on the disk after signing out opens no account: neither the log nor any older copy of it."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from casemate.crypto.errors import StoredStateDamaged, WrongPassword
from casemate.crypto.keys import MachineKey
from casemate.crypto.vault import unlock_sign_in_key, unlock_with_sign_in_key
from casemate.internal_service.adapters.account_files import AccountFiles
from casemate.internal_service.adapters.service_store import open_service_store
from casemate.internal_service.core.sessions.vaults import bound_to
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import responses as to
from casemate.protocol.client.extension_bases import Done
from casemate.protocol.ids import Cid
from tests.service.asking import connect, disconnect, new_id
from tests.service.house import House

PAGE_BYTES = 4096
FRAME_BYTES = 24 + PAGE_BYTES
HEADER_BYTES = 32
LOG = "service.db-wal"


def opened_by_a_thief(files: Path) -> int:
    """How many accounts whoever has these files and the key of the computer opens without a password."""
    key = MachineKey(b"m" * 32)
    store = open_service_store(files, key, synchronous="OFF")
    accounts = AccountFiles(files, synchronous="OFF")
    opened = 0
    for row in store.accounts():
        kept = accounts.sign_in_key(row.name)
        if kept is None or row.machine_vault is None:
            continue
        try:
            sign_in = unlock_sign_in_key(kept, key, bound_to(row.name))
            accounts.open(row.name, unlock_with_sign_in_key(row.machine_vault, sign_in, bound_to(row.name))).close()
            opened += 1
        except (WrongPassword, StoredStateDamaged):
            continue
    store.close()
    return opened


def every_prefix_of_the_log(files: Path, scratch: Path) -> Iterator[Path]:
    """The directory as it would be had the log been cut after each of its pages."""
    log = (files / LOG).read_bytes()
    for end in range(HEADER_BYTES, len(log) + 1, FRAME_BYTES):
        copy = scratch / f"cut-{end}"
        shutil.copytree(files, copy)
        (copy / LOG).write_bytes(log[:end])
        yield copy


def copy_of(house: House, scratch: Path) -> Path:
    """As a thief takes it while the service runs."""
    copy = scratch / f"copy-{len(list(scratch.iterdir()))}"
    shutil.copytree(house.folder, copy)
    return copy


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    made = tmp_path / "scratch"
    made.mkdir()
    return made


def test_while_signed_in_the_key_of_the_computer_opens_the_account(house: House, scratch: Path) -> None:
    """What the next test would see, were nothing erased."""
    house.client().register("alice")
    assert opened_by_a_thief(copy_of(house, scratch)) == 1


@pytest.mark.parametrize("ends", ["runs on", "killed"])
def test_after_signing_out_no_prefix_of_the_log_opens_anything(house: House, scratch: Path, ends: str) -> None:
    client = house.client()
    cid = client.register("alice")
    client.ask(disconnect(cid))
    client.ask(connect("alice"))
    signed_in = copy_of(house, scratch)
    client.ask(disconnect(cid))
    signed_out = copy_of(house, scratch)
    if ends == "killed":
        house.restart()
        signed_out = copy_of(house, scratch)
    if ends == "runs on":
        assert (signed_out / LOG).stat().st_size == 0, "whoever was answered knows that the log is empty"
    assert opened_by_a_thief(signed_out) == 0
    # And with the database and log of before, as backups and forgotten blocks of the disk hold them.
    older = scratch / "older"
    shutil.copytree(signed_in, older)
    shutil.rmtree(older / "accounts")
    shutil.copytree(house.folder / "accounts", older / "accounts")
    cut = list(every_prefix_of_the_log(older, scratch))
    assert len(cut) >= 2
    assert [opened_by_a_thief(copy) for copy in cut] == [0] * len(cut)


def test_each_sign_in_has_a_key_of_its_own(house: House, scratch: Path) -> None:
    client = house.client()
    cid = client.register("alice")
    first = copy_of(house, scratch)
    client.ask(disconnect(cid))
    client.ask(connect("alice"))
    again = copy_of(house, scratch)
    [kept] = [path.name for path in (again / "accounts").glob("*.signed-in")]
    shutil.copy(first / "accounts" / kept, again / "accounts" / kept)
    assert opened_by_a_thief(again) == 0, "the key of an earlier sign-in opens nothing of a later one"


@pytest.mark.parametrize("half", ["the key", "the vault"])
def test_one_half_without_the_other_means_signed_out(house: House, scratch: Path, half: str) -> None:
    client = house.client()
    cid = client.register("alice")
    if half == "the key":
        for path in (house.folder / "accounts").glob("*.signed-in"):
            path.unlink()
    else:
        [row] = house.service.stores.service.accounts()
        with house.service.stores.service.transaction():
            house.service.stores.service.put_account(replace(row, machine_vault=None))
    house.restart()
    view = house.view()
    assert view.sessions() == []
    assert not list((house.folder / "accounts").glob("*.signed-in"))
    view.expect(to.ConnectSuccess, connect("alice"))
    assert view.sessions() == [cid]


def test_who_wants_to_be_asked_at_each_start_leaves_nothing_behind(house: House, scratch: Path) -> None:
    view = house.view()
    cid = view.register("alice")
    view.expect(Done, settings(cid, ask=True))
    assert opened_by_a_thief(copy_of(house, scratch)) == 0
    view.expect(Done, settings(cid, ask=False))
    assert opened_by_a_thief(copy_of(house, scratch)) == 1
    house.restart()
    assert house.view().sessions() == [cid]


def settings(cid: Cid, *, ask: bool) -> ext.SetSettings:
    return ext.SetSettings(request_id=new_id(), cid=cid, ask_password_at_start=ask)
