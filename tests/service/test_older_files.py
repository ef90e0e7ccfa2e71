"""Files that open and are older than they were: their log is gone or cut, or an older copy was put back."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from casemate.internal_service.core.account.delivery.notes import Note
from casemate.internal_service.core.sessions.ports import ListLost
from casemate.protocol.client import extensions as ext
from casemate.protocol.client import responses as to
from casemate.protocol.client.views import LocalAccount, Reason
from casemate.protocol.ids import Cid
from tests.service.asking import new_id
from tests.service.client import Client
from tests.service.house import House, Street


def hello(client: Client) -> ext.HelloAccepted:
    return client.expect(ext.HelloAccepted, ext.Hello(request_id=new_id(), client="test"))


def file_of(house: House, cid: Cid) -> Path:
    row = house.service.stores.service.account(cid)
    assert row is not None
    return house.folder / "accounts" / f"{row.name}.db"


def stop_at_once(house: House, path: Path) -> None:
    """As SIGKILL leaves it: nothing is written back, the log is there."""
    kept = {name: name.read_bytes() for name in (path, path.with_name(f"{path.name}-wal"))}
    mark = path.with_name(f"{path.name}.mark").read_bytes()
    house.kill()
    for name, data in kept.items():
        name.write_bytes(data)
    path.with_name(f"{path.name}.mark").write_bytes(mark)


def remove_log(path: Path) -> None:
    path.with_name(f"{path.name}-wal").unlink()


def cut_log(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    with log.open("r+b") as file:
        file.truncate(log.stat().st_size - 4096 * 2)


def flip_in_log(path: Path) -> None:
    log = path.with_name(f"{path.name}-wal")
    data = bytearray(log.read_bytes())
    data[-3000] ^= 1
    log.write_bytes(data)


LOSSES: dict[str, Callable[[Path], None]] = {"gone": remove_log, "cut": cut_log, "flipped": flip_in_log}


def acquainted(street: Street, house: House) -> tuple[Client, Cid, Client, Cid]:
    client, other = house.client(), street.house("other").client()
    alice, bob = client.register("alice"), other.register("bob")
    client.befriend(alice, other, bob)
    return client, alice, other, bob


def timeline(view: Client, cid: Cid, peer: Cid) -> list[str]:
    view.expect(ext.Snapshot, ext.Subscribe(request_id=new_id(), cid=cid))
    page = view.expect(ext.TimelinePage, view.timeline(cid, peer, limit=50))
    return [row.kind for row in page.messages]


def listed(house: House, cid: Cid) -> LocalAccount:
    [account] = [account for account in hello(house.client()).accounts if account.cid == cid]
    return account


def why(account: LocalAccount) -> Reason | None:
    return account.reason if isinstance(account.reason, Reason) else None


@pytest.mark.parametrize("loss", LOSSES)
def test_an_account_whose_log_is_gone_or_cut_starts_over_and_says_so(street: Street, house: House, loss: str) -> None:
    client, alice, other, bob = acquainted(street, house)
    house.service.stores.touch(
        file_of(house, alice).stem
    ).erase_traces()  # a checkpoint: what is older is a whole account
    client.send(alice, bob, b"after the checkpoint")
    other.send(bob, alice, b"so is this")
    path = file_of(house, alice)
    stop_at_once(house, path)
    LOSSES[loss](path)
    house.start()
    account = listed(house, alice)
    reason = why(account)
    assert reason is not None
    assert (reason.code, reason.params) == ("account_older", {"name": "alice", "file": str(path)})
    assert account.state == "orphaned", "it goes on"
    street.pass_time(60)
    kinds = timeline(house.view(), alice, bob)
    assert Note.RESTORED in kinds
    client = house.client()
    client.claim(alice)
    client.send(alice, bob, b"and it is heard")
    street.pass_time(60)
    assert [bytes(notice.message) for notice in other.heard(to.MessageNotification)][-1:] == [b"and it is heard"]
    house.restart()
    assert why(listed(house, alice)) is None, "said until the end of the process that found it"
    assert timeline(house.view(), alice, bob).count(Note.RESTORED) == 1, "once is enough"


def test_an_older_copy_of_one_account_is_known_without_anybody_elses_help(street: Street, house: House) -> None:
    client, alice, _, bob = acquainted(street, house)
    path = file_of(house, alice)
    house.kill()
    shutil.copy(path, older := path.with_suffix(".older"))
    house.start()
    client = house.client()
    client.claim(alice)
    client.send(alice, bob, b"after the copy")
    house.kill()
    shutil.copy(older, path)
    street.server_goes()
    house.start()
    reason = why(listed(house, alice))
    assert reason is not None
    assert reason.code == "account_older"
    assert Note.RESTORED in timeline(house.view(), alice, bob)


def test_a_process_that_is_killed_at_any_commit_is_never_told_older(street: Street, house: House) -> None:
    client, alice, _, bob = acquainted(street, house)
    path = file_of(house, alice)
    for number in range(20):
        client.send(alice, bob, b"%d" % number)
        stop_at_once(house, path)
        house.start()
        assert why(listed(house, alice)) is None
        client = house.client()
        client.claim(alice)
    assert Note.RESTORED not in timeline(house.view(), alice, bob)


@pytest.mark.parametrize("mark", [b"", b"x", b"x" * 40, b"x" * 9000, None])
def test_a_mark_that_says_nothing_accuses_nobody(street: Street, house: House, mark: bytes | None) -> None:
    client, alice, _, bob = acquainted(street, house)
    path = file_of(house, alice)
    house.kill()
    beside = path.with_name(f"{path.name}.mark")
    beside.unlink()
    if mark is not None:
        beside.write_bytes(mark)
    house.start()
    assert why(listed(house, alice)) is None
    client = house.client()
    client.claim(alice)
    client.send(alice, bob, b"the mark is written anew")
    assert beside.stat().st_size == 40 or mark == b"x" * 9000


def test_a_list_of_accounts_that_is_older_says_so_where_it_shows_what_was_found(house: House) -> None:
    house.client().register("alice")
    house.service.stores.service.erase_traces()
    house.client().register("bob")
    path = house.folder / "service.db"
    stop_at_once(house, path)
    remove_log(path)
    house.start()
    accepted = hello(house.client())
    assert [account.username for account in accepted.accounts] == ["alice"]
    assert len(accepted.found) == 1
    assert accepted.list_lost is not None
    assert accepted.list_lost.params["what"] == "older"


def test_where_a_damaged_list_lies_is_not_forgotten_over_an_older_one(house: House) -> None:
    store = house.service.stores.service
    with store.transaction():
        store.put_list_lost(ListLost("damaged", 1, "service.db.damaged-2026-11-28-120000"))
    store.erase_traces()
    house.client().register("alice")
    path = house.folder / "service.db"
    stop_at_once(house, path)
    remove_log(path)
    house.start()
    lost = hello(house.client()).list_lost
    assert lost is not None
    assert lost.params["kept_as"] == "service.db.damaged-2026-11-28-120000"
