"""A database of an earlier version is brought up to date and keeps what is in it."""

from importlib import resources
from pathlib import Path

from casemate.crypto.envelope import UNKNOWN_ORIGIN
from casemate.internal_service.adapters.account_store import open_account_store
from casemate.internal_service.core.account.conversation_id import conversation_id
from casemate.internal_service.core.account.rows import UsedPrekey
from casemate.protocol.ids import AccountId, DeviceId
from casemate.runtime.sqlite import Database

KEY = b"k" * 32
DEVICE = DeviceId(b"d" * 16)
WITH_BEA = conversation_id(AccountId(b"a" * 32), AccountId(b"b" * 32))
PROFILE = (
    "INSERT INTO profile (id, account_id, username, full_name, server_address, server_key, enrolled, server_password,"
    " start_counter, auto_connect, appear_offline)"
    f" VALUES (1, x'{'61' * 32}', 'ada', 'Ada', 'office:12349', NULL, 1, NULL, 7, 1, 1)"
)


def test_an_account_from_before_there_were_paths_goes_on(tmp_path: Path) -> None:
    path = tmp_path / "account.db"
    folder = resources.files("casemate.internal_service.adapters.account_store") / "migrations"
    with Database.open(path, key=KEY, synchronous="OFF") as old:
        old.script((folder / "0001_account.sql").read_text())
        old.script("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        old.execute("INSERT INTO migrations VALUES (1, '0001_account.sql')")
        old.execute(PROFILE)
        old.execute(
            "INSERT INTO channels VALUES (?, ?, 9, 8, 8, 5, 4, 4, x'', 12, 4, ?, NULL, NULL, 0.0)",
            DEVICE, b"b" * 32, b"message id of 16",
        )  # fmt: skip
        for number, state in ((1, "sent"), (2, "queued"), (None, "waiting")):
            old.execute(
                "INSERT INTO outbox (device, account_id, message_id, content, number, state)"
                " VALUES (?, ?, ?, x'', ?, ?)",
                DEVICE, b"b" * 32, state.encode(), number, state,
            )  # fmt: skip
        old.execute("INSERT INTO early VALUES (?, 9, x'0102')", DEVICE)
        old.execute("INSERT INTO prekeys VALUES (x'01', x'02', 1000.0, 0)")
    store = open_account_store(path, KEY, synchronous="OFF")
    profile, channel = store.profile(), store.channel(DEVICE)
    assert profile is not None
    assert channel is not None
    assert (profile.username, profile.start_counter, profile.appear_offline) == ("ada", 7, True)
    assert (profile.relay_only, profile.lan_discovery, profile.paths) == (False, True, None)
    assert (profile.starts, profile.fenced) == ((), False)
    assert (profile.read_receipts, profile.typing) == (True, True)
    assert (channel.next_number, channel.expected, store.counter(WITH_BEA)) == (9, 5, 12)
    assert (channel.opened, channel.origins) == ((4, UNKNOWN_ORIGIN.start), ())
    assert (store.drafts(), store.draft_bytes(), store.browser_key()) == ([], 0, None)
    assert (store.under_way(DEVICE), store.waiting(DEVICE), store.early_held(DEVICE)) == (3, 1, (1, 2))
    store.arrived(DEVICE, 1)
    store.early_take(DEVICE, 9)
    assert (store.under_way(DEVICE), store.waiting(DEVICE), store.early_held(DEVICE)) == (2, 1, (0, 0))
    assert (profile.names, profile.names_kept) == (b"", False)
    assert (channel.spares_given, channel.on_trial, store.key_time()) == (0, 0, None)
    assert store.prekey(b"\x01") == b"\x02"
    assert store.use_prekey(b"\x01") == UsedPrekey()
    store.close()


def test_what_was_read_before_read_was_a_set_is_seen_and_painted(tmp_path: Path) -> None:
    path = tmp_path / "account.db"
    folder = resources.files("casemate.internal_service.adapters.account_store") / "migrations"
    names = ["0001_account.sql", "0002_paths.sql", "0101_local_db.sql", "0102_plain_queue.sql"]
    with Database.open(path, key=KEY, synchronous="OFF") as old:
        old.script("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        for name in names:
            old.script((folder / name).read_text())
            old.execute("INSERT INTO migrations VALUES (?, ?)", int(name[:4]), name)
        old.execute(PROFILE)
        for number, read in ((1, 1), (2, 0)):
            old.execute(
                "INSERT INTO timeline VALUES (?, ?, ?, 0, 'chat', x'', 'received', ?, ?, ?, 1.0, 1.0, 0, ?)",
                number, b"message id of %d.." % number, b"b" * 32, number, DEVICE, number, read,
            )  # fmt: skip
        old.execute(
            "INSERT INTO channels VALUES (?, ?, 9, 8, 8, 3, 2, 1, x'', 12, 2, ?, NULL, NULL, 0.0, x'')",
            DEVICE, b"b" * 32, bytes(8),
        )  # fmt: skip
    store = open_account_store(path, KEY, synchronous="OFF")
    page = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
    assert [(row.seen, row.painted) for row in page] == [(True, True), (False, False)]
    assert store.untold_around(DEVICE, 0) == (None, 2)
    channel = store.channel(DEVICE)
    assert channel is not None
    assert (channel.own_read_up_to, channel.own_read_runs, channel.read_runs) == (1, (), ())
    store.close()


def test_messages_from_before_their_time_was_fixed_are_shown_in_order(tmp_path: Path) -> None:
    """By what their writers said, where that fits in between what stands above and when things arrived."""
    path = tmp_path / "account.db"
    folder = resources.files("casemate.internal_service.adapters.account_store") / "migrations"
    clocks = [(100.0, 110.0), (9e9, 120.0), (5.0, 130.0), (125.0, 400.0), (300.0, 300.0)]
    with Database.open(path, key=KEY, synchronous="OFF") as old:
        old.script((folder / "0001_account.sql").read_text())
        old.script("CREATE TABLE migrations (number INTEGER PRIMARY KEY, name TEXT NOT NULL) STRICT")
        old.execute("INSERT INTO migrations VALUES (1, '0001_account.sql')")
        old.execute(PROFILE)
        for counter, (written, arrived) in enumerate(clocks, start=1):
            old.execute(
                "INSERT INTO timeline VALUES (NULL, ?, ?, 0, 'chat', x'', 'received', ?, ?, ?, ?, ?, 0, 1)",
                counter.to_bytes(16, "big"), b"b" * 32, counter, DEVICE, counter, written, arrived,
            )  # fmt: skip
    store = open_account_store(path, KEY, synchronous="OFF")
    rows = store.timeline_page(WITH_BEA, before=None, after=None, limit=9)
    assert [row.shown_at for row in rows] == [100.0, 120.0, 120.0, 125.0, 300.0]
    store.close()
