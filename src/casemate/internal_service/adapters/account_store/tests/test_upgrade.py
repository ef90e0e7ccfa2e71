"""A database of an earlier version is brought up to date and keeps what is in it."""

from importlib import resources
from pathlib import Path

from casemate.crypto.envelope import UNKNOWN_ORIGIN
from casemate.internal_service.adapters.account_store import open_account_store
from casemate.protocol.ids import DeviceId
from casemate.runtime.sqlite import Database

KEY = b"k" * 32
DEVICE = DeviceId(b"d" * 16)


def test_an_account_from_before_there_were_paths_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "account.db"
    folder = resources.files("casemate.internal_service.adapters.account_store") / "migrations"
    with Database.open(path, key=KEY, synchronous="OFF") as old:
        old.script((folder / "0001_account.sql").read_text())
        old.script("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        old.execute("INSERT INTO migrations VALUES (1, '0001_account.sql')")
        old.execute(
            "INSERT INTO profile VALUES (1, ?, 'ada', 'Ada', 'office:12349', NULL, 1, NULL, 7, 1, 1)", b"a" * 32
        )
        old.execute(
            "INSERT INTO channels VALUES (?, ?, 9, 8, 8, 5, 4, 4, x'', 12, 4, ?, NULL, NULL, 0.0)",
            DEVICE, b"b" * 32, b"message id of 16",
        )  # fmt: skip
    store = open_account_store(path, KEY, synchronous="OFF")
    profile, channel = store.profile(), store.channel(DEVICE)
    assert profile is not None
    assert channel is not None
    assert (profile.username, profile.start_counter, profile.appear_offline) == ("ada", 7, True)
    assert (profile.relay_only, profile.lan_discovery, profile.paths) == (False, True, None)
    assert (profile.starts, profile.fenced) == ((), False)
    assert (channel.next_number, channel.expected, channel.counter) == (9, 5, 12)
    assert (channel.opened, channel.origins) == ((4, UNKNOWN_ORIGIN.start), ())
    assert (store.drafts(), store.draft_bytes(), store.browser_key()) == ([], 0, None)
    assert (profile.names, profile.names_kept) == (b"", False)
    store.close()
