"""The data directory's lock and the files of secrets."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from casemate.runtime.data_directory import DataDirectory
from casemate.runtime.errors import DatabaseLocked, DirectoryNotWritable
from casemate.runtime.secrets_file import write_secret


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_directory_is_private(tmp_path: Path) -> None:
    with DataDirectory(tmp_path / "a" / "b") as directory:
        assert mode(directory.path) == 0o700


def test_a_directory_has_one_owner_at_a_time(tmp_path: Path) -> None:
    with DataDirectory(tmp_path), pytest.raises(DatabaseLocked, match="in use by another process"):
        DataDirectory(tmp_path)
    DataDirectory(tmp_path).close()


def test_a_killed_owner_leaves_the_directory_free(tmp_path: Path) -> None:
    program = f"""
import os, signal
from pathlib import Path
from casemate.runtime.data_directory import DataDirectory
directory = DataDirectory(Path({str(tmp_path)!r}))
os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program]).returncode == -9
    DataDirectory(tmp_path).close()


def test_a_directory_below_a_file_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(DirectoryNotWritable, match="Not a directory"):
        DataDirectory(tmp_path / "file" / "data")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_directory_without_permission_cannot_be_used(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(DirectoryNotWritable, match="Permission denied"):
        DataDirectory(tmp_path)


def test_a_secret_is_readable_by_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        write_secret(tmp_path / "token", b"first")
    finally:
        os.umask(before)
    assert mode(tmp_path / "token") == 0o600


def test_a_secret_replaces_an_older_one_and_its_looser_mode(tmp_path: Path) -> None:
    (tmp_path / "token").write_bytes(b"old")
    (tmp_path / "token").chmod(0o644)
    write_secret(tmp_path / "token", b"new")
    assert (tmp_path / "token").read_bytes() == b"new"
    assert mode(tmp_path / "token") == 0o600
    assert [file.name for file in tmp_path.iterdir()] == ["token"]


def test_a_planted_link_is_replaced_and_not_followed(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_bytes(b"untouched")
    (tmp_path / "token").symlink_to(tmp_path / "elsewhere")
    write_secret(tmp_path / "token", b"secret")
    assert (tmp_path / "elsewhere").read_bytes() == b"untouched"
    assert not (tmp_path / "token").is_symlink()


def test_a_failed_write_leaves_the_old_secret_and_no_scraps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_secret(tmp_path / "token", b"old")

    def refuse(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="No space"):
        write_secret(tmp_path / "token", b"new")
    assert (tmp_path / "token").read_bytes() == b"old"
    assert [file.name for file in tmp_path.iterdir()] == ["token"]
