"""A server's database of an earlier version is brought up to date and loses nothing by it."""

from importlib import resources
from pathlib import Path

import pytest

from casemate.protocol.ids import AccountId
from casemate.protocol.limits import DAY_SECONDS
from casemate.runtime.sqlite import Database
from casemate.server.adapters.sqlite_store import open_server_store

PACKAGE = "casemate.server.adapters.sqlite_store"
OLD = ("0001_start.sql", "0002_endpoints.sql")
NEWEST_SECONDS = 1_800_000_000.0


def before_the_time_was_counted(tmp_path: Path) -> Database:
    old = Database.open(tmp_path / "server.db", synchronous="OFF")
    old.script("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
    for number, name in enumerate(OLD, start=1):
        old.script((resources.files(PACKAGE) / "migrations" / name).read_text())
        old.execute("INSERT INTO migrations VALUES (?, ?)", number, name)
    return old


def test_envelopes_and_requests_from_before_the_time_was_counted_go_no_earlier(tmp_path: Path) -> None:
    """They were marked with the clock, which may have been anywhere since."""
    with before_the_time_was_counted(tmp_path) as old:
        for account, device in ((b"\x0a", b"\x0b"), (b"\x0c", b"\x0d")):
            old.execute(
                "INSERT INTO accounts (account_id, cid, username, folded, skeleton, full_name, searched, device_list,"
                " device_list_number, registered_at) VALUES (?1, ?1, hex(?1), hex(?1), hex(?1), '', '', x'', 1, 0.0)",
                account,
            )
            old.execute("INSERT INTO devices (device_id, account_id, signing_key) VALUES (?, ?, x'')", device, account)
        old.execute("INSERT INTO pairs VALUES (1, x'0a', x'0b', x'0c', x'0d', 2, 0, 2, 2, 0)")
        old.execute("INSERT INTO envelopes VALUES (1, 1, ?, x'01'), (1, 2, ?, x'02')", 5.0, NEWEST_SECONDS - 60)
        old.execute("INSERT INTO asks VALUES (x'0a', x'0c', x'', ?)", NEWEST_SECONDS)
    store = open_server_store(tmp_path)
    served = store.served_time.seconds()
    assert served == NEWEST_SECONDS
    assert [(gone.first, gone.last) for gone in store.mailbox.expire(served - 3600, 9)] == [(1, 1)]
    assert store.registrations.asked_before(served - 3600, 9) == []
    assert store.registrations.waiting(AccountId(b"\x0a")) == (1, 0)
    assert store.registrations.waiting(AccountId(b"\x0c")) == (0, 1)
    store.close()


def test_people_from_before_accents_were_folded_are_found_and_ordered_by_what_one_sees(tmp_path: Path) -> None:
    with before_the_time_was_counted(tmp_path) as old:
        people = ((b"\x0a", "aaa", "Zoë"), (b"\x0b", "bbb", "Émile"), (b"\x0c", "ccc", "Finn"))
        for account, username, full_name in people:
            old.execute(
                "INSERT INTO accounts (account_id, cid, username, folded, skeleton, full_name, searched, device_list,"
                " device_list_number, registered_at) VALUES (?1, ?1, ?2, ?2, ?2, ?3, ?3, x'', 1, 0.0)",
                account,
                username,
                full_name,
            )
    for _ in range(2):
        store = open_server_store(tmp_path)
        viewer = AccountId(bytes(32))
        assert [row.full_name for _, row in store.directory.page(viewer, "", "", 9)] == ["Émile", "Finn", "Zoë"]
        assert [row.full_name for _, row in store.directory.page(viewer, "zoe", "", 9)] == ["Zoë"]
        store.close()


def test_the_quiet_after_a_declined_request_is_counted_on_by_the_time_that_is_served(tmp_path: Path) -> None:
    """A clock that was years ahead when somebody declined does not make it last for years."""
    week = 7 * DAY_SECONDS
    with before_the_time_was_counted(tmp_path) as old:
        now = float(old.value("SELECT unixepoch()"))
        for account in (b"\x0a", b"\x0c", b"\x0d", b"\x0e"):
            old.execute(
                "INSERT INTO accounts (account_id, cid, username, folded, skeleton, full_name, searched, device_list,"
                " device_list_number, registered_at) VALUES (?1, ?1, hex(?1), hex(?1), hex(?1), '', '', x'', 1, 0.0)",
                account,
            )
        for target, until in ((b"\x0c", now + 3600), (b"\x0d", now + 100 * week), (b"\x0e", now - 1)):
            old.execute("INSERT INTO declined (asker, target, until) VALUES (x'0a', ?, ?)", target, until)
    store = open_server_store(tmp_path)
    left = [
        (store.registrations.declined_until(AccountId(b"\x0a"), AccountId(target)) or 0.0) - store.served_time.seconds()
        for target in (b"\x0c", b"\x0d", b"\x0e")
    ]
    assert left == [pytest.approx(3600, abs=60), week, 0.0]
    store.close()
