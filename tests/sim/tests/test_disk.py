"""A simulated disk breaks what deserves it and nothing else."""

import random
from collections.abc import Iterator
from pathlib import Path

import apsw
import pytest

from casemate.runtime.progress import Mark, decoded, encoded
from casemate.runtime.sqlite import Database
from tests.sim.disk import SECTOR_BYTES, Disk
from tests.sim.vfs import VFS_NAME, mount, unmount


@pytest.fixture
def disk() -> Iterator[Disk]:
    disk = Disk()
    mount("test-disk", disk)
    yield disk
    unmount("test-disk")


def opened(synchronous: str = "full") -> apsw.Connection:
    database = apsw.Connection("/test-disk/test.db", vfs=f"multipleciphers-{VFS_NAME}")
    database.pragma("cipher", "chacha20")
    database.pragma("key", "raw:" + "17" * 32)
    database.pragma("locking_mode", "exclusive")
    database.pragma("journal_mode", "wal")
    database.pragma("synchronous", synchronous)
    database.execute("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, body BLOB)")
    return database


def numbers_after(disk: Disk, writes: int, chance: random.Random, synchronous: str) -> tuple[int, list[int]]:
    """Commit numbers until the power goes. Answers how many were committed before, and what a restart finds."""
    disk.become({})
    database = opened(synchronous)
    disk.spring_after(writes, lambda: disk.after_power_cut(chance))
    committed = 0
    while disk.stopped_with is None:
        with database:
            database.execute(
                "INSERT INTO kept VALUES (?, ?)", (committed + 1, chance.randbytes(chance.randint(1, 9000)))
            )
        committed += disk.stopped_with is None
    # Closing still works on the old files, and deletes by name: it comes before the disk becomes what the cut left.
    image = disk.stopped_with
    database.close()
    disk.become(image)
    restarted = opened(synchronous)
    assert restarted.pragma("integrity_check") == "ok"
    found = [row[0] for row in restarted.execute("SELECT number FROM kept ORDER BY number")]
    restarted.close()
    return committed, found


@pytest.mark.parametrize("seed", range(40))
def test_what_was_committed_with_full_synchronisation_survives_a_power_cut(disk: Disk, seed: int) -> None:
    chance = random.Random(seed)
    committed, found = numbers_after(disk, chance.randint(0, 400), chance, "full")
    # The one in flight may have reached the disk or not; nothing before it may be missing.
    assert found in ([*range(1, committed + 1)], [*range(1, committed + 2)])


def test_a_database_that_does_not_synchronise_loses_or_corrupts_data_on_some_disks(disk: Disk) -> None:
    lost = 0
    for seed in range(40):
        chance = random.Random(seed)
        try:
            committed, found = numbers_after(disk, chance.randint(50, 400), chance, "off")
            lost += len(found) < committed
        except (apsw.Error, AssertionError):
            lost += 1
    assert lost > 10


def test_a_killed_process_leaves_everything_it_wrote(disk: Disk) -> None:
    file = disk.open("/test-disk/a")
    disk.write(file, b"abc", 2)
    assert disk.as_written() == {"/test-disk/a": b"\0\0abc"}


def test_what_is_written_after_the_stop_never_happened(disk: Disk) -> None:
    file = disk.open("/test-disk/a")
    disk.write(file, b"one", 0)
    disk.spring_after(0, disk.as_written)
    disk.write(file, b"two", 0)
    assert disk.stopped_with == {"/test-disk/a": b"one"}
    disk.become(disk.stopped_with)
    disk.write(file, b"late", 0)
    assert disk.as_written() == {"/test-disk/a": b"one"}


def test_synced_bytes_stay_and_a_torn_write_ends_at_a_sector(disk: Disk) -> None:
    kept = set()
    for seed in range(60):
        disk.become({})
        file = disk.open("/test-disk/a")
        disk.write(file, b"s" * 4096, 0)
        disk.sync(file)
        disk.write(file, b"u" * 4096, 0)
        image = disk.after_power_cut(random.Random(seed))["/test-disk/a"]
        assert len(image) == 4096
        unsynced = image.count(b"u")
        assert image == b"u" * unsynced + b"s" * (4096 - unsynced)
        assert unsynced % SECTOR_BYTES == 0
        kept.add(unsynced)
    assert {0, 4096} < kept


def test_a_truncation_that_was_not_synced_can_be_undone(disk: Disk) -> None:
    results = set()
    for seed in range(30):
        disk.become({})
        file = disk.open("/test-disk/a")
        disk.write(file, b"s" * 1000, 0)
        disk.sync(file)
        disk.truncate(file, 10)
        results.add(len(disk.after_power_cut(random.Random(seed))["/test-disk/a"]))
    assert results == {10, 1000}


class MarkOnDisk:
    """A mark on the simulated disk, written without a sync as the real one is."""

    def __init__(self, disk: Disk) -> None:
        self._disk = disk
        self._file = disk.open("/test-disk/test.db.mark")

    def read(self) -> Mark | None:
        return decoded(bytes(self._file.data))

    def write(self, mark: Mark) -> None:
        self._disk.write(self._file, encoded(mark), 0)

    def close(self) -> None:
        pass


@pytest.mark.parametrize("seed", range(60))
def test_no_power_cut_makes_a_database_look_older_than_it_was(disk: Disk, seed: int) -> None:
    chance = random.Random(seed)
    disk.become({})

    def database() -> Database:
        opened = Database.open(Path("/test-disk/test.db"), key=b"k" * 32, vfs=VFS_NAME)
        opened.script("CREATE TABLE IF NOT EXISTS kept (number INTEGER PRIMARY KEY, body BLOB)")
        opened.keep_mark(MarkOnDisk(disk))
        return opened

    for _ in range(4):
        running = database()
        assert running.behind == 0
        disk.spring_after(chance.randint(0, 200), lambda: disk.after_power_cut(chance))
        while disk.stopped_with is None:
            with running.transaction():
                running.execute("INSERT INTO kept (body) VALUES (?)", chance.randbytes(chance.randint(1, 9000)))
        image = disk.stopped_with
        running.close()
        disk.become(image)
